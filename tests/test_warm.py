"""The kernels are compiled once for all workers, and again when what they are made of changes."""

from __future__ import annotations

import threading

import pytest

from tests import warm as module


class Part:
    """A process that compiles: started, and done at once."""

    started: list[str]
    code = 0

    def __init__(self, words, **_):
        self.started.append(words[-1])

    def wait(self):
        return self.code


@pytest.fixture
def parts(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "STAMP", tmp_path / "kept" / "kernels")
    monkeypatch.setattr(module, "kept", lambda: True)
    monkeypatch.setattr(Part, "started", [], raising=False)
    monkeypatch.setattr(module.subprocess, "Popen", Part)
    return Part


def test_sessions_at_once_compile_once(parts):
    sessions = [threading.Thread(target=module.warm) for _ in range(3)]
    for session in sessions:
        session.start()
    for session in sessions:
        session.join()
    assert parts.started == list(module.PARTS)


@pytest.mark.parametrize("change", ["kernels", "kept"])
def test_what_changed_or_was_cleaned_away_is_compiled_again(parts, monkeypatch, change):
    module.warm()
    assert module.warm() == 0.0
    monkeypatch.setattr(module, change, lambda: "" if change == "kept" else "another")
    assert module.warm() > 0.0
    assert parts.started == 2 * list(module.PARTS)


def test_what_failed_is_tried_again(parts, monkeypatch):
    monkeypatch.setattr(parts, "code", 1)
    module.warm()
    module.warm()
    assert parts.started == 2 * list(module.PARTS)
