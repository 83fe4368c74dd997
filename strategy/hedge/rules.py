"""The rules of a hedge's ratio, each once: target, lift, review, what a session orders.

Runs, sweeps and scenarios call these functions, from Python and from compiled
code alike. docs/simulation.md states them.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from strategy.kernels.compiled import compiled

#: What a session orders: nothing, the ratio anew, a factor on the units held.
NO_ORDER, SET_RATIO, SCALE_UNITS = range(3)

#: A share of the span that arithmetic left of nothing asks for no hedge.
_NOTHING = 1e-9


@compiled(forceinline=True)
def target_ratio(score: float, score_from: float, score_to: float, largest: float) -> float:
    """Ratio h = h_max clip((score - s0) / (s1 - s0), 0, 1); NaN where the score is.

    Parameters
    ----------
    score : float
    score_from, score_to : float
        s0 and s1.
    largest : float
        h_max.
    """
    share = (score - score_from) / (score_to - score_from)
    if np.isnan(share):
        return np.nan
    share = min(max(share, 0.0), 1.0)
    return largest * (0.0 if share < _NOTHING else share)


@compiled()
def target_ratios(scores: Any, score_from: float, score_to: float, largest: float) -> Any:
    """`target_ratio` of each session, float64[n]."""
    out = np.empty(len(scores))
    for t in range(len(scores)):
        out[t] = target_ratio(scores[t], score_from, score_to, largest)
    return out


@compiled(forceinline=True)
def lifted_target(target: float, lifted: bool, largest: float) -> float:
    """Target while a trigger may be true: then the largest ratio, whatever the score."""
    return largest if lifted else target


@compiled(forceinline=True)
def reviewed(review: bool, lifted: bool, lifted_before: bool) -> bool:
    """Whether a session's close re-evaluates the hedge: a trigger that comes or goes does too."""
    return review or lifted != lifted_before


@compiled()
def lift_targets(target: Any, review: Any, lifted: Any, largest: float) -> Any:
    """`lifted_target` and `reviewed` of each session; the first has none before it.

    Returns
    -------
    targets, reviews : float64[n], bool[n]
    """
    targets, reviews = np.empty(len(target)), np.empty(len(target), np.bool_)
    for t in range(len(target)):
        targets[t] = lifted_target(target[t], lifted[t], largest)
        reviews[t] = reviewed(review[t], lifted[t], lifted[t - 1] if t else lifted[t])
    return targets, reviews


@compiled(forceinline=True)
def ordered(ratio: float, scale: float, ends: bool, at_close: bool) -> int:
    """What a session of the window orders: `SET_RATIO`, `SCALE_UNITS` or `NO_ORDER`.

    Parameters
    ----------
    ratio, scale : float
        See `strategy.hedge.instruments.setting.Ratios`; a ratio set anew
        contains the cover.
    ends : bool
        Whether the window ends with the session. Where only the data do, it
        orders as any other.
    at_close : bool
        Whether the hedge trades at closes: then the window's end covers all in
        the same fill as the last session's order, which is not given.
    """
    if ends and at_close:
        return NO_ORDER
    if not np.isnan(ratio):
        return SET_RATIO
    return SCALE_UNITS if scale < 1.0 else NO_ORDER


@compiled()
def window_orders(ratio: Any, scale: Any, sessions: int, timed: bool, at_close: bool) -> Any:
    """`ordered` for each session, int64[sessions]; `timed` windows end with the last."""
    out = np.empty(sessions, np.int64)
    for i in range(sessions):
        out[i] = ordered(ratio[i], scale[i], timed and i == sessions - 1, at_close)
    return out
