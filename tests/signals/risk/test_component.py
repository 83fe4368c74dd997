import inspect

import numpy as np
import pandas as pd
import pytest

from signals.risk.cash import EARLIER, cash_risk
from signals.risk.component import component, ramp
from signals.risk.concentration import concentration_risk
from signals.risk.credit import credit_risk
from signals.risk.leverage import leverage_risk
from signals.risk.rotation import rotation_risk
from signals.risk.score import DEFAULT, ScoreNumbers
from strategy.decide.score import numbers_of
from strategy.plan import Ramp, Risk

ALL = (cash_risk, leverage_risk, credit_risk, concentration_risk, rotation_risk)


def test_ramp_is_flat_beyond_its_ends():
    found = ramp(np.array([-1.0, 0.0, 0.1, 0.4, 2.0, np.nan]), 0.0, 0.4)
    assert found[:5].tolist() == pytest.approx([0.0, 0.0, 0.25, 1.0, 1.0])
    assert np.isnan(found[5])


def test_unavailable_component_has_no_dates():
    days = pd.bdate_range("2024-01-01", periods=2)
    joined = pd.DataFrame({"stamp": days, "known_at": days}, index=days)
    found = component(joined, np.array([np.nan, 1.0]), np.array([np.nan, 1.0]))
    assert found["stamp"].isna().tolist() == [True, False]
    assert list(found.columns) == ["measure", "risk", "stamp", "known_at", "proxy"]


@pytest.mark.parametrize("function", ALL, ids=lambda f: f.__name__)
def test_component_keeps_its_contract(function, synthetic):
    found = function(synthetic)
    assert list(found.columns) == ["measure", "risk", "stamp", "known_at", "proxy"]
    assert found.index.equals(synthetic.sessions)
    known = found.dropna(subset="risk")
    assert known["risk"].between(0.0, 1.0).all()
    assert (known["known_at"] <= known.index).all()
    assert (known["stamp"] <= known["known_at"]).all()
    assert (found["risk"].isna() == found["measure"].isna()).all()


@pytest.mark.parametrize("function", ALL, ids=lambda f: f.__name__)
def test_component_is_unavailable_without_series(function, build):
    found = function(build.closes(np.linspace(100.0, 110.0, 50)))
    assert len(found) == 50
    assert found["risk"].isna().all()


def test_defaults_are_the_plans_defaults():
    plan = Risk()
    defaults = {f.__name__: inspect.unwrap(f).__kwdefaults__ or {} for f in ALL}
    assert defaults["cash_risk"] == {
        "from_": plan.cash.from_,
        "to": plan.cash.to,
        "earlier": EARLIER,
    }
    assert tuple((e.until, e.from_, e.to) for e in plan.cash.earlier) == EARLIER
    for name in ("leverage", "credit", "concentration", "rotation"):
        model = plan.components()[name]
        for key, value in defaults[f"{name}_risk"].items():
            own = getattr(model, key)
            # the series read first has a section of its own: its numbers in their order
            planned = tuple(dict(own).values()) if isinstance(own, Ramp) else own
            assert planned == value, (name, key)
    assert numbers_of(plan) == DEFAULT == ScoreNumbers()
