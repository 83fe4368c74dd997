"""The scenario block: taken out of the plan, checked, and told with its line where it is wrong."""

import re
from pathlib import Path

import pytest

from market.errors import InputError
from strategy.plan.file.plan_file import load_plan
from strategy.scenario.scenario_file import read_scenario_file, validated
from strategy.scenario.settings import Scenario

CONFIG = Path(__file__).resolve().parents[3] / "configs" / "scenario.yaml"


def written(tmp_path, block):
    path = tmp_path / "plan.yaml"
    path.write_text(f"name: x\nscenario:\n{block}", encoding="utf-8")
    return path


def test_the_articles_scenario_is_valid_and_a_plan_beside_it():
    found = read_scenario_file(CONFIG)
    assert found.plan.tactical.levels.mode == "absolute"
    assert found.scenario.price == 5950
    assert [shock.name for shock in found.scenario.shocks] == ["fall", "rate rise", "credit event"]


def test_a_plain_run_refuses_the_block_in_one_line():
    with pytest.raises(InputError, match=r"scenario: unknown key"):
        load_plan(CONFIG)


def test_a_plan_without_the_block_has_the_defaults(tmp_path):
    path = tmp_path / "plan.yaml"
    path.write_text("name: x\n", encoding="utf-8")
    assert read_scenario_file(path).scenario == Scenario()


def test_overrides_reach_the_block_and_the_plan(tmp_path):
    path = written(tmp_path, "  paths: 50\n")
    overrides = ["scenario.score=0.5", "tactical.stop=0.02", "scenario.whatif.stops=[0.01]"]
    found = read_scenario_file(path, overrides)
    assert (found.scenario.paths, found.scenario.score) == (50, 0.5)
    assert found.scenario.whatif.stops == (0.01,)
    assert found.plan.tactical.stop == 0.02


@pytest.mark.parametrize(
    ("block", "line"),
    [
        ("  path: 5\n", r"plan\.yaml:3: scenario\.path: unknown key.*did you mean 'paths'"),
        (
            "  paths: 0\n",
            r"plan\.yaml:3: scenario\.paths: got 0; expected a whole number from 1 to 1,000,000$",
        ),
        ("  price: -1\n", r"plan\.yaml:3: scenario\.price: got -1; expected a number above 0"),
        (
            "  shocks:\n    - {name: rise, start: 2025-01-02, fal: 0.1}\n",
            r"plan\.yaml:4: scenario\.shocks\[0\]\.fal: unknown key; did you mean 'fall'\?",
        ),
        (
            "  whatif: {instruments: [put_spred]}\n",
            r"plan\.yaml:3: scenario\.whatif\.instruments\[0\]: got put_spred; "
            r".*did you mean 'put_spread'\?",
        ),
        ("  worlds: [nowhere]\n", r"scenario\.worlds.*'nowhere'.*bootstrap"),
        (
            "  as_of: 2020-01-01\n  history_until: 2021-01-01\n",
            r"scenario\.history_until.*not history",
        ),
        (
            "  shocks:\n    - {name: bootstrap, fall: 0.1, start: 2025-01-02}\n",
            r"plan\.yaml:4: scenario\.shocks\[0\]\.name.*no other world",
        ),
        ("  shocks:\n    - {name: idle, start: 2025-01-02}\n", r"nothing that happens"),
    ],
)
def test_mistakes_are_told_with_file_key_and_what_fits(tmp_path, block, line):
    with pytest.raises(InputError) as found:
        read_scenario_file(written(tmp_path, block))
    assert re.search(line, found.value.line()), found.value.line()


@pytest.mark.parametrize(
    ("override", "line"),
    [
        (
            "scenario.paths=0",
            "--set scenario.paths: got 0; expected a whole number from 1 to 1,000,000",
        ),
        ("scenario.pahts=5", "--set scenario.pahts: unknown key 'pahts'; did you mean 'paths'?"),
        ("scenario.whatif.stops=[2]", r"--set scenario.whatif.stops: scenario.whatif.stops[0]: "
         "got 2; expected a number above 0 and below 1"),
        ("scenario.=1", "--set: got 'scenario.=1'; expected KEY=VALUE"),
        ("scenario.paths.x=1", "--set scenario.paths.x: scenario.paths: got a map with x; "),
    ],
)  # fmt: skip
def test_a_mistake_of_an_override_names_its_option(tmp_path, override, line):
    with pytest.raises(InputError) as found:
        read_scenario_file(written(tmp_path, "  seed: 2\n"), [override])
    assert found.value.line().startswith(line), found.value.line()


@pytest.mark.parametrize("block", ["  - a\n", "  words\n"])
def test_a_block_that_is_no_map_is_one_line(tmp_path, block):
    with pytest.raises(InputError) as found:
        read_scenario_file(written(tmp_path, block))
    assert "expected a map with keys among as_of, price" in found.value.line()
    with pytest.raises(InputError, match="expected a number"):
        read_scenario_file(written(tmp_path, block), ["scenario.score=high"])


def test_options_of_the_command_line_are_checked_too():
    with pytest.raises(InputError, match="nowhere"):
        validated(Scenario(), {"worlds": ["nowhere"]})
    assert validated(Scenario(), {"paths": 7}).paths == 7
