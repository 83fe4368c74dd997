"""Extreme markets through every command, warnings as errors: a result, or one line and code 2."""

from __future__ import annotations

import json
import os
import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from strategy.cli import cli

DAYS = pd.bdate_range("2003-10-01", "2006-06-30")
N = len(DAYS)


def walk(n: int) -> np.ndarray:
    rng = np.random.default_rng(1)
    return np.asarray(1000.0 * np.exp(np.cumsum(rng.normal(2e-4, 0.01, n))))


def on(days: pd.DatetimeIndex) -> pd.Series:
    return pd.Series(walk(len(days)), days)


def leap(days: pd.DatetimeIndex) -> pd.Series:
    """A walk that stands at eleven times its height from one session of November on."""
    closes = on(days)
    return closes.where(days < pd.Timestamp("2004-11-16"), closes * 11.0)


#: Closes by session.
MARKETS: dict[str, pd.Series] = {
    "towards zero": pd.Series(1000.0 * np.exp(np.linspace(0.0, np.log(1e-8), N)), DAYS),
    "five rows": on(DAYS[:5]),
    "twenty rows": on(pd.bdate_range("2004-11-01", periods=20)),
    "only Novembers": on(DAYS[DAYS.month == 11]),
    "+1000 % in a day": leap(DAYS),
    "half and double": pd.Series(np.where(np.arange(N) % 2, 1000.0, 500.0), DAYS),
}
#: Markets of many vintages take too long for every run of the tests.
WIDE = ("only Novembers", "+1000 % in a day", "half and double")
COMMANDS = (
    *("run", "run put", "hedge", "sweep", "scenario", "today", "audit", "compare"),
    *("lookahead", "signals"),
)
PLAN: dict[str, Any] = {
    "name": "extreme",
    "data": {"start": None},
    "hedge": {"score": {"from": 0.0, "to": 0.01}, "when_blind": "full"},
}
CASES = [
    pytest.param(name, command, marks=pytest.mark.campaign if name in WIDE else ())
    for name in MARKETS
    for command in COMMANDS
]
#: What no file and no screen may say; "None" begins sentences.
UNSAID = re.compile(r"(?<![\w.])-?(nan|inf|NaN|Infinity)(?![\w.])|\bNone\b(?! (was|of|is|were))")


@pytest.fixture(scope="module")
def yard(tmp_path_factory) -> Iterator[Path]:
    root, before = tmp_path_factory.mktemp("extreme"), Path.cwd()
    os.chdir(root)
    yield root
    os.chdir(before)


def simulate(*words: str) -> tuple[int, str]:
    """A command in this process, every warning an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        done = CliRunner().invoke(cli, list(words), prog_name="simulate")
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code in (0, 2), done.output
    if done.exit_code:
        *_, last = done.stderr.splitlines()
        assert last.startswith("error: ")
    assert not UNSAID.search(done.output), UNSAID.search(done.output)
    return done.exit_code, done.output


def files_say_figures(folder: Path) -> None:
    """No file holds what is no figure; JSON is JSON."""
    for path in folder.rglob("*"):
        if path.suffix == ".json":
            text = path.read_text()
            json.loads(text, parse_constant=pytest.fail)
        elif path.suffix in (".csv", ".html"):
            text = re.sub(r"(?s)<script.*?</script>|<style.*?</style>", "", path.read_text())
            found = UNSAID.search(text)
            assert not found, (path.name, text[max(0, found.start() - 80) : found.end() + 20])


@pytest.mark.parametrize(("name", "command"), CASES)
def test_an_extreme_market_gives_a_result_or_one_line(yard, name, command):
    place = Path("of-" + re.sub(r"\W+", "-", name))
    place.mkdir(exist_ok=True)
    prices, plan = place / "prices.csv", place / "plan.yaml"
    closes = MARKETS[name]
    closes.rename_axis("date").rename("close").to_csv(prices)
    moves = closes.index[1:][np.abs(np.diff(np.log(closes))) > 0.3]
    data = {
        **PLAN["data"],
        "prices": str(prices.resolve()),
        "formats": {"prices": {"moves": [f"{day:%F}" for day in moves]}},
    }
    entry = {"tactical": {"entry": {"fill": "next_close"}}}
    plan.write_text(json.dumps(PLAN | entry | {"data": data}))
    out = ("--out", str(place / command.replace(" ", "-")))
    if command == "sweep":
        sweep = {"keys": {"tactical.stop": [0.01, 0.02]}, "judge": 0}
        plan.write_text(json.dumps(PLAN | entry | {"data": data, "sweep": sweep}))
        simulate("sweep", str(plan))
    elif command == "compare":
        folders = []
        for stop in ("0.02", "0.03"):
            words = ("--set", f"tactical.stop={stop}", "--no-report", "--no-tearsheet", "-q")
            code, said = simulate("run", str(plan), *words, *out)
            if code:
                return
            folders.append(said.strip())
        simulate("compare", *folders, "--out", str(place / "compare.html"))
    else:
        more = {
            "run": out,
            "run put": ("--set", "hedge.instrument=put", "--no-tearsheet", *out),
            "hedge": ("--compare",),
            "scenario": ("--paths", "20", *out),
            "audit": out,
            "lookahead": ("--dates", "1"),
        }.get(command, ())
        code, _ = simulate(command.partition(" ")[0], str(plan), *more)
        if code and command.startswith("run"):
            assert not any(Path(out[1]).rglob("*.json"))
    if "--out" in out and Path(out[1]).exists():
        files_say_figures(Path(out[1]))
