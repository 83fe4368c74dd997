"""The best variant's daily returns: the Sharpe ratio that the table shows, deflated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from market.judge.days import rows_a_year
from strategy.validation.sharpe import deflated_sharpe, moments, probabilistic_sharpe

if TYPE_CHECKING:
    from strategy.sweep.engine.engine import Engine


def daily_evidence(
    engine: Engine, best: int, sharpe: np.ndarray | None, trials: int
) -> dict[str, Any]:
    """Inference on the account's daily returns: secondary, for the core is in them.

    Parameters
    ----------
    engine : Engine
    best : int
        Variant.
    sharpe : float64[N]
        Annual Sharpe ratios of all variants.
    trials : int
        Variants ever tried.

    Returns
    -------
    dict
        ``n`` days, ``sharpe`` (annual), ``psr`` and ``dsr`` with the raw
        number of trials.

    Raises
    ------
    ValueError
        Where it cannot be computed, with the reason.
    """
    from strategy.sweep.evidence.returns import daily_returns

    known = np.zeros(0) if sharpe is None else sharpe[np.isfinite(sharpe)]
    if len(known) < 2:
        raise ValueError("the Sharpe ratios of two variants or more are needed")
    returns = daily_returns(engine.grid.sweep, [best], engine=engine)[best]
    year = rows_a_year(pd.DatetimeIndex(returns.index))
    spread = known / np.sqrt(year)
    m = moments(returns.to_numpy())
    return {
        "n": m.n,
        "sharpe": m.sharpe * float(np.sqrt(year)),
        "psr": probabilistic_sharpe(m),
        "dsr": deflated_sharpe(m, float(spread.var(ddof=1)), trials),
    }
