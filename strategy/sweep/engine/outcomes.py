"""What each distinct setting of a sleeve does in each vintage, by the single run's resolvers.

Many settings end in the same fills: a stop that was never reached is no
different from a wider one. Outcomes are therefore kept once per vintage, and a
setting is a row of their numbers.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from strategy.kernels.compiled import compiled
from strategy.sweep.engine.bins import float_bits

#: Kinds of hedge orders: set the ratio at the open, scale the units at the open, cover all at
#: the close.
SET, SCALE, END = 3, 4, 5

#: Columns of the figures that depend on a tactical setting alone.
(
    TRADES,  # complete vintages in which something was bought
    HITS,  # of those, returned more than 0 after costs
    WON,  # sum of the positive returns
    LOST,  # sum of the negative ones
    IN_MARKET,  # sessions at whose close the leg is held
) = range(5)
TACTICAL_FIGURES = 5


class Legs(NamedTuple):
    """Tactical outcomes: two tranches each.

    ``value`` is the share of equity spent (0: nothing), ``exit`` the session
    (-1: held to the data's end), ``price`` the raw exit price, ``market``
    whether it pays slippage.
    """

    value: np.ndarray
    exit: np.ndarray
    price: np.ndarray
    market: np.ndarray


class Orders(NamedTuple):
    """Hedge outcomes: rows of orders, those of outcome k from ``start[k]`` to ``start[k + 1]``.

    ``maintenance`` is the share of all positions that the equity of an outcome
    must keep up.
    """

    start: np.ndarray
    session: np.ndarray
    kind: np.ndarray
    value: np.ndarray
    maintenance: np.ndarray


class Pairs(NamedTuple):
    """Variants as pairs of settings: their rows, and the outcome of each setting and vintage."""

    t_index: np.ndarray
    h_index: np.ndarray
    t_row: np.ndarray
    h_row: np.ndarray


class Tactical(NamedTuple):
    """Resolved tactical settings.

    ``row`` holds the outcome of each setting and vintage; ``reasons`` how many
    vintages ended for each reason; ``figures`` the columns named above;
    ``reason`` and ``net_return`` are per setting and vintage.
    """

    row: np.ndarray
    vintage: np.ndarray
    legs: Legs
    figures: np.ndarray
    reason: np.ndarray
    net_return: np.ndarray


class Hedges(NamedTuple):
    """Resolved hedge settings; ``hedged`` counts complete vintages that held a hedge."""

    row: np.ndarray
    vintage: np.ndarray
    orders: Orders
    hedged: np.ndarray


@compiled()
def mixed(seed, value):
    """One step of a 64-bit hash over the bits of a float."""
    seed = (seed ^ np.uint64(float_bits(value))) * np.uint64(0xBF58476D1CE4E5B9)
    return seed ^ (seed >> np.uint64(31))


def distinct(digest: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Number the distinct values of each column; where each was first seen, and its column."""
    row = np.empty(digest.shape, dtype=np.int32)
    first, column = [], []
    seen = 0
    for v in range(digest.shape[1]):
        codes, _ = pd.factorize(digest[:, v])
        at = np.unique(codes, return_index=True)[1]
        row[:, v] = codes + seen
        first.append(at)
        column.append(np.full(len(at), v))
        seen += len(at)
    return row, np.concatenate(first), np.concatenate(column)
