"""Options: published prices, what no price may violate, strikes, the calendar."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategy.hedge.instruments import collar, put, put_spread
from strategy.hedge.options.expiries import easter, expiry_after, third_friday
from strategy.hedge.options.options import Quote, black76, delta, first_not, forward
from strategy.hedge.options.smile import implied_volatility
from strategy.plan import Options
from tests.tolerances import LONG_SUMS, printed

spots = st.floats(20.0, 5000.0)
moneyness = st.floats(0.5, 1.8)
tenors = st.floats(0.02, 2.0)
rates = st.floats(0.0, 0.15)
yields = st.floats(0.0, 0.06)
vols = st.floats(0.05, 0.9)


# --- published prices -------------------------------------------------------------------------


def test_hulls_stock_option_of_half_a_year():
    f = forward(42.0, 0.10, 0.0, 0.5)
    assert black76(f, 40.0, 0.5, 0.10, 0.20, call=True) == pytest.approx(4.759422, abs=printed(6))
    assert black76(f, 40.0, 0.5, 0.10, 0.20, call=False) == pytest.approx(0.808599, abs=printed(6))


def test_hulls_futures_put_of_four_months():
    assert black76(20.0, 20.0, 4 / 12, 0.09, 0.25, call=False) == pytest.approx(
        1.116641, abs=printed(6)
    )


def test_hulls_index_call_of_two_months():
    f = forward(930.0, 0.08, 0.03, 2 / 12)
    price = black76(f, 900.0, 2 / 12, 0.08, 0.20, call=True)
    assert price == pytest.approx(51.832957, abs=printed(6))


# --- what no price may violate ----------------------------------------------------------------


@given(spots, moneyness, tenors, rates, yields, vols)
def test_put_call_parity(spot, m, tau, rate, q, vol):
    f, strike = float(forward(spot, rate, q, tau)), m * spot
    call = black76(f, strike, tau, rate, vol, call=True)
    bought = black76(f, strike, tau, rate, vol, call=False)
    parity = np.exp(-rate * tau) * (f - strike)
    assert call - bought == pytest.approx(parity, abs=LONG_SUMS * spot)
    # and in the index itself: S e^-qt - K e^-rt
    cash = spot * np.exp(-q * tau) - strike * np.exp(-rate * tau)
    assert call - bought == pytest.approx(cash, abs=LONG_SUMS * spot)


@given(spots, moneyness, tenors, rates, yields, vols, st.booleans())
def test_prices_lie_between_discounted_intrinsic_value_and_their_upper_bound(
    spot, m, tau, rate, q, vol, call
):
    f, strike = float(forward(spot, rate, q, tau)), m * spot
    price = float(black76(f, strike, tau, rate, vol, call=call))
    paper = np.exp(-rate * tau)
    intrinsic = paper * max(f - strike if call else strike - f, 0.0)
    upper = paper * (f if call else strike)
    assert intrinsic - 1e-9 * spot <= price <= upper + 1e-9 * spot


@given(spots, moneyness, tenors, rates, vols, st.floats(1.001, 1.5))
def test_puts_grow_with_strike_and_volatility_and_calls_fall_with_strike(
    spot, m, tau, rate, vol, factor
):
    f, strike = float(forward(spot, rate, 0.02, tau)), m * spot
    tolerance = 1e-12 * spot

    def price(k: float, s: float, call: bool = False) -> float:
        return float(black76(f, k, tau, rate, s, call=call))

    assert price(strike * factor, vol) >= price(strike, vol) - tolerance
    assert price(strike * factor, vol, True) <= price(strike, vol, True) + tolerance
    assert price(strike, vol * factor) >= price(strike, vol) - tolerance
    # no spread of puts costs more than what it can pay
    spread = price(strike * factor, vol) - price(strike, vol)
    assert spread <= np.exp(-rate * tau) * strike * (factor - 1.0) + 1e-9 * spot


@given(spots, moneyness, tenors, vols, st.floats(0.8, 0.99))
def test_a_put_is_convex_in_its_strike(spot, m, tau, vol, factor):
    f, k = float(forward(spot, 0.03, 0.02, tau)), m * spot
    low, middle, high = (
        float(black76(f, x, tau, 0.03, vol, call=False)) for x in (k * factor, k, k * (2 - factor))
    )
    assert low + high >= 2.0 * middle - 1e-9 * spot


@given(st.floats(0.7, 1.3), st.floats(0.05, 1.0), st.floats(0.1, 0.6))
def test_the_smile_of_the_defaults_leaves_no_put_spread_below_zero(m, tau, vix):
    options = Options()
    f = float(forward(100.0, 0.03, 0.02, tau))
    strikes = 100.0 * m * np.array([1.0, 1.01, 1.05, 1.1])
    vol = implied_volatility(strikes, f, tau, vix, options)
    prices = black76(f, strikes, tau, 0.03, vol, call=False)
    assert (np.diff(prices) >= -1e-9).all()


@given(spots, moneyness, tenors, vols, st.booleans())
def test_delta_is_the_slope_of_the_price(spot, m, tau, vol, call):
    strike, step = m * spot, 1e-4 * spot

    def price(s: float) -> float:
        return float(black76(forward(s, 0.04, 0.02, tau), strike, tau, 0.04, vol, call=call))

    slope = (price(spot + step) - price(spot - step)) / (2.0 * step)
    f = forward(spot, 0.04, 0.02, tau)
    assert delta(f, strike, tau, 0.02, vol, call=call) == pytest.approx(slope, abs=2e-4)


@pytest.mark.parametrize(
    ("spot", "call", "value"), [(90, False, 10), (110, False, 0), (110, True, 10)]
)
def test_at_expiry_an_option_is_worth_its_intrinsic_value(spot, call, value):
    assert black76(spot, 100.0, 0.0, 0.05, 0.2, call=call) == value
    assert delta(100.0, 100.0, 0.0, 0.0, 0.2, call=call) == pytest.approx(0.5 if call else -0.5)


# --- strikes ----------------------------------------------------------------------------------


def quote(**changes) -> Quote:
    return Quote(100.0, 0.03, 0.02, 0.2343, 0.25, Options(**changes))


def test_strikes_by_moneyness_are_shares_of_the_index():
    upper, lower = put_spread.strikes(quote(moneyness=0.95, lower_moneyness=0.8))
    assert (upper.sign, upper.level, lower.sign, lower.level) == (1, 95.0, -1, 80.0)


@pytest.mark.parametrize("wanted", [0.1, 0.25, 0.5, 0.8])
def test_a_strike_by_delta_has_that_delta(wanted):
    q = quote(delta=wanted)
    (bought,) = put.strikes(q)
    vol = implied_volatility(bought.level, q.forward, q.tau, q.vix, q.options)
    found = delta(q.forward, bought.level, q.tau, q.dividend_yield, vol, call=False)
    assert float(found) == pytest.approx(-wanted, abs=1e-6)


def test_a_collar_s_call_pays_for_the_put_spread():
    q = quote()
    upper, lower, sold = collar.strikes(q)
    half = q.options.bid_ask / 2
    cost = q.price(upper.level, call=False) * (1 + half)
    cost -= q.price(lower.level, call=False) * (1 - half)
    assert sold.call and sold.sign == -1 and sold.level > q.spot
    assert q.price(sold.level, call=True) * (1 - half) == pytest.approx(float(cost), abs=1e-5)


def test_a_collar_that_no_call_above_the_index_pays_sells_the_call_at_the_index():
    # puts far in the money cost more than any call above the index brings
    assert collar.strikes(quote(moneyness=1.6, call_moneyness=None))[2].level == 100.0
    assert collar.strikes(quote(call_moneyness=1.1))[2].level == pytest.approx(110.0)


def test_an_upper_strike_below_the_lower_one_is_refused():
    from market.errors import InputError

    with pytest.raises(InputError, match="strike"):
        put_spread.strikes(quote(delta=0.02, lower_moneyness=0.9))


def test_first_not_finds_where_a_condition_ends():
    assert first_not(lambda x: x < 1.2345, 0.0, 10.0) == pytest.approx(1.2345, abs=1e-8)
    assert first_not(lambda x: x < -1.0, 0.0, 10.0) == 0.0
    assert first_not(lambda x: x < 99.0, 0.0, 10.0) == 10.0


# --- the calendar -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("year", "month", "day"),
    [
        (2021, 3, 19),
        (2024, 6, 21),
        (2008, 3, 20),  # Good Friday 2008-03-21
        (2019, 4, 18),  # Good Friday 2019-04-19
        (2026, 6, 18),  # Juneteenth on a third Friday
        (2015, 6, 19),  # not yet a holiday of the exchanges
    ],
)
def test_third_fridays_and_the_thursdays_before_a_holiday(year, month, day):
    assert third_friday(year, month) == dt.date(year, month, day)


@pytest.mark.parametrize(
    ("year", "month", "day"), [(1961, 4, 2), (2000, 4, 23), (2008, 3, 23), (2024, 3, 31)]
)
def test_easter(year, month, day):
    assert easter(year) == dt.date(year, month, day)


def test_the_expiry_bought_is_the_first_listed_one_far_enough_away():
    day = np.datetime64("2021-01-04")
    assert expiry_after(day, 90, "monthly") == np.datetime64("2021-04-16")
    assert expiry_after(day, 102, "monthly") == np.datetime64("2021-04-16")
    assert expiry_after(day, 103, "monthly") == np.datetime64("2021-05-21")
    assert expiry_after(day, 90, "quarterly") == np.datetime64("2021-06-18")
