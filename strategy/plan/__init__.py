"""The plan: frozen, keyword-only models of a YAML file; unknown keys are refused.

Every default carries its provenance: ``article`` where the market article
that the program grew out of gives the value, ``author`` where it does not and
the authors of this program chose one.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from market.shown import html_by
from strategy.plan.base import (
    ARTICLE,
    AUTHOR,
    FIRST_YEAR,
    LAST_YEAR,
    Band,
    Date,
    Fraction,
    Level,
    Misfit,
    Model,
    MonthDay,
    Year,
    as_tuple,
    one_line,
    whole_number_as_text,
)
from strategy.plan.hedge import Caps, CoverRule, Hedge, PhaseIn, ScoreRange, Window
from strategy.plan.instruments import InverseEtf, Options, ShortHedge
from strategy.plan.risk import (
    AssetsRisk,
    Cascade,
    CashRisk,
    ConcentrationRisk,
    CreditEvent,
    CreditRisk,
    DatedRamp,
    HighYieldRisk,
    LeverageRisk,
    Percentiles,
    Ramp,
    RateRise,
    Risk,
    RotationRisk,
    Triggers,
)
from strategy.plan.tactical import (
    Condition,
    Entry,
    FailedBreakout,
    Levels,
    Size,
    StopLevel,
    Tactical,
)

__all__ = [
    "ARTICLE",
    "AUTHOR",
    "FIRST_YEAR",
    "LAST_YEAR",
    "AssetsRisk",
    "Band",
    "Caps",
    "Cascade",
    "CashRisk",
    "ConcentrationRisk",
    "Condition",
    "Core",
    "Costs",
    "CoverRule",
    "CreditEvent",
    "CreditRisk",
    "Data",
    "Date",
    "DatedRamp",
    "Entry",
    "FailedBreakout",
    "Fraction",
    "Hedge",
    "HighYieldRisk",
    "InverseEtf",
    "Level",
    "Levels",
    "LeverageRisk",
    "Misfit",
    "Model",
    "MonthDay",
    "Options",
    "Percentiles",
    "PhaseIn",
    "Plan",
    "Ramp",
    "RateRise",
    "Risk",
    "RotationRisk",
    "ScoreRange",
    "ShortHedge",
    "Size",
    "StopLevel",
    "Tactical",
    "Triggers",
    "Window",
    "Year",
    "as_tuple",
    "one_line",
]


class Reading(Model):
    """How a user's file is written, where it does not show it itself."""

    dates: str | None = Field(
        None,
        min_length=2,
        max_length=40,
        description="Notation of its dates, for example %d/%m/%y; null: told by the file.",
    )
    decimal: Literal[".", ","] | None = Field(
        None, description="Its decimal sign; null: told by the file."
    )
    week: Literal["monday", "sunday"] | None = Field(
        None,
        description="First day of the exchange's week; null: told by the file. sunday: Sunday to "
        "Thursday.",
    )
    splits: dict[Date, Annotated[float, Field(gt=0.0, le=1e6)]] = Field(
        default_factory=dict,
        description="Splits that are not in its prices: new shares for one old share, by the first "
        "day with the new ones.",
    )
    moves: Annotated[tuple[Date, ...], BeforeValidator(as_tuple)] = Field(
        (), description="Days whose move is beyond belief and real nevertheless."
    )


class Data(Model):
    """Which series the run reads, and from when."""

    source: Literal["bundled", "auto"] = Field(
        "auto",
        description="Where series come from; nothing is downloaded. auto: series by series the "
        "newest known, what the program carries or the cache that `simulate data update` fills; "
        "bundled: what the program carries only.",
    )
    version: Annotated[str, BeforeValidator(whole_number_as_text)] | None = Field(
        None,
        min_length=1,
        max_length=40,
        description="Version of the cache to read, for example v7-3fa9c1d2; null: the newest.",
    )
    prices: str | None = Field(
        None, description="CSV or Parquet file of the traded index; null: the bundled S&P 500."
    )
    files: dict[str, str] = Field(
        default_factory=dict,
        description="User's files by series id; each replaces or adds the series of that id.",
    )
    formats: dict[str, Reading] = Field(
        default_factory=dict,
        description="How users' files are written, by series id, the traded index as prices.",
    )
    start: Date | None = Field(
        dt.date(1962, 1, 1),
        description="First day that can be an anchor; earlier data serve as history only.",
    )
    end: Date | None = Field(None, description="Last day used; null: all there is.")

    @model_validator(mode="after")
    def _version_has_a_cache(self) -> Data:
        if self.version is not None and self.source != "auto":
            raise Misfit(
                "version",
                f"{self.version} with the source {self.source}",
                "a version only with the source auto",
                ("source",),
            )
        return self

    @model_validator(mode="after")
    def _ordered(self) -> Data:
        if self.start and self.end and self.start > self.end:
            raise Misfit(
                "end", str(self.end), f"a date on or after the start {self.start}", ("start",)
            )
        return self


class Core(Model):
    """The holding that the plan adds to and protects."""

    weight: float = Field(
        1.0,
        ge=0.0,
        le=1.0,
        description="Share of equity held in the index.",
        json_schema_extra=AUTHOR,
    )


class Costs(Model):
    """Costs and carry; all author's assumptions, basis points per year unless stated."""

    fee_bps: float = Field(
        1.0,
        ge=0.0,
        le=1000.0,
        description="Fee per fill, basis points of its value.",
        json_schema_extra=AUTHOR,
    )
    slippage_bps: float = Field(
        2.0,
        ge=0.0,
        le=1000.0,
        description="Slippage of market orders, basis points of the price.",
        json_schema_extra=AUTHOR,
    )
    borrow_bps: float = Field(
        40.0,
        ge=0.0,
        le=10_000.0,
        description="Stock borrow on the short.",
        json_schema_extra=AUTHOR,
    )
    rebate_spread_bps: float = Field(
        25.0,
        ge=0.0,
        le=10_000.0,
        description="Short proceeds earn the bill rate less this.",
        json_schema_extra=AUTHOR,
    )
    margin_spread_bps: float = Field(
        150.0,
        ge=0.0,
        le=10_000.0,
        description="Borrowed cash costs the bill rate plus this.",
        json_schema_extra=AUTHOR,
    )
    dividend_yield: float = Field(
        0.02,
        ge=0.0,
        le=0.2,
        description="Dividend yield per year, constant, where no series of dividends is known: "
        "longs get it, shorts pay it.",
        json_schema_extra=AUTHOR,
    )
    dividends: Literal["series", "constant"] = Field(
        "series",
        description="series: the trailing dividends of the index over its price, known one quarter "
        "late, where the market has them; constant: dividend_yield throughout.",
        json_schema_extra=AUTHOR,
    )
    cash: Literal["bills", "zero"] = Field(
        "bills",
        description="What idle cash earns: the bill rate of the day, or nothing.",
        json_schema_extra=AUTHOR,
    )

    @model_validator(mode="before")
    @classmethod
    def _a_stated_yield_counts(cls, values: Any) -> Any:
        """A plan that states a yield and not `dividends` means that yield."""
        if isinstance(values, dict) and "dividend_yield" in values and "dividends" not in values:
            return {**values, "dividends": "constant"}
        return values


class Plan(Model):
    """A market plan: core, tactical long, strategic short."""

    name: Annotated[str, AfterValidator(one_line)] = Field(
        min_length=1, max_length=80, description="Names the plan and its output folder."
    )
    data: Data = Field(default_factory=Data)
    anchor: MonthDay = Field(
        "11-21",
        description="The plan is dated on the last session on or before this day.",
        json_schema_extra=ARTICLE,
    )
    vintages: (
        Annotated[tuple[Year, ...], Field(min_length=1, max_length=400), BeforeValidator(as_tuple)]
        | None
    ) = Field(None, description="Years to run, ascending; null: every year the data allow.")
    core: Core = Field(default_factory=Core)
    tactical: Tactical = Field(default_factory=Tactical)
    hedge: Hedge = Field(default_factory=Hedge)
    risk: Risk = Field(default_factory=Risk)
    costs: Costs = Field(default_factory=Costs)
    capital: float = Field(
        100_000.0,
        ge=0.01,  # below, vectorbt takes the account's money for rounding
        le=1e15,
        description="Starting capital, in currency.",
        json_schema_extra=AUTHOR,
    )

    _repr_html_ = html_by("reports.figures.notebook:plan_html")

    @model_validator(mode="after")
    def _vintages_ascend(self) -> Plan:
        if self.vintages and list(self.vintages) != sorted(set(self.vintages)):
            raise Misfit(
                "vintages",
                ", ".join(map(str, self.vintages)),
                "years in ascending order, each once",
            )
        return self

    @model_validator(mode="after")
    def _exit_follows_anchor(self) -> Plan:
        if self.tactical.exit_by <= self.anchor:
            raise Misfit(
                "tactical.exit_by",
                self.tactical.exit_by,
                f"a day after the anchor {self.anchor}, in the same year",
                ("anchor",),
            )
        return self
