"""The doors from Python: one for each command, named plans, mistakes as one line."""

import doctest
import inspect
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from market.errors import InputError
from strategy import api
from strategy.cli import COMMANDS
from strategy.plan.file.plan_file import read_plan_file

ROOT = Path(__file__).resolve().parents[2]
DOORS = ("run", "hedge", "audit", "sweep", "scenario", "today", "compare", "lookahead")


def test_each_command_that_computes_has_a_door_of_its_name_with_a_documented_signature():
    for name in DOORS:
        assert name in COMMANDS
        door = getattr(api, name)
        assert name in api.__all__
        documentation = inspect.getdoc(door)
        for parameter in inspect.signature(door).parameters:
            assert re.search(rf"^{parameter}\b.* : ", documentation, re.M), (name, parameter)
        assert "Raises\n------\nInputError" in documentation


def test_a_plan_is_found_by_the_name_it_ships_under_from_any_folder(tmp_path, monkeypatch):
    wanted = read_plan_file(ROOT / "configs" / "short_long.yaml", ["tactical.stop=0.02"]).plan
    monkeypatch.chdir(tmp_path)
    assert api.load_plan("short_long", ["tactical.stop=0.02"]) == wanted


def test_a_file_of_that_name_wins_over_the_shipped_plan(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("short_long.yaml").write_text("name: mine\n")
    assert api.load_plan("short_long.yaml").name == "mine"
    assert api.load_plan(Path("short_long.yaml")).name == "mine"


def test_sweeps_and_scenarios_are_found_by_name_too():
    assert api.load_sweep("sweep_stop_target").keys
    assert api.load_scenario("scenario", ["scenario.paths=7"]).scenario.paths == 7


@pytest.mark.parametrize(
    ("call", "where"),
    [
        (lambda plan, market: api.hedge(plan, market, instrument="swap"), "instrument"),
        (lambda plan, market: api.today(plan, market, "yesterday-ish"), "date"),
        (lambda plan, market: api.today(plan, market, None, capital=-1.0), "capital"),
        (lambda plan, market: api.today(plan, market, multiplier=float("nan")), "multiplier"),
        (lambda plan, market: api.audit(plan, market, "no_such.yaml"), "no_such.yaml"),
        (lambda plan, market: api.compare(["no_such_run"], "no_such_folder"), "RUN"),
        (lambda plan, market: api.load_plan("no_such_plan"), "no_such_plan"),
    ],
)
def test_a_mistake_is_one_line_that_says_where(call, where, bundled):
    with pytest.raises(InputError) as mistake:
        call(api.load_plan("short_long"), bundled)
    assert mistake.value.where == where
    assert "\n" not in mistake.value.line()


def test_the_hedge_of_another_instrument_is_that_of_a_plan_that_says_so(bundled):
    changed = api.hedge(api.load_plan("short_long"), bundled, instrument="inverse_etf")
    said = api.hedge(api.load_plan("short_long", ["hedge.instrument=inverse_etf"]), bundled)
    assert changed.summary["instrument"] == "inverse_etf"
    assert changed.as_dict() == said.as_dict()


def test_names_of_the_library_stay_what_they_are_after_packages_of_the_same_name_are_loaded():
    code = (
        "import strategy.run.simulation, strategy.today\n"
        "from strategy import api, load_market, load_plan\n"
        "from strategy import api as again\n"
        "assert callable(api.run) and callable(api.today) and again is api\n"
        "import strategy; assert all(hasattr(strategy, name) for name in strategy.__all__)\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, timeout=120)


def test_the_blocks_of_the_page_run_in_order_in_an_empty_folder(tmp_path):
    page = (ROOT / "docs" / "api.md").read_text()
    code = "\n".join(re.findall(r"```python\n(.*?)```", page, flags=re.S))
    assert set(re.findall(r"`(?:load_\w+\(\w+\)`, `)?(\w+)\([^`]*\)` \| `simulate", page)) >= set(
        DOORS
    ), "the page's table has a line for each door"
    checks = (
        "assert beside.settings[0][0] == 'tactical.stop', beside.settings\n"
        "assert night.status and len(cost.vintages) and result.run_id\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code + checks],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    assert "did you mean" in done.stdout


def doors():
    """Every function that the door gives."""
    return [name for name in api.__all__ if inspect.isfunction(getattr(api, name))]


@pytest.mark.slow
@pytest.mark.parametrize("name", doors())
def test_the_example_of_a_door_runs_and_gives_what_it_shows(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    finder = doctest.DocTestFinder(recurse=False)
    (example,) = finder.find(getattr(api, name), name, globs=vars(api).copy())
    assert example.examples, f"{name} has no example"
    said = []
    options = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    doctest.DocTestRunner(optionflags=options).run(example, out=said.append)
    assert said == []
