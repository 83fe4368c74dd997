"""Every chart of the registry: drawn at both widths, with words, units and nothing off the page."""

import itertools
import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from reports.drawing.registry import chart
from reports.run.charts import CHARTS, draw, standalone
from reports.run.report import NARROW, WIDE
from reports.run.view import View
from tests.reports.stand_in import make_result

OPTIONS = {"vintage": {"year": 2001}, "multiple": {"year": 2001}}
UNITS = {
    "strip": "% of its capital",
    "payoff": "% of the leg's capital",
    "vintage": "index points",
    "growth": "growth of 1",
    "hedge_history": "hedge, % of equity",
    "hedge_payoff": "hedge, % of equity",
    "hedge_year": "hedge, % of equity",
    "start_day": "% of the leg's capital",
}


@pytest.fixture(scope="module")
def view():
    return View.of(make_result())


def parse(name, view, width, **options):
    drawing = draw(name, view, width, **(options or OPTIONS.get(name, {})))
    assert drawing is not None
    return drawing, ET.fromstring(str(drawing.canvas.render()))


@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("name", sorted(CHARTS))
def test_a_chart_is_well_formed_and_stays_inside_its_frame(name, view, width):
    drawing, svg = parse(name, view, width)
    assert drawing.alt.endswith(".")
    height = float(svg.attrib["height"])
    for element in svg.iter():
        if {"x", "width"} <= set(element.attrib) and element.tag == "rect":
            assert float(element.attrib["x"]) >= -1
            assert float(element.attrib["x"]) + float(element.attrib["width"]) <= width + 1
        if element.tag in ("text", "circle"):
            x = float(element.attrib.get("x", element.attrib.get("cx", "nan")))
            y = float(element.attrib.get("y", element.attrib.get("cy", "nan")))
            assert -1 <= x <= width + 1, ET.tostring(element)
            assert -1 <= y <= height + 1, ET.tostring(element)
    assert "nan" not in str(drawing.canvas.render()).lower()


@pytest.mark.parametrize("name", sorted(UNITS))
def test_a_chart_names_its_units(name, view):
    for width in (WIDE, NARROW):
        _, svg = parse(name, view, width)
        assert any(UNITS[name] in (t.text or "") for t in svg.iter("text"))


@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("name", sorted(set(CHARTS) - {"multiple"}))
def test_tick_labels_do_not_overlap(name, view, width):
    _, svg = parse(name, view, width)
    rows: dict[str, list[tuple[float, float]]] = {}
    for text in svg.iter("text"):
        if text.attrib.get("class") == "tick" and text.attrib.get("text-anchor") == "middle":
            half = len(text.text or "") * 7 / 2
            x = float(text.attrib["x"])
            rows.setdefault(text.attrib["y"], []).append((x - half, x + half))
    for boxes in rows.values():
        boxes.sort()
        assert all(a[1] <= b[0] for a, b in itertools.pairwise(boxes))


def test_the_strip_has_one_mark_a_vintage_with_its_exact_reason(view):
    _, svg = parse("strip", view, WIDE)
    marks = [
        e for e in svg.iter() if e.attrib.get("data-vintage") and "hedge" not in e.attrib["class"]
    ]
    assert [int(e.attrib["data-vintage"]) for e in marks] == view.years
    for mark, row in zip(marks, view.rows, strict=True):
        expected = "idle" if not row.traded else f"r-{row.reason}" if row.complete else "open-bar"
        assert mark.attrib["class"] == expected


def test_bars_are_as_long_as_their_returns(view):
    _, svg = parse("strip", view, WIDE)
    bars = {
        int(e.attrib["data-vintage"]): float(e.attrib["height"])
        for e in svg.iter("rect")
        if e.attrib.get("class", "").startswith("r-")
    }
    rows = {r.year: abs(r["tactical_return"]) for r in view.rows if r.year in bars}
    scale = max(bars.values()) / max(rows.values())
    for year, height in bars.items():
        assert height == pytest.approx(max(rows[year] * scale, 1.0), abs=0.15)


def test_payoffs_show_every_counted_vintage_once(view):
    _, svg = parse("payoff", view, NARROW)
    dots = sorted(int(e.attrib["data-vintage"]) for e in svg.iter("circle"))
    assert dots == [r.year for r in view.rows if r.traded and r.complete]
    assert len(dots) == view.metrics["tactical"]["n"]


def test_the_price_chart_marks_the_entry_and_every_exit(view):
    for row in view.rows:
        _, svg = parse("vintage", view, WIDE, year=row.year)
        marks = [e for e in svg.iter("path") if "marker" in e.attrib.get("class", "")]
        fills = {(e.date, e.reason, e.price) for e in row.exits}
        assert len(marks) == (1 + len(fills) if row.traded else 0)


def test_a_chart_without_anything_to_show_is_left_out(view):
    bare = View.of(make_result())
    bare.vintages["hedge_max_ratio"] = 0.0
    assert draw("hedge_payoff", bare, WIDE) is None


def test_the_view_and_charts_take_a_single_vintage():
    alone = View.of(make_result(first=2005, last=2005))
    for name in CHARTS:
        options = {"year": 2005} if name in OPTIONS else {}
        for width in (WIDE, NARROW):
            draw(name, alone, width, **options)


def test_two_charts_cannot_share_a_name():
    with pytest.raises(ValueError, match="strip"):
        chart("strip", title="", caption="")(lambda view, width: None)


def test_a_chart_can_stand_alone(view):
    text = standalone("growth", view, WIDE) or ""
    svg = ET.fromstring(text)
    assert svg.tag == "{http://www.w3.org/2000/svg}svg"
    asked = set(re.findall(r"var\(--([\w-]+)\)", text))
    assert asked <= set(re.findall(r"--([\w-]+):", text))


def test_the_chart_of_start_days_has_a_dot_a_day_and_the_plan_s_own_is_larger(view):
    drawing = draw("start_day", view, 700.0)
    root = ET.fromstring(str(drawing.canvas.render()))
    dots = {int(d.get("data-shift")): d for d in root.iter() if d.get("data-shift")}
    assert sorted(dots) == list(range(-15, 15))  # the fifteenth day lies beyond the data
    assert float(dots[0].get("r")) > float(dots[1].get("r"))
    # by hand: 0.8 % on the day, best at shift 3: 0.8 + 0.06 - 0.027
    assert "between −0.17% and +0.83%" in drawing.alt
    assert "own day +0.80%, and better on 6 of 29 other days" in drawing.alt


def test_without_other_days_there_is_no_chart_of_them(view):
    only = replace(view, metrics={**view.metrics, "yardstick": {}})
    assert draw("start_day", only, 700.0) is None
