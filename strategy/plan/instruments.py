"""The list of instruments that a hedge can be made of, and the plan keys of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, model_validator

from market.message import Message
from strategy.plan.base import AUTHOR, Misfit, Model


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
    vol_offset: float | None = Field(
        None,
        ge=-0.5,
        le=0.5,
        description="At-the-money 30-day volatility less VIX, fraction (-0.01 is one point); "
        "null: as much as lets the strip of all strikes give VIX back.",
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


@dataclass(frozen=True)
class Listed:
    """What a plan knows of an instrument; its rules are in `strategy.hedge.instruments`.

    Parameters
    ----------
    words : str
        What people call it.
    block : str
        Key below `hedge` that holds its numbers.
    keys : type of Model
        Model of that key; instruments may share one.
    needs_vix : bool
        Whether it is priced with VIX and unavailable without it.
    in_kernels : bool
        Whether the compiled walks of sweeps and scenarios follow it. Any other
        instrument goes through the code of a run there, variant by variant.
    variants : mapping of str to (str, mapping)
        Forms that tables show side by side, by name: their words, and the keys
        of `block` that make them. Empty: the plan's own form alone.
    """

    words: str
    block: str
    keys: type[Model]
    needs_vix: bool = False
    in_kernels: bool = False
    variants: Mapping[str, tuple[str, Mapping[str, Any]]] = field(default_factory=dict)


#: Instruments of a hedge by the name a plan gives them: the one list. The rules of each are
#: `INSTRUMENT` in the module of its name in `strategy.hedge.instruments`.
INSTRUMENTS: Mapping[str, Listed] = MappingProxyType(
    {
        "short": Listed(Message("short sale"), "short", ShortHedge, in_kernels=True),
        "inverse_etf": Listed(
            Message("inverse fund"),
            "inverse_etf",
            InverseEtf,
            variants={
                "inverse_etf_1x": (Message("inverse fund, 1×"), {"leverage": -1}),
                "inverse_etf_2x": (Message("inverse fund, 2×"), {"leverage": -2}),
                "inverse_etf_3x": (Message("inverse fund, 3×"), {"leverage": -3}),
            },
        ),
        "put": Listed(Message("put"), "options", Options, needs_vix=True),
        "put_spread": Listed(Message("put spread"), "options", Options, needs_vix=True),
        "collar": Listed(Message("collar"), "options", Options, needs_vix=True),
    }
)
INSTRUMENT_NAMES = tuple(INSTRUMENTS)

#: Models of the keys below `hedge`, by key.
BLOCKS: Mapping[str, type[Model]] = MappingProxyType(
    {listed.block: listed.keys for listed in INSTRUMENTS.values()}
)

if TYPE_CHECKING:
    InstrumentName = str
else:
    InstrumentName = Literal[INSTRUMENT_NAMES]
