"""Contracts are priced once on one path, and never on another's arrays."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from market.year import DAYS_OF_YIELD
from strategy.hedge.instruments.setting import Setting
from strategy.hedge.options.contract_prices import ContractPrices
from strategy.hedge.options.options import Strike, black76, delta, forward
from strategy.hedge.options.smile import implied_volatility
from strategy.legs.reasons import Phase
from strategy.plan import Plan

N = 30
EXPIRY = np.datetime64("2020-03-20")
STRIKE = Strike(1, False, 95.0)


@pytest.fixture
def setting() -> Setting:
    rng = np.random.default_rng(3)
    sessions = pd.bdate_range("2020-01-02", periods=N, name="date")
    close = 100.0 * np.exp(np.cumsum(rng.normal(0.0, 0.01, N)))
    plan = Plan.model_validate({"name": "x", "hedge": {"instrument": "put"}})
    return Setting(
        sessions,
        close * 1.001,
        close,
        np.ones(N),
        np.full(N, 0.02),
        rng.uniform(0.1, 0.4, N),
        Phase.OPEN,
        plan.hedge,
        plan.costs,
        np.full(N, 0.015),
    )


def days(setting: Setting) -> np.ndarray:
    return setting.sessions.to_numpy().astype("datetime64[D]")


def test_a_close_is_priced_by_the_formula(setting: Setting) -> None:
    found = ContractPrices(setting).priced(STRIKE, (5, 20, EXPIRY), days(setting), setting.vix)
    for i, t in enumerate(range(5, 20)):
        tau = float((EXPIRY - days(setting)[t]).astype(int)) / DAYS_OF_YIELD
        ahead = forward(setting.close[t], 0.02, 0.015, tau)
        vol = implied_volatility(95.0, ahead, tau, setting.vix[t], setting.hedge.options)
        price = float(black76(ahead, 95.0, tau, 0.02, vol, call=False))
        exposure = float(delta(ahead, 95.0, tau, 0.015, vol, call=False)) * setting.close[t]
        assert found.close[i] == pytest.approx(price, rel=1e-12)
        assert found.exposure_close[i] == pytest.approx(exposure, rel=1e-12)


def test_the_same_path_brings_its_prices_along(setting: Setting) -> None:
    prices = ContractPrices(setting)
    other_ratio = setting.hedge.model_copy(update={"max_ratio": 0.1})
    assert ContractPrices.of(replace(setting, contracts=prices)) is prices
    assert ContractPrices.of(replace(setting, hedge=other_ratio, contracts=prices)) is prices


@pytest.mark.parametrize("name", ["open_", "close", "rate", "vix", "dividend", "sessions"])
def test_another_array_is_priced_anew(setting: Setting, name: str) -> None:
    prices = ContractPrices(setting)
    changed = replace(setting, contracts=prices, **{name: getattr(setting, name).copy()})
    assert ContractPrices.of(changed) is not prices


def test_other_option_numbers_or_another_hour_are_priced_anew(setting: Setting) -> None:
    prices = ContractPrices(setting)
    options = setting.hedge.options.model_copy(update={"skew": -0.3})
    hedge = setting.hedge.model_copy(update={"options": options})
    assert ContractPrices.of(replace(setting, hedge=hedge, contracts=prices)) is not prices
    assert ContractPrices.of(replace(setting, at=Phase.CLOSE, contracts=prices)) is not prices
