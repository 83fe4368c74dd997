"""Files of prices and series: shapes that are read, faults planted at every door, mutations.

    python -m tests.reliability.inputs --mutations 20000 --seed 1

Prints the tables of docs/reliability.md. Every file has a known truth: what is
read silently otherwise is a misread, and one is enough for exit code 1.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from market.errors import InputError
from market.files.read import read_prices
from market.judge.record import Judged
from market.judge.rows import exchange_holidays

SESSIONS = pd.bdate_range("2006-10-02", "2007-12-31")
SESSIONS = SESSIONS.difference(exchange_holidays(SESSIONS[0], SESSIONS[-1]))
#: A close further from the truth than this is a misread; less is the rounding of a cut cell.
SAME = 0.01


def truth(seed: int = 0, days: pd.DatetimeIndex = SESSIONS) -> pd.DataFrame:
    """Whole bars of a random walk around 1000, rounded to the cent."""
    rng = np.random.default_rng(seed)
    close = np.round(1000.0 * np.exp(np.cumsum(rng.normal(0.0003, 0.008, len(days)))), 2)
    open_ = np.round(close * np.exp(rng.normal(0.0, 0.002, len(days))), 2)
    high = np.round(np.maximum(open_, close) * 1.002, 2)
    low = np.round(np.minimum(open_, close) * 0.998, 2)
    columns = {"open": open_, "high": high, "low": low, "close": close}
    return pd.DataFrame(columns, index=days)


# ---- shapes ----------------------------------------------------------------------------------


def table(
    bars: pd.DataFrame,
    header: str,
    day: str,
    sign: str = ",",
    cell: Callable[[float], str] = "{:.2f}".format,
    columns: tuple[str, ...] = ("open", "high", "low", "close"),
    tail: tuple[str, ...] = (),
    head: str = "",
) -> str:
    """A text table in the shape that a download has."""
    lines = [header]
    for date, row in bars.iterrows():
        cells = [f"{date:{day}}", *(cell(row[c]) for c in columns), *tail]
        lines.append(head + sign.join(cells))
    return "\n".join(lines) + "\n"


def _english(value: float) -> str:
    return f'"{value:,.2f}"'


def _german(value: float) -> str:
    return f"{value:,.2f}".translate(str.maketrans(",.", ".,"))


CLOSE = ("close",)
SHAPES: dict[str, Callable[[pd.DataFrame], str]] = {
    "plain": lambda b: table(b, "date,open,high,low,close", "%Y-%m-%d"),
    "Yahoo": lambda b: table(b, "Date,Open,High,Low,Close,Volume", "%Y-%m-%d", tail=("1000",)),
    "Yahoo's page": lambda b: table(
        b.iloc[::-1], "Date\tOpen\tHigh\tLow\tClose\tVolume", "%b %d, %Y", "\t", tail=("1000",)
    ),
    "yfinance": lambda b: table(
        b[["close", "high", "low", "open"]],
        "Price,Close,High,Low,Open,Volume\nTicker,X,X,X,X,X\nDate,,,,,",
        "%Y-%m-%d",
        columns=("close", "high", "low", "open"),
        tail=("1000",),
    ),
    "flattened": lambda b: table(b, "Date,Open_^X,High_^X,Low_^X,Close_^X", "%Y-%m-%d"),
    "Stooq": lambda b: table(
        b,
        "<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>",
        "%Y%m%d,000000",
        tail=("1000",),
        head="X,D,",
    ),
    "MetaTrader": lambda b: table(
        b, "<DATE>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>", "%Y.%m.%d", "\t", tail=("1000",)
    ),
    "Bloomberg": lambda b: table(b, "Dates,PX_OPEN,PX_HIGH,PX_LOW,PX_LAST", "%m/%d/%Y"),
    "Investing": lambda b: table(
        b.iloc[::-1],
        "Date,Open,High,Low,Price,Change %",
        "%m/%d/%Y",
        cell=_english,
        tail=("0.1%",),
    ),
    "Nasdaq": lambda b: table(
        b.iloc[::-1],
        "Date,Close/Last,Open,High,Low",
        "%m/%d/%Y",
        cell="${:.2f}".format,
        columns=("close", "open", "high", "low"),
    ),
    "FRED": lambda b: table(b, "observation_date,SP500", "%Y-%m-%d", columns=CLOSE),
    "German": lambda b: table(
        b, "Datum;Eröffnung;Hoch;Tief;Schluss", "%d.%m.%Y", ";", cell=_german
    ),
    "Chinese": lambda b: table(b, "日期,开盘,最高,最低,收盘", "%Y年%m月%d日"),
    "epoch seconds": lambda b: table(b, "time,open,high,low,close", "%s"),
    "two-digit years": lambda b: table(b, "Date,Close", "%d-%b-%y", columns=CLOSE),
    "UTC, east": lambda b: table(
        b.set_axis(b.index - pd.Timedelta(hours=2)),
        "Date,Close",
        "%Y-%m-%dT%H:%M:%S+00:00",
        columns=CLOSE,
    ),
}

# ---- faults ----------------------------------------------------------------------------------


def scaled(factor: float, rows: int | None = None) -> Callable[[pd.DataFrame], pd.DataFrame]:
    """Prices of a stretch in another unit, or before a split; to the end without `rows`."""

    def fault(bars: pd.DataFrame) -> pd.DataFrame:
        out = bars.copy()
        at = len(out) // 2
        out.iloc[at : None if rows is None else at + rows] *= factor
        return out.round(4)

    return fault


def moved(days: int) -> Callable[[pd.DataFrame], pd.DataFrame]:
    """All dates early or late."""
    return lambda bars: bars.set_axis(bars.index + pd.Timedelta(days=days))


def without(share: float, length: int) -> Callable[[pd.DataFrame], pd.DataFrame]:
    """A stretch of sessions missing."""

    def fault(bars: pd.DataFrame) -> pd.DataFrame:
        at = int(len(bars) * share)
        return bars.drop(bars.index[at : at + length])

    return fault


def repeated(bars: pd.DataFrame) -> pd.DataFrame:
    """A day twice."""
    at = len(bars) // 3
    return pd.concat([bars.iloc[: at + 1], bars.iloc[at:]])


def to_come(bars: pd.DataFrame) -> pd.DataFrame:
    """Years that have not come yet."""
    return bars.set_axis(bars.index + pd.DateOffset(years=100))


def nothing(bars: pd.DataFrame) -> pd.DataFrame:
    """A price of zero for one that is not there."""
    out = bars.copy()
    out.iloc[len(out) // 2] = 0.0
    return out


FAULTS: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "pence to pounds": scaled(0.01),
    "a row times 100": scaled(100.0, 1),
    "split 10 to 1": scaled(0.1),
    "split 2 to 1": scaled(0.5),
    "split 3 to 2": scaled(2.0 / 3.0),
    "split 4 to 3": scaled(0.75),
    "split 5 to 4": scaled(0.8),
    "reverse split 1 to 10": scaled(10.0),
    "dates a day early": moved(-1),
    "dates a day late": moved(1),
    "two months missing": without(0.4, 42),
    "a day twice": repeated,
    "dates to come": to_come,
    "a price of zero": nothing,
}


@dataclass(frozen=True)
class Door:
    """A way by which rows enter: from a file to what was judged.

    Parameters
    ----------
    enter : callable
        Of the file of prices and the folder.
    """

    name: str
    enter: Callable[[Path], Judged]
    parquet: bool = False


def _plan(prices: str | None = None, files: dict[str, str] | None = None) -> str:
    import json

    data = {"prices": prices, "files": files or {}, "start": "2006-10-01"}
    plan = {"name": "door", "data": data, "tactical": {"entry": {"fill": "next_close"}}}
    sweep = {"keys": {"tactical.stop": [0.01, 0.02]}, "judge": 0}
    return json.dumps(plan | {"sweep": sweep, "scenario": {"paths": 10}})


def _judged(judged: Judged | None) -> Judged:
    assert judged is not None
    return judged


def _run(path: Path) -> Judged:
    from strategy import api

    plan = path.with_name("plan.yaml")
    plan.write_text(_plan().replace('"sweep"', '"x-sweep"').replace('"scenario"', '"x-scenario"'))
    return _judged(api.load_market(api.load_plan("short_long", prices=path)).judged)


def _files(path: Path) -> Judged:
    from strategy import api

    plan = api.load_plan("short_long", [f"data.files={{xlk: {path}}}"])
    return _judged(api.load_market(plan).series["xlk"].judged)


def _sweep(path: Path) -> Judged:
    from strategy import api
    from strategy.sweep.engine.engine import make_engine
    from strategy.sweep.file.grid import make_grid

    sweep = api.load_sweep("sweep_stop_target", prices=path)
    return _judged(make_engine(make_grid(sweep)).market(sweep.plan).judged)


def _scenario(path: Path) -> Judged:
    from strategy import api

    return _judged(api.load_market(api.load_scenario("scenario", prices=path).plan).judged)


def _update(path: Path) -> Judged:
    """`simulate data update xlk --file FILE` into an empty cache."""
    from market.cache.store import Cache
    from market.live.update import from_file

    with tempfile.TemporaryDirectory() as folder:
        report = from_file("xlk", path, cache=Cache(Path(folder)))
    (outcome,) = report.outcomes
    if outcome.status == "held":
        raise InputError(f"held: {'; '.join(outcome.lines)[:90]}")
    return Judged(0, doubted=tuple(map(str, outcome.lines)))


DOORS = (
    Door("run", _run),
    Door("Parquet", _run, parquet=True),
    Door("files", _files),
    Door("update", _update),
    Door("today", _run),
    Door("sweep", _sweep),
    Door("scenario", _scenario),
)


def at_the_door(door: Door, bars: pd.DataFrame, folder: Path) -> tuple[str, str]:
    """``refused``, ``told`` or ``silent``, and what was said."""
    path = folder / ("door.parquet" if door.parquet else "door.csv")
    if door.parquet:
        bars.rename_axis("date").to_parquet(path)
    else:
        path.write_text(SHAPES["plain"](bars))
    try:
        judged = door.enter(path)
    except InputError as error:
        return "refused", error.what
    unlike = ("unlike the S&P", "compared with the S&P")
    said = [line for line in judged.doubted if not any(words in line for words in unlike)]
    said += [*judged.put_right, *judged.left_out]
    return ("told", said[0]) if said else ("silent", "")


def faults_at_doors() -> list[tuple[str, dict[str, tuple[str, str]]]]:
    """Every fault at every door."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for name, fault in FAULTS.items():
            bars = fault(truth())
            rows.append(
                (name, {door.name: at_the_door(door, bars, Path(folder)) for door in DOORS})
            )
    return rows


# ---- mutations -------------------------------------------------------------------------------

TRUTHS = 8


@cache
def _written(shape: str, fault: str, seed: int) -> str:
    bars = truth(seed, SESSIONS[:130])
    return SHAPES[shape](FAULTS[fault](bars) if fault else bars)


@dataclass(frozen=True)
class Mutated:
    """A file with up to three things done to it, and its truth.

    Parameters
    ----------
    bars, written : pandas.DataFrame
        Before and after the fault that was planted, if one was.
    """

    shape: str
    fault: str
    content: bytes
    bars: pd.DataFrame
    written: pd.DataFrame

    def truth(self, days: pd.Index) -> pd.DataFrame:
        """What the rows that are left should say.

        A change of scale shows where rows from before and after it are left,
        dates that are moved in a week of rows; else the file says what it
        says, and nobody can know better.
        """
        middle = self.bars.index[len(self.bars) // 2]
        one_side = bool((days < middle).all() or (days >= middle).all())
        scaled_ = "split" in self.fault or "pounds" in self.fault
        moved_ = self.fault.startswith("dates a day")
        if (scaled_ and one_side) or (moved_ and len(days) < 8):
            return self.written
        return self.bars


def mutated(number: int) -> Mutated:
    """The file of a number: always the same."""
    draw = random.Random(number)
    seed = number % TRUTHS
    bars = truth(seed, SESSIONS[:130])
    shape = draw.choice(list(SHAPES))
    fault = draw.choice(list(FAULTS)) if draw.random() < 0.5 else ""
    lines = _written(shape, fault, seed).splitlines()
    for _ in range(draw.choice((0, 0, 1, 1, 2, 3))):
        if len(lines) < 2:
            break
        i = draw.randrange(1, len(lines))
        how = draw.randrange(9)
        if how == 0:
            del lines[i]
        elif how == 1:
            lines.insert(i, lines[draw.randrange(1, len(lines))])
        elif how == 2:
            j = draw.randrange(1, len(lines))
            lines[i], lines[j] = lines[j], lines[i]
        elif how == 3:
            lines[i] = lines[i][: draw.randrange(len(lines[i]) + 1)]
        elif how == 4:
            at = draw.randrange(len(lines[i]) + 1)
            lines[i] = lines[i][:at] + draw.choice("abc\t;,.-\x00\u00a0\u202e'\"") + lines[i][at:]
        elif how == 5:
            lines.append(
                draw.choice(("Source: somebody", "Total,,,,", "", "end of file", "<html>"))
            )
        elif how == 6:
            lines.insert(0, draw.choice(("# a note", "Security,X", "", "sep=;")))
        elif how == 7:
            lines = lines[:i]
        else:
            lines[i] = lines[i].replace(".", draw.choice((",", "", " ")), 1)
    content = "\n".join(lines).encode(draw.choice(("utf-8", "utf-8", "utf-8-sig", "utf-16")))
    if draw.random() < 0.05:
        content = content[: draw.randrange(len(content))]
    return Mutated(shape, fault, content, bars, FAULTS[fault](bars) if fault else bars)


def verdict(path: Path, truth_of: Callable[[pd.Index], pd.DataFrame]) -> str:
    """What became of a file: right, told, refused, or silently something else."""
    try:
        file = read_prices(path)
    except InputError:
        return "refused"
    judged = file.judged
    close = file.prices["close"]
    bars = truth_of(close.index)
    unknown = close.index.difference(bars.index)
    both = close.index.intersection(bars.index)
    off = np.abs(np.log(close[both] / bars["close"][both])) > SAME
    if not len(unknown) and not off.any():
        return "right"
    if judged.doubted or judged.put_right or judged.left_out:
        return "told"
    return "silent"


def campaign(count: int, seed: int) -> tuple[Counter[str], list[str]]:
    """Verdicts of `count` mutated files, and those that failed."""
    found: Counter[str] = Counter()
    failed: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "mutated.csv"
        for number in range(seed * 1_000_000, seed * 1_000_000 + count):
            case = mutated(number)
            path.write_bytes(case.content)
            try:
                became = verdict(path, case.truth)
            except Exception as error:  # a traceback is what is looked for
                became = "traceback"
                failed.append(f"{number} ({case.shape}): {error!r}")
            if became == "silent":
                failed.append(f"{number} ({case.shape}, {case.fault}): silently misread")
            found[became] += 1
            if failed and became in ("silent", "traceback"):
                print(failed[-1], file=sys.stderr, flush=True)
            done = sum(found.values())
            if done % 1000 == 0:
                print(f"{done:,} of {count:,}: {dict(found)}", file=sys.stderr, flush=True)
    return found, failed


def shapes_read() -> dict[str, str]:
    """What becomes of each shape as it is."""
    out = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, shape in SHAPES.items():
            path = Path(folder) / "shape.csv"
            path.write_text(shape(truth()), encoding="utf-8")
            out[name] = verdict(path, lambda _: truth())
    return out


def main() -> int:
    """Command line of the module."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--mutations", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    read = shapes_read()
    count = Counter(read.values())
    print(f"formats: {count['right']} read, {count['refused']} refused, {count['silent']} misread")
    print(", ".join(f"{name}: {became}" for name, became in read.items()))
    print(f"\n| fault | {' | '.join(door.name for door in DOORS)} | what is said |")
    print("|---" * (len(DOORS) + 2) + "|")
    silent = count["silent"]
    for name, doors in faults_at_doors():
        said = next(words for _, words in doors.values())
        silent += sum(became == "silent" for became, _ in doors.values())
        print(f"| {name} | {' | '.join(became for became, _ in doors.values())} | {said} |")
    found, failed = campaign(given.mutations, given.seed)
    print("\n" + ", ".join(f"{n:,} {name}" for name, n in found.most_common()))
    print("\n".join(failed[:20]))
    return 1 if failed or silent else 0


if __name__ == "__main__":
    sys.exit(main())
