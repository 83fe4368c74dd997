"""The page of a sweep: grids recomputed by hand, and the evidence as it was written."""

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import strategy.validation
from market.errors import InputError
from reports.sweep.data import read_sweep
from reports.sweep.evidence import reason
from reports.sweep.grids import MODES, MOST_VALUES, coded_values
from reports.sweep.page import build_sweep, write_sweep_page
from reports.text.language import speaking
from tests.reports.folders import make_sweep
from tests.reports.page import loading_references, parse

STOP, EXIT = "tactical.stop", "tactical.exit_by"


@pytest.fixture(scope="module")
def sweep(tmp_path_factory):
    return read_sweep(make_sweep(tmp_path_factory.mktemp("sweeps") / "one"))


@pytest.fixture(scope="module")
def soup(sweep):
    return parse(build_sweep(sweep, command="simulate sweep x"))


def changed(folder, **change):
    """The evidence of a folder with some of it replaced; None takes a part out."""
    path = folder / "evidence.json"
    found = json.loads(path.read_text()) | change
    path.write_text(json.dumps({k: v for k, v in found.items() if v is not None}))
    return read_sweep(folder)


# ---- variants by parameter -------------------------------------------------------------------


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


def test_a_cell_without_variants_is_empty(tmp_path):
    folder = make_sweep(tmp_path / "holes")
    table = pd.read_parquet(folder / "variants.parquet")
    gone = (table[STOP] == 0.02) & (table[EXIT] == "12-31")
    table[~gone].to_parquet(folder / "variants.parquet")
    holes = read_sweep(folder)
    for mode in MODES:
        assert np.isnan(holes.grid(STOP, EXIT, mode).values[0, 3])
    place = next(i for i, pair in enumerate(holes.pairs) if {*pair} == {STOP, EXIT})
    cells = parse(build_sweep(holes)).find(id=f"map-{place}-mean")
    assert "" in [td.get_text() for td in cells.tbody.find_all("td")]


def test_a_slice_is_the_spread_of_all_variants_of_a_value(sweep):
    s = next(s for s in sweep.slices if s.parameter == STOP)
    part = sweep.variants.loc[sweep.variants[STOP] == 0.02, "sharpe"]
    assert s.median[0] == pytest.approx(part.median())
    assert (s.low[0], s.best[0]) == pytest.approx((part.quantile(0.1), part.max()))


def test_where_less_is_better_the_best_is_the_least(tmp_path):
    folder = make_sweep(tmp_path / "one")
    table = pd.read_parquet(folder / "variants.parquet")
    table["volatility"] = np.linspace(0.2, 0.1, len(table))
    table.to_parquet(folder / "variants.parquet")
    summary = json.loads((folder / "sweep.json").read_text())
    summary["sweep"]["best"]["by"] = "volatility"
    (folder / "sweep.json").write_text(json.dumps(summary))
    calm = read_sweep(folder)
    assert calm.best == len(table) - 1
    assert calm.grid(STOP, EXIT, "best").values[2, 3] == pytest.approx(0.1)
    assert next(s for s in calm.slices if s.parameter == STOP).best[2] == pytest.approx(0.1)
    first = parse(build_sweep(calm)).find(id="best-table").tbody.find("th").get_text()
    assert first == str(len(table) - 1)


def test_many_values_are_put_in_groups():
    codes, labels = coded_values(pd.Series(np.arange(100)))
    assert len(labels) == MOST_VALUES and labels[0].startswith("0 … ")
    assert codes.min() == 0 and codes.max() == MOST_VALUES - 1
    assert (np.diff(codes) >= 0).all()


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


# ---- evidence --------------------------------------------------------------------------------


def test_the_verdict_is_that_of_the_evidence_to_the_word(soup, sweep):
    sentence = soup.select_one("p.verdict").get_text()
    assert sentence == sweep.evidence["verdict"].replace("best of", "Best of", 1).rstrip() + "."
    assert "(100 ever tried)" in sentence


@pytest.mark.parametrize(
    ("label", "path"),
    [
        ("Variants ever tried", "trials"),
        ("Independent trials", "luck.effective_trials"),
        ("Mean lead of the best", "best.mean_lead"),
        ("Sharpe ratio of its lead", "best.sharpe"),
        ("Probabilistic Sharpe ratio", "best.psr"),
        ("Sharpe ratio that luck finds", "luck.sharpe_of_luck"),
        ("Deflated Sharpe ratio", "luck.dsr"),
        ("Minimum track record", "best.minimum_track_record"),
        ("Minimum backtest length", "luck.minimum_backtest_length"),
        ("Probability of backtest overfitting", "overfitting.pbo"),
        ("Probability of loss", "overfitting.loss_probability"),
        ("Performance degradation", "overfitting.degradation"),
        ("SPA test", "reality_check.p_consistent"),
        ("Reality check", "reality_check.p_white"),
        ("Sharpe ratio of daily", "daily.sharpe"),
    ],
)
def test_every_statistic_is_the_figure_of_the_file(soup, sweep, label, path):
    value = json.loads((sweep.folder / "evidence.json").read_text())
    for part in path.split("."):
        value = value[part]
    rows = soup.find(id="statistics").tbody.find_all("tr")
    row = next(r for r in rows if r.th.get_text().startswith(label))
    assert float(row.find("data")["value"]) == value


def test_the_ledger_is_shown_line_by_line(soup):
    rows = soup.find(id="ledger").tbody.find_all("tr")
    assert [r.find_all("td")[-1].get_text() for r in rows] == ["64", "36"]
    assert "cannot be read: 1" in soup.find(id="luck").get_text()


def test_the_walk_forward_is_chained_beside_hindsight(soup, sweep):
    walk = sweep.evidence["walk_forward"]
    rows = soup.find(id="walk-table").tbody.find_all("tr")
    assert len(rows) == len(walk["years"]) > 20
    assert float(rows[0].find_all("td")[1]["data-value"]) == walk["by_the_past"]["returns"][0]
    names = [tr.th.get_text() for tr in soup.find(id="chained").tbody.find_all("tr")]
    assert names == ["Chosen by the past", "Best in hindsight"]
    assert soup.find(id="chart-walk") is not None


def test_luck_and_skill_read_differently(tmp_path, sweep):
    skilled = read_sweep(make_sweep(tmp_path / "skilled", skill=0.05))
    words = [parse(build_sweep(s)).select_one("p.verdict").get_text() for s in (sweep, skilled)]
    assert "do not trust the choice." in words[0]
    assert "the choice survives these tests" in words[1]


def test_without_evidence_the_page_says_so_and_judges_nothing(tmp_path):
    soup = parse(build_sweep(read_sweep(make_sweep(tmp_path / "bare", judged=False))))
    assert "was not judged" in soup.find(id="luck").get_text()
    assert soup.find(id="walk") is None and soup.find(id="statistics") is None
    assert len(soup.select(".map")) == 9


def test_what_is_missing_is_named_with_its_reason(tmp_path):
    folder = make_sweep(tmp_path / "few")
    missing = {
        "overfitting": "12 vintages, at least 16 are needed",
        "walk_forward": "5 vintages are too few: 10 to choose by, 1 left out, one to trade",
    }
    few = changed(folder, missing=missing, overfitting=None, walk_forward=None)
    soup = parse(build_sweep(few))
    text = soup.find(id="missing").get_text()
    assert "Probability of backtest overfitting (PBO): 12 vintages, at least 16 are needed." in text
    assert "PBO" not in soup.find(id="statistics").get_text()
    chinese = parse(build_sweep(few, language="zh-Hant")).find(id="missing").get_text()
    assert "16" in chinese and not re.search(r"needed|vintages", chinese)


def test_a_sweep_that_could_not_be_judged_at_all(tmp_path):
    folder = make_sweep(tmp_path / "none")
    gone = dict.fromkeys(("best", "luck", "overfitting", "reality_check", "walk_forward", "daily"))
    none = changed(
        folder, missing={"all": "2 whole vintages, at least 3 are needed"}, believed=False, **gone
    )
    sentence = parse(build_sweep(none)).select_one("p.verdict").get_text()
    assert sentence == (
        "Best of 36 variants (100 ever tried): not judged, 2 whole vintages, at least 3 are needed."
    )


def test_every_reason_that_the_statistics_give_has_words():
    code = "".join(
        path.read_text(encoding="utf-8")
        for folder in (Path(strategy.validation.__file__).parent, Path("strategy/sweep"))
        for path in sorted(folder.glob("*.py"))
        if path.name
        in ("evidence.py", "overfitting.py", "walk_forward.py", "daily.py", "believe.py")
    )
    found = re.findall(r'(?:ValueError\(|return |missing\["\w+"\] = |"all": )f?"([^"]{12,})"', code)
    assert len(found) > 8
    with speaking("zh-Hant"):
        for text in found:
            # refusals of what no sweep asks for
            if "blocks" in text or "finite" in text or "observations" in text:
                continue
            example = re.sub(r"\{[^}]*\}", "7", text)
            if example.endswith("out, "):
                example += "one to trade"
            assert re.search(r"[一-鿿]", reason(example)) or "has a figure in" in example, text


# ---- the page --------------------------------------------------------------------------------


def test_the_page_is_self_contained_and_says_how_many_were_tried(soup, sweep):
    assert loading_references(build_sweep(sweep)) == []
    text = soup.find(id="verdict").get_text()
    assert "36 variants were tried" in text and "of the plan as written" in text


def test_parallel_coordinates_have_a_line_a_variant_and_words(soup, sweep):
    chart = soup.select_one('svg.wide[data-chart="parallel"]')
    assert len(chart.select("path.par, path.par-top, path.par-best, path.par-base")) == sweep.n
    assert len(chart.select("path.par-best")) == 1
    assert all(name in chart["aria-label"] for name in sweep.names)


def test_a_hostile_name_is_shown_as_text(tmp_path):
    name = "<script>alert('x')</script> \"quoted\" & 🚀"
    soup = parse(build_sweep(read_sweep(make_sweep(tmp_path / "x", name=name))))
    assert soup.h1.get_text() == name and len(soup.find_all("script")) == 1


def test_the_page_speaks_chinese(sweep):
    page = build_sweep(sweep, language="zh-Hant")
    soup = parse(page)
    assert '<html lang="zh-Hant"' in page and "試了36個變體" in soup.get_text()
    for element in soup.find_all(["style", "script", "pre", "code", "header", "title", "option"]):
        element.extract()
    texts = [str(t) for t in soup.find_all(string=True)]
    texts += [e[a] for e in soup.find_all(True) for a in ("aria-label", "title") if e.get(a)]
    known = {
        *("tactical", "levels", "zone", "stop", "exit", "simulate", "sweep", "html"),
        *("mean", "best", "chosen", "Sharpe", "StepM", "White", "Hansen"),
        *("DSR", "PBO", "SPA", "PSR"),
    }
    leaks = {t.strip() for t in texts if set(re.findall(r"[A-Za-z]{3,}", t)) - known}
    assert leaks == set()


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
        ("evidence.json", b"{", "not JSON"),
    ],
)
def test_a_damaged_sweep_is_told_in_one_line(tmp_path, file, content, words):
    folder = make_sweep(tmp_path / "one")
    path = folder / file
    path.unlink() if content is None else path.write_bytes(content)
    with pytest.raises(InputError, match=words) as caught:
        read_sweep(folder)
    assert "\n" not in str(caught.value)
