"""How often the intervals of the pages hold the truth, in worlds whose truth is known.

python -m tests.strategy.validation.coverage --worlds 400 --write docs/intervals.md

Payoffs that a stop and a target cut off, payoffs with a long tail on either
side, payoffs whose size comes in clusters, years that resemble the year
before. Each interval is made by the function that the pages call.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from strategy.result.yardstick import overlapping_mean
from strategy.validation.intervals import hit_interval
from strategy.validation.means import beta_bootstrap_t, sign_flip, student
from strategy.validation.regression import market_model
from strategy.validation.sharpe import moments, sharpe_error
from strategy.validation.winner import winner

Floats = NDArray[np.float64]
Rng = np.random.Generator

START, END = "<!-- coverage: begin -->", "<!-- coverage: end -->"
#: What a 95 % interval should hold; outside it is marked.
LEAST, MOST = 0.93, 0.97
#: Draws of the bootstrap within a world: the error of a 2.5 % quantile is then 0.35 points.
DRAWS = 1_999
#: Returns of the default plan's 32 hedged years, percent, as `simulate hedge` prints them.
HEDGED = (
    *(-0.87, 0.23, 0.10, 0.73, 0.70, -8.55, -1.02, -6.45, 1.60, 1.89, -0.46, 0.96, 0.88, -5.28),
    *(0.05, -0.33, -0.10, -0.34, 0.16, -1.91, 2.37, 0.15, 2.14, 1.93, -2.39, -0.46, -0.48, -0.88),
    *(-2.36, 0.20, -1.61, 0.55),
)
STOP, TARGET, SPREAD, DRIFT = -3.3, 3.5, 4.0, 0.6
TAIL = 0.8


class Payoff(NamedTuple):
    """A world of one payoff a vintage: its draws, and the mean that they have."""

    name: str
    draw: Callable[[Rng, int], Floats]
    mean: float


class Row(NamedTuple):
    """How often one interval held the truth.

    Attributes
    ----------
    interval, world : str
    n : int
        Values that one interval is made of.
    below, above : float
        Share of the intervals that lie wholly below the truth, and above it.
    """

    interval: str
    world: str
    n: int
    below: float
    above: float

    @property
    def coverage(self) -> float:
        return 1.0 - self.below - self.above


def _cut(rng: Rng, n: int) -> Floats:
    return np.clip(rng.normal(DRIFT, SPREAD, n), STOP, TARGET)


def _cut_mean() -> float:
    """Mean of a normal value that is cut off on both sides."""
    a, b = (STOP - DRIFT) / SPREAD, (TARGET - DRIFT) / SPREAD
    inner = DRIFT * (norm.cdf(b) - norm.cdf(a)) + SPREAD * (norm.pdf(a) - norm.pdf(b))
    return float(inner + STOP * norm.cdf(a) + TARGET * norm.sf(b))


def _calm_and_wild(rng: Rng, n: int) -> Floats:
    """Standard deviation 1 or 3; nine years in ten are like the year before."""
    wild = (np.cumsum(rng.random(n) < 0.1) + rng.integers(0, 2)) % 2
    return np.asarray(0.5 + rng.standard_normal(n) * np.where(wild == 1, 3.0, 1.0))


def _alike(rng: Rng, n: int) -> Floats:
    """Each year 0.3 of the year before and news."""
    out = rng.standard_normal(n)
    for i in range(1, n):
        out[i] = 0.3 * out[i - 1] + np.sqrt(1.0 - 0.09) * out[i]
    return np.asarray(0.5 + out)


PAYOFFS = (
    Payoff("normal", lambda rng, n: rng.normal(0.5, 1.0, n), 0.5),
    Payoff("cut off by stop and target", _cut, _cut_mean()),
    Payoff("seldom a large gain", lambda rng, n: rng.lognormal(0, TAIL, n), np.exp(TAIL**2 / 2)),
    Payoff("seldom a large loss", lambda rng, n: -rng.lognormal(0, TAIL, n), -np.exp(TAIL**2 / 2)),
    Payoff("calm and wild years", _calm_and_wild, 0.5),
    Payoff("years like the year before", _alike, 0.5),
    Payoff("the hedged years, drawn", lambda rng, n: rng.choice(HEDGED, n), float(np.mean(HEDGED))),
)
SIZES = (9, 32, 62)


def rows(worlds: int, seed: int) -> Iterator[Row]:
    """Every interval in every world."""
    for k, payoff in enumerate(PAYOFFS):
        for n in SIZES:
            rng = np.random.default_rng([seed, k, n])
            samples = [payoff.draw(rng, n) for _ in range(worlds)]
            of = (payoff.name, n, [payoff.mean] * worlds)
            yield _row("Student's t", *of, [student(x) for x in samples])
            boot = [beta_bootstrap_t(x, draws=DRAWS) for x in samples]
            yield _row("beta-weighted bootstrap-t", *of, boot)
            # the means that the test does not reject are its interval
            seen = np.array([sign_flip(x - payoff.mean, draws=DRAWS) <= 0.05 for x in samples])
            over = np.array([x.mean() > payoff.mean for x in samples])
            below, above = float((seen & ~over).mean()), float((seen & over).mean())
            yield Row("sign flip, not rejected", payoff.name, n, below, above)
    yield from _hits(worlds, seed)
    yield from _windows(max(worlds // 4, 50), seed)
    yield from _ratios(worlds, seed)
    yield from _models(max(worlds // 4, 50), seed)
    yield from _winners(max(worlds // 2, 50), seed)


def _row(interval: str, world: str, n: int, truths: object, found: object) -> Row:
    truth, ends = np.asarray(truths, dtype=float), np.asarray(found, dtype=float)
    known = np.isfinite(ends).all(axis=1)
    ends, truth = ends[known], truth[known]
    return Row(
        interval, world, n, float((ends[:, 1] < truth).mean()), float((ends[:, 0] > truth).mean())
    )


def _hits(worlds: int, seed: int) -> Iterator[Row]:
    for n in SIZES:
        rng = np.random.default_rng([seed, 100, n])
        counts = rng.binomial(n, 0.6, worlds)
        found = [hit_interval(float(hits), n) for hits in counts]
        yield _row("exact binomial", "independent, rate 0.6", n, [0.6] * worlds, found)


def _windows(worlds: int, seed: int) -> Iterator[Row]:
    """Returns of all windows of 18 sessions of a market whose volatility comes in clusters."""
    sessions, length = 4_000, 18
    rng = np.random.default_rng([seed, 101])
    found = []
    for _ in range(worlds):
        days = 0.04 + _garch(rng, sessions)
        found.append(overlapping_mean(np.convolve(days, np.ones(length), "valid"), length))
    yield _row(
        "all windows (block-aware)", "clustered days", sessions, [0.04 * length] * worlds, found
    )


def _garch(rng: Rng, n: int) -> Floats:
    """GARCH(1, 1) with 0.08 and 0.9, standard deviation 1."""
    news = rng.standard_normal(n)
    out, variance = np.empty(n), 1.0
    for i in range(n):
        out[i] = np.sqrt(variance) * news[i]
        variance = 0.02 + 0.08 * out[i] ** 2 + 0.9 * variance
    return out


def _ratios(worlds: int, seed: int) -> Iterator[Row]:
    """The Sharpe ratio a vintage with its error for skewed values."""
    spread = {
        "normal": 1.0,
        "seldom a large loss": np.sqrt(np.expm1(TAIL**2) * np.exp(TAIL**2)),
        "the hedged years, drawn": float(np.std(HEDGED)),
    }
    for k, payoff in enumerate(PAYOFFS):
        if payoff.name not in spread:
            continue
        rng = np.random.default_rng([seed, 102, k])
        found = []
        for _ in range(worlds):
            m = moments(payoff.draw(rng, 62))
            reach = float(norm.ppf(0.975)) * sharpe_error(m)
            found.append((m.sharpe - reach, m.sharpe + reach))
        truth = payoff.mean / spread[payoff.name]
        yield _row("Sharpe ratio", payoff.name, 62, [truth] * worlds, found)


def _models(worlds: int, seed: int) -> Iterator[Row]:
    """Alpha 0.02 a day and beta 0.8, market and rest with clusters."""
    rng = np.random.default_rng([seed, 103])
    alpha, beta = [], []
    for _ in range(worlds):
        market = 0.03 + _garch(rng, 3_000)
        found = market_model(0.02 + 0.8 * market + 0.3 * _garch(rng, 3_000), market, 252)
        alpha.append((found["alpha_low"], found["alpha_high"]))
        beta.append((found["beta_low"], found["beta_high"]))
    yield _row("alpha", "clustered days", 3_000, [0.02 * 252] * worlds, alpha)
    yield _row("beta", "clustered days", 3_000, [0.8] * worlds, beta)


def _winners(worlds: int, seed: int) -> Iterator[Row]:
    """The best of 24 variants that resemble each other, without skill and with a little of it."""
    for name, step in (("24 variants, no skill", 0.0), ("24 variants, some better", 0.02)):
        rng = np.random.default_rng([seed, 104, int(step * 100)])
        means = step * np.arange(24)
        truth, found = [], []
        for i in range(worlds):
            values = means + (rng.standard_normal((62, 1)) + rng.standard_normal((62, 24)))
            best = winner(values, seed=i)
            truth.append(means[best.column])
            found.append((best.naive, best.simultaneous, best.conditional, best.hybrid))
        for j, kind in enumerate(("as if not chosen", "all at once", "conditional", "hybrid")):
            yield _row(f"winner, {kind}", name, 62, truth, [f[j] for f in found])


def table(found: list[Row], worlds: int) -> str:
    """The rows as Markdown; shares outside 93 to 97 % are marked."""
    lines = [
        f"{worlds:,} worlds a row (a quarter of them for days, half for winners).",
        "",
        "| interval | world | n | coverage | wholly below the truth | wholly above it |",
        "|---|---|---|---|---|---|",
    ]
    for r in found:
        mark = "" if LEAST <= r.coverage <= MOST else " †"
        lines.append(
            f"| {r.interval} | {r.world} | {r.n:,} | {r.coverage:.1%}{mark} | {r.below:.1%} "
            f"| {r.above:.1%} |"
        )
    return "\n".join(lines)


def documented(path: Path) -> dict[tuple[str, str, int], float]:
    """Coverage by interval, world and n, as the file states it."""
    text = path.read_text(encoding="utf-8").partition(START)[2].partition(END)[0]
    out = {}
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 6 and cells[3].rstrip(" †").endswith("%"):
            key = cells[0], cells[1], int(cells[2].replace(",", ""))
            out[key] = float(cells[3].rstrip(" †").rstrip("%")) / 100.0
    return out


def main() -> None:
    """Print the table, or write it between its marks in a file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", type=Path)
    options = parser.parse_args()
    text = table(list(rows(options.worlds, options.seed)), options.worlds)
    if options.write is None:
        print(text)
        return
    before, _, rest = options.write.read_text(encoding="utf-8").partition(START)
    after = rest.partition(END)[2]
    options.write.write_text(f"{before}{START}\n{text}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
