"""Impossible moves: a change of unit, a bar a hundred times too high, a split not in the prices."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType
from typing import Literal

import numpy as np
import pandas as pd

from market.errors import InputError
from market.judge.record import Findings, Where
from market.series.definition import SeriesSpec

TRADED = 0.6
"""Largest move of a traded price from one row to the next, of its logarithm, that is taken without
a word from the user: a gain of 82 % or a loss of 45 % in one session."""

TOLD = 0.35
"""Move of a price's logarithm from which on it is told: a third lost in one session."""

_RATIOS = sorted({Fraction(n, d) for n in range(2, 51) for d in (1, 2, 3, 4) if n > d})
_RATIOS += [Fraction(n) for n in (60, 75, 80, 100, 120, 150, 200, 250, 500, 1000, 10_000)]
_CLOSE = 0.04


_BELIEVED: Mapping[str, tuple[float, Literal["log", "units"]]] = MappingProxyType(
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
        "ff_mkt_rf": (100.0, "units"),
        "industries": (100.0, "units"),
        "leadership": (0.5, "units"),  # a sum of log returns, of either sign
        "fms_cash": (3.0, "units"),
        **dict.fromkeys(("margin_debt_nyse", "margin_debt_finra"), (0.35, "log")),
    }
)


def believed(spec: SeriesSpec) -> tuple[float, Literal["log", "units"]]:
    """Largest move of a series from one row to the next that is taken without a word."""
    known = _BELIEVED.get(spec.id)
    if known is not None:
        return known
    if spec.columns[0] == "close":
        return TRADED, "log"
    return (25.0, "units") if spec.unit.startswith("percent") else (3.0, "log")


def ratio_of(before: float, after: float) -> str:
    """The move as the ratio of a split: ``10 to 1``; with one decimal where none is near."""
    size = max(before / after, after / before)
    # a whole number first: 3 to 1 is likelier than 299 to 100
    near = [r for r in _RATIOS if abs(np.log(size / float(r))) < _CLOSE]
    if near:
        best = min(near, key=lambda r: (r.denominator, abs(np.log(size / float(r)))))
        up, down = best.numerator, best.denominator
    else:
        return f"{size:.1f} to 1" if before > after else f"1 to {size:.1f}"
    return f"{up} to {down}" if before > after else f"{down} to {up}"


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
    there = np.flatnonzero(close > 0)
    steps = np.log(close[there][1:] / close[there][:-1])
    far = ascending[there][1:] - ascending[there][:-1] > pd.Timedelta(days=40)
    beyond = np.abs(steps) > np.where(far, 3 * TRADED, TRADED)
    for at in np.flatnonzero(beyond & ~known[there][1:]):
        _refuse(ascending, close, int(there[at]), int(there[at + 1]), order, where, key)
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
    large = np.flatnonzero((np.abs(steps) > TOLD) & ~beyond)
    for at in large[:3]:
        a, b = int(there[at]), int(there[at + 1])
        found.doubted.append(
            f"close moves from {close[a]:.8g} to {close[b]:.8g} on {ascending[b]:%Y-%m-%d} "
            f"({ratio_of(close[a], close[b])})"
        )
    if len(large) > 3:
        found.doubted.append(f"{len(large) - 3} more moves of more than a third in one session")


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
        ratio = (
            f" ({ratio_of(figures[at], figures[at + 1])})"
            if figures[at] > 0 and figures[at + 1] > 0
            else ""
        )
        raise InputError(
            f"moves from {figures[at]:.8g} to {figures[at + 1]:.8g} on "
            f"{ascending[at + 1]:%Y-%m-%d}{ratio}",
            where=where(order[wrong + 1]),
            expected="figures of one unit",
            do=f"correct the file; where the move is real, state the day in {key}.moves",
        )


def _refuse(
    days: pd.DatetimeIndex,
    close: np.ndarray,
    before: int,
    after: int,
    order: np.ndarray,
    where: Where,
    key: str,
) -> None:
    ratio = ratio_of(close[before], close[after])
    later = close[after + 1 : after + 4]
    back = len(later) and float(np.min(np.abs(np.log(later / close[before])))) < 0.2
    new, _, old = ratio.partition(" to ")
    share = float(new) / float(old)
    day = f"{days[after]:%Y-%m-%d}"
    if back:
        how = "as one wrong row: correct or remove it"
    else:
        how = (
            "as by a split that is not in the prices, or a change of unit: where it is a split, "
            f"state {key}.splits={{{day}: {share:g}}}"
        )
    raise InputError(
        f"close moves from {close[before]:.8g} to {close[after]:.8g} on {day} ({ratio})",
        where=where([int(order[after])]),
        expected="prices of one unit, adjusted for splits",
        do=f"{how}; where the move is real, state the day in {key}.moves",
    )
