"""`Result`: what a run leaves in memory, with a vectorbt portfolio to go on with."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from market.container import Market
from market.kept import keeping
from market.serialise import plain
from market.shown import Accessor, html_by
from strategy.account.book import (
    book_difference,
    book_value,
    build_portfolio,
    closes,
    refuse_difference,
)
from strategy.plan import Plan
from strategy.result.figures import figures
from strategy.result.hedge.inputs import rests_on
from strategy.result.hedge.readings import readings
from strategy.result.hedge.report import HedgeReport, hedge_report
from strategy.result.newest import newest
from strategy.result.provenance import provenance, run_id
from strategy.result.tables import daily_table, trade_table, vintage_table
from strategy.result.yardstick import Yardstick, yardstick
from strategy.run.simulation import Simulation

if TYPE_CHECKING:
    import vectorbt as vbt


@dataclass(frozen=True)
class Result:
    """The outcome of one run.

    Attributes
    ----------
    simulation : Simulation
        Everything the tables are made from.
    """

    simulation: Simulation

    #: Figures for notebooks: ``result.plot.vintage(2025)``, ``.vintages()``, ``.equity()``,
    #: ``.hedge()``; see `reports.figures.plots.RunPlots`.
    plot = Accessor("reports.figures.plots:RunPlots")
    _repr_html_ = html_by("reports.figures.notebook:result_html")

    @property
    def plan(self) -> Plan:
        return self.simulation.plan

    @property
    def market(self) -> Market:
        return self.simulation.market

    @cached_property
    def yardstick(self) -> Yardstick:
        """The leg beside the same days held, other windows, other days, and without each rule."""
        with keeping(self.market):
            return yardstick(self.simulation)

    @cached_property
    def vintages(self) -> pd.DataFrame:
        """One row a vintage; see `strategy.result.tables.vintage_table`."""
        return vintage_table(self.simulation)

    @cached_property
    def trades(self) -> pd.DataFrame:
        """One row a fill-to-fill leg; see `strategy.result.ledger.trades_of`."""
        return trade_table(self.simulation)

    @cached_property
    def daily(self) -> pd.DataFrame:
        """One row a session of the chained path; see `strategy.result.tables.daily_table`."""
        return daily_table(self.simulation)

    @cached_property
    def hedge_report(self) -> HedgeReport:
        """Cost and benefit of the hedge beside holding less; see `strategy.result.hedge.report`."""
        with keeping(self.market):
            return hedge_report(self.simulation, self.readings)

    @cached_property
    def readings(self) -> pd.DataFrame:
        """Other readings of the score; see `strategy.result.hedge.readings.readings`."""
        with keeping(self.market):
            return readings(self.simulation)

    @cached_property
    def portfolio(self) -> vbt.Portfolio:
        """The chained path's orders as a vectorbt Portfolio, two rows a session.

        Raises
        ------
        BookError
            Where vectorbt's value and the account's equity differ.
        """
        simulation = self.simulation
        portfolio = build_portfolio(
            self.market.sessions,
            simulation.open_,
            simulation.close,
            simulation.chained,
            simulation.benchmark.equity,
        )
        refuse_difference(book_difference(closes(portfolio), simulation.chained))
        return portfolio

    def check_book(self) -> None:
        """Hold the account against vectorbt's engine, without loading all of vectorbt.

        Raises
        ------
        BookError
            Where vectorbt's value and the account's equity differ.
        """
        simulation = self.simulation
        value = book_value(
            self.market.sessions, simulation.open_, simulation.close, simulation.chained
        )
        refuse_difference(book_difference(value, simulation.chained))

    @cached_property
    def metrics(self) -> dict[str, Any]:
        """Every figure the reports show, nested by subject; missing figures are None."""
        found = figures(self.simulation, self.vintages, self.daily, self.yardstick)
        found["hedge"]["inputs"] = plain(rests_on(self.simulation, self.vintages))
        found["hedge"]["readings"] = plain(self.readings.to_dict("records"))
        found["newest"] = plain(newest(self.simulation, self.vintages.to_dict("records")[-1]))
        return found

    @cached_property
    def run_id(self) -> str:
        """Twelve hex digits: the same plan, data and code give the same id."""
        return run_id(self.plan, self.market)

    @cached_property
    def provenance(self) -> dict[str, Any]:
        """What is needed to repeat the run: plan, hashes, versions."""
        return provenance(self.plan, self.market)

    def __repr__(self) -> str:
        tactical, total = self.metrics["tactical"], self.metrics["total"]
        years = self.vintages["vintage"]
        mean = f"{tactical['mean']:+.2%}" if tactical["n"] else "none"
        return (
            f"<Result {self.plan.name}-{self.run_id}: {len(years)} vintages "
            f"{years.iloc[0]}-{years.iloc[-1]}, tactical mean {mean} (n={tactical['n']}), "
            f"total {total.get('cagr') or 0.0:+.2%} a year>"
        )
