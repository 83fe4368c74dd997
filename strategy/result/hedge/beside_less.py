"""The hedge beside holding less: convexity, reliability, carry, persistence and cost in a table.

Rows that are counted over hedged vintages carry n and a 95 % interval; those
that are modelled (`strategy.result.hedge.along_a_path`) have neither. A fall is
one of `FALL` or more from a high within the hedge's window.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from strategy.result.hedge.along_a_path import DERISK
from strategy.result.hedge.needs import FALL
from strategy.validation.intervals import hit_interval
from strategy.validation.means import ratio_of_means, student

Floats = NDArray[np.float64]

#: Rows in their order.
MEASURES = ("convexity", "reliability", "carry", "persistence", "cost_per_drawdown_point")


class Estimate(NamedTuple):
    """A figure with the ends of its 95 % interval; NaN where there is none."""

    value: float
    low: float = float("nan")
    high: float = float("nan")


UNKNOWN = Estimate(float("nan"))


@dataclass(frozen=True)
class Row:
    """One measure of the hedge and of holding less.

    Attributes
    ----------
    measure : str
        One of `MEASURES`.
    n : int or None
        Hedged vintages that it is counted over; None where it is modelled.
    hedge, hedge_low, hedge_high, less, less_low, less_high : float
    """

    measure: str
    n: int | None
    hedge: float
    hedge_low: float
    hedge_high: float
    less: float
    less_low: float
    less_high: float

    @classmethod
    def of(cls, measure: str, n: int | None, hedge: Estimate, less: Estimate) -> Row:
        return cls(measure, n, *hedge, *less)


def beside_less(
    hedged: pd.DataFrame, convexity: pd.DataFrame, shapes: pd.DataFrame, own: str
) -> pd.DataFrame:
    """The table, a row a measure.

    Parameters
    ----------
    hedged : DataFrame
        Complete vintages that held a hedge, of `strategy.result.tables.vintage_table`.
    convexity, shapes : DataFrame
        Of `strategy.result.hedge.along_a_path`.
    own : str
        The plan's instrument, a column of both.

    Returns
    -------
    DataFrame
        The fields of `Row`. ``convexity``: profit of a full hedge at a move of
        −20 % plus that at +20 % less twice that without a move, shares of
        equity; 0 of what pays in proportion. ``reliability``: share of falls in
        which it gained after costs. ``carry``: mean gain after costs in
        vintages without a fall. ``persistence``: profit on a fall of 20 % in
        equal steps over the window, as a share of that on the same fall in five
        sessions; NaN where the crash pays nothing.
        ``cost_per_drawdown_point``: return given up per point of drawdown
        saved, both means, with Fieller's interval.
    """
    fell = hedged["window_max_drawdown"].to_numpy(dtype=float) <= -FALL
    ours = hedged["hedge_return"].to_numpy(dtype=float)
    less = hedged["derisk_gain"].to_numpy(dtype=float)
    calm = ~fell
    rows = [
        Row.of("convexity", None, _curvature(convexity, own), _curvature(convexity, DERISK)),
        Row.of("reliability", int(fell.sum()), _paid(ours[fell]), _paid(less[fell])),
        Row.of("carry", int(calm.sum()), _mean(ours[calm]), _mean(less[calm])),
        Row.of("persistence", None, _slow(shapes, own), _slow(shapes, DERISK)),
        Row.of(
            "cost_per_drawdown_point",
            len(hedged),
            _cost(hedged, "total", ""),
            _cost(hedged, "derisk", "derisk_"),
        ),
    ]
    return pd.DataFrame([asdict(row) for row in rows]).astype({"n": "Int64"})


def _curvature(convexity: pd.DataFrame, name: str) -> Estimate:
    if name not in convexity:
        return UNKNOWN
    down, flat, up = (_at(convexity.index, convexity[name], move) for move in (-FALL, 0.0, FALL))
    return Estimate(down + up - 2.0 * flat)


def _at(moves: pd.Index, values: pd.Series, move: float) -> float:
    return float(values.to_numpy()[np.isclose(moves.to_numpy(dtype=float), move)][0])


def _slow(shapes: pd.DataFrame, name: str) -> Estimate:
    if name not in shapes:
        return UNKNOWN
    at = shapes[np.isclose(shapes["move"], -FALL)].set_index("shape")[name]
    slow, crash = float(at["straight"]), float(at["crash"])
    return Estimate(slow / crash) if crash > 0.0 else UNKNOWN


def _paid(gains: Floats) -> Estimate:
    if not len(gains):
        return UNKNOWN
    hits = int((gains > 0.0).sum())
    return Estimate(hits / len(gains), *hit_interval(hits, len(gains)))


def _mean(gains: Floats) -> Estimate:
    return Estimate(float(gains.mean()), *student(gains)) if len(gains) else UNKNOWN


def _cost(hedged: pd.DataFrame, total: str, drawdown: str) -> Estimate:
    if not len(hedged):
        return UNKNOWN
    given_up = (hedged["unhedged_return"] - hedged[f"{total}_return"]).to_numpy(dtype=float)
    saved = hedged[f"{drawdown}max_drawdown"] - hedged["unhedged_max_drawdown"]
    points = saved.to_numpy(dtype=float)
    if not points.mean() > 0.0:
        return UNKNOWN
    return Estimate(float(given_up.mean() / points.mean()), *ratio_of_means(given_up, points))
