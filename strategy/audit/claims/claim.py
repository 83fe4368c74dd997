"""A claim as data: what happens, how long one waits, what is said to follow, and by how much."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from strategy.audit.claims.parts import (
    Event,
    Horizon,
    Identifier,
    Outcome,
    RuleEvent,
    RuleValueOutcome,
    Words,
)
from strategy.plan import Date, Fraction, Misfit, Model

#: What a claim may give a figure for.
Figure = Literal["mean", "median", "hit_rate", "rank"]
FIGURES: tuple[Figure, ...] = ("mean", "median", "hit_rate", "rank")


class Claimed(Model):
    """The figure that the claim states; exactly one."""

    mean: float | None = Field(None, description="Mean outcome, fraction.")
    median: float | None = Field(None, description="Median outcome, fraction.")
    hit_rate: Fraction | None = Field(None, description="Share of events that hit.")
    rank: int | None = Field(
        None, ge=1, le=12, description="Rank of the month's mean return among the twelve."
    )

    @model_validator(mode="after")
    def _exactly_one(self) -> Claimed:
        given = self.model_dump(exclude_none=True)
        if len(given) != 1:
            raise Misfit(
                "", ", ".join(given) or "nothing", "one of mean, median, hit_rate and rank"
            )
        return self

    @property
    def figure(self) -> tuple[Figure, float]:
        """Name and value."""
        given = self.model_dump(exclude_none=True)
        name = next(figure for figure in FIGURES if figure in given)
        return name, float(given[name])


class Claim(Model):
    """One claim: after the event, within the horizon, the outcome is better than by chance."""

    id: Identifier = Field(description="Names the claim in the files.")
    section: str = Field("", max_length=40, description="Where the source says it.")
    says: Words = Field(description="The claim in words, as the source has it.")
    note: str = Field("", max_length=600, description="What the definition leaves open or adds.")
    event: Event
    horizon: Horizon | None = Field(None, description="Window after the event.")
    outcome: Outcome
    direction: Literal["up", "down"] = Field(
        "up", description="Whether outcomes after the event are said to be higher or lower."
    )
    claimed: Claimed | None = Field(None, description="Figure stated; null: the direction only.")
    trial: Literal["chance", "occurrence"] = Field(
        "chance",
        description="chance: does it do better than dates without the event; occurrence: does it "
        "happen at all.",
    )
    since: Date | None = Field(None, description="First day an event may lie on.")
    until: Date | None = Field(None, description="Last day an event may lie on.")

    @model_validator(mode="after")
    def _fits(self) -> Claim:
        measure, event = self.outcome.measure, self.event.kind
        if event == "month" and (measure not in ("return", "max_drawdown") or self.horizon):
            raise Misfit(
                "horizon" if self.horizon else "outcome.measure",
                "a horizon" if self.horizon else measure,
                "return or max_drawdown over the month itself, without a horizon",
                ("event.kind",),
            )
        if measure == "rule_value" and (self.horizon or self.trial == "chance"):
            raise Misfit(
                "outcome.measure",
                "rule_value" + (" with a horizon" if self.horizon else " on trial against chance"),
                "no horizon and 'trial: occurrence'",
                ("horizon", "trial"),
            )
        if self.horizon is None and event != "month" and measure != "rule_value":
            raise Misfit("horizon", "nothing", "one of sessions, months, until, year")
        name = self.claimed.figure[0] if self.claimed else ""
        if name == "rank" and (event != "month" or measure != "return"):
            raise Misfit("claimed.rank", name, "a claim on the return of a month", ("event.kind",))
        if name in ("mean", "median") and measure not in ("return", "max_drawdown"):
            raise Misfit(
                f"claimed.{name}", name, f"hit_rate: {measure} is yes or no", ("outcome.measure",)
            )
        if self.since and self.until and self.since > self.until:
            raise Misfit("until", str(self.until), f"a day after {self.since}", ("since",))
        return self

    @property
    def sign(self) -> float:
        """1 where larger outcomes speak for the claim, -1 where smaller ones do."""
        return -1.0 if self.direction == "down" else 1.0

    @property
    def figure(self) -> Figure:
        """The statistic that is on trial: the claimed one, else the natural one of the measure."""
        if self.claimed:
            return self.claimed.figure[0]
        return "mean" if self.outcome.measure in ("return", "max_drawdown") else "hit_rate"


def rules_of(claim: Claim) -> list[tuple[str, str, dict[str, Any]]]:
    """Every rule a claim names: dotted key, name, parameters."""
    found = []
    for key in ("event", "outcome"):
        part = getattr(claim, key)
        if isinstance(part, RuleEvent | RuleValueOutcome):
            found.append((key, part.rule, dict(part.parameters)))
    return found
