import pandas as pd

from signals.history.invariance import Leak, first_leak


def test_leak_names_day_column_and_both_values(build):
    market = build.closes([1.0, 2.0, 3.0])

    def last_close(m):
        return pd.DataFrame({"value": m.prices["close"].iloc[-1]}, index=m.sessions)

    found = first_leak(last_close, market, ["2024-01-02"])
    day = pd.Timestamp("2024-01-02")
    assert found == Leak(day, pd.Timestamp("2024-01-01"), "value", 2.0, 3.0)


def test_signal_that_loses_sessions_is_caught(build):
    market = build.closes([1.0, 2.0, 3.0])
    found = first_leak(lambda m: m.prices[["close"]].iloc[:-1], market, ["2024-01-02"])
    assert found is not None
    assert found.column == "date"


def test_missing_values_are_equal(build):
    market = build.closes([1.0, 2.0, 3.0])
    frame = lambda m: pd.DataFrame({"a": float("nan"), "b": pd.NaT}, index=m.sessions)  # noqa: E731
    assert first_leak(frame, market, ["2024-01-02"]) is None
