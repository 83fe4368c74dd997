"""What a run leaves in memory: the columns of the design, plain numbers, an id that means it."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from types import MappingProxyType

import pandas as pd
import pytest

from market.serialise import csv_text
from strategy.plan import Plan
from strategy.result.provenance import run_id
from strategy.result.result import Result
from strategy.result.tables import with_dates
from tests.strategy.tiny_market import (
    make_market,
    make_plan,
    outcome_of,
    price_frame,
    random_prices,
    weekdays,
)

SESSIONS = weekdays("2020-06-01", "2022-03-31")

FIRST_COLUMNS = [
    *("vintage", "anchor_date", "anchor_close", "entry_date", "entry_price", "stop"),
    *("zone_low", "zone_high", "extension_low", "exit_date", "exit_reason", "tactical_return"),
    *("max_adverse", "max_favourable", "ambiguous_bars", "score", "coverage", "hedge_return"),
    *("hedge_cost", "core_return", "total_return", "next_year_return", "next_year_max_drawdown"),
    "complete",
]


@pytest.fixture(scope="module")
def market():
    return make_market(random_prices(SESSIONS, 3), score=0.7, bill=0.02)


@pytest.fixture(scope="module")
def result(market) -> Result:
    return outcome_of(make_plan(), market)


@pytest.fixture(scope="module")
def own_id(result) -> str:
    return result.run_id


# --- tables -----------------------------------------------------------------------------------


def test_the_vintage_table_begins_with_the_columns_of_the_design(result):
    assert list(result.vintages.columns[: len(FIRST_COLUMNS)]) == FIRST_COLUMNS


def test_the_daily_table_has_the_columns_of_the_design(result):
    sleeves = ("total", "core", "tactical", "hedge", "benchmark")
    wanted = {f"equity_{s}" for s in sleeves} | {f"return_{s}" for s in sleeves}
    wanted |= {f"exposure_{s}" for s in ("core", "tactical", "hedge")}
    wanted |= {"hedge_target", "hedge_held", "score", "coverage", "vintage"}
    wanted |= {f"risk_{n}" for n in ("cash", "leverage", "credit", "concentration", "rotation")}
    assert wanted <= set(result.daily.columns)
    assert result.daily.index.name == "date"
    assert isinstance(result.daily.index, pd.DatetimeIndex)
    assert result.daily.index.tz is None


def test_a_session_belongs_to_the_vintage_whose_anchor_came_last(result):
    vintage = result.daily["vintage"]
    assert vintage.loc["2020-11-20"] == 2020
    assert vintage.loc["2021-11-18"] == 2020
    assert vintage.loc["2021-11-19"] == 2021


def test_dates_in_tables_are_dates(result):
    for table, columns in (
        (result.vintages, ("anchor_date", "entry_date", "exit_date")),
        (result.trades, ("entry_date", "exit_date")),
    ):
        for column in columns:
            assert table[column].dtype == "datetime64[ns]"
            assert table[column].dropna().isin(result.market.sessions).all()


def test_a_column_of_dates_stays_one_where_no_row_has_a_date():
    table = with_dates(pd.DataFrame({"entry_date": [None, None], "exit_reason": ["gate"] * 2}))
    assert table["entry_date"].dtype == "datetime64[ns]" and table["entry_date"].isna().all()
    assert csv_text(table) == "entry_date,exit_reason\n,gate\n,gate\n"


def test_tables_are_made_once(result):
    assert result.vintages is result.vintages
    assert result.daily is result.daily


# --- metrics ----------------------------------------------------------------------------------


def leaves(value, path=""):
    if isinstance(value, dict):
        for key, part in value.items():
            assert isinstance(key, str)
            yield from leaves(part, f"{path}.{key}")
    elif isinstance(value, list):
        for part in value:
            yield from leaves(part, path)
    else:
        yield path, value


def test_metrics_are_plain_values_that_json_can_hold(history, result):
    for found in (history.metrics, result.metrics):
        for path, value in leaves(found):
            assert value is None or type(value) in (bool, int, float, str), path
            assert not (isinstance(value, float) and not math.isfinite(value)), path
        assert json.loads(json.dumps(found, allow_nan=False)) == found


def test_provenance_is_json_too(history):
    found = history.provenance
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert found["series"]["sp500"]["last"] == "2026-10-06"
    assert all(len(s["sha256"]) == 64 for s in found["series"].values())
    # `auto` is recorded as what was read, so that the plan as recorded repeats the run
    recorded = Plan.model_validate_json(json.dumps(found["plan"]))
    assert recorded.data.source == "bundled"
    assert recorded.model_copy(update={"data": history.plan.data}) == history.plan
    assert run_id(recorded, history.market) == found["id"]


def test_a_result_says_what_it_is_in_one_line(history):
    text = repr(history)
    assert "\n" not in text
    assert "64 vintages 1962-2025" in text
    assert "n=63" in text


# --- the id -----------------------------------------------------------------------------------


def test_the_id_is_twelve_hex_digits(result):
    assert len(result.run_id) == 12
    assert set(result.run_id) <= set("0123456789abcdef")


def test_the_same_plan_and_data_give_the_same_id(market):
    one, other = (outcome_of(make_plan(), market).run_id for _ in range(2))
    assert one == other


@pytest.mark.parametrize(
    "changes",
    [
        {"tactical__stop": 0.031},
        {"capital": 1001.0},
        {"costs__fee_bps": 0.5},
        {"hedge__band": 0.04},
        {"vintages": [2020]},
        {"data__end": "2022-03-30"},
    ],
    ids=lambda c: ",".join(c),
)
def test_any_other_plan_has_another_id(market, own_id, changes):
    assert outcome_of(make_plan(**changes), market).run_id != own_id


def test_a_value_written_out_that_is_the_default_gives_the_same_id(market):
    spelt = make_plan(tactical__stop=0.03, hedge__band=0.05)
    assert outcome_of(spelt, market).run_id == outcome_of(make_plan(), market).run_id


def test_another_file_behind_a_series_gives_another_id(market, own_id):
    other = replace(market, hashes=MappingProxyType({**market.hashes, "toy": "0" * 64}))
    assert outcome_of(make_plan(), other).run_id != own_id


def test_a_market_cut_short_gives_another_id(market, own_id):
    cut = market.until("2021-12-31")
    assert outcome_of(make_plan(), cut).run_id != own_id


def test_other_prices_in_memory_give_another_id(market, own_id):
    other = replace(market, prices=price_frame(SESSIONS))
    assert outcome_of(make_plan(), other).run_id != own_id
