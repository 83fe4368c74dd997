"""How a number looks: the one place where values become text."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Iterable, Mapping
from typing import Any

from markupsafe import Markup

from market.serialise import lookup, plain
from reports.text.fields import Kind, field
from reports.text.language import _, noted
from reports.text.words import REASONS

#: Shown where there is no value.
MISSING = "–"
MINUS = "−"


def show(value: object, kind: Kind, digits: int | None = None) -> str:
    """A value as text.

    Parameters
    ----------
    value : object
        Number, date, text or missing.
    kind : str
        One of `Kind`. A date or a text given for a number kind is shown as it is.
    digits : int, optional
        Decimal places; each kind has its own.
    """
    value = plain(value)
    if value is None or value == "":
        return MISSING
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if not isinstance(value, (int, float)):
        return str(value)
    if not math.isfinite(value):
        return MISSING
    if kind == "percent":
        return percent(value, 2 if digits is None else digits, sign=True)
    if kind == "share":
        return percent(value, 1 if digits is None else digits)
    if kind == "cost":
        return percent(value, 2 if digits is None else digits)
    if kind == "money":
        return grouped(value, 0 if digits is None else digits)
    if kind == "points":
        return grouped(value, 2 if digits is None else digits)
    if kind == "count":
        return grouped(value, 0)
    if kind == "sessions":
        return _("{n} sessions", n=grouped(value, 1 if digits is None else digits))
    if kind in ("text", "date", "truth"):
        return str(int(value)) if float(value).is_integer() else repr(value)
    return grouped(value, 2 if digits is None else digits)


#: Most decimal places that are spent on telling figures apart.
MOST_DIGITS = 8


def telling_digits(values: Iterable[float | None], kind: Kind) -> int | None:
    """Decimal places at which figures that differ look different; None where the kind's own do.

    Parameters
    ----------
    values : iterable of float
        Of one column.
    kind : str
    """
    found = sorted({v for v in values if v is not None and math.isfinite(v)})
    if len({show(v, kind) for v in found}) == len(found):
        return None
    for digits in range(MOST_DIGITS):
        if len({show(v, kind, digits) for v in found}) == len(found):
            return digits
    return MOST_DIGITS


def percent(value: float, digits: int = 2, *, sign: bool = False) -> str:
    """A fraction as percent: 0.0123 is ``+1.23%``."""
    text = f"{value * 100:,.{digits}f}"
    negative = text.startswith("-") and any(c in "123456789" for c in text)
    text = text.lstrip("-")
    mark = MINUS if negative else "+" if sign and any(c in "123456789" for c in text) else ""
    return f"{mark}{text}%"


def grouped(value: float, digits: int = 2) -> str:
    """A number with thousands separators and a true minus sign."""
    text = f"{value:,.{digits}f}"
    if text.startswith("-"):
        text = text[1:] if not any(c in "123456789" for c in text) else MINUS + text[1:]
    return text


def cell(value: float | None) -> str:
    """A fraction as percent for dense tables: one decimal, no sign but minus, no unit."""
    if value is None or not math.isfinite(value):
        return ""
    return grouped(value * 100, 1)


def words(reason: object) -> str:
    """The reason of an exit or an order in words; missing ones as `MISSING`."""
    reason = plain(reason)
    return _(REASONS.get(str(reason)) or str(reason).replace("_", " ")) if reason else MISSING


def figure(metrics: Mapping[str, Any], path: str, digits: int | None = None) -> Markup:
    """A figure of metrics.json as HTML that carries its exact value and its path.

    ``<data value="0.0123" data-metric="tactical.mean">+1.23%</data>``
    """
    value = lookup(metrics, path)
    text = show(value, field(path).kind, digits)
    return Markup('<data value="{}" data-metric="{}">{}</data>').format(exact(value), path, text)


def exact(value: object) -> str:
    """A value's shortest exact text, for attributes that programs read."""
    value = plain(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value) if isinstance(value, (int, float)) else str(value)


def day(value: dt.date | str | None) -> Markup:
    """A date as ``<time>``."""
    text = plain(value)
    if text is None:
        return Markup(MISSING)
    return Markup('<time datetime="{0}">{0}</time>').format(text)


#: Months as charts and tables name them.
MONTHS = (
    *(noted("Jan"), noted("Feb"), noted("Mar"), noted("Apr"), noted("May"), noted("Jun")),
    *(noted("Jul"), noted("Aug"), noted("Sep"), noted("Oct"), noted("Nov"), noted("Dec")),
)


def months() -> list[str]:
    """The months' short names, January first."""
    return [_(name) for name in MONTHS]


def short_day(date: dt.date) -> str:
    """Day and month, for axes."""
    return _("{day} {month}", day=date.day, month=_(MONTHS[date.month - 1]))


def sentence_list(items: list[str]) -> str:
    """``a, b and c``."""
    if len(items) < 2:
        return "".join(items)
    return _("{items} and {last}", items=_(", ").join(items[:-1]), last=items[-1])


def run_on(sentences: list[str]) -> str:
    """Sentences one after the other; a full-width stop needs no space after it."""
    return " ".join(sentences).replace("。 ", "。")


def setting(value: object) -> str:
    """A value of a plan on one line, as YAML would take it; nothing where the plan lacks it."""
    if value is None:
        return MISSING
    if isinstance(value, str):
        return value
    return json.dumps(plain(value), ensure_ascii=False)
