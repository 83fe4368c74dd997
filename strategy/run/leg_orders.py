"""The tactical leg's exits as instructions to the account."""

from __future__ import annotations

from strategy.account.instructions import ENTRY, Instructions, Kind, Leg
from strategy.legs.outcome import Outcome
from strategy.legs.reasons import Phase


def leg_instructions(
    outcome: Outcome, entry: int, weight: float, at_close: bool, vintage: int = 0
) -> Instructions:
    """What the leg asks of the account: every tranche bought at the entry, sold at its exit.

    Parameters
    ----------
    outcome : Outcome
    entry : int
        Session of the entry.
    weight : float
        Share of equity given to the leg; nothing is bought where it is not
        positive.
    at_close : bool
        Whether all fills are at closes (``fill: next_close``).
    vintage : int, optional
        Year that the orders are booked under.
    """
    out = Instructions()
    orders = [(t, o) for t, o in outcome.orders(weight, at_close) if o.spent > 0.0]
    legs = {1: Leg.TACTICAL_1, 2: Leg.TACTICAL_2}
    for tranche, order in orders:
        out.add(
            entry,
            Phase.CLOSE if at_close else Phase.OPEN,
            Kind.SPEND,
            legs[tranche],
            outcome.entry_price,
            value=order.spent,
            reason=ENTRY,
            vintage=vintage,
        )
    for tranche, order in orders:
        if order.session >= 0:
            out.add(
                order.session,
                Phase(order.phase),
                Kind.EXIT,
                legs[tranche],
                order.price,
                market=order.market,
                reason=order.reason,
                vintage=vintage,
            )
    return out
