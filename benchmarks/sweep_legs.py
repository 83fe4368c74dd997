"""A dense sweep of a plan of named legs against vectorbt's book of the same orders, as a ratio.

    python -m benchmarks.sweep_legs [--repeats 5] [--variants 2048]

Both sides take turns within one process, on one thread; each figure is a median
of processor time. Ours is a variant from its values to its row: settings of legs
built and resolved, the walk, the figures. vectorbt's is `Portfolio.from_orders` of
orders that are there already, one row a session and a cash-sharing group a
variant, as many variants in one call as are fastest of `CHUNKS`, with eight
figures of it. Exits with 1 where the ratio is below the limit.
"""

from __future__ import annotations

import argparse
import gc
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numba
import numpy as np
import pandas as pd

from benchmarks.clocks import turns
from strategy.legplan.account import LegsAccount
from strategy.legplan.simulation import simulate_legs
from strategy.sweep.engine.engine import make_engine
from strategy.sweep.file.grid import make_grid
from strategy.sweep.file.settings import variant_plan
from strategy.sweep.file.sweep_file import load_sweep

#: Wanted: so many times faster than vectorbt, a variant.
RATIO = 60.0
#: Variants in one call of vectorbt.
CHUNKS = (5, 20, 50)

SWEEP = """
name: two legs
data: {source: bundled}
core: {index: 0.5}
vintages: {every: year, anchor: "10-31"}
legs:
  winter:
    levels: {reference: 100, high: 108}
    exits:
      targets: [{at: high, share: 0.5}, {at: null, share: 0.5}]
      stop: 0.05
      by: {date: "04-30"}
    size: {weight: 0.5}
  summer:
    side: short
    entry: {from: "05-01"}
    exits: {stop: 0.1, by: {date: "10-15"}}
    size: {weight: 0.2}
sweep:
  keys:
    legs.winter.exits.stop: {from: 0.02, to: 0.12, steps: 16}
    legs.winter.levels.high: {from: 102, to: 112, steps: 16}
    legs.summer.exits.stop: {from: 0.02, to: 0.12, steps: 16}
"""


def vectorbt_chunk(account: LegsAccount, variants: int) -> list[Any]:
    """The account's orders `variants` times in one call, and figures of each."""
    import vectorbt as vbt

    markets = [column.market for column in account.columns]
    n, orders = len(account.equity), account.orders
    close = account.calendar.close[account.first : account.first + n][:, markets]
    size, price = np.full(close.shape, np.nan), close.copy()
    size[0] = np.where(account.start_units != 0.0, account.start_units, np.nan)
    at = (
        orders["session"].to_numpy(dtype=np.int64) - account.first,
        orders["column"].to_numpy(dtype=np.int64),
    )
    size[at], price[at] = orders["units"].to_numpy(float), orders["price"].to_numpy(float)
    wide = (np.ascontiguousarray(np.tile(table, variants)) for table in (close, size, price))
    close, size, price = wide
    portfolio = vbt.Portfolio.from_orders(
        pd.DataFrame(close),
        size=size,
        price=price,
        init_cash=50.0 * account.capital,
        direction="both",
        group_by=np.repeat(np.arange(variants), len(markets)),
        cash_sharing=True,
        max_orders=int((~np.isnan(size)).sum()) + 1,
        freq="1D",
        engine="rust",
    )
    returns = portfolio.returns().vbt.returns(freq="1D", year_freq="252D")
    return [
        portfolio.total_return(),
        portfolio.max_drawdown(),
        returns.annualized(),
        returns.annualized_volatility(),
        returns.sharpe_ratio(),
        returns.sortino_ratio(),
        returns.calmar_ratio(),
        returns.cond_value_at_risk(0.05),
    ]


def _cost(account: LegsAccount, variants: int) -> float:
    """Processor time a variant, of the second call."""
    vectorbt_chunk(account, variants)
    start = time.process_time()
    vectorbt_chunk(account, variants)
    gc.collect()
    return (time.process_time() - start) / variants


def measure(repeats: int, variants: int) -> dict[str, Any]:
    """Microseconds of processor time a variant, of either side."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sweep.yaml"
        path.write_text(SWEEP, encoding="utf-8")
        engine: Any = make_engine(make_grid(load_sweep(path)))
    numbers = engine.grid.random(variants, 1)
    plan = variant_plan(engine.grid, int(numbers[0]))
    account = simulate_legs(plan, engine.market(plan)).account
    numba.set_num_threads(1)

    def ours() -> None:
        engine._fills.clear()
        engine.compute(numbers)

    chunk = min(CHUNKS, key=lambda k: _cost(account, k))

    def theirs() -> None:
        vectorbt_chunk(account, chunk)

    times = turns({"named legs": ours, "vectorbt": theirs}, repeats)
    mine = times["named legs"].microseconds(len(numbers))
    book = times["vectorbt"].microseconds(chunk)
    return {
        "variants": len(numbers),
        "vectorbt_variants": chunk,
        "sessions": engine.context(0).sessions_counted,
        "vintages": len(engine.years),
        "named legs": asdict(times["named legs"]),
        "vectorbt": asdict(times["vectorbt"]),
        "microseconds": {"named legs": mine, "vectorbt": book},
    }


def main() -> int:
    """Measure, print, and say whether the limit is kept."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--variants", type=int, default=2048)
    asked = parser.parse_args()
    found = measure(asked.repeats, asked.variants)
    mine, book = (found["microseconds"][side] for side in ("named legs", "vectorbt"))
    ratio = float(np.divide(book["processor"], mine["processor"]))
    print(
        f"{found['variants']} variants, {found['sessions']} sessions, {found['vintages']} vintages"
    )
    print(f"named legs  {mine['processor']:9.1f} microseconds a variant")
    print(f"vectorbt    {book['processor']:9.1f}")
    print(f"ratio       {ratio:9.1f}  (wanted: at least {RATIO:g})")
    return 0 if ratio >= RATIO else 1


if __name__ == "__main__":
    sys.exit(main())
