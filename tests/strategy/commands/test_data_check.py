"""`simulate data check`: what a file is taken for; names that are not text."""

from __future__ import annotations

import json
import os

import pandas as pd
import pytest
from click.testing import CliRunner

from strategy.cli import cli


@pytest.fixture
def own(tmp_path):
    days = pd.bdate_range("2006-10-02", periods=30)
    path = tmp_path / "own.csv"
    path.write_text("Datum;Schluss\n" + "".join(f"{d:%d.%m.%Y};1{d.day:03},5\n" for d in days))
    return path


def test_a_file_is_taken_for_what_it_is(own):
    done = CliRunner().invoke(cli, ["data", "check", str(own)])
    assert done.exit_code == 0, done.output
    for said in ("semicolons", "DD.MM.YYYY", "close (Schluss)", "comma", "30 sessions", "252 rows"):
        assert said in done.output
    told = json.loads(CliRunner().invoke(cli, ["data", "check", str(own), "--json"]).output)
    assert (told["rows"], told["put_right"]) == (30, [])


def test_a_column_named_after_a_series_is_judged_as_that_series(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("date,BAMLH0A0HYM2\n2008-01-02,485\n2008-01-03,490\n")
    done = CliRunner().invoke(cli, ["data", "check", str(path)])
    assert done.exit_code == 2
    assert "beyond what hy_oas can be in percent" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_name_that_is_not_utf8_is_refused_before_any_work(own):
    name = os.fsdecode(bytes(own.parent) + b"/gr\xf6.csv")
    done = CliRunner().invoke(cli, ["data", "check", name])
    assert done.exit_code == 2
    assert r"gr\udcf6.csv" in done.stderr and "is not UTF-8" in done.stderr
