"""What the leg is measured by: the same days held, other windows, other days, each rule.

A mean above zero says that the market rose, not that the rules did anything.
Here every traded vintage stands beside the same money held from the same entry
fill to the leg's last day; beside windows of the same length anywhere and in
the same season; beside the same rules begun up to fifteen sessions earlier or
later; and beside itself with one rule switched off. Costs are the plan's
throughout.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from signals.price.resistance import Levels, belongs
from strategy.decide.levels import vintage_levels
from strategy.legs.outcome import Fill, Outcome, tactical_outcome
from strategy.legs.prices import Prices, price_arrays
from strategy.legs.reasons import Phase, Reason
from strategy.legs.records import leg_rules
from strategy.legs.rules import blocked, paid, received
from strategy.run.simulation import Simulation
from strategy.run.vintage import Vintage
from strategy.validation.intervals import CONFIDENCE
from strategy.validation.means import (
    Interval,
    beta_bootstrap_t,
    detectable,
    power,
    sign_flip,
    student,
)
from strategy.validation.regression import cosine_waves, long_run_covariance

__all__ = ["EFFECTS", "RULES", "SHIFT", "Measure", "Yardstick", "yardstick"]

Floats = NDArray[np.float64]

#: Sessions around the entry that count as the same season, and days that are tried as anchors.
SHIFT = 15
#: Rules that are switched off one at a time.
RULES = ("stop", "targets", "failed_breakout")
#: True differences a vintage whose chance to be seen is stated; the first in words.
EFFECTS = (0.005, 0.0025, 0.01)
#: Draws of a placebo plan.
DRAWS = 9_999


@dataclass(frozen=True)
class Yardstick:
    """Returns of the leg and of what it is measured by, a row a traded complete vintage.

    Attributes
    ----------
    years : int64[n]
    leg, held : float64[n]
        Per unit of capital given to the leg, after costs: with the plan's
        rules; bought at the same fill and sold at the close of the leg's last
        day.
    without : dict of str to float64[n]
        The leg with one of `RULES` switched off.
    shifted : float64[n, 2 SHIFT + 1]
        The leg with its anchor moved by −SHIFT … SHIFT sessions and as many
        sessions to its last day; NaN where the data end or nothing is bought.
    season : float64[n, 2 SHIFT + 1]
        The same windows held without rules; NaN where the data end.
    windows : float64[m]
        Every window of `length` sessions in the data from the first entry on.
    length : int
        Sessions of the median leg, from its entry to its last day.
    """

    years: NDArray[np.int64]
    leg: Floats
    held: Floats
    without: dict[str, Floats]
    shifted: Floats
    season: Floats
    windows: Floats
    length: int

    @property
    def n(self) -> int:
        return len(self.years)

    @cached_property
    def lead(self) -> Floats:
        """Leg less the same days held, per vintage."""
        return self.leg - self.held

    def figures(self) -> dict[str, Any]:
        """The yardstick in numbers: the block ``yardstick`` of metrics.json."""
        if not self.n:
            return {"n": 0}
        lead = compared(self.lead)
        out: dict[str, Any] = {
            "n": self.n,
            "leg": compared(self.leg),
            "held": compared(self.held),
            "lead": lead,
            "any_window": self._any_window(),
            "season": self._season(),
            "placebo": self._placebo(),
            "rules": {name: compared(self.leg - self.without[name]) for name in RULES},
            "by_shift": self.by_shift(),
        }
        if self.n > 1:
            spread = float(self.lead.std(ddof=1))
            out["power"] = {
                "spread": spread,
                "effect": EFFECTS[0],
                "chance": power(EFFECTS[0], spread, self.n),
                "effects": [{"effect": e, "chance": power(e, spread, self.n)} for e in EFFECTS],
                "detectable": detectable(spread, self.n),
            }
        return out

    def _any_window(self) -> dict[str, Any]:
        """All windows of the leg's length; they overlap, so the interval counts dependence."""
        low, high = overlapping_mean(self.windows, self.length)
        mean = float(self.windows.mean()) if len(self.windows) else None
        return {
            "n": len(self.windows),
            "sessions": self.length,
            "mean": mean,
            "mean_low": low,
            "mean_high": high,
            "hit_rate": float((self.windows > 0.0).mean()) if len(self.windows) else None,
        }

    def _season(self) -> dict[str, Any]:
        """Windows that begin within SHIFT sessions of the entry, averaged by vintage first."""
        counts = np.isfinite(self.season).sum(axis=1)
        sums = np.nansum(self.season, axis=1)
        means = sums[counts > 0] / counts[counts > 0]
        return compared(means) | {"shift": SHIFT}

    def _placebo(self) -> dict[str, Any]:
        """The same rules on another day of the season in every vintage, drawn many times."""
        tried = [row[np.isfinite(row)] for row in self.shifted]
        if any(len(row) == 0 for row in tried):
            return {"draws": 0}
        rng = np.random.default_rng(0)
        means = np.zeros(DRAWS)
        for row in tried:
            means += row[rng.integers(0, len(row), DRAWS)]
        means /= self.n
        found = float(self.leg.mean())
        above = int((means >= found).sum())
        low, high = np.quantile(means, (0.025, 0.975))
        return {
            "draws": DRAWS,
            "shift": SHIFT,
            "mean": float(means.mean()),
            "low": float(low),
            "high": float(high),
            "p": (1 + above) / (1 + DRAWS),
        }

    def by_shift(self) -> list[dict[str, Any]]:
        """The leg by how many sessions its anchor is moved; 0 is the plan's own day.

        Returns
        -------
        list of dict
            ``shift``, ``n``, ``mean`` with ``low`` and ``high`` (Student's t),
            and ``held``: the same windows held without rules.
        """
        rows = []
        for j, shift in enumerate(range(-SHIFT, SHIFT + 1)):
            column, held = self.shifted[:, j], self.season[:, j]
            held = held[np.isfinite(column) & np.isfinite(held)]
            column = column[np.isfinite(column)]
            low, high = student(column)
            mean = float(column.mean()) if len(column) else None
            rows.append(
                {"shift": shift, "n": len(column), "mean": mean, "low": low, "high": high}
                | {"held": float(held.mean()) if len(held) else None}
            )
        return rows


def compared(values: Floats) -> dict[str, Any]:
    """Mean of one value a vintage with both intervals and the sign-flip test.

    Returns
    -------
    dict
        ``n``, ``mean``, ``t_stat``, ``mean_low`` and ``mean_high`` (Student's
        t), ``boot_low`` and ``boot_high`` (beta-weighted bootstrap-t),
        ``p_sign_flip``, ``hits`` (values above zero).
    """
    n = len(values)
    out: dict[str, Any] = {"n": n}
    if not n:
        return out
    t, boot = student(values), beta_bootstrap_t(values)
    spread = float(values.std(ddof=1)) if n > 1 else 0.0
    mean = float(values.mean())
    out.update(
        mean=mean,
        hits=int((values > 0.0).sum()),
        t_stat=mean / (spread / np.sqrt(n)) if spread > 0.0 else None,
        mean_low=t.low,
        mean_high=t.high,
        boot_low=boot.low,
        boot_high=boot.high,
        p_sign_flip=sign_flip(values),
    )
    return out


def overlapping_mean(values: Floats, length: int) -> Interval:
    """Interval of the mean of windows that start every session and share ``length − 1`` of them.

    The long-run variance is the mean square of the first B cosine transforms,
    and the interval Student's t with B degrees of freedom (Lazarus, Lewis, Stock
    and Watson, Journal of Business & Economic Statistics 36, 2018): B = 0.4
    m^(2/3), and so few that the slowest is slow against a window.

    Parameters
    ----------
    values : float64[m]
    length : int
        Sessions of a window.

    Returns
    -------
    Interval
        NaN where the values span fewer than eight windows.
    """
    from scipy.special import stdtrit

    m = len(values)
    waves = min(cosine_waves(m), m // (4 * max(length, 1)))
    if waves < 2:
        return Interval(float("nan"), float("nan"))
    mean = float(values.mean())
    variance = float(long_run_covariance((values - mean)[:, None], waves)[0, 0])
    reach = float(stdtrit(waves, 0.5 + CONFIDENCE / 2.0)) * np.sqrt(variance / m)
    return Interval(mean - float(reach), mean + float(reach))


def yardstick(simulation: Simulation) -> Yardstick:
    """The leg of a run beside its yardsticks.

    Parameters
    ----------
    simulation : Simulation
    """
    prices = price_arrays(simulation.market, simulation.plan.tactical.entry.fill)
    counted = [v for v in simulation.vintages if v.schedule.complete and v.outcome.traded]
    measure = Measure(simulation, prices)
    lengths = [v.schedule.last - v.schedule.entry + 1 for v in counted]
    length = int(np.median(lengths)) if lengths else 0
    shifts = range(-SHIFT, SHIFT + 1)
    return Yardstick(
        np.array([v.schedule.year for v in counted], dtype=np.int64),
        np.array([measure.net(v.outcome) for v in counted]),
        np.array([measure.hold(v.schedule.entry, v.schedule.last) for v in counted]),
        {
            name: np.array([measure.net(measure.without(v, name)) for v in counted])
            for name in RULES
        },
        np.array([[measure.shifted(v, k) for k in shifts] for v in counted]).reshape(
            len(counted), len(shifts)
        ),
        np.array(
            [
                [measure.hold(v.schedule.entry + k, v.schedule.last + k) for k in shifts]
                for v in counted
            ]
        ).reshape(len(counted), len(shifts)),
        measure.windows(counted[0].schedule.entry, length) if counted else np.empty(0),
        length,
    )


class Measure:
    """Outcomes of the leg and of holding, on one simulation's prices and costs."""

    def __init__(self, simulation: Simulation, prices: Prices) -> None:
        self.plan, self.market, self.prices = simulation.plan, simulation.market, prices
        self.fee = simulation.plan.costs.fee_bps / 1e4
        self.slippage = simulation.plan.costs.slippage_bps / 1e4
        self.rules = leg_rules(simulation.plan.tactical)
        self.close = simulation.market.prices["close"].to_numpy(dtype=float)
        self._levels: dict[int, Levels] = {}

    def net(self, outcome: Outcome) -> float:
        return outcome.net_return(self.fee, self.slippage)

    def hold(self, entry: int, last: int) -> float:
        """Bought at the open of `entry`, sold at the close of `last`; NaN beyond the data."""
        if entry < 0 or last >= len(self.prices[0]):
            return float("nan")
        out = Fill(1, 1.0, last, Phase.CLOSE, Reason.TIME, float(self.prices[3][last]))
        return self.net(Outcome(Reason.TIME, (out,), float(self.prices[0][entry])))

    def windows(self, first: int, length: int) -> Floats:
        """Every window of `length` sessions from `first` on, held."""
        opens = self.prices.open_[first : len(self.prices.open_) - length + 1]
        closes = self.prices.close[first + length - 1 :]
        money: Floats = received(closes, True, self.fee, self.slippage)
        made: Floats = money / paid(opens, self.fee, self.slippage) - 1.0
        return made

    def without(self, v: Vintage, rule: str) -> Outcome:
        """The vintage's leg with one rule switched off."""
        rules, levels = self.rules, v.levels
        if rule == "stop":
            rules = rules._replace(stop=1.0, stop_is_level=False)  # at a price of zero
        elif rule == "targets":
            rules = rules._replace(first_share=0.0)
            levels = levels._replace(extension_low=float("inf"))
        else:
            rules = rules._replace(touch=False)
            levels = levels._replace(zone_high=float("inf"))
        s = v.schedule
        return tactical_outcome(self.prices, s.entry, s.last, True, levels, rules)

    def shifted(self, v: Vintage, by: int) -> float:
        """Net return of the vintage's rules with its anchor moved `by` sessions."""
        s = v.schedule
        anchor, entry, last = s.anchor + by, s.entry + by, s.last + by
        if anchor < 0 or last >= len(self.prices[0]):
            return float("nan")
        stated = self.plan.tactical.levels
        if stated.mode == "absolute" and not belongs(stated.reference, self.close[anchor]):
            return float("nan")  # as on any day that the levels do not belong to: no vintage
        levels = self._levels_at(anchor) if by else v.levels
        if blocked(-1, levels, True) >= 0:
            return float("nan")
        return self.net(tactical_outcome(self.prices, entry, last, True, levels, self.rules))

    def _levels_at(self, anchor: int) -> Levels:
        if anchor not in self._levels:
            self._levels[anchor] = vintage_levels(
                self.market,
                self.plan.tactical.levels,
                self.market.sessions[anchor],
                float(self.close[anchor]),
            )
        return self._levels[anchor]
