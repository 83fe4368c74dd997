"""`short`: the index sold short, as a borrowed fund or as its future.

Borrowed fund (``style: etf``). A short of value v earns a day
``v (-r_price + max(r - rebate spread, 0) dt - q dt - borrow dt')``: the price
return, the rebate on its proceeds, less the dividends paid to the lender and
the borrow fee; dt counts 365 days a year, dt' (borrow) 360.

Future (``style: future``). A short earns ``-dF``. With the fair
``F = S e^{(r - q) tau}`` that is ``v (-r_price + (r - q) dt)`` as the basis
runs off: no dividend is charged beside it. What the market's implied
financing lies above the bill rate is `financing_spread_bps`, and every third
Friday of March, June, September and December costs `roll_bps`.

Assumptions: dividends are the yield in force the day before; the hedge can always
be borrowed; margin is `maintenance` of all positions, checked at closes, and a
broken one buys the whole short back at the next open.
"""

from __future__ import annotations

import numpy as np

from strategy.account.account import Account
from strategy.account.instructions import WINDOW_END, Instructions, Kind, Leg
from strategy.account.legs import Legs, index_legs
from strategy.hedge.instruments.setting import (
    Fate,
    HedgeWindow,
    Instrument,
    Ratios,
    Setting,
    held_through,
    units_held,
)
from strategy.hedge.options.expiries import roll_sessions
from strategy.hedge.rules import NO_ORDER, SET_RATIO
from strategy.legs.reasons import Phase
from strategy.plan import Hedge


def make_legs(setting: Setting) -> Legs:
    """One leg: the index."""
    short = setting.hedge.short
    roll = roll_sessions(setting.sessions) if short.style == "future" else None
    return index_legs(
        setting.open_,
        setting.close,
        setting.days,
        setting.rate,
        setting.costs,
        short,
        roll,
        setting.dividend,
    )


def add_orders(
    setting: Setting, legs: Legs, out: Instructions, window: HedgeWindow, path: Ratios
) -> Fate:
    """One window's instructions: the ratios the score sets, the covers, the end."""
    for t, order in enumerate(path.orders(window, setting.at), start=window.first):
        if order == NO_ORDER:
            continue
        i = t - window.first
        kind = Kind.SHORT if order == SET_RATIO else Kind.SCALE
        value = path.ratio[i] if order == SET_RATIO else path.scale[i]
        out.add(
            t,
            setting.at,
            kind,
            Leg.HEDGE,
            setting.fill(t),
            value=value,
            reason=int(path.reason[i]),
            vintage=window.vintage,
        )
    if window.timed:
        out.add(
            window.last,
            Phase.CLOSE,
            Kind.SCALE,
            Leg.HEDGE,
            float(setting.close[window.last]),
            value=0.0,
            reason=WINDOW_END,
            vintage=window.vintage,
        )
    return Fate(
        held_through(setting, window, path.held), "index", np.zeros(len(path.held), dtype=bool)
    )


def take_apart(
    account: Account, setting: Setting, orders: np.ndarray, lines: dict[str, float], net: float
) -> float:
    """What the fall of the index paid; the carry of the short by cause."""
    before, through = units_held(account)
    span = slice(account.first, account.last + 1)
    close, open_ = account.legs.close[span, 0], account.legs.open_[span, 0]
    value = np.zeros(len(before))
    value[1:] = -before[1:] * close[:-1]
    for name, part in account.legs.parts.items():
        lines[name] = -float((value * part[span]).sum())
    overnight = np.zeros(len(close))
    overnight[1:] = before[1:] * (open_[1:] - close[:-1])
    return float((overnight + through * (close - open_))[1:].sum())


def maintenance(hedge: Hedge) -> float:
    """Share of all positions that equity must keep to."""
    return hedge.short.maintenance


INSTRUMENT = Instrument(make_legs, add_orders, take_apart, maintenance=maintenance)
