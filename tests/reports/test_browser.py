"""The pages in a real browser: offline, silent, sortable, readable in light, dark, small, print."""

import importlib
import json

import pytest

from reports.audit.page import build_audit
from reports.compare.page import build_comparison
from reports.drawing.palette import PALETTE
from reports.run.folder import write_run
from reports.run.report import build_report
from reports.scenario.page import build_calibration, build_scenario
from reports.sweep.data import read_sweep
from reports.sweep.page import build_sweep
from strategy.compare.comparison import compare
from strategy.compare.stored import read_run
from tests.reports.browser import OVERLAPS, SHIFT, launched, opened
from tests.reports.folders import make_sweep
from tests.reports.stand_in import make_result

HOSTILE = "<script>alert('x')</script> \"quoted\" & 🚀 短多"
PAGES = (
    "report", "report-zh", "compare", "compare-zh", "sweep", "hostile", "audit", "audit-zh",
    "scenario", "scenario-zh", "calibration", "tearsheet",
)  # fmt: skip
#: quantstats' own page has no dark mode and one width of chart.
OURS = PAGES[:-1]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def browser():
    with launched() as found:
        yield found


@pytest.fixture(scope="module")
def pages(
    short_long, structural, bundled_audit, scenario_figures, calibration_figures, tmp_path_factory
):
    """Every page as a file, made from the bundled data."""
    home = tmp_path_factory.mktemp("pages")
    runs = []
    out = {}
    for result in (short_long, structural):
        first = not runs
        paths = write_run(result, home / "runs", tearsheet=first, report=first)
        runs.append(read_run(paths["folder"]))
        if first:
            out |= {"report": paths["report.html"], "tearsheet": paths["tearsheet.html"]}
            (home / "report-zh.html").write_text(build_report(result, language="zh-Hant"))
    comparison = compare(runs)
    (home / "compare.html").write_text(build_comparison(comparison))
    (home / "compare-zh.html").write_text(build_comparison(comparison, language="zh-Hant"))
    (home / "sweep.html").write_text(build_sweep(read_sweep(make_sweep(home / "sweep"))))
    (home / "hostile.html").write_text(build_report(make_result(name=HOSTILE)))
    for tag, end in (("en", ""), ("zh-Hant", "-zh")):
        (home / f"audit{end}.html").write_text(build_audit(bundled_audit, language=tag))
        page = build_scenario(scenario_figures, language=tag)
        (home / f"scenario{end}.html").write_text(page)
    (home / "calibration.html").write_text(build_calibration(calibration_figures))
    return out | {name: home / f"{name}.html" for name in PAGES if name not in out}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_opens_offline_in_silence_and_asks_for_nothing(browser, pages, name):
    with opened(browser, pages[name]) as (page, diary):
        assert page.title()
        assert page.evaluate(SHIFT) < 0.001
        assert diary.empty, diary


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("width", [390, 1100])
def test_a_page_does_not_scroll_sideways(browser, pages, name, width):
    with opened(browser, pages[name], width=width) as (page, _):
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("name", OURS)
@pytest.mark.parametrize("width", [390, 1100])
def test_no_label_lies_on_another(browser, pages, name, width):
    with opened(browser, pages[name], width=width) as (page, _):
        assert page.evaluate(OVERLAPS) == []


def test_no_label_of_any_vintage_lies_on_another(browser, pages):
    with opened(browser, pages["report"]) as (page, _):
        page.evaluate(f"globalThis.overlaps = {OVERLAPS.strip()}")
        found = page.evaluate(
            """() => [...document.querySelectorAll("article.vintage")].map((article) => {
              for (const a of document.querySelectorAll("article.vintage")) {
                a.classList.toggle("is-shown", a === article);
              }
              return article.querySelector("svg.wide").getBoundingClientRect().width
                ? [article.id, globalThis.overlaps()] : [article.id, ["not shown"]];
            }).filter(([, found]) => found.length)"""
        )
        assert found == []


@pytest.mark.parametrize("name", OURS)
def test_dark_and_light_are_the_system_s_until_the_reader_chooses(browser, pages, name):
    ground = "getComputedStyle(document.body).backgroundColor"
    for scheme, index in (("light", 0), ("dark", 1)):
        with opened(browser, pages[name], scheme=scheme) as (page, _):
            assert page.evaluate(ground) == rgb(PALETTE["ground"][index])
            page.click("#theme")
            assert page.evaluate(ground) == rgb(PALETTE["ground"][1 - index])


@pytest.mark.parametrize(
    ("name", "scheme"),
    [
        *((name, "light") for name in PAGES if name != "report-zh"),
        # quantstats' page is light only; Chinese pages have the marks and colours of English ones
        *((name, "dark") for name in ("report", "compare", "sweep")),
    ],
)
def test_axe_finds_nothing_serious(browser, pages, name, scheme):
    # it brings axe-core along and no annotations
    Axe = importlib.import_module("axe_playwright_python.sync_playwright").Axe

    with opened(browser, pages[name], scheme=scheme) as (page, _):
        found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
        serious = [
            (v["id"], v["help"], [n["html"][:90] for n in v["nodes"][:3]])
            for v in found
            if v["impact"] in ("serious", "critical")
        ]
        assert serious == []


def test_the_vintage_table_sorts_by_value_with_missing_ones_last(browser, pages):
    with opened(browser, pages["report"]) as (page, _):
        head = page.locator("#vintage-table th[data-column=tactical_return]")
        for direction in ("descending", "ascending"):
            head.locator("button").click()
            assert head.get_attribute("aria-sort") == direction
            texts = page.eval_on_selector_all(
                "#vintage-table tbody tr td:nth-of-type(5)",
                "cells => cells.map(c => c.dataset.value)",
            )
            numbers = [float(text) for text in texts if text]
            assert texts[: len(numbers)] == [text for text in texts if text]
            assert numbers == sorted(numbers, reverse=direction == "descending")


def test_the_comparison_s_table_sorts(browser, pages):
    with opened(browser, pages["compare"]) as (page, _):
        page.click("#vintage-table thead th:last-child button")
        texts = page.eval_on_selector_all(
            "#vintage-table tbody tr td:last-child", "cells => cells.map(c => c.dataset.value)"
        )
        numbers = [float(text) for text in texts if text]
        assert numbers == sorted(numbers, reverse=True)


def test_the_vintage_table_filters(browser, pages):
    shown = "#vintage-table tbody tr:visible"
    with opened(browser, pages["report"]) as (page, _):
        every = page.locator(shown).count()
        page.select_option("#vintage-reason", "stop")
        stopped = page.locator(shown).count()
        assert 0 < stopped < every
        assert page.inner_text("#vintage-count") == f"{stopped} of {every} vintages"
        page.select_option("#vintage-reason", "")
        page.check("#vintage-analogs")
        assert page.locator(shown).count() == 4
        page.uncheck("#vintage-analogs")
        page.fill("#vintage-find", "1987")
        assert "1987" in page.inner_text("#vintage-table tbody tr:visible >> nth=0")


def test_the_chooser_shows_one_vintage_and_the_strip_leads_there(browser, pages):
    with opened(browser, pages["report"]) as (page, _):
        page.select_option("#vintage-choice", "2008")
        assert page.locator("article.vintage:visible").count() == 1
        assert page.locator("#vintage-2008 svg.wide").is_visible()
        page.click("#vintage-before")
        assert page.locator("#vintage-2007").is_visible()
        page.locator('#chart-strip svg.wide [data-vintage="1999"]').first.click(force=True)
        assert page.locator("#vintage-1999").is_visible()
        assert page.input_value("#vintage-choice") == "1999"


def test_the_chooser_of_a_sweep_shows_one_heat_map(browser, pages):
    with opened(browser, pages["sweep"]) as (page, _):
        assert page.locator(".map:visible").count() == 1
        page.select_option("#map-pair", "2")
        page.select_option("#map-mode", "chosen")
        assert page.locator(".map:visible").count() == 1
        assert page.locator(".map:visible table").get_attribute("id") == "map-2-chosen"


def test_every_control_is_reached_with_the_keyboard(browser, pages):
    with opened(browser, pages["report"]) as (page, _):
        reached = set()
        for _i in range(40):
            page.keyboard.press("Tab")
            reached.add(
                page.evaluate("document.activeElement.id || document.activeElement.tagName")
            )
        assert {"theme", "vintage-choice", "vintage-before"} <= reached


def test_the_table_is_saved_as_shown(browser, pages):
    with opened(browser, pages["report"], accept_downloads=True) as (page, _):
        page.check("#vintage-analogs")
        with page.expect_download() as waiting:
            page.click("#vintage-save")
        lines = waiting.value.path().read_text().splitlines()
        assert lines[0].startswith("vintage,anchor_date,entry_price,")
        assert [line.split(",")[0] for line in lines[1:]] == ["1999", "2000", "2007", "2021"]


def test_a_hostile_name_is_shown_as_text(browser, pages):
    with opened(browser, pages["hostile"]) as (page, diary):
        page.on("dialog", lambda dialog: diary.errors.append(dialog.message))
        assert page.inner_text("h1") == HOSTILE
        assert page.title().startswith(HOSTILE)
        assert diary.empty, diary


@pytest.mark.parametrize("name", OURS)
def test_the_policy_stops_what_was_smuggled_in(browser, pages, name):
    with opened(browser, pages[name]) as (page, _):
        stopped = page.evaluate(
            """() => new Promise((done) => {
              const found = [];
              addEventListener("securitypolicyviolation", (event) => {
                found.push(event.effectiveDirective);
                if (found.length === 3) done(found.sort());
              });
              const script = document.createElement("script");
              script.textContent = "window.smuggled = true";
              const image = document.createElement("img");
              image.src = "https://example.invalid/x.png";
              const style = document.createElement("style");
              style.textContent = "body { display: none }";
              document.body.append(script, image, style);
            })"""
        )
        assert stopped == ["img-src", "script-src-elem", "style-src-elem"]
        assert page.evaluate("window.smuggled") is None


@pytest.mark.parametrize("name", OURS)
def test_on_paper_the_wide_charts_stand_and_the_tools_are_gone(browser, pages, name):
    with opened(browser, pages[name], width=700) as (page, _):
        page.emulate_media(media="print")
        assert page.locator("nav").is_hidden()
        assert page.locator("#theme").is_hidden()
        assert page.locator("figure svg.wide").first.is_visible()
        assert page.locator("figure svg.narrow").first.is_hidden()
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == rgb(
            PALETTE["ground"][0]
        )


def test_golden_numbers_as_the_browser_has_them_equal_metrics(browser, pages):
    metrics = json.loads((pages["report"].parent / "metrics.json").read_text())
    with opened(browser, pages["report"]) as (page, _):
        figures = page.eval_on_selector_all(
            "data[data-metric]", "all => all.map(d => [d.dataset.metric, d.value])"
        )
    assert len(figures) > 80
    for path, text in figures:
        value = metrics
        for part in path.split("."):
            value = value[part]
        if isinstance(value, (int, float)):
            assert float(text) == value, path
        else:
            assert text == (value or ""), path


def rgb(colour: str) -> str:
    return f"rgb({', '.join(str(int(colour[i : i + 2], 16)) for i in (1, 3, 5))})"
