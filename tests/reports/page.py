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


#: Words that are the same in every language: names of things.
ALIKE = {
    "Student", "Politis", "White", "Newey", "West", "Clopper", "Pearson", "Holm", "Brier",
    "Besag", "Clifford", "GARCH", "CSV", "ETF", "VIX", "sha", "alpha", "beta", "eta", "lambda",
    "omega", "python", "pandas", "numpy", "numba", "scipy", "vectorbt", "rust", "quantstats",
    "arch", "html",
}  # fmt: skip


def leaks(page, but=""):
    """Texts of a Chinese page that are in English, but for those inside the selector `but`."""
    soup = parse(page)
    assert soup.html["lang"] == "zh-Hant"
    for element in soup.find_all(["style", "script", "pre", "code"]):
        element.extract()
    for element in soup.select(but) if but else ():
        element.extract()
    texts = [str(text) for text in soup.find_all(string=True)]
    texts += [
        element[name]
        for element in soup.find_all(True)
        for name in ("aria-label", "title", "data-light", "data-dark")
        if element.get(name)
    ]
    found = set()
    for text in texts:
        # rules in brackets, and names of series, rules and keys
        bare = re.sub(r"\[[^\]]*\]|\b[\w.]+_\w+\b", "", text)
        if re.search(r"[一-鿿]", text):
            if re.search(r"[A-Za-z]{2,} [a-z]{2,}", bare):
                found.add(text.strip())
        elif set(re.findall(r"[A-Za-z]{3,}", bare)) - ALIKE:
            found.add(text.strip())
    return found
