"""Units: what the figures of each series can be, and whether a file agrees with what is known."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd

from market.errors import InputError
from market.judge.record import Where

_HIGH_YIELD, _YIELD = (1.5, 40.0), (1.0, 25.0)

TYPICAL: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "vix": (6.0, 120.0),
        "vix3m": (6.0, 100.0),
        "vvix": (40.0, 300.0),
        "hy_oas": _HIGH_YIELD,
        "ig_oas": (0.3, 10.0),
        "moodys_aaa": _YIELD,
        "moodys_baa": _YIELD,
        "treasury_curve": (-2.0, 25.0),
        "fed_funds_target": (-2.0, 25.0),
        "fms_cash": (1.5, 12.0),
        "top10_weight": (8.0, 70.0),
        "aaii_bulls": (3.0, 97.0),
        "aaii_bears": (3.0, 97.0),
        "margin_debt_nyse": (1e3, 1e7),
        "margin_debt_finra": (3e4, 1e8),
        "leveraged_etf_assets": (0.2, 3000.0),
        "ff_rf": (-0.3, 3.0),
        "ff_mkt_rf": (-60.0, 60.0),
        "dollar": (50.0, 200.0),
        "gold": (10.0, 50_000.0),
        "wti": (-100.0, 500.0),
    }
)
"""The main figure of each series has always been within this, in the catalogue's unit. Where the
unit alone does not tell (a bill at 0.05 % or 0.05 of one), files are held against known rows."""

_TIMES = 8.0
_ENOUGH = 3
_RELATED = {"fed_funds_target": ("treasury_curve", "m3")}


def within_unit(series_id: str, unit: str, column: str, values: np.ndarray, where: Where) -> None:
    """Refuse figures that the series' unit does not allow.

    Raises
    ------
    InputError
    """
    bounds = TYPICAL.get(series_id)
    if bounds is None:
        return
    low, high = bounds
    rows = np.flatnonzero((values < low) | (values > high))
    if len(rows):
        raise InputError(
            f"{column} {values[rows[0]]:.8g} is beyond what {series_id} can be in {unit}",
            where=where(rows),
            expected=f"figures from {low:g} to {high:g} ({unit})",
            do="convert the file to that unit" + _guess(values, low, high, unit),
        )


def agrees(
    series_id: str,
    unit: str,
    figures: pd.Series,
    known: Mapping[str, pd.DataFrame],
    where: str,
) -> None:
    """Refuse a file whose figures are many times those known of the same days.

    Parameters
    ----------
    figures : pandas.Series
        Main column of the file, index stamp.
    known : mapping of str to DataFrame
        Bundled rows by series id; what is not there is not compared.

    Raises
    ------
    InputError
    """
    other, column = _RELATED.get(series_id, (series_id, str(figures.name)))
    rows = known.get(other)
    if rows is None or column not in rows:
        return
    past = rows[column].dropna()
    position = np.searchsorted(past.index.to_numpy(), figures.index.to_numpy(), side="right") - 1
    usable = position >= 0
    if not usable.any():
        return
    at = figures.index.to_numpy()[usable]
    near = (at - past.index.to_numpy()[position[usable]]) <= np.timedelta64(400, "D")
    mine = figures.to_numpy(dtype=float)[usable][near]
    theirs = past.to_numpy(dtype=float)[position[usable]][near]
    # near zero a ratio says nothing
    some = np.isfinite(mine) & (np.abs(theirs) >= 0.25 if unit.startswith("percent") else True)
    mine, theirs = np.abs(mine[some]), np.abs(theirs[some])
    if len(mine) < _ENOUGH or not (theirs > 0).any():
        return
    times = float(np.median(mine[theirs > 0] / theirs[theirs > 0]))
    if 1 / _TIMES <= times <= _TIMES:
        return
    many = f"{times:.3g} times" if times >= 0.01 else f"{times:.2g} times"
    raise InputError(
        f"figures of {series_id} are {many} those known of the same days ({other})",
        where=where,
        expected=f"figures in {unit}",
        do="convert the file to that unit",
    )


def _guess(values: np.ndarray, low: float, high: float, unit: str) -> str:
    median = float(np.nanmedian(values)) if np.isfinite(values).any() else 0.0
    if not unit.startswith("percent"):
        return ""
    for times, name in ((100.0, "fractions"), (0.01, "basis points")):
        if low <= median * times <= high and not low <= median <= high:
            return f": these look like {name}"
    return ""
