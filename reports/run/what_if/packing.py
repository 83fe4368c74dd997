"""A lattice as whole numbers: every figure as the page shows it, a column as one text."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from reports.text.fields import Kind
from reports.text.format import MINUS, MISSING, show
from strategy.sweep.lattice.lattice import Lattice

#: Figures of a setting of the long, then of a cell, with the kind that the page shows them as.
LONG: Mapping[str, Kind] = {
    "n": "count",
    "hits": "count",
    "mean": "percent",
    "low": "percent",
    "high": "percent",
    "hit_rate": "share",
    "hit_low": "share",
    "hit_high": "share",
    "worst": "percent",
    "worst_vintage": "text",
    "held": "percent",
    "lead": "percent",
    "lead_low": "percent",
    "lead_high": "percent",
}
CELLS: Mapping[str, Kind] = {
    "hedge_n": "count",
    "hedge_mean": "percent",
    "hedge_low": "percent",
    "hedge_high": "percent",
    "cagr": "percent",
    "max_drawdown": "percent",
}
#: Decimal places and whether a plus is shown, by kind: what turns a whole number back into text.
WRITTEN: Mapping[str, tuple[int, bool, str]] = {
    "count": (0, False, ""),
    "text": (0, False, ""),
    "share": (1, False, "%"),
    "percent": (2, True, "%"),
}
#: Whole numbers by their letter: little endian, two or four bytes.
_TYPES: dict[str, np.dtype[Any]] = {"h": np.dtype("<i2"), "i": np.dtype("<i4")}


def packed(values: Iterable[int | None]) -> str:
    """Whole numbers as a letter (``h``: 16 bits, ``i``: 32) and base64; the least is none."""
    given = list(values)
    known = [v for v in given if v is not None]
    letter = "h" if all(-(2**15) < v < 2**15 for v in known) else "i"
    kind = _TYPES[letter]
    none = -(2 ** (8 * kind.itemsize - 1))
    array = np.array([none if v is None else v for v in given]).astype(kind)
    return letter + base64.b64encode(array.tobytes()).decode()


def whole(value: object, kind: Kind) -> int | None:
    """The digits of a figure as the page shows it: +1.23% is 123; None where there is no value."""
    text = show(value, kind)
    if text == MISSING:
        return None
    digits = "".join(c for c in text if c.isdigit())
    return -int(digits) if text.startswith(MINUS) else int(digits)


def figures(lattice: Lattice) -> dict[str, np.ndarray]:
    """Every figure by its name: those of `LONG` by setting of the long, of `CELLS` by cell."""
    long, cells = lattice.long, lattice.cells
    values: dict[str, np.ndarray] = long._asdict()
    traded = long.n > 0
    values["hit_rate"] = np.where(traded, long.hits / np.maximum(long.n, 1), np.nan)
    values["worst_vintage"] = np.where(traded, long.worst_vintage, np.nan)
    values |= {f"hedge_{name}": getattr(cells, name) for name in ("n", "mean", "low", "high")}
    values |= {name: getattr(cells, name) for name in ("cagr", "max_drawdown")}
    return {name: values[name].ravel() for name in {**LONG, **CELLS}}


def columns(found: Mapping[str, np.ndarray]) -> dict[str, str]:
    """`figures`, packed."""
    kinds = {**LONG, **CELLS}
    return {
        name: packed(whole(v, kinds[name]) for v in values.tolist())
        for name, values in found.items()
    }


def outcomes(lattice: Lattice) -> dict[str, str]:
    """What each vintage's leg came to: outcomes one after the other, and each setting's."""
    found = lattice.outcomes
    start = np.concatenate([[0], np.cumsum([len(o.net) for o in found])])
    return {
        "start": packed(start.tolist()),
        "net": packed(whole(v, "percent") for o in found for v in o.net.tolist()),
        "reason": packed(int(v) for o in found for v in o.reason),
        "hedge": packed(whole(v, "percent") for o in found for v in o.hedge.ravel().tolist()),
        "outcome": _bytes(lattice.outcome),
    }


def _bytes(outcome: np.ndarray) -> str:
    """Numbers of outcomes, a byte each where they fit: ``b``, else as `packed`."""
    if outcome.max(initial=0) < 256:
        return "b" + base64.b64encode(outcome.astype(np.uint8).tobytes()).decode()
    return packed(outcome.ravel().tolist())
