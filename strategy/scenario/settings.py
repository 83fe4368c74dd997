"""The ``scenario:`` block of a plan file: from which day and price, which worlds, what shocks."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from strategy.plan import AUTHOR, Date, Fraction, Level, Misfit, Model, as_tuple, one_line
from strategy.plan.base import PRECEDENTS
from strategy.plan.instruments import INSTRUMENT_NAMES, InstrumentName

#: Worlds that every plan can be asked for, in the order of the outputs; shocks come after them.
WORLDS = ("bootstrap", "lookalike", "analog", "garch", "replay")
DEFAULT_WORLDS = ("bootstrap", "lookalike", "analog", "garch", "replay")
MOST_PATHS = 1_000_000


class Shock(Model):
    """Something the user lets happen on a day, on top of the bootstrapped futures."""

    name: Annotated[str, AfterValidator(one_line)] = Field(
        min_length=1, max_length=40, description="Names the world."
    )
    start: Date = Field(description="First day it acts on; a day without a session: the next one.")
    fall: float = Field(
        0.0,
        gt=-5.0,
        lt=1.0,
        description="Expected fall of the index over `sessions`, beside what it would have done; "
        "negative: a rise.",
    )
    sessions: int = Field(20, ge=1, le=252, description="Sessions over which it falls.")
    rate_rise: float = Field(
        0.0,
        ge=-0.2,
        le=0.2,
        description="Added to the bill rate from `start` on, fraction; a rise counts for the "
        "plan's rate_rise trigger.",
    )
    credit_event: bool = Field(
        False, description="Counts for the plan's credit_event trigger, from `start` on."
    )
    credit_sessions: int = Field(
        42, ge=1, le=252, description="Sessions for which the credit event counts."
    )

    @model_validator(mode="after")
    def _does_something(self) -> Shock:
        if self.fall == 0.0 and self.rate_rise == 0.0 and not self.credit_event:
            raise Misfit(
                "fall", "nothing that happens", "a fall, a rate_rise or credit_event: true"
            )
        return self


Shares = Annotated[
    tuple[Annotated[float, Field(ge=0.0, le=10.0)], ...],
    Field(min_length=1, max_length=20),
    BeforeValidator(as_tuple),
]


class WhatIf(Model):
    """The tables of settings tried on the same futures."""

    stops: Annotated[
        tuple[Annotated[float, Field(gt=0.0, lt=1.0)], ...],
        Field(min_length=1, max_length=20),
        BeforeValidator(as_tuple),
    ] = Field(
        (0.01, 0.015, 0.02, 0.03, 0.04, 0.05, 0.075),
        description="Stop distances, fractions below the entry.",
        json_schema_extra=AUTHOR,
    )
    first_target_shares: Annotated[
        tuple[Fraction, ...], Field(min_length=1, max_length=5), BeforeValidator(as_tuple)
    ] = Field(
        (1.0, 0.5, 0.0),
        description="Shares sold at the zone; the rest aims at the extension.",
        json_schema_extra=AUTHOR,
    )
    sizes: Shares = Field(
        (0.25, 0.5, 1.0),
        description="Weights of the tactical leg, share of equity.",
        json_schema_extra=AUTHOR,
    )
    ratios: Shares = Field(
        (0.25, 0.5, 1.0),
        description="Hedge ratios held through the whole window.",
        json_schema_extra=AUTHOR,
    )
    instruments: Annotated[
        tuple[InstrumentName, ...],
        Field(max_length=len(INSTRUMENT_NAMES)),
        BeforeValidator(as_tuple),
    ] = Field(
        INSTRUMENT_NAMES,
        description="Instruments of the hedge table; an empty list leaves it out.",
        json_schema_extra=AUTHOR,
    )
    instrument_paths: int = Field(
        200,
        ge=10,
        le=100_000,
        description="Futures of the hedge table, which prices options one future at a time.",
        json_schema_extra=AUTHOR,
    )


class Scenario(Model):
    """From which day and price the plan starts, and which futures it meets."""

    as_of: Date | None = Field(
        None,
        description="The day the plan starts, at its close; null: the last anchor in the data.",
    )
    price: Level | None = Field(
        None, description="Index level at that close; null: the close in the data."
    )
    score: Fraction | None = Field(
        None,
        description="Risk score held through the future; null: the score known on the day.",
    )
    vix: float | None = Field(
        None, gt=0.0, le=5.0, description="VIX on the day, fraction; null: as known on the day."
    )
    rate: float | None = Field(
        None,
        ge=-0.1,
        le=1.0,
        description="Bill rate on the day, fraction; null: as known on the day.",
    )
    history_from: Date | None = Field(
        None, description="First session that futures are made of; null: data.start."
    )
    history_until: Date | None = Field(
        None, description="Last session that futures are made of; null: as_of."
    )
    paths: int = Field(
        10_000, ge=1, le=MOST_PATHS, description="Futures of each world.", json_schema_extra=AUTHOR
    )
    seed: int = Field(
        1, ge=0, lt=2**63, description="Seed of the generator.", json_schema_extra=AUTHOR
    )
    worlds: Annotated[tuple[str, ...], Field(min_length=1), BeforeValidator(as_tuple)] | None = (
        Field(None, description="Worlds by name; null: all of them and every shock.")
    )
    block: Annotated[float, Field(ge=1.0)] | None = Field(
        None,
        description="Mean length of a block, sessions; null: Politis and White's for squared "
        "returns.",
    )
    neighbours: int = Field(
        40,
        ge=1,
        le=1000,
        description="Look-alike sessions of the conditional world.",
        json_schema_extra=AUTHOR,
    )
    drift: float | None = Field(
        None,
        gt=-1.0,
        lt=1.0,
        description="Mean log return a year of the bootstrapped futures and of GARCH; null: that "
        "of history.",
    )
    analogs: Annotated[tuple[int, ...], Field(min_length=1), BeforeValidator(as_tuple)] = Field(
        PRECEDENTS,
        description="Years whose sessions after the anchor are spliced onto today.",
    )
    shocks: Annotated[tuple[Shock, ...], Field(max_length=20), BeforeValidator(as_tuple)] = Field(
        (), description="Shocks, each a world of its own."
    )
    whatif: WhatIf = Field(default_factory=WhatIf)

    @model_validator(mode="after")
    def _no_look_ahead(self) -> Scenario:
        if self.as_of and self.history_until and self.history_until > self.as_of:
            raise Misfit(
                "history_until",
                str(self.history_until),
                f"a day on or before as_of, {self.as_of}: the future is not history",
                ("as_of",),
            )
        return self

    @model_validator(mode="after")
    def _worlds_exist(self) -> Scenario:
        names = [shock.name for shock in self.shocks]
        for i, name in enumerate(names):
            if name in WORLDS or name in names[:i]:
                raise Misfit(
                    f"shocks.{i}.name", repr(name), "a name that no other world has", ("worlds",)
                )
        for i, name in enumerate(self.worlds or ()):
            if name not in (*WORLDS, *names):
                raise Misfit(
                    f"worlds.{i}", repr(name), "one of " + ", ".join((*WORLDS, *names)), ("shocks",)
                )
        return self

    def world_names(self) -> tuple[str, ...]:
        """Worlds to run, in the order of the outputs."""
        every = (*WORLDS, *(shock.name for shock in self.shocks))
        return tuple(name for name in every if self.worlds is None or name in self.worlds)

    def shock(self, name: str) -> Shock | None:
        """The shock of that name, if there is one."""
        return next((shock for shock in self.shocks if shock.name == name), None)


def as_date(text: str) -> dt.date | None:
    """A date as YYYY-MM-DD; None where it is none."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None
