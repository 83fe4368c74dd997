"""The library's front door: load a plan, load its market, run it."""

from __future__ import annotations

from collections.abc import Callable

from market import load
from market.container import Market
from strategy.decide.admission import admitted
from strategy.plan import Plan
from strategy.plan.file.plan_file import load_plan
from strategy.result.result import Result
from strategy.run.simulation import Progress, simulate


def load_market(plan: Plan) -> Market:
    """The prices and auxiliary series that the plan's ``data`` block names.

    Raises
    ------
    InputError
        Where a file cannot be read or holds what a market cannot hold.
    """
    return admitted(plan, load(plan.data))


def run(
    plan: Plan,
    market: Market | None = None,
    *,
    progress: Progress | None = None,
    simulated: Callable[[Result], None] | None = None,
) -> Result:
    """Run a plan and check the account against vectorbt's book.

    Parameters
    ----------
    plan : Plan
    market : Market, optional
        Loaded from the plan where not given.
    progress : callable, optional
        Called as ``progress(what, done, of)``.
    simulated : callable, optional
        Called with the result before vectorbt is loaded to check it, which takes
        as long as the simulation: what does not wait for the check can begin.

    Raises
    ------
    InputError
        Where plan and data do not fit.
    BookError
        Where vectorbt's value and the account's equity differ by more than
        1e-9, relative.
    """
    market = load_market(plan) if market is None else market
    result = Result(simulate(plan, market, progress))
    if simulated:
        simulated(result)
    if progress:
        progress("vectorbt's book", 0, 1)
    result.portfolio  # noqa: B018 - builds the book and compares it
    if progress:
        progress("vectorbt's book", 1, 1)
    return result


__all__ = ["Market", "Plan", "Result", "load_market", "load_plan", "run"]
