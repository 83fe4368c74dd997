"""What is kept of a market: never stale, never shared by hand, never across prices."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from market.container import Market
from market.kept import _STORES, content, keeping, kept
from strategy.api import load_market, load_plan

CALLS: list[str] = []


@kept
def closes(market: Market, times: float = 1.0) -> pd.DataFrame:
    CALLS.append("closes")
    return pd.DataFrame({"x": market.prices["close"].to_numpy() * times})


@kept(prices=False)
def ages(market: Market) -> dict[str, pd.DataFrame]:
    CALLS.append("ages")
    return {name: pd.DataFrame({"n": [len(s.frame)]}) for name, s in market.series.items()}


@kept(prices=False)
def peeks(market: Market) -> pd.DataFrame:
    return market.prices[["close"]]


@pytest.fixture
def market() -> Market:
    whole = load_market(load_plan("short_long"))
    CALLS.clear()
    _STORES.clear()
    return replace(whole, prices=whole.prices.iloc[-300:].copy())


def test_what_was_asked_in_a_task_is_computed_once(market: Market) -> None:
    with keeping(market):
        first, second = closes(market), closes(market)
    assert CALLS == ["closes"]
    pd.testing.assert_frame_equal(first, second)


def test_outside_of_a_task_and_of_another_market_nothing_is_remembered(market: Market) -> None:
    closes(market)
    closes(market)
    with keeping(market):
        other = replace(market)
        closes(other)
        closes(other)
    assert len(CALLS) == 4


def test_the_same_content_again_is_remembered_and_a_change_in_place_is_seen(
    market: Market,
) -> None:
    with keeping(market):
        before = closes(market)
    with keeping(replace(market, prices=market.prices.copy())):
        pass
    market.prices.iloc[-1, market.prices.columns.get_loc("close")] += 1.0
    with keeping(market):
        after = closes(market)
    assert CALLS == ["closes", "closes"]
    assert after["x"].iloc[-1] == before["x"].iloc[-1] + 1.0


def test_writing_to_what_is_handed_out_changes_nothing_that_is_kept(market: Market) -> None:
    with keeping(market):
        mine = closes(market)
        mine.iloc[0, 0] = -1.0
        mine["more"] = 1.0
        again = closes(market)
    assert list(again.columns) == ["x"]
    assert again.iloc[0, 0] == market.prices["close"].iloc[0]


def test_arguments_that_are_equal_and_not_the_same_are_kept_apart(market: Market) -> None:
    with keeping(market):
        for times in (1, 1.0, True, 0.0, -0.0):
            closes(market, times=times)
    assert len(CALLS) == 5


def test_an_argument_that_is_no_key_is_computed_every_time(market: Market) -> None:
    with keeping(market):
        for _ in range(2):
            closes(market, times=np.ones(300))  # type: ignore[arg-type]
    assert len(CALLS) == 2


def test_figures_are_shared_by_markets_that_differ_in_prices_alone(market: Market) -> None:
    prices = market.prices.copy()
    prices.iloc[-1] *= 2.0
    for each in (market, replace(market, prices=prices)):
        with keeping(each):
            ages(each)
            closes(each)
    assert CALLS == ["ages", "closes", "closes"]


def test_a_function_kept_by_figures_cannot_read_a_price(market: Market) -> None:
    with keeping(market), pytest.raises(KeyError):
        peeks(market)


@pytest.mark.parametrize("part", ["price", "session", "figure", "known_at", "stamp", "dropped"])
def test_the_digest_sees_every_number(market: Market, part: str) -> None:
    figures, whole = content(market)
    vix = market.series["vix"]
    frame, prices, series = vix.frame.copy(), market.prices.copy(), dict(market.series)
    if part == "price":
        prices.iloc[5, 0] = np.nextafter(prices.iloc[5, 0], 0.0)
    elif part == "session":
        prices = prices.iloc[1:]
    elif part == "figure":
        frame.iloc[7, 0] = np.nextafter(frame.iloc[7, 0], 0.0)
    elif part == "known_at":
        frame.iloc[7, frame.columns.get_loc("known_at")] += pd.Timedelta(days=1)
    elif part == "stamp":
        frame.index = frame.index[:-1].append(
            pd.DatetimeIndex(frame.index[-1:]) + pd.Timedelta(days=1)
        )
    else:
        del series["vix"]
    if "vix" in series:
        series["vix"] = replace(vix, frame=frame)
    other = content(replace(market, prices=prices, series=series))
    assert other.whole != whole
    assert (other.figures == figures) is (part == "price")


def test_a_market_cut_at_a_day_is_another_one(market: Market) -> None:
    day = market.sessions[-2]
    with keeping(market):
        closes(market)
        cut = market.until(day)
        with keeping(cut):
            assert len(closes(cut)) == len(market.prices) - 1
        assert len(closes(market)) == len(market.prices)


def test_tasks_in_several_threads_do_not_disturb_one_another(market: Market) -> None:
    def last(n: int) -> float:
        mine = replace(market, prices=market.prices.iloc[: 40 + n])
        with keeping(mine):
            return float(closes(mine)["x"].iloc[-1])

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(last, [n % 7 for n in range(200)]))
    expected = market.prices["close"].to_numpy()
    assert found == [expected[39 + n % 7] for n in range(200)]
