"""Walk-forward: parameters chosen on the past only, traded in the next vintage."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from strategy.validation.sharpe import sharpe_of_columns


@dataclass(frozen=True)
class WalkForward:
    """What choosing by the past would have earned.

    Attributes
    ----------
    years : int64[k]
        Vintages traded.
    chosen : int64[k]
        Variant chosen for each.
    returns : float64[k]
        Its return in that vintage.
    best_in_sample : int
        The variant that is best on all vintages, known only afterwards.
    best_returns : float64[k]
        Its returns in the vintages traded.
    changes : int
        How often the choice changed.
    """

    years: np.ndarray
    chosen: np.ndarray
    returns: np.ndarray
    best_in_sample: int
    best_returns: np.ndarray
    changes: int


def walk_forward(
    returns: np.ndarray, years: np.ndarray, *, minimum: int = 10, embargo: int = 1
) -> WalkForward:
    """Expanding window: for vintage y, choose by the Sharpe ratio over vintages <= y - 1 - embargo.

    Parameters
    ----------
    returns : float64[T, N]
        One row a vintage, one column a variant.
    years : int64[T]
        Ascending.
    minimum : int
        Vintages needed before the first choice, at least 2.
    embargo : int
        Vintages left out before the traded one. A vintage hedged through
        y + 1 is not known at the anchor of y + 1, so labels of y - 2 or older
        are the newest that vintage y may use: an embargo of 1.

    Raises
    ------
    ValueError
        Where no vintage is left to trade.
    """
    returns = np.asarray(returns, dtype=float)
    years = np.asarray(years)
    traded, chosen = [], []
    for row, year in enumerate(years):
        past = returns[years <= year - 1 - embargo]
        if len(past) < max(minimum, 2):
            continue
        traded.append(row)
        chosen.append(_best(past))
    if not traded:
        raise ValueError(
            f"{len(years)} vintages are too few: {minimum} to choose by, {embargo} left out, "
            "one to trade"
        )
    picks = np.array(chosen)
    best = _best(returns)
    return WalkForward(
        years=years[traded],
        chosen=picks,
        returns=returns[traded, picks],
        best_in_sample=best,
        best_returns=returns[traded, best],
        changes=int((np.diff(picks) != 0).sum()),
    )


def _best(returns: np.ndarray) -> int:
    """Column with the highest Sharpe ratio; the first of equals."""
    return int(sharpe_of_columns(returns).argmax())
