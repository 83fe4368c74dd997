"""The hedge's schedule: its window, and target ratios session by session from the risk score.

The instrument and its money live in the account; this module decides only how
large the hedge is to be and when it changes.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from strategy.account.account import frozen
from strategy.account.instructions import BLIND, COVER, SCORE
from strategy.decide.calendar import Schedule, before_hole, day_of, last_on_or_before, passed
from strategy.hedge.instruments.setting import HedgeWindow, Ratios
from strategy.hedge.rules import lift_targets, target_ratios
from strategy.kernels.compiled import compiled
from strategy.plan import Hedge

#: Codes of `hedge.when_blind` for compiled functions.
WHEN_BLIND = {"none": 0, "hold": 1, "full": 2}


class RatioRules(NamedTuple):
    """How a ratio follows its target.

    Attributes
    ----------
    falls, shares : float64[k]
        Ascending: at a close ``falls[i]`` below the reference, ``shares[i]``
        of the hedge is covered by the next open.
    band : float
        Smallest difference of target and held ratio that is traded. While
        steps of a change remain, the difference of target and goal: a target
        that stays is reached.
    steps, every : int
        A change is made in `steps` equal parts, `every` sessions apart.
    when_blind : int
        While the score is unknown: 0 none, 1 hold, 2 full.
    full : float
        The ratio of 'full'.
    """

    falls: Any
    shares: Any
    band: float
    steps: int
    every: int
    when_blind: int
    full: float


@compiled()
def resolve_hedge(
    close: Any,
    target: Any,
    review: Any,
    first: int,
    last: int,
    reference: float,
    rules: RatioRules,
) -> Ratios:
    """Resolve one window's hedge: what is set at each open, and what is covered.

    A decision at the close of session t acts at the open of t + 1; the first
    one is made at the close before the window. The ratio held is the ratio
    last set: units stay constant between trades.

    Parameters
    ----------
    close : float64[n]
    target : float64[n]
        Target ratio from the score at each close; NaN where the score is
        unknown.
    review : bool[n]
        Sessions at whose close the target is re-evaluated.
    first, last : int
        Sessions of the window, ``1 <= first <= last``.
    reference : float
        Hedge reference: falls are measured from it.
    rules : RatioRules

    Returns
    -------
    Ratios
    """
    falls, shares = rules.falls, rules.shares
    n = last - first + 1
    ratio = np.full(n, np.nan)
    scale = np.ones(n)
    path = np.zeros(n)
    reason = np.full(n, SCORE)
    blind = False
    held = 0.0
    goal = 0.0
    covered = 0.0
    left = 0
    wait = 0
    for t in range(first - 1, last):
        i = t + 1 - first
        if t >= first:
            reached = covered
            for k in range(len(falls)):
                # 63 is 30 % below 90, whatever 1 - 0.3 is in binary
                if close[t] / reference - 1.0 <= -falls[k] + 1e-12:
                    reached = max(reached, shares[k])
            if reached > covered:
                factor = (1.0 - reached) / (1.0 - covered)
                scale[i] = factor
                held *= factor
                goal *= factor
                covered = reached
                if covered >= 1.0:
                    left = 0
        if review[t] or t == first - 1:
            wanted = target[t]
            if np.isnan(wanted):
                if rules.when_blind == 0:
                    wanted = 0.0
                elif rules.when_blind == 1:
                    wanted = np.nan
                else:
                    wanted = rules.full
            if not np.isnan(wanted):
                wanted *= 1.0 - covered
                stands = goal if left > 0 else held
                # the band never keeps a hedge alive that is to be closed
                if abs(wanted - stands) >= rules.band or (wanted == 0.0 and held > 0.0):
                    if wanted != goal:
                        goal = wanted
                        left = rules.steps
                        wait = 0
                        blind = np.isnan(target[t])
                elif left == 0:
                    goal = held
        if left > 0:
            if wait == 0:
                held = goal if left == 1 else held + (goal - held) / left
                ratio[i] = held
                if blind:
                    reason[i] = BLIND
                left -= 1
                wait = rules.every
            wait -= 1
        path[i] = held
        if scale[i] < 1.0:
            reason[i] = COVER
    return Ratios(ratio, scale, path, reason)


def target_ratio(score: np.ndarray, hedge: Hedge) -> np.ndarray:
    """The plan's target ratio at each close; see `strategy.hedge.rules.target_ratio`."""
    ratios: np.ndarray = target_ratios(
        frozen(score), hedge.score.from_, hedge.score.to, hedge.max_ratio
    )
    return ratios


def review_sessions(sessions: pd.DatetimeIndex, reevaluate: str) -> np.ndarray:
    """Sessions at whose close the hedge is re-evaluated, bool[n].

    ``monthly`` and ``weekly`` mean the first session of a new month or week:
    that a session is the first is known on the day, that one is the last is
    not.
    """
    if reevaluate == "daily":
        return np.ones(len(sessions), dtype=bool)
    periods = sessions.to_period("M" if reevaluate == "monthly" else "W-SUN")
    first = np.ones(len(sessions), dtype=bool)
    first[1:] = periods[1:] != periods[:-1]
    return first


def hedge_path(
    close: np.ndarray,
    target: np.ndarray,
    review: np.ndarray,
    first: int,
    last: int,
    hedge: Hedge,
) -> Ratios:
    """`resolve_hedge` with the plan's settings; the reference is the close before the window."""
    found: Ratios = resolve_hedge(
        *(frozen(path) for path in (close, target, review)),
        first,
        last,
        float(close[first - 1]),
        RatioRules(
            np.array([rule.fall for rule in hedge.cover], dtype=float),
            np.array([rule.share for rule in hedge.cover], dtype=float),
            hedge.band,
            hedge.phase_in.steps,
            hedge.phase_in.every,
            WHEN_BLIND[hedge.when_blind],
            hedge.max_ratio,
        ),
    )
    return found


def lift(
    target: np.ndarray, review: np.ndarray, lifted: np.ndarray, hedge: Hedge
) -> tuple[np.ndarray, np.ndarray]:
    """Target and review sessions with the triggers: the largest ratio while one is true.

    A trigger needs no score to act, and the hedge is re-evaluated on the
    session on which one comes or goes.
    """
    if not lifted.any():
        return target, review
    targets, reviews = lift_targets(*map(frozen, (target, review, lifted)), hedge.max_ratio)
    return targets, reviews


def hedge_window(sessions: pd.DatetimeIndex, s: Schedule, hedge: Hedge, anchor: str) -> HedgeWindow:
    """Sessions in which a vintage's hedge may be held, by policy.

    ``sequential``: from the window's start to its end or the close of the next
    anchor, if that is earlier: the hedge is gone before the next long begins.
    ``overlap``: to the window's end, whatever the next long does. ``hedge_first``: from the
    session after the anchor to the close of the next anchor or the window's
    end: the hedge is there before the long, and both are held together.
    """
    first, last, timed = s.hedge_first, s.hedge_last, s.hedge_timed
    if hedge.policy == "overlap":
        return _settled(sessions, HedgeWindow(first, last, timed and first > 0, s.year))
    if hedge.policy == "hedge_first":
        first = s.anchor + 1
        if first >= len(sessions):
            return HedgeWindow(-1, -1, False, s.year)
        last = last_on_or_before(sessions, day_of(s.year + 1, hedge.window.end))
    elif first < 1:
        return HedgeWindow(-1, -1, False, s.year)
    next_anchor = day_of(s.year + 1, anchor)
    end = last_on_or_before(sessions, next_anchor)
    if end < last or (end == last and passed(sessions, next_anchor)):
        last, timed = end, passed(sessions, next_anchor)
    if last < first:
        return HedgeWindow(-1, -1, False, s.year)
    return _settled(sessions, HedgeWindow(first, last, timed, s.year))


def _settled(sessions: pd.DatetimeIndex, window: HedgeWindow) -> HedgeWindow:
    """The window, ended before a hole in the data."""
    end = before_hole(sessions, window.first, window.last)
    if end == window.last:
        return window
    return HedgeWindow(window.first, end, True, window.vintage)
