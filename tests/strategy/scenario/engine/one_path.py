"""A world with one possible future: what a market did after an anchor."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from market.container import Market
from strategy.plan import Plan
from strategy.scenario.engine.engine import Futures, run_futures
from strategy.scenario.engine.start import Start, make_start
from strategy.scenario.settings import Scenario
from strategy.scenario.worlds.garch import no_garch
from strategy.scenario.worlds.history import make_history
from strategy.scenario.worlds.paths import Draw
from strategy.scenario.worlds.worlds import World


def one_path(plan: Plan, market: Market, anchor: int, last: int) -> tuple[Start, Futures]:
    """Start at session `anchor`; the only future is what followed, up to session `last`."""
    sessions = market.sessions
    day = sessions[anchor]
    scenario = Scenario(as_of=day.date())
    start = make_start(plan, scenario, market, pd.DatetimeIndex(sessions[anchor + 1 : last + 1]))
    unknown = np.full(len(sessions), np.nan)
    future = make_history(market, unknown, sessions[anchor + 1], sessions[last])
    start = replace(start, history=future)
    count = start.horizon + 1
    draw = Draw(
        False, 0, 0, 0.0, np.zeros(1, np.int64), True, start.price, start.vix, start.rate,
        np.ones(count), np.zeros(count),
    )  # fmt: skip
    world = World("one", "one", draw, no_garch(), start.calendar(), 1, drawn=False)
    return start, run_futures(start, world)
