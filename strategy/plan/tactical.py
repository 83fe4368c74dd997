"""Plan keys of the tactical long: levels, entry, stop, failed breakout, size."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import (
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)

from market.errors import InputError
from strategy.plan.base import ARTICLE, AUTHOR, Band, Fraction, Level, Misfit, Model, MonthDay


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
    parameters: dict[str, bool | int | float | str | list[float]] = Field(
        default_factory=dict,
        description="The rule's own numbers by name, as `simulate rules NAME` lists them; those "
        "left out stay as they are.",
    )

    @model_serializer(mode="wrap")
    def _without_empty_parameters(self, written: SerializerFunctionWrapHandler) -> dict[str, Any]:
        values: dict[str, Any] = written(self)
        if not self.parameters:
            del values["parameters"]
        return values

    def numbers(self) -> dict[str, Any]:
        """The parameters as the rule takes them: ranges are tuples."""
        return {k: tuple(v) if isinstance(v, list) else v for k, v in self.parameters.items()}


def _check_numbers(name: str, parameters: dict[str, Any], key: str) -> None:
    """Refuse numbers that the rule does not take; `key` is where they stand."""
    from signals import find  # the catalogue is heavy, and most plans have no such numbers
    from signals.catalogue.parameters import check

    try:
        entry = find(name)
    except InputError as error:
        raise Misfit(key, repr(name), _wanted(error)) from None
    try:
        check(entry.name, entry.parameters, Condition(parameters=parameters).numbers())
    except InputError as error:
        wrong = error.where.removeprefix(entry.name).removeprefix(".")
        where = f"{key}.{wrong}" if wrong else key
        raise Misfit(where, error.what.removeprefix("got "), _wanted(error)) from None


def _wanted(error: InputError) -> str:
    return "; ".join(part for part in (error.expected, error.do) if part)


def _when_in_schema(schema: dict[str, Any]) -> None:
    schema["properties"]["when"] = {
        "default": [],
        "description": "Signals that must be true, the short way: a name, a list of names, or a "
        "map of names to the rule's own numbers. Each becomes a required condition.",
        "anyOf": [
            {"type": "string"},
            {"type": "array", "items": {"type": "string"}},
            {
                "type": "object",
                "additionalProperties": {
                    "anyOf": [{"type": "object", "additionalProperties": True}, {"type": "null"}]
                },
            },
        ],
    }


def _named(when: Any) -> dict[str, dict[str, Any]]:
    """What `when` says, as names and numbers.

    Raises
    ------
    Misfit
        Where it says neither.
    """
    if isinstance(when, str):
        return {when: {}}
    if isinstance(when, list | tuple) and all(isinstance(name, str) for name in when):
        return {name: {} for name in when}
    if isinstance(when, dict) and all(isinstance(name, str) for name in when):
        for name, numbers in when.items():
            if not (numbers is None or isinstance(numbers, dict)):
                raise Misfit(f"when.{name}", repr(numbers), "a map of the rule's own numbers")
        return {name: numbers or {} for name, numbers in when.items()}
    raise Misfit("when", repr(when), "a rule's name, a list of names, or a map of names to numbers")


class Entry(Model):
    """When the tactical leg may start."""

    model_config = ConfigDict(json_schema_extra=_when_in_schema)

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

    @model_validator(mode="before")
    @classmethod
    def _when_is_required(cls, values: Any) -> Any:
        """`when` as the required conditions that it is short for."""
        if not isinstance(values, dict) or "when" not in values:
            return values
        conditions = dict(values.get("conditions") or {})
        for name, numbers in _named(values["when"]).items():
            if numbers:
                _check_numbers(name, numbers, f"when.{name}")
            stated = conditions.get(name, {})
            stated = stated.model_dump() if isinstance(stated, Condition) else dict(stated)
            parameters = {**stated.get("parameters", {}), **numbers}
            conditions[name] = {**stated, "required": True, "parameters": parameters}
        others = {key: value for key, value in values.items() if key != "when"}
        return {**others, "conditions": conditions}

    @model_validator(mode="after")
    def _rules_take_their_numbers(self) -> Entry:
        for name, condition in self.conditions.items():
            if condition.parameters:
                _check_numbers(name, condition.parameters, f"conditions.{name}.parameters")
        return self


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
    """The tactical long."""

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
