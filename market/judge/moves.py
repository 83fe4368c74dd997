"""Impossible moves: a change of unit, a bar a hundred times too high, a split not in the prices."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

from market.errors import InputError
from market.judge.record import Findings, Where
from market.judge.splits import Move, offered, ratio_of
from market.series.definition import SeriesSpec

TRADED = 0.6
"""Largest move of a traded price from one row to the next, of its logarithm, that is taken without
a word from the user: a gain of 82 % or a loss of 45 % in one session."""

ALONE = 0.35
"""Move of a price's logarithm that is refused where it stands alone, as a split does: a third
lost in one session amid small moves. A crash of that size has large moves beside it: it is told."""

TOLD, _UNUSUAL = 0.15, 8.0
"""Smallest move of a price's logarithm that is told, where it is also this many times the usual
move of its file: splits of 6 to 5 and larger are among them."""

_BESIDE, _ALONE_TIMES = 5, 6.0


Bound = tuple[float, Literal["log", "units"]]
"""A move from one row to the next and whether it is one of the logarithm or in units."""

BOUNDS: Mapping[str, Bound] = MappingProxyType(
    {
        **dict.fromkeys(("vix", "vix3m", "vvix"), (1.0, "log")),
        "btc": (0.70, "log"),
        "wti": (60.0, "units"),
        "moodys_aaa": (3.0, "units"),
        "moodys_baa": (3.5, "units"),
        "treasury_curve": (2.2, "units"),
        "fed_funds_target": (1.5, "units"),
        "hy_oas": (3.0, "units"),
        "ig_oas": (2.0, "units"),
        **dict.fromkeys(("margin_debt_nyse", "margin_debt_finra"), (0.35, "log")),
    }
)
"""Bounds of single series, the same for a user's file and for an update."""

_OF_FILES: Mapping[str, Bound] = MappingProxyType(
    {
        "ff_mkt_rf": (100.0, "units"),
        "industries": (100.0, "units"),
        "leadership": (0.5, "units"),  # a sum of log returns, of either sign
        "fms_cash": (3.0, "units"),
    }
)
"""Of series whose updates have narrower bounds, or none: a person is there to confirm those."""


def believed(spec: SeriesSpec) -> Bound:
    """Largest move of a series from one row to the next that is taken without a word."""
    known = BOUNDS.get(spec.id) or _OF_FILES.get(spec.id)
    if known is not None:
        return known
    if spec.columns[0] == "close":
        return TRADED, "log"
    return (25.0, "units") if spec.unit.startswith("percent") else (3.0, "log")


def undo_splits(
    days: pd.DatetimeIndex,
    prices: dict[str, np.ndarray],
    splits: Mapping[dt.date, float],
    found: Findings,
) -> None:
    """Divide the prices before each stated split by its ratio (new shares for one old share)."""
    for day, ratio in splits.items():
        before = np.asarray(days < pd.Timestamp(day))
        for values in prices.values():
            values[before] /= ratio
        found.put_right.append(
            f"prices of {int(before.sum())} rows before {day} are divided by {ratio:g}: a split as "
            "you state it"
        )


def judge_prices(
    days: pd.DatetimeIndex,
    prices: Mapping[str, np.ndarray],
    where: Where,
    found: Findings,
    key: str,
    real: Sequence[dt.date] = (),
) -> None:
    """Refuse moves of a price that no market makes; tell those that few make.

    Parameters
    ----------
    days : pandas.DatetimeIndex
        Ascending or descending.
    prices : mapping of str to float64 array
        ``close`` and what else there is of a bar.
    key : str
        Of the plan, under which moves and splits are stated.
    real : sequence of datetime.date
        Days whose move the user states to be real.
    """
    order = np.argsort(days.to_numpy(), kind="stable")
    ascending = days[order]
    known = ascending.isin(pd.DatetimeIndex(pd.to_datetime(list(real))))
    close = prices["close"][order]
    unlike = [found for found in unlike_moves(ascending, close) if not known[found.at]]
    beyond = [found for found in unlike if found.beyond]
    if beyond:
        _refuse(beyond, close, order, where, key)
    for name, values in prices.items():
        if name not in ("open", "high", "low"):
            continue
        with np.errstate(divide="ignore", invalid="ignore"):
            apart = np.abs(np.log(values[order] / close))
        wild = np.flatnonzero((apart > TRADED) & np.isfinite(apart) & ~known)
        if len(wild):
            row = int(wild[0])
            raise InputError(
                f"{name} {values[order][row]:.8g} on {ascending[row]:%Y-%m-%d} lies "
                f"{ratio_of(values[order][row], close[row])} from the close {close[row]:.8g}",
                where=where(order[wild]),
                expected="prices of one unit",
                do=f"correct the cell; where it is real, state the day in {key}.moves",
            )
    large = sorted((f for f in unlike if not f.beyond), key=lambda f: -f.size)
    found.doubted += [told(move, key) for move in large[:3]]
    if len(large) > 3:
        found.doubted.append(f"{len(large) - 3} more moves as unlike the others")


class Unlike(NamedTuple):
    """A move of a price that is unlike the others of its series.

    Parameters
    ----------
    at : int
        Position of the price after it.
    move : Move
    size : float
        Of its logarithm.
    alone : bool
        Whether it stands amid small moves, as a split does.
    beyond : bool
        Whether it is beyond belief; else it is only told.
    """

    at: int
    move: Move
    size: float
    alone: bool
    beyond: bool


def unlike_moves(days: pd.DatetimeIndex, close: np.ndarray) -> list[Unlike]:
    """Moves that no market makes, or few make: the one rule for files and live answers.

    Parameters
    ----------
    days : pandas.DatetimeIndex
        Ascending.
    close : float64 array
        What is not positive is passed over.
    """
    there = np.flatnonzero(close > 0)
    if len(there) < 2:
        return []
    steps = np.diff(np.log(close[there]))  # a quotient may be too small for a number
    size = np.abs(steps)
    far = days[there][1:] - days[there][:-1] > pd.Timedelta(days=40)
    alone = _alone(steps)
    beyond = size > np.where(far, 3 * TRADED, np.where(alone, ALONE, TRADED))
    usual = float(np.median(size)) / 0.6745
    unlike = beyond | (size > ALONE) | ((size > TOLD) & (size > _UNUSUAL * usual) & ~far)
    found = []
    for i in map(int, np.flatnonzero(unlike)):
        a, b = int(there[i]), int(there[i + 1])
        move = Move(days[b], float(close[a]), float(close[b]))
        found.append(Unlike(b, move, float(size[i]), bool(alone[i]), bool(beyond[i])))
    return found


def told(found: Unlike, key: str) -> str:
    """The move in words, with the correction where it may be a split."""
    like = f": {offered([found.move], key)}" if found.alone else ""
    return f"close {found.move}{like}"


def _alone(steps: np.ndarray) -> np.ndarray:
    """Whether no move of the rows beside each is a sixth of it."""
    size = np.abs(steps)
    largest = np.zeros(len(size))
    for away in range(1, _BESIDE + 1):
        largest[away:] = np.maximum(largest[away:], size[:-away])
        largest[:-away] = np.maximum(largest[:-away], size[away:])
    return np.asarray(size > _ALONE_TIMES * largest)


def judge_rate(
    days: pd.DatetimeIndex,
    values: np.ndarray,
    bound: float,
    widest: int,
    where: Where,
    key: str,
    real: Sequence[dt.date] = (),
) -> None:
    """Refuse moves of a rate, in units, or of an amount, as a ratio, that none makes.

    Parameters
    ----------
    bound : float
        In units of the series; negative: of the logarithm.
    widest : int
        Rows further apart than these days are not compared.
    """
    order = np.argsort(days.to_numpy(), kind="stable")
    order = order[np.isfinite(values[order])]
    ascending, figures = days[order], values[order]
    near = np.diff(ascending.to_numpy().astype("datetime64[D]").astype(np.int64)) <= widest
    if bound < 0:
        with np.errstate(divide="ignore", invalid="ignore"):
            size = np.abs(np.diff(np.log(figures)))
    else:
        size = np.abs(np.diff(figures))
    known = ascending.isin(pd.DatetimeIndex(pd.to_datetime(list(real))))[1:]
    wrong = np.flatnonzero((size > abs(bound)) & near & ~known)
    if len(wrong):
        at = int(wrong[0])
        raise InputError(
            str(Move(ascending[at + 1], float(figures[at]), float(figures[at + 1]))),
            where=where(order[wrong + 1]),
            expected="figures of one unit",
            do=f"correct the file; where the move is real, state the day in {key}.moves",
        )


def _refuse(
    beyond: Sequence[Unlike], close: np.ndarray, order: np.ndarray, where: Where, key: str
) -> None:
    first = beyond[0]
    later = close[first.at + 1 : first.at + 4]
    later = later[later > 0]
    if len(later) and float(np.min(np.abs(np.log(later / first.move.before)))) < 0.2:
        how = "as one wrong row: correct or remove it"
    else:
        how = offered([found.move for found in beyond], key)
    raise InputError(
        f"close {first.move}",
        where=where([int(order[first.at])]),
        expected="prices of one unit, adjusted for splits",
        do=f"{how}; where the move is real, state the day in {key}.moves",
    )
