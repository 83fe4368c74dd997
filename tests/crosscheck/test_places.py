"""docs/crosscheck.md names lines of other programs' sources: they hold what the page says."""

import re
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import pytest

PAGE = Path(__file__).resolve().parents[2] / "docs" / "crosscheck.md"
PLACES = re.findall(r"`(\w+)/([\w./]+\.py)(?::(\d+))?` `([^`]+)`", PAGE.read_text())
VERSIONS = dict(re.findall(r"([a-z]+)(?:-reloaded|\.py)? (\d+\.\d+\.\d+)", PAGE.read_text()))


def test_the_page_names_places():
    assert len(PLACES) >= 12
    assert set(VERSIONS) == {"backtesting", "bt", "empyrical", "quantstats", "ffn"}


@pytest.mark.parametrize(
    ("package", "file", "line", "code"), PLACES, ids=[f"{p}/{f}:{n}" for p, f, n, _ in PLACES]
)
def test_the_line_holds_the_code(package, file, line, code):
    if package in ("strategy", "market"):
        pytest.skip("of this program")
    found = find_spec(package)
    if found is None or found.origin is None:
        pytest.skip(f"{package} is not installed")
    if version(package) != VERSIONS[package]:
        pytest.skip(f"the page tells of {package} {VERSIONS[package]}, here is {version(package)}")
    text = (Path(found.origin).parent / file).read_text()
    rows = [int(line)] if line else range(1, text.count("\n") + 1)
    lines = text.splitlines()
    assert any(code in lines[row - 1] for row in rows)
