"""What a hedge brought and what it cost, line by line: gross less every line is net."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from strategy.account.account import Account
from strategy.account.instructions import Leg
from strategy.account.legs import Floats
from strategy.hedge.cost_lines import COST_LINES
from strategy.hedge.instruments.inverse_etf import carry_parts
from strategy.hedge.instruments.setting import Setting
from strategy.legs.reasons import Phase


@dataclass(frozen=True)
class HedgeCosts:
    """Profit of a hedge, taken apart; money of the account.

    Attributes
    ----------
    gross : float
        Before every cost. Short: what the fall of the index paid. Inverse
        fund: what a static short of the same size, reset at each trade of the
        hedge, would have made from prices. Options: what sales and settlements
        brought, what is still held at its last mark.
    lines : dict of str to float
        Costs, positive where they cost: `premium` (options bought, less those
        sold to open), `decay` (what the daily reset loses against the static
        short; negative in a trend), `dividends`, `borrow`, `interest`
        (negative where it earns), `swaps` and `expenses` (of a fund), `roll`
        (of a future), `tracking` (of a real fund against the model), `fees`,
        `slippage` (bid-ask included).
    net : float
        Profit of the hedge sleeve.
    """

    gross: float
    lines: dict[str, float]
    net: float

    @property
    def cost(self) -> float:
        """Sum of the lines: gross less net."""
        return float(sum(self.lines.values()))


def hedge_costs(account: Account, setting: Setting) -> HedgeCosts:
    """The hedge of an account, taken apart.

    Every line is computed from its own cause, none as the remainder but
    ``tracking``.
    """
    net = float(account.pnl[-1, 2])
    lines = dict.fromkeys(COST_LINES, 0.0)
    orders = account.orders[account.orders["leg"] >= Leg.HEDGE]
    if not len(orders):
        return HedgeCosts(net, lines, net)
    lines["fees"] = float(orders["fee"].sum())
    lines["slippage"] = float(
        (np.abs(orders["units"]) * np.abs(orders["price"] - orders["raw_price"])).sum()
    )
    if not account.legs.financed:
        gross = _short(account, lines)
    else:
        lines["interest"] = -float(account.carry[:, 2].sum())
        if setting.hedge.instrument == "inverse_etf":
            gross = _fund(account, setting, orders, lines, net)
        else:
            gross = _options(account, orders, lines)
    return HedgeCosts(gross, lines, net)


def _units(account: Account) -> tuple[Floats, Floats]:
    """Units of the first leg at the close before, and through the session."""
    close = account.hedge_units[:, 0]
    before = np.concatenate([[0.0], close[:-1]])
    through = close.copy()
    at_close = account.orders[
        (account.orders["leg"] == Leg.HEDGE) & (account.orders["phase"] == Phase.CLOSE)
    ]
    np.subtract.at(through, at_close["session"] - account.first, at_close["units"])
    return before, through


def _short(account: Account, lines: dict[str, float]) -> float:
    before, through = _units(account)
    span = slice(account.first, account.last + 1)
    close, open_ = account.legs.close[span, 0], account.legs.open_[span, 0]
    value = np.zeros(len(before))
    value[1:] = -before[1:] * close[:-1]
    for name, part in account.legs.parts.items():
        lines[name] = -float((value * part[span]).sum())
    overnight = np.zeros(len(close))
    overnight[1:] = before[1:] * (open_[1:] - close[:-1])
    return float((overnight + through * (close - open_))[1:].sum())


def _fund(
    account: Account, setting: Setting, orders: np.ndarray, lines: dict[str, float], net: float
) -> float:
    before, through = _units(account)
    span = slice(account.first, account.last + 1)
    index_close, index_open = setting.close[span], setting.open_[span]
    value, at_open = account.legs.close[span, 0], account.legs.open_[span, 0]
    leverage = float(setting.hedge.inverse_etf.leverage)
    held = np.flatnonzero((before != 0.0) | (through != 0.0))
    held = held[held > 0]
    last = value[held - 1]
    overnight = index_open[held] / index_close[held - 1] - 1.0
    whole = index_close[held] / index_close[held - 1] - 1.0
    # what the fund's daily leverage makes of prices alone
    reset = leverage * last * (before[held] * overnight + through[held] * (whole - overnight))
    fund_carry = 0.0
    for name, part in carry_parts(setting).items():
        earned = float((through[held] * last * part[span][held]).sum())
        lines[name] -= earned
        fund_carry += earned

    # a static short of the same exposure, set anew at each trade of the hedge
    hour = setting.at
    traded = np.zeros(len(value), dtype=bool)
    traded[orders["session"][orders["phase"] == hour] - account.first] = True
    static, gross = 0.0, 0.0
    for t in held:
        at_close = hour is Phase.CLOSE
        price = index_close[t] if at_close else index_open[t]
        static = static if before[t] != 0.0 else 0.0
        gross += static * (price - index_close[t - 1])
        if traded[t]:
            own = value[t] if at_close else at_open[t]
            static = (
                (account.hedge_units[t, 0] if at_close else through[t]) * own * leverage / price
            )
        gross += static * (index_close[t] - price)
    gross = float(gross)
    lines["decay"] = gross - float(reset.sum())
    trading = lines["fees"] + lines["slippage"] - float(account.carry[:, 2].sum())
    lines["tracking"] = float(reset.sum()) + fund_carry - trading - net
    return gross


def _options(account: Account, orders: np.ndarray, lines: dict[str, float]) -> float:
    span_end = account.last
    premium, gross = 0.0, 0.0
    units: dict[int, float] = {}
    for order in orders:
        leg, change, raw = int(order["leg"]), float(order["units"]), float(order["raw_price"])
        now = units.get(leg, 0.0)
        opens = now == 0.0 or now * change > 0.0
        if opens:
            premium += change * raw
        else:
            gross -= change * raw
        after = now + change
        units[leg] = 0.0 if abs(after) <= 1e-12 * abs(change) else after
    for leg, left in units.items():
        if left:
            gross += left * float(account.legs.close[span_end, leg - Leg.HEDGE])
    lines["premium"] = premium
    return gross
