"""The tear sheet: quantstats' page, loading nothing, its figures equal to metrics.json."""

import logging
import math
import re

import numpy as np
import pandas as pd
import pytest

from reports.tearsheet import sheet as tearsheet
from reports.tearsheet.mended import PathFigures
from reports.tearsheet.sheet import build_tearsheet, path_returns
from tests.reports.page import loading_references, parse
from tests.reports.stand_in import make_result


@pytest.fixture(scope="module")
def result():
    return make_result(first=2001, last=2006)


@pytest.fixture(scope="module")
def page(result):
    return build_tearsheet(result)


@pytest.fixture(scope="module")
def table(page):
    rows = parse(page).select("#metrics tr")
    cells = [[c.get_text() for c in row.find_all(["td", "th"])] for row in rows]
    return {row[0]: row[1:] for row in cells if len(row) == 3}


def number(text):
    return float(text.replace(",", "").rstrip("%"))


def test_the_page_asks_nothing_of_any_network(page):
    assert loading_references(page) == []
    assert "<script" not in page
    assert "default-src 'none'" in page


def test_every_figure_and_every_table_is_there(page):
    soup = parse(page)
    figures = soup.find_all("figure")
    assert len(figures) == 14
    assert all(figure.find("svg") and figure["aria-label"] for figure in figures)
    assert all(soup.select(f"{place} table") for place in ("#metrics", "#eoy", "#ddinfo"))
    assert "{{" not in page


def test_strategy_benchmark_and_year_length_are_stated(page, table):
    title = parse(page).h1.get_text()
    assert (
        "short_long" in title and "holding the core" in title and "years of 252 sessions" in title
    )
    assert "Periods/Year: 252" in page
    assert table["Metric"] == ["Core, held", "Whole plan"]


@pytest.mark.parametrize(
    ("row", "key", "factor"),
    [
        ("Sharpe", "sharpe", 1),
        ("Sharpe, in excess of bills", "sharpe_excess", 1),
        ("Sortino", "sortino", 1),
        ("CAGR%", "cagr", 100),
        ("Max Drawdown", "max_drawdown", 100),
        ("Volatility (ann.)", "volatility", 100),
        ("Cumulative Return", "total_return", 100),
        ("Calmar", "calmar", 1),
        ("Worst Month", "worst_month", 100),
    ],
)
def test_its_figures_equal_metrics(result, table, row, key, factor):
    for cell, path in zip(table[row], ("benchmark", "total"), strict=True):
        assert number(cell) == pytest.approx(result.metrics[path][key] * factor, abs=0.00501)


def test_its_figures_equal_figures_written_down_here(result, table):
    returns = result.daily["return_total"].to_numpy()[1:]
    n = len(returns)
    wealth = np.concatenate([[1.0], np.cumprod(1.0 + returns)])
    assert number(table["CAGR%"][1]) == pytest.approx(
        100 * (wealth[-1] ** (252 / n) - 1), abs=0.005
    )
    sharpe = returns.mean() / returns.std(ddof=1) * math.sqrt(252)
    assert number(table["Sharpe"][1]) == pytest.approx(sharpe, abs=0.005)
    deepest = min(w / max(wealth[: i + 1]) - 1 for i, w in enumerate(wealth))
    assert number(table["Max Drawdown"][1]) == pytest.approx(100 * deepest, abs=0.005)


def test_the_first_row_is_the_starting_capital_and_no_return(result):
    strategy, benchmark = path_returns(result.daily)
    assert len(strategy) == len(result.daily) - 1 == result.metrics["total"]["sessions"]
    assert strategy.index.equals(benchmark.index) and pd.DatetimeIndex(strategy.index).tz is None


def test_leading_sessions_without_a_return_are_kept(result):
    """quantstats would cut them when told to match dates, and annualise over fewer sessions."""
    flat = make_result(first=2001, last=2006)
    flat.daily.iloc[1:40, flat.daily.columns.get_loc("return_total")] = 0.0
    flat.daily.iloc[1:40, flat.daily.columns.get_loc("return_benchmark")] = 0.0
    soup = parse(build_tearsheet(flat))
    assert f"{flat.daily.index[1].day} " in soup.p.get_text()[:3] + " "


def test_shortcuts_change_no_byte(result, page, monkeypatch):
    from contextlib import nullcontext

    monkeypatch.setattr(tearsheet, "without_detours", nullcontext)
    assert build_tearsheet(result) == page


@pytest.mark.parametrize("seed", range(6))
def test_the_table_of_drawdowns_is_quantstats_own(seed):
    from quantstats import stats

    from reports.tearsheet.quantstats_speed import without_detours

    drawn = np.random.default_rng(seed)
    returns = pd.Series(
        drawn.normal(0.0, 0.01, 400).round(2 + seed % 3),
        index=pd.bdate_range("2020-01-01", periods=400, unit="ns"),
    )
    # ends under water, starts under water, ends on a high
    drawdown = stats.to_drawdown_series(returns)
    for part in (drawdown, drawdown.iloc[seed * 7 :], pd.DataFrame({"a": drawdown})):
        expected = stats.drawdown_details(part)
        if expected.empty:
            continue  # quantstats has none for a path that never recovers: the next test
        with without_detours():
            found = stats.drawdown_details(part), stats.drawdown_details(part)
        for table in found:
            pd.testing.assert_frame_equal(table, expected, check_dtype=False, check_exact=True)


def test_a_path_that_never_recovers_has_its_drawdown():
    from quantstats import stats

    from reports.tearsheet.quantstats_speed import without_detours

    days = pd.bdate_range("2008-09-01", periods=4, unit="ns")
    falls = pd.Series([-0.1, -0.3, -0.25, -0.2], index=days)
    with without_detours():
        (row,) = stats.drawdown_details(falls).to_dict("records")
    assert (row["start"], row["valley"], row["end"]) == ("2008-09-01", "2008-09-02", "2008-09-04")
    assert row["max drawdown"] == pytest.approx(-30.0)


DAILY = pd.bdate_range("2010-12-31", "2021-06-30", unit="ns")


def figures(growth, days=DAILY, bills=0.0):
    moves = pd.Series(growth, index=days[1:])
    return PathFigures(moves, pd.Series(bills, index=days[1:]), days[0], 252.0)


@pytest.mark.parametrize(("years", "start"), [(3, "2018-06-29"), (5, "2016-06-30")])
def test_years_are_whole_years_of_the_calendar(years, start):
    path = figures(np.where(np.arange(len(DAILY) - 1) % 2, 0.01, -0.009))
    grown = path.equity[-1] / path.equity[DAILY.get_loc(start)]
    assert path.over(years) == pytest.approx(grown ** (1.0 / years) - 1.0)


def test_years_of_a_shorter_path_are_empty():
    path = figures(np.full(299, 0.0005), DAILY[:300])
    assert path.over(1) is not None
    assert [path.over(years) for years in (3, 5, 10)] == [None, None, None]


def test_a_part_of_a_year_is_no_year():
    path = figures(np.full(len(DAILY) - 1, 0.001))
    sessions = [int((DAILY.year == year).sum()) for year in range(2011, 2021)]
    assert path.whole_years() == pytest.approx([1.001**n - 1.0 for n in sessions])


def test_sharpe_in_excess_of_bills_leaves_out_sessions_without_a_rate():
    moves = np.array([0.01, -0.02, 0.03, 0.5])
    bills = np.array([0.001, 0.001, 0.001, np.nan])
    path = figures(moves, DAILY[:5], bills)
    less = moves[:3] - 0.001
    assert path.excess_sharpe() == pytest.approx(less.mean() / less.std(ddof=1) * math.sqrt(252))


def test_ulcer_treynor_and_shortfall_are_of_a_year_and_of_metrics(result, table):
    for cell, name in zip(table["Expected Shortfall (cVaR)"], ("benchmark", "total"), strict=True):
        worst = np.sort(result.daily[f"return_{name}"].to_numpy()[1:])
        tail = worst[: math.ceil(0.05 * len(worst))].mean()
        assert number(cell) == pytest.approx(100 * tail, abs=0.00501)
    total = result.metrics["total"]
    equity = result.daily["equity_total"].to_numpy()
    ulcer = math.sqrt(np.mean((equity / np.maximum.accumulate(equity) - 1.0)[1:] ** 2))
    assert number(table["Ulcer Performance Index"][1]) == pytest.approx(
        total["cagr"] / ulcer, abs=0.00501
    )
    assert abs(number(table["Treynor Ratio"][1])) < 100.0
    assert "Sharpe, in excess of bills" in table and "Serenity Index" not in table


def test_the_same_run_gives_the_same_page(page):
    assert build_tearsheet(make_result(first=2001, last=2006)) == page


def test_a_hostile_name_is_shown_as_text():
    name = "<script>1</script> $x_1$ {{metrics}} \"'&"
    soup = parse(build_tearsheet(make_result(name=name, first=2005, last=2006)))
    assert soup.h1.get_text().startswith(name)
    assert soup.find("script") is None
    assert len(soup.select("#metrics table")) == 1


def test_matplotlib_is_left_as_it_was(result):
    import matplotlib
    from matplotlib import pyplot

    matplotlib.rcParams["lines.linewidth"] = 7.5
    try:
        figure = pyplot.figure()
        level = logging.getLogger("matplotlib.font_manager").level
        build_tearsheet(make_result(first=2005, last=2006))
        assert matplotlib.rcParams["lines.linewidth"] == 7.5
        assert pyplot.get_fignums() == [figure.number]
        assert logging.getLogger("matplotlib.font_manager").level == level
    finally:
        pyplot.close("all")
        matplotlib.rcdefaults()


@pytest.mark.parametrize("change", ["short", "flat", "rising"])
def test_a_path_that_quantstats_cannot_take_is_said_not_drawn(result, change):
    odd = make_result(first=2005, last=2005)
    if change == "short":
        odd.daily = odd.daily.iloc[:10]
    else:
        odd.daily["return_total"] = (
            0.0 if change == "flat" else np.linspace(0.001, 0.002, len(odd.daily))
        )
    page = build_tearsheet(odd)
    assert "No tear sheet: The path" in page and "{{" not in page
    assert loading_references(page) == []


def test_a_few_weeks_are_enough():
    """A run that ends soon after its only anchor still has a sheet."""
    young = make_result(first=2005, last=2005)
    young.daily = young.daily.iloc[:48]
    assert isinstance(young.daily.index, pd.DatetimeIndex)
    page = build_tearsheet(young)
    assert re.search(r"<svg|No tear sheet", page)
