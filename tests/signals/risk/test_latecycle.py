import numpy as np
import pytest

from signals import evaluate
from strategy.decide.score import risk_score
from strategy.plan import Risk


def test_score_equals_the_plans_score_at_its_defaults(synthetic):
    found = evaluate(synthetic, "late_cycle")["value"].to_numpy()
    expected = risk_score(synthetic, Risk())["score"].to_numpy()
    assert np.isfinite(expected).sum() > 1000
    assert found == pytest.approx(expected, nan_ok=True, rel=1e-12)


def test_score_is_unavailable_below_its_coverage(build):
    # cash alone carries 1 of 4: a quarter of the weight
    index = build.weekdays("2025-01-01", 60)
    market = build.market(
        build.bars(np.full(60, 100.0), index), build.figures("fms_cash", {"2025-02-18": 3.7})
    )
    assert (evaluate(market, "late_cycle")["state"] == -1).all()
    found = evaluate(market, "late_cycle", min_coverage=0.25).loc["2025-02-18"]
    assert (found["state"], found["value"]) == (1, 1.0)


def test_bounce_multiplier_is_one_less_half_the_score(build):
    index = build.weekdays("2025-01-01", 60)
    market = build.market(
        build.bars(np.full(60, 100.0), index), build.figures("fms_cash", {"2025-02-18": 4.4})
    )
    found = evaluate(market, "high_risk_bounce", min_coverage=0.25).loc["2025-02-18"]
    assert found["value"] == pytest.approx(0.7)
    assert found["state"] == 1
