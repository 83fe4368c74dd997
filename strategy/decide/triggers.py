"""Events that lift the hedge to its largest ratio: a rate rise, a credit event, a cascade.

Each is a state a session: 1 true, 0 false, -1 unavailable because its series is
not loaded or stale. An unavailable trigger lifts nothing, and the outputs show
it as unavailable.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from market.container import Market
from market.kept import kept
from signals.history.pointintime import change_over_days, figures, in_force, in_order, staleness
from signals.risk.credit import quality_spread_change
from strategy.plan import Cascade, CreditEvent, RateRise, Risk

TRUE, FALSE, UNAVAILABLE = 1, 0, -1

#: How much older than `months` the earlier spread of a credit event may be, days.
SPREAD_TOLERANCE_DAYS = 10

TRIGGERS = ("rate_rise", "credit_event", "cascade")


def risk_triggers(market: Market, risk: Risk) -> dict[str, pd.DataFrame]:
    """Each trigger per session, active or not.

    Returns
    -------
    dict of str to DataFrame
        Index ``date``; ``value`` (the measure), ``state`` (int8: 1, 0, -1),
        ``source`` (the series behind it, ``proxy:`` before a stand-in, empty
        where unavailable).
    """
    triggers = risk.triggers
    return {
        "rate_rise": rate_rise(market, triggers.rate_rise),
        "credit_event": credit_event(market, triggers.credit_event, risk.credit.months),
        "cascade": cascade(market, triggers.cascade),
    }


@kept(prices=False)
def rate_rise(market: Market, trigger: RateRise) -> pd.DataFrame:
    """True while a lower federal funds target was in force less than `within_days` ago.

    ``value`` is the rise over that time, percentage points: the target in
    force less the lowest one.
    """
    sessions = market.sessions
    if not market.has("fed_funds_target"):
        return _frame(sessions, np.full(len(sessions), np.nan), np.zeros(len(sessions), bool), "")
    known = market.asof("fed_funds_target")["value"]
    lowest = known.rolling(f"{trigger.within_days}D", min_periods=1).min()
    rise = (known - lowest).to_numpy(dtype=float)
    return _frame(sessions, rise, rise > 1e-9, "fed_funds_target")


@kept(prices=False)
def credit_event(market: Market, trigger: CreditEvent, proxy_months: int) -> pd.DataFrame:
    """High-yield spread wider by `change` over `months`; by proxy Baa less Aaa.

    ``value`` in percentage points. The proxy counts where no pair of
    high-yield spreads is usable: its widening over `proxy_months` against
    `proxy_change`.
    """
    sessions = market.sessions
    rows = change_over_days(
        in_order(figures(market, "hy_oas")), trigger.months, SPREAD_TOLERANCE_DAYS
    )
    change = pd.DataFrame(
        {"value": rows["value"] - rows["base"], "known_at": rows["known_at"]}, index=rows.index
    )
    own = in_force(sessions, change, staleness(market, "hy_oas"))["value"].to_numpy()
    proxy = quality_spread_change(market, proxy_months)["value"].to_numpy()
    has_own = ~np.isnan(own)
    value = np.where(has_own, own, proxy)
    # a change that arithmetic made 0.6499999 is the 0.65 it is meant to be
    level = np.where(has_own, trigger.change, trigger.proxy_change) - 1e-9
    frame = _frame(sessions, value, value >= level, "hy_oas")
    frame["source"] = np.where(
        has_own, "hy_oas", np.where(np.isnan(proxy), "", "proxy: moodys_baa - moodys_aaa")
    )
    return frame


@kept
def cascade(market: Market, trigger: Cascade) -> pd.DataFrame:
    """Close below its average, and VIX above its 3-month sister; by proxy VIX above a level.

    ``value`` is VIX less what it is held against, points. Where the 3-month
    index is loaded its missing days are unavailable: true series and proxy are
    never mixed.
    """
    sessions = market.sessions
    close = market.prices["close"]
    average = close.rolling(trigger.sessions).mean()
    vix = _level(market, "vix")
    if market.has("vix3m"):
        against, source = _level(market, "vix3m"), "vix3m"
    else:
        against = np.full(len(sessions), trigger.vix_level)
        source = "proxy: vix"
    value = np.where(average.isna().to_numpy(), np.nan, vix - against)
    return _frame(
        sessions, value, (close < average).to_numpy() & (np.nan_to_num(value) > 0.0), source
    )


def _level(market: Market, series: str) -> np.ndarray:
    if not market.has(series):
        return np.full(len(market.sessions), np.nan)
    return market.asof(series)["value"].to_numpy(dtype=float)


def _frame(
    sessions: pd.DatetimeIndex, value: np.ndarray, true: np.ndarray, source: str
) -> pd.DataFrame:
    usable = ~np.isnan(value)
    state = np.where(usable, np.where(true, TRUE, FALSE), UNAVAILABLE).astype(np.int8)
    return pd.DataFrame(
        {"value": value, "state": state, "source": np.where(usable, source, "")},
        index=pd.DatetimeIndex(sessions, name="date"),
    )


def lifted(states: dict[str, np.ndarray], risk: Risk) -> np.ndarray:
    """Sessions at whose close an active trigger is true, bool[n]."""
    active = {
        "rate_rise": risk.triggers.rate_rise.active,
        "credit_event": risk.triggers.credit_event.active,
        "cascade": risk.triggers.cascade.active,
    }
    n = len(next(iter(states.values())))
    out = np.zeros(n, dtype=bool)
    for name, state in states.items():
        if active[name]:
            out |= state == TRUE
    return out
