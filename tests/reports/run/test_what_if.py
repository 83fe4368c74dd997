"""What if, in the page: the sliders show what single runs of plans written so say."""

import random

import pytest

from reports.run.report import build_report
from reports.run.view import View
from reports.run.what_if.packing import packed, whole
from reports.text.format import show
from reports.text.language import speaking
from strategy.plan import Plan
from strategy.result.result import Result
from strategy.run.simulation import simulate
from strategy.sweep.lattice.lattice import lattice_or_key
from tests.reports.browser import launched, opened
from tests.reports.stand_in import make_result

PHONE = 390


@pytest.mark.parametrize(
    ("value", "kind", "digits"),
    [
        (0.01234, "percent", 123),
        (-0.00004, "percent", 0),
        (0.6034, "share", 603),
        (None, "share", None),
    ],
)
def test_a_figure_is_packed_as_it_is_shown(value, kind, digits):
    assert whole(value, kind) == digits


def test_large_numbers_take_more_room():
    assert packed([1, None])[0] == "h" and packed([40_000])[0] == "i"


def test_a_page_without_settings_has_no_section_and_one_that_is_refused_says_why():
    result = make_result()
    assert 'id="what-if"' not in build_report(result)
    page = build_report(result, lattice="hedge.instrument put")
    assert "hedge.instrument put is followed by single runs only" in page
    assert "data-lattice" not in page


def expected(result):
    """The rows of figures of a run, from its metrics."""
    m = View.of(result).metrics
    t, y, h, total = m["tactical"], m["yardstick"], m["hedge"], m["total"]

    def p(value):
        return show(value, "percent")

    def s(value):
        return show(value, "share")

    hedge = "–"
    if h["n"]:
        hedge = f"{p(h['mean'])} ({p(h['mean_low'])} to {p(h['mean_high'])}), n = {h['n']}"
    return {
        "mean": f"{p(t['mean'])} ({p(t['mean_low'])} to {p(t['mean_high'])}), n = {t['n']}",
        "held": p(y["held"]["mean"]),
        "lead": "{} ({} to {})".format(
            *(p(y["lead"][f"mean{end}"]) for end in ("", "_low", "_high"))
        ),
        "hit_rate": f"{t['hits']} of {t['n']}: {s(t['hit_rate'])} "
        f"({s(t['hit_low'])} to {s(t['hit_high'])})",
        "worst": f"{p(t['worst'])} ({t['worst_vintage']})",
        "hedge_mean": hedge,
        "cagr": p(total["cagr"]),
        "max_drawdown": p(total["max_drawdown"]),
    }


@pytest.mark.slow
def test_sliders_show_what_single_runs_say(short_long, tmp_path):
    lattice = lattice_or_key(short_long.simulation)
    text = build_report(short_long, lattice=lattice)
    assert len(text.encode()) < 2_500_000
    page_file = tmp_path / "report.html"
    page_file.write_text(text, encoding="utf-8")
    rows = """() => Object.fromEntries([...document.querySelectorAll("#what-if-figures tbody tr")]
        .map((row) => [row.dataset.needed, row.cells[1].textContent]))"""
    bars = """() => Object.fromEntries([...document.querySelectorAll(
        "#what-if svg.wide [data-long]")].map((bar) => [bar.dataset.long, bar.textContent]))"""
    rng = random.Random(1)
    with launched() as browser, opened(browser, page_file, width=PHONE) as (page, diary):
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE
        assert page.evaluate(rows) == expected(short_long)
        assert "1 of 3,750" in page.inner_text("#what-if-looked")
        for tried in range(3):
            content = short_long.plan.model_dump(mode="json", by_alias=True)
            for slider in lattice.sliders:
                at = rng.randrange(len(slider.values))
                *path, last = slider.key.split(".")
                node = content
                for part in path:
                    node = node[part]
                node[last] = slider.values[at]
                control = page.locator(f"#slide-{slider.key.replace('.', '-')}")
                control.focus()
                page.keyboard.press("Home")  # by keyboard alone
                for _ in range(at):
                    page.keyboard.press("ArrowRight")
            single = Result(simulate(Plan.model_validate(content), short_long.market))
            assert page.evaluate(rows) == expected(single), tried
            with speaking("en"):
                wanted = {
                    str(row["vintage"]): show(row["tactical_return"], "percent")
                    for row in single.vintages.to_dict("records")
                }
            shown = page.evaluate(bars)
            assert {
                year: words.split(": ")[1].split(", ")[0] for year, words in shown.items()
            } == wanted
        page.click("#what-if-own")
        assert page.evaluate(rows) == expected(short_long)
        assert "by luck" in page.inner_text("#what-if-looked")
        assert diary.empty, diary
