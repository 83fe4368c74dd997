"""The page's opening: the newest vintage in words, tables and a picture, or nothing."""

import re

import numpy as np
import pytest

from reports.run.charts import draw
from reports.run.charts.hedge_year import hedge_year_data
from reports.run.newest import opening
from reports.run.report import build_report
from reports.run.view import View
from reports.text.language import speaking
from tests.reports.page import parse
from tests.reports.stand_in import make_result
from tests.strategy.hedged_market import AT_ONCE
from tests.strategy.tiny_market import (
    make_market,
    make_plan,
    outcome_of,
    price_frame,
    weekdays,
)


def words(until, *, bars=None, score=1.0, **changes):
    prices = price_frame(weekdays("2020-11-02", until), 100.0, bars)
    result = outcome_of(
        make_plan(**{"hedge": dict(AT_ONCE), **changes}), make_market(prices, score=score)
    )
    found = opening(View.of(result))
    assert found is not None
    return [re.sub(r"<[^>]+>", "", str(s)) for s in (*found.sentences, *found.ahead)]


@pytest.fixture(scope="module")
def view(short_long):
    return View.of(short_long)


@pytest.fixture(scope="module")
def section(pages):
    return parse(pages.run()["report.html"].read_text("utf-8")).find(id="newest")


def test_the_page_opens_with_the_vintage_of_2025(section):
    assert section.h2.get_text() == "The newest vintage: 2025"
    said = " ".join(section.get_text().split())
    assert "bought on 2025-11-24 at 6,636.54 and ended on 2025-12-15 (failed breakout)" in said
    assert "+3.355% before costs" in said
    # right after the headline
    assert section.find_previous(id="headline") is not None
    assert section.find_next(id="record") is not None
    assert section.find_previous("figure") is None


def test_the_orders_of_the_page_are_those_of_the_tape(section):
    rows = section.select("#newest-orders tbody tr")
    cells = [[c.get_text() for c in row.find_all(["th", "td"])] for row in rows[:3]]
    assert [(c[0], c[1], c[2], c[4]) for c in cells] == [
        ("2025-11-24", "Tactical long: bought", "6,636.54", "entry"),
        ("2025-12-03", "Tactical long: sold", "6,858.23", "first target"),
        ("2025-12-15", "Tactical long: sold", "6,860.19", "failed breakout"),
    ]


def test_the_levels_say_how_far_the_last_close_is(section, view):
    newest = view.newest
    rows = section.select("#newest-levels tbody tr")
    assert len(rows) == len(newest["levels"]) == 8
    for row in rows:
        price, distance = (float(td["data-value"]) for td in row.find_all("td")[:2])
        assert distance == pytest.approx(price / newest["last_close"] - 1.0)


def test_what_comes_next_names_its_days_and_the_command(section):
    said = " ".join(section.get_text().split())
    assert "from 2026-11-01 on" in said
    assert "off by the close of 2026-11-21" in said
    assert "final after 2026-12-31" in said
    assert "simulate data update brings newer prices" in said
    assert "not the 63 that are complete" in said


def test_a_run_whose_newest_vintage_is_history_has_no_such_section():
    result = make_result()
    result.metrics["newest"] = None
    soup = parse(build_report(result))
    assert soup.find(id="newest") is None
    assert soup.find("a", href="#newest") is None
    assert draw("hedge_year", View.of(result), 900) is None


def test_a_plan_without_a_hedge_says_so():
    said = words("2021-03-31", hedge={"instrument": "none"})
    assert "The plan holds no hedge." in said
    assert not [s for s in said if "off by" in s]


def test_a_vintage_that_has_just_begun_says_what_is_ahead():
    said = words("2020-11-20")
    assert said[0].startswith("The tactical long is still ahead")
    assert said[1].startswith("The hedge begins on 2021-01-01 at the earliest")


def test_a_vintage_that_is_over_says_what_it_made():
    said = words("2022-06-30", bars={"2021-03-01": 90.0}, vintages=[2020])
    assert said[1] == (
        "The hedge of 2021 is over: +5.00% of equity before costs and carry, +5.00% after."
    )
    assert not [s for s in said if "decided anew" in s or "anchored" in s]
    assert said[-2] == "The figures of 2020 are final."


def test_a_hedge_that_the_score_never_asked_for_says_so():
    assert "Hedge of 2021: the score asked for no hedge." in words("2021-03-31", score=0.1)


def test_an_unknown_score_is_said():
    """A figure of cash holds for 62 days; the last one here is older."""
    score = np.full(len(weekdays("2020-11-02", "2021-07-30")), 1.0)
    score[-90:] = np.nan
    said = words("2021-07-30", score=score, hedge={**AT_ONCE, "when_blind": "hold"})
    assert any("the score is unknown" in s for s in said)


def test_a_file_of_prices_names_no_command():
    said = words("2021-03-31")
    assert any(s.startswith("A longer file of prices brings what came since.") for s in said)


def test_the_picture_shows_each_session_of_the_hedge_once(view, short_long):
    data = hedge_year_data(view)
    assert data is not None
    sessions = short_long.market.sessions
    assert list(data.daily.index) == list(sessions[sessions >= "2026-01-01"])
    closes = short_long.market.prices["close"].loc["2026-01-01":]
    assert np.array_equal(data.daily["close"], closes)
    assert data.levels == {
        "reference": 6845.5,
        "cover_1": pytest.approx(0.8 * 6845.5),
        "cover_2": pytest.approx(0.7 * 6845.5),
    }


def test_the_caption_says_how_many_sessions_and_which(section, view):
    hedge = view.newest["hedge"]
    caption = " ".join(section.figcaption.get_text().split())
    days = f"{hedge['first_date']} to {hedge['last_date']}"
    assert caption.endswith(f"{hedge['sessions']} sessions, {days}.")


def test_the_section_is_told_in_chinese(view):
    with speaking("zh-Hant"):
        found = opening(view)
    assert found is not None
    for sentence in (*found.sentences, *found.ahead):
        bare = re.sub(r"<code>.*?</code>|<[^>]+>", "", str(sentence))
        assert not re.search(r"[A-Za-z]{3,}", bare), bare
