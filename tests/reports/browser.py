"""A headless Chromium from the operating system, cut off from the network, that keeps a diary."""

import os
import shutil
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

HINT = "no Chromium found; on Debian: apt-get install chromium"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@dataclass
class Diary:
    """What a page did: anything here is a fault."""

    console: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        return not (self.console or self.errors or self.requests)


def executable() -> str:
    """Path of the browser; without one the suite fails in CI and skips elsewhere."""
    found = next((path for name in NAMES if (path := shutil.which(name))), "")
    if not found:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(HINT)
    return found


@contextmanager
def launched():
    """The browser."""
    path = executable()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path,
            args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
        )
        yield browser
        browser.close()


@contextmanager
def opened(browser: Any, path: Path, *, width: int = 1100, scheme: str = "light", **options: Any):
    """A page from ``file://`` without a network, and its diary."""
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True, **options
    )
    page = context.new_page()
    diary = Diary()
    address = path.resolve().as_uri()
    page.on("console", lambda message: diary.console.append(message.text))
    page.on("pageerror", lambda error: diary.errors.append(str(error)))
    page.on(
        "request",
        lambda r: diary.requests.append(r.url) if not own(r.url, address) else None,
    )
    page.goto(address)
    yield page, diary
    context.close()


def own(url: str, address: str) -> bool:
    """Whether a request is the page itself or something inside it."""
    return url == address or url.startswith(("data:", "blob:", f"{address}#"))


#: Texts of the visible charts that lie on one another, as pairs.
OVERLAPS = """
() => {
  const found = [];
  for (const svg of document.querySelectorAll("svg")) {
    const box = svg.getBoundingClientRect();
    if (!box.width || svg.closest("[hidden]")) continue;
    const texts = [...svg.querySelectorAll("text")]
      .map((t) => [t.textContent, t.getBoundingClientRect()]);
    for (const [text, r] of texts) {
      if (r.left < -1 || r.right > document.documentElement.clientWidth + 1) {
        found.push([svg.dataset.chart, text, "off the page"]);
      }
    }
    for (let i = 0; i < texts.length; i += 1) {
      for (let k = i + 1; k < texts.length; k += 1) {
        const [a, r] = texts[i];
        const [b, s] = texts[k];
        const wide = Math.min(r.right, s.right) - Math.max(r.left, s.left);
        const tall = Math.min(r.bottom, s.bottom) - Math.max(r.top, s.top);
        if (wide > 1.5 && tall > 4) found.push([svg.dataset.chart, a, b]);
      }
    }
  }
  return found;
}
"""

#: Sum of all layout shifts since the page began to load.
SHIFT = """
() => new Promise((done) => {
  let sum = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) sum += entry.value;
  }).observe({ type: "layout-shift", buffered: true });
  setTimeout(() => done(sum), 150);
})
"""
