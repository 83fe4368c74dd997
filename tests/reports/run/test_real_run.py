"""The reports on a real run of the bundled data: same columns as the stand-in, same numbers."""

import json

import pandas as pd
import pytest

from reports.text.fields import FIELDS, GROUPS, PATHS
from tests.reports.page import parse
from tests.reports.stand_in import make_result


@pytest.fixture(scope="module")
def result(short_long):
    return short_long


@pytest.fixture(scope="module")
def paths(pages):
    return pages.run()


def test_the_stand_in_has_only_columns_and_figures_of_the_real_thing(result):
    made_up = make_result()
    for table in ("vintages", "trades", "daily"):
        assert set(getattr(made_up, table)) <= set(getattr(result, table)), table
    for part, figures in made_up.metrics.items():
        known = result.metrics[part]
        assert set(figures) <= set(known) | {"mean_low", "mean_high"}, part


def test_golden_numbers_on_the_page_equal_the_files(paths):
    metrics = json.loads(paths["metrics.json"].read_text())
    soup = parse(paths["report.html"].read_text())
    figures = soup.find_all("data", attrs={"data-metric": True})
    assert len(figures) > 80
    for figure in figures:
        value = metrics
        for part in figure["data-metric"].split("."):
            value = value[part]
        if isinstance(value, (int, float)):
            assert float(figure["value"]) == value
        else:
            assert figure["value"] == (value or "")
    vintages = pd.read_csv(paths["vintages.csv"])
    cells = [td["data-value"] for td in soup.select("#vintage-table tbody tr td:nth-of-type(1)")]
    assert [float(c) if c else None for c in cells] == [
        None if pd.isna(v) else v for v in vintages["tactical_return"]
    ]


def test_every_figure_on_the_page_has_words(paths):
    """A figure without an entry would be shown under its bare name and a guessed unit."""
    soup = parse(paths["report.html"].read_text())
    for figure in soup.find_all("data", attrs={"data-metric": True}):
        path = figure["data-metric"]
        *groups, name = path.split(".")
        assert name in FIELDS or path in PATHS or groups[-1] in GROUPS, path


def test_the_measures_stand_beside_the_core_and_beside_holding_less(paths):
    soup = parse(paths["report.html"].read_text())
    heads = [th.get_text() for th in soup.select("#measures thead th")]
    assert heads == ["Measure", "Whole plan", "Core alone", "Holding less"]
    shown = {data["data-metric"] for data in soup.select("#measures tbody td data")}
    for name in ("cagr", "sharpe", "max_drawdown"):
        assert {f"{path}.{name}" for path in ("total", "benchmark", "derisk")} <= shown
