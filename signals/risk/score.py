"""The risk score: components with their proxies, weighted over those with a usable input.

One definition for all that asks for it: the plan's hedge and size, the rules
`late_cycle` and `high_risk_bounce`, the triggers' neighbours, the audit. Its
numbers are `ScoreNumbers`; a plan hands over its own.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from dataclasses import dataclass

import numpy as np
import pandas as pd

from market.container import Market
from market.kept import kept
from signals.risk.cash import cash_risk
from signals.risk.component import component, ramp
from signals.risk.concentration import concentration_risk
from signals.risk.credit import credit_risk
from signals.risk.leverage import leverage_risk
from signals.risk.rotation import rotation_risk

__all__ = [
    "COMPONENTS",
    "DEFAULT",
    "Points",
    "ScoreNumbers",
    "combine",
    "components",
    "score",
    "without_proxies",
]

#: Components in the order of the outputs.
COMPONENTS = ("cash", "leverage", "credit", "concentration", "rotation")


@dataclass(frozen=True)
class Points:
    """Where a component is 0 and where 1, and its weight."""

    from_: float
    to: float
    weight: float = 1.0


@dataclass(frozen=True)
class ScoreNumbers:
    """Every number of the score; the defaults are those of a plan that states none.

    Attributes
    ----------
    cash, leverage, credit, concentration, rotation : Points
        See the functions in `signals/risk` for the measures and their units.
    cash_earlier : tuple of (last day as ISO date, from, to)
        Thresholds of the survey's earlier years.
    assets : (from, to)
        Growth of leveraged funds' assets, where the user loaded them.
    credit_months : int
    high_yield : (from, to, months)
        Widening of the high-yield spread, where the user loaded it.
    concentration_history : int
        Figures of the ten largest companies' weight before a percentile.
    rotation_sessions : int
    percentile : tuple of str
        Components read as percentile of their measure among the figures so far.
    percentile_history : int
        Figures needed before such a percentile.
    min_coverage : float
        Share of the weight that must have a usable input.
    min_components : int
        Components with a weight that must have one.
    proxies : bool
        Whether labelled proxies may take a missing series' place.
    """

    cash: Points = Points(5.0, 4.0)
    leverage: Points = Points(0.0, 0.40)
    credit: Points = Points(0.0, 0.30)
    concentration: Points = Points(0.5, 1.0, 0.5)
    rotation: Points = Points(0.0, 0.05, 0.5)
    cash_earlier: tuple[tuple[str, float, float], ...] = (("2020-12-31", 4.5, 3.5),)
    assets: tuple[float, float] = (0.0, 0.80)
    credit_months: int = 3
    high_yield: tuple[float, float, int] = (0.0, 0.65, 2)
    concentration_history: int = 20
    rotation_sessions: int = 20
    percentile: tuple[str, ...] = ()
    percentile_history: int = 24
    min_coverage: float = 0.5
    min_components: int = 2
    proxies: bool = True

    def points(self, name: str) -> Points:
        """A component's points and weight."""
        found: Points = getattr(self, name)
        return found

    def __str__(self) -> str:
        weights = ", ".join(f"{name} {self.points(name).weight:g}" for name in COMPONENTS)
        return f"weights {weights}"


DEFAULT = ScoreNumbers()


@kept(prices=False)
def components(market: Market, numbers: ScoreNumbers = DEFAULT) -> dict[str, pd.DataFrame]:
    """Each component per session.

    Where a component's own series has no usable figure a labelled proxy takes
    its place; where both have one its own counts. Where a measure is turned
    into a percentile, figures of the series meant and of a proxy are ranked
    apart, because their scales differ; leverage and credit are then read from
    the proxy alone.

    Parameters
    ----------
    market : Market
    numbers : ScoreNumbers, optional

    Returns
    -------
    dict of str to DataFrame
        ``measure``, ``risk`` in [0, 1], ``stamp``, ``known_at`` and ``proxy``
        (1 where a proxy was read, 0 where the series meant was); NaN in
        ``risk`` and ``proxy`` where nothing usable was known: never filled.
    """
    n = numbers
    ranked = n.percentile
    found = {
        "cash": cash_risk(
            market,
            from_=n.cash.from_,
            to=n.cash.to,
            earlier=tuple((pd.Timestamp(day), low, high) for day, low, high in n.cash_earlier),
        ),
        "leverage": leverage_risk(
            market,
            from_=n.leverage.from_,
            to=n.leverage.to,
            assets=None if "leverage" in ranked else n.assets,
        ),
        "credit": credit_risk(
            market,
            from_=n.credit.from_,
            to=n.credit.to,
            months=n.credit_months,
            high_yield=None if "credit" in ranked else n.high_yield,
        ),
        "concentration": concentration_risk(
            market,
            from_=n.concentration.from_,
            to=n.concentration.to,
            min_history=n.concentration_history,
        ),
        "rotation": rotation_risk(
            market,
            from_=n.rotation.from_,
            to=n.rotation.to,
            sessions=n.rotation_sessions,
        ),
    }
    if not n.proxies:
        found = {name: without_proxies(frame) for name, frame in found.items()}
    for name in ranked:
        points = n.points(name)
        found[name] = _by_percentile(found[name], points.from_, points.to, n.percentile_history)
    return found


def without_proxies(frame: pd.DataFrame) -> pd.DataFrame:
    """A component as the series meant alone gives it: empty where a proxy was read."""
    return frame.where(frame["proxy"] == 0.0)


def _by_percentile(frame: pd.DataFrame, from_: float, to: float, min_history: int) -> pd.DataFrame:
    """The component with its measure's percentile among the figures in force so far.

    A figure counts once, on the first session on which it was in force, so
    that the percentile of a day looks the same on every later day. Figures of
    a proxy are ranked among those of the proxy.
    """
    measure = frame["measure"].to_numpy(dtype=float)
    stamps = frame["stamp"].to_numpy().astype("datetime64[ns]").astype(np.int64)
    known = ~np.isnan(measure)
    percentile = np.full(len(measure), np.nan)
    by_proxy = frame["proxy"].to_numpy(dtype=float) == 1.0
    histories: dict[bool, list[float]] = {False: [], True: []}
    seen: set[tuple[bool, int]] = set()
    for i in np.flatnonzero(known):
        history = histories[bool(by_proxy[i])]
        if (bool(by_proxy[i]), int(stamps[i])) not in seen:
            seen.add((bool(by_proxy[i]), int(stamps[i])))
            insort(history, float(measure[i]))
        share = bisect_right(history, float(measure[i])) / len(history)
        percentile[i] = share if len(history) >= min_history else np.nan
    return component(frame, percentile, ramp(percentile, from_, to), frame["proxy"].to_numpy())


def combine(parts: dict[str, pd.DataFrame], numbers: ScoreNumbers = DEFAULT) -> pd.DataFrame:
    """Score and coverage: ``Σ w s / Σ w`` over the components with a usable input.

    Parameters
    ----------
    parts : dict of str to DataFrame
        See `components`.
    numbers : ScoreNumbers, optional

    Returns
    -------
    pandas.DataFrame
        Index ``date``; ``score`` (NaN below ``min_coverage`` or with fewer than
        ``min_components`` weighing components), ``coverage`` (share of the
        weight with a usable input, 0..1), ``coverage_true`` (the share whose
        input is no proxy), ``risk_<component>`` and ``proxy_<component>``.
    """
    names = list(parts)
    values = np.column_stack([parts[name]["risk"].to_numpy(dtype=float) for name in names])
    proxy = np.column_stack([parts[name]["proxy"].to_numpy(dtype=float) for name in names])
    values = values + 0.0  # a ramp may give -0.0
    weights = np.array([numbers.points(name).weight for name in names])
    known = ~np.isnan(values)
    available = known @ weights
    coverage = available / weights.sum()
    with np.errstate(invalid="ignore", divide="ignore"):
        found = np.where(known, values, 0.0) @ weights / available
    # a hair of tolerance so that a coverage of exactly min_coverage counts
    blind = (coverage < numbers.min_coverage - 1e-12) | (available <= 0.0)
    # a plan that weighs fewer components than are asked for is asked for all of them
    needed = min(numbers.min_components, int((weights > 0.0).sum()))
    blind |= (known & (weights > 0.0)).sum(axis=1) < needed
    found[blind] = np.nan
    index = parts[names[0]].index
    frame = pd.DataFrame({"score": found, "coverage": coverage}, index=index)
    frame["coverage_true"] = (known & (proxy == 0.0)) @ weights / weights.sum()
    for j, name in enumerate(names):
        frame[f"risk_{name}"] = values[:, j]
    for j, name in enumerate(names):
        frame[f"proxy_{name}"] = np.where(known[:, j], proxy[:, j], np.nan)
    return frame


@kept(prices=False)
def score(market: Market, numbers: ScoreNumbers = DEFAULT) -> pd.DataFrame:
    """Score, coverage and components per session; see `combine`."""
    return combine(components(market, numbers), numbers)
