"""HTML of objects in notebooks: well formed, escaped, short, and with the tables' numbers."""

from types import SimpleNamespace

import pytest

from reports.figures.notebook import (
    MOST_ROWS,
    market_html,
    plan_html,
    result_html,
    scenario_html,
    sweep_html,
)
from reports.text.language import speaking
from tests.reports.folders import make_sweep
from tests.reports.page import parse
from tests.reports.stand_in import make_result

HOSTILE = '<script>alert(1)</script> & "x"'


@pytest.fixture(scope="module")
def result():
    return make_result()


def rows(html, table=0):
    found = parse(html).find_all("table")[table]
    return [
        [cell.get_text() for cell in row.find_all(["td", "th"])] for row in found.find_all("tr")
    ]


def test_a_plan_shows_what_is_not_the_default_first():
    from strategy.api import load_plan

    html = plan_html(load_plan("short_long", ["tactical.stop=0.02"]))
    assert rows(html) == [["not the default", "value"], ["tactical.stop", "0.02"]]
    assert ["hedge.max_ratio", "0.5"] in rows(html, 1)
    assert "tactical.stop" not in [row[0] for row in rows(html, 1)]
    assert len(parse(plan_html(load_plan("short_long"))).find_all("table")) == 1


def test_names_are_text_and_never_markup():
    html = result_html(make_result(name=HOSTILE))
    assert "<script>" not in html and "&lt;script&gt;" in html
    assert "<script>" not in plan_html(make_result(name=HOSTILE).plan)


def test_a_market_lists_its_series_and_counts_what_is_too_much(result):
    assert len(rows(market_html(result.market))) == 1 + 1 + len(result.market.series)
    many = {f"series_{k:02}": series for k in range(40) for series in result.market.series.values()}
    crowd = SimpleNamespace(
        **{name: getattr(result.market, name) for name in ("id", "price_spec", "sessions")},
        prices=result.market.prices,
        origin="bundled",
        series=many,
    )
    shown = rows(market_html(crowd))
    assert len(shown) == 1 + MOST_ROWS + 1
    assert shown[-1] == [f"{1 + len(many) - MOST_ROWS} more"]


def test_a_result_shows_its_mean_with_interval_and_number(result):
    html = result_html(result)
    tactical = result.metrics["tactical"]
    (mean,) = [row for row in rows(html) if row[0] == "Tactical long, mean"]
    assert mean[1].replace("−", "-") == f"{tactical['mean']:+.2%}"
    assert mean[3] == str(tactical["n"])
    low, high = (value.replace("−", "-") for value in mean[2].split(" to "))
    assert (low, high) == tuple(f"{tactical[f'mean_{end}']:+.2%}" for end in ("low", "high"))
    newest = rows(html, 2)[-1]
    assert newest[0].startswith(str(result.vintages["vintage"].iloc[-1]))


def test_a_sweep_shows_the_best_beside_the_plan_as_written(tmp_path):
    folder = make_sweep(tmp_path / "one")
    swept = SimpleNamespace(run=SimpleNamespace(folder=SimpleNamespace(path=folder)))
    found = {row[0]: row[1:] for row in rows(sweep_html(swept))}
    assert found["tactical.stop"][1] == "0.03"
    assert "variants were tried" in sweep_html(swept)


def test_a_scenario_gives_each_chance_its_interval_and_says_of_how_many(scenario_figures):
    html = scenario_html(SimpleNamespace(figures=scenario_figures))
    table = rows(html)
    assert table[0][1] == "history"
    worlds = list(scenario_figures["worlds"].values())
    for key, row in zip(scenario_figures["labels"], table[1:-1], strict=True):
        for world, cell in zip(worlds, row[2:], strict=True):
            odds = world["odds"][key]
            meant = world["december"] or key in scenario_figures["whole_future"]
            if odds["p"] is None or not meant:
                assert cell == "–"
            else:
                low, high = odds["low"] * 100, odds["high"] * 100
                assert cell == f"{odds['p'] * 100:.0f}% ({low:.0f}–{high:.0f})"
    assert table[-1][2:] == [f"{world['paths']:,}" for world in worlds]


def test_it_speaks_the_language_in_use(result):
    with speaking("zh-Hant"):
        assert "戰術多單" in result_html(result)
