"""What a hedge needs to pay: the break-even fall, how likely options hold it, how often it came."""

from __future__ import annotations

import numpy as np
import pandas as pd

from market.year import DAYS_A_YEAR
from strategy.decide.calendar import day_of, last_on_or_before, passed
from strategy.result.hedge.along_a_path import (
    Outlook,
    break_even_fall,
    implied_probability,
    needed_probability,
)
from strategy.run.simulation import Simulation
from strategy.run.vintage import Vintage
from strategy.validation.intervals import hit_interval

#: A fall that counts as one: the correction the article expects.
FALL = 0.20


def outlook_of(simulation: Simulation, v: Vintage) -> Outlook:
    """What was known at the close before a vintage's hedge window.

    The length is the calendar's, not the data's: a window that the data cut
    short still has all its sessions ahead.
    """
    setting = simulation.setting
    window = v.hedge.window
    t = window.first - 1 if window.first > 0 else len(setting.close) - 1
    start = setting.sessions[t]
    year = simulation.market.sessions_a_year
    end = day_of(v.schedule.year + 1, simulation.plan.hedge.window.end)
    length = window.last - window.first + 1
    if not window.timed:
        length = max(round((end - start).days * year / DAYS_A_YEAR), 1)
    past = setting.close[max(t - round(year), 0) : t + 1]
    swing = float(np.diff(np.log(past)).std() * np.sqrt(year)) if len(past) > 2 else 0.0
    return Outlook(
        start,
        length,
        float(setting.rate[t]),
        float(setting.vix[t]),
        swing,
        float(setting.dividend[t]),
        year,
    )


def last_outlook(simulation: Simulation) -> Outlook:
    """The latest vintage's, or for options the latest with a VIX."""
    outlooks = [outlook_of(simulation, v) for v in simulation.vintages]
    known = [o for o in outlooks if not np.isnan(o.vix)]
    return known[-1] if known else outlooks[-1]


def window_returns(simulation: Simulation) -> pd.Series:
    """Index return over the hedge window of every calendar year that the data hold whole."""
    sessions, close = simulation.market.sessions, simulation.close
    window = simulation.plan.hedge.window
    out: dict[int, float] = {}
    for year in range(sessions[0].year, sessions[-1].year + 1):
        start, end = day_of(year, window.start), day_of(year, window.end)
        before = last_on_or_before(sessions, start - pd.Timedelta(days=1))
        last = last_on_or_before(sessions, end)
        if before >= 0 and last > before and passed(sessions, end):
            out[year] = float(close[last] / close[before] - 1.0)
    return pd.Series(out, name="window_return", dtype=float)


def base_rate(returns: np.ndarray, fall: float) -> dict[str, float]:
    """Share of years that fell by at least `fall`, with n and exact 95 % interval."""
    if np.isnan(fall) or not len(returns):
        return {"rate": np.nan, "n": len(returns), "low": np.nan, "high": np.nan}
    hits = int((returns <= -fall).sum())
    low, high = hit_interval(hits, len(returns))
    return {"rate": hits / len(returns), "n": len(returns), "low": low, "high": high}


def break_even_table(simulation: Simulation) -> pd.DataFrame:
    """What each vintage's hedge needed to pay, as known before its window; a full hedge."""
    plan, years = simulation.plan, window_returns(simulation)
    rates = simulation.rate["rate"].to_numpy(dtype=float)
    rows = []
    for v in simulation.vintages:
        outlook = outlook_of(simulation, v)
        fall = break_even_fall(plan, outlook)
        known = years[years.index <= v.schedule.year - 1].to_numpy()
        every, then = base_rate(years.to_numpy(), fall), base_rate(known, fall)
        fallen = base_rate(years.to_numpy(), FALL)
        rows.append(
            {
                "vintage": v.schedule.year,
                "date": outlook.start,
                # where no bill rate is known, costs count it as zero
                "rate": rates[simulation.market.sessions.get_loc(outlook.start)],
                "vix": outlook.vix,
                "break_even_fall": fall,
                "implied_probability": implied_probability(plan, outlook, fall),
                **{f"base_{name}": value for name, value in every.items()},
                **{f"known_{name}": value for name, value in then.items()},
                "needed_probability_20": (
                    np.nan
                    if plan.hedge.instrument == "none"
                    else needed_probability(plan, outlook, FALL)
                ),
                "base_rate_20": fallen["rate"],
                "base_low_20": fallen["low"],
                "base_high_20": fallen["high"],
                "window_return": index_return(simulation, v),
            }
        )
    return pd.DataFrame(rows)


def index_return(simulation: Simulation, v: Vintage) -> float:
    """Index return over the vintage's window so far; NaN before it begins."""
    window, close = v.hedge.window, simulation.close
    if window.first < 1:
        return float("nan")
    return float(close[window.last] / close[window.first - 1] - 1.0)
