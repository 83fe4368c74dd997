"""Options held through a window: contracts bought, resized, rolled, settled and sold.

Two sets of legs alternate, so that at a roll the old contract is sold and the
new one bought at the same open. Everything is decided at a close and done at
the hedge's next hour: strikes from the index, the rate and VIX known at that
close, the expiry from the listing calendar. Marks at a close use that close's
VIX; an order at the open uses the VIX of the close before, because opens of
VIX are not known for all years.

Without a usable VIX nothing is bought; a contract held is sold at the next
hour, at the volatility last known. Each order pays half of the bid-ask spread
(`bid_ask` of the premium); settlement at expiry does not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from strategy.account.account import Account
from strategy.account.instructions import (
    COVER,
    EXPIRY,
    ROLL,
    UNPRICED,
    WINDOW_END,
    Instructions,
    Kind,
    Leg,
)
from strategy.account.legs import Floats, Legs
from strategy.hedge.instruments.setting import (
    EmptyLegs,
    Fate,
    HedgeWindow,
    Instrument,
    Ratios,
    Setting,
)
from strategy.hedge.options.contract_prices import ChooseStrikes, ContractPrices
from strategy.hedge.options.expiries import expiry_after
from strategy.hedge.options.options import Strike
from strategy.hedge.rules import SCALE_UNITS, SET_RATIO
from strategy.legs.reasons import Phase


@dataclass(frozen=True)
class Contract:
    """One set of options held.

    Attributes
    ----------
    legs : tuple of int
        The account's legs.
    strikes : tuple of Strike
    bought, rolls, settles : int
        Sessions: of the first order, from which it is to be rolled, of the
        settlement. The last two may lie past the window or the data.
    expiry : datetime64[D]
    """

    legs: tuple[int, ...]
    strikes: tuple[Strike, ...]
    bought: int
    rolls: int
    settles: int
    expiry: np.datetime64


def instrument(choose: ChooseStrikes, count: int) -> Instrument:
    """An instrument of `count` strikes chosen by `choose`."""

    def make_legs(setting: Setting) -> Legs:
        half_spread = setting.hedge.options.bid_ask / 2.0
        return EmptyLegs(len(setting.close), 2 * count, half_spread).build()

    def add_orders(
        setting: Setting, legs: Legs, out: Instructions, window: HedgeWindow, path: Ratios
    ) -> Fate:
        return _Roll(setting, legs, out, window, choose, count).run(path)

    return Instrument(make_legs, add_orders, take_apart)


class _Roll:
    """One window's contracts, session by session."""

    def __init__(
        self,
        setting: Setting,
        legs: Legs,
        out: Instructions,
        window: HedgeWindow,
        choose: ChooseStrikes,
        count: int,
    ) -> None:
        self.setting, self.legs, self.out, self.window = setting, legs, out, window
        self.choose, self.count = choose, count
        self.days = setting.sessions.to_numpy().astype("datetime64[D]")
        self.marked = last_known(setting.vix)
        self.contracts = ContractPrices.of(setting)
        self.contract: Contract | None = None
        self.names: list[str] = []

    def run(self, path: Ratios) -> Fate:
        setting, window = self.setting, self.window
        held = path.held.copy()
        n = window.last - window.first + 1
        unpriced = np.zeros(len(held), dtype=bool)
        unpriced[:n] = np.isnan(setting.vix[window.first - 1 : window.last])
        # plain numbers: one by one they are read many times faster than an array's
        without, wants = unpriced.tolist(), path.held.tolist()
        orders = path.orders(window, setting.at)
        for i, t in enumerate(range(window.first, window.last + 1)):
            known, wanted, order = not without[i], wants[i], orders[i]
            if t == window.last and window.timed and setting.at is Phase.CLOSE:
                # the window's end sells all in the same fill
                held[i] = held[i - 1] if i else 0.0
                break
            if not known:
                held[i] = 0.0
                self._sell(t, setting.at, UNPRICED)
            elif wanted <= 0.0:
                self._sell(t, setting.at, int(path.reason[i]))
            elif self.contract is None:
                self._buy(t, wanted, int(path.reason[i]) if order == SET_RATIO else ROLL)
            elif t >= self.contract.rolls:
                self._sell(t, setting.at, ROLL)
                self._buy(t, wanted, ROLL)
            elif order == SET_RATIO:
                self._hold(t, wanted, int(path.reason[i]))
            elif order == SCALE_UNITS:
                self._scale(t, path.scale[i])
            if self.contract and self.contract.settles == t:
                self._sell(t, Phase.CLOSE, EXPIRY)
        if self.contract and self.contract.settles == window.last:
            self._sell(window.last, Phase.CLOSE, EXPIRY)
        if window.timed:
            self._sell(window.last, Phase.CLOSE, WINDOW_END)
        return Fate(held, "black-76", unpriced, tuple(self.names))

    def _buy(self, t: int, ratio: float, reason: int) -> None:
        options = self.setting.hedge.options
        expiry = expiry_after(self.days[t], options.tenor_days, options.expiry)
        strikes = self.contracts.strikes(self.choose, t, self.days[t - 1], expiry)
        second = len(self.names) % 2 * self.count
        legs = tuple(int(Leg.HEDGE) + second + j for j in range(self.count))
        settles = int(np.searchsorted(self.days, expiry))
        rolls = settles + 1  # held to settlement
        if options.roll_days:
            days_before = np.timedelta64(options.roll_days, "D")
            rolls = int(np.searchsorted(self.days, expiry - days_before))
        self.contract = Contract(legs, strikes, t, rolls, settles, expiry)
        self._price(self.contract)
        for leg, strike in zip(legs, strikes, strict=True):
            self.legs.labels[(leg, t)] = contract_name(strike, expiry)
        self.names.append(", ".join(contract_name(s, expiry) for s in strikes))
        self._hold(t, ratio, reason)

    def _price(self, contract: Contract) -> None:
        """Prices of the contract from its first order to its end in the window."""
        span = slice(contract.bought, min(contract.settles, self.window.last) + 1)
        whole = (span.start, span.stop, contract.expiry)
        for leg, strike in zip(contract.legs, contract.strikes, strict=True):
            column = leg - int(Leg.HEDGE)
            found = self.contracts.priced(strike, whole, self.days, self.marked)
            self.legs.open_[span, column] = found.open_
            self.legs.exposure_open[span, column] = found.exposure_open
            self.legs.close[span, column] = found.close
            self.legs.exposure_close[span, column] = found.exposure_close

    def _order(
        self, t: int, phase: Phase, kind: Kind, reason: int, value: float = 0.0, base: float = 1.0
    ) -> None:
        contract = self.contract
        assert contract is not None
        prices = self.legs.open_ if phase is Phase.OPEN else self.legs.close
        for leg, strike in zip(contract.legs, contract.strikes, strict=True):
            signed = kind is Kind.NOTIONAL
            self.out.add(
                t,
                phase,
                kind,
                leg,
                float(prices[t, leg - int(Leg.HEDGE)]),
                value=value * strike.sign if signed else value,
                market=reason != EXPIRY,
                reason=reason,
                vintage=self.window.vintage,
                base=base,
            )

    def _hold(self, t: int, ratio: float, reason: int) -> None:
        base = float(self.setting.close[t - 1])
        self._order(t, self.setting.at, Kind.NOTIONAL, reason, ratio, base)

    def _scale(self, t: int, factor: float) -> None:
        self._order(t, self.setting.at, Kind.SCALE, COVER, factor)

    def _sell(self, t: int, phase: Phase, reason: int) -> None:
        if self.contract is not None:
            self._order(t, phase, Kind.EXIT, reason)
            self.contract = None


def take_apart(
    account: Account, setting: Setting, orders: np.ndarray, lines: dict[str, float], net: float
) -> float:
    """What sales and settlements brought, what is still held at its last mark; the premium paid."""
    span_end = account.last
    premium, gross = 0.0, 0.0
    units: dict[int, float] = {}
    for order in orders:
        leg, change, raw = int(order["leg"]), float(order["units"]), float(order["raw_price"])
        now = units.get(leg, 0.0)
        opens = now == 0.0 or now * change > 0.0
        if opens:
            premium += change * raw
        else:
            gross -= change * raw
        after = now + change
        units[leg] = 0.0 if abs(after) <= 1e-12 * abs(change) else after
    for leg, left in units.items():
        if left:
            gross += left * float(account.legs.close[span_end, leg - Leg.HEDGE])
    lines["premium"] = premium
    return gross


def contract_name(strike: Strike, expiry: np.datetime64) -> str:
    """For example ``+put 3800.0 2021-03-19``."""
    side = "+" if strike.sign > 0 else "-"
    return f"{side}{'call' if strike.call else 'put'} {strike.level:.1f} {expiry}"


def contract_parts(name: str) -> dict[str, object] | None:
    """Right, strike and expiry of a `contract_name`; None where it names no option."""
    found = re.fullmatch(r"[+-](put|call) (\d+\.\d) (\d{4}-\d\d-\d\d)", name)
    if found is None:
        return None
    return {"right": found[1], "strike": float(found[2]), "expiry": found[3]}


def last_known(values: Floats) -> Floats:
    """Each value, or where it is NaN the last one before it."""
    at = np.maximum.accumulate(np.where(np.isnan(values), -1, np.arange(len(values))))
    return np.where(at >= 0, values[np.maximum(at, 0)], np.nan)
