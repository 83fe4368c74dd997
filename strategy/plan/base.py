"""The base of every plan model, the types of its keys, and the error of keys that do not fit."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
)

FIRST_YEAR, LAST_YEAR = 1800, 2200  # beyond these a date is a typing error
#: Years that the market article compares its own with (it names their peaks).
PRECEDENTS = (1999, 2000, 2007, 2021)
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


def one_line(value: str) -> str:
    """The text itself, if it can be shown on one line; ValueError otherwise."""
    if not value.isprintable() or not value.strip():
        raise ValueError("expected one line of visible text")
    return value


def as_tuple(value: object) -> object:
    """A list as YAML gives it as the tuple that a frozen model holds."""
    return tuple(value) if isinstance(value, list) else value


def whole_number_as_text(value: object) -> object:
    """A version that YAML reads as a number as the text it was meant to be."""
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
Band = Annotated[tuple[Level, Level], BeforeValidator(as_tuple)]


class Model(BaseModel):
    """Base of every plan model: frozen, strict types, no unknown keys, no NaN or infinity."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, allow_inf_nan=False, validate_default=True
    )
