"""Compiled templates are kept beside them, never stale, and never fail a page."""

from __future__ import annotations

from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader

from reports.html import compiled
from reports.html.compiled import CompiledTemplates, compiled_templates


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    (tmp_path / "page.j2").write_text("{{ x }} & one", "utf-8")
    (tmp_path / "maker.py").write_text("# autoescape", "utf-8")
    return tmp_path


def drawn(templates: Path, *, autoescape: bool = True) -> str:
    kept = CompiledTemplates(templates, templates / "maker.py")
    environment = Environment(
        loader=FileSystemLoader(templates), autoescape=autoescape, bytecode_cache=kept
    )
    return environment.get_template("page.j2").render(x="<")


def files(templates: Path) -> set[Path]:
    return set(templates.glob("*.jinja"))


def test_a_template_is_compiled_once_and_anew_when_its_text_changes(templates: Path) -> None:
    assert drawn(templates) == "&lt; & one"
    before = files(templates)
    assert drawn(templates) == "&lt; & one"
    assert files(templates) == before and len(before) == 1
    (templates / "page.j2").write_text("{{ x }} & two", "utf-8")
    assert drawn(templates) == "&lt; & two"


def test_another_way_to_compile_is_another_file(templates: Path) -> None:
    drawn(templates)
    (templates / "maker.py").write_text("# no autoescape", "utf-8")
    assert drawn(templates, autoescape=False) == "< & one"
    assert len(files(templates)) == 2


@pytest.mark.parametrize("content", [b"", b"j2", b"\x00" * 40])
def test_a_damaged_file_is_compiled_over(templates: Path, content: bytes) -> None:
    drawn(templates)
    (file,) = files(templates)
    whole = file.read_bytes()
    for damaged in (content, whole[: len(whole) // 2], whole[:12]):
        file.write_bytes(damaged)
        assert drawn(templates) == "&lt; & one"


def test_a_full_disk_fails_no_page(templates: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.NamedTemporaryFile", full)
    assert drawn(templates) == "&lt; & one"


def test_nothing_is_kept_where_nothing_may_be_written(
    templates: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compiled.sys, "dont_write_bytecode", False)
    assert compiled_templates(templates, templates / "maker.py") is not None
    monkeypatch.setattr(compiled.os, "access", lambda *_: False)
    assert compiled_templates(templates, templates / "maker.py") is None
    monkeypatch.undo()
    monkeypatch.setattr(compiled.sys, "dont_write_bytecode", True)
    assert compiled_templates(templates, templates / "maker.py") is None
