"""Paths of chosen variants, computed anew: what the statistics need and no sweep keeps for all."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from strategy.sweep.engine.engine import Engine, make_engine
from strategy.sweep.file.grid import CONTEXT, make_grid
from strategy.sweep.file.sweep_file import Sweep
from strategy.sweep.named.variants import daily_variant


def vintage_returns(
    sweep: Sweep, variants: Sequence[int], *, engine: Engine | None = None
) -> pd.DataFrame:
    """Return of the account from each anchor to the next.

    They multiply to the account's total return: vintages share no day.

    Parameters
    ----------
    sweep : Sweep
    variants : sequence of int
        Numbers, as in the column ``variant``.
    engine : Engine, optional
        Of the same sweep, where one is at hand.

    Returns
    -------
    DataFrame
        Index variant, a column a year, float64; the last vintage runs to the
        end of the data.
    """
    engine = engine or make_engine(make_grid(sweep))
    numbers = np.asarray(variants, dtype=np.int64)
    rows = engine.compute(numbers)
    return pd.DataFrame(
        rows.vintages, index=pd.Index(numbers, name="variant"), columns=engine.years
    )


def daily_returns(
    sweep: Sweep, variants: Sequence[int], *, engine: Engine | None = None
) -> pd.DataFrame:
    """Daily returns of the account, one column a variant.

    Parameters
    ----------
    sweep : Sweep
    variants : sequence of int
        Numbers of variants that share their context (market, calendar, costs).
    engine : Engine, optional

    Returns
    -------
    DataFrame
        Index ``date``, from the session after the first anchor.

    Raises
    ------
    ValueError
        Where the variants have different contexts, or are followed by single
        runs only.
    """
    engine = engine or make_engine(make_grid(sweep))
    numbers = np.asarray(variants, dtype=np.int64)
    if engine.way == "single":
        return _single(engine, numbers)
    contexts = np.unique(engine.grid.group(engine.grid.digits(numbers), CONTEXT))
    if len(contexts) != 1:
        raise ValueError(f"the variants have {len(contexts)} different contexts")
    rows = engine.compute(numbers, daily=True)
    context = engine.context(int(contexts[0]))
    sessions = pd.DatetimeIndex(context.path_sessions[1:], name="date")
    return pd.DataFrame(rows.daily.T, index=sessions, columns=list(numbers))


def _single(engine: Engine, numbers: np.ndarray) -> pd.DataFrame:
    from strategy.sweep.file.settings import variant_plan

    columns = {}
    for number in numbers:
        plan = variant_plan(engine.grid, int(number))
        columns[int(number)] = daily_variant(plan, engine.market(plan))
    return pd.DataFrame(columns).rename_axis("date")
