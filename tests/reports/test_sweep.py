"""The page of a sweep: grids recomputed by hand, and a verdict that tells luck from skill."""

import json

import numpy as np
import pytest

from market.errors import InputError
from reports.sweep import build_sweep, write_sweep_page
from reports.sweep_data import MODES, read_sweep
from tests.reports.folders import make_sweep
from tests.reports.page import loading_references, parse

STOP, EXIT = "tactical.stop", "tactical.exit_by"


@pytest.fixture(scope="module")
def sweep(tmp_path_factory):
    return read_sweep(make_sweep(tmp_path_factory.mktemp("sweeps") / "one"))


@pytest.fixture(scope="module")
def soup(sweep):
    return parse(build_sweep(sweep, command="simulate sweep x"))


def test_the_plan_as_written_is_found_on_the_grid(sweep):
    row = sweep.variants.iloc[sweep.base_row]
    assert (row[STOP], row[EXIT], row["tactical.levels.zone"]) == (0.03, "12-15", "[3, 4]")


def test_a_heat_map_is_the_mean_the_best_or_the_chosen_of_the_rest(sweep):
    table = sweep.variants
    mean, best, chosen = (sweep.grid(STOP, EXIT, mode) for mode in MODES)
    assert mean.rows == ("0.02", "0.03", "0.04")
    cell = table[(table[STOP] == 0.03) & (table[EXIT] == "12-15")]
    assert mean.values[1, 1] == pytest.approx(cell["sharpe"].mean())
    assert best.values[1, 1] == pytest.approx(cell["sharpe"].max())
    zone = table["tactical.levels.zone"].iloc[sweep.best]
    alike = cell[cell["tactical.levels.zone"] == zone]
    assert chosen.values[1, 1] == pytest.approx(alike["sharpe"].iloc[0])
    assert best.values[best.best] == pytest.approx(table["sharpe"].max())
    assert mean.base == (1, 1)


def test_a_slice_is_the_spread_of_all_variants_of_a_value(sweep):
    s = next(s for s in sweep.slices if s.parameter == STOP)
    part = sweep.variants.loc[sweep.variants[STOP] == 0.02, "sharpe"]
    assert s.median[0] == pytest.approx(part.median())
    assert (s.low[0], s.best[0]) == pytest.approx((part.quantile(0.1), part.max()))


def test_unfinished_vintages_are_in_no_statistic(sweep):
    years, returns = sweep.returns
    assert years[-1] == 2009 and returns.shape == (40, 36)


def test_luck_is_not_taken_for_skill_nor_skill_for_luck(tmp_path, sweep):
    lucky = sweep.judged
    skilled = read_sweep(make_sweep(tmp_path / "skilled", skill=0.03)).judged
    assert lucky.against_base and skilled.against_base
    assert lucky.dsr < 0.9 < 0.95 < skilled.dsr
    assert lucky.overfitting.pbo > 0.2 and skilled.overfitting.pbo < 0.05
    assert skilled.spa.consistent < 0.01 < lucky.spa.consistent
    assert skilled.trials == 36


def test_every_pair_and_mode_has_one_heat_map_that_equals_the_grid(soup, sweep):
    maps = soup.select(".map")
    assert len(maps) == 3 * len(MODES)
    first = soup.find(id="map-0-mean")
    row, column = sweep.pairs[0]
    expected = sweep.grid(row, column, "mean").values
    found = [[td.get_text() for td in tr.find_all("td")] for tr in first.tbody.find_all("tr")]
    assert found == [[f"{v:.3f}".replace("-", "−") for v in line] for line in expected]
    assert len(first.select("td.is-best")) == 1
    assert len([m for m in maps if "is-first" in m["class"]]) == 1


def test_the_page_is_self_contained_and_says_how_many_were_tried(soup, sweep):
    page = str(build_sweep(sweep))
    assert loading_references(page) == []
    text = soup.find(id="verdict").get_text()
    assert "36 variants were tried" in text and "of the plan as written" in text
    for figure in ("DSR", "PBO", "SPA test", "Reality check"):
        assert figure in soup.find(id="judgement").get_text()
    assert len(soup.find(id="walk-table").tbody.find_all("tr")) > 20


def test_without_vintage_returns_the_page_says_so(tmp_path):
    soup = parse(build_sweep(read_sweep(make_sweep(tmp_path / "bare", vintages=False))))
    assert "no returns by vintage" in soup.find(id="luck").get_text()
    assert soup.find(id="walk") is None


def test_a_hostile_name_is_shown_as_text(tmp_path):
    name = "<script>alert('x')</script> \"quoted\" & 🚀"
    soup = parse(build_sweep(read_sweep(make_sweep(tmp_path / "x", name=name))))
    assert soup.h1.get_text() == name and len(soup.find_all("script")) == 1


def test_the_page_speaks_chinese(sweep):
    page = build_sweep(sweep, language="zh-Hant")
    assert '<html lang="zh-Hant"' in page and "試了36個變體" in parse(page).get_text()


def test_the_page_is_written_into_the_folder(tmp_path):
    folder = make_sweep(tmp_path / "one")
    assert write_sweep_page(folder) == folder / "sweep.html"
    assert (folder / "sweep.html").read_text().startswith("<!DOCTYPE html>")


@pytest.mark.parametrize(
    ("file", "content", "words"),
    [
        ("sweep.json", None, "no sweep.json"),
        ("sweep.json", b"{", "not JSON"),
        ("sweep.json", b'{"state": "running"}', "not finished"),
        ("sweep.json", b'{"state": "complete"}', "lacks 'sweep'"),
        ("variants.parquet", b"x", "not a Parquet"),
        ("variants.parquet", None, "cannot be read"),
    ],
)
def test_a_damaged_sweep_is_told_in_one_line(tmp_path, file, content, words):
    folder = make_sweep(tmp_path / "one")
    path = folder / file
    path.unlink() if content is None else path.write_bytes(content)
    with pytest.raises(InputError, match=words) as caught:
        read_sweep(folder)
    assert "\n" not in str(caught.value)


def test_many_values_are_put_in_groups(tmp_path):
    import pandas as pd

    from reports.sweep_data import MOST_VALUES, _codes

    codes, labels = _codes(pd.Series(np.arange(100)))
    assert len(labels) == MOST_VALUES and labels[0].startswith("0 … ")
    assert codes.min() == 0 and codes.max() == MOST_VALUES - 1
    assert (np.diff(codes) >= 0).all()


def test_the_summary_of_the_stand_in_is_json(tmp_path):
    assert json.loads((make_sweep(tmp_path / "one") / "sweep.json").read_text())["id"]
