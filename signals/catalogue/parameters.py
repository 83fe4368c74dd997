"""The numbers of a rule: unit, meaning, who chose the default, and what values it may take."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, is_dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from market.errors import InputError

Provenance = Literal["article", "author"]

#: Units of dates, and how they are written.
_DATES = {"MM-DD": r"\d{2}-\d{2}", "YYYY-MM-DD": r"\d{4}-\d{2}-\d{2}"}


@dataclass(frozen=True)
class Parameter:
    """One number of a rule: its unit, its meaning, and who chose its default.

    Parameters
    ----------
    name : str
    unit : str
    meaning : str
    provenance : {'article', 'author'}
        Whether the market article gives the default or the authors chose it.
    least, most : float, optional
        Bounds that a value must keep to.
    choices : tuple of str
        The values a text parameter may take; any where empty.
    default : object
        Read from the function's signature.
    """

    name: str
    unit: str
    meaning: str
    provenance: Provenance = "author"
    least: float | None = None
    most: float | None = None
    choices: tuple[str, ...] = ()
    default: Any = None


def check(rule: str, parameters: tuple[Parameter, ...], given: Mapping[str, Any]) -> None:
    """Refuse names and values that the rule does not take.

    Raises
    ------
    InputError
        Names the rule, the parameter, what was expected.
    """
    known = {p.name: p for p in parameters}
    for key, value in given.items():
        where = f"{rule}.{key}"
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            raise InputError(
                f"got {key!r}",
                where=rule,
                expected=f"a number of the rule: {', '.join(known)}"
                if known
                else "nothing: the rule has no number",
                do=f"did you mean {near[0]!r}?" if near else "",
            )
        p = known[key]
        if not _fits(p, value):
            raise InputError(f"got {value!r}", where=where, expected=_expected(p))


def _expected(p: Parameter) -> str:
    """What a value of the parameter must be, in words."""
    if is_dataclass(p.default):
        return f"a {type(p.default).__name__}"
    if p.unit in _DATES:
        return f"a date as {p.unit}"
    if isinstance(p.default, str):
        return f"one of {', '.join(p.choices)}"
    if isinstance(p.default, tuple):
        return "two ascending numbers"
    bounds = [
        words
        for words, bound in ((f"at least {p.least}", p.least), (f"at most {p.most}", p.most))
        if bound is not None
    ]
    kind = "a whole number" if isinstance(p.default, int) else "a number"
    return " and ".join([kind, *bounds]) + f" ({p.unit})"


def _fits(p: Parameter, value: Any) -> bool:
    if is_dataclass(p.default):
        return isinstance(value, type(p.default))
    if isinstance(p.default, str):
        if not isinstance(value, str):
            return False
        if p.unit in _DATES:
            return bool(re.fullmatch(_DATES[p.unit], value)) and not pd.isna(
                pd.to_datetime(value if len(value) == 10 else f"2024-{value}", errors="coerce")
            )
        return value in p.choices
    if isinstance(p.default, tuple):
        return (
            isinstance(value, tuple)
            and len(value) == 2
            and all(_is_number(v) for v in value)
            and value[0] <= value[1]
        )
    if not _is_number(value) or (isinstance(p.default, int) and not isinstance(value, int)):
        return False
    return (p.least is None or value >= p.least) and (p.most is None or value <= p.most)


def _is_number(value: Any) -> bool:
    return (
        isinstance(value, int | float) and not isinstance(value, bool) and bool(np.isfinite(value))
    )
