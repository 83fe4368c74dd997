"""The pages in a real browser: offline, silent, sortable, readable in light, dark, small, print."""

import importlib
import json
from contextlib import ExitStack

import pytest

from reports.drawing.palette import PALETTE
from tests.reports.browser import OVERLAPS, SHIFT, launched, opened
from tests.reports.shelf import HOSTILE, TOGETHER

#: The tear sheet last: it is not ours.
PAGES = (*(n for names in TOGETHER.values() for n in names if n != "tearsheet"), "tearsheet")
#: quantstats' own page has no dark mode and one width of chart.
OURS = PAGES[:-1]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def browser():
    with launched() as found:
        yield found


class Views:
    """Open pages by name, width, scheme and use, so that tests of one page share them."""

    def __init__(self, browser, pages):
        self.browser, self.pages = browser, pages
        self.name, self.open, self.stack = "", {}, ExitStack()

    def __call__(self, name, width=1100, scheme="light", use="looked at"):
        if name != self.name:
            self.close()
            self.name = name
        key = width, scheme, use
        if key not in self.open:
            view = opened(self.browser, self.pages[name], width=width, scheme=scheme)
            self.open[key] = self.stack.enter_context(view)
        return self.open[key]

    def close(self):
        self.stack.close()
        self.open.clear()


@pytest.fixture(scope="module")
def views(browser, pages):
    found = Views(browser, pages)
    yield found
    found.close()


def each(names):
    """Tests of one page come together: they share what is open."""
    return pytest.mark.parametrize("name", names, scope="module")


@each(PAGES)
def test_a_page_opens_offline_in_silence_and_asks_for_nothing(views, name):
    page, diary = views(name)
    assert page.title()
    assert page.evaluate(SHIFT) < 0.001
    assert diary.empty, diary


@each(PAGES)
@pytest.mark.parametrize("width", [390, 1100])
def test_a_page_does_not_scroll_sideways(views, name, width):
    page, _ = views(name, width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@each(OURS)
@pytest.mark.parametrize("width", [390, 1100])
def test_no_label_lies_on_another(views, name, width):
    page, _ = views(name, width)
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


@each(OURS)
def test_dark_and_light_are_the_system_s_until_the_reader_chooses(views, name):
    ground = "getComputedStyle(document.body).backgroundColor"
    for scheme, index in (("light", 0), ("dark", 1)):
        page, _ = views(name, scheme=scheme, use="changed")
        assert page.evaluate(ground) == rgb(PALETTE["ground"][index])
        page.click("#theme")
        assert page.evaluate(ground) == rgb(PALETTE["ground"][1 - index])


def serious(page):
    """What axe finds that would keep a reader out."""
    # it brings axe-core along and no annotations
    Axe = importlib.import_module("axe_playwright_python.sync_playwright").Axe

    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        (v["id"], v["help"], [n["html"][:90] for n in v["nodes"][:3]])
        for v in found
        if v["impact"] in ("serious", "critical")
    ]


#: Small pages, checked each time; the campaign checks all others.
SMALL = ("sweep", "hostile")


@each(SMALL)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(views, name, scheme):
    page, _ = views(name, scheme=scheme)
    assert serious(page) == []


@pytest.mark.campaign
@each([name for name in PAGES if name not in SMALL])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_on_any_other_page(views, name, scheme):
    page, _ = views(name, scheme=scheme)
    assert serious(page) == []


def test_the_vintage_table_sorts_by_value_with_missing_ones_last(browser, pages):
    with opened(browser, pages["report"]) as (page, _):
        head = page.locator("#vintage-table th[data-column=tactical_return]")
        for direction in ("descending", "ascending"):
            head.locator("button").click()
            assert head.get_attribute("aria-sort") == direction
            texts = page.eval_on_selector_all(
                "#vintage-table tbody tr td:nth-of-type(1)",
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
        assert lines[0].startswith("vintage,tactical_return,exit_reason,")
        assert [line.split(",")[0] for line in lines[1:]] == ["1999", "2000", "2007", "2021"]


def test_a_hostile_name_is_shown_as_text(browser, pages):
    with opened(browser, pages["hostile"]) as (page, diary):
        page.on("dialog", lambda dialog: diary.errors.append(dialog.message))
        assert page.inner_text("h1") == HOSTILE
        assert page.title().startswith(HOSTILE)
        assert diary.empty, diary


@each(OURS)
def test_the_policy_stops_what_was_smuggled_in(views, name):
    page, _ = views(name, scheme="dark", use="changed")
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


@each(OURS)
def test_on_paper_the_wide_charts_stand_and_the_tools_are_gone(views, name):
    page, _ = views(name, use="changed")
    page.set_viewport_size({"width": 700, "height": 900})
    page.emulate_media(media="print")
    assert page.locator("nav").is_hidden()
    assert page.locator("#theme").is_hidden()
    assert page.locator("figure svg.wide").first.is_visible()
    assert page.locator("figure svg.narrow").first.is_hidden()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == rgb(
        PALETTE["ground"][0]
    )


def test_golden_numbers_as_the_browser_has_them_equal_metrics(browser, pages):
    metrics = json.loads(pages.run()["metrics.json"].read_text())
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
