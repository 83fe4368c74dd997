"""The legs of a hedge as the account sees them: prices, index exposure, costs of trading, carry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from strategy.account.rules import borrowed, dividends, financing, rebate
from strategy.kernels.compiled import as_python
from strategy.plan import Costs, ShortHedge

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Limits:
    """What an account may hold, as shares of its equity.

    Attributes
    ----------
    net, gross : float
        Largest exposure at a fill of the hedge's hour, after that hour's
        orders; a hedge that breaks one is scaled down. Infinite: no limit.
    maintenance : float
        A short is bought back in full at the next open after a close at which
        equity is less than this share of all positions.
    """

    net: float = np.inf
    gross: float = np.inf
    maintenance: float = 0.0


@dataclass(frozen=True)
class Legs:
    """The hedge's legs on every session; NaN while a leg has no contract.

    Attributes
    ----------
    open_, close : float64[n, legs]
        Price of a unit.
    exposure_open, exposure_close : float64[n, legs]
        Index exposure of one unit, in currency: price for the index itself,
        leverage x price for a fund, delta x index for an option.
    slippage : float64[legs]
        Share of the price that a market order pays.
    carry : float64[n]
        Earned since the previous close per currency of short value; zero where
        a leg is paid for.
    parts : mapping of str to float64[n]
        `carry` by its causes.
    financed : bool
        Whether the legs are bought with the account's money. A sold index is
        not: its proceeds stay with the lender.
    labels : dict of (int, int) to str
        Name of the contract of (leg, session of its first order).
    """

    open_: Floats
    close: Floats
    exposure_open: Floats
    exposure_close: Floats
    slippage: Floats
    carry: Floats
    financed: bool
    parts: Mapping[str, Floats] = field(default_factory=dict)
    labels: dict[tuple[int, int], str] = field(default_factory=dict)

    @property
    def count(self) -> int:
        return int(self.close.shape[1])


def days_between(sessions: np.ndarray) -> Floats:
    """Calendar days since the session before; 0 for the first."""
    days = np.zeros(len(sessions))
    days[1:] = np.diff(sessions.astype("datetime64[D]").astype(np.int64))
    return days


def overnight_rate(rate: Floats) -> Floats:
    """The rate known at the close before each session; the first session's is its own."""
    return np.concatenate([rate[:1], rate[:-1]]) if len(rate) else rate


def short_carry_parts(
    days: Floats,
    rate: Floats,
    costs: Costs,
    short: ShortHedge,
    roll: Floats | None = None,
    dividend: Floats | None = None,
) -> dict[str, Floats]:
    """What a short earns (negative: pays) a session per currency sold.

    A borrowed fund (`style: etf`) earns the bill rate less a spread on its
    proceeds, never less than nothing, and pays dividends and borrow. A future
    has its carry in the price: with the fair F = S e^{(r - q) tau} a short
    earns r - q as the basis runs off, so nothing else is charged but the
    quarterly roll.

    Parameters
    ----------
    days : float64[n]
        Calendar days since the session before.
    rate : float64[n]
        Bill rate known at each close.
    costs : Costs
    short : ShortHedge
    roll : float64[n], optional
        1 on sessions on which a future is rolled.
    dividend : float64[n], optional
        Dividend yield in force at each close; without it the constant of
        `costs`.
    """
    paid = np.full(len(days), costs.dividend_yield) if dividend is None else dividend
    r = overnight_rate(rate)
    # the rules of one session, on all of them at once: their source works on arrays
    if short.style == "etf":
        return {
            "interest": as_python(rebate)(r, costs.rebate_spread_bps / 1e4, days),
            "dividends": -as_python(dividends)(overnight_rate(paid), days),
            "borrow": -as_python(borrowed)(costs.borrow_bps / 1e4, days),
        }
    return {
        "interest": as_python(financing)(r, short.financing_spread_bps / 1e4, days),
        "dividends": -as_python(dividends)(overnight_rate(paid), days),
        "roll": -short.roll_bps / 1e4 * (np.zeros(len(days)) if roll is None else roll),
    }


def index_legs(
    open_: Floats,
    close: Floats,
    days: Floats,
    rate: Floats,
    costs: Costs,
    short: ShortHedge | None = None,
    roll: Floats | None = None,
    dividend: Floats | None = None,
) -> Legs:
    """One leg: the index itself, to be sold short."""
    parts = short_carry_parts(days, rate, costs, short or ShortHedge(), roll, dividend)
    carry = np.zeros(len(close))
    for part in parts.values():
        carry = carry + part
    prices = np.ascontiguousarray(close.reshape(-1, 1))
    opens = np.ascontiguousarray(open_.reshape(-1, 1))
    return Legs(
        opens,
        prices,
        opens,
        prices,
        np.array([costs.slippage_bps / 1e4]),
        carry,
        financed=False,
        parts=parts,
    )
