"""What each distinct setting of a sleeve does in each vintage, by the single run's resolvers.

Many settings end in the same fills: a stop that was never reached is no
different from a wider one. Outcomes are therefore kept once per vintage, and a
setting is a row of their numbers.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numba import prange

from strategy.hedge import resolve_hedge
from strategy.sweep.bins import float_bits
from strategy.sweep.compiled import compiled
from strategy.tactical import Reason, resolve

_REASON_OPEN = int(Reason.OPEN)
_TARGET_1, _TARGET_2 = int(Reason.TARGET_1), int(Reason.TARGET_2)
_FIRST_IDLE = int(Reason.NO_ROOM)
_GATE = int(Reason.GATE)
_NO_LEVELS = int(Reason.NO_LEVELS)
REASONS = len(Reason)

#: Kinds of hedge orders: set the ratio at the open, scale the units at the open, cover all at
#: the close.
SET, SCALE, END = 3, 4, 5

#: Columns of the figures that depend on a tactical setting alone.
(
    TRADES,  # complete vintages in which something was bought
    HITS,  # of those, returned more than 0 after costs
    WON,  # sum of the positive returns
    LOST,  # sum of the negative ones
    IN_MARKET,  # sessions at whose close the leg is held
) = range(5)
TACTICAL_FIGURES = 5


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


class Legs(NamedTuple):
    """Tactical outcomes: two tranches each.

    ``value`` is the share of equity spent (0: nothing), ``exit`` the session
    (-1: held to the data's end), ``price`` the raw exit price, ``market``
    whether it pays slippage.
    """

    value: np.ndarray
    exit: np.ndarray
    price: np.ndarray
    market: np.ndarray


class Orders(NamedTuple):
    """Hedge outcomes: rows of orders, those of outcome k from ``start[k]`` to ``start[k + 1]``.

    ``maintenance`` is the share of all positions that the equity of an outcome
    must keep up.
    """

    start: np.ndarray
    session: np.ndarray
    kind: np.ndarray
    value: np.ndarray
    maintenance: np.ndarray


class Tactical(NamedTuple):
    """Resolved tactical settings.

    ``row`` holds the outcome of each setting and vintage; ``reasons`` how many
    vintages ended for each reason; ``figures`` the columns named above;
    ``reason`` and ``net_return`` are per setting and vintage.
    """

    row: np.ndarray
    vintage: np.ndarray
    legs: Legs
    figures: np.ndarray
    reason: np.ndarray
    net_return: np.ndarray


class Hedges(NamedTuple):
    """Resolved hedge settings; ``hedged`` counts complete vintages that held a hedge."""

    row: np.ndarray
    vintage: np.ndarray
    orders: Orders
    hedged: np.ndarray


class HedgeSettings(NamedTuple):
    """Distinct hedge settings as columns; ``falls`` and ``shares`` are padded with ``n_covers``."""

    active: np.ndarray
    window: np.ndarray
    score: np.ndarray
    review: np.ndarray
    max_ratio: np.ndarray
    score_from: np.ndarray
    score_to: np.ndarray
    band: np.ndarray
    steps: np.ndarray
    every: np.ndarray
    when_blind: np.ndarray
    falls: np.ndarray
    shares: np.ndarray
    n_covers: np.ndarray
    maintenance: np.ndarray


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
                mix = _mix(mix, value[s, v, j])
                mix = _mix(mix, float(exit_[s, v, j]))
                mix = _mix(mix, price[s, v, j])
                mix = _mix(mix, 1.0 if market[s, v, j] else 0.0)
            digest[s, v] = mix
        figures[s, IN_MARKET] = held


@compiled()
def _mix(seed, value):
    """One step of a 64-bit hash over the bits of a float."""
    seed = (seed ^ np.uint64(float_bits(value))) * np.uint64(0xBF58476D1CE4E5B9)
    return seed ^ (seed >> np.uint64(31))


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
    row, first, vintage = _distinct(digest)
    legs = Legs(*(a[first, vintage] for a in (value, exit_, price, market)))
    for table, whole in zip(legs, (value, exit_, price, market), strict=True):
        for v in range(vintages):
            if not np.array_equal(table[row[:, v]], whole[:, v]):
                raise AssertionError("two tactical outcomes share a hash")
    return Tactical(row, vintage, legs, figures, reason, net)


def _distinct(digest: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Number the distinct values of each column; where each was first seen, and its column."""
    row = np.empty(digest.shape, dtype=np.int32)
    first, column = [], []
    seen = 0
    for v in range(digest.shape[1]):
        codes, _ = pd.factorize(digest[:, v])
        at = np.unique(codes, return_index=True)[1]
        row[:, v] = codes + seen
        first.append(at)
        column.append(np.full(len(at), v))
        seen += len(at)
    return row, np.concatenate(first), np.concatenate(column)


@compiled()
def _hedge_window(score, lifted, close, review, settings, s, first, last):
    """One window's schedule by the single run's resolver: ratio, scale, held."""
    span = settings.score_to[s] - settings.score_from[s]
    # the resolver reads targets at the closes before the window's sessions only
    target = np.empty(last + 1)
    at = np.empty(last + 1, dtype=np.bool_)
    for t in range(first - 1, last + 1):
        # a trigger counts on the session on which it comes or goes, whatever the score
        at[t] = review[t] or (t > 0 and lifted[t] != lifted[t - 1])
        share = (score[t] - settings.score_from[s]) / span
        if not np.isnan(share):
            share = min(max(share, 0.0), 1.0)
            if share < 1e-9:
                share = 0.0
        target[t] = settings.max_ratio[s] if lifted[t] else settings.max_ratio[s] * share
    n = settings.n_covers[s]
    return resolve_hedge(
        close,
        target,
        at,
        first,
        last,
        close[first - 1],
        settings.falls[s, :n],
        settings.shares[s, :n],
        settings.band[s],
        settings.steps[s],
        settings.every[s],
        settings.when_blind[s],
        settings.max_ratio[s],
    )


@compiled(parallel=True)
def _resolve_hedges(
    close, scores, lifted, reviews, settings, firsts, lasts, ends, complete, at_close,
    count, hedged, digest, offset, fill_, session, kind, value,
):  # fmt: skip
    n, vintages = count.shape
    for s in prange(n):
        total = np.int64(0)
        for v in range(vintages):
            first, last = firsts[settings.window[s], v], lasts[settings.window[s], v]
            timed = ends[settings.window[s], v]
            if not settings.active[s] or first < 1:
                continue
            if fill_ and offset[s, v] < 0:
                continue
            ratio, scale, held = _hedge_window(
                scores[settings.score[s]], lifted[settings.score[s]], close,
                reviews[settings.review[s]], settings, s, first, last,
            )  # fmt: skip
            k = np.int64(0)
            base = offset[s, v]
            mix = np.uint64(1469598103934665603)
            most = 0.0
            for i in range(len(ratio)):
                t = first + i
                if t == last and at_close:
                    continue  # the window's end covers all in the same fill
                most = max(most, held[i])
                if not np.isnan(ratio[i]):
                    what, amount = SET, ratio[i]
                elif scale[i] < 1.0 and k > 0:
                    # there is nothing to cover before the first order
                    what, amount = SCALE, scale[i]
                else:
                    continue
                if fill_:
                    session[base + k], kind[base + k], value[base + k] = t, what, amount
                else:
                    mix = _mix(_mix(_mix(mix, float(t)), float(what)), amount)
                k += 1
            if k > 0 and timed:
                if fill_:
                    session[base + k], kind[base + k], value[base + k] = last, END, 0.0
                mix = _mix(mix, float(last))
                k += 1
            if k > 0:
                mix = _mix(mix, settings.maintenance[s])
            if not fill_:
                count[s, v] = k
                digest[s, v] = mix
                if complete[v] and most > 0.0:
                    total += 1
        if not fill_:
            hedged[s] = total


def resolve_hedges(
    close: np.ndarray,
    scores: np.ndarray,
    lifted: np.ndarray,
    reviews: np.ndarray,
    settings: HedgeSettings,
    windows: tuple[np.ndarray, np.ndarray, np.ndarray],
    complete: np.ndarray,
    at_close: bool,
) -> Hedges:
    """Every setting in every window.

    Parameters
    ----------
    close : float64[n]
    scores : float64[k, n]
        Distinct risk scores by session.
    lifted : bool[k, n]
        Sessions at whose close a trigger of that risk setting is true.
    reviews : bool[3, n]
        Sessions of re-evaluation, by kind.
    settings : HedgeSettings
    windows : tuple of arrays
        First and last session and whether the window ends there, per policy and vintage.
    complete : bool[vintages]
    at_close : bool
        Fills at the close (``fill: next_close``).
    """
    first, last, timed = windows
    n, vintages = len(settings.active), first.shape[1]
    count = np.zeros((n, vintages), dtype=np.int64)
    hedged = np.zeros(n, dtype=np.int64)
    digest = np.zeros((n, vintages), dtype=np.uint64)
    offset = np.zeros((n, vintages), dtype=np.int64)
    none_i, none_f = np.zeros(0, dtype=np.int64), np.zeros(0)
    arguments = (close, scores, lifted, reviews, settings, first, last, timed, complete, at_close)
    _resolve_hedges(*arguments, count, hedged, digest, offset, False, none_i, none_i, none_f)
    row, at, vintage = _distinct(digest)
    if not np.array_equal(count, count[at, vintage][row]):
        raise AssertionError("two hedge outcomes share a hash")
    start = np.zeros(len(at) + 1, dtype=np.int64)
    np.cumsum(count[at, vintage], out=start[1:])
    offset[:] = -1
    offset[at, vintage] = start[:-1]
    session = np.zeros(start[-1], dtype=np.int64)
    kind = np.zeros(start[-1], dtype=np.int64)
    value = np.zeros(start[-1])
    _resolve_hedges(*arguments, count, hedged, digest, offset, True, session, kind, value)
    maintenance = np.ascontiguousarray(settings.maintenance[at])
    return Hedges(row, vintage, Orders(start, session, kind, value, maintenance), hedged)
