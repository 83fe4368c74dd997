"""What the report reads: a run's tables as rows with the exits of each vintage beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from market.serialise import plain
from reports.text.format import show, words
from reports.text.language import _
from strategy.plan.base import PRECEDENTS

if TYPE_CHECKING:
    from market.container import Market
    from strategy.plan import Plan
    from strategy.result.result import Result

#: Sleeves of the portfolio in the order of the outputs.
SLEEVES = ("core", "tactical", "hedge")


@dataclass(frozen=True)
class Exit:
    """One tranche of the tactical leg leaving the market."""

    tranche: int
    date: pd.Timestamp | None
    price: float
    reason: str


@dataclass(frozen=True)
class VintageRow:
    """One row of vintages.csv as plain values, with its exits.

    Attributes
    ----------
    values : mapping
        The row; missing values are None.
    exits : tuple of Exit
        In order of time; empty where nothing was bought.
    """

    values: Mapping[str, Any]
    exits: tuple[Exit, ...] = ()

    def __getitem__(self, name: str) -> Any:
        return self.values.get(name)

    @property
    def year(self) -> int:
        return int(self.values["vintage"])

    @property
    def complete(self) -> bool:
        return bool(self.values["complete"])

    @property
    def analog(self) -> bool:
        """Whether the article names the year as a precedent."""
        return self.year in PRECEDENTS

    @property
    def traded(self) -> bool:
        return self.values.get("tactical_return") is not None

    @property
    def ended(self) -> str:
        """How the leg ended, in words: its tranches' reasons in order of time."""
        spoken = dict.fromkeys(words(exit_.reason) for exit_ in self.exits)
        return _(", then ").join(spoken) if spoken else words(self.reason)

    @property
    def tactical_return_text(self) -> str:
        """The return and a comma, or nothing: for the chooser."""
        if not self.traded:
            return ""
        return _("{value}, ", value=show(self.values["tactical_return"], "percent"))

    @property
    def reason(self) -> str:
        return str(self.values["exit_reason"])


@dataclass(frozen=True)
class View:
    """A run as the report's charts and tables read it."""

    plan: Plan
    market: Market
    vintages: pd.DataFrame
    trades: pd.DataFrame
    daily: pd.DataFrame
    metrics: Mapping[str, Any]
    provenance: Mapping[str, Any] = field(default_factory=dict)
    run_id: str = ""

    @classmethod
    def of(cls, result: Result) -> View:
        """The view of a result."""
        return cls(
            plan=result.plan,
            market=result.market,
            vintages=result.vintages,
            trades=result.trades,
            daily=result.daily,
            metrics=plain(result.metrics),
            provenance=plain(result.provenance),
            run_id=result.run_id,
        )

    @cached_property
    def rows(self) -> tuple[VintageRow, ...]:
        """The vintages, oldest first."""
        exits: dict[int, list[Exit]] = {}
        if len(self.trades):
            legs = self.trades[self.trades["sleeve"] == "tactical"]
            for leg in legs.to_dict("records"):
                date = plain(leg["exit_date"])
                exits.setdefault(int(leg["vintage"]), []).append(
                    Exit(
                        tranche=int(leg["tranche"]),
                        date=pd.Timestamp(date) if date else None,
                        price=float(leg["exit_price"]),
                        reason=str(leg["exit_reason"]),
                    )
                )
        last = pd.Timestamp.max
        return tuple(
            VintageRow(
                plain(dict(row)),
                tuple(sorted(exits.get(int(row["vintage"]), []), key=lambda e: e.date or last)),
            )
            for row in self.vintages.to_dict("records")
        )

    @cached_property
    def by_year(self) -> dict[int, VintageRow]:
        return {row.year: row for row in self.rows}

    @property
    def market_name(self) -> str:
        """The traded series in a few words: its title up to the first comma."""
        return _(self.market.price_spec.title).partition(",")[0].partition("，")[0]

    @property
    def years(self) -> list[int]:
        return [row.year for row in self.rows]

    @property
    def reasons(self) -> set[str]:
        """How legs of this run ended."""
        return {row.reason for row in self.rows}

    @property
    def latest(self) -> VintageRow:
        """The vintage shown first: the newest that bought something, else the newest."""
        return next((row for row in reversed(self.rows) if row.traded), self.rows[-1])

    @property
    def newest(self) -> Mapping[str, Any] | None:
        """The newest vintage of `strategy.result.newest`; None where it is history."""
        return self.metrics.get("newest")

    @cached_property
    def sessions(self) -> pd.DatetimeIndex:
        """The sessions of the chained path."""
        return pd.DatetimeIndex(self.daily.index)

    @cached_property
    def prices(self) -> dict[str, np.ndarray]:
        """OHLC of the market as arrays."""
        return {c: self.market.prices[c].to_numpy(dtype=float) for c in self.market.prices.columns}

    def position(self, date: object, side: str = "left") -> int:
        """Position of a date among the market's sessions."""
        sessions = self.market.sessions
        day = pd.Timestamp(str(date))
        return int(sessions.searchsorted(day, side="right" if side == "right" else "left"))

    @cached_property
    def hedged(self) -> list[VintageRow]:
        """The vintages that held a hedge."""
        return [row for row in self.rows if (row["hedge_max_ratio"] or 0.0) > 0.0]
