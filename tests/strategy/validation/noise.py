"""Worlds without skill: how often a sweep's tests cry wolf.

python -m tests.strategy.validation.noise --worlds 500 --seed 1
python -m tests.strategy.validation.noise --markets 40 --seed 1

The first draws vintage leads that are pure noise, many variants that resemble
each other. The second sweeps a real plan over random walks with a drift, so
that the whole way is tried: levels, fills, costs, the benchmark of the same
exposure. Nothing can be known in either: the overfitting probability should
average near one half, and a test at 5 % reject one world in twenty.
"""

from __future__ import annotations

import argparse
import dataclasses
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import beta

from market.container import Market
from strategy.validation.evidence import evidence
from strategy.validation.verdict import believed

#: What a world is made of: vintages, variants, and how alike variants are.
VINTAGES, VARIANTS, ALIKE = 62, 48, 0.5
SWEEP = """\
name: noise
data: {start: 1968-01-01}
hedge: {instrument: none}
costs:
  {fee_bps: 0, slippage_bps: 0, borrow_bps: 0, rebate_spread_bps: 0, margin_spread_bps: 0,
   dividend_yield: 0, cash: bills}
sweep:
  keys:
    tactical.stop: {from: 0.01, to: 0.06, steps: 6}
    tactical.first_target_share: [0, 0.5, 1]
    tactical.failed_breakout.within: [0, 3]
  judge: 0
  rank_by: sharpe
  best: {n: 1}
"""


@dataclass(frozen=True)
class World:
    """What the tests said of one world.

    Attributes
    ----------
    pbo, loss : float
        Probability of overfitting, and of a loss out of sample.
    spa, white : float
        p-values.
    dsr : float
        Deflated Sharpe ratio of the best, raw trials.
    psr : float
        The same without deflation: what a sweep that shows its best row only would claim.
    survivors : int
        Variants that StepM keeps.
    believed : bool
        Whether the verdict would have been to trust the choice.
    """

    pbo: float
    loss: float
    spa: float
    white: float
    dsr: float
    psr: float
    survivors: int
    believed: bool


def leads(seed: int) -> World:
    """A world of vintage leads: normal, a common part shared by all variants."""
    rng = np.random.default_rng([seed, 1])
    common = rng.normal(size=(VINTAGES, 1)) * np.sqrt(ALIKE)
    own = rng.normal(size=(VINTAGES, VARIANTS)) * np.sqrt(1.0 - ALIKE)
    held = rng.normal(0.08, 0.16, VINTAGES)
    returns = held[:, None] + 0.02 * (common + own)
    found = evidence(
        returns,
        np.arange(1962, 1962 + VINTAGES),
        benchmark=held,
        trials=VARIANTS,
        seed=seed,
    )
    return _world(found)


def walk(market: Market, seed: int, drift: float = 0.06, volatility: float = 0.16) -> Market:
    """The market's sessions with the prices of a random walk: opens, highs and lows too.

    Steps are small, for a stop is filled at its level: where a step jumped
    over it the fill would be better than the walk.
    """
    rng = np.random.default_rng([seed, 2])
    n, steps = len(market.sessions), 256
    scale = volatility / np.sqrt(252 * steps)
    moves = rng.normal(drift / (252 * steps) - scale**2 / 2, scale, (n, steps))
    path = 100.0 * np.exp(moves.ravel().cumsum()).reshape(n, steps)
    prices = pd.DataFrame(
        {"open": path[:, 0], "high": path.max(1), "low": path.min(1), "close": path[:, -1]},
        index=market.sessions,
    )
    prices.index.name = market.prices.index.name
    return dataclasses.replace(market, prices=prices)


def swept(seed: int, folder: Path) -> World:
    """A world of prices: a real sweep on a random walk, judged as any other."""
    from strategy.sweep.engine.engine import Engine
    from strategy.sweep.evidence.believe import believe
    from strategy.sweep.file.sweep_file import load_sweep
    from strategy.sweep.work.run import prepare, run_sweep

    path = folder / "noise.yaml"
    path.write_text(SWEEP, encoding="utf-8")
    sweep = load_sweep(path)
    ready = prepare(sweep)
    # a new engine: the old one has looked at the true prices already
    engine = Engine(ready.engine.grid, ready.engine.way, ready.engine.because)
    made = walk(ready.engine.market(sweep.plan), seed)
    engine._markets[sweep.plan.data.model_dump_json()] = made
    ready = dataclasses.replace(ready, engine=engine)
    done = run_sweep(sweep, folder / f"world-{seed}", prepared=ready)
    return _world(believe(done, engine, seed=seed))


def _world(found: dict) -> World:
    check, odds = found["reality_check"], found["overfitting"]
    return World(
        odds["pbo"],
        odds["loss_probability"],
        check["p_consistent"],
        check["p_white"],
        found["luck"]["dsr"],
        found["best"]["psr"],
        len(check["survivors"]),
        believed(found),
    )


def rate(hits: int, n: int) -> str:
    """A share with its exact 95 % interval."""
    low = beta.ppf(0.025, hits, n - hits + 1) if hits else 0.0
    high = beta.ppf(0.975, hits + 1, n - hits) if hits < n else 1.0
    return f"{hits / n:.3f} ({hits} of {n}; 95 % interval {low:.3f} to {high:.3f})"


def summary(worlds: list[World]) -> list[str]:
    """The lines that the command prints."""
    n = len(worlds)
    pbo = np.array([w.pbo for w in worlds])
    loss = np.array([w.loss for w in worlds])
    error = pbo.std(ddof=1) / np.sqrt(n) if n > 1 else float("nan")
    return [
        f"overfitting probability, mean {pbo.mean():.3f} (standard error {error:.3f})",
        f"probability of loss, mean {loss.mean():.3f}",
        f"SPA at 5 % rejects {rate(sum(w.spa <= 0.05 for w in worlds), n)}",
        f"SPA at 10 % rejects {rate(sum(w.spa <= 0.10 for w in worlds), n)}",
        f"reality check at 5 % rejects {rate(sum(w.white <= 0.05 for w in worlds), n)}",
        f"StepM at 5 % keeps a variant {rate(sum(w.survivors > 0 for w in worlds), n)}",
        f"deflated Sharpe ratio of 0.95 or more {rate(sum(w.dsr >= 0.95 for w in worlds), n)}",
        f"without deflation (PSR) {rate(sum(w.psr >= 0.95 for w in worlds), n)}",
        f"choice believed {rate(sum(w.believed for w in worlds), n)}",
    ]


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.strategy.validation.noise")
    parser.add_argument("--worlds", type=int, default=0, help="worlds of noisy vintage leads")
    parser.add_argument("--markets", type=int, default=0, help="sweeps on random walks")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    start = time.process_time()
    if given.worlds:
        print(f"{given.worlds} worlds, {VARIANTS} variants, {VINTAGES} vintages:")
        print("\n".join(summary([leads(given.seed * 100_000 + i) for i in range(given.worlds)])))
    if given.markets:
        print(f"{given.markets} random walks, 36 variants of a plan each:")
        with tempfile.TemporaryDirectory() as folder:
            made = [swept(given.seed * 100_000 + i, Path(folder)) for i in range(given.markets)]
        print("\n".join(summary(made)))
    print(f"{time.process_time() - start:.0f} s of processor time")


if __name__ == "__main__":
    main()
