"""The plan on one future after another: resolver, hedge and account of history, compiled together.

`futures` fills one row of figures a path and keeps nothing else, but for the
first paths, whose closes and equity are kept for fan charts. The tactical leg
goes through `strategy.legs.resolver.resolve`, the hedge through
`strategy.hedge.ratio.resolve_hedge`, money through `strategy.account.kernel.walk`:
the functions of a run on history, with the same instructions.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from strategy.account.instructions import DERISK, ENTRY, WINDOW_END
from strategy.account.kernel import Bounds, Charges, HedgeLegs, Index, Told, walk
from strategy.account.rules import borrowed, dividends, financing, rebate
from strategy.hedge.ratio import RatioRules, resolve_hedge
from strategy.hedge.rules import NO_ORDER, SET_RATIO, lifted_target, ordered, reviewed
from strategy.kernels.compiled import compiled
from strategy.legs.prices import Prices
from strategy.legs.reasons import Reason
from strategy.legs.records import LegRules
from strategy.legs.resolver import resolve
from strategy.legs.rules import (
    bought,
    last_exit,
    net_return,
    size,
    stop_level,
    tranche_orders,
)
from strategy.scenario.engine.events import deepest_fall, tactical_events
from strategy.scenario.engine.terms import Figure
from strategy.scenario.worlds.paths import draw_path

# plain integers for the compiled function
_HOLD, _SPEND, _EXIT, _SHORT, _SCALE, _NOTIONAL, _TRIM = range(7)
_GATE = int(Reason.GATE)
(
    _ENTRY_PRICE, _STOP, _REASON, _TACTICAL, _WEIGHT, _AMBIGUOUS, _TOUCH, _ZONE_FIRST,
    _STOP_FIRST, _BREAKOUT, _FAILURE, _EXIT_CLOSE, _YEAR_RETURN, _YEAR_FALL, _TOTAL, _TOTAL_FALL,
    _PLAIN, _PLAIN_FALL, _DERISK, _DERISK_FALL, _TACTICAL_PNL, _HEDGE_PNL, _HEDGE_COST,
    _MEAN_RATIO, _CORE_PNL,
) = (int(f) for f in Figure)  # fmt: skip


@compiled(nogil=True)
def short_carry(calendar: Any, terms: Any, rate: Any, carry: Any) -> None:
    """`strategy.account.legs.short_carry_parts`, added up, with the rates of one future."""
    for t in range(len(carry)):
        days = calendar.days[t]
        r = rate[t - 1] if t else rate[0]
        paid = dividends(terms.dividend, days)
        if terms.future:
            earned = financing(r, terms.financing_spread, days)
            carry[t] = earned - paid - terms.roll_cost * calendar.roll[t]
        else:
            earned = rebate(r, terms.rebate_spread, days)
            carry[t] = earned - paid - borrowed(terms.borrow, days)


@compiled(nogil=True)
def cascade_targets(
    calendar: Any, terms: Any, close: Any, vix: Any, target: Any, review: Any
) -> None:
    """Lift the target while the close is below its average and VIX above its level."""
    past = terms.past_close
    width = terms.cascade_sessions
    before = False
    for t in range(len(close)):
        now = False
        if len(past) + t + 1 >= width and vix[t] - terms.cascade_vix > 0.0:
            total = 0.0
            for k in range(width):
                at = t - k
                total += close[at] if at >= 0 else past[len(past) + at] * close[0]
            now = close[t] < total / width
        target[t] = lifted_target(target[t], now, terms.full)
        # whether a trigger came or went on the first day is not known
        review[t] = reviewed(review[t], now, before if t else now)
        before = now


@compiled(nogil=True)
def put_row(
    where: Any, money: Any, flags: Any, count: int, session: int, phase: int, kind: int, leg: int,
    value: float, price: float, market: bool, reason: int,
) -> int:  # fmt: skip
    """Insert one instruction in the order of the day, after those of its hour."""
    k = count
    while k > 0 and (
        where[k - 1, 0] > session or (where[k - 1, 0] == session and where[k - 1, 1] > phase)
    ):
        where[k] = where[k - 1]
        money[k] = money[k - 1]
        flags[k] = flags[k - 1]
        k -= 1
    where[k, 0], where[k, 1], where[k, 2], where[k, 3] = session, phase, kind, leg
    where[k, 4] = reason
    money[k, 0], money[k, 1] = value, price
    flags[k] = market
    return count + 1


@compiled(nogil=True)
def run_walk(
    count: int, where: Any, money: Any, flags: Any, open_: Any, close: Any, rate: Any,
    carry: Any, calendar: Any, terms: Any, core_units: float, equity: Any,
) -> Any:  # fmt: skip
    """The account of one future, capital 1; `equity` gets its path, and keeps its last value."""
    horizon = len(close) - 1
    legs_open, legs_close = open_.reshape((-1, 1)), close.reshape((-1, 1))
    found = walk(
        Index(open_, close, calendar.days, rate, np.full(len(close), terms.dividend)),
        HedgeLegs(
            legs_open, legs_close, legs_open, legs_close, np.full(1, terms.slippage), carry, False
        ),
        Told(
            where[:count, 0].copy(), where[:count, 1].copy(), where[:count, 2].copy(),
            where[:count, 3].copy(), money[:count, 0].copy(), money[:count, 1].copy(),
            flags[:count].copy(), where[:count, 4].copy(), np.zeros(count, np.int64),
            np.full(count, np.nan),
        ),
        Charges(terms.fee, terms.slippage, terms.margin_spread, terms.cash_earns),
        Bounds(terms.cap_net, terms.cap_gross, terms.maintenance, terms.at_close),
        0, horizon, 1.0, core_units,
    )  # fmt: skip
    path, pnl, carried, costs, exposure = (
        found.equity, found.pnl, found.carry, found.costs, found.exposure
    )  # fmt: skip
    walked = found.walked
    equity[:walked] = path[:walked]
    equity[walked:] = path[walked - 1]
    hedge_carry, hedge_costs = 0.0, 0.0
    for t in range(walked):
        hedge_carry += carried[t, 2]
        hedge_costs += costs[t, 2]
    end = calendar.end if calendar.timed else calendar.end + 1
    mean_exposure, counted = 0.0, 0
    for t in range(max(calendar.first, 0), min(max(end, calendar.first + 1), walked)):
        mean_exposure += exposure[t, 0] + exposure[t, 1] + exposure[t, 2]
        counted += 1
    if counted:
        mean_exposure /= counted
    return (
        pnl[walked - 1, 0],
        pnl[walked - 1, 1],
        pnl[walked - 1, 2],
        hedge_costs - hedge_carry,
        mean_exposure,
    )


@compiled(nogil=True)
def tactical_leg(
    i: int, prices: Any, calendar: Any, terms: Any, variants: Any, row: Any, tried: Any,
    where: Any, money: Any, flags: Any,
) -> int:  # fmt: skip
    """The leg on one future: its variants, then the plan's own, whose instructions are put down.

    Returns the number of instructions.
    """
    given = terms.rules
    hour = 2 if terms.at_close else 0
    count = 0
    row[_REASON] = _GATE
    row[_WEIGHT] = 0.0
    shares_tried = len(variants.first_shares)
    cases = len(variants.stops) * shares_tried
    # one call of the resolver for all of them, because the compiler works on every call anew
    for case in range(cases + 1):
        own = case == cases
        a, b = (0, 0) if own else (case // shares_tried, case % shares_tried)
        if not own:
            tried[i, a, b] = np.nan
        if not terms.enter:
            continue
        rules = LegRules(
            given.stop if own else variants.stops[a],
            given.stop_is_level and own,
            given.first_share if own else variants.first_shares[b],
            given.within, given.buffer, given.touch, given.target_first,
        )  # fmt: skip
        exits = resolve(prices, calendar.entry, calendar.last, True, terms.levels, rules)
        if own:
            row[_REASON] = exits.reason[0]
            row[_AMBIGUOUS] = exits.ambiguous
        if not bought(exits):
            continue
        made = net_return(exits, terms.fee, terms.slippage)
        if not own:
            tried[i, a, b] = made
            continue
        row[_TACTICAL] = made
        weight = size(terms.size, exits.entry_price, exits.stop, terms.score)
        row[_WEIGHT] = weight
        row[_REASON] = exits.reason[last_exit(exits)]
        for k in range(2):
            order = tranche_orders(exits, k, weight, terms.at_close)
            if order.spent <= 0.0:
                continue
            count = put_row(
                where, money, flags, count, calendar.entry, hour, _SPEND, 1 + k, order.spent,
                exits.entry_price, True, ENTRY,
            )  # fmt: skip
            # the leg of a future always ends: every tranche bought is sold
            count = put_row(
                where, money, flags, count, order.session, order.phase, _EXIT, 1 + k, 0.0,
                order.price, order.market, order.reason,
            )  # fmt: skip
    return count


@compiled(nogil=True)
def put_hedge(
    open_: Any, close: Any, vix: Any, target: Any, review: Any, calendar: Any, terms: Any,
    count: int, where: Any, money: Any, flags: Any,
) -> Any:  # fmt: skip
    """Instructions of the hedge, as `strategy.hedge.instruments.short` gives them.

    Returns the number of instructions, and the mean ratio held.
    """
    if not terms.hedged or calendar.first < 1:
        return count, 0.0
    target[:], review[:] = calendar.target, calendar.review
    if terms.cascade:
        cascade_targets(calendar, terms, close, vix, target, review)
    rules = RatioRules(
        terms.falls, terms.shares, terms.band, terms.steps, terms.every, terms.when_blind,
        terms.full,
    )  # fmt: skip
    path = resolve_hedge(
        close, target, review, calendar.first, calendar.end, close[calendar.first - 1], rules
    )
    if path.held.max() <= 0.0:
        return count, 0.0
    hour = 2 if terms.at_close else 0
    for k in range(len(path.ratio)):
        t = calendar.first + k
        ends = calendar.timed and t == calendar.end
        what = ordered(path.ratio[k], path.scale[k], ends, terms.at_close)
        if what == NO_ORDER:
            continue
        sets = what == SET_RATIO
        count = put_row(
            where, money, flags, count, t, hour, _SHORT if sets else _SCALE, 3,
            path.ratio[k] if sets else path.scale[k], close[t] if terms.at_close else open_[t],
            True, path.reason[k],
        )  # fmt: skip
    if calendar.timed:
        count = put_row(
            where, money, flags, count, calendar.end, 2, _SCALE, 3, 0.0, close[calendar.end],
            True, WINDOW_END,
        )  # fmt: skip
    return count, path.held.mean()


@compiled(nogil=True)
def put_less_core(
    open_: Any, close: Any, calendar: Any, terms: Any, sold: float, count: int, where: Any,
    money: Any, flags: Any,
) -> Any:  # fmt: skip
    """The tactical leg's instructions without the hedge's, and a part of the core sold instead.

    Sold at the window's start and bought back at its end; returns the number
    of instructions.
    """
    kept = 0
    for k in range(count):
        if where[k, 3] < 3:
            where[kept] = where[k]
            money[kept] = money[k]
            flags[kept] = flags[k]
            kept += 1
    first, end = calendar.first, calendar.end
    price = close[first] if terms.at_close else open_[first]
    hour = 2 if terms.at_close else 0
    kept = put_row(where, money, flags, kept, first, hour, _TRIM, 0, sold, price, True, DERISK)
    if calendar.timed and end > first:
        kept = put_row(where, money, flags, kept, end, 2, _TRIM, 0, -sold, close[end], True, DERISK)
    return kept


@compiled(nogil=True)
def futures(
    first: int, last: int, table: Any, garch: Any, draw: Any, calendar: Any, terms: Any,
    variants: Any, compare: bool, rows: Any, tried: Any, fans: Any,
) -> None:  # fmt: skip
    """Futures `first` to before `last`: a row of `Figure` each.

    Parameters
    ----------
    table, garch, draw
        See `strategy.scenario.worlds.paths`.
    calendar, terms, variants
    compare : bool
        Also the portfolio with less core instead of the hedge.
    rows : float64[n, FIGURES]
    tried : float32[n, stops, shares]
        Tactical return of each variant, NaN where nothing was bought.
    fans : float32[3, kept, h + 1]
        Close relative to the start, equity with and without hedge, of the
        first `kept` paths.
    """
    horizon = len(calendar.days) - 1
    open_, high = np.empty(horizon + 1), np.empty(horizon + 1)
    low, close = np.empty(horizon + 1), np.empty(horizon + 1)
    prices = Prices(open_, high, low, close)
    vix, rate = np.empty(horizon + 1), np.empty(horizon + 1)
    carry, target = np.empty(horizon + 1), np.empty(horizon + 1)
    review = np.empty(horizon + 1, np.bool_)
    plain, equity, less = np.empty(horizon + 1), np.empty(horizon + 1), np.empty(horizon + 1)
    room = 2 * horizon + 16
    where, money = np.zeros((room, 5), np.int64), np.zeros((room, 2))
    flags = np.zeros(room, np.bool_)
    for i in range(first, last):
        draw_path(i, table, garch, draw, open_, high, low, close, vix, rate)
        if terms.at_close:
            open_[:], high[:], low[:] = close, close, close
        row = rows[i]
        row[:] = np.nan
        start = close[0]
        paid = open_[calendar.entry]
        row[_ENTRY_PRICE] = paid
        row[_STOP] = stop_level(
            paid, terms.rules.stop, terms.rules.stop_is_level, terms.levels.scale
        )
        touch, zone_first, stop_first, breakout, failure = tactical_events(
            prices, calendar.entry, calendar.last, terms.levels, terms.rules
        )
        row[_TOUCH], row[_ZONE_FIRST], row[_STOP_FIRST] = touch, zone_first, stop_first
        row[_BREAKOUT], row[_FAILURE] = breakout, failure
        row[_EXIT_CLOSE] = close[calendar.last] / start - 1.0
        if calendar.year_first > 0:
            before = calendar.year_first - 1
            row[_YEAR_RETURN] = close[calendar.year_last] / close[before] - 1.0
            row[_YEAR_FALL] = deepest_fall(close, before, calendar.year_last)

        count = tactical_leg(i, prices, calendar, terms, variants, row, tried, where, money, flags)
        short_carry(calendar, terms, rate, carry)
        core_units = terms.core_weight * 1.0 / start
        exposure, mean_exposure = np.nan, np.nan
        # the portfolio without the hedge, with it, and with less core instead
        for account in range(3):
            into = plain
            if account == 1:
                count, mean_ratio = put_hedge(
                    open_, close, vix, target, review, calendar, terms, count, where, money, flags
                )
                row[_MEAN_RATIO] = mean_ratio
                equity[:] = plain
                row[_TOTAL], row[_TOTAL_FALL] = row[_PLAIN], row[_PLAIN_FALL]
                row[_DERISK], row[_DERISK_FALL] = row[_PLAIN], row[_PLAIN_FALL]
                if mean_ratio == 0.0:
                    break
                into = equity
            if account == 2:
                if not compare:
                    break
                # what the hedge took off on average, sold from the core
                sold = exposure - mean_exposure
                count = put_less_core(
                    open_, close, calendar, terms, sold, count, where, money, flags
                )
                into = less
            core_pnl, tactical_pnl, hedge_pnl, hedge_cost, mean_exposure = run_walk(
                count, where, money, flags, open_, close, rate, carry, calendar, terms, core_units,
                into,
            )  # fmt: skip
            total, fall = into[horizon] - 1.0, deepest_fall(into, 0, horizon)
            if account == 2:
                row[_DERISK], row[_DERISK_FALL] = total, fall
                continue
            row[_CORE_PNL], row[_TACTICAL_PNL] = core_pnl, tactical_pnl
            row[_HEDGE_PNL], row[_HEDGE_COST] = hedge_pnl, hedge_cost
            if account == 0:
                row[_PLAIN], row[_PLAIN_FALL] = total, fall
                exposure = mean_exposure
            else:
                row[_TOTAL], row[_TOTAL_FALL] = total, fall
        if i < fans.shape[1]:
            for t in range(horizon + 1):
                fans[0, i, t] = close[t] / start
                fans[1, i, t] = equity[t]
                fans[2, i, t] = plain[t]
