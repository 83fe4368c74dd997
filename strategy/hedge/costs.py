"""What a hedge brought and what it cost, line by line: gross less every line is net."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from strategy.account.account import Account
from strategy.account.instructions import Leg
from strategy.hedge.cost_lines import COST_LINES
from strategy.hedge.instruments import INSTRUMENTS, Setting


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
    if account.legs.financed:
        lines["interest"] = -float(account.carry[:, 2].sum())
    instrument = INSTRUMENTS[setting.hedge.instrument]
    return HedgeCosts(instrument.take_apart(account, setting, orders, lines, net), lines, net)
