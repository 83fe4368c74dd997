"""Documents of one's own that a stranger spoiled: text on the page or one line, no traceback."""

from __future__ import annotations

import copy
import json
import os
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from market.errors import InputError
from reports.run.claims_section import read_claims
from reports.stored.tables import HEDGE_TABLES, TABLES
from strategy.cli import cli

DAYS = pd.bdate_range("2004-10-01", "2007-12-31")
PLAN = {
    "name": "whole",
    "data": {"prices": "prices.csv", "start": None},
    "tactical": {"entry": {"fill": "next_close"}},
    "hedge": {"score": {"from": 0.0, "to": 0.01}},
}
TAG = "<plant-ed onx=1>"
#: Values that stand where others should: of another kind, without bound, markup, control codes.
NASTY: tuple[Any, ...] = (
    *(None, True, -1, 0, 10**18, 1e308, "", TAG, "[/b]", "x" * 3000, "\x1b[31m", "2024-99-99"),
    *([], {}, [1], {"a": 1}, [[]], [None], "nan"),
)
#: Texts that are no JSON, or none that can be written again.
BROKEN = ("NaN", "Infinity", "-Infinity", "1e400", "9" * 30, "9" * 5000, '"\\ud800"', "", "{", "\0")


def simulate(*words: str) -> tuple[int, str]:
    """Exit code and output of a command: 0, or 2 and one line."""
    done = CliRunner().invoke(cli, list(words), prog_name="simulate")
    assert done.exception is None or isinstance(done.exception, SystemExit), (words, done.exc_info)
    assert done.exit_code in (0, 2), done.output
    if done.exit_code:
        assert len(done.stderr.splitlines()) == 1, done.stderr
    return done.exit_code, done.output


@pytest.fixture(scope="module")
def runs(tmp_path_factory) -> Iterator[list[Path]]:
    """Two whole runs and an audit, in a folder that is the working folder meanwhile."""
    root, before = tmp_path_factory.mktemp("crafted"), Path.cwd()
    os.chdir(root)
    rng = np.random.default_rng(3)
    closes = 1000.0 * np.exp(np.cumsum(rng.normal(0.0004, 0.008, len(DAYS))))
    pd.Series(closes, DAYS.rename("date"), name="close").to_csv("prices.csv")
    Path("plan.yaml").write_text(json.dumps(PLAN))
    for stop in (0.02, 0.03):
        assert simulate("run", "plan.yaml", "--set", f"tactical.stop={stop}", "-q")[0] == 0
    assert simulate("audit", "plan.yaml", "--out", "audits", "-q")[0] == 0
    yield sorted(path for path in Path("runs").iterdir() if path.is_dir())
    os.chdir(before)


def places(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where something stands in a document; of a list the first two members."""
    if path:
        yield path
    if isinstance(node, dict):
        for key, value in node.items():
            yield from places(value, (*path, key))
    elif isinstance(node, list):
        for key, value in enumerate(node[:2]):
            yield from places(value, (*path, key))


def spoiled(document: Any, seed: int, count: int) -> Iterator[dict[str, Any]]:
    """The document with one value put in another's place, or taken out."""
    draw = random.Random(seed)
    everywhere = list(places(document))
    for _ in range(count):
        path, out = draw.choice(everywhere), copy.deepcopy(document)
        node = out
        for key in path[:-1]:
            node = node[key]
        if draw.random() < 0.2:
            del node[path[-1]]
        else:
            node[path[-1]] = draw.choice(NASTY)
        yield out


def with_document(runs: list[Path], name: str, text: str) -> str:
    """A copy of the first run with another document."""
    place = Path("spoiled")
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(runs[0], place)
    (place / name).write_text(text)
    return str(place)


@pytest.mark.parametrize("seed", range(3))
def test_a_crafted_hedge_is_shown_or_told(runs, seed):
    document = json.loads((runs[0] / "hedge.json").read_text())
    for number, crafted in enumerate(spoiled(document, seed, 25)):
        place = with_document(runs, "hedge.json", json.dumps(crafted))
        for name in HEDGE_TABLES:
            code, said = simulate("table", place, name)
            told = str(Path(place, "hedge.json")) in said or "nothing in" in said
            assert not code or told, number


@pytest.mark.parametrize("name", ["run.json", "metrics.json"])
def test_a_crafted_record_is_shown_or_told(runs, name):
    document = json.loads((runs[0] / name).read_text())
    for number, crafted in enumerate(spoiled(document, 7, 12)):
        place = with_document(runs, name, json.dumps(crafted))
        simulate("runs", "show", place)
        simulate("runs", "list", "--runs", ".")
        for table in TABLES:
            simulate("table", place, table)
        simulate("plot", place, "equity", "--out", "x.svg")
        if number % 3 == 0:
            page = Path(f"{number}.html")
            words = ("compare", place, str(runs[1]), "--different-data", "--out", page.name)
            code, _ = simulate(*words)
            assert code or TAG not in page.read_text()


def test_a_crafted_audit_is_read_or_told(runs):
    (audit,) = Path("audits").iterdir()
    document = json.loads((audit / "audit.json").read_text())
    # of all values those that a report shows
    document = {key: document[key] for key in ("audit", "claims")}
    for crafted in spoiled(document, 1, 400):
        Path("audit.json").write_text(json.dumps(crafted))
        try:
            claims = read_claims("audit.json")
        except InputError as error:
            assert error.where == "audit.json" and "simulate audit" in error.do
            continue
        for row in claims.rows:
            assert isinstance(row.n, int | None) and isinstance(row.p, float | None)
            assert isinstance(row.says, str) and isinstance(row.because, str)


@pytest.mark.parametrize("text", BROKEN, ids=lambda text: ascii(text[:12]))
@pytest.mark.parametrize("name", ["run.json", "metrics.json", "hedge.json"])
def test_what_is_no_json_is_told_with_its_file_and_how_to_make_it_anew(runs, name, text):
    place = with_document(runs, name, '{"summary": ' + text + "}")
    code, said = simulate("table", place, "metrics" if name == "metrics.json" else "hedge-costs")
    assert code == 2 and name in said and "run the plan again" in said


def test_a_document_nested_without_end_is_told(runs):
    place = with_document(runs, "hedge.json", "[" * 100_000)
    code, said = simulate("table", place, "hedge-costs")
    assert code == 2 and "hedge.json: is not JSON" in said
