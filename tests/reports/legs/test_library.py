"""The published plans: valid, runnable, told as the page tells them."""

from __future__ import annotations

from pathlib import Path

import pytest

from market.errors import InputError
from reports.legs.library import library_page
from strategy.plan.file.legs_file import has_legs, load_legs_plan
from strategy.plan.file.shipped import plan_path

ROOT = Path(__file__).resolve().parents[3]
LIBRARY = sorted((ROOT / "configs" / "library").glob("*.yaml"))
#: Plans of markets that do not come with the program, and the file that each needs.
OWN_FILES = {
    "bitcoin_breakout": "bitcoin.csv",
    "gold_target": "gold.csv",
    "dollar_uptrend": "dollar.csv",
}


def test_the_page_is_what_the_command_makes_today():
    assert (ROOT / "docs" / "library.md").read_text(encoding="utf-8") == library_page()


@pytest.mark.parametrize("path", LIBRARY, ids=lambda p: p.stem)
def test_a_plan_of_the_library_is_found_by_its_name(path, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    with plan_path(path.stem) as found:
        assert Path(found).read_text() == path.read_text()


@pytest.mark.parametrize("name", OWN_FILES)
def test_a_plan_without_its_market_names_the_file_and_runs_with_it(name, tmp_path):
    source = ROOT / "configs" / "library" / f"{name}.yaml"
    with pytest.raises(InputError, match=OWN_FILES[name]):
        load_legs_plan(source)
    copy = tmp_path / source.name
    copy.write_text(source.read_text())
    from market.sources.bundled import bundled_prices
    from strategy.legplan.result import run_legs

    prices = bundled_prices()[0].loc["2015":]
    prices.to_csv(tmp_path / OWN_FILES[name])
    assert len(run_legs(load_legs_plan(copy)).vintages) > 5


def test_each_plan_of_legs_says_where_it_is_from():
    for path in LIBRARY:
        if has_legs(path) and path.stem not in OWN_FILES:
            assert load_legs_plan(path).source, path.stem
