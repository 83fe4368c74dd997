"""`derisk`: hold less of the core instead of buying a hedge. The comparator of every hedge.

Equal average beta: at the first open of the hedge window a share b of the
equity is sold from the core and bought back at the window's last close, with b
such that the mean index exposure over the window equals that of the hedged
account (Israelov, "Pathetic Protection": a protected portfolio must beat one
that simply holds less). b is known only afterwards: the comparator has the
hedge's average size but not its timing, and nobody could have traded it. The
money earns the bill rate, both trades pay fees and slippage.

Equal path: beside it, the core is sold and bought back whenever the hedge is
changed, by the hedge's ratio: the same timing without the instrument.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from strategy.account.account import Account
from strategy.account.instructions import DERISK, Instructions, Kind, Leg
from strategy.account.legs import Floats
from strategy.hedge.instruments.setting import HedgeWindow, Setting
from strategy.legs.reasons import Phase

#: Largest difference of mean exposure left between comparator and hedge.
BETA_TOLERANCE = 1e-9
MOST_TRIES = 12

Runner = Callable[[Instructions], Account]


@dataclass(frozen=True)
class Derisk:
    """The comparator of one window.

    Attributes
    ----------
    account : Account
    weight : float
        Share of equity sold, b; negative where the hedge added exposure.
    beta : float
        Mean index exposure over the window, of comparator and hedged account.
    capped : bool
        Whether more would have to be sold than is held: then the beta differs.
    """

    account: Account
    weight: float
    beta: float
    capped: bool = False


def mean_exposure(account: Account, window: HedgeWindow) -> float:
    """Mean index exposure of all sleeves over the window's closes, its last one left out.

    At the last close hedge and comparator have been taken off.
    """
    end = window.last if window.timed else window.last + 1
    span = slice(window.first - account.first, max(end, window.first + 1) - account.first)
    exposure = account.exposure[span].sum(axis=1)
    return float(exposure.mean()) if len(exposure) else np.nan


def trim_orders(
    setting: Setting, out: Instructions, window: HedgeWindow, weight: float
) -> Instructions:
    """`out` with the sale at the window's start and the purchase at its end."""
    more = Instructions(list(out.rows))
    parts = [(window.first, setting.at, weight, setting.fill(window.first))]
    if window.timed and window.last > window.first:
        parts.append((window.last, Phase.CLOSE, -weight, float(setting.close[window.last])))
    for t, phase, share, price in parts:
        more.add(
            t,
            phase,
            Kind.TRIM,
            Leg.CORE,
            price,
            value=share,
            reason=DERISK,
            vintage=window.vintage,
        )
    return more


def equal_average_beta(
    setting: Setting,
    run: Runner,
    without_hedge: Instructions,
    unhedged: Account,
    hedged: Account,
    window: HedgeWindow,
) -> Derisk:
    """The comparator with the hedged account's mean exposure over the window.

    Exposure is nearly linear in the share sold, so that a secant from the
    difference of the two accounts ends in a few steps.
    """
    goal = mean_exposure(hedged, window)
    plain = mean_exposure(unhedged, window)
    if hedged.exhausted or np.isnan(goal) or abs(plain - goal) <= BETA_TOLERANCE:
        return Derisk(unhedged, 0.0, plain)
    held = unhedged.exposure[window.first - 1 - unhedged.first, 0]
    weight, last_weight, last_beta = plain - goal, 0.0, plain
    account, beta = unhedged, plain
    for _ in range(MOST_TRIES):
        weight = min(weight, held)
        account = run(trim_orders(setting, without_hedge, window, weight))
        beta = mean_exposure(account, window)
        if abs(beta - goal) <= BETA_TOLERANCE or weight == last_weight:
            break
        slope = (beta - last_beta) / (weight - last_weight)
        last_weight, last_beta = weight, beta
        if weight >= held and beta > goal:
            break
        weight = weight + (goal - beta) / slope
    return Derisk(account, weight, beta, capped=weight >= held and beta > goal + 1e-6)


def equal_path(
    setting: Setting,
    run: Runner,
    without_hedge: Instructions,
    window: HedgeWindow,
    held: Floats,
) -> Account:
    """The comparator that sells core whenever the hedge is changed, by the change of its ratio."""
    out = Instructions(list(without_hedge.rows))
    before = 0.0
    for i, t in enumerate(range(window.first, window.last + 1)):
        if t == window.last and setting.at is Phase.CLOSE and window.timed:
            break
        change = held[i] - before
        if abs(change) > 1e-12:
            out.add(
                t,
                setting.at,
                Kind.TRIM,
                Leg.CORE,
                setting.fill(t),
                value=float(change),
                reason=DERISK,
                vintage=window.vintage,
            )
        before = held[i]
    if window.timed and before > 0.0:
        out.add(
            window.last,
            Phase.CLOSE,
            Kind.TRIM,
            Leg.CORE,
            float(setting.close[window.last]),
            value=-float(before),
            reason=DERISK,
            vintage=window.vintage,
        )
    return run(out)
