"""Splits that are not in a file's prices: their ratio, those that are known, and the correction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType

import numpy as np
import pandas as pd

_RATIOS = sorted({Fraction(n, d) for n in range(2, 51) for d in (1, 2, 3, 4, 5) if n > d})
_RATIOS += [Fraction(n) for n in (60, 75, 80, 100, 120, 150, 200, 250, 500, 1000, 10_000)]
_CLOSE = 0.04
_DAYS = 3

KNOWN: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "Apple": {"2000-06-21": "2:1", "2005-02-28": "2:1", "2014-06-09": "7:1"}
        | {"2020-08-31": "4:1"},
        "Microsoft": {"1996-12-09": "2:1", "1998-02-23": "2:1", "1999-03-29": "2:1"}
        | {"2003-02-18": "2:1"},
        "Nvidia": {"2006-04-07": "2:1", "2007-09-11": "3:2", "2021-07-20": "4:1"}
        | {"2024-06-10": "10:1"},
        "Amazon": {"1999-01-05": "3:1", "1999-09-02": "2:1", "2022-06-06": "20:1"},
        "Alphabet": {"2022-07-18": "20:1"},
        "Tesla": {"2020-08-31": "5:1", "2022-08-25": "3:1"},
        "Netflix": {"2004-02-12": "2:1", "2015-07-15": "7:1"},
        "Broadcom": {"2024-07-15": "10:1"},
        "Walmart": {"2024-02-26": "3:1"},
        "Chipotle": {"2024-06-26": "50:1"},
        "General Electric": {"2021-08-02": "1:8"},
        "Citigroup": {"2011-05-09": "1:10"},
        "the Nasdaq-100 fund QQQ": {"2000-03-20": "2:1"},
        "the Russell 2000 fund IWM": {"2005-06-09": "2:1"},
        "the semiconductor fund SMH": {"2023-05-05": "2:1"},
    }
)
"""Splits of widely held shares and funds, new for old, by the first day with the new ones, as their
issuers announced them. They name a correction that a user may state; none is applied unasked."""


@dataclass(frozen=True)
class Move:
    """A price's move into a day.

    Parameters
    ----------
    day : pandas.Timestamp
        Of the price after it.
    before, after : float
    """

    day: pd.Timestamp
    before: float
    after: float

    def __str__(self) -> str:
        ratio = ""
        if self.before > 0 and self.after > 0:
            ratio = f" ({ratio_of(self.before, self.after)})"
        return f"moves from {self.before:.8g} to {self.after:.8g} on {self.day:%Y-%m-%d}{ratio}"


def ratio_of(before: float, after: float) -> str:
    """The move as the ratio of a split: ``10 to 1``; with one decimal where none is near."""
    size = max(before / after, after / before)
    best = _nearest(size)
    if best is None:
        return f"{size:.1f} to 1" if before > after else f"1 to {size:.1f}"
    up, down = best.numerator, best.denominator
    return f"{up} to {down}" if before > after else f"{down} to {up}"


def offered(moves: Sequence[Move], key: str) -> str:
    """The correction that fits the moves, in the words of an error's remedy.

    Parameters
    ----------
    moves : sequence of Move
        Those beyond belief, in order of their days.
    key : str
        Of the plan, under which splits are stated.
    """
    stated, names = {}, []
    for move in moves[:6]:
        name, share = known_split(move) or ("", _share(move))
        stated[f"{move.day:%Y-%m-%d}"] = share
        if name:
            names.append(f"{name} on {move.day:%Y-%m-%d}")
    table = ", ".join(f"{day}: {share:.10g}" for day, share in stated.items())
    by = f" (known: {'; '.join(names)})" if names else ""
    one = len(stated) == 1
    return (
        f"as by {'a split that is' if one else 'splits that are'} not in the prices{by}, or a "
        f"change of unit: where {'it is a split' if one else 'they are splits'}, state "
        f"{key}.splits={{{table}}}"
    )


def known_split(move: Move) -> tuple[str, float] | None:
    """Whose known split fits the move, with its new shares for one old share."""
    found: list[tuple[str, float]] = []
    for name, splits in KNOWN.items():
        for day, ratio in splits.items():
            new, old = map(float, ratio.split(":"))
            apart = abs((move.day.date() - dt.date.fromisoformat(day)).days)
            off = abs(np.log(move.before / move.after) - np.log(new / old))
            if apart <= _DAYS and off < 2 * _CLOSE:
                found.append((name, new / old))
    return found[0] if len(found) == 1 else None


def _nearest(size: float) -> Fraction | None:
    """The simplest ratio that is near: 3 to 1 is likelier than 299 to 100."""
    off = {ratio: abs(float(np.log(size / float(ratio)))) for ratio in _RATIOS}
    near = [ratio for ratio in _RATIOS if off[ratio] < _CLOSE]
    # a fifth part more only where a simpler ratio is far off: 6 to 5 beside 5 to 4
    return min(near, key=lambda r: (off[r] > _CLOSE / 2, r.denominator, off[r]), default=None)


def _share(move: Move) -> float:
    new, _, old = ratio_of(move.before, move.after).partition(" to ")
    return float(new) / float(old)
