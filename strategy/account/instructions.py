"""What an account is told to do and what it did: legs, kinds, instructions, orders."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from strategy.legs.reasons import Phase

SLEEVES = ("core", "tactical", "hedge")


class Leg(IntEnum):
    """Columns of the position table; `HEDGE` is the first of the hedge's legs."""

    CORE = 0
    TACTICAL_1 = 1
    TACTICAL_2 = 2
    HEDGE = 3


#: Two contracts of up to three strikes each are the most a hedge holds at once.
MAX_HEDGE_LEGS = 6
SLEEVE_OF_LEG: NDArray[np.int64] = np.array([0, 1, 1] + [2] * MAX_HEDGE_LEGS, dtype=np.int64)


class Kind(IntEnum):
    """What an instruction asks for; sizes refer to the equity at the previous close.

    Units of `HOLD`, `SHORT`, `NOTIONAL` and `TRIM` are counted at that close
    too, as an order written overnight would be; `SPEND` spends its money at
    the fill.
    """

    #: Hold this share of equity in the leg (core).
    HOLD = 0
    #: Spend this share of equity on the leg, entry fee included.
    SPEND = 1
    #: Sell all of the leg.
    EXIT = 2
    #: Be short this share of equity.
    SHORT = 3
    #: Multiply the leg's units by this factor.
    SCALE = 4
    #: Hold this share of equity over `base` units, negative for a short.
    NOTIONAL = 5
    #: Sell this share of equity of the leg; negative buys it back.
    TRIM = 6


#: Reasons of orders other than the tactical leg's exits.
ORDER_REASONS = {
    100: "start",
    101: "rebalance",
    102: "entry",
    103: "score",
    104: "cover",
    105: "window_end",
    106: "cap",
    107: "margin",
    108: "roll",
    109: "expiry",
    110: "unpriced",
    111: "derisk",
    112: "blind",
}
START, REBALANCE, ENTRY, SCORE, COVER, WINDOW_END = range(100, 106)
CAP, MARGIN, ROLL, EXPIRY, UNPRICED, DERISK, BLIND = range(106, 113)

INSTRUCTION = np.dtype(
    [
        ("session", np.int64),
        ("phase", np.int64),
        ("kind", np.int64),
        ("leg", np.int64),
        ("value", np.float64),
        ("price", np.float64),
        ("market", np.bool_),
        ("reason", np.int64),
        ("vintage", np.int64),
        ("base", np.float64),
    ]
)
ORDER = np.dtype(
    [
        ("session", np.int64),
        ("phase", np.int64),
        ("leg", np.int64),
        ("units", np.float64),
        ("raw_price", np.float64),
        ("price", np.float64),
        ("fee", np.float64),
        ("equity", np.float64),
        ("reason", np.int64),
        ("vintage", np.int64),
    ]
)


@dataclass
class Instructions:
    """The instructions of a run, in the order they act."""

    rows: list[tuple[int, int, int, int, float, float, bool, int, int, float]] = field(
        default_factory=list
    )

    def add(
        self,
        session: int,
        phase: Phase,
        kind: Kind,
        leg: int,
        price: float,
        *,
        value: float = 0.0,
        market: bool = True,
        reason: int = -1,
        vintage: int = 0,
        base: float = np.nan,
    ) -> None:
        """Append one instruction; `price` is raw, `market` orders pay slippage."""
        self.rows.append((session, phase, kind, leg, value, price, market, reason, vintage, base))

    def table(self) -> np.ndarray:
        """Structured array, stably sorted by session and phase, the hedge's last in each."""
        rows = np.array(self.rows, dtype=INSTRUCTION)
        return rows[np.lexsort((rows["leg"] >= Leg.HEDGE, rows["phase"], rows["session"]))]
