"""The score: a weighted mean of what is known, with its coverage; nothing imputed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from market.series.catalogue import CATALOGUE
from signals import evaluate
from strategy.decide.rule_parameters import plan_parameters
from strategy.decide.score import combine, risk_components, risk_score
from strategy.plan import Plan, Risk
from tests.strategy.tiny_market import make_market, observations, price_frame, weekdays
from tests.tolerances import ROUNDING

NAMES = ("cash", "leverage", "credit", "concentration", "rotation")
DAY = pd.DatetimeIndex(["2021-03-01"], name="date")


def risk_of(min_coverage: float = 0.5, **weights: float) -> Risk:
    parts = {name: {"weight": weights.get(name, 0.0)} for name in NAMES}
    return Risk.model_validate({**parts, "min_coverage": min_coverage})


def combined(values: dict[str, float], risk: Risk) -> pd.Series:
    components = {
        name: pd.DataFrame({"risk": [values.get(name, np.nan)], "proxy": [0.0]}, index=DAY)
        for name in NAMES
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
    assert row["coverage_true"] == 0.25
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
        # a plan that weighs one component needs one, any other two
        needed = min(2, sum(w > 0.0 for w in weights))
        assert len(counted) < needed or by_hand < least + 1e-9
    else:
        assert min(counted) - 1e-12 <= row["score"] <= max(counted) + 1e-12


# --- from a market ----------------------------------------------------------------------------


SESSIONS = weekdays("2020-11-02", "2021-12-31")


def test_series_that_are_not_loaded_leave_no_coverage():
    frame = risk_score(make_market(price_frame(SESSIONS)), Risk())
    assert frame["score"].isna().all()
    assert (frame["coverage"] == 0.0).all()
    assert list(frame.columns) == [
        *("score", "coverage", "coverage_true"),
        *(f"risk_{n}" for n in NAMES),
        *(f"proxy_{n}" for n in NAMES),
    ]
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


def test_on_real_history_the_score_is_known_in_six_decades_and_says_on_what(history):
    daily = history.daily
    assert daily["score"].notna().mean() > 0.9
    # before the survey and margin debt: credit, rotation and concentration, all by proxy
    early = daily.loc["1965":"1995"]
    assert (early["coverage"] == 0.5).all()
    assert (early["coverage_true"] == 0.0).all()
    assert (early[["proxy_credit", "proxy_rotation", "proxy_concentration"]] == 1.0).all(axis=None)
    assert early[["proxy_cash", "proxy_leverage"]].isna().all(axis=None)
    # the industries end in September 2025 and are not carried on
    assert daily.loc["2025-12":, "risk_rotation"].isna().all()


def test_without_proxies_the_score_is_what_the_series_meant_say(bundled):
    with_, without = risk_score(bundled, Risk()), risk_score(bundled, Risk(proxies=False))
    assert without["coverage"].equals(without["coverage_true"])
    assert without["coverage"].to_numpy() == pytest.approx(with_["coverage_true"].to_numpy())
    assert without[["risk_leverage", "risk_credit"]].isna().all(axis=None)


def test_the_score_once_more_from_the_series_as_they_are_exported(bundled):
    """Plain loops over the exported figures, on days of six decades."""
    series = {name: bundled.series[name].frame for name in bundled.series}

    def known(name, day, limit):
        rows = series[name][series[name]["known_at"] <= day]
        rows = rows[rows.index >= day - pd.Timedelta(days=limit)]
        return rows.iloc[-1] if len(rows) else None

    def by_hand(day):
        parts = {}
        baa, aaa = known("moodys_baa", day, 75), known("moodys_aaa", day, 75)
        if baa is not None:
            past = (baa.name - pd.DateOffset(months=3)) + pd.offsets.MonthEnd(0)
            then = series["moodys_baa"]["value"][past] - series["moodys_aaa"]["value"][past]
            parts["credit"] = np.clip((baa["value"] - aaa["value"] - then) / 0.30, 0, 1), 1.0
        row = known("industries", day, 45)
        if row is not None:
            logs = {c: np.log(1 + row[c] / 100) for c in row.index if c != "known_at"}
            safe = np.mean([logs[c] for c in ("nodur", "hlth", "utils")])
            wild = np.mean([logs[c] for c in ("durbl", "manuf", "buseq")])
            parts["rotation"] = np.clip((safe - wild) / 0.05, 0, 1), 0.5
        row = known("leadership", day, 45)
        if row is not None:
            window = series["leadership"]["value"].loc[: row.name].iloc[-240:]
            rank = (window <= row["value"]).mean()
            parts["concentration"] = np.clip((rank - 0.5) / 0.5, 0, 1), 0.5
        weight = sum(w for _, w in parts.values())
        return sum(s * w for s, w in parts.values()) / weight, weight / 4.0

    found = risk_score(bundled, Risk())
    for day in found.loc["1963":"1997-06"].index[::61]:
        score, coverage = by_hand(day)
        assert found.at[day, "coverage"] == pytest.approx(coverage), day
        assert found.at[day, "score"] == pytest.approx(score, abs=ROUNDING), day


@pytest.mark.parametrize(
    "day",
    [
        *("1962-11-21", "1974-10-04", "1987-10-19"),
        # the seams: FINRA's figures begin, its collections change, the survey begins
        *("1998-03-12", "2001-11-21", "2010-02-16", "2011-03-01"),
        *("2020-03-16", "2025-09-30", "2025-11-21", "2026-10-06"),
    ],
)
def test_score_components_and_proxies_are_the_same_on_data_cut_short(bundled, day):
    whole, cut = risk_score(bundled, Risk()), risk_score(bundled.until(day), Risk())
    pd.testing.assert_frame_equal(cut, whole.loc[:day], check_exact=True, check_freq=False)


def test_the_gate_and_the_hedge_read_one_score(bundled):
    """Whatever the plan's numbers: the rule as a gate is the score that sizes the hedge."""
    plan = Plan.model_validate(
        {"name": "x", "risk": {"cash": {"weight": 0}, "credit": {"to": 0.1}}}
    )
    gate = evaluate(bundled, "late_cycle", **plan_parameters(plan, "late_cycle"))
    hedge = risk_score(bundled, plan.risk)["score"]
    assert gate["value"].to_numpy() == pytest.approx(hedge.to_numpy(), nan_ok=True, abs=0)
    size = evaluate(bundled, "high_risk_bounce", **plan_parameters(plan, "high_risk_bounce"))
    assert size["value"].to_numpy() == pytest.approx(
        1.0 - plan.tactical.size.risk_scaling * hedge.to_numpy(), nan_ok=True, abs=0
    )
    usual = risk_score(bundled, Risk())["score"]
    either = usual.notna() | hedge.notna()
    assert (usual - hedge)[either].abs().gt(1e-9).mean() > 0.3


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
