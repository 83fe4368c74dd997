"""What holds of every page that the program writes, in every language: one suite over the shelf.

A new page is tested by standing on the shelf (`tests/reports/shelf.py`); one that does not, fails.
"""

from __future__ import annotations

import ast
import base64
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.reports import shelf
from tests.reports.page import loading_references, parse
from tests.reports.shelf import TOGETHER

ROOT = Path(__file__).resolve().parents[2]
PAGES = [name for names in TOGETHER.values() for name in names]
#: quantstats' own page: drawn by it, without a script of ours.
OURS = [name for name in PAGES if name != "tearsheet"]
#: Pages made by a command that is not on the shelf: its own tests look at what it writes.
ELSEWHERE = {"build_legs_report"}
#: HTML's elements without an end; in SVG those end with a stroke.
VOID = {
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source",
    "track", "wbr",
}  # fmt: skip


class Nesting(HTMLParser):
    """Elements that are closed in another order than they were opened, or never."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.faults: list[str] = []

    def handle_starttag(self, tag, attrs):
        names = [name for name, _ in attrs]
        self.faults += [f"<{tag} {n}> twice" for n in {*names} if names.count(n) > 1]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        if not self.open or self.open[-1] != tag:
            self.faults.append(f"</{tag}> in {self.open[-3:]} at {self.getpos()}")
        if tag in self.open:
            while self.open.pop() != tag:
                pass


def test_nesting_that_is_wrong_is_found():
    checker = Nesting()
    checker.feed('<div><p id="a" id="b">x</div><br></p><span>')
    assert len(checker.faults) == 3
    assert checker.open == ["span"]


@pytest.fixture(scope="module")
def text(pages):
    return lambda name: pages[name].read_text("utf-8")


@pytest.mark.parametrize("name", PAGES)
def test_a_page_loads_nothing(text, name):
    assert loading_references(text(name)) == []
    assert not re.search(r"\b(fetch|XMLHttpRequest|WebSocket|sendBeacon|import\()", text(name))


@pytest.mark.parametrize("name", OURS)
def test_a_page_has_one_style_and_one_script_and_a_policy_that_names_them(text, name):
    soup = parse(text(name))
    policy = soup.find("meta", attrs={"http-equiv": "Content-Security-Policy"})["content"]
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy and "http" not in policy
    for tag in ("style", "script"):
        (element,) = soup.find_all(tag)
        digest = base64.b64encode(hashlib.sha256(element.string.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    for element in soup.find_all(True):
        assert not [a for a in element.attrs if a == "style" or a.startswith("on")]


@pytest.mark.parametrize("name", OURS)
def test_a_page_is_well_formed(text, name):
    page = text(name)
    assert page.startswith("<!doctype html>") or page.startswith("<!DOCTYPE html>")
    checker = Nesting()
    checker.feed(page)
    assert (checker.faults, checker.open) == ([], [])
    soup = parse(page)
    ids = [element["id"] for element in soup.find_all(id=True)]
    assert len(ids) == len(set(ids))
    for link in soup.find_all("a"):
        assert link["href"].startswith("#") and link["href"][1:] in ids
    for element in soup.find_all(True):
        named = f"{element.get('aria-labelledby', '')} {element.get('aria-describedby', '')}"
        assert set(named.split()) <= set(ids)


@pytest.mark.parametrize("name", OURS)
def test_a_page_says_which_language_it_is_in(text, name):
    assert parse(text(name)).html["lang"] == ("zh-Hant" if name.endswith("-zh") else "en")


def test_every_function_that_builds_a_page_is_on_the_shelf():
    built = {
        node.name
        for path in (ROOT / "reports").rglob("*.py")
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef)
        and node.name.startswith("build_")
        and any(arg.arg == "language" for arg in node.args.kwonlyargs)
    }
    assert {"build_report", "build_audit"} <= built
    assert ELSEWHERE <= built
    assert {name for name in built - ELSEWHERE if not hasattr(shelf, name)} == set()
