"""Worlds without skill: how often the first page of a run claims that the rules did something.

python -m tests.reports.run.first_page --worlds 500 --seed 1

The default plan's long on random walks without drift and without costs: what
the rules do then changes no mean, for no price tells of the next. The page is
asked by the function that chooses its sentence.
"""

from __future__ import annotations

import argparse
import time

from reports.run.yardstick import claims_a_difference
from strategy.api import load_market, load_plan
from strategy.result.yardstick import compared, yardstick
from strategy.run.simulation import simulate
from tests.strategy.validation.noise import rate, walk

#: The long alone, every cost and every yield at zero.
CHANGES = (
    *("data.start=1962-01-01", "hedge.instrument=none", "costs.fee_bps=0", "costs.slippage_bps=0"),
    *("costs.dividend_yield=0", "costs.dividends=constant"),
)


def claims(worlds: int, seed: int) -> int:
    """Worlds in which the first page claims a difference to holding the same days."""
    plan = load_plan("short_long", CHANGES)
    market = load_market(plan)
    found = 0
    for i in range(worlds):
        lead = yardstick(simulate(plan, walk(market, seed * 100_000 + i, drift=0.0))).lead
        found += claims_a_difference({"yardstick": {"lead": compared(lead)}})
    return found


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.reports.run.first_page")
    parser.add_argument("--worlds", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    start = time.process_time()
    print(f"claims a difference: {rate(claims(given.worlds, given.seed), given.worlds)}")
    print(f"{time.process_time() - start:.0f} s of processor time")


if __name__ == "__main__":
    main()
