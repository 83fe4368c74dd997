"""`inverse_etf`: a fund that returns -1, -2 or -3 times each day's index return.

The value of a fund with leverage L goes, from close to close,

    r = L (r_price + q dt) - (L - 1) r_f dt - s |L| dt - ER / (sessions a year)

(Cheng & Madhavan 2009; Avellaneda & Zhang 2010): L times the index's total
return, interest earned on own capital and short proceeds ((1 - L) r_f), less
the swaps' spread s per unit of leverage and the expense ratio. dt counts
calendar days over 365, r_f is the bill rate known at the close before. The
open is L times the overnight price return; the day's carry falls between open
and close. Exposure is reset at each close, so that a path 100, 110, 99 gives
0.91 at -3x where a static short gives 1.03: the difference is the decay line
of the hedge's costs.

Assumptions: no tracking error beside the named costs, no premium to net asset
value, the dividend yield of the day before. Where a real fund is loaded
(`inverse_etf.series`), windows it covers use its prices, and
`strategy.hedge.instruments.fund` tells the model's difference.

Size: a hedge of h takes off index exposure of h, so h / |L| of the equity is
spent on the fund; the money is the account's, and its interest is the hedge's.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from market.container import Market
from market.judge.days import rows_a_year
from market.year import DAYS_OF_YIELD
from strategy.account.account import Account
from strategy.account.instructions import WINDOW_END, Instructions, Kind, Leg
from strategy.account.legs import Floats, Legs, overnight_rate
from strategy.hedge.instruments.fund import load_fund
from strategy.hedge.instruments.setting import (
    EmptyLegs,
    Fate,
    HedgeWindow,
    Instrument,
    Ratios,
    Setting,
    held_through,
    units_held,
)
from strategy.hedge.rules import NO_ORDER, SET_RATIO
from strategy.legs.reasons import Phase

#: A fund that loses everything in a day stays at this price.
NOTHING_LEFT = 1e-9
START = 100.0


def carry_parts(setting: Setting) -> dict[str, Floats]:
    """What a unit of the fund's value earns a session beside its leverage, by cause."""
    fund = setting.hedge.inverse_etf
    year = setting.days / DAYS_OF_YIELD
    leverage = float(fund.leverage)
    return {
        "dividends": leverage * overnight_rate(setting.dividend) * year,
        "interest": (1.0 - leverage) * overnight_rate(setting.rate) * year,
        "swaps": -fund.financing_spread_bps / 1e4 * abs(leverage) * year,
        "expenses": np.full(len(year), -fund.expense_ratio / rows_a_year(setting.sessions)),
    }


def daily_returns(setting: Setting) -> Floats:
    """The model's return from close to close; 0 for the first session."""
    price = np.zeros(len(setting.close))
    price[1:] = setting.close[1:] / setting.close[:-1] - 1.0
    returns = setting.hedge.inverse_etf.leverage * price
    for part in carry_parts(setting).values():
        returns = returns + part
    returns[:1] = 0.0
    return returns


def make_legs(setting: Setting) -> Legs:
    """One leg, priced window by window from 100 at the close before."""
    slippage = setting.costs.slippage_bps / 1e4
    return EmptyLegs(len(setting.close), 1, slippage).build()


def fill_prices(setting: Setting, legs: Legs, window: HedgeWindow) -> str:
    """Price one window's leg; returns what the prices are."""
    first, last = window.first, window.last
    leverage = float(setting.hedge.inverse_etf.leverage)
    span = slice(first, last + 1)
    before = setting.close[first - 1 : last]
    overnight = leverage * (setting.open_[span] / before - 1.0)
    fund = setting.fund
    covered = fund is not None and not np.isnan(fund.daily[span]).any()
    daily = fund.daily[span] if fund and covered else daily_returns(setting)[span]
    close = START * np.cumprod(np.maximum(1.0 + daily, 1e-12))
    open_ = np.concatenate([[START], close[:-1]]) * np.maximum(1.0 + overnight, 1e-12)
    if fund and covered:
        real = close * fund.open_to_close[span]
        open_ = np.where(np.isnan(real), open_, real)
    if setting.at is Phase.CLOSE:
        open_ = close
    legs.close[first - 1, 0] = legs.open_[first - 1, 0] = START
    legs.close[span, 0] = np.maximum(close, NOTHING_LEFT)
    legs.open_[span, 0] = np.maximum(open_, NOTHING_LEFT)
    wide = slice(first - 1, last + 1)
    legs.exposure_close[wide] = leverage * legs.close[wide]
    legs.exposure_open[wide] = leverage * legs.open_[wide]
    return fund.series if fund and covered else "model"


def add_orders(
    setting: Setting, legs: Legs, out: Instructions, window: HedgeWindow, path: Ratios
) -> Fate:
    """One window's prices and instructions."""
    source = fill_prices(setting, legs, window)
    size = float(abs(setting.hedge.inverse_etf.leverage))
    price = legs.close[:, 0] if setting.at is Phase.CLOSE else legs.open_[:, 0]
    for t, order in enumerate(path.orders(window, setting.at), start=window.first):
        if order == NO_ORDER:
            continue
        i = t - window.first
        kind = Kind.NOTIONAL if order == SET_RATIO else Kind.SCALE
        value = path.ratio[i] if order == SET_RATIO else path.scale[i]
        out.add(
            t,
            setting.at,
            kind,
            Leg.HEDGE,
            float(price[t]),
            value=value,
            reason=int(path.reason[i]),
            vintage=window.vintage,
            base=size * float(legs.close[t - 1, 0]),
        )
    if window.timed:
        out.add(
            window.last,
            Phase.CLOSE,
            Kind.EXIT,
            Leg.HEDGE,
            float(legs.close[window.last, 0]),
            reason=WINDOW_END,
            vintage=window.vintage,
        )
    name = f"{source} {setting.hedge.inverse_etf.leverage}x"
    legs.labels[(int(Leg.HEDGE), window.first)] = name
    unpriced = np.zeros(len(path.held), dtype=bool)
    return Fate(held_through(setting, window, path.held), source, unpriced, (name,))


def take_apart(
    account: Account, setting: Setting, orders: np.ndarray, lines: dict[str, float], net: float
) -> float:
    """What a static short of the same size would have made, and what the fund lost against it."""
    before, through = units_held(account)
    span = slice(account.first, account.last + 1)
    index_close, index_open = setting.close[span], setting.open_[span]
    value, at_open = account.legs.close[span, 0], account.legs.open_[span, 0]
    leverage = float(setting.hedge.inverse_etf.leverage)
    held = np.flatnonzero((before != 0.0) | (through != 0.0))
    held = held[held > 0]
    last = value[held - 1]
    overnight = index_open[held] / index_close[held - 1] - 1.0
    whole = index_close[held] / index_close[held - 1] - 1.0
    # what the fund's daily leverage makes of prices alone
    reset = leverage * last * (before[held] * overnight + through[held] * (whole - overnight))
    fund_carry = 0.0
    for name, part in carry_parts(setting).items():
        earned = float((through[held] * last * part[span][held]).sum())
        lines[name] -= earned
        fund_carry += earned

    # a static short of the same exposure, set anew at each trade of the hedge
    hour = setting.at
    traded = np.zeros(len(value), dtype=bool)
    traded[orders["session"][orders["phase"] == hour] - account.first] = True
    static, gross = 0.0, 0.0
    for t in held:
        at_close = hour is Phase.CLOSE
        price = index_close[t] if at_close else index_open[t]
        static = static if before[t] != 0.0 else 0.0
        gross += static * (price - index_close[t - 1])
        if traded[t]:
            own = value[t] if at_close else at_open[t]
            static = (
                (account.hedge_units[t, 0] if at_close else through[t]) * own * leverage / price
            )
        gross += static * (index_close[t] - price)
    gross = float(gross)
    lines["decay"] = gross - float(reset.sum())
    trading = lines["fees"] + lines["slippage"] - float(account.carry[:, 2].sum())
    lines["tracking"] = float(reset.sum()) + fund_carry - trading - net
    return gross


def with_fund(setting: Setting, market: Market) -> Setting:
    """The setting with the history of the real fund that the plan names."""
    series = setting.hedge.inverse_etf.series
    if series is None:
        return setting
    return replace(setting, fund=load_fund(market, series, daily_returns(setting)))


INSTRUMENT = Instrument(make_legs, add_orders, take_apart, prepare=with_fund)
