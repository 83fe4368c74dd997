"""Every tactical setting in every vintage, by the single run's resolver."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import prange

from strategy.kernels.compiled import compiled
from strategy.legs.reasons import Reason
from strategy.legs.tactical import resolve
from strategy.sweep.engine.outcomes import (
    HITS,
    IN_MARKET,
    LOST,
    TACTICAL_FIGURES,
    TRADES,
    WON,
    Legs,
    Tactical,
    distinct,
    mixed,
)

_REASON_OPEN = int(Reason.OPEN)
_TARGET_1, _TARGET_2 = int(Reason.TARGET_1), int(Reason.TARGET_2)
_FIRST_IDLE = int(Reason.NO_ROOM)
_GATE = int(Reason.GATE)
_NO_LEVELS = int(Reason.NO_LEVELS)


class TacticalSettings(NamedTuple):
    """Distinct tactical settings as columns; lookups point into the arrays of `TacticalInputs`."""

    calendar: np.ndarray
    levels: np.ndarray
    gate: np.ndarray
    score: np.ndarray
    stop_is_level: np.ndarray
    stop: np.ndarray
    first_share: np.ndarray
    within: np.ndarray
    buffer: np.ndarray
    touch: np.ndarray
    target_first: np.ndarray
    weight: np.ndarray
    risk_budget: np.ndarray
    risk_scaling: np.ndarray


class TacticalInputs(NamedTuple):
    """What settings look up: rows are distinct values, columns vintages.

    ``idle`` is the reason code of a vintage that is not resolved at all, else
    -1; ``score`` is the risk score at the anchor.
    """

    entry: np.ndarray
    last: np.ndarray
    timed: np.ndarray
    complete: np.ndarray
    idle: np.ndarray
    zone_low: np.ndarray
    zone_high: np.ndarray
    extension_low: np.ndarray
    scale: np.ndarray
    enter: np.ndarray
    score: np.ndarray


def resolve_tactical(
    prices: tuple[np.ndarray, ...],
    settings: TacticalSettings,
    inputs: TacticalInputs,
    fee: float,
    slippage: float,
    last_session: int,
) -> Tactical:
    """Every setting in every vintage.

    Parameters
    ----------
    prices : tuple of float64[n]
        open, high, low, close as the fills use them.
    settings, inputs
    fee, slippage : float
        Fractions per fill.
    last_session : int
        Last session of the account; a leg still open is held to its close.
    """
    n, vintages = len(settings.stop), inputs.entry.shape[1]
    value = np.zeros((n, vintages, 2))
    exit_ = np.zeros((n, vintages, 2), dtype=np.int64)
    price = np.zeros((n, vintages, 2))
    market = np.zeros((n, vintages, 2), dtype=np.bool_)
    reason = np.zeros((n, vintages), dtype=np.int64)
    net = np.zeros((n, vintages))
    figures = np.zeros((n, TACTICAL_FIGURES))
    digest = np.zeros((n, vintages), dtype=np.uint64)
    _resolve_tactical(
        *prices, settings, inputs, fee, slippage, last_session,
        value, exit_, price, market, reason, net, figures, digest,
    )  # fmt: skip
    row, first, vintage = distinct(digest)
    legs = Legs(*(a[first, vintage] for a in (value, exit_, price, market)))
    for table, whole in zip(legs, (value, exit_, price, market), strict=True):
        for v in range(vintages):
            if not np.array_equal(table[row[:, v]], whole[:, v]):
                raise AssertionError("two tactical outcomes share a hash")
    return Tactical(row, vintage, legs, figures, reason, net)


@compiled(parallel=True)
def _resolve_tactical(
    open_, high, low, close, settings, inputs, fee, slippage, last_session,
    value, exit_, price, market, reason, net, figures, digest,
):  # fmt: skip
    n, vintages = value.shape[0], value.shape[1]
    for s in prange(n):
        calendar = settings.calendar[s]
        level = settings.levels[s]
        held = np.int64(0)
        for v in range(vintages):
            why = np.int64(inputs.idle[calendar, v])
            no_levels = np.isnan(inputs.zone_low[level, v])
            if why < 0 and (no_levels or np.isnan(inputs.extension_low[level, v])):
                why = np.int64(_NO_LEVELS)
            if why < 0 and not inputs.enter[settings.gate[s], v]:
                why = np.int64(_GATE)
            exit_[s, v, 0] = -1
            exit_[s, v, 1] = -1
            net[s, v] = np.nan
            if why >= 0:
                reason[s, v] = why
                continue
            entry = inputs.entry[calendar, v]
            paid = open_[entry]
            stop = paid * (1.0 - settings.stop[s])
            if settings.stop_is_level[s]:
                stop = settings.stop[s] * inputs.scale[level, v]
            share = settings.first_share[s]
            session, phase, code, raw, _, _, _ = resolve(
                open_,
                high,
                low,
                close,
                entry,
                inputs.last[calendar, v],
                inputs.timed[calendar, v],
                inputs.zone_low[level, v],
                inputs.zone_high[level, v],
                inputs.extension_low[level, v],
                stop,
                share,
                settings.within[s],
                settings.buffer[s],
                settings.touch[s],
                settings.target_first[s],
            )
            if max(code[0], code[1]) >= _FIRST_IDLE:
                reason[s, v] = code[0]
                continue
            weight = settings.weight[s]
            if not np.isnan(settings.risk_budget[s]):
                weight = min(weight, settings.risk_budget[s] / (1.0 - stop / paid))
            score = inputs.score[settings.score[s], v]
            if not np.isnan(score):
                weight *= 1.0 - settings.risk_scaling[s] * score
            spent = paid * (1.0 + slippage) * (1.0 + fee)
            received = 0.0
            final = -1
            for j in range(2):
                if session[j] < 0:
                    continue
                part = share if j == 0 else 1.0 - share
                is_market = code[j] != _TARGET_1 and code[j] != _TARGET_2
                got = raw[j]
                if is_market and code[j] != _REASON_OPEN:
                    got *= 1.0 - slippage
                if code[j] != _REASON_OPEN:
                    got *= 1.0 - fee
                received += part * got
                if weight > 0.0:
                    value[s, v, j] = weight * part
                    market[s, v, j] = is_market
                    if code[j] != _REASON_OPEN:
                        exit_[s, v, j] = session[j]
                        price[s, v, j] = raw[j]
                # in one bar a stop follows a target, and the second target the first
                if final < 0:
                    final = j
                elif session[j] != session[final]:
                    final = j if session[j] > session[final] else final
                elif phase[j] != phase[final]:
                    final = j if phase[j] > phase[final] else final
                elif is_market or code[final] == _TARGET_1 or code[final] == _TARGET_2:
                    final = j
            reason[s, v] = code[final]
            result = received / spent - 1.0
            net[s, v] = result
            if inputs.complete[calendar, v]:
                figures[s, TRADES] += 1.0
                if result > 0.0:
                    figures[s, HITS] += 1.0
                    figures[s, WON] += result
                else:
                    figures[s, LOST] += result
            if weight > 0.0:
                out = np.int64(0)
                for j in range(2):
                    if session[j] >= 0:
                        # at the close of its last session the leg is sold already
                        gone = session[j] if code[j] != _REASON_OPEN else last_session + 1
                        out = max(out, gone)
                held += out - entry
            mix = np.uint64(1469598103934665603)
            for j in range(2):
                mix = mixed(mix, value[s, v, j])
                mix = mixed(mix, float(exit_[s, v, j]))
                mix = mixed(mix, price[s, v, j])
                mix = mixed(mix, 1.0 if market[s, v, j] else 0.0)
            digest[s, v] = mix
        figures[s, IN_MARKET] = held
