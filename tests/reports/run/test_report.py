"""The report page: self-contained, strict, escaped, every golden number equal to metrics.json."""

import base64
import hashlib
import re
import time

import pandas as pd
import pytest

from market.serialise import plain
from reports.run.report import VINTAGE_COLUMNS, build_report, policy
from reports.run.verdict import headline
from reports.run.view import View
from strategy.plan.base import PRECEDENTS
from tests.reports.page import loading_references, parse
from tests.reports.stand_in import make_result
from tests.strategy.hedged_market import AT_ONCE
from tests.strategy.tiny_market import (
    make_market,
    make_plan,
    observations,
    outcome_of,
    price_frame,
    weekdays,
)

HOSTILE = "<script>alert('x')</script> \"quoted\" & 🚀 短多"


@pytest.fixture(scope="module")
def result():
    return make_result()


@pytest.fixture(scope="module")
def page(result):
    return build_report(result, command="simulate run plan.yaml")


@pytest.fixture(scope="module")
def soup(page):
    return parse(page)


def test_the_page_asks_nothing_of_any_network(page):
    assert loading_references(page) == []
    assert not re.search(r"\b(fetch|XMLHttpRequest|WebSocket|sendBeacon|import\()", page)


def test_the_policy_allows_this_style_and_this_script_and_nothing_else(soup):
    meta = soup.find("meta", attrs={"http-equiv": "Content-Security-Policy"})
    found = meta["content"]
    assert found.startswith("default-src 'none';")
    assert "unsafe" not in found and "http" not in found
    for tag in ("style", "script"):
        elements = soup.find_all(tag)
        assert len(elements) == 1
        digest = hashlib.sha256(elements[0].string.encode()).digest()
        assert f"{tag}-src 'sha256-{base64.b64encode(digest).decode()}'" in found
    assert found == policy(soup.style.string, soup.script.string)


def test_nothing_is_styled_or_scripted_inline(soup):
    for element in soup.find_all(True):
        assert "style" not in element.attrs
        assert not [name for name in element.attrs if name.startswith("on")]


def test_a_hostile_name_is_shown_as_text():
    page = build_report(make_result(name=HOSTILE), command="x </pre><script>1</script>")
    soup = parse(page)
    assert soup.h1.get_text() == HOSTILE
    assert soup.title.get_text().startswith(HOSTILE)
    assert len(soup.find_all("script")) == 1
    assert soup.find(id="command").get_text() == "x </pre><script>1</script>"


def test_every_golden_number_equals_metrics(soup, result):
    figures = soup.find_all("data", attrs={"data-metric": True})
    assert len(figures) > 60
    for figure in figures:
        value = result.metrics
        for part in figure["data-metric"].split("."):
            value = value[part]
        if value is None:
            assert figure["value"] == ""
        elif isinstance(value, str):
            assert figure["value"] == value
        else:
            assert float(figure["value"]) == value


def test_the_figures_of_the_first_screen_are_all_there(soup):
    shown = {
        f["data-metric"]
        for f in soup.find(id="verdict").find_all("data", attrs={"data-metric": True})
    }
    assert shown >= {
        "tactical.n",
        "tactical.mean",
        "tactical.mean_low",
        "tactical.mean_high",
        "tactical.median",
        "tactical.hits",
        "tactical.hit_rate",
        "tactical.hit_low",
        "tactical.hit_high",
        "tactical.worst",
        "hedge.n",
        "hedge.mean",
        "total.cagr",
        "total.max_drawdown",
        "total.sharpe_excess",
        "benchmark.cagr",
        "risk.mean_coverage",
    }


def test_the_table_holds_the_vintages_as_they_are(soup, result):
    table = soup.find(id="vintage-table")
    heads = [th["data-column"] for th in table.thead.find_all("th")]
    assert heads == ["vintage", *VINTAGE_COLUMNS]
    rows = table.tbody.find_all("tr")
    assert len(rows) == len(result.vintages)
    for row, values in zip(rows, result.vintages.to_dict("records"), strict=True):
        cells = dict(zip(heads, row.find_all(["th", "td"]), strict=True))
        for column in VINTAGE_COLUMNS:
            value = plain(values[column])
            text = cells[column]["data-value"]
            if value is None:
                assert text == ""
            elif isinstance(value, str):
                assert text == value
            else:
                assert float(text) == value


def test_precedents_and_the_unfinished_are_marked(soup, result):
    rows = {int(r["data-vintage"]): r for r in soup.find(id="vintage-table").tbody.find_all("tr")}
    for year, row in rows.items():
        assert (row["data-analog"] == "true") == (year in PRECEDENTS)
        assert ("precedent" in row.th.get_text()) == (year in PRECEDENTS)
        assert ("unfinished" in row.th.get_text()) == (
            year in result.metrics["vintages"]["unfinished"]
        )


def test_every_vintage_has_a_chart_and_a_link_to_it(soup, result):
    years = [str(y) for y in result.vintages["vintage"]]
    assert [a["data-vintage"] for a in soup.find_all("article")] == years
    links = [a["href"] for a in soup.select("ul.multiples a")]
    assert links == [f"#vintage-{year}" for year in years]
    for year in years:
        assert len(soup.find(id=f"vintage-{year}").find_all("svg")) == 2


def test_links_lead_somewhere_on_the_page(soup):
    ids = [e["id"] for e in soup.find_all(id=True)]
    assert len(ids) == len(set(ids))
    for link in soup.find_all("a"):
        assert link["href"].startswith("#") and link["href"][1:] in ids


def test_readers_who_do_not_see_get_words(soup):
    assert soup.html["lang"] == "en"
    assert (
        len(soup.find_all("main")) == 1 and soup.header and soup.footer and soup.nav["aria-label"]
    )
    for svg in soup.find_all("svg"):
        assert svg.get("aria-hidden") == "true" or (svg["role"] == "img" and svg["aria-label"])
    for table in soup.find_all("table"):
        assert table.caption is not None
        assert all(th.get("scope") in ("col", "row") for th in table.find_all("th"))
    for control in soup.find_all(["select", "input"]):
        assert soup.find("label", attrs={"for": control["id"]})
    for section in soup.main.find_all("section"):
        assert soup.find(id=section["aria-labelledby"]).name == "h2"
    for region in soup.select(".scroll"):
        assert region["role"] == "region" and region["aria-label"] and region["tabindex"] == "0"


def test_no_frame_is_empty(soup):
    for figure in soup.find_all("figure"):
        assert figure.find("svg") is not None
    for table in soup.find_all("table"):
        assert table.tbody.find_all("tr")


def test_no_number_is_left_raw(page):
    soup = parse(page)
    for element in soup.find_all(["style", "script", "pre"]):
        element.extract()
    text = soup.get_text(" ")
    assert not re.search(r"\bnan\b|\bNone\b|\binf\b|\d\.\d{7,}|<NA>|NaT", text)


def test_the_same_run_gives_the_same_page(page):
    assert build_report(make_result(), command="simulate run plan.yaml") == page


def test_a_page_of_six_decades_is_small_and_quick():
    result = make_result(first=1962, last=2024)
    begin = time.perf_counter()
    page = build_report(result)
    assert time.perf_counter() - begin < 2.0
    assert len(page.encode()) < 3_000_000


def test_a_run_without_a_complete_vintage_says_so():
    result = make_result(first=2024, last=2024)
    text = headline(View.of(result)).striptags()
    assert text.startswith("No vintage counts towards an average: 0 of 1 complete; ")
    soup = parse(build_report(result))
    assert "nothing to count" in soup.find(id="payoff").get_text()


def test_the_first_screen_says_that_a_hedge_ended_because_the_score_became_unknown():
    """The one figure, of December 2020, is stale in the year after."""
    market = make_market(
        price_frame(weekdays("2020-11-02", "2021-12-31"), 100.0),
        fms_cash=observations("fms_cash", [pd.Timestamp("2020-12-15")], [4.0]),
    )
    hedge = AT_ONCE | {"when_blind": "none"}
    found = outcome_of(make_plan(hedge=hedge, vintages=[2020]), market)
    assert found.metrics["hedge"]["bought_back_blind"] == [2020]
    text = " ".join(parse(build_report(found)).get_text().split())
    said = (
        "The hedge of 2020 was bought back because the score became unknown, not because it fell."
    )
    assert said in text


def test_the_headline_in_full(result):
    m = result.metrics["tactical"]
    assert headline(View.of(result)).striptags() == (
        f"Over {m['n']} complete vintages from 1995 to 2011 the tactical long made "
        f"{m['mean']:+.2%} on average (95% interval {m['mean_low']:+.2%} to {m['mean_high']:+.2%}) "
        f"and ended above zero in {m['hits']} of them: {m['hit_rate']:.1%}, exact 95% interval "
        f"{m['hit_low']:.1%} to {m['hit_high']:.1%}."
    ).replace("-", "−")


def test_the_plan_on_the_page_is_the_plan(soup, result):
    import yaml

    from strategy.plan import Plan

    content = yaml.safe_load(soup.find(id="plan-file").get_text())
    assert content == plain(result.plan.model_dump(mode="json", by_alias=True))
    assert Plan.model_validate(content) == result.plan


def test_monthly_returns_compound_to_the_path(soup, result):
    """Each month recomputed from the equity at the two month ends."""
    equity = result.daily["equity_total"]
    ends = equity.groupby([equity.index.year, equity.index.month]).last()
    rows = {
        int(tr.th.get_text()): tr.find_all("td")
        for tr in soup.find(id="calendar-table").tbody.find_all("tr")
    }
    assert rows[2003][2].get_text() == f"{(ends[2003, 3] / ends[2003, 2] - 1) * 100:.1f}".replace(
        "-", "−"
    )
    year = equity.loc["2003"].iloc[-1] / equity.loc["2002"].iloc[-1] - 1
    assert rows[2003][12].get_text() == f"{year * 100:.1f}".replace("-", "−")
