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
    chained: bool = False,
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
    chained : bool, optional
        Whether one account will be run through all of them, with `legs`.

    Returns
    -------
    list of (Vintage, HedgeRun)
        The vintage as the plan ran it, and its hedge under the other target.
    """
    plan, setting = simulation.plan, simulation.setting
    reviewed = review_sessions(setting.sessions, plan.hedge.reevaluate)
    review, own = reviewed, with_triggers(target, reviewed, simulation.triggers, plan)[1]
    if triggers:
        target, review = with_triggers(target, reviewed, dict(triggers), plan)
    # contracts are priced window by window: a chain through `legs` needs each window's
    kept = not chained or not legs.financed
    out = []
    for v in simulation.vintages:
        s, window = v.schedule, v.hedge.window
        seen = slice(max(window.first - 1, 0), max(window.last, 0))
        if (
            kept
            and np.array_equal(review[seen], own[seen])
            and np.array_equal(target[seen], simulation.target[seen], equal_nan=True)
        ):
            # decided as the plan does: what became of it is known
            out.append((v, v.hedge))
            continue
        end = s.window_last if s.ended else len(setting.sessions) - 1
        run = protect(
            plan,
            setting,
            legs,
            v.tactical,
            window,
            target,
            review,
            s.anchor,
            max(end, s.anchor),
            unhedged=v.hedge.unhedged,
        )
        out.append((v, run))
    return out
