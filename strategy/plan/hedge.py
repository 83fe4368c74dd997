"""Plan keys of the hedge: window, policy, ratio, schedule, cover rules, caps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import BeforeValidator, Field, create_model, model_validator

from strategy.plan.base import ARTICLE, AUTHOR, Fraction, Misfit, Model, MonthDay, as_tuple
from strategy.plan.instruments import BLOCKS, INSTRUMENT_NAMES

if TYPE_CHECKING:
    from strategy.plan.instruments import InverseEtf, Options, ShortHedge

    InstrumentOrNone = str
else:
    InstrumentOrNone = Literal["none", *INSTRUMENT_NAMES]


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


class _Terms(Model):
    """Keys of the hedge that hold whatever it is made of."""

    window: Window = Field(default_factory=Window)
    instrument: InstrumentOrNone = Field(
        "short",
        description="What the hedge is made of; short: the index sold short.",
        json_schema_extra=AUTHOR,
    )
    policy: Literal["sequential", "overlap", "hedge_first"] = Field(
        "sequential",
        description="sequential: from the window's start to the next anchor, so that the hedge is "
        "off before the next long; overlap: to the window's end, whatever the next long does; "
        "hedge_first: from the anchor to the next one.",
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
    cover: Annotated[tuple[CoverRule, ...], BeforeValidator(as_tuple)] = Field(
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

    @model_validator(mode="after")
    def _cover_ascends(self) -> Self:
        falls = [rule.fall for rule in self.cover]
        shares = [rule.share for rule in self.cover]
        if falls != sorted(set(falls)) or shares != sorted(set(shares)):
            raise Misfit(
                "cover",
                ", ".join(f"{rule.fall:g}: {rule.share:g}" for rule in self.cover),
                "rules that ascend in both fall and share",
            )
        return self


if TYPE_CHECKING:

    class _WithInstruments(_Terms):
        short: ShortHedge = Field(default_factory=ShortHedge)
        inverse_etf: InverseEtf = Field(default_factory=InverseEtf)
        options: Options = Field(default_factory=Options)
else:
    _WithInstruments = create_model(
        "_WithInstruments",
        __base__=_Terms,
        **{block: (keys, Field(default_factory=keys)) for block, keys in BLOCKS.items()},
    )


class Hedge(_WithInstruments):
    """The protection of the following year."""
