"""What 10^9 variants on 50 markets would take, from what `benchmarks.sweep` measured.

    python -m benchmarks.scaling [--results benchmarks/results/sweep.json] [--variants 1e9]

Prints the tables of docs/scaling.md. Nothing is measured here: processor time,
bytes and memory of the measured sweeps are multiplied by what is asked for.
"""

from __future__ import annotations

import argparse
import json
import statistics
from pathlib import Path
from typing import Any

from strategy.sweep.engine.engine import KEPT, ROWS

RESULTS = Path(__file__).resolve().parent / "results" / "sweep.json"
#: Settings of the long and of the hedge in one context of the grid that is extrapolated to.
LONGS, HEDGES = 1_000, 2_000
#: Settings of each sleeve in configs/sweep_million.yaml.
MILLION_SIDE = 1_000
HOUR = 3600.0


def costs(found: dict[str, Any]) -> dict[str, float]:
    """Processor seconds, bytes and memory, as measured."""
    measured, million = found["figures"], found["million"]
    processor = {
        name: cost["processor"] / 1e6 for name, cost in measured.items() if name != "share"
    }
    whole = statistics.median(million["processor_seconds"]) / million["variants"]
    pair, prepared = processor["pair"], processor["prepared setting"]
    long = processor["tactical setting"] + prepared
    hedge = processor["hedge setting"] + prepared
    return {
        "pair": pair,
        "long": long,
        "hedge": hedge,
        "dense": processor["dense"],
        # a row beside its path: Parquet, putting parts together, the program's start
        "files": max(0.0, whole - pair - MILLION_SIDE * (long + hedge) / million["variants"]),
        "single": found["others"]["a single run"]["processor"] / 1e6,
        "vectorbt": processor["separable, vectorbt"],
        "bytes": million["disk_bytes"] / million["variants"],
        "peak": float(million["peak_bytes"]),
    }


def table(cost: dict[str, float], variants: float, markets: int, cores: int) -> list[str]:
    """Rows of the table: way, a variant, core hours, hours on so many cores, bytes on disk."""
    n = variants * markets
    contexts = variants / (LONGS * HEDGES)
    # settings of each context are prepared once where its parts stay on one worker
    settings = contexts * markets * (LONGS * cost["long"] + HEDGES * cost["hedge"])
    ways = {
        "composed": n * (cost["pair"] + cost["files"]) + settings,
        "dense": n * (cost["dense"] + cost["files"]),
        "vectorbt, metrics alone": n * cost["vectorbt"],
        "single runs": n * cost["single"],
    }
    rows = [
        f"| way | a variant, processor | core hours | on {cores} cores |",
        "| --- | ---: | ---: | ---: |",
    ]
    for name, seconds in ways.items():
        hours = seconds / HOUR
        rows.append(f"| {name} | {_time(seconds / n)} | {_round(hours)} | {_span(hours / cores)} |")
    return rows


def storage(cost: dict[str, float], variants: float, markets: int, cores: int) -> list[str]:
    """Rows of the table of bytes and memory."""
    n = variants * markets
    parts = n / ROWS["separable"]
    return [
        "| what | amount |",
        "| --- | ---: |",
        f"| Parquet, a variant | {cost['bytes']:.0f} bytes |",
        f"| Parquet, all | {n * cost['bytes'] / 1e12:.1f} TB |",
        f"| parts of {ROWS['separable']:,} variants | {parts:,.0f} |",
        f"| bytes of one part | {ROWS['separable'] * cost['bytes'] / 1e6:.1f} MB |",
        f"| peak memory of a process | {cost['peak'] / 1e9:.2f} GB |",
        f"| memory of {cores} processes | {cores * cost['peak'] / 1e9:.0f} GB |",
        f"| settings of a sleeve kept at a time, at most | {KEPT:,} |",
    ]


def _time(seconds: float) -> str:
    return f"{seconds * 1e6:.3g} µs" if seconds < 1e-3 else f"{seconds * 1e3:.3g} ms"


def _round(hours: float) -> str:
    return f"{float(f'{hours:.2g}'):,.0f}"


def _span(hours: float) -> str:
    if hours < 48.0:
        return f"{hours:.2g} hours"
    if hours < 365.0 * 24.0:
        return f"{float(f'{hours / 24.0:.2g}'):,.0f} days"
    return f"{float(f'{hours / 24.0 / 365.0:.2g}'):,.0f} years"


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--variants", type=float, default=1e9)
    parser.add_argument("--markets", type=int, default=50)
    parser.add_argument("--cores", type=int, default=64)
    options = parser.parse_args()
    cost = costs(json.loads(options.results.read_text(encoding="utf-8")))
    asked = (options.variants, options.markets, options.cores)
    print("\n".join([*table(cost, *asked), "", *storage(cost, *asked)]))
    print(
        f"\na pair {_time(cost['pair'])}, its row and file {_time(cost['files'])}, a setting of "
        f"the long {_time(cost['long'])}, of the hedge {_time(cost['hedge'])}"
    )


if __name__ == "__main__":
    main()
