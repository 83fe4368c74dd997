"""The plan of named legs: markets, core, vintages, legs and what its pages are called."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, model_validator

from market.shown import html_by
from strategy.plan import Costs, Data
from strategy.plan.base import AUTHOR, Date, Misfit, Model, MonthDay, Year, as_tuple, one_line
from strategy.plan.leg import Leg, When

#: The price series that comes with the program.
BUNDLED_PRICES = "sp500"
Line = Annotated[str, AfterValidator(one_line), Field(min_length=1, max_length=120)]


class TradedMarket(Model):
    """A market that legs trade and the core holds."""

    prices: str = Field(
        BUNDLED_PRICES,
        min_length=1,
        description="sp500, a bundled series of prices (russell2000, nasdaq, dow, nyse), or a CSV "
        "or Parquet file.",
    )
    dividend_yield: float | None = Field(
        None,
        ge=0.0,
        le=0.2,
        description="Dividends a year over the price; null: the S&P 500's own series, none for "
        "another market.",
    )


class CoreAssets(Model):
    """Shares of equity held in markets throughout, by name."""

    model_config = ConfigDict(
        frozen=True, extra="allow", strict=True, allow_inf_nan=False, validate_default=True
    )
    __pydantic_extra__: dict[str, Annotated[float, Field(ge=0.0, le=1.0)]]

    rebalance: Literal["never", "yearly", "quarterly", "monthly"] = Field(
        "yearly",
        description="When the shares are made whole again: at the first open of each such period.",
        json_schema_extra=AUTHOR,
    )

    @property
    def shares(self) -> dict[str, float]:
        """Share of equity by market."""
        return dict(self.__pydantic_extra__ or {})

    @model_validator(mode="after")
    def _no_loan(self) -> CoreAssets:
        total = sum(self.shares.values())
        if total > 1.0 + 1e-9:
            raise Misfit(next(iter(self.shares)), f"shares that add to {total:g}", "at most 1")
        return self


class Yearly(Model):
    """A vintage a year."""

    every: Literal["year"]
    anchor: MonthDay = Field(description="Anchored at the last session on or before this day.")
    years: (
        Annotated[tuple[Year, ...], Field(min_length=1, max_length=400), BeforeValidator(as_tuple)]
        | None
    ) = Field(None, description="Years to run, ascending; null: every year the data allow.")

    @model_validator(mode="after")
    def _ascend(self) -> Yearly:
        if self.years and list(self.years) != sorted(set(self.years)):
            raise Misfit(
                "years", ", ".join(map(str, self.years)), "years in ascending order, each once"
            )
        return self


class Periodic(Model):
    """A vintage a month, quarter or week."""

    every: Literal["month", "quarter", "week"]
    anchor: int = Field(
        -1,
        ge=-60,
        le=60,
        description="Session of the period: 1, 2 from its start; -1, -2 from its end.",
    )

    @model_validator(mode="after")
    def _some_session(self) -> Periodic:
        if self.anchor == 0:
            raise Misfit("anchor", "0", "1, 2 ... from the start, or -1, -2 ... from the end")
        return self


class Events(Model):
    """A vintage whenever conditions become true."""

    when: When = Field(min_length=1, description="Rules that become true at a close.")
    gap: int = Field(
        20, ge=1, le=5040, description="Least sessions after the anchor before.",
        json_schema_extra=AUTHOR,
    )  # fmt: skip


class LegsPlan(Model):
    """A market plan of named legs beside a core."""

    name: Annotated[str, AfterValidator(one_line)] = Field(
        min_length=1, max_length=80, description="Names the plan and its output folder."
    )
    title: Line | dict[Literal["en", "zh-Hant"], Line] | None = Field(
        None, description="Shown on pages, a text or one a language; null: the name."
    )
    source: Line | None = Field(None, description="Where the plan was published.")
    data: Data = Field(default_factory=lambda: Data(start=dt.date(1962, 1, 1)))
    markets: Annotated[dict[str, TradedMarket], Field(min_length=1, max_length=20)] = Field(
        default_factory=lambda: {"index": TradedMarket(prices=BUNDLED_PRICES)},
        description="What is traded, by name; the first is the default.",
    )
    core: CoreAssets = Field(default_factory=CoreAssets, description="What is held throughout.")
    vintages: Yearly | Periodic | Events = Field(description="When the legs begin anew.")
    precedents: Annotated[tuple[Year, ...], BeforeValidator(as_tuple)] = Field(
        (), description="Years that pages mark."
    )
    legs: Annotated[dict[str, Leg], Field(min_length=1, max_length=20)] = Field(
        description="The legs by name."
    )
    costs: Costs = Field(default_factory=Costs)
    capital: float = Field(
        100_000.0, ge=0.01, le=1e15, description="Starting capital, in currency."
    )

    _repr_html_ = html_by("reports.figures.notebook:legs_plan_html")

    @property
    def first_market(self) -> str:
        """The market of legs that name none."""
        return next(iter(self.markets))

    def market_of(self, leg: Leg) -> str:
        """Name of the market that a leg trades."""
        return leg.market or self.first_market

    @model_validator(mode="before")
    @classmethod
    def _years_alone(cls, values: Any) -> Any:
        """Refuse keys of the short form with a word about it."""
        if isinstance(values, dict):
            for key in ("tactical", "hedge", "risk", "anchor"):
                if key in values:
                    raise Misfit(
                        key, "it beside legs", "no such key: a plan has `legs` or the short form"
                    )
        return values

    @model_validator(mode="after")
    def _names_are_markets(self) -> LegsPlan:
        known = ", ".join(self.markets)
        for name, leg in self.legs.items():
            if leg.market is not None and leg.market not in self.markets:
                raise Misfit(f"legs.{name}.market", repr(leg.market), f"one of {known}")
        for name in self.core.shares:
            if name not in self.markets:
                raise Misfit(f"core.{name}", "a share of no market", f"one of {known}")
        return self

    def titled(self, language: str = "en") -> str:
        """The plan's title in a language; its name where it has none."""
        if isinstance(self.title, dict):
            return self.title.get(language) or next(iter(self.title.values()))  # type: ignore[call-overload]
        return self.title or self.name


__all__ = [
    "BUNDLED_PRICES",
    "CoreAssets",
    "Date",
    "Events",
    "LegsPlan",
    "Periodic",
    "TradedMarket",
    "Yearly",
]
