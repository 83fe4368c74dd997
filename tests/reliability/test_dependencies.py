"""The audits of dependencies: what they accept, and that no answer is never a pass."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.reliability.licences import EXCEPTIONS, accepted, judge
from tests.reliability.vulnerabilities import read

ROOT = Path(__file__).resolve().parents[2]


def package(said, text="", name="x"):
    return {"Name": name, "Version": "1", "License": said, "LicenseText": text}


@pytest.mark.parametrize(
    "said",
    ["MIT", "BSD-3-Clause AND 0BSD AND MIT AND Zlib AND CC0-1.0", "Apache-2.0 OR BSD-2-Clause",
     "MIT License; BSD License", "GPL-3.0 OR MIT"],
)  # fmt: skip
def test_permissive_licences_are_accepted(said):
    assert accepted(said)
    assert judge([package(said)])[1] == []


@pytest.mark.parametrize(
    "said", ["GPL-3.0", "MIT AND GPL-3.0", "UNKNOWN", "", "Proprietary", "SSPL-1.0", "MIT-ish"]
)
def test_every_other_licence_is_refused_by_name(said):
    assert judge([package(said)])[1] == [f"x 1: {said}"]


def test_a_package_that_says_nothing_is_known_by_its_text():
    text = (
        "Copyright\n\nPermission is hereby granted, free of charge, to any person\nobtaining a copy"
    )
    assert judge([package("UNKNOWN", text)])[1] == []
    assert judge([package("UNKNOWN", "“Commons Clause” " + text)])[1] != []


def test_an_exception_is_told_with_its_reason():
    lines, refused = judge([package("UNKNOWN", name=name) for name in EXCEPTIONS])
    assert refused == []
    assert "backtesting 1: AGPL-3.0: the tests of the extra crosscheck alone use it" in lines


def test_the_program_does_not_import_what_only_tests_may_use():
    for folder in ("market", "signals", "strategy", "reports"):
        for path in (ROOT / folder).rglob("*.py"):
            assert not re.search(r"^\s*(from|import) (backtesting|bt|empyrical|ffn)\b",
                                 path.read_text(), flags=re.M), path  # fmt: skip


def answer(*packages):
    return json.dumps({"dependencies": packages, "fixes": []})


CLEAN = {"name": "a", "version": "1", "vulns": []}
HOLED = {"name": "b", "version": "2", "vulns": [{"id": "PYSEC-1", "fix_versions": ["3"]}]}
SKIPPED = {"name": "c", "skip_reason": "Dependency not found on PyPI and could not be audited"}


@pytest.mark.parametrize(
    ("printed", "code"),
    [
        (answer(CLEAN), 0),
        (answer(CLEAN, HOLED, SKIPPED), 1),
        (answer(CLEAN, SKIPPED), 2),
        (answer(SKIPPED), 2),
        (answer(), 2),
        ("", 2),
        ("Traceback", 2),
    ],
)
def test_what_was_not_looked_up_does_not_pass(printed, code):
    found = read(printed, "ConnectionError: no host", "pypi")
    assert found.code == code
    assert printed.startswith("{") or found.trouble == "pypi: ConnectionError: no host"


def test_the_lowest_versions_are_the_bounds_of_the_package():
    """`make lock-lowest` is due when a bound changes."""
    import tomllib

    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name
    from packaging.version import Version

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    stated = [*project["dependencies"], *extras["cluster"], *extras["crosscheck"], *extras["test"]]
    locked = {}
    for line in (ROOT / "constraints-lowest.txt").read_text().splitlines():
        if "==" in line and not line.startswith("#"):
            name, _, version = line.partition("==")
            locked[canonicalize_name(name)] = Version(version)
    for text in stated:
        wanted = Requirement(text)
        if wanted.name == "simulate-plans":
            continue
        (lowest,) = (Version(s.version) for s in wanted.specifier if s.operator == ">=")
        found = locked[canonicalize_name(wanted.name)]
        assert found in wanted.specifier, wanted
        # the lowest release of the series that the bound names
        assert found.release[: len(lowest.release)] == lowest.release or found == lowest, wanted
