"""The first session of a part: what it makes of the core's share, and the sleeve's own trades."""

from __future__ import annotations

from strategy.kernels.compiled import compiled
from strategy.sweep.engine.walk import CORE, fill, settle

# Columns of a part's door: what its first session makes of the core's share.
_FLAT, _SHARE, _LENDS, _BORROWS, _BUYS, _SELLS, _BUY_COST, _SELL_COST, _TRADED = range(9)
DOOR = 9


@compiled()
def enter(c, t, bars, fee, slippage, core_weight, hold):
    """First session of a part for an account with equity 1 of which `c` is core, nothing else.

    Returns
    -------
    equity, cost, turnover : float
        At the close of `t`, the core brought back to its weight where `hold`.
    """
    previous, now = bars.close[t - 1], bars.close[t]
    own = 1.0 - c
    earned = own * (bars.interest[t] if own >= 0.0 else bars.margin[t])
    units = c / previous
    gain = units * (now - previous) + bars.dividend[t] * c + earned
    if hold:
        _, made, cost, traded = fill(
            units, core_weight / previous, bars.open_[t], True, now, 1.0, fee, slippage
        )
        return 1.0 + gain + made, cost, traded
    return 1.0 + gain, 0.0, 0.0


@compiled()
def open_part(
    t, state, bars, fee, slippage, core_weight, entry, legs, leg,
    orders, order, order_to,
):  # fmt: skip
    """The sleeve's own trades in the first session, for an equity of 1 at the close before."""
    state[:] = 0.0
    state[CORE] = core_weight / bars.close[t - 1]
    return settle(
        t, state, 1.0, bars, fee, slippage, core_weight, False, entry,
        legs, leg, orders, order, order_to, False, False,
    )  # fmt: skip


@compiled()
def make_door(t, bars, fee, slippage, hold, out):
    """The first session of a part as numbers: `enter` without its branches, see `pass_door`."""
    previous, now, raw = bars.close[t - 1], bars.close[t], bars.open_[t]
    out[:] = 0.0
    out[_FLAT] = 1.0
    out[_SHARE] = now / previous - 1.0 + bars.dividend[t]
    out[_LENDS] = bars.interest[t]
    out[_BORROWS] = bars.margin[t]
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
