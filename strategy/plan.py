"""The plan: frozen, keyword-only models of a YAML file; unknown keys are refused.

Every default carries its provenance: ``article`` where the market article
that the program grew out of gives the value, ``author`` where it does not and
the authors of this program chose one.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    model_validator,
)

FIRST_YEAR, LAST_YEAR = 1800, 2200  # beyond these a date is a typing error
ARTICLE: dict[str, Any] = {"provenance": "article"}
AUTHOR: dict[str, Any] = {"provenance": "author"}


class Misfit(ValueError):
    """Values that do not go together.

    Parameters
    ----------
    key : str
        Dotted key to look at, below the model that found the misfit.
    got : str
        The value, with those it does not go with.
    expected : str
        What would have been accepted.
    beside : tuple of str, optional
        The other keys that the misfit is about, any of which may be the wrong one.
    """

    def __init__(self, key: str, got: str, expected: str, beside: tuple[str, ...] = ()) -> None:
        self.key = key
        self.got = got
        self.expected = expected
        self.beside = beside
        super().__init__(f"{key}: got {got}; expected {expected}")


def _month_day(value: str) -> str:
    match = re.fullmatch(r"(\d{2})-(\d{2})", value)
    if match:
        month, day = int(match[1]), int(match[2])
        if 1 <= month <= 12 and 1 <= day <= calendar.monthrange(2024, month)[1]:
            return value
    raise ValueError("expected a day of the year as 'MM-DD', for example '11-21'")


def _iso_date(value: object) -> object:
    if isinstance(value, dt.datetime):
        raise ValueError("expected a date without a time, for example 1962-01-01")
    if isinstance(value, str):
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            raise ValueError("expected a date as YYYY-MM-DD, for example 1962-01-01") from None
    return value


def _plausible(value: dt.date) -> dt.date:
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise ValueError(f"expected a date between the years {FIRST_YEAR} and {LAST_YEAR}")
    return value


def _one_line(value: str) -> str:
    if not value.isprintable() or not value.strip():
        raise ValueError("expected one line of visible text")
    return value


def _pair(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def _whole_number_as_text(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


MonthDay = Annotated[
    str,
    AfterValidator(_month_day),
    WithJsonSchema({"type": "string", "format": "month-day", "pattern": r"^\d{2}-\d{2}$"}),
]
Date = Annotated[
    dt.date,
    BeforeValidator(_iso_date),
    AfterValidator(_plausible),
    WithJsonSchema({"type": "string", "format": "date"}),
]
Year = Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR)]
Fraction = Annotated[float, Field(ge=0.0, le=1.0)]
Level = Annotated[float, Field(gt=0.0)]
Band = Annotated[tuple[Level, Level], BeforeValidator(_pair)]


class Model(BaseModel):
    """Base of every plan model: frozen, strict types, no unknown keys, no NaN or infinity."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, allow_inf_nan=False, validate_default=True
    )


class Data(Model):
    """Which series the run reads, and from when."""

    source: Literal["bundled", "auto"] = Field(
        "bundled",
        description="Where series come from. bundled: what the program carries; auto: series by "
        "series the cache that `simulate data update` fills, where it is newer.",
    )
    version: Annotated[str, BeforeValidator(_whole_number_as_text)] | None = Field(
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


class Levels(Model):
    """Resistance zone and extension, and how the article's points become this index's points."""

    mode: Literal["ratio", "structural", "absolute"] = Field(
        "ratio",
        description="ratio: level x close(anchor) / reference; structural: from the index's own "
        "past; absolute: verbatim, refused when the reference does not fit the index.",
        json_schema_extra=AUTHOR,
    )
    reference: Level = Field(
        5950.0, description="Index level the article's levels belong to.", json_schema_extra=ARTICLE
    )
    zone: Band = Field(
        (6180.0, 6200.0), description="Resistance zone [R_lo, R_hi].", json_schema_extra=ARTICLE
    )
    extension: Band = Field(
        (6450.0, 6500.0),
        description="Target range beyond a breakout [E_lo, E_hi].",
        json_schema_extra=ARTICLE,
    )

    @model_validator(mode="after")
    def _ascending(self) -> Levels:
        reference, (lo, hi), (far_lo, far_hi) = self.reference, self.zone, self.extension
        if lo > hi:
            raise Misfit("zone", f"[{lo:g}, {hi:g}]", "two levels in ascending order")
        if far_lo > far_hi:
            raise Misfit("extension", f"[{far_lo:g}, {far_hi:g}]", "two levels in ascending order")
        if lo <= reference:
            raise Misfit(
                "zone",
                f"[{lo:g}, {hi:g}]",
                f"levels above the reference, which is {reference:g}",
                ("reference",),
            )
        if far_lo < hi:
            raise Misfit(
                "extension",
                f"[{far_lo:g}, {far_hi:g}]",
                f"levels above the zone, which ends at {hi:g}",
                ("zone",),
            )
        return self


class Condition(Model):
    """How one signal counts at entry."""

    weight: float = Field(1.0, ge=0.0, description="Weight in the entry score.")
    required: bool = Field(False, description="No entry unless the signal is true.")
    veto: bool = Field(False, description="No entry when the signal is true.")


class Entry(Model):
    """When the tactical leg may start."""

    fill: Literal["next_open", "next_close"] = Field(
        "next_open",
        description="Decision at a close, fill at the next open; next_close for close-only data: "
        "every bar is reduced to its close.",
        json_schema_extra=AUTHOR,
    )
    min_score: Fraction = Field(
        0.0,
        description="Least share of the available conditions' weight that must be true.",
        json_schema_extra=AUTHOR,
    )
    conditions: dict[str, Condition] = Field(
        default_factory=dict, description="Signals that gate the entry, by id."
    )


class FailedBreakout(Model):
    """When a breakout counts as failed (article: 'leave fast'; the numbers are the author's)."""

    trigger: Literal["close", "touch"] = Field(
        "close",
        description="close: attempt starts with a close above R_hi; touch: with a high at R_lo.",
        json_schema_extra=AUTHOR,
    )
    within: int = Field(
        3, ge=0, le=252, description="Sessions in which it can fail.", json_schema_extra=AUTHOR
    )
    buffer: float = Field(
        0.0,
        ge=0.0,
        lt=1.0,
        description="Fraction below R_lo that a close must reach to fail it.",
        json_schema_extra=AUTHOR,
    )


class Size(Model):
    """How much capital the tactical leg gets."""

    weight: float = Field(
        1.0, ge=0.0, le=10.0, description="Largest share of equity.", json_schema_extra=AUTHOR
    )
    risk_budget: float | None = Field(
        None,
        gt=0.0,
        le=1.0,
        description="Share of equity that may be lost at the stop; null: weight alone counts.",
        json_schema_extra=AUTHOR,
    )
    risk_scaling: Fraction = Field(
        0.5,
        description="Size is multiplied by 1 - risk_scaling x score.",
        json_schema_extra=AUTHOR,
    )


class StopLevel(Model):
    """A stop given as a level in the article's points."""

    level: Level = Field(description="Scaled like the zone in ratio mode, verbatim in absolute.")


class Tactical(Model):
    """The December long."""

    exit_by: MonthDay = Field(
        "12-15", description="Last day of the leg.", json_schema_extra=ARTICLE
    )
    levels: Levels = Field(default_factory=Levels)
    entry: Entry = Field(default_factory=Entry)
    stop: Annotated[float, Field(gt=0.0, lt=1.0)] | StopLevel = Field(
        0.03, description="Fraction below the entry price, or a level.", json_schema_extra=AUTHOR
    )
    first_target_share: Fraction = Field(
        0.5,
        description="Share sold at R_lo; the rest aims at E_lo.",
        json_schema_extra=AUTHOR,
    )
    failed_breakout: FailedBreakout = Field(default_factory=FailedBreakout)
    same_bar: Literal["stop_first", "target_first"] = Field(
        "stop_first",
        description="Which comes first when one bar reaches stop and target.",
        json_schema_extra=AUTHOR,
    )
    size: Size = Field(default_factory=Size)

    @model_validator(mode="after")
    def _stop_fits(self) -> Tactical:
        if isinstance(self.stop, StopLevel):
            if self.levels.mode == "structural":
                raise Misfit(
                    "stop",
                    f"the level {self.stop.level:g} in structural mode",
                    "a fraction, because structural levels have no reference to scale it by",
                    ("levels.mode",),
                )
            if self.stop.level >= self.levels.zone[0]:
                raise Misfit(
                    "stop.level",
                    f"{self.stop.level:g}",
                    f"a level below the zone, which starts at {self.levels.zone[0]:g}",
                    ("levels.zone",),
                )
        return self


class Window(Model):
    """The hedge window, days of the year after the anchor."""

    start: MonthDay = Field(
        "01-01", description="First day the hedge may be held.", json_schema_extra=ARTICLE
    )
    end: MonthDay = Field(
        "12-31", description="Last day the hedge may be held.", json_schema_extra=ARTICLE
    )

    @model_validator(mode="after")
    def _ordered(self) -> Window:
        if self.start > self.end:
            raise Misfit(
                "end", self.end, f"a day on or after the window's start {self.start}", ("start",)
            )
        return self


class ScoreRange(Model):
    """Risk score at which the hedge starts and at which it is full."""

    from_: Fraction = Field(
        0.4,
        alias="from",
        description="Score at which the hedge starts.",
        json_schema_extra=AUTHOR,
    )
    to: Fraction = Field(
        0.8, description="Score at which the hedge is full.", json_schema_extra=AUTHOR
    )

    @model_validator(mode="after")
    def _ascending(self) -> ScoreRange:
        if self.from_ >= self.to:
            raise Misfit(
                "to", f"{self.to:g}", f"a score above 'from', which is {self.from_:g}", ("from",)
            )
        return self


class PhaseIn(Model):
    """In how many steps a change of the hedge is made."""

    steps: int = Field(
        3, ge=1, le=252, description="Equal parts of one change.", json_schema_extra=AUTHOR
    )
    every: int = Field(
        5, ge=1, le=252, description="Sessions between steps.", json_schema_extra=AUTHOR
    )


class CoverRule(Model):
    """Take off part of the hedge once the index has fallen this far from the hedge reference."""

    fall: float = Field(
        gt=0.0, lt=1.0, description="Fall of the index from the hedge reference, fraction."
    )
    share: float = Field(gt=0.0, le=1.0, description="Share of the hedge covered by then, in all.")


class ShortHedge(Model):
    """How the index is sold short; every number is an author's assumption."""

    style: Literal["etf", "future"] = Field(
        "etf",
        description="etf: a borrowed fund, pays dividends and borrow, earns a rebate; future: the "
        "fair future, earns the bill rate less dividends and pays the quarterly roll.",
        json_schema_extra=AUTHOR,
    )
    financing_spread_bps: float = Field(
        0.0,
        ge=-1000.0,
        le=1000.0,
        description="future: its implied financing above the bill rate, which a short earns, "
        "basis points a year.",
        json_schema_extra=AUTHOR,
    )
    roll_bps: float = Field(
        0.5,
        ge=0.0,
        le=1000.0,
        description="future: cost of one quarterly roll, basis points of the position.",
        json_schema_extra=AUTHOR,
    )
    maintenance: float = Field(
        0.25,
        ge=0.0,
        le=1.0,
        description="The short is bought back at the next open when equity falls below this share "
        "of all positions; 0: never.",
        json_schema_extra=AUTHOR,
    )


class InverseEtf(Model):
    """A fund that returns a negative multiple of each day's index return."""

    leverage: Literal[-1, -2, -3] = Field(
        -1, description="Multiple of the day's return.", json_schema_extra=AUTHOR
    )
    expense_ratio: float = Field(
        0.0089,
        ge=0.0,
        le=0.1,
        description="Fund fees, fraction a year.",
        json_schema_extra=AUTHOR,
    )
    financing_spread_bps: float = Field(
        0.0,
        ge=-1000.0,
        le=1000.0,
        description="Cost of the fund's swaps per unit of leverage, basis points a year.",
        json_schema_extra=AUTHOR,
    )
    series: str | None = Field(
        None,
        description="Id of a loaded fund (sh, sds, spxu ...) used in windows it covers; null: the "
        "model everywhere.",
        json_schema_extra=AUTHOR,
    )


class Options(Model):
    """Index options: which, priced how, rolled when; every number is an author's assumption."""

    expiry: Literal["monthly", "quarterly"] = Field(
        "monthly",
        description="Which third Fridays are listed: every month's, or March, June, September and "
        "December.",
        json_schema_extra=AUTHOR,
    )
    tenor_days: int = Field(
        90,
        ge=7,
        le=730,
        description="Bought: the first listed expiry at least so many calendar days away.",
        json_schema_extra=AUTHOR,
    )
    roll_days: int = Field(
        30,
        ge=0,
        le=700,
        description="Rolled at the first open with no more calendar days to expiry than this; 0: "
        "held to settlement.",
        json_schema_extra=AUTHOR,
    )
    moneyness: float = Field(
        0.95,
        gt=0.0,
        le=2.0,
        description="Strike of the long put as a share of the index at the close before.",
        json_schema_extra=AUTHOR,
    )
    delta: float | None = Field(
        None,
        gt=0.0,
        lt=1.0,
        description="Chooses the long put by its absolute delta instead of its moneyness.",
        json_schema_extra=AUTHOR,
    )
    lower_moneyness: float = Field(
        0.80,
        gt=0.0,
        le=2.0,
        description="put_spread, collar: strike of the put sold.",
        json_schema_extra=AUTHOR,
    )
    lower_delta: float | None = Field(
        None,
        gt=0.0,
        lt=1.0,
        description="Chooses the put sold by its absolute delta instead.",
        json_schema_extra=AUTHOR,
    )
    call_moneyness: float | None = Field(
        None,
        gt=0.0,
        le=3.0,
        description="collar: strike of the call sold; null: the strike that pays for the put "
        "spread, not below the index.",
        json_schema_extra=AUTHOR,
    )
    vol_offset: float = Field(
        -0.025,
        ge=-0.5,
        le=0.5,
        description="At-the-money 30-day volatility less VIX, fraction (-0.025 is 2.5 points).",
        json_schema_extra=AUTHOR,
    )
    skew: float = Field(
        -0.10,
        ge=-1.0,
        le=1.0,
        description="Volatility added per unit of ln(strike / forward) / sqrt(years to expiry).",
        json_schema_extra=AUTHOR,
    )
    reversion: float = Field(
        3.0,
        ge=0.0,
        le=50.0,
        description="Speed a year at which VIX squared is expected to return to long_run squared; "
        "0: one volatility for every tenor.",
        json_schema_extra=AUTHOR,
    )
    long_run: float = Field(
        0.20,
        gt=0.0,
        le=1.0,
        description="Level that VIX is expected to return to, fraction.",
        json_schema_extra=AUTHOR,
    )
    bid_ask: float = Field(
        0.03,
        ge=0.0,
        le=1.0,
        description="Bid-ask spread as a share of the premium; each trade pays half.",
        json_schema_extra=AUTHOR,
    )

    @model_validator(mode="after")
    def _strikes_ascend(self) -> Options:
        by_moneyness = self.delta is None and self.lower_delta is None
        if by_moneyness and self.lower_moneyness >= self.moneyness:
            raise Misfit(
                "lower_moneyness",
                f"{self.lower_moneyness:g}",
                f"a strike below the long put's, which is {self.moneyness:g}",
                ("moneyness",),
            )
        if self.delta and self.lower_delta and self.lower_delta >= self.delta:
            raise Misfit(
                "lower_delta",
                f"{self.lower_delta:g}",
                f"a delta below the long put's, which is {self.delta:g}",
                ("delta",),
            )
        if self.delta is None and (self.call_moneyness or 9.0) <= self.moneyness:
            raise Misfit(
                "call_moneyness",
                f"{self.call_moneyness:g}",
                f"a strike above the long put's, which is {self.moneyness:g}",
                ("moneyness",),
            )
        if self.roll_days >= self.tenor_days:
            raise Misfit(
                "roll_days",
                f"{self.roll_days}",
                f"fewer days than the tenor, which is {self.tenor_days}",
                ("tenor_days",),
            )
        return self


class Caps(Model):
    """Limits on exposure, checked at every open while a hedge is held."""

    net: float | None = Field(
        None,
        ge=0.0,
        le=10.0,
        description="Largest absolute net exposure, share of equity; null: no limit.",
        json_schema_extra=AUTHOR,
    )
    gross: float | None = Field(
        None,
        ge=0.0,
        le=10.0,
        description="Largest gross exposure, share of equity; null: no limit.",
        json_schema_extra=AUTHOR,
    )


class Hedge(Model):
    """The protection of the following year."""

    window: Window = Field(default_factory=Window)
    instrument: Literal["none", "short", "inverse_etf", "put", "put_spread", "collar"] = Field(
        "short",
        description="What the hedge is made of; short: the index sold short.",
        json_schema_extra=AUTHOR,
    )
    policy: Literal["sequential", "overlap", "hedge_first"] = Field(
        "overlap",
        description="overlap: from the window's start to its end; sequential: it ends at the next "
        "anchor, before the next long; hedge_first: from the anchor to the next one.",
        json_schema_extra=AUTHOR,
    )
    max_ratio: float = Field(
        0.5,
        ge=0.0,
        le=2.0,
        description="Largest hedge: index exposure taken off, as a share of equity.",
        json_schema_extra=AUTHOR,
    )
    score: ScoreRange = Field(default_factory=ScoreRange)
    reevaluate: Literal["daily", "weekly", "monthly"] = Field(
        "monthly",
        description="How often the target hedge is computed anew.",
        json_schema_extra=AUTHOR,
    )
    band: Fraction = Field(
        0.05,
        description="No trade while target and held ratio differ by less.",
        json_schema_extra=AUTHOR,
    )
    phase_in: PhaseIn = Field(default_factory=PhaseIn)
    cover: Annotated[tuple[CoverRule, ...], BeforeValidator(_pair)] = Field(
        (CoverRule(fall=0.20, share=0.5), CoverRule(fall=0.30, share=1.0)),
        description="When to take the hedge off as the index falls, by ascending fall.",
        json_schema_extra=AUTHOR,
    )
    when_blind: Literal["none", "hold", "full"] = Field(
        "none",
        description="What to hold while the score's coverage is below risk.min_coverage.",
        json_schema_extra=AUTHOR,
    )

    caps: Caps = Field(default_factory=Caps)
    short: ShortHedge = Field(default_factory=ShortHedge)
    inverse_etf: InverseEtf = Field(default_factory=InverseEtf)
    options: Options = Field(default_factory=Options)

    @model_validator(mode="after")
    def _cover_ascends(self) -> Hedge:
        falls = [rule.fall for rule in self.cover]
        shares = [rule.share for rule in self.cover]
        if falls != sorted(set(falls)) or shares != sorted(set(shares)):
            raise Misfit(
                "cover",
                ", ".join(f"{rule.fall:g}: {rule.share:g}" for rule in self.cover),
                "rules that ascend in both fall and share",
            )
        return self


class Ramp(Model):
    """A component: 0 at `from`, 1 at `to`, linear between, on a point-in-time measure."""

    from_: float = Field(alias="from", description="Measure at which the risk is 0.")
    to: float = Field(description="Measure at which the risk is 1.")

    @model_validator(mode="after")
    def _not_flat(self) -> Ramp:
        if self.from_ == self.to:
            raise Misfit("to", f"{self.to:g}", "a point other than 'from'", ("from",))
        return self


class DatedRamp(Ramp):
    """A ramp that was in force until a date."""

    until: Date = Field(description="Last day on which these thresholds were in use.")


class CashRisk(Ramp):
    """Fund managers' cash level, percent: low cash is high risk."""

    from_: float = Field(
        5.0, alias="from", description="Measure at which the risk is 0.", json_schema_extra=AUTHOR
    )
    to: float = Field(4.0, description="Measure at which the risk is 1.", json_schema_extra=AUTHOR)
    earlier: Annotated[tuple[DatedRamp, ...], BeforeValidator(_pair)] = Field(
        (DatedRamp(until=dt.date(2020, 12, 31), **{"from": 4.5, "to": 3.5}),),
        description="Thresholds of earlier years: the survey's own rule was 4.5/3.5 before 5/4.",
        json_schema_extra=AUTHOR,
    )
    weight: float = Field(
        1.0, ge=0.0, le=100.0, description="Weight in the score.", json_schema_extra=AUTHOR
    )

    @model_validator(mode="after")
    def _dates_ascend(self) -> CashRisk:
        dates = [ramp.until for ramp in self.earlier]
        if dates != sorted(set(dates)):
            raise Misfit(
                "earlier", ", ".join(map(str, dates)), "thresholds in ascending order of 'until'"
            )
        return self


class LeverageRisk(Ramp):
    """Year-on-year growth of margin debt, fraction."""

    from_: float = Field(
        0.0, alias="from", description="Measure at which the risk is 0.", json_schema_extra=AUTHOR
    )
    to: float = Field(0.40, description="Measure at which the risk is 1.", json_schema_extra=AUTHOR)
    weight: float = Field(
        1.0, ge=0.0, le=100.0, description="Weight in the score.", json_schema_extra=AUTHOR
    )


class HighYieldRisk(Ramp):
    """Widening of the high-yield spread: the true series, where the user has loaded it."""

    from_: float = Field(
        0.0, alias="from", description="Measure at which the risk is 0.", json_schema_extra=AUTHOR
    )
    to: float = Field(
        0.65, description="Measure at which the risk is 1.", json_schema_extra=ARTICLE
    )
    months: int = Field(
        2,
        ge=1,
        le=24,
        description="Months over which the change is taken.",
        json_schema_extra=ARTICLE,
    )


class CreditRisk(Ramp):
    """Widening of the Baa-Aaa yield spread over some months, percentage points."""

    from_: float = Field(
        0.0, alias="from", description="Measure at which the risk is 0.", json_schema_extra=AUTHOR
    )
    to: float = Field(0.30, description="Measure at which the risk is 1.", json_schema_extra=AUTHOR)
    months: int = Field(
        3,
        ge=1,
        le=24,
        description="Months over which the change is taken.",
        json_schema_extra=AUTHOR,
    )
    weight: float = Field(
        1.0, ge=0.0, le=100.0, description="Weight in the score.", json_schema_extra=AUTHOR
    )
    high_yield: HighYieldRisk = Field(default_factory=HighYieldRisk)


class ConcentrationRisk(Ramp):
    """Point-in-time percentile of the ten largest companies' weight in the index, fraction."""

    from_: float = Field(
        0.5, alias="from", description="Measure at which the risk is 0.", json_schema_extra=AUTHOR
    )
    to: float = Field(1.0, description="Measure at which the risk is 1.", json_schema_extra=AUTHOR)
    min_history: int = Field(
        5,
        ge=2,
        description="Figures needed before a percentile means anything.",
        json_schema_extra=AUTHOR,
    )
    weight: float = Field(
        0.5, ge=0.0, le=100.0, description="Weight in the score.", json_schema_extra=AUTHOR
    )


class RotationRisk(Ramp):
    """Defensive against cyclical sectors: change of the log ratio over `sessions`."""

    from_: float = Field(
        0.0, alias="from", description="Measure at which the risk is 0.", json_schema_extra=AUTHOR
    )
    to: float = Field(0.05, description="Measure at which the risk is 1.", json_schema_extra=AUTHOR)
    sessions: int = Field(
        20,
        ge=1,
        le=252,
        description="Sessions over which the change is taken.",
        json_schema_extra=AUTHOR,
    )
    weight: float = Field(
        0.5, ge=0.0, le=100.0, description="Weight in the score.", json_schema_extra=AUTHOR
    )


class RateRise(Model):
    """Trigger: the federal funds target was raised."""

    active: bool = Field(
        False, description="Whether it lifts the hedge to max_ratio.", json_schema_extra=AUTHOR
    )
    within_days: int = Field(
        60,
        ge=1,
        le=400,
        description="Calendar days for which a rise counts.",
        json_schema_extra=AUTHOR,
    )


class CreditEvent(Model):
    """Trigger: high-yield spreads widened; by proxy Baa less Aaa where they are not loaded."""

    active: bool = Field(
        False, description="Whether it lifts the hedge to max_ratio.", json_schema_extra=AUTHOR
    )
    change: float = Field(
        0.65,
        gt=0.0,
        le=50.0,
        description="Widening over `months`, percentage points.",
        json_schema_extra=ARTICLE,
    )
    months: int = Field(
        2,
        ge=1,
        le=24,
        description="Months over which it is taken.",
        json_schema_extra=ARTICLE,
    )
    proxy_change: float = Field(
        0.30,
        gt=0.0,
        le=50.0,
        description="Proxy: widening of Baa less Aaa over risk.credit.months, percentage points.",
        json_schema_extra=AUTHOR,
    )


class Cascade(Model):
    """Trigger: the index below its average while short-dated volatility exceeds longer-dated."""

    active: bool = Field(
        False, description="Whether it lifts the hedge to max_ratio.", json_schema_extra=AUTHOR
    )
    sessions: int = Field(
        200, ge=2, le=1000, description="Length of the average.", json_schema_extra=AUTHOR
    )
    vix_level: float = Field(
        25.0,
        gt=0.0,
        le=200.0,
        description="Proxy while the 3-month VIX is not loaded: VIX above this.",
        json_schema_extra=AUTHOR,
    )


class Triggers(Model):
    """Events that lift the hedge to its largest ratio whatever the score says."""

    rate_rise: RateRise = Field(default_factory=RateRise)
    credit_event: CreditEvent = Field(default_factory=CreditEvent)
    cascade: Cascade = Field(default_factory=Cascade)


class Percentiles(Model):
    """Components read as the percentile of their measure among all figures known so far."""

    components: Annotated[
        tuple[Literal["cash", "leverage", "credit", "rotation"], ...], BeforeValidator(_pair)
    ] = Field(
        (),
        description="Whose `from` and `to` are percentiles between 0 and 1.",
        json_schema_extra=AUTHOR,
    )
    min_history: int = Field(
        24,
        ge=2,
        description="Figures needed before a percentile means anything.",
        json_schema_extra=AUTHOR,
    )


class Risk(Model):
    """The five late-cycle flags of the article as a score with coverage."""

    cash: CashRisk = Field(default_factory=CashRisk)
    leverage: LeverageRisk = Field(default_factory=LeverageRisk)
    credit: CreditRisk = Field(default_factory=CreditRisk)
    concentration: ConcentrationRisk = Field(default_factory=ConcentrationRisk)
    rotation: RotationRisk = Field(default_factory=RotationRisk)
    min_coverage: Fraction = Field(
        0.5,
        description="Share of the weight that must have a usable input; below it the score is "
        "unknown.",
        json_schema_extra=AUTHOR,
    )
    triggers: Triggers = Field(default_factory=Triggers)
    percentile: Percentiles = Field(default_factory=Percentiles)

    @model_validator(mode="after")
    def _percentiles_are_shares(self) -> Risk:
        for name in self.percentile.components:
            ramp = self.components()[name]
            for key, value in (("from", ramp.from_), ("to", ramp.to)):
                if not 0.0 <= value <= 1.0:
                    raise Misfit(
                        f"{name}.{key}",
                        f"{value:g}",
                        "a percentile between 0 and 1, as percentile.components asks for",
                        ("percentile.components",),
                    )
        return self

    @model_validator(mode="after")
    def _weighs(self) -> Risk:
        if not any(component.weight for component in self.components().values()):
            raise Misfit("", "weights of 0 only", "at least one component with a weight above 0")
        return self

    def components(
        self,
    ) -> dict[str, CashRisk | LeverageRisk | CreditRisk | ConcentrationRisk | RotationRisk]:
        """The components by name, in the order of the outputs."""
        return {
            "cash": self.cash,
            "leverage": self.leverage,
            "credit": self.credit,
            "concentration": self.concentration,
            "rotation": self.rotation,
        }


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
        description="Dividend yield of the index per year, constant: longs get it, shorts pay it.",
        json_schema_extra=AUTHOR,
    )
    cash: Literal["bills", "zero"] = Field(
        "bills",
        description="What idle cash earns: the bill rate of the day, or nothing.",
        json_schema_extra=AUTHOR,
    )


class Plan(Model):
    """A market plan: core, tactical long, strategic short."""

    name: Annotated[str, AfterValidator(_one_line)] = Field(
        min_length=1, max_length=80, description="Names the plan and its output folder."
    )
    data: Data = Field(default_factory=Data)
    anchor: MonthDay = Field(
        "11-21",
        description="The plan is dated on the last session on or before this day.",
        json_schema_extra=ARTICLE,
    )
    vintages: (
        Annotated[tuple[Year, ...], Field(min_length=1, max_length=400), BeforeValidator(_pair)]
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
