"""Plan keys of one leg: side, levels, entry, exits, size (docs/legs.md)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from strategy.plan.base import (
    AUTHOR,
    Fraction,
    Level,
    Misfit,
    Model,
    MonthDay,
    as_tuple,
)

#: Numbers of a rule in a plan, by name; a rule alone is written with `{}` or `true`.
Numbers = dict[str, float | int | str]
#: Conditions that all must hold: rules by name, and the close against a named level.
When = dict[str, Annotated[Numbers, BeforeValidator(lambda v: {} if v is True else v)] | str]

#: Levels that the structural mode names.
STRUCTURAL = ("support", "zone_low", "zone_high", "extension_low", "extension_high")
#: Conditions on a level of the leg instead of a rule.
ON_LEVELS = ("close_above", "close_below")


class LegLevels(Model):
    """Levels by name, and how they become the market's points."""

    model_config = ConfigDict(
        frozen=True, extra="allow", strict=True, allow_inf_nan=False, validate_default=True
    )
    __pydantic_extra__: dict[str, Annotated[float, Field(gt=0.0)]]

    mode: Literal["ratio", "structural", "absolute"] = Field(
        "ratio",
        description="ratio: level x close(anchor) / reference; structural: support, zone_low, "
        "zone_high, extension_low and extension_high from the market's own past; absolute: "
        "verbatim, refused when the reference does not fit the market.",
        json_schema_extra=AUTHOR,
    )
    reference: Level | None = Field(
        None, description="The market's level that the other levels belong to."
    )

    @property
    def named(self) -> dict[str, float]:
        """The levels that the plan names."""
        return dict(self.__pydantic_extra__ or {})

    @property
    def names(self) -> tuple[str, ...]:
        """Every level that the leg may speak of."""
        return STRUCTURAL if self.mode == "structural" else tuple(self.named)

    @model_validator(mode="after")
    def _fits_its_mode(self) -> LegLevels:
        if self.mode == "structural":
            for name in self.named:
                raise Misfit(
                    name,
                    f"{self.named[name]:g} in structural mode",
                    f"no level of your own: this mode makes {', '.join(STRUCTURAL)}",
                    ("mode",),
                )
        elif self.reference is None and self.named:
            raise Misfit(
                "reference", "none", "the market's level that the other levels belong to", ("mode",)
            )
        return self


class Through(Model):
    """A stop order: bought above a level, sold short below it."""

    through: str = Field(min_length=1, description="Name of the level.")


class Limit(Model):
    """A limit order: bought at a level or below, sold short at it or above."""

    limit: str = Field(min_length=1, description="Name of the level.")


class Sessions(Model):
    """A number of sessions."""

    sessions: int = Field(ge=1, le=5040, description="So many sessions, the first one included.")


class Dated(Model):
    """A day of the year."""

    date: MonthDay = Field(description="Day of the year; the first such day after the entry.")


class LegEntry(Model):
    """How and when the leg is entered."""

    at: Literal["open"] | Through | Limit = Field(
        "open",
        description="open: at the open; {through: LEVEL}: once the price passes it; {limit: "
        "LEVEL}: at it or better.",
    )
    from_: MonthDay | None = Field(
        None,
        alias="from",
        description="First day of the entry window; null: the first session after the anchor.",
    )
    until: MonthDay | Sessions | None = Field(
        None,
        description="Last day of the window, or its length in sessions; null: its first session.",
    )
    when: When = Field(
        default_factory=dict,
        description="Conditions that must all hold at the close before the fill: rules with their "
        "numbers, close_above or close_below a level.",
    )
    every: bool = Field(
        False, description="Enter again, from the session after an exit, while the window lasts."
    )


class Gain(Model):
    """A target by its gain on the entry price."""

    gain: float = Field(gt=0.0, lt=100.0, description="Fraction of the entry price.")


class Target(Model):
    """One target and its share of the position."""

    at: str | Gain | None = Field(
        description="Name of a level, {gain: 0.04} of the entry price, or null: rides until "
        "another exit."
    )
    share: Fraction = Field(description="Share of the position; shares add to 1.")


class AtLevel(Model):
    """A stop at a named level."""

    level: str = Field(min_length=1, description="Name of the level.")


class AtRange(Model):
    """A stop by the range of the sessions before."""

    atr: float = Field(gt=0.0, le=100.0, description="Multiple of the mean true range.")
    sessions: int = Field(20, ge=1, le=1000, description="Sessions before the entry it is of.")


class Trail(Model):
    """A stop that follows the price."""

    distance: float = Field(gt=0.0, lt=1.0, description="Fraction behind the best price since.")
    on: Literal["close", "extreme"] = Field(
        "close", description="close: the best close; extreme: the best price of the sessions."
    )


class BrokenZone(Model):
    """When a breakout from a zone counts as failed."""

    near: str = Field(min_length=1, description="Name of the zone's bound the price meets first.")
    far: str = Field(min_length=1, description="Name of its other bound.")
    trigger: Literal["close", "touch"] = Field(
        "close", description="close: an attempt begins with a close beyond `far`; touch: at `near`."
    )
    within: int = Field(3, ge=0, le=252, description="Sessions in which it can fail.")
    buffer: float = Field(
        0.0, ge=0.0, lt=1.0, description="Fraction behind `near` that a close must reach."
    )


class Exits(Model):
    """How the leg is left."""

    targets: Annotated[
        tuple[Target, ...],
        Field(min_length=1, max_length=8),
        BeforeValidator(as_tuple),
    ] = Field((Target(at=None, share=1.0),), description="Up to 8 targets.")
    stop: Annotated[float, Field(gt=0.0, lt=1.0)] | AtLevel | AtRange | None = Field(
        None, description="Fraction of the entry price, {level: NAME}, {atr: 3, sessions: 20}."
    )
    trail: Trail | None = Field(None, description="A stop that follows the price.")
    break_even_after: int | None = Field(
        None,
        ge=1,
        le=8,
        description="Number of the target after whose fill the stop is at least the entry price.",
    )
    failed_breakout: BrokenZone | None = Field(
        None, description="Sold at the next open once a breakout failed."
    )
    when: When = Field(
        default_factory=dict,
        description="Conditions that, all true at a close, sell at the next open.",
    )
    by: Dated | Sessions = Field(
        description="{date: MM-DD} or {sessions: N}: the close at which what is left is sold."
    )

    @model_validator(mode="after")
    def _targets_fit(self) -> Exits:
        total = sum(target.share for target in self.targets)
        if abs(total - 1.0) > 1e-9:
            raise Misfit("targets", f"shares that add to {total:g}", "shares that add to 1")
        after = self.break_even_after
        if after is not None and (after > len(self.targets) or self.targets[after - 1].at is None):
            raise Misfit(
                "break_even_after",
                str(after),
                "the number of a target with a price",
                ("targets",),
            )
        return self


class LegSize(Model):
    """How much capital the leg gets."""

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


class Leg(Model):
    """One leg: what is bought or sold short, when, and how it is left."""

    market: str | None = Field(
        None, min_length=1, description="One of `markets`; null: the first of them."
    )
    side: Literal["long", "short"] = Field("long", description="Bought, or sold short.")
    levels: LegLevels = Field(default_factory=LegLevels)
    entry: LegEntry = Field(default_factory=LegEntry)
    exits: Exits
    size: LegSize = Field(default_factory=LegSize)
    overlap: Literal["refuse", "allow"] = Field(
        "refuse", description="Whether positions of two vintages may be held at once."
    )
    same_bar: Literal["stop_first", "target_first"] = Field(
        "stop_first",
        description="What comes first where the order within a bar is unknown.",
        json_schema_extra=AUTHOR,
    )

    @model_validator(mode="after")
    def _names_are_levels(self) -> Leg:
        for key, name in self._spoken():
            if name not in self.levels.names:
                known = ", ".join(self.levels.names)
                raise Misfit(
                    key,
                    repr(name),
                    f"a level of this leg: {known}" if known else "a level named under `levels`",
                    ("levels",),
                )
        if self.size.risk_budget is not None and self.exits.stop is None:
            raise Misfit(
                "size.risk_budget",
                f"{self.size.risk_budget:g} without a stop",
                "a stop, for the budget to be lost at",
                ("exits.stop",),
            )
        return self

    def _spoken(self) -> list[tuple[str, str]]:
        """Keys that name a level, and the names."""
        found: list[tuple[str, Any]] = []
        at, stop, zone = self.entry.at, self.exits.stop, self.exits.failed_breakout
        if isinstance(at, Through):
            found.append(("entry.at.through", at.through))
        elif isinstance(at, Limit):
            found.append(("entry.at.limit", at.limit))
        if isinstance(stop, AtLevel):
            found.append(("exits.stop.level", stop.level))
        if zone is not None:
            found += [
                ("exits.failed_breakout.near", zone.near),
                ("exits.failed_breakout.far", zone.far),
            ]
        found += [
            ("exits.targets", target.at)
            for target in self.exits.targets
            if isinstance(target.at, str)
        ]
        for key, when in (("entry.when", self.entry.when), ("exits.when", self.exits.when)):
            found += [(f"{key}.{name}", when[name]) for name in ON_LEVELS if name in when]
        return [(key, name) for key, name in found if isinstance(name, str)]
