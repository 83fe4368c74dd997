"""Runs of named legs side by side: legs in pairs by name, other plans by their paths."""

import numpy as np
import pytest

from market.errors import InputError
from reports.compare.page import build_comparison, comparison_dict
from reports.legs.folder import write_legs_run
from reports.stored.runs_database import list_runs
from strategy.compare.comparison import compare
from strategy.compare.stored import named_runs, read_run
from strategy.legplan.result import run_legs
from strategy.plan.file.legs_file import load_legs_plan
from tests.reports.folders import make_folder
from tests.reports.page import parse

PLAN = """
name: spring and autumn
data: {start: 2000-01-01, end: 2004-12-31}
vintages: {every: VINTAGES}
legs:
  spring v1.0: {exits: {STOP by: {sessions: 10}}, overlap: allow}
  OTHER: {side: short, exits: {by: {sessions: 3}}, overlap: allow}
"""


def written(home, *, stop="", other="autumn", vintages="year, anchor: 04-30"):
    path = home / "plan.yaml"
    text = PLAN.replace("STOP", stop).replace("OTHER", other).replace("VINTAGES", vintages)
    path.write_text(text, encoding="utf-8")
    result = run_legs(load_legs_plan(path))
    return result, read_run(write_legs_run(result, home, report=False)["folder"])


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("legs")


@pytest.fixture(scope="module")
def runs(home):
    return [written(home), written(home, stop="stop: 0.01,", other="fall")]


def test_a_leg_that_both_plans_have_is_compared_vintage_by_vintage(runs):
    (first, a), (other, b) = runs
    found = compare([a, b])
    assert found.paired_columns(b) == ("spring v1.0",)
    values = [
        r.vintages.query("leg == 'spring v1.0'").set_index("vintage")["leg_return"]
        for r in (first, other)
    ]
    differences = (values[1] - values[0]).to_numpy()
    assert len(differences) == 5 and (differences != 0.0).any()
    statistics = found.paired_statistics(b, "spring v1.0")
    assert statistics["n"] == 5
    assert statistics["mean"] == pytest.approx(differences.mean())
    error = differences.std(ddof=1) / np.sqrt(5)
    # Student's t, 97.5th percentile, 4 degrees of freedom: 2.7764
    assert statistics["mean_high"] == pytest.approx(differences.mean() + 2.7764 * error, rel=1e-4)
    assert statistics["worst_vintage"] == values[0].index[differences.argmin()]


def test_what_differs_are_the_stop_and_the_legs_and_nothing_else(runs):
    settings = dict(compare([run for _, run in runs]).settings)
    assert settings["legs.spring v1.0.exits.stop"] == [None, 0.01]
    assert all(k.startswith(("legs.autumn", "legs.fall", "legs.spring v1.0.")) for k in settings)


def test_figures_of_each_leg_and_of_the_account_come_from_its_metrics(runs):
    (first, a), (_, b) = runs
    figures = dict(compare([a, b]).figures)
    legs = first.metrics["legs"]
    assert figures["legs.spring v1.0.mean"][0] == legs["spring v1.0"]["mean"]
    assert figures["legs.autumn.n"] == [5, None]
    assert figures["total.cagr"][0] == first.metrics["total"]["cagr"]
    assert figures["benchmark.cagr"][0] == first.metrics["core_alone"]["cagr"]
    assert not any(path.startswith(("tactical", "hedge")) for path in figures)


@pytest.mark.parametrize("language", ["en", "zh-Hant"])
def test_the_page_speaks_of_the_plans_own_legs(runs, language):
    text = parse(build_comparison(compare([run for _, run in runs]), language=language)).get_text()
    assert "spring v1.0" in text
    assert "December" not in text and "十二月" not in text and "tactical" not in text


def test_months_are_vintages_like_years(tmp_path):
    runs = [written(tmp_path, stop=s, vintages="month, anchor: -1")[1] for s in ("", "stop: 0.02,")]
    found = compare(runs)
    table = found.paired(runs[1], "spring v1.0")
    assert list(table["vintage"][:2]) == ["2000-01", "2000-02"]
    assert comparison_dict(found)["vintages"]["B"]["autumn"]["n_different"] == 0
    assert parse(build_comparison(found)).find(id="vintage-table-2") is not None


def test_a_plan_of_the_other_form_is_compared_by_its_path_alone(runs, tmp_path):
    short = make_folder(tmp_path, "c" * 12, last=2004)
    (_, legs), _ = runs
    found = compare([legs, short], different_data=True)
    assert found.paired_columns(short) == () and found.shown_by_vintage == ()
    assert len(found.sessions) > 250 and found.path_differences[0]
    text = parse(build_comparison(found)).get_text()
    assert "no leg in common" in text and "written in two ways" in text
    assert not any(key.startswith(("legs", "tactical")) for key, _ in found.settings)


def test_the_list_of_runs_has_figures_of_a_single_leg_and_of_none_of_several(home, runs, tmp_path):
    (_, run), _ = runs
    entries = {e.id: e for e in list_runs(home).entries}
    entry = entries[run.id]
    assert (entry.first, entry.last, entry.prices) == (2000, 2004, "sp500")
    assert entry.mean is None and entry.cagr == run.metrics["total"]["cagr"]
    (tmp_path / "plan.yaml").write_text(
        "name: one\ndata: {end: 2004-12-31}\nvintages: {every: year, anchor: 04-30}\n"
        "legs: {may: {exits: {by: {sessions: 3}}}}\n"
    )
    result = run_legs(load_legs_plan(tmp_path / "plan.yaml"))
    write_legs_run(result, tmp_path, report=False)
    (one,) = list_runs(tmp_path).entries
    leg = result.metrics["legs"]["may"]
    assert (one.n, one.mean, one.hit_rate) == (leg["n"], leg["mean"], leg["hit_rate"])


def test_runs_are_named_as_any_others(home, runs):
    (_, a), (_, b) = runs
    assert {run.id for run in named_runs([str(home)], home)} == {a.id, b.id}
    with pytest.raises(InputError, match="has no column 'leg'"):
        (a.folder / "vintages.csv").write_text("vintage,complete\n1,true\n")
        _ = read_run(a.folder).vintages
