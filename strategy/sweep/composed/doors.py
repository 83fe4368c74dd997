"""The first session of a part: what it makes of the core's share, and the sleeve's own trades."""

from __future__ import annotations

from strategy.kernels.compiled import compiled
from strategy.sweep.engine.walk import CORE, fill, settle

# Columns of a part's door: what its first session makes of the core's share.
_FLAT, _SHARE, _LENDS, _BORROWS, _BUYS, _SELLS, _BUY_COST, _SELL_COST, _TRADED = range(9)
DOOR = 9


@compiled()
def enter(c, t, terms, hold):
    """First session of a part for an account with equity 1 of which `c` is core, nothing else.

    Returns
    -------
    equity, cost, turnover : float
        At the close of `t`, the core brought back to its weight where `hold`.
    """
    previous, now = terms.close[t - 1], terms.close[t]
    own = 1.0 - c
    earned = own * (terms.interest[t] if own >= 0.0 else terms.margin[t])
    units = c / previous
    gain = units * (now - previous) + terms.dividend[t] * c + earned
    if hold:
        wanted = terms.core_weight / previous
        _, made, cost, traded = fill(
            units, wanted, terms.open_[t], True, now, 1.0, terms.fee, terms.slippage
        )
        return 1.0 + gain + made, cost, traded
    return 1.0 + gain, 0.0, 0.0


@compiled()
def open_part(t, state, terms, legs, orders, due):
    """The sleeve's own trades in the first session, for an equity of 1 at the close before."""
    state[:] = 0.0
    state[CORE] = terms.core_weight / terms.close[t - 1]
    return settle(t, state, 1.0, False, terms, legs, orders, due)


@compiled()
def make_door(t, terms, hold, out):
    """The first session of a part as numbers: `enter` without its branches, see `pass_door`."""
    fee, slippage = terms.fee, terms.slippage
    previous, now, raw = terms.close[t - 1], terms.close[t], terms.open_[t]
    out[:] = 0.0
    out[_FLAT] = 1.0
    out[_SHARE] = now / previous - 1.0 + terms.dividend[t]
    out[_LENDS] = terms.interest[t]
    out[_BORROWS] = terms.margin[t]
    if hold:
        buy, sell = raw * (1.0 + slippage), raw * (1.0 - slippage)
        out[_BUYS] = (now - buy - buy * fee) / previous
        out[_SELLS] = (sell - now - sell * fee) / previous
        out[_BUY_COST] = (buy * fee + abs(buy - raw)) / previous
        out[_SELL_COST] = (sell * fee + abs(sell - raw)) / previous
        out[_TRADED] = raw / previous


@compiled()
def pass_door(doors, v, side, c, core_weight):
    """Equity, cost and turnover of the first session for a core's share of `c`."""
    own = 1.0 - c
    buys, sells = max(core_weight - c, 0.0), max(c - core_weight, 0.0)
    equity = doors[v, side, _FLAT] + c * doors[v, side, _SHARE]
    equity += max(own, 0.0) * doors[v, side, _LENDS] + min(own, 0.0) * doors[v, side, _BORROWS]
    equity += buys * doors[v, side, _BUYS] + sells * doors[v, side, _SELLS]
    cost = buys * doors[v, side, _BUY_COST] + sells * doors[v, side, _SELL_COST]
    return equity, cost, (buys + sells) * doors[v, side, _TRADED]
