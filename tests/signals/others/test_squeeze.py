import numpy as np
import pandas as pd
import pytest

from signals import evaluate

N = 60


def squeezed(build, volume, close, drop=None):
    index = build.weekdays("2024-01-01", N)
    fund = pd.DataFrame({"close": np.full(N, 10.0), "volume": volume}, index)
    if drop is not None:
        fund = fund.drop(index[drop])
    return build.market(
        build.bars(close, index), build.observed("spxu", fund), build.observed("sqqq", fund)
    )


def spike(at, height=3.0):
    volume = 1000.0 - np.arange(N)  # falls a little each day: only the spike is a record
    volume[at] *= height
    return volume


def rising():
    return np.linspace(100.0, 110.0, N)


def test_record_volume_on_an_up_day_is_a_squeeze(build):
    found = evaluate(
        squeezed(build, spike(50), rising()), "inverse_etf_squeeze", window=10, min_history=20
    )
    assert (found["state"].iloc[:29] == -1).all()
    assert found["value"].iloc[50] == 1.0
    assert found["state"].iloc[50] == 1
    assert found["state"].iloc[51:].tolist() == [0] * 9


def test_record_volume_on_a_down_day_is_none(build):
    close = rising()
    close[50] = close[49] - 1.0
    found = evaluate(
        squeezed(build, spike(50), close), "inverse_etf_squeeze", window=10, min_history=20
    )
    assert found["value"].iloc[50] == 1.0
    assert found["state"].iloc[50] == 0


def test_a_day_without_volume_is_unavailable_not_yesterdays(build):
    found = evaluate(
        squeezed(build, spike(50), rising(), drop=51),
        "inverse_etf_squeeze",
        window=10,
        min_history=20,
    )
    assert found["state"].iloc[50:53].tolist() == [1, -1, 0]


def test_todays_volume_is_not_in_its_own_mean(build):
    # ratio on the spike day: 3 x 950 / mean(960 .. 951), more than with itself in the mean
    volume = spike(50)
    market = squeezed(build, volume, rising())
    usual = volume[40:50].mean()
    assert volume[50] / usual == pytest.approx(2850.0 / 955.5)
    assert evaluate(market, "inverse_etf_squeeze", window=10, min_history=20)["state"].iloc[50] == 1
