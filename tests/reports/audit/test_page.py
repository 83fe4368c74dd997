"""The audit's files: every figure of the page is in audit.json, and the page is self-contained."""

import json
import re

import pytest

from market.errors import InputError
from market.serialise import lookup
from reports.audit.page import audit_folder, build_audit, headline, write_audit
from reports.html.page import policy
from reports.text.format import exact
from strategy.audit.audit import audit
from strategy.audit.study.verdict import VERDICTS
from tests.reports.page import loading_references, parse
from tests.strategy.audit.claims_by_hand import LITTLE, claims_of, make_claim
from tests.strategy.tiny_market import make_market, make_plan, random_prices, weekdays

HOSTILE = "<script>alert('x')</script> \"quoted\" & 短多"

CLAIMS = (
    make_claim(id="december", event={"kind": "month", "month": 12}, horizon=None, says=HOSTILE),
    make_claim(
        id="strongest",
        event={"kind": "month", "month": 12},
        horizon=None,
        claimed={"rank": 1},
    ),
    make_claim(
        id="holds",
        section="四.1",
        event={"kind": "rule", "rule": "weekly_average_touch"},
        horizon={"sessions": 20},
        outcome={"measure": "low_holds"},
        note="a note",
    ),
    make_claim(
        id="squeezes",
        event={"kind": "dates", "dates": ["2012-03", "2015-10"]},
        horizon={"months": 3},
        claimed={"median": 0.118},
    ),
    make_claim(
        id="analogs",
        event={"kind": "anchor", "as_high_as": [2012, 2019]},
        horizon={"year": "next"},
        outcome={"measure": "max_drawdown", "at_least": 0.2},
        claimed={"hit_rate": 1.0},
    ),
    make_claim(id="absent", event={"kind": "rule", "rule": "breadth_thrust"}),
    make_claim(
        id="together",
        event={"kind": "rule", "rule": "fast_fall", "on": "every_day"},
        horizon=None,
        outcome={"measure": "rule_value", "rule": "weekly_average_touch", "at_most": 0.0},
        trial="occurrence",
    ),
)
READINGS = [
    {"id": "level", "says": "the index", "series": "prices", "stated": 100, "tolerance": 0.01},
    {"id": "gold", "says": "gold", "series": "gold", "stated": 2630, "tolerance": 0.02},
    {"id": "month", "says": "December", "rule": "december", "stated": True},
]
FORECASTS = [
    {
        "id": "zone",
        "says": "the zone",
        "statement": {"kind": "touches", "level": "zone_low"},
        "by": "2016-12-15",
        "probability": 0.7,
    },
    {"id": "fall", "says": "a fall", "statement": {"kind": "falls", "at_least": 0.5},
     "start": "2017-01-01", "by": "2017-12-29"},
]  # fmt: skip


@pytest.fixture(scope="module")
def result():
    sessions = weekdays("2010-01-01", "2017-09-29")
    score = [0.6 if day.year % 3 else 0.2 for day in sessions]
    market = make_market(random_prices(sessions, 4), score=score)
    claims = claims_of(*CLAIMS, as_of="2016-11-21", readings=READINGS, forecasts=FORECASTS)
    return audit(make_plan(name=HOSTILE), market, claims, effort=LITTLE)


@pytest.fixture(scope="module")
def written(result, tmp_path_factory):
    return write_audit(result, tmp_path_factory.mktemp("audits"), command=["simulate", "audit"])


@pytest.fixture(scope="module")
def content(written):
    return json.loads(written["audit.json"].read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def page(written):
    return written["audit.html"].read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def soup(page):
    return parse(page)


def test_three_files_are_written(written, result):
    assert set(written) == {"folder", "audit.csv", "audit.html", "audit.json"}
    assert written["folder"].name == audit_folder(result)
    assert sorted(p.name for p in written["folder"].iterdir()) == sorted(set(written) - {"folder"})


def test_every_figure_of_the_page_is_in_audit_json(soup, content):
    figures = soup.find_all("data")
    assert len(figures) > 200
    for figure in figures:
        value = lookup(content, figure["data-metric"])
        assert figure["value"] == exact(value), figure


def strings_of(value):
    if isinstance(value, dict):
        for key, inner in value.items():
            yield str(key)
            yield from strings_of(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings_of(inner)
    elif value is not None:
        yield str(value)


def test_no_number_stands_in_the_page_s_text_without_its_source(page, content):
    soup = parse(page)
    known = sorted(set(strings_of(content)), key=len, reverse=True)
    for element in soup(["data", "style", "script", "svg", "pre", "title"]):
        element.decompose()
    for text in soup.stripped_strings:
        rest = " ".join(text.split())
        for string in known:
            if len(string) > 3:
                rest = rest.replace(string, "")
        # words of the template: intervals at 95 %, the base rate's formula
        rest = rest.replace("95%", "").replace("(years + 1)", "")
        years = [n for n in re.findall(r"\d+", rest) if n not in known]
        assert not years or "sha" in text, text


def test_charts_say_in_words_what_they_show(soup, content):
    for svg in soup.find_all("svg"):
        assert svg["role"] == "img"
        assert svg["aria-label"]
    for claim_id, record in content["claims"].items():
        article = soup.find("article", id=f"claim-{claim_id}")
        wide = article.find("svg", class_="wide")
        assert (wide is not None) == bool(record["events"])
        if record["histogram"]:
            dots = wide.find_all("circle")
            assert len(dots) == record["sample"]["episodes"]


def test_the_histogram_holds_every_eligible_date(content):
    for record in content["claims"].values():
        if record["histogram"]:
            assert sum(record["histogram"]["counts"]) == record["sample"]["eligible"]


def test_the_page_asks_nothing_of_any_network(page, soup):
    assert loading_references(page) == []
    meta = soup.find("meta", attrs={"http-equiv": "Content-Security-Policy"})
    assert meta["content"] == policy(soup.style.string, soup.script.string)
    assert meta["content"].startswith("default-src 'none';")


def test_hostile_words_are_shown_as_text(page, soup):
    assert "<script>alert" not in page
    assert HOSTILE in soup.find("article", id="claim-december").get_text()


def test_every_link_inside_the_page_leads_somewhere(soup):
    ids = {element["id"] for element in soup.find_all(id=True)}
    links = [a["href"] for a in soup.find_all("a") if a["href"].startswith("#")]
    assert len(links) > len(CLAIMS)
    assert [link for link in links if link[1:] not in ids] == []


def test_every_claim_reading_and_forecast_is_on_the_page(soup):
    for claim in CLAIMS:
        assert soup.find("article", id=f"claim-{claim.id}")
    for reading in READINGS:
        assert soup.find("tr", id=f"tape-{reading['id']}")
    for forecast in FORECASTS:
        assert soup.find("tr", id=f"forecast-{forecast['id']}")


def test_the_csv_has_a_row_a_claim_with_the_figures_of_the_json(written, content):
    import pandas as pd

    table = pd.read_csv(written["audit.csv"])
    assert table["id"].tolist() == [claim.id for claim in CLAIMS]
    assert set(table["verdict"]) <= set(VERDICTS)
    row = table.set_index("id").loc["holds"]
    record = content["claims"]["holds"]
    assert row["observed"] == record["episodes"]["hit_rate"]
    assert row["p_holm"] == record["p_holm"]


def test_the_same_audit_gives_the_same_bytes(result, written, tmp_path):
    again = write_audit(result, tmp_path / "audits", command=["simulate", "audit"])
    for name in ("audit.csv", "audit.html", "audit.json"):
        assert again[name].read_bytes() == written[name].read_bytes()


def test_a_folder_that_cannot_be_made_leaves_nothing(result, tmp_path):
    (tmp_path / "audits").write_text("a file")
    with pytest.raises(InputError, match="not a folder"):
        write_audit(result, tmp_path / "audits")
    with pytest.raises(InputError, match="cannot be written"):
        write_audit(result, tmp_path / "no" / "such" / "folder")
    assert [p.name for p in tmp_path.iterdir()] == ["audits"]


def test_a_failure_while_writing_leaves_nothing(result, tmp_path, monkeypatch):
    def fail(*_):
        raise InputError("no space left")

    monkeypatch.setattr("reports.run.folder.write_whole", fail)
    with pytest.raises(InputError):
        write_audit(result, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_an_audit_without_anything_is_a_page_too():
    market = make_market(random_prices(weekdays("2010-01-01", "2010-06-30"), 1))
    plan = make_plan(tactical__levels={"mode": "structural"})
    page = build_audit(audit(plan, market, claims_of(), effort=LITTLE))
    assert "No claims are on trial." in page
    assert "no forecast" in page


def test_the_headline_counts_the_verdicts():
    head = {"claims": 3, "verdicts": dict(zip(VERDICTS, (1, 2, 0, 0), strict=True))}
    assert headline(head) == "Of 3 claims, 1 is supported by the data and 2 are not supported."
