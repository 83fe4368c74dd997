"""What a plan refuses to run on: a few sessions; and what plan and prices count twice."""

from __future__ import annotations

from dataclasses import replace

from market.container import Market
from market.sources.load import long_enough
from strategy.plan import Plan


def admitted(plan: Plan, market: Market) -> Market:
    """`market`, if the plan can be run on it, with what the two make doubtful together.

    A user's prices are long enough. A dividend yield that the plan states on
    closes that show to be adjusted for dividends is told; one that it does not
    state is not added to them (see `market.dividends`).

    Raises
    ------
    InputError
        Where it cannot be run.
    """
    if plan.data.prices is not None:
        long_enough(len(market.prices), market.origin)
    costs = plan.costs
    if market.adjusted and costs.dividends == "constant" and costs.dividend_yield > 0.0:
        assert market.judged is not None
        twice = (
            f"dividends are counted twice: the closes are adjusted for them, and "
            f"costs.dividend_yield adds {costs.dividend_yield:g} a year again"
        )
        judged = replace(market.judged, doubted=(*market.judged.doubted, twice))
        return replace(market, judged=judged)
    return market
