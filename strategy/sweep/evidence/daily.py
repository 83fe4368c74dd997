"""The best variant's daily returns: the Sharpe ratio that the table shows, of the whole account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from market.judge.days import rows_a_year
from strategy.validation.sharpe import moments

if TYPE_CHECKING:
    from strategy.sweep.engine.engine import Engine


def daily_evidence(engine: Engine, best: int) -> dict[str, Any]:
    """The account's daily returns. No odds are told of them: the core is in them.

    Parameters
    ----------
    engine : Engine
    best : int
        Variant.

    Returns
    -------
    dict
        ``n`` days and ``sharpe`` (annual).

    Raises
    ------
    ValueError
        Where it cannot be computed, with the reason.
    """
    from strategy.sweep.evidence.returns import daily_returns

    returns = daily_returns(engine.grid.sweep, [best], engine=engine)[best]
    year = rows_a_year(pd.DatetimeIndex(returns.index))
    m = moments(returns.to_numpy())
    return {"n": m.n, "sharpe": m.sharpe * float(np.sqrt(year))}
