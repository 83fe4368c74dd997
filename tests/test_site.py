"""The site of the documentation: it builds without a warning, and every link leads somewhere."""

import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from bs4 import BeautifulSoup

ROOT = Path(__file__).resolve().parents[1]
#: Pages that Sphinx writes itself.
OWN = {"genindex", "search"}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The site, every warning being an error."""
    folder = tmp_path_factory.mktemp("site")
    command = ("-m", "sphinx", "-n", "-W", "--keep-going", "-q", "-b", "html")
    done = subprocess.run(
        [sys.executable, *command, "-d", str(folder / "doctrees"), "docs", str(folder / "html")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return folder / "html"


@pytest.fixture(scope="module")
def pages(site):
    found = {
        path: BeautifulSoup(path.read_text("utf-8"), "html.parser") for path in site.glob("*.html")
    }
    assert len(found) > 20
    return found


@pytest.mark.slow
def test_every_page_of_the_folder_is_on_the_site_and_in_its_contents(pages):
    written = {path.stem for ext in ("*.md", "*.ipynb") for path in (ROOT / "docs").glob(ext)}
    assert {path.stem for path in pages} == written | OWN
    (index,) = [soup for path, soup in pages.items() if path.stem == "index"]
    listed = {link["href"].partition(".html")[0] for link in index.select(".toctree-wrapper a")}
    assert listed == written - {"index"}


@pytest.mark.slow
def test_every_link_leads_to_a_page_and_a_place_on_it(pages):
    broken = []
    for page, soup in pages.items():
        for element in soup.find_all(["a", "img", "link", "script"]):
            target = urlsplit(element.get("href") or element.get("src") or "")
            if target.scheme or target.netloc:
                continue
            path = page.parent / unquote(target.path) if target.path else page
            place = unquote(target.fragment)
            if not path.exists() or (
                place and path.suffix == ".html" and not pages[path].find(id=place)
            ):
                broken.append((page.name, target.geturl()))
    assert broken == []


@pytest.mark.slow
def test_the_site_loads_nothing_from_elsewhere(pages):
    for page, soup in pages.items():
        loaded = [e.get("src") or e.get("href") for e in soup.find_all(["script", "link", "img"])]
        away = [url for url in loaded if url and urlsplit(url).netloc]
        assert away == [], page.name
