"""Workers of one session share what one of them made; nobody sees what another changed."""

from __future__ import annotations

import threading

import pytest

from tests.shared import once, shared_folder


def test_those_who_ask_at_once_get_what_the_first_made(tmp_path):
    made, got = [], []

    def make():
        made.append(1)
        return {"pages": ["one"]}

    asking = [threading.Thread(target=lambda: got.append(once(tmp_path, "x", make))) for _ in "abc"]
    for one in asking:
        one.start()
    for one in asking:
        one.join()
    assert made == [1]
    assert got == [{"pages": ["one"]}] * 3


def test_a_change_is_one_s_own(tmp_path):
    first = once(tmp_path, "x", lambda: {"a": [1]})
    first["a"].append(2)
    assert once(tmp_path, "x", dict) == {"a": [1]}


def test_what_failed_is_made_by_the_next(tmp_path):
    with pytest.raises(ZeroDivisionError):
        once(tmp_path, "x", lambda: 1 / 0)
    assert once(tmp_path, "x", lambda: 1) == 1


@pytest.mark.parametrize("worker", ["gw0", "gw1"])
def test_workers_of_a_session_have_one_folder(tmp_path, monkeypatch, worker):
    class Factory:
        def getbasetemp(self):
            own = tmp_path / f"popen-{worker}"
            own.mkdir(exist_ok=True)
            return own

    monkeypatch.setenv("PYTEST_XDIST_WORKER", worker)
    assert shared_folder(Factory()) == tmp_path / "shared"
    monkeypatch.delenv("PYTEST_XDIST_WORKER")
    assert shared_folder(Factory()) == tmp_path / f"popen-{worker}" / "shared"
