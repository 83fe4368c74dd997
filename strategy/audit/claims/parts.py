"""The parts of a claim as data: the event, the window after it, and what is looked at."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from strategy.plan import Date, Fraction, Level, Misfit, Model, MonthDay, Year


def _identifier(value: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", value):
        raise ValueError(
            "expected lower-case letters, digits and _, for example december_strongest"
        )
    return value


def _listed(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def _days(value: object) -> object:
    """Dates, months and ranges as text; YAML gives them as text already."""
    if isinstance(value, list):
        return tuple(tuple(item) if isinstance(item, list) else item for item in value)
    return value


def _numbers(value: object) -> object:
    if isinstance(value, dict):
        return {k: tuple(v) if isinstance(v, list) else v for k, v in value.items()}
    return value


def _month_or_day(value: str) -> str:
    import datetime as dt

    text = value if len(value) > 7 else f"{value}-01"
    try:
        if re.fullmatch(r"\d{4}-\d{2}(-\d{2})?", value):
            dt.date.fromisoformat(text)
            return value
    except ValueError:
        pass
    raise ValueError("expected a day as YYYY-MM-DD or a month as YYYY-MM")


Identifier = Annotated[str, AfterValidator(_identifier)]
Parameters = Annotated[
    dict[str, int | float | str | tuple[int | float, int | float]],
    BeforeValidator(_numbers),
]
DayOrMonth = Annotated[
    str,
    AfterValidator(_month_or_day),
    WithJsonSchema({"type": "string", "pattern": r"^\d{4}-\d{2}(-\d{2})?$"}),
]
Words = Annotated[str, Field(min_length=1, max_length=400)]


class RuleEvent(Model):
    """Days on which a rule of the catalogue is true."""

    kind: Literal["rule"]
    rule: str = Field(description="Name of the rule (simulate rules).")
    parameters: Parameters = Field(
        default_factory=dict, description="Numbers that replace the rule's defaults."
    )
    on: Literal["turns_true", "every_day"] = Field(
        "turns_true",
        description="turns_true: first session of each spell; every_day: every session of it.",
    )


class MonthEvent(Model):
    """A calendar month of every year; the outcome is over the whole month."""

    kind: Literal["month"]
    month: int = Field(ge=1, le=12, description="Month of the year, 1 to 12.")


class AnchorEvent(Model):
    """The plan's anchor of every year, or of the years whose risk score was high."""

    kind: Literal["anchor"]
    score_at_least: Fraction | None = Field(
        None, description="Only anchors at which the plan's risk score was known and so high."
    )
    as_high_as: (
        Annotated[tuple[Year, ...], Field(min_length=1, max_length=20), BeforeValidator(_listed)]
        | None
    ) = Field(
        None,
        description="Only anchors whose risk score was at least the lowest score of these years.",
    )

    @model_validator(mode="after")
    def _one_threshold(self) -> AnchorEvent:
        if self.score_at_least is not None and self.as_high_as is not None:
            raise Misfit(
                "as_high_as", "beside score_at_least", "one threshold", ("score_at_least",)
            )
        return self

    @property
    def conditional(self) -> bool:
        """Whether only some of the anchors are events."""
        return self.score_at_least is not None or self.as_high_as is not None


class DatesEvent(Model):
    """Given dates; where only a month or a range is known, every day of it is possible."""

    kind: Literal["dates"]
    dates: Annotated[
        tuple[DayOrMonth | tuple[Date, Date], ...],
        Field(min_length=1, max_length=500),
        BeforeValidator(_days),
    ] = Field(description="Days (2020-03-23), months (2020-03) or ranges [first, last].")

    @model_validator(mode="after")
    def _ranges_ascend(self) -> DatesEvent:
        for i, item in enumerate(self.dates):
            if isinstance(item, tuple) and item[0] > item[1]:
                raise Misfit(f"dates.{i}", f"{item[0]} to {item[1]}", "a range in ascending order")
            if item in self.dates[:i]:
                raise Misfit(f"dates.{i}", f"{item} a second time", "each date once")
        return self


Event = Annotated[
    RuleEvent | MonthEvent | AnchorEvent | DatesEvent,
    Field(discriminator="kind"),
]


class Horizon(Model):
    """How long after the event the outcome is taken; exactly one of the keys."""

    sessions: int | None = Field(None, ge=1, le=2520, description="Sessions after the event's.")
    months: int | None = Field(
        None, ge=1, le=120, description="To the last session so many calendar months later."
    )
    until: MonthDay | None = Field(
        None, description="To the last session on or before the next such day of the year."
    )
    year: Literal["next"] | None = Field(
        None, description="The calendar year after the event's, from the last close before it."
    )

    @model_validator(mode="after")
    def _exactly_one(self) -> Horizon:
        given = self.model_dump(exclude_none=True)
        if len(given) != 1:
            raise Misfit("", ", ".join(given) or "nothing", "one of sessions, months, until, year")
        return self


class ReturnOutcome(Model):
    """Return from the event's close to the last close of the window."""

    measure: Literal["return"]
    above: float | None = Field(None, description="A hit is a return above this, fraction.")
    below: float | None = Field(None, description="A hit is a return below this, fraction.")

    @model_validator(mode="after")
    def _one_side(self) -> ReturnOutcome:
        if self.above is not None and self.below is not None:
            raise Misfit("below", f"{self.below:g} beside above", "above or below", ("above",))
        return self


class DrawdownOutcome(Model):
    """Deepest fall of closes from a high of closes, both inside the window."""

    measure: Literal["max_drawdown"]
    at_least: float = Field(gt=0.0, lt=1.0, description="A hit is a fall so deep, fraction.")


class TouchOutcome(Model):
    """Whether the price reaches a level above the event's close inside the window."""

    measure: Literal["touch"]
    level: Level = Field(description="The level, in the claim's points.")
    reference: Level = Field(description="The close that the level belongs to, same points.")
    by: Literal["high", "close"] = Field("high", description="What has to reach it.")

    @property
    def rise(self) -> float:
        """Distance of the level from the event's close, fraction."""
        return self.level / self.reference - 1.0

    @model_validator(mode="after")
    def _above(self) -> TouchOutcome:
        if self.level <= self.reference:
            raise Misfit(
                "level",
                f"{self.level:g}",
                f"a level above the reference {self.reference:g}",
                ("reference",),
            )
        return self


class LowHoldsOutcome(Model):
    """Whether no low of the window lies below the low of the event's own session."""

    measure: Literal["low_holds"]


class RuleValueOutcome(Model):
    """The value of another rule on the event's own session."""

    measure: Literal["rule_value"]
    rule: str = Field(description="Name of the rule (simulate rules).")
    parameters: Parameters = Field(
        default_factory=dict, description="Numbers that replace the rule's defaults."
    )
    at_most: float = Field(description="A hit is a value of at most this, in the rule's unit.")


Outcome = Annotated[
    ReturnOutcome | DrawdownOutcome | TouchOutcome | LowHoldsOutcome | RuleValueOutcome,
    Field(discriminator="measure"),
]
