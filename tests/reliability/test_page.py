"""The page about reliability names commands, files and options that are there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from strategy.cli import cli

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "reliability.md").read_text()
ROWS = [line for line in PAGE.splitlines() if line.startswith("| ") and "`" in line]
TARGETS = set(re.findall(r"^([a-z-]+):(?!=)", (ROOT / "Makefile").read_text(), flags=re.M))


def test_every_row_names_a_command_or_the_same_as_above():
    tables = PAGE.split("## Look-ahead")[0]
    rows = [r for r in tables.splitlines() if r.startswith("| ") and "what was tried" not in r]
    assert len(rows) > 20
    for row in rows:
        last = row.strip("| ").rpartition(" | ")[2]
        known = r"`(simulate|python -m|make|pytest) .*`|the same|\[crosscheck.md\]"
        assert re.fullmatch(known, last), row


@pytest.mark.parametrize("path", sorted(set(re.findall(r"pytest ([\w/.]+)", PAGE))))
def test_named_tests_are_there(path):
    place = ROOT / path
    assert place.is_file() or any(place.rglob("test_*.py"))


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`((?:\w+/)+[\w.-]+\.\w+)`", PAGE))))
def test_named_files_are_there(path):
    assert (ROOT / path).is_file()


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\bmake ([a-z-]+)", PAGE))))
def test_named_targets_are_there(target):
    assert target in TARGETS


@pytest.mark.parametrize(
    "module", sorted(set(re.findall(r"python -m (tests\.reliability\.\w+)", PAGE)))
)
def test_named_modules_take_the_options_that_are_named(module):
    done = subprocess.run(
        [sys.executable, "-m", module, "--help"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    calls = re.findall(rf"python -m {re.escape(module)}([^`\n]*)", PAGE)
    for option in set(re.findall(r"--[a-z]+", " ".join(calls))):
        assert option in done.stdout


def test_the_look_ahead_command_takes_the_options_that_are_named():
    shown = CliRunner().invoke(cli, ["lookahead", "--help"]).stdout
    for option in set(re.findall(r"--[a-z]+", " ".join(re.findall(r"lookahead[^`\n|]*", PAGE)))):
        assert option in shown
