"""Fuzzed plans and fuzzed price files through the command line, as many as one likes.

    python -m tests.reliability.fuzz --configs 20000 --prices 5000 --seed 1

Every case must end with exit code 0 or 2 and one line, within 10 seconds of processor time,
without a traceback, a connection, a child process, or a write outside the folder
given with `--out`. A case that does not is reported in its smallest
form, with the seed that finds it again.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
import zlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.reliability.hostile import parquet_files, plans, price_files
from tests.reliability.sandbox import LIMIT, answer

#: Examples of one seed; hypothesis keeps all of them in mind to avoid repeats.
CHUNK = 1_000
FAST = ["--no-report", "--no-tearsheet", "--quiet"]
PLAN = "name: prices\ndata: {start: null}\n"


class Yard:
    """A folder to play in: plan, prices, an output folder, and nothing else may change."""

    def __init__(self, root: Path, every: int = 1) -> None:
        self.root = root
        self.every = every  # of the valid plans one in so many is run
        self.plan = root / "plan.yaml"
        self.out = root / "out"
        self.prices = root / "prices.csv"
        self.prices.write_bytes(_quiet_prices())
        self.codes: Counter[int] = Counter()
        self.slowest = 0.0
        self.cases = 0
        # a first run compiles, or reads what was compiled: that is no case
        self.plan.write_text(PLAN)
        first = ["run", str(self.plan), "--prices", str(self.prices), "--out", str(self.out)]
        self.run([*first, *FAST], limit=300.0)
        self.codes.clear()
        self.slowest = 0.0

    def run(self, arguments: list[str], limit: float = LIMIT) -> int:
        """One command; raises where it did what no input may cause."""
        done = answer(arguments, self.out, limit=limit)
        self.slowest = max(self.slowest, done.seconds)
        self.codes[done.exit_code] += 1
        if done.trouble:
            raise AssertionError(f"simulate {' '.join(arguments[:1])}: {done.trouble}")
        shutil.rmtree(self.out, ignore_errors=True)
        return done.exit_code

    def try_plan(self, content: bytes) -> None:
        """A plan: is it valid, and if so, does it run on a small market and say what to do?"""
        self.cases += 1
        self.plan.write_bytes(content)
        valid = self.run(["check", str(self.plan)]) == 0
        if valid and zlib.crc32(content) % self.every == 0:
            rest = [] if b"prices" in content else ["--prices", str(self.prices)]
            rest += [] if b"start" in content else ["--set", "data.start=null"]
            self.run(["run", str(self.plan), *rest, "--out", str(self.out), *FAST])

    def try_prices(self, content: bytes) -> None:
        """A price file under a plain plan, and as an auxiliary series."""
        self.cases += 1
        self.plan.write_text(PLAN)
        file = self.root / "hostile.csv"
        file.write_bytes(content)
        out = ["--out", str(self.out), *FAST]
        self.run(["run", str(self.plan), "--prices", str(file), *out])
        self.run(["check", str(self.plan), "--data", "--set", f"data.files.vix={file}"])


def _quiet_prices() -> bytes:
    import numpy as np
    import pandas as pd

    days = pd.bdate_range("2019-06-03", periods=420)
    close = 100.0 * np.exp(np.random.default_rng(1).normal(0.0, 0.01, 420).cumsum())
    rows = (f"{day:%Y-%m-%d},{price!r}" for day, price in zip(days, close.tolist(), strict=True))
    return "\n".join(["date,close", *rows]).encode()


def fuzz(case: Callable[[bytes], None], examples: int, number: int, strategy: object) -> None:
    """Run `case` on drawn inputs; the smallest failing one is raised."""
    settled = settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    seed(number)(settled(given(strategy)(case)))()  # type: ignore[arg-type]


def campaign(
    configs: int,
    prices: int,
    number: int,
    every: int = 1,
    say: Callable[[str], None] = lambda line: None,
) -> tuple[list[str], list[str]]:
    """Run both kinds; returns a row of `docs/reliability.md` for each, and what failed."""
    from hypothesis import strategies as st

    rows: list[str] = []
    found: list[str] = []
    for what, total, strategy in (
        ("configs", configs, plans),
        (
            "price files",
            prices,
            st.one_of(price_files(), price_files(), price_files(), parquet_files()),
        ),
    ):
        if not total:
            continue
        start = time.perf_counter()
        with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
            yard = Yard(Path(folder), every)
            case = yard.try_plan if what == "configs" else yard.try_prices
            left, chunk = total, 0
            while left > 0:
                n = min(left, CHUNK)
                try:
                    fuzz(case, n, number + chunk, strategy)
                except Exception as error:
                    # a case that failed, or several, or a fault of what draws them
                    causes = error.exceptions if isinstance(error, ExceptionGroup) else (error,)
                    told = [f"{c!r}\n{getattr(c, '__notes__', '')}" for c in causes]
                    found.append(f"{what}, seed {number + chunk}: {' '.join(told)}")
                    say(found[-1])
                left, chunk = left - n, chunk + 1
                say(
                    f"{what}: {total - left:,} of {total:,}, {yard.cases:,} cases, exit codes "
                    f"{dict(yard.codes)}, slowest {yard.slowest:.1f} s, "
                    f"{time.perf_counter() - start:.0f} s"
                )
        codes = ", ".join(f"{code}: {n:,}" for code, n in sorted(yard.codes.items()))
        rows.append(
            f"| fuzzed {what} (seeds {number} to {number + chunk - 1}) | {yard.cases:,} | "
            f"exit codes {codes}; slowest command {yard.slowest:.1f} s; "
            f"{sum(line.startswith(what) for line in found)} failed |"
        )
    return rows, found


def main() -> int:
    """Command line of the module."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--configs", type=int, default=20_000)
    parser.add_argument("--prices", type=int, default=5_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--every", type=int, default=1, help="run one in so many valid plans")
    given_ = parser.parse_args()
    rows, found = campaign(
        given_.configs,
        given_.prices,
        given_.seed,
        given_.every,
        lambda line: print(line, file=sys.stderr, flush=True),
    )
    print("\n".join([*rows, *found]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
