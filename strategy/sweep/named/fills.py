"""All vintages of one setting of a leg: the one resolver's positions, as orders of an account."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from strategy.kernels.compiled import compiled
from strategy.legplan.account import Hour
from strategy.legplan.walk import ENTER, LEAVE
from strategy.legs.general import position_return, position_weight, resolve_position, terms_at
from strategy.legs.reasons import Phase, Reason
from strategy.legs.rules import pays_slippage
from strategy.legs.terms import States

_OPEN = int(Reason.OPEN)
_AT_OPEN, _IN_RANGE = int(Phase.OPEN), int(Phase.RANGE)
_HOUR_OPEN, _HOUR_ENTRY = int(Hour.OPEN), int(Hour.ENTRY_IN_RANGE)
_HOUR_EXIT, _HOUR_CLOSE = int(Hour.EXIT_IN_RANGE), int(Hour.CLOSE)


class OnLevels(NamedTuple):
    """Levels that a close must be beyond, by their place; -1 for none."""

    enter_above: int
    enter_below: int
    leave_above: int
    leave_below: int


class Windows(NamedTuple):
    """Entry windows of all vintages, one after the other.

    Attributes
    ----------
    first, until : int64[v]
        Sessions; `until` before `first` where there is no window.
    begin : int64[v]
        Where a vintage's sessions begin in `last` and `timed`.
    last : int64[m]
    timed : bool[m]
    complete : bool[v]
    """

    first: NDArray[np.int64]
    until: NDArray[np.int64]
    begin: NDArray[np.int64]
    last: NDArray[np.int64]
    timed: NDArray[np.bool_]
    complete: NDArray[np.bool_]


class LegFills(NamedTuple):
    """What a setting of a leg asks of the account, and what its vintages came to.

    Attributes
    ----------
    session : int64[k]
        On the leg's market, ascending; with `hour` the order of fills.
    hour, kind, slot : int64[k]
        `slot` tells the parts and positions that are held at once apart.
    value, price : float64[k]
    market : bool[k]
    returns : float64[v]
        Of each vintage per unit of capital; NaN where it did not trade.
    complete : bool[v]
    overlap : bool
        Whether positions of two vintages are held at once.
    """

    session: NDArray[np.int64]
    hour: NDArray[np.int64]
    kind: NDArray[np.int64]
    slot: NDArray[np.int64]
    value: NDArray[np.float64]
    price: NDArray[np.float64]
    market: NDArray[np.bool_]
    returns: NDArray[np.float64]
    complete: NDArray[np.bool_]
    overlap: bool


@compiled(nogil=True)
def _conditions(
    states: Any, close: Any, levels: Any, on: Any, span: Any, enter: Any, leave: Any
) -> None:
    """The rules' states with the conditions on a vintage's levels, for its sessions alone."""
    for t in range(span[0], span[1] + 1):
        c = close[t]
        enter[t] = (
            states.enter[t]
            and (on.enter_above < 0 or c > levels[on.enter_above])
            and (on.enter_below < 0 or c < levels[on.enter_below])
        )
        leave[t] = (
            states.leave[t]
            and (on.leave_above < 0 or c > levels[on.leave_above])
            and (on.leave_below < 0 or c < levels[on.leave_below])
        )


@compiled(nogil=True)
def leg_fills(
    prices: Any,
    states: Any,
    on: Any,
    setting: Any,
    levels: Any,
    windows: Any,
    every: bool,
    weight: float,
    risk_budget: float,
    fee: float,
    slippage: float,
) -> LegFills:
    """Resolve all vintages of a setting; see `strategy.legplan.positions.resolve_vintage`.

    Parameters
    ----------
    prices : Prices
    states : States
        Of the rules alone.
    on : OnLevels
    setting : Setting
    levels : float64[v, m]
    windows : Windows
    every : bool
    weight, risk_budget, fee, slippage : float
        A NaN budget is none.
    """
    n, parts = len(windows.first), len(setting.share)
    most = len(windows.last) if every else n
    size = 2 * parts * most
    session, hour = np.empty(size, np.int64), np.empty(size, np.int64)
    kind, slot = np.empty(size, np.int64), np.empty(size, np.int64)
    value, price = np.empty(size), np.empty(size)
    market = np.empty(size, np.bool_)
    returns, complete = np.full(n, np.nan), np.zeros(n, np.bool_)
    busy = np.full(most + 1, -1)
    overlap, before, made = False, -1, 0
    watched = max(max(on.enter_above, on.enter_below), max(on.leave_above, on.leave_below)) >= 0
    enter, leave = states.enter, states.leave
    if watched:
        enter, leave = states.enter.copy(), states.leave.copy()
    for v in range(n):
        complete[v] = windows.complete[v]
        first, until, start = windows.first[v], windows.until[v], windows.begin[v]
        if until < first or np.isnan(levels[v]).any():
            continue
        stop = start + until - first + 1
        if watched:
            span = (max(first - 1, 0), windows.last[start:stop].max())
            _conditions(states, prices.close, levels[v], on, span, enter, leave)
        now = States(enter, leave, states.true_range)
        begin, grown, traded = first, 1.0, False
        while begin <= until:
            skip = start + begin - first
            terms = terms_at(setting, levels[v], begin, until)
            p = resolve_position(
                prices, now, windows.last[skip:stop], windows.timed[skip:stop], terms
            )
            if p.entry < 0:
                break
            traded = True
            final = p.session.max()
            overlap = overlap or p.entry <= before
            before = final
            grown *= 1.0 + position_return(p, setting, fee, slippage)
            share = position_weight(weight, risk_budget, p)
            lane = 0
            while busy[lane] >= p.entry:
                lane += 1
            busy[lane] = final
            for j in range(parts):
                if p.session[j] < 0:
                    continue
                if p.reason[j] == _OPEN:
                    complete[v] = False
                spent = share * setting.share[j]
                if spent <= 0.0:
                    continue
                session[made], kind[made], slot[made] = p.entry, ENTER, lane * parts + j
                hour[made] = _HOUR_OPEN if p.entry_phase == _AT_OPEN else _HOUR_ENTRY
                value[made], price[made], market[made] = spent, p.entry_price, p.market
                made += 1
                if p.reason[j] == _OPEN:
                    continue
                session[made], kind[made], slot[made] = p.session[j], LEAVE, lane * parts + j
                hour[made] = _HOUR_CLOSE
                if p.phase[j] == _AT_OPEN:
                    hour[made] = _HOUR_OPEN
                elif p.phase[j] == _IN_RANGE:
                    hour[made] = _HOUR_EXIT
                value[made], price[made] = 0.0, p.price[j]
                market[made] = pays_slippage(p.reason[j])
                made += 1
            if not every:
                break
            begin = final + 1
        if traded:
            returns[v] = grown - 1.0
    order = np.argsort(session[:made] * 4 + hour[:made], kind="mergesort")
    return LegFills(
        session[order], hour[order], kind[order], slot[order], value[order], price[order],
        market[order], returns, complete, overlap,
    )  # fmt: skip
