"""Figures for notebooks: their numbers are the tables', found again without the chart's data."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.dates import date2num

from market.errors import InputError
from reports.drawing.palette import PALETTE, class_colour
from reports.drawing.registry import Drawing, chart, figure
from reports.drawing.svg import Canvas
from reports.figures.plots import RunPlots, ScenarioPlots, SweepPlots
from tests.reports.folders import make_sweep
from tests.reports.page import parse
from tests.reports.stand_in import make_result


@pytest.fixture(scope="module")
def result():
    return make_result()


@pytest.fixture(scope="module")
def plot(result):
    return RunPlots(result)


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    folder = make_sweep(tmp_path_factory.mktemp("sweeps") / "one")
    return SimpleNamespace(run=SimpleNamespace(folder=SimpleNamespace(path=folder)))


def lines(axes):
    return {line.get_label(): line for line in axes.lines}


def test_a_chart_and_its_figure_are_given_the_same_data():
    charts, given = {}, []

    def data(subject, year):
        return None if year == 0 else {"subject": subject, "year": year}

    @chart("years", title="Years", caption="", of=charts, data=data)
    def years(subject, found, width):
        given.append((subject, found, width))
        return Drawing(Canvas(width, 10), "Years.")

    @figure("years", of=charts)
    def sheet(found, on):
        given.append((found, on))

    assert charts["years"].function("run", 300.0, year=7) is not None
    charts["years"].figure(charts["years"].data("run", year=7), "sheet")
    assert given == [("run", {"subject": "run", "year": 7}, 300.0), (given[0][1], "sheet")]
    assert years("run", 300.0, year=0) is None


def test_equity_draws_the_daily_table(plot, result):
    above, below = plot.equity().axes
    equity = result.daily["equity_total"].to_numpy()
    plan = lines(above)["plan"]
    np.testing.assert_allclose(plan.get_ydata(), equity / equity[0])
    np.testing.assert_array_equal(date2num(plan.get_xdata()), date2num(result.daily.index))
    falls = equity / np.maximum.accumulate(equity) - 1.0
    drawn = [line.get_ydata() for line in below.lines]
    assert any(np.allclose(line, falls) for line in drawn)


def test_vintages_are_bars_as_high_as_their_returns(plot, result):
    axes = plot.vintages().axes
    table = result.vintages.set_index("vintage")
    bars = {round(bar.get_x() + bar.get_width() / 2): bar.get_height() for bar in axes[0].patches}
    assert bars == pytest.approx(table["tactical_return"].dropna().to_dict())
    held = table[table["hedge_max_ratio"] > 0.0]
    beneath = [bar.get_height() for bar in axes[1].patches]
    assert beneath == pytest.approx(held["hedge_return"].tolist())


def test_a_vintage_shows_its_levels_and_fills(plot, result):
    traded = result.vintages[result.vintages["tactical_return"].notna()].iloc[0]
    (axes,) = plot.vintage(int(traded["vintage"])).axes
    marks = [line for line in axes.lines if line.get_marker() == "^"]
    assert len(marks) == 1
    assert marks[0].get_ydata()[0] == traded["entry_price"]
    assert pd.Timestamp(marks[0].get_xdata()[0]) == pd.Timestamp(traded["entry_date"])
    sold = {line.get_ydata()[0] for line in axes.lines if line.get_marker() == "v"}
    legs = result.trades[
        (result.trades["vintage"] == traded["vintage"]) & (result.trades["sleeve"] == "tactical")
    ]
    assert sold == set(legs["exit_price"])
    levels = [line.get_ydata()[0] for line in axes.lines if line.get_label().startswith("stop ")]
    assert levels == [traded["stop"]]


def test_the_hedge_draws_score_and_ratio_of_every_session(plot, result):
    above, below = plot.hedge().axes
    known = result.daily["score"].to_numpy(dtype=float)
    np.testing.assert_array_equal(above.lines[0].get_ydata(), known)
    np.testing.assert_array_equal(
        lines(below)["target"].get_ydata(), result.daily["hedge_target"].to_numpy(dtype=float)
    )


def test_a_heat_map_says_what_the_page_s_table_says(swept):
    from reports.sweep.data import read_sweep
    from reports.sweep.page import build_sweep

    folder = swept.run.folder.path
    data = read_sweep(folder)
    soup = parse(build_sweep(data))
    for i, (row, column) in enumerate(data.pairs):
        (axes,) = SweepPlots(swept).heatmap(x=column, y=row, mode="best").axes
        page = [td.get_text() for td in soup.find(id=f"map-{i}-best").tbody.find_all("td")]
        assert [text.get_text() for text in axes.texts] == [cell for cell in page if cell]
        assert (axes.get_xlabel(), axes.get_ylabel()) == (column, row)


def test_the_two_most_important_parameters_are_the_heat_map_s_own_choice(swept):
    from reports.sweep.data import read_sweep

    shown = read_sweep(swept.run.folder.path).shown
    (axes,) = SweepPlots(swept).heatmap().axes
    assert [axes.get_xlabel(), axes.get_ylabel()] == shown[:2]


def test_a_fan_is_the_quantiles_of_the_figures(scenario_figures):
    figures = {k: v for k, v in scenario_figures.items() if k != "dates"}
    sessions = pd.DatetimeIndex(scenario_figures["dates"])
    result = SimpleNamespace(figures=figures, start=SimpleNamespace(sessions=sessions))
    (axes,) = ScenarioPlots(result).fan("bootstrap").axes
    wanted = np.array(figures["worlds"]["bootstrap"]["fan"]["index"]["q50"])
    np.testing.assert_allclose(
        lines(axes)["middle"].get_ydata(), wanted * figures["start"]["price"]
    )
    (short,) = ScenarioPlots(result).fan(december=True).axes
    last = figures["start"]["exit_date"]
    assert pd.Timestamp(lines(short)["middle"].get_xdata()[-1]) == pd.Timestamp(last)
    with pytest.raises(InputError, match="world: got 'nowhere'; expected one of bootstrap"):
        ScenarioPlots(result).fan("nowhere")


@pytest.mark.parametrize(
    ("draw", "told"),
    [
        (lambda run, _: run.vintage(1900), "year: got 1900; expected a vintage of the run"),
        (lambda run, _: run.equity(scheme="sepia"), "scheme: got 'sepia'"),
        (lambda run, _: run.equity(language="xx"), "language: got 'xx'"),
        (lambda _, sweep: sweep.heatmap(x="tactical.stpo"), "x: got 'tactical.stpo'"),
        (lambda _, sweep: sweep.heatmap("tactical.stop", "tactical.stop"), "expected two of"),
        (lambda _, sweep: sweep.heatmap(mode="median"), "mode: got 'median'"),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_one_line(plot, swept, draw, told):
    with pytest.raises(InputError) as refused:
        draw(plot, SweepPlots(swept))
    assert told in refused.value.line()


def test_a_figure_speaks_the_language_and_wears_the_scheme(plot):
    dark = plot.equity(language="zh-Hant", scheme="dark")
    assert to_hex(dark.get_facecolor()) == PALETTE["ground"][1]
    assert "計畫" in lines(dark.axes[0])
    assert to_hex(lines(dark.axes[0])["計畫"].get_color()) == PALETTE["accent"][1]


def test_a_figure_shows_itself_as_png_with_the_same_bytes_each_time(plot):
    first, again = plot.vintages()._repr_png_(), plot.vintages()._repr_png_()
    assert first.startswith(b"\x89PNG") and first == again


def test_a_class_has_the_colour_of_the_style_sheet():
    assert class_colour("line-total") == PALETTE["accent"][0]
    assert class_colour("r-failed_breakout", "dark") == PALETTE["failed"][1]
    assert class_colour("r-stop") == PALETTE["stop"][0]
    assert class_colour("w-1") == PALETTE["failed"][0]
    with pytest.raises(KeyError):
        class_colour("no-such-class")
