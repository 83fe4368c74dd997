"""The hedge of every vintage decided anew: another score or other triggers, the same engine."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from strategy.account.legs import Legs
from strategy.hedge.ratio import review_sessions
from strategy.hedge.vintage import HedgeRun, protect, with_triggers
from strategy.run.simulation import Simulation
from strategy.run.vintage import Vintage


def decided_anew(
    simulation: Simulation,
    target: np.ndarray,
    triggers: Mapping[str, pd.DataFrame],
    legs: Legs,
    *,
    compared: bool = False,
) -> list[tuple[Vintage, HedgeRun]]:
    """Run every vintage with another target; its tactical leg is left as it is.

    Parameters
    ----------
    simulation : Simulation
    target : float64[n]
        Target ratio at each close, before triggers; NaN where the score is
        unknown.
    triggers : mapping of str to DataFrame
        Those that may lift it.
    legs : Legs
        Of the setting; filled with the prices of what is held.
    compared : bool, optional
        With the accounts that hold less core instead.

    Returns
    -------
    list of (Vintage, HedgeRun)
        The vintage as the plan ran it, and its hedge under the other target.
    """
    plan, setting = simulation.plan, simulation.setting
    review = review_sessions(setting.sessions, plan.hedge.reevaluate)
    if triggers:
        target, review = with_triggers(target, review, dict(triggers), plan)
    out = []
    for v in simulation.vintages:
        s = v.schedule
        end = s.window_last if s.ended else len(setting.sessions) - 1
        run = protect(
            plan,
            setting,
            legs,
            v.tactical,
            v.hedge.window,
            target,
            review,
            s.anchor,
            max(end, s.anchor),
            compared=compared,
        )
        out.append((v, run))
    return out
