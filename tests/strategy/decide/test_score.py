"""The score: a weighted mean of what is known, with its coverage; nothing imputed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from market.series.catalogue import CATALOGUE
from strategy.decide.score import combine, risk_components, risk_score
from strategy.plan import Risk
from tests.strategy.tiny_market import make_market, observations, price_frame, weekdays

NAMES = ("cash", "leverage", "credit", "concentration", "rotation")
DAY = pd.DatetimeIndex(["2021-03-01"], name="date")


def risk_of(min_coverage: float = 0.5, **weights: float) -> Risk:
    parts = {name: {"weight": weights.get(name, 0.0)} for name in NAMES}
    return Risk.model_validate({**parts, "min_coverage": min_coverage})


def combined(values: dict[str, float], risk: Risk) -> pd.Series:
    components = {
        name: pd.DataFrame({"risk": [values.get(name, np.nan)]}, index=DAY) for name in NAMES
    }
    return combine(components, risk).iloc[0]


def test_the_score_is_the_weighted_mean_by_hand():
    # (1 x 0.2 + 2 x 0.8 + 1 x 0.6) / 4 = 0.6
    row = combined(
        {"cash": 0.2, "leverage": 0.8, "credit": 0.6}, risk_of(cash=1, leverage=2, credit=1)
    )
    assert row["score"] == pytest.approx(0.6)
    assert row["coverage"] == 1.0
    assert row["risk_leverage"] == 0.8


def test_a_missing_component_is_left_out_of_both_sums():
    # known: (1 x 0.2 + 1 x 0.6) / 2 = 0.4 with half of the weight
    row = combined({"cash": 0.2, "credit": 0.6}, risk_of(cash=1, leverage=2, credit=1))
    assert row["score"] == pytest.approx(0.4)
    assert row["coverage"] == 0.5
    assert np.isnan(row["risk_leverage"])


def test_below_the_least_coverage_the_score_is_unknown_and_the_coverage_is_still_told():
    row = combined({"cash": 0.9}, risk_of(cash=1, leverage=2, credit=1))
    assert np.isnan(row["score"])
    assert row["coverage"] == 0.25


@pytest.mark.parametrize("weight", [0.1, 0.3, 0.7, 1 / 3])
def test_exactly_the_least_coverage_is_enough(weight):
    # weights that binary fractions cannot hold
    risk = risk_of(cash=weight, leverage=weight, credit=weight, min_coverage=2 / 3)
    assert combined({"cash": 1.0, "credit": 0.5}, risk)["score"] == pytest.approx(0.75)


def test_with_nothing_known_the_score_is_unknown_even_where_no_coverage_is_asked_for():
    row = combined({}, risk_of(cash=1, min_coverage=0.0))
    assert np.isnan(row["score"])
    assert row["coverage"] == 0.0


def test_a_component_without_weight_counts_for_nothing_but_is_shown():
    row = combined({"cash": 0.2, "rotation": 1.0}, risk_of(cash=1))
    assert row["score"] == pytest.approx(0.2)
    assert row["risk_rotation"] == 1.0
    assert row["coverage"] == 1.0


def test_a_known_component_of_zero_is_not_a_missing_one():
    row = combined({"cash": 0.0, "leverage": 1.0}, risk_of(cash=1, leverage=1))
    assert row["score"] == 0.5
    assert row["coverage"] == 1.0


known = st.one_of(st.none(), st.floats(0.0, 1.0))


@settings(max_examples=150)
@given(
    st.tuples(*[known] * 5),
    st.tuples(*[st.sampled_from([0.0, 0.1, 0.5, 1.0, 3.0])] * 5).filter(any),
    st.floats(0.0, 1.0),
)
def test_the_score_lies_among_its_components_and_the_coverage_between_0_and_1(
    values, weights, least
):
    found = {n: v for n, v in zip(NAMES, values, strict=True) if v is not None}
    risk = risk_of(min_coverage=least, **dict(zip(NAMES, weights, strict=True)))
    row = combined(found, risk)
    counted = [v for n, v in found.items() if risk.components()[n].weight > 0.0]
    by_hand = sum(w for n, w in zip(NAMES, weights, strict=True) if n in found) / sum(weights)
    assert row["coverage"] == pytest.approx(by_hand)
    assert 0.0 <= row["coverage"] <= 1.0 + 1e-15
    if np.isnan(row["score"]):
        assert not counted or by_hand < least + 1e-9
    else:
        assert min(counted) - 1e-12 <= row["score"] <= max(counted) + 1e-12


# --- from a market ----------------------------------------------------------------------------


SESSIONS = weekdays("2020-11-02", "2021-12-31")


def test_series_that_are_not_loaded_leave_no_coverage():
    frame = risk_score(make_market(price_frame(SESSIONS)), Risk())
    assert frame["score"].isna().all()
    assert (frame["coverage"] == 0.0).all()
    assert list(frame.columns) == ["score", "coverage", *(f"risk_{n}" for n in NAMES)]
    assert frame.index.equals(SESSIONS)


def test_each_component_has_one_row_a_session_between_0_and_1(bundled):
    for name, frame in risk_components(bundled, Risk()).items():
        assert frame.index.equals(bundled.sessions), name
        values = frame["risk"].dropna()
        assert values.between(0.0, 1.0).all(), name
        used = frame[frame["risk"].notna()]
        assert (used["known_at"] <= used.index).all(), name
        assert (used["stamp"] <= used["known_at"]).all(), name


def test_low_cash_is_high_risk_on_the_thresholds_of_its_time():
    # 4.0 % is full risk by today's rule (5 to 4), half by the rule up to 2020 (4.5 to 3.5)
    cash = observations("fms_cash", SESSIONS, [4.0] * len(SESSIONS))
    risk = risk_score(make_market(price_frame(SESSIONS), fms_cash=cash), Risk())["risk_cash"]
    assert (risk.loc[:"2020-12-31"] == 0.5).all()
    assert (risk.loc["2021-01-01":] == 1.0).all()


def test_a_figure_is_used_from_the_day_it_was_known_until_it_is_stale():
    stamp = pd.Timestamp("2021-03-01")
    cash = observations("fms_cash", [stamp], [4.2])
    cash.frame["known_at"] = pd.Timestamp("2021-03-17")
    risk = risk_of(cash=1)
    frame = risk_score(make_market(price_frame(SESSIONS), fms_cash=cash), risk)
    limit = stamp + pd.Timedelta(days=CATALOGUE["fms_cash"].staleness_days)
    used = frame.index[frame["score"].notna()]
    assert used[0] == pd.Timestamp("2021-03-17")
    assert used[-1] == SESSIONS[SESSIONS <= limit][-1]
    assert frame["score"].dropna().tolist() == pytest.approx([0.8] * len(used))
    assert (frame["coverage"] == frame["score"].notna()).all()


def test_on_real_history_the_rotation_is_never_known_and_never_imputed(history):
    daily = history.daily
    assert daily["risk_rotation"].isna().all()
    # half a point of four is missing on the best of days
    assert daily["coverage"].max() <= 3.5 / 4
    assert "rotation" in history.metrics["data"]["absent_components"]


def test_on_real_history_the_score_again_from_its_components(history):
    daily = history.daily
    weights = {"cash": 1.0, "leverage": 1.0, "credit": 1.0, "concentration": 0.5, "rotation": 0.5}
    for day in daily.index[::97]:
        row = daily.loc[day]
        known = {n: w for n, w in weights.items() if not np.isnan(row[f"risk_{n}"])}
        coverage = sum(known.values()) / 4.0
        assert row["coverage"] == pytest.approx(coverage)
        if coverage < 0.5:
            assert np.isnan(row["score"])
        else:
            score = sum(w * row[f"risk_{n}"] for n, w in known.items()) / sum(known.values())
            assert row["score"] == pytest.approx(score)


def test_no_risk_is_a_plain_zero():
    # a minus sign before a zero in a file is a riddle for its reader
    frame = risk_score(make_market(price_frame(SESSIONS), score=0.0), risk_of(cash=1))
    assert not np.signbit(frame["score"].to_numpy()).any()
    assert not np.signbit(frame["risk_cash"].to_numpy()).any()
