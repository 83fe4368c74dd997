"""Tiny markets made by hand: weekday sessions, a price path, and a risk score one can dictate."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from market.container import Market, Observations
from market.series.catalogue import CATALOGUE
from strategy.plan import Plan
from strategy.result.result import Result
from strategy.run.simulation import simulate

Bar = tuple[float, float, float, float]

#: Levels in which one hundred points are the reference, so that a close of 100 scales by one.
LEVELS = {"mode": "ratio", "reference": 100, "zone": [104, 105], "extension": [108, 110]}
FREE = {
    "fee_bps": 0,
    "slippage_bps": 0,
    "borrow_bps": 0,
    "rebate_spread_bps": 0,
    "margin_spread_bps": 0,
    "dividend_yield": 0,
    "cash": "zero",
}
#: A score that is the cash component alone: cash of 5 - s percent is a score of s.
CASH_ONLY = {
    "cash": {"from": 5, "to": 4, "earlier": [], "weight": 1},
    "leverage": {"weight": 0},
    "credit": {"weight": 0},
    "concentration": {"weight": 0},
    "rotation": {"weight": 0},
}


def weekdays(start: str, end: str, holidays: Iterable[str] = ()) -> pd.DatetimeIndex:
    """Every weekday from `start` to `end` but for the holidays."""
    days = pd.bdate_range(start, end, name="date")
    return days[~days.isin([pd.Timestamp(h) for h in holidays])]


def price_frame(
    sessions: pd.DatetimeIndex,
    level: float = 100.0,
    bars: Mapping[str, Bar | float] | None = None,
) -> pd.DataFrame:
    """Flat bars at `level`; `bars` overrides days: a number is a flat bar, and stays the level."""
    table = np.empty((len(sessions), 4))
    given = {pd.Timestamp(k): v for k, v in (bars or {}).items()}
    unknown = set(given) - set(sessions)
    assert not unknown, f"no session on {unknown}"
    now = level
    for i, day in enumerate(sessions):
        bar = given.get(day, now)
        if isinstance(bar, tuple):
            table[i] = bar
        else:
            now = float(bar)
            table[i] = now
    return pd.DataFrame(table, index=sessions, columns=["open", "high", "low", "close"])


def random_prices(sessions: pd.DatetimeIndex, seed: int, volatility: float = 0.012) -> pd.DataFrame:
    """A random walk with gaps and ranges that hold open and close."""
    rng = np.random.default_rng(seed)
    n = len(sessions)
    gap, day = rng.normal(0.0, volatility / 2, n), rng.normal(3e-4, volatility, n)
    log_open = np.log(100.0) + np.concatenate([[0.0], np.cumsum(gap + day)[:-1]]) + gap
    log_close = log_open + day
    spread = np.abs(rng.normal(0.0, volatility / 2, (2, n)))
    high = np.maximum(log_open, log_close) + spread[0]
    low = np.minimum(log_open, log_close) - spread[1]
    return pd.DataFrame(
        np.exp(np.column_stack([log_open, high, low, log_close])),
        index=sessions,
        columns=["open", "high", "low", "close"],
    )


def observations(
    series_id: str, stamps: Sequence[Any], values: Sequence[float], column: str | None = None
) -> Observations:
    """A series known on its stamps; its values under the catalogue's main column."""
    spec = CATALOGUE[series_id]
    index = pd.DatetimeIndex(stamps, name="stamp")
    name = column or spec.columns[0]
    frame = pd.DataFrame({name: np.asarray(values, dtype=float), "known_at": index}, index=index)
    return Observations(spec, frame, "made by hand", _sha(frame))


def make_market(
    prices: pd.DataFrame,
    *,
    score: float | Sequence[float] | None = None,
    bill: float | None = None,
    **series: Observations,
) -> Market:
    """A market of `prices`; `score` through fund managers' cash, `bill` (fraction) each session."""
    sessions = pd.DatetimeIndex(prices.index)
    found = dict(series)
    if score is not None:
        path = np.broadcast_to(np.asarray(score, dtype=float), len(sessions))
        known = ~np.isnan(path)
        found["fms_cash"] = observations("fms_cash", sessions[known], 5.0 - path[known])
    if bill is not None:
        found["treasury_curve"] = observations(
            "treasury_curve", sessions, [bill * 100.0] * len(sessions), "m3"
        )
    hashes = {"toy": _sha(prices)} | {name: o.sha256 for name, o in found.items()}
    return Market(
        "toy",
        prices,
        MappingProxyType(found),
        CATALOGUE["sp500"],
        "made by hand",
        MappingProxyType(hashes),
    )


def make_plan(**changes: Any) -> Plan:
    """A plan on the hundred-point ladder, free of cost, scored by cash alone.

    Keys are dotted with a double underscore: ``tactical__stop=0.02``.
    """
    tree: dict[str, Any] = {
        "name": "toy",
        "data": {"start": None},
        "tactical": {"levels": dict(LEVELS)},
        "costs": dict(FREE),
        "risk": {k: dict(v) for k, v in CASH_ONLY.items()},
        "capital": 1000.0,
    }
    for key, value in changes.items():
        *path, last = key.split("__")
        node = tree
        for part in path:
            node = node.setdefault(part, {})
        node[last] = value
    return Plan.model_validate(tree)


def outcome_of(plan: Plan, market: Market) -> Result:
    """The run without the check against vectorbt's book, which takes longer."""
    return Result(simulate(plan, market))


def _sha(frame: pd.DataFrame) -> str:
    return hashlib.sha256(pd.util.hash_pandas_object(frame).to_numpy().tobytes()).hexdigest()
