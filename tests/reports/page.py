"""A page as its reader's browser gets it: parsed, and what in it could load something."""

import re
from html.parser import HTMLParser
from typing import Any

from bs4 import BeautifulSoup

#: Attributes through which an element loads its content.
LOADING = {
    "src", "srcset", "data", "poster", "background", "action", "formaction", "manifest", "ping",
    "href", "xlink:href", "cite", "codebase",
}  # fmt: skip


def parse(page: str) -> Any:
    """The page as a tree; untyped, since a missing element shall fail the test that asks."""
    return BeautifulSoup(page, "html.parser")


def loading_references(page: str) -> list[str]:
    """References to anything outside the page: addresses in attributes and in styles."""
    finder = _Finder()
    finder.feed(page)
    return finder.found


class _Finder(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found: list[str] = []
        self._style = False

    def handle_starttag(self, tag, attrs):
        self._style = tag == "style"
        if tag in ("iframe", "object", "embed", "base", "frame"):
            self.found.append(f"<{tag}>")
        for name, value in attrs:
            value = (value or "").strip()
            # <data value> and <object data> share a name; only the latter loads
            if name in LOADING and not (value.startswith(("#", "data:")) or value == ""):
                self.found.append(f'<{tag} {name}="{value[:60]}">')
            if name == "style":
                self._check_style(value)
            if name.startswith("on"):
                self.found.append(f"<{tag} {name}>")
            if name in ("fill", "stroke", "clip-path", "mask", "filter", "marker-end"):
                self._check_style(value)
        if tag == "meta" and ("http-equiv", "refresh") in attrs:
            self.found.append("<meta refresh>")

    def handle_data(self, data):
        if self._style:
            self._check_style(data)

    def handle_endtag(self, tag):
        if tag == "style":
            self._style = False

    def _check_style(self, text):
        if "@import" in text:
            self.found.append("@import")
        for target in re.findall(r"url\(\s*['\"]?([^'\")]*)", text):
            if not target.startswith(("#", "data:")):
                self.found.append(f"url({target[:60]})")
