"""Outputs of every command on a set of plans, recorded and compared: a refactoring changes none.

    python -m tests.same_outputs record OLD --tree ../checkout-before
    python -m tests.same_outputs record NEW
    python -m tests.same_outputs compare OLD NEW

`record` runs the commands of CASES with the packages of a source tree (by
default this one) and keeps what they print and write. What names the code and
the moment and not the result is made the same: run ids, the code's version,
times. `compare` lists every file that differs and exits with 1 where one does.
"""

from __future__ import annotations

import argparse
import difflib
import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd

ROOT = Path(__file__).resolve().parent.parent

PLANS = (
    "short_long",
    "structural",
    "hedge_collar",
    "hedge_future",
    "hedge_inverse_etf",
    "hedge_put",
    "hedge_put_spread",
)

#: Overrides that reach the corners of the fill rules, the score, the hedge and the account.
VARIANTS = {
    "target_first": ["tactical.same_bar=target_first", "tactical.stop=0.01"],
    "next_close": ["tactical.entry.fill=next_close"],
    "stop_level": ["tactical.stop={level: support}", "tactical.levels={mode: structural}"],
    "touch": ["tactical.failed_breakout.trigger=touch", "tactical.failed_breakout.buffer=0.002"],
    "budget": ["tactical.size.risk_budget=0.01", "tactical.size.risk_scaling=1"],
    "all_first": ["tactical.first_target_share=1", "tactical.stop=0.015"],
    "overlap": ["hedge.policy=overlap", "hedge.reevaluate=daily", "hedge.band=0"],
    "phased": ["hedge.phase_in.steps=5", "hedge.reevaluate=monthly", "hedge.score.to=0.6"],
    "covers": ["hedge.cover=[{fall: 0.05, share: 0.5}, {fall: 0.1, share: 1}]"],
    "triggers": [
        "risk.triggers.rate_rise.active=true",
        "risk.triggers.credit_event.active=true",
        "risk.triggers.cascade.active=true",
    ],
    "credit_only": ["risk.min_coverage=0.1", "risk.cash.weight=0", "hedge.score.from=0"],
    "no_cash": ["costs.cash=zero", "core.weight=0.6"],
    "light": ["core.weight=0", "costs.fee_bps=0", "costs.slippage_bps=0"],
    "levered": ["core.weight=1.4", "tactical.size.weight=1"],
    "conditions": ["tactical.entry.conditions={touch_20_week_average: {required: true}}"],
}

RUN = ("--no-tearsheet", "--quiet")


def cases() -> dict[str, list[list[str]]]:
    """Name of a case to the commands it runs, one after the other, in a folder of its own."""
    made: dict[str, list[list[str]]] = {}
    for plan in PLANS:
        made[f"run-{plan}"] = [["run", plan, *RUN], ["run", plan, "--no-tearsheet"]]
    made["run-zh"] = [["run", "short_long", "--no-tearsheet", "--lang", "zh-Hant"]]
    made["run-json"] = [["run", "short_long", *RUN[:1], "--no-report", "--json"]]
    for name, overrides in VARIANTS.items():
        sets = [word for key in overrides for word in ("--set", key)]
        made[f"run-{name}"] = [["run", "short_long", *RUN, *sets], ["hedge", "short_long", *sets]]
    made["as-written"] = [["run", "as_written"], ["check", "as_written"], ["check", "short_long"]]
    made["hedge"] = [
        ["hedge", "short_long"],
        ["hedge", "short_long", "--json"],
        ["hedge", "short_long", "--compare"],
        ["hedge", "short_long", "--instrument", "put_spread", "--json"],
    ]
    made["audit"] = [["audit", "short_long", "--out", "en"], ["audit", "short_long", "--json"]]
    made["audit-zh"] = [["audit", "short_long", "--lang", "zh-Hant"]]
    made["sweep"] = [["sweep", "sweep_stop_target", "--workers", "1"]]
    made["sweep-zh"] = [["sweep", "sweep_stop_target", "--workers", "1", "--lang", "zh-Hant"]]
    made["sweep-hedge"] = [["sweep", "sweep_hedge", "--workers", "1"]]
    made["sweep-instruments"] = [["sweep", "sweep_instruments", "--workers", "1"]]
    paths = ["--paths", "800", "--workers", "1"]
    made["scenario"] = [
        ["scenario", "scenario", *paths],
        ["scenario", "scenario", *paths, "--json"],
    ]
    made["scenario-zh"] = [["scenario", "scenario", *paths, "--lang", "zh-Hant"]]
    made["scenario-put"] = [
        ["scenario", "hedge_put", *paths],
        ["scenario", "hedge_collar", *paths, "--as-of", "2007-11-21"],
        ["scenario", "hedge_inverse_etf", *paths, "--as-of", "2000-03-24"],
    ]
    made["calibrate"] = [["scenario", "short_long", "--paths", "200", "--calibrate", "--json"]]
    days = ("2008-01-31", "2018-12-03", "2021-11-19", "2022-06-13", "2024-11-21", "2024-12-03")
    made["today"] = [
        ["today", "short_long", "--date", day, *extra]
        for day in days
        for extra in ([], ["--json"], ["--lang", "zh-Hant"])
    ]
    made["today-put"] = [["today", "hedge_put_spread", "--date", day] for day in days]
    made["lookahead"] = [["lookahead", "short_long"]]
    made["signals"] = [
        ["signals", "short_long"],
        ["signals", "short_long", "--date", "2018-12-03"],
        ["rules"],
        ["rules", "--json"],
        ["schema"],
        ["data", "list"],
    ]
    two = ("runs/short_long-*", "runs/structural-*")
    made["compare"] = [
        ["run", "short_long", *RUN],
        ["run", "structural", *RUN],
        ["compare", *two],
        ["compare", *two, "--lang", "zh-Hant", "--out", "z.html"],
        ["table", "runs/short_long-*"],
        ["table", "runs/short_long-*", "vintages"],
        ["plot", "runs/short_long-*"],
        ["plot", "runs/short_long-*", "vintages", "--out", "vintages.svg"],
    ]
    return made


START = "from strategy.cli import main; main()"


def record(out: Path, tree: Path, only: str | None, workers: int) -> None:
    """Run the cases and keep what they print and write below `out`."""
    chosen = {name: words for name, words in cases().items() if not only or re.search(only, name)}
    with ThreadPoolExecutor(workers) as pool:
        for name in pool.map(lambda item: _case(out, tree, *item), chosen.items()):
            print("recorded", name, flush=True)


def _case(out: Path, tree: Path, name: str, commands: list[list[str]]) -> str:
    here = out / name
    here.mkdir(parents=True)
    environment = {
        **os.environ,
        "PYTHONPATH": str(tree),
        "SIMULATE_DATA_DIR": str(here / "data"),
        "COLUMNS": "100",
        "OMP_NUM_THREADS": "1",
    }
    for number, words in enumerate(commands):
        found = [
            str(next(iter(sorted(here.glob(w))), w).relative_to(here)) if "*" in w else w
            for w in words
        ]
        done = subprocess.run(
            [sys.executable, "-c", START, *found],
            cwd=here,
            env=environment,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
        )
        (here / f"{number:02}.out").write_text(
            f"{' '.join(words)}\nexit {done.returncode}\n{done.stdout}\n--- stderr\n{done.stderr}"
        )
    _make_plain(here, tree)
    return name


ID = re.compile(r"-([0-9a-f]{12})$")

#: What differs from run to run and says nothing of the result.
SAME = [
    (re.compile(r"0\.\d+\.\d+\+[0-9a-f]{12}"), "CODE"),
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(\+00:00|Z)?( UTC)?"), "TIME"),
    (re.compile(r"\b\d+([.,]\d+)? (s|seconds|min|minutes)\b"), "SECONDS"),
    (re.compile(r"\b\d+([.,]\d+)? (秒|分鐘)"), "SECONDS"),
    (re.compile(r'"(elapsed|seconds|took|peak_mb|cpu)[a-z_]*": [\d.e+-]+'), "SECONDS"),
]


def _make_plain(here: Path, tree: Path) -> None:
    """Give folders and texts the same names in every recording; Parquet as text."""
    ids = {found[1] for p in here.rglob("*") if p.is_dir() and (found := ID.search(p.name))}
    for path in here.rglob("*.json"):
        if path.name in ("run.json", "sweep.json", "audit.json", "scenario.json"):
            value = json.loads(path.read_text()).get("id")
            ids |= {value} if isinstance(value, str) else set()
    for path in sorted(here.rglob("*"), key=lambda p: -len(p.parts)):
        if path.is_dir():
            if ID.search(path.name):
                path.rename(path.with_name(ID.sub("-ID", path.name)))
            continue
        if path.suffix == ".parquet":
            _parquet_as_text(path)
            continue
        if path.suffix in (".png", ".lock") or path.name == "trials.sqlite":
            path.unlink()
            continue
        text = (
            path.read_text(errors="replace").replace(str(here), "HERE").replace(str(tree), "TREE")
        )
        for value in sorted(ids):
            text = text.replace(value, "ID")
        for pattern, word in SAME:
            text = pattern.sub(word, text)
        path.write_text(text)


def _parquet_as_text(path: Path) -> None:
    frame = pd.read_parquet(path)
    names = [f"{name}:{kind}" for name, kind in frame.dtypes.items()]
    rows = frame.to_csv(float_format="%.17g")
    path.with_suffix(".parquet.txt").write_text(f"{names}\n{rows}")
    path.unlink()


def compare(old: Path, new: Path) -> int:
    """Print every file that differs or is in one recording only; 1 where there is one."""
    before = {p.relative_to(old) for p in old.rglob("*") if p.is_file()}
    after = {p.relative_to(new) for p in new.rglob("*") if p.is_file()}
    differing = 0
    for path in sorted(before ^ after):
        differing += 1
        print("only in", old if path in before else new, path)
    for path in sorted(before & after):
        one, other = (old / path).read_text(), (new / path).read_text()
        if one == other:
            continue
        differing += 1
        print("differs:", path)
        lines = difflib.unified_diff(
            _short_lines(one), _short_lines(other), "old", "new", lineterm="", n=0
        )
        for line in list(lines)[2:12]:
            print("   ", line[:200])
    print(f"{len(before & after)} files in both, {differing} differ")
    return 1 if differing else 0


def _short_lines(text: str) -> list[str]:
    """Lines; a page's long ones cut at tags and commas, so that a difference shows."""
    return re.sub(r"(?<=[>,])(?=.)", "\n", text).split("\n")[:200_000]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parts = parser.add_subparsers(dest="part", required=True)
    recording = parts.add_parser("record")
    recording.add_argument("out", type=Path)
    recording.add_argument("--tree", type=Path, default=ROOT)
    recording.add_argument("--only", help="cases whose name matches this regular expression")
    recording.add_argument("--workers", type=int, default=2)
    comparing = parts.add_parser("compare")
    comparing.add_argument("old", type=Path)
    comparing.add_argument("new", type=Path)
    wanted = parser.parse_args()
    if wanted.part == "record":
        record(wanted.out.resolve(), wanted.tree.resolve(), wanted.only, wanted.workers)
        return 0
    return compare(wanted.old, wanted.new)


if __name__ == "__main__":
    sys.exit(main())
