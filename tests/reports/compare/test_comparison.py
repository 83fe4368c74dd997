"""Runs side by side: alignment, refusals, and differences recomputed another way."""

import json

import numpy as np
import pandas as pd
import pytest

from market.errors import InputError
from reports.compare.page import build_comparison, comparison_dict, difference, verdicts
from strategy.compare.comparison import LETTERS, MOST_RUNS, compare, path_measures
from strategy.compare.settings import flatten
from strategy.compare.stored import read_run
from strategy.result.metrics import performance
from tests.reports.folders import make_folder, same_series
from tests.reports.page import loading_references, parse
from tests.tolerances import LONG_SUMS

HOSTILE = "<script>alert('x')</script> \"quoted\" & 🚀 短多"


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    home = tmp_path_factory.mktemp("runs")
    first = make_folder(home, "a" * 12)
    other = make_folder(
        home, "b" * 12, name="other", seed=6, series=same_series(first), plan={"capital": 5.0}
    )
    return first, other


@pytest.fixture(scope="module")
def comparison(runs):
    return compare(runs)


@pytest.fixture(scope="module")
def soup(comparison):
    return parse(build_comparison(comparison, command="simulate compare a b"))


def test_what_differs_in_the_plans_is_listed_and_nothing_else(comparison):
    assert comparison.settings == [("capital", [100_000.0, 5.0])]


def test_nested_keys_become_dotted_ones():
    assert flatten({"a": {"b": 1, "c": [1, 2]}, "d": None}) == {"a.b": 1, "a.c": [1, 2], "d": None}


def test_measures_are_those_of_metrics_json(comparison):
    for i, run in enumerate(comparison.runs):
        path = comparison.equities[:, i]
        expected = performance(path, comparison.sessions)
        measured = path_measures((path[1:] / path[:-1] - 1.0)[:, None])[:, 0]
        for name, value in zip(comparison.measures, measured, strict=True):
            assert value == pytest.approx(expected[name], rel=LONG_SUMS)
            assert run.metrics["total"].get(name, value) == pytest.approx(value, rel=LONG_SUMS)


def test_one_return_has_no_spread():
    measured = path_measures(np.array([[-0.1, 0.2]]))
    assert np.isnan(measured[1:3]).all()
    assert measured[0].tolist() == pytest.approx([-0.1, 0.2])
    assert measured[4].tolist() == pytest.approx([-0.1, 0.0])
    assert measured[5].tolist() == pytest.approx([-0.1, 0.2])


def test_paired_differences_by_hand(comparison):
    a, b = (r.vintages.set_index("vintage") for r in comparison.runs)
    both = [y for y in a.index if a.loc[y, "complete"] and b.loc[y, "complete"]]
    differences = [b.loc[y, "total_return"] - a.loc[y, "total_return"] for y in both]
    found = comparison.paired_statistics(comparison.runs[1], "total_return")
    assert found["n"] == len(both) > 10
    assert found["mean"] == pytest.approx(np.mean(differences))
    error = np.std(differences, ddof=1) / np.sqrt(len(both))
    # Student's t, 97.5th percentile, 16 degrees of freedom: 2.1199
    assert len(both) == 17
    assert found["mean_high"] - found["mean"] == pytest.approx(2.1199 * error, rel=1e-4)


def test_the_interval_holds_the_difference_and_is_the_same_each_time(runs, comparison):
    for d in comparison.path_differences[0]:
        assert d.low is not None and d.low < d.high
    growth = comparison.path_differences[0][0]
    assert growth.low < growth.value < growth.high
    assert compare(runs).path_differences == comparison.path_differences


def test_the_interval_of_a_mean_difference_is_that_of_theory(tmp_path):
    """For returns without memory the bootstrap's spread is the standard error."""
    rng = np.random.default_rng(3)
    first = make_folder(tmp_path, "1" * 12)
    other = make_folder(tmp_path, "2" * 12, series=same_series(first))
    for run, mean in ((first, 0.0), (other, 0.0002)):
        daily = pd.read_parquet(run.folder / "daily.parquet")
        returns = rng.normal(mean, 0.01, len(daily) - 1)
        daily["equity_total"] = 100.0 * np.r_[1.0, np.cumprod(1.0 + returns)]
        daily.to_parquet(run.folder / "daily.parquet")
    d = compare([read_run(first.folder), read_run(other.folder)]).path_differences[0][2]
    assert d.measure == "sharpe"
    years = len(daily) / 252
    assert (d.high - d.low) / 2 / 1.96 == pytest.approx(np.sqrt(2 / years), rel=0.15)


def test_a_run_against_its_twin_differs_in_nothing(tmp_path):
    a, b = make_folder(tmp_path, "a" * 12), make_folder(tmp_path, "b" * 12)
    c = compare([a, b])
    assert c.settings == []
    for d in c.path_differences[0]:
        assert (d.value, d.low, d.high) == (0.0, 0.0, 0.0)
    assert c.paired_statistics(b, "total_return")["n_different"] == 0
    assert "The plans are the same." in parse(build_comparison(c)).find(id="notes").get_text()


def test_different_data_is_refused_and_if_allowed_said(tmp_path):
    a = make_folder(tmp_path, "a" * 12)
    b = make_folder(
        tmp_path, "b" * 12, last=2011, series={"sp500": {**a.series["sp500"], "last": "x"}}
    )
    with pytest.raises(InputError, match=r"read different data .*--different-data") as caught:
        compare([a, b])
    assert "\n" not in str(caught.value)
    c = compare([a, b], different_data=True)
    notes = parse(build_comparison(c)).find(id="notes").get_text()
    assert "read different data" in notes and "fms_cash: not in B" in notes
    assert "cover different sessions" in notes
    assert not c.same_sessions
    assert len(c.sessions) == len(b.daily)


def test_runs_without_common_sessions_show_only_their_own_figures(tmp_path):
    a = make_folder(tmp_path, "a" * 12, first=1995, last=1999)
    b = make_folder(tmp_path, "b" * 12, first=2005, last=2009)
    c = compare([a, b], different_data=True)
    page = parse(build_comparison(c))
    assert page.find(id="path-table") is None
    assert "no complete vintage in common" in page.find(id="verdict").get_text()
    assert page.find(id="figures-table") is not None


@pytest.mark.parametrize("n", [0, 1])
def test_one_run_is_no_comparison(runs, n):
    with pytest.raises(InputError, match="two or more different runs"):
        compare(runs[:n])
    with pytest.raises(InputError, match="the same run 2 times"):
        compare([runs[0], runs[0]])


def test_too_many_runs_are_refused_with_the_number(runs):
    from dataclasses import replace

    many = [
        replace(runs[0], record=dict(runs[0].record) | {"run_id": f"{i:012x}"})
        for i in range(MOST_RUNS + 1)
    ]
    assert len(LETTERS) == MOST_RUNS
    with pytest.raises(InputError, match=f"got {MOST_RUNS + 1} runs"):
        compare(many)


def test_golden_numbers_on_the_page_equal_metrics(soup, runs):
    by_id = {run.id: run.metrics for run in runs}
    figures = soup.find_all("data", attrs={"data-metric": True})
    assert len(figures) >= 40
    for figure in figures:
        value = by_id[figure["data-run"]]
        for part in figure["data-metric"].split("."):
            value = value.get(part) if value else None
        assert figure["value"] == ("" if value is None else repr(value))


def test_the_page_asks_nothing_of_any_network_and_names_are_text(tmp_path):
    a = make_folder(tmp_path, "a" * 12, name=HOSTILE)
    b = make_folder(tmp_path, "b" * 12, name=HOSTILE, plan={"capital": HOSTILE})
    page = build_comparison(compare([a, b]), command=HOSTILE)
    assert loading_references(page) == []
    soup = parse(page)
    assert HOSTILE in soup.find("ul", class_="runs").get_text()
    assert len(soup.find_all("script")) == 1
    assert soup.find(id="command").get_text() == HOSTILE


def test_many_runs_fit_one_page(tmp_path):
    first = make_folder(tmp_path, "0" * 12)
    runs = [first] + [
        make_folder(tmp_path, f"{i:012x}", seed=5 + i, series=same_series(first), code=str(i))
        for i in (1, 2, 3)
    ]
    c = compare(runs)
    page = build_comparison(c)
    soup = parse(page)
    assert len(soup.select("#figures-table thead th")) == 1 + 4 + 3
    assert len(verdicts(c)) == 6
    assert "sooner one of them stands out by luck" in soup.find(id="notes").get_text()
    assert "different versions of the program" in soup.find(id="notes").get_text()
    assert len(page.encode()) < 3_000_000


def test_the_document_for_programs_is_json(comparison):
    document = json.loads(json.dumps(comparison_dict(comparison), allow_nan=False))
    assert document["path"]["B"]["cagr"]["low"] < document["path"]["B"]["cagr"]["high"]
    assert document["vintages"]["B"]["total_return"]["n"] == 17


def test_a_difference_needs_two_numbers():
    assert difference([0.1, 0.3], 1) == pytest.approx(0.2)
    assert difference([None, 0.3], 1) is None
    assert difference([True, 0.3], 1) is None
    assert difference(["2001-01-01", "2002-01-01"], 1) is None
