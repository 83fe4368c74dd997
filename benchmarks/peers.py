"""Side by side with what a user would take instead: one plan on the same bars in five libraries.

    python -m benchmarks.peers [--repeats 3] [--variants 1000] [--growth] [--out FILE] [--write]

Lines to write the plan down, processor time of one and of 1,000 variants (of
its stop), and how many of the legs have the same fills as this program's, with
what makes the others differ. `--growth` adds how time and memory grow with
sessions, variants, markets and workers. `--write` puts the tables into
docs/peers.md. Where running all variants would take minutes, some are run and
multiplied; the table says so.
"""

from __future__ import annotations

import argparse
import ast
import inspect
import json
import statistics
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks import peer_plans
from benchmarks.peer_plans import COLUMNS, PLAN, Legs

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "peers.md"
STOP = 0.03
#: Seconds of processor time after which a peer's variants are counted up and not run.
MOST = 20.0
#: Prices are the same to this, relative.
SAME = 1e-9


@dataclass(frozen=True)
class Peer:
    """One way to run the plan.

    Attributes
    ----------
    name : str
    package : str
        Whose version is told; empty for a loop of one's own.
    licence : str
    one : callable
        Legs at `STOP`.
    many : callable
        Runs so many variants.
    lines : int
    why : dict of str to str
        What makes fills differ, by kind (see `differences`).
    at_once : bool
        Whether it runs many variants in one call: then all are run.
    """

    name: str
    package: str
    licence: str
    one: Callable[[], Legs]
    many: Callable[[np.ndarray], object]
    lines: int
    why: dict[str, str]
    at_once: bool = False


def lines_of(function: Callable[..., object]) -> int:
    """Lines of a function that are neither empty, comment nor docstring."""
    source = textwrap.dedent(inspect.getsource(function))
    node = ast.parse(source).body[0]
    assert isinstance(node, ast.FunctionDef)
    body = source.splitlines()[node.body[0].end_lineno or 0 :]  # the docstring ends there
    return 1 + sum(bool(line.strip()) and not line.strip().startswith("#") for line in body)


def peers() -> list[Peer]:
    """The program itself first; a package that is not installed is left out."""
    from strategy.api import load_market
    from strategy.plan.file.plan_file import read_plan_file
    from strategy.run.simulation import simulate

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "peers.yaml"
        file.write_text(PLAN, "utf-8")
        plan = read_plan_file(file).plan
        swept = Path(folder) / "sweep.yaml"
        swept.write_text(PLAN + "sweep: {keys: {tactical.stop: [0.03]}, judge: 0}\n", "utf-8")
    market = load_market(plan)
    simulation = simulate(plan, market)
    schedules = [v.schedule for v in simulation.vintages if v.schedule.entry > 0]
    anchors = np.array([s.anchor for s in schedules])
    lasts = np.array([s.last for s in schedules])
    bars = market.prices

    def ours() -> Legs:
        rows = [
            (v.schedule.entry, v.outcome.entry_price, fill.session, fill.price)
            for v in simulate(plan, market).vintages
            for fill in v.outcome.exits
        ]
        return pd.DataFrame(rows, columns=list(COLUMNS))

    def our_variants(stops: np.ndarray) -> object:
        from strategy.sweep.engine.engine import make_engine
        from strategy.sweep.file.grid import make_grid
        from strategy.sweep.file.sweep_file import load_sweep

        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "sweep.yaml"
            keys = f"{{keys: {{tactical.stop: {[float(s) for s in stops]}}}, judge: 0}}"
            file.write_text(f"{PLAN}sweep: {keys}\n", "utf-8")
            engine = make_engine(make_grid(load_sweep(file)))
        return engine.compute(np.arange(len(stops)))

    def each(function: Callable[..., Legs]) -> tuple[Callable[[], Legs], Callable[..., object]]:
        return (
            lambda: function(bars, anchors, lasts, STOP),
            lambda stops: [function(bars, anchors, lasts, float(s)) for s in stops],
        )

    def chunks(stops: np.ndarray) -> object:
        parts = np.array_split(stops, max(1, len(stops) // 100))
        return [peer_plans.vectorbt(bars, anchors, lasts, part) for part in parts]

    entry_bar = "its stops and targets are live from the bar after the entry"
    found = [
        Peer(
            "simulate",
            "simulate-plans",
            "MIT",
            ours,
            our_variants,
            sum(bool(line.strip()) for line in PLAN.splitlines()),
            {},
            at_once=True,
        ),
        Peer("a pandas loop", "pandas", "BSD-3", *each(peer_plans.pandas_loop),
             lines_of(peer_plans.pandas_loop), {}),
        Peer(
            "vectorbt `from_signals`, Rust",
            "vectorbt",
            "Apache-2.0 with Commons Clause",
            lambda: peer_plans.vectorbt(bars, anchors, lasts, STOP)[0],
            chunks,
            lines_of(peer_plans.vectorbt),
            {"exit": entry_bar, "missing": entry_bar, "more": entry_bar},
            at_once=True,
        ),
        Peer(
            "backtesting.py",
            "backtesting",
            "AGPL-3.0",
            *each(peer_plans.backtesting_py),
            lines_of(peer_plans.backtesting_py),
            {
                "exit": "the day's exit is the next open; the stop is set from the close before "
                "the fill",
                "more": "it buys an open above the target, and sells it there",
            },
        ),
        Peer(
            "bt",
            "bt",
            "MIT",
            *each(peer_plans.bt),
            lines_of(peer_plans.bt),
            {"entry": "one price a day: it buys, stops and takes profits at closes"},
        ),
    ]  # fmt: skip
    return [peer for peer in found if peer.package == "simulate-plans" or _version(peer.package)]


def differences(own: Legs, other: Legs) -> dict[str, int]:
    """Legs with the same fills, and the others by the first thing that differs."""
    both = own.merge(other, on="entry", how="outer", suffixes=("", "_other"), indicator=True)
    there = both[both["_merge"] == "both"]

    def off(name: str) -> pd.Series:
        return (there[name] / there[f"{name}_other"] - 1.0).abs() > SAME

    entry = off("entry_price")
    exit_ = ~entry & (off("exit_price") | (there["exit"] != there["exit_other"]))
    return {
        "same": int((~entry & ~exit_).sum()),
        "entry": int(entry.sum()),
        "exit": int(exit_.sum()),
        "missing": int((both["_merge"] == "left_only").sum()),
        "more": int((both["_merge"] == "right_only").sum()),
    }


def processor(side: Callable[[], object]) -> float:
    """Seconds of processor time, all threads."""
    began = time.process_time()
    side()
    return time.process_time() - began


def side_by_side(repeats: int, variants: int) -> list[dict[str, Any]]:
    """One row a peer."""
    rows = []
    listed = peers()
    own = listed[0].one()
    stops = np.linspace(0.005, 0.06, variants)
    for peer in listed:
        legs = peer.one()
        peer.many(stops[:2])  # compiles and fills caches: not counted
        one = statistics.median(processor(peer.one) for _ in range(repeats))
        run = variants
        if one * variants > MOST and not peer.at_once:
            run = min(variants, max(2, int(MOST / one / 2)))
        many = processor(partial(peer.many, stops[:run])) * variants / run
        rows.append(
            {
                "peer": peer.name,
                "version": _version(peer.package) or "",
                "licence": peer.licence,
                "lines": peer.lines,
                "one": one,
                "many": many,
                "run": run,
                "legs": len(legs),
                **differences(own, legs),
                "why": peer.why,
            }
        )
        print(f"{peer.name}: {one:.3f} s, {many:.3f} s", file=sys.stderr)
    return rows


def table(rows: list[dict[str, Any]], variants: int) -> str:
    """The rows as Markdown."""
    lines = [
        f"| | lines | one, s | {variants:,}, s | legs | same fills | what differs |",
        "|---|---:|---:|---:|---:|---:|---|",
    ]
    for row in rows:
        because = [
            f"{row[kind]} {what}: {row['why'].get(kind, 'see the code')}"
            for kind, what in (
                ("entry", "entered at another price"),
                ("exit", "left otherwise"),
                ("missing", "not there"),
                ("more", "more"),
            )
            if row[kind]
        ]
        many = f"{row['many']:.3g}" + ("" if row["run"] == variants else f" ({row['run']} run)")
        cells = (
            f"{row['peer']} {row['version']} ({row['licence']})",
            f"{row['lines']}",
            f"{row['one']:.3g}",
            many,
            f"{row['legs']}",
            f"{row['same']}",
            "; ".join(because) or "–",
        )
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


#: One point of growth, in a process of its own: its time and its peak memory.
POINT = """
import json, resource, sys, time
sys.path.insert(0, sys.argv[1])
from benchmarks.peers import grow
began = time.perf_counter()
used = grow(*json.loads(sys.argv[2]))
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
if sys.platform == "linux":  # the above also counts the process that this one was started from
    status = open("/proc/self/status").read()
    peak = int(status.split("VmHWM:")[1].split()[0])
print(json.dumps({"seconds": used, "peak_kb": peak}))
"""


def grow(what: str, size: int) -> float:
    """Processor time of one point, after what is the same at every point was done once."""
    import numba

    from market.kept import _STORES
    from strategy.api import load_market, load_plan, load_sweep
    from strategy.run.simulation import simulate

    numba.set_num_threads(1)
    if what == "sessions":
        plan = load_plan("short_long")
        market = load_market(plan)
        simulate(plan, market)
        part = _last(market, size)

        def anew() -> None:
            _STORES.clear()  # nothing kept of a market before
            simulate(plan, part)

        return statistics.median(processor(anew) for _ in range(5))
    from strategy.sweep.engine.engine import make_engine
    from strategy.sweep.file.grid import make_grid

    sweep = load_sweep("sweep_million")
    if what == "workers":
        return _whole_sweep(sweep, size)
    grid = make_grid(sweep)
    engine = make_engine(grid)
    warm = np.arange(10)
    engine.compute(warm)
    if what == "variants":
        numbers = np.arange(size)
        fresh = make_engine(grid)

        def chunked() -> None:
            for first in range(0, len(numbers), fresh.rows):
                fresh.compute(numbers[first : first + fresh.rows])

        return processor(chunked)
    assert what == "markets"
    engines = [make_engine(grid) for _ in range(size)]
    return processor(lambda: [e.compute(np.arange(2_000)) for e in engines])


def _whole_sweep(sweep: Any, workers: int) -> float:
    """Seconds by the clock of a sweep to its files without the judge.

    A negative number of workers: as many processes of a Dask cluster on this
    machine, once they are there.
    """
    from dataclasses import replace

    from strategy.sweep.work.run import run_sweep

    unjudged = replace(sweep, judge=0)
    run = partial(run_sweep, unjudged, yes=True)
    with tempfile.TemporaryDirectory() as folder:
        if workers > 0:
            began = time.perf_counter()
            run(folder, workers=workers)
            return time.perf_counter() - began
        from distributed import LocalCluster

        from strategy.sweep.work.cluster import ClusterCrew

        with LocalCluster(
            n_workers=-workers, threads_per_worker=1, dashboard_address=None
        ) as cluster:
            began = time.perf_counter()
            run(folder, workers=1, crew=ClusterCrew(cluster.scheduler_address))
            return time.perf_counter() - began


def _last(market: Any, sixteenths: int) -> Any:
    """The last of the market's history: so many sixteenths of its sessions."""
    from dataclasses import replace

    prices = market.prices
    return replace(market, prices=prices.iloc[-len(prices) * sixteenths // 16 :])


#: Points of growth.
GROWTH = {
    "sessions": (1, 4, 16),
    "variants": (1_000, 10_000, 100_000, 1_000_000),
    "markets": (1, 5, 20),
    "workers": (1, 2, -2),
}


def growth() -> list[dict[str, Any]]:
    """One row a point: processor time and peak memory of its process."""
    rows = []
    for what, sizes in GROWTH.items():
        for size in sizes:
            done = subprocess.run(
                (sys.executable, "-c", POINT, str(ROOT), json.dumps([what, size])),
                capture_output=True,
                text=True,
                check=True,
                cwd=ROOT,
            )
            point = json.loads(done.stdout.splitlines()[-1])
            rows.append({"what": what, "size": size, **point})
            print(f"{what} {size:,}: {point['seconds']:.3f} s", file=sys.stderr)
    return rows


def exponent(rows: list[dict[str, Any]]) -> float:
    """Slope of log time on log size between points: 1 is in proportion."""
    size = np.log([row["size"] for row in rows])
    seconds = np.log([max(row["seconds"], 1e-6) for row in rows])
    return float(np.polyfit(size, seconds, 1)[0])


def growth_table(rows: list[dict[str, Any]]) -> str:
    """The points as Markdown, beside each the exponent from the one before."""
    lines = ["| what | times | s | peak, MB | exponent |", "|---|---:|---:|---:|---:|"]
    for what in GROWTH:
        own = [row for row in rows if row["what"] == what]
        for i, row in enumerate(own):
            told = f"{exponent(own[i - 1 : i + 1]):.2f}" if i and row["size"] > 0 else ""
            size = f"{row['size']:,}" if row["size"] > 0 else f"{-row['size']}, Dask"
            lines.append(
                f"| {what} | {size} | {row['seconds']:.3g} | {row['peak_kb'] / 1e3:.0f} | {told} |"
            )
    return "\n".join(lines)


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def write(tables: dict[str, str]) -> None:
    """Put each table between its marks in the page."""
    page = PAGE.read_text("utf-8")
    for name, text in tables.items():
        begin, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
        head, rest = page.split(begin)
        page = head + begin + f"{text}\n" + end + rest.split(end)[1]
    PAGE.write_text(page, "utf-8")


def main() -> int:
    """Measure, print the tables, write JSON."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--variants", type=int, default=1_000)
    parser.add_argument("--growth", action="store_true")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/peers.md")
    default = ROOT / "benchmarks" / "results" / "peers.json"
    parser.add_argument("--out", type=Path, default=default)
    options = parser.parse_args()
    rows = side_by_side(max(1, options.repeats), options.variants)
    tables = {"peers": table(rows, options.variants)}
    report: dict[str, Any] = {"peers": rows}
    if options.growth:
        report["growth"] = growth()
        tables["growth"] = growth_table(report["growth"])
    print("\n\n".join(tables.values()))
    if options.write:
        write(tables)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
