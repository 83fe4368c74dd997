import numpy as np
import pandas as pd
import pytest

from signals import evaluate
from signals.risk.rotation import CYCLICAL, DEFENSIVE, defensive_ratio, rotation_risk


def sectors(build, defensive, cyclical, index, drop=()):
    n = len(index)
    closes = {name: np.full(n, 50.0) * defensive for name in DEFENSIVE}
    closes |= {name: np.full(n, 80.0) * cyclical for name in CYCLICAL}
    return build.market(
        build.bars(np.full(n, 100.0), index),
        *(
            build.observed(name, pd.DataFrame({"close": close}, index))
            for name, close in closes.items()
            if name not in drop
        ),
    )


def test_rotation_is_the_change_of_the_log_ratio(build):
    index = build.weekdays("2024-01-01", 40)
    rise = np.where(np.arange(40) < 30, 1.0, np.exp(0.04))
    found = rotation_risk(sectors(build, rise, 1.0, index))
    assert found["risk"].iloc[:20].isna().all()
    assert found["measure"].iloc[20:30].tolist() == pytest.approx([0.0] * 10)
    assert found["measure"].iloc[30] == pytest.approx(0.04)
    assert found["risk"].iloc[30] == pytest.approx(0.8)
    assert found["stamp"].iloc[30] == index[30]


@pytest.mark.parametrize("absent", [*DEFENSIVE, *CYCLICAL])
def test_rotation_needs_all_six_sectors(build, absent):
    market = sectors(build, 1.0, 1.0, build.weekdays("2024-01-01", 40), drop=(absent,))
    assert rotation_risk(market)["risk"].isna().all()


def test_rotation_does_not_reach_across_a_hole(build):
    index = build.weekdays("2024-01-01", 30).append(build.weekdays("2024-03-04", 30))
    found = rotation_risk(sectors(build, 1.0, 1.0, index))
    assert found["risk"].notna().tolist() == [False] * 20 + [True] * 10 + [False] * 20 + [True] * 10


def test_a_day_without_one_sector_uses_the_day_before(build):
    index = build.weekdays("2024-01-01", 40)
    market = sectors(build, 1.0, 1.0, index, drop=("xlu",))
    xlu = pd.DataFrame({"close": np.full(39, 50.0)}, index.delete(35))
    market = build.market(market.prices, *market.series.values(), build.observed("xlu", xlu))
    found = rotation_risk(market)
    assert len(defensive_ratio(market)) == 39
    assert found["stamp"].iloc[35] == index[34]


def test_ratio_at_its_highest_of_the_window(build):
    index = build.weekdays("2024-01-01", 12)
    path = np.array([1.0, 2, 3, 4, 5, 4, 3, 2, 3, 4, 4.5, 6])
    found = evaluate(sectors(build, path, 1.0, index), "defensive_ratio_high", window=4)
    assert found["state"].tolist() == [-1, -1, -1, 1, 1, 0, 0, 0, 0, 1, 1, 1]


def test_rotation_percentile(build):
    index = build.weekdays("2024-01-01", 14)
    path = np.array([1.0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1.1, 1.1, 1.0, 0.9])
    found = evaluate(
        sectors(build, path, 1.0, index), "defensive_rotation", sessions=1, min_history=5
    )
    assert found["state"].iloc[:5].tolist() == [-1] * 5
    assert found["value"].iloc[10] == 1.0
    assert found["state"].iloc[10] == 1
    assert found["state"].iloc[13] == 0
    assert found["value"].iloc[13] == pytest.approx(1 / 13)


def funds(build, **closes):
    n = len(next(iter(closes.values())))
    index = build.weekdays("2024-01-01", n)
    return build.market(
        build.bars(np.full(n, 100.0), index),
        *(build.observed(k, pd.DataFrame({"close": v}, index)) for k, v in closes.items()),
    )


def test_cyclicals_sold_needs_both_to_lag(build):
    random = np.random.default_rng(1)
    noise = 1.0 + random.normal(0.0, 0.001, (2, 60))
    spy = np.full(60, 400.0)
    fall = np.where(np.arange(60) < 55, 1.0, 0.95)
    both = funds(build, xly=100 * noise[0] * fall, xlk=100 * noise[1] * fall, spy=spy)
    found = evaluate(both, "cyclicals_sold", sessions=2, min_history=20)
    assert found["state"].iloc[55] == 1
    assert found["value"].iloc[55] < -1.5
    one = funds(build, xly=100 * noise[0] * fall, xlk=100 * noise[1], spy=spy)
    assert evaluate(one, "cyclicals_sold", sessions=2, min_history=20)["state"].iloc[55] == 0


def test_defensives_bought_needs_both_to_lead(build):
    random = np.random.default_rng(2)
    noise = 1.0 + random.normal(0.0, 0.001, (2, 60))
    spy = np.full(60, 400.0)
    rise = np.where(np.arange(60) < 55, 1.0, 1.05)
    both = funds(build, xlv=100 * noise[0] * rise, xlu=100 * noise[1] * rise, spy=spy)
    found = evaluate(both, "defensives_bought", sessions=2, min_history=20)
    assert found["state"].iloc[55] == 1
    one = funds(build, xlv=100 * noise[0] * rise, xlu=100 * noise[1], spy=spy)
    assert evaluate(one, "defensives_bought", sessions=2, min_history=20)["state"].iloc[55] == 0
