"""The article's claims on the bundled history: complete, in time, and as the data have it."""

import time
from pathlib import Path

import numpy as np
import pytest

from strategy.audit.audit import audit
from strategy.audit.claims.file import load_claims
from strategy.audit.study.verdict import VERDICTS
from strategy.plan import Plan

CLAIMS = Path(__file__).resolve().parents[3] / "configs" / "claims.yaml"


@pytest.fixture(scope="module")
def article(bundled):
    begun = time.process_time()
    found = audit(Plan(name="article"), bundled, load_claims(CLAIMS))
    return found, time.process_time() - begun


def test_the_audit_of_the_bundled_history_takes_less_than_thirty_seconds(article):
    # time of one processor: what other work on the machine takes is not counted
    assert article[1] < 30.0


def test_every_claim_has_a_verdict_and_says_why(article):
    for record in article[0].claims:
        assert record["verdict"] in VERDICTS
        assert record["because"]
        assert record["definition"]["event"]
        assert len(record["events"]) == record["sample"]["events"]


def test_of_all_claims_only_those_with_events_have_figures(article):
    for record in article[0].claims:
        assert (record["episodes"]["n"] > 0) == bool(record["events"])


def test_what_needs_series_that_are_not_loaded_is_not_testable(article):
    claims = article[0].content["claims"]
    assert claims["squeeze_by_rule"]["verdict"] == "not testable with this data"
    assert "spxu" in claims["squeeze_by_rule"]["because"]


def test_five_streaks_are_too_few_whatever_followed(article):
    record = article[0].content["claims"]["streak_138"]
    assert record["sample"]["events"] == 5
    assert record["verdict"] == "too few cases"


def test_first_touches_are_counted_as_written_and_in_the_narrower_reading(article, bundled):
    claims = article[0].content["claims"]
    # a loop of its own: weeks by calendar, the mean of 19 weekly closes and the day's own
    prices = bundled.prices
    week = prices.index.to_period("W")
    ended = prices["close"].groupby(week).last()
    before = ended.rolling(19).sum().shift(1)
    average = (before.reindex(week).to_numpy() + prices["close"].to_numpy()) / 20
    number = np.searchsorted(ended.index, week)
    close, found, last = prices["close"].to_numpy(), [], None
    for i in np.flatnonzero(prices["low"].to_numpy() <= average):
        if last is not None and number[i] - number[last] > 20 and prices.index[i].year >= 1962:
            found.append(i)
        last = i
    whole = [i for i in found if i + 65 < len(close)]
    returns = np.array([close[i + 65] / close[i] - 1 for i in whole])
    record = claims["weekly_touch_any"]
    assert record["episodes"]["n"] == len(whole) == 32
    assert record["episodes"]["mean"] == pytest.approx(returns.mean())
    assert record["episodes"]["hits"] == (returns > 0).sum()
    assert claims["weekly_touch_rebound"]["episodes"]["n"] == 17


def test_streak_and_touch_never_fall_on_one_day(article):
    record = article[0].content["claims"]["streak_and_touch"]
    assert record["episodes"]["hits"] == 0
    assert record["episodes"]["lowest"] > 0.0  # how near it came
    assert record["verdict"] == "not supported"


def test_holm_is_over_every_claim_that_has_a_p_value(article):
    found = article[0]
    p = [r["p"] for r in found.claims if r["p"] == r["p"]]
    assert found.content["audit"]["tried"] == len(p)
    smallest = min(found.claims, key=lambda r: r["p"] if r["p"] == r["p"] else 2.0)
    assert smallest["p_holm"] == pytest.approx(min(1.0, smallest["p"] * len(p)))


def test_decembers_are_those_of_the_index(article, bundled):
    record = article[0].content["claims"]["december_mean"]
    close = bundled.prices["close"]
    months = close.groupby([close.index.year, close.index.month]).last().pct_change()
    december = months[months.index.get_level_values(1) == 12]
    assert record["episodes"]["n"] == len(december) == 76
    assert record["episodes"]["mean"] == pytest.approx(december.mean())
    assert record["all_dates"]["mean"] == pytest.approx(
        months.iloc[1:-1].mean()
    )  # October 2026 is under way


def test_the_table_has_a_row_a_claim(article):
    table = article[0].table
    assert list(table["id"]) == [c.id for c in load_claims(CLAIMS).claims.claims]
    assert table["verdict"].isin(VERDICTS).all()
    assert "<Audit article-" in repr(article[0])
