"""`LegsResult`: what a run of a plan of legs leaves in memory, with a vectorbt portfolio."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from market.shown import Accessor, html_by
from strategy.account.book import refuse_difference
from strategy.legplan.book import legs_book_difference, legs_portfolio
from strategy.legplan.figures import figures
from strategy.legplan.markets import Markets, load_markets
from strategy.legplan.simulation import LegsSimulation, Progress, simulate_legs
from strategy.legplan.tables import daily_table, trade_table, vintage_table
from strategy.plan.file.legs_file import legs_sha256, resolved_legs
from strategy.plan.legs_plan import LegsPlan
from strategy.result.provenance import (
    code_version,
    figures_in_use,
    package_versions,
    series_in_use,
    with_version_read,
)

if TYPE_CHECKING:
    import vectorbt as vbt


@dataclass(frozen=True)
class LegsResult:
    """The outcome of one run of a plan of legs.

    Attributes
    ----------
    simulation : LegsSimulation
        Everything the tables are made from.
    """

    simulation: LegsSimulation

    #: Figures for notebooks; see `reports.figures.plots.LegsPlots`.
    plot = Accessor("reports.figures.plots:LegsPlots")
    _repr_html_ = html_by("reports.figures.notebook:legs_html")

    @property
    def plan(self) -> LegsPlan:
        return self.simulation.plan

    @cached_property
    def vintages(self) -> pd.DataFrame:
        """One row a vintage and leg; see `strategy.legplan.tables.vintage_table`."""
        return vintage_table(self.simulation)

    @cached_property
    def trades(self) -> pd.DataFrame:
        """One row a part of a position, from fill to fill."""
        return trade_table(self.simulation)

    @cached_property
    def daily(self) -> pd.DataFrame:
        """One row a session; see `strategy.legplan.tables.daily_table`."""
        return daily_table(self.simulation)

    @cached_property
    def portfolio(self) -> vbt.Portfolio:
        """The account's orders as a vectorbt Portfolio, four rows a session.

        Raises
        ------
        BookError
            Where vectorbt's value and the account's equity differ.
        """
        account = self.simulation.account
        portfolio = legs_portfolio(account)
        refuse_difference(legs_book_difference(portfolio, account))
        return portfolio

    @cached_property
    def metrics(self) -> dict[str, Any]:
        """Every figure the reports show, nested by subject."""
        return figures(self.simulation, self.vintages, self.daily)

    @cached_property
    def run_id(self) -> str:
        """Twelve hex digits: the same plan, data and code give the same id."""
        text = json.dumps(
            {
                "plan": legs_sha256(self.plan),
                "data": [
                    figures_in_use(market) for market in self.simulation.markets.by_name.values()
                ],
                "code": code_version(),
            },
            sort_keys=True,
        )
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    @cached_property
    def provenance(self) -> dict[str, Any]:
        """What is needed to repeat the run: plan, hashes, versions."""
        markets = self.simulation.markets
        hashes = {
            name: market.hashes.get(market.id, "") for name, market in markets.by_name.items()
        }
        return {
            "id": self.run_id,
            "name": self.plan.name,
            "plan": with_version_read(resolved_legs(self.plan), markets.base),
            "plan_sha256": legs_sha256(self.plan),
            "markets": {
                name: held | {"sha256": hashes[name]}
                for name, held in self.metrics["data"]["markets"].items()
            },
            "series": {
                series: held
                for market in (*markets.by_name.values(), markets.base)
                for series, held in series_in_use(market).items()
            },
            "data_version": markets.base.data_version,
            "code": code_version(),
            "packages": package_versions(),
            # a run draws no random numbers
            "seed": None,
        }


def run_legs(
    plan: LegsPlan, markets: Markets | None = None, progress: Progress | None = None
) -> LegsResult:
    """Run a plan of legs and check the account against vectorbt's book.

    Parameters
    ----------
    plan : LegsPlan
    markets : Markets, optional
        Loaded from the plan where not given.
    progress : callable, optional
        Called as ``progress(what, done, of)``.

    Raises
    ------
    InputError
        Where plan and data do not fit.
    BookError
        Where vectorbt's value and the account's equity differ by more than
        1e-9, relative.
    """
    markets = load_markets(plan) if markets is None else markets
    result = LegsResult(simulate_legs(plan, markets, progress))
    if progress:
        progress("vectorbt's book", 0, 1)
    result.portfolio  # noqa: B018 - builds the book and compares it
    if progress:
        progress("vectorbt's book", 1, 1)
    return result
