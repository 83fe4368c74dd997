"""What a plan states of its own day (readings) and of the days after it (forecasts), as data."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from strategy.audit.claims.claim import Claim
from strategy.audit.claims.parts import Identifier, Parameters, Words
from strategy.plan import Date, Level, Misfit, Model

#: Name of the traded index among the series of readings.
PRICES = "prices"

#: Columns that a reading of the traded index may name beside its prices.
DERIVED = ("twenty_week_average", "highest_close_252", "average_50")

#: Levels that a forecast may name.
LEVELS = ("zone_low", "zone_high", "extension_low", "extension_high", "stop")
LevelName = Literal["zone_low", "zone_high", "extension_low", "extension_high", "stop"]


def _listed(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


class Reading(Model):
    """A figure that the plan states of a day, to be held beside the series' own."""

    id: Identifier = Field(description="Names the reading in the files.")
    section: str = Field("", max_length=40, description="Where the source says it.")
    says: Words = Field(description="What is stated, in words.")
    series: str | None = Field(
        None, description="Id of the series (simulate data list); prices: the traded index."
    )
    column: str | None = Field(
        None,
        description="Column of the series; of the traded index also twenty_week_average, "
        "highest_close_252, average_50.",
    )
    rule: str | None = Field(None, description="A rule's value in place of a series.")
    parameters: Parameters = Field(
        default_factory=dict, description="Numbers that replace the rule's defaults."
    )
    date: Date | None = Field(None, description="Day it is stated of; null: as_of.")
    stated: float | bool = Field(
        description="The figure in the series' unit, or for a rule true or false."
    )
    printed: float | None = Field(
        None,
        description="The series' figure of that day as a public page prints it; it answers where "
        "the data have none.",
    )
    printed_on: Words | None = Field(None, description="Address of that page, https://...")
    tolerance: float | None = Field(
        None, gt=0.0, le=1.0, description="Largest difference allowed, fraction of the figure."
    )
    within: float | None = Field(
        None, ge=0.0, description="Largest difference allowed, in the unit of the figure."
    )

    @model_validator(mode="after")
    def _fits(self) -> Reading:
        if (self.series is None) == (self.rule is None):
            got = "neither" if self.series is None else "both"
            raise Misfit("series", got, "either a series or a rule", ("rule",))
        if isinstance(self.stated, bool):
            if self.rule is None:
                raise Misfit("stated", str(self.stated).lower(), "a number", ("series",))
            if self.tolerance is not None or self.within is not None:
                raise Misfit("tolerance", "a tolerance", "none for true or false", ("within",))
        elif (self.tolerance is None) == (self.within is None):
            got = "neither" if self.tolerance is None else "both"
            raise Misfit("tolerance", got, "either tolerance or within", ("within",))
        if self.rule is not None and self.column is not None:
            raise Misfit("column", self.column, "no column: a rule has one value", ("rule",))
        if (self.printed is None) != (self.printed_on is None):
            got = "none" if self.printed is None else "no page"
            raise Misfit("printed", got, "a figure and the page that prints it", ("printed_on",))
        if self.printed_on is not None and not self.printed_on.startswith("https://"):
            raise Misfit("printed_on", self.printed_on, "an address, https://...")
        if self.rule is not None and self.printed is not None:
            raise Misfit("printed", str(self.printed), "none: a rule is computed", ("rule",))
        return self


class Touches(Model):
    """The price reaches a level of the plan; levels above by highs, the stop by lows."""

    kind: Literal["touches"]
    level: LevelName | Level = Field(
        description="A level of the plan, in its own mode, or a number in index points."
    )


class Before(Model):
    """The price reaches one level of the plan before another."""

    kind: Literal["before"]
    level: LevelName = Field(description="The level said to be reached first.")
    other: LevelName = Field(description="The level said to be reached later or not at all.")

    @model_validator(mode="after")
    def _two(self) -> Before:
        if self.level == self.other:
            raise Misfit("other", self.other, "another level", ("level",))
        return self


class Falls(Model):
    """The closes fall so far from a high of closes, both between the two days."""

    kind: Literal["falls"]
    at_least: float = Field(gt=0.0, lt=1.0, description="Depth of the fall, fraction.")


class Higher(Model):
    """The last close of the window lies above the close of the day the forecast is made."""

    kind: Literal["higher"]


class HedgePays(Model):
    """The plan's own hedge, after costs and carry, earns money in the vintage's hedge window."""

    kind: Literal["hedge_pays"]


class Forecast(Model):
    """A dated statement about the future, with a probability where the plan gives one."""

    id: Identifier = Field(description="Names the forecast in the files.")
    section: str = Field("", max_length=40, description="Where the source says it.")
    says: Words = Field(description="The forecast in words.")
    statement: Annotated[Touches | Before | Falls | Higher | HedgePays, Field(discriminator="kind")]
    made: Date | None = Field(None, description="Day it is made; null: as_of.")
    start: Date | None = Field(
        None, description="First day that counts; null: the session after it is made."
    )
    by: Date = Field(description="Last day that counts.")
    probability: float | None = Field(
        None, ge=0.0, le=1.0, description="Probability stated; null: none is."
    )

    @model_validator(mode="after")
    def _ordered(self) -> Forecast:
        for key in ("start", "made"):
            day = getattr(self, key)
            if day is not None and day > self.by:
                raise Misfit("by", str(self.by), f"a day on or after {key}, {day}", (key,))
        return self


class ClaimsFile(Model):
    """What a plan's source says: claims, readings and forecasts."""

    as_of: Date = Field(description="The day the plan's figures are of.")
    source: str = Field("", max_length=200, description="Who says all this, and where.")
    claims: Annotated[tuple[Claim, ...], Field(max_length=200), BeforeValidator(_listed)] = Field(
        (), description="What is said to follow from what."
    )
    readings: Annotated[tuple[Reading, ...], Field(max_length=200), BeforeValidator(_listed)] = (
        Field((), description="What is stated of the plan's day.")
    )
    forecasts: Annotated[tuple[Forecast, ...], Field(max_length=200), BeforeValidator(_listed)] = (
        Field((), description="What is said of the days after it.")
    )

    @model_validator(mode="after")
    def _ids_are_unique(self) -> ClaimsFile:
        for name in ("claims", "readings", "forecasts"):
            ids = [item.id for item in getattr(self, name)]
            twice = sorted({i for i in ids if ids.count(i) > 1})
            if twice:
                last = len(ids) - 1 - ids[::-1].index(twice[0])
                raise Misfit(f"{name}.{last}.id", twice[0], "an id that no other has")
        return self

    @model_validator(mode="after")
    def _forecasts_follow(self) -> ClaimsFile:
        for i, forecast in enumerate(self.forecasts):
            if (forecast.made or self.as_of) > forecast.by:
                raise Misfit(
                    f"forecasts.{i}.by",
                    str(forecast.by),
                    f"a day on or after {forecast.made or self.as_of}, when it is made",
                    ("as_of",),
                )
        return self
