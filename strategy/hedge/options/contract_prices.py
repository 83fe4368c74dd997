"""Prices of option contracts on one path: computed once, however many hedges hold them.

What a contract is worth depends on the path and on the plan's option numbers,
not on how much of it is held. Several ratios, or a put alone and in a spread,
share it through `Setting.contracts`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import numpy as np
import pandas as pd

from market.year import DAYS_OF_YIELD
from strategy.account.legs import Floats
from strategy.hedge.options.options import (
    OPEN_TO_CLOSE_DAYS,
    Quote,
    Strike,
    forward,
    price_and_delta,
)
from strategy.hedge.options.smile import at_the_money, of_strike
from strategy.legs.reasons import Phase
from strategy.plan import Hedge

ChooseStrikes = Callable[[Quote], tuple[Strike, ...]]
#: Sessions from the first order on, the session after the last, and the expiry.
Span = tuple[int, int, np.datetime64]


class Grounds(Protocol):
    """What options are priced on: a `strategy.hedge.instruments.setting.Setting`."""

    @property
    def sessions(self) -> pd.DatetimeIndex: ...
    @property
    def open_(self) -> Floats: ...
    @property
    def close(self) -> Floats: ...
    @property
    def rate(self) -> Floats: ...
    @property
    def vix(self) -> Floats: ...
    @property
    def dividend(self) -> Floats: ...
    @property
    def at(self) -> Phase: ...
    @property
    def hedge(self) -> Hedge: ...
    @property
    def contracts(self) -> ContractPrices | None: ...


class Priced(NamedTuple):
    """A contract on the sessions of its span: price and index exposure, at opens and closes."""

    open_: Floats
    exposure_open: Floats
    close: Floats
    exposure_close: Floats


class _Quotes(NamedTuple):
    """What a contract is priced with on each session of a span."""

    spot: Floats
    rate: Floats
    dividend: Floats
    tau: Floats
    forward: Floats
    at_money: Floats


@dataclass(frozen=True)
class ContractPrices:
    """Contracts priced on the arrays of one setting; used for no other arrays.

    Attributes
    ----------
    setting : Grounds
        Whose prices, rates, VIX and option numbers count.
    """

    setting: Grounds
    _quotes: dict[Span, tuple[_Quotes, _Quotes]] = field(default_factory=dict)
    _priced: dict[tuple[Span, float, bool], Priced] = field(default_factory=dict)
    _chosen: dict[tuple[ChooseStrikes, int, np.datetime64], tuple[Strike, ...]] = field(
        default_factory=dict
    )

    @classmethod
    def of(cls, setting: Grounds) -> ContractPrices:
        """Those that the setting brings along, if they were made with its own arrays; else new."""
        brought = setting.contracts
        if brought is not None and brought.belongs(setting):
            return brought
        return cls(setting)

    def belongs(self, setting: Grounds) -> bool:
        """Whether everything that a price depends on is the very same object."""
        mine = self.setting
        return (
            all(
                getattr(mine, name) is getattr(setting, name)
                for name in ("sessions", "open_", "close", "rate", "vix", "dividend", "at")
            )
            and mine.hedge.options is setting.hedge.options
        )

    def strikes(
        self, choose: ChooseStrikes, t: int, day: np.datetime64, expiry: np.datetime64
    ) -> tuple[Strike, ...]:
        """Strikes chosen at the close before session `t`, that of `day`."""
        key = (choose, t, expiry)
        if key not in self._chosen:
            setting = self.setting
            self._chosen[key] = choose(
                Quote(
                    float(setting.close[t - 1]),
                    float(setting.rate[t - 1]),
                    float(setting.dividend[t - 1]),
                    float(setting.vix[t - 1]),
                    float((expiry - day).astype(int)) / DAYS_OF_YIELD,
                    setting.hedge.options,
                )
            )
        return self._chosen[key]

    def priced(self, strike: Strike, span: Span, days: np.ndarray, marked: Floats) -> Priced:
        """Price and exposure of a strike on a span.

        Parameters
        ----------
        strike : Strike
        span : Span
        days : datetime64[D][n]
            The setting's sessions.
        marked : float64[n]
            VIX, or where it is unknown the last known.
        """
        key = (span, strike.level, strike.call)
        if key not in self._priced:
            if span not in self._quotes:
                self._quotes[span] = self._quoted(span, days, marked)
            at_open, at_close = self._quotes[span]
            opened, closed = self._value(strike, at_open), self._value(strike, at_close)
            self._priced[key] = Priced(*opened, *closed)
        return self._priced[key]

    def _quoted(self, span: Span, days: np.ndarray, marked: Floats) -> tuple[_Quotes, _Quotes]:
        first, stop, expiry = span
        setting = self.setting
        now, before = slice(first, stop), slice(first - 1, stop - 1)
        to_close = (expiry - days[now]).astype(float)
        at_close = self._quote(setting.close[now], now, marked, to_close)
        if setting.at is Phase.CLOSE:
            return at_close, at_close
        to_open = to_close + OPEN_TO_CLOSE_DAYS
        return self._quote(setting.open_[now], before, marked, to_open), at_close

    def _quote(self, spot: Floats, known: slice, marked: Floats, days: Floats) -> _Quotes:
        setting = self.setting
        rate, dividend, tau = setting.rate[known], setting.dividend[known], days / DAYS_OF_YIELD
        return _Quotes(
            spot,
            rate,
            dividend,
            tau,
            forward(spot, rate, dividend, tau),
            at_the_money(marked[known], tau, setting.hedge.options),
        )

    def _value(self, strike: Strike, q: _Quotes) -> tuple[Floats, Floats]:
        vol = of_strike(q.at_money, strike.level, q.forward, q.tau, self.setting.hedge.options)
        price, delta = price_and_delta(
            q.forward, strike.level, q.tau, q.rate, q.dividend, vol, call=strike.call
        )
        return price, delta * q.spot
