import numpy as np
import pytest

from market.errors import InputError
from signals import evaluate
from signals.risk.score import ScoreNumbers
from strategy.decide.score import risk_score
from strategy.plan import Risk
from tests.tolerances import ROUNDING

#: One component is enough.
ALONE = ScoreNumbers(min_coverage=0.25, min_components=1)


def test_score_equals_the_plans_score_at_its_defaults(synthetic):
    found = evaluate(synthetic, "late_cycle")["value"].to_numpy()
    expected = risk_score(synthetic, Risk())["score"].to_numpy()
    assert np.isfinite(expected).sum() > 1000
    assert found == pytest.approx(expected, nan_ok=True, rel=ROUNDING)


def test_score_is_unavailable_below_its_coverage(build):
    # cash alone carries 1 of 4: a quarter of the weight
    index = build.weekdays("2025-01-01", 60)
    market = build.market(
        build.bars(np.full(60, 100.0), index), build.figures("fms_cash", {"2025-02-18": 3.7})
    )
    assert (evaluate(market, "late_cycle")["state"] == -1).all()
    found = evaluate(market, "late_cycle", numbers=ALONE).loc["2025-02-18"]
    assert (found["state"], found["value"]) == (1, 1.0)


def test_bounce_multiplier_is_one_less_half_the_score(build):
    index = build.weekdays("2025-01-01", 60)
    market = build.market(
        build.bars(np.full(60, 100.0), index), build.figures("fms_cash", {"2025-02-18": 4.4})
    )
    found = evaluate(market, "high_risk_bounce", numbers=ALONE).loc["2025-02-18"]
    assert found["value"] == pytest.approx(0.7)
    assert found["state"] == 1


def test_one_component_is_not_enough_whatever_the_coverage(build):
    index = build.weekdays("2025-01-01", 60)
    market = build.market(
        build.bars(np.full(60, 100.0), index), build.figures("fms_cash", {"2025-02-18": 3.7})
    )
    found = evaluate(market, "late_cycle", numbers=ScoreNumbers(min_coverage=0.0))
    assert (found["state"] == -1).all()


def test_numbers_of_another_kind_are_refused(build):
    with pytest.raises(InputError, match="expected a ScoreNumbers"):
        evaluate(build.closes(np.linspace(100.0, 110.0, 50)), "late_cycle", numbers=0.5)
