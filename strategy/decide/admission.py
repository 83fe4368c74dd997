"""What a plan refuses to run on: a few sessions, closes that hold its dividends already."""

from __future__ import annotations

from market.container import Market
from market.errors import InputError
from market.sources.load import long_enough
from strategy.plan import Plan


def admitted(plan: Plan, market: Market) -> Market:
    """`market`, if the plan can be run on it.

    A user's prices are long enough, and the plan adds no dividends to closes
    that show to be adjusted for them.

    Raises
    ------
    InputError
        Where it cannot.
    """
    if plan.data.prices is not None:
        long_enough(len(market.prices), market.origin)
    if market.adjusted and plan.costs.dividend_yield > 0.0:
        raise InputError(
            "closes are adjusted for dividends, and costs.dividend_yield adds "
            f"{plan.costs.dividend_yield:g} a year again",
            where=market.origin,
            expected="dividends once",
            do="set costs.dividend_yield=0, or bring closes that are not adjusted",
        )
    return market
