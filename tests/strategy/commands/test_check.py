"""`simulate check` of files of each kind: told by their keys, refused as their command does."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from strategy.cli import cli

PLAN = "name: x\nvintages: [2007]\ndata: {end: 2008-12-31}\n"
SWEEP = (
    PLAN
    + "sweep:\n  keys:\n    tactical.stop: [0.02, 0.03]\n    hedge.max_ratio: [0.1, 0.2, 0.3]\n"
)
SCENARIO = PLAN + "scenario:\n  paths: 500\n  worlds: [bootstrap, replay]\n"
CLAIMS = "as_of: 2025-11-21\nclaims: []\n"


def simulate(*arguments, exit_code=0):
    done = CliRunner().invoke(cli, list(map(str, arguments)), prog_name="simulate")
    assert done.exit_code == exit_code, (done.stdout, done.stderr, done.exception)
    return done


def refusal(*arguments):
    told = simulate(*arguments, exit_code=2)
    assert told.stdout == "" and told.stderr.count("\n") == 1
    return told.stderr.removeprefix("error: ").strip()


@pytest.fixture
def write(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def written(text, name="mine.yaml"):
        (tmp_path / name).write_text(text)
        return name

    return written


def test_a_sweep_is_told_by_its_block_and_its_variants_are_counted(write):
    lines = simulate("check", write(SWEEP)).stdout.splitlines()
    assert lines == [
        "mine.yaml: valid sweep 'x', 6 variants of tactical.stop, hedge.max_ratio",
        "each of them is a valid plan",
    ]


def test_a_sweep_of_many_variants_says_how_many_were_tried():
    told = simulate("check", "sweep_million").stdout
    assert "1,000,000 variants" in told
    assert "2,000 of them, drawn at random, are valid plans" in told


def test_a_scenario_is_told_by_its_block(write):
    told = simulate("check", write(SCENARIO)).stdout
    assert told.startswith("mine.yaml: valid plan 'x', sha256 ")
    assert "valid scenario: 500 futures of each world: bootstrap, replay\n" in told
    told = simulate("check", "mine.yaml", "--set", "scenario.paths=700").stdout
    assert "700 futures" in told


def test_a_claims_file_is_told_by_its_keys(write):
    told = simulate("check", write(CLAIMS)).stdout
    assert told.startswith("mine.yaml: valid claims of 2025-11-21, sha256 ")
    assert "0 claims, 0 readings, 0 forecasts" in told
    assert "valid claims" in simulate("check", "claims").stdout, "those that come along"


@pytest.mark.parametrize(
    ("text", "kind"),
    [(PLAN, "plan"), (SWEEP, "sweep"), (SCENARIO, "scenario"), (CLAIMS, "claims")],
)
def test_json_names_the_kind(write, text, kind):
    told = json.loads(simulate("check", write(text), "--json").stdout)
    assert told["valid"] is True
    assert told["kind"] == kind
    assert kind in told


#: What is wrong, the command that would say so, and a part of what both say.
REFUSED = {
    "key of the sweep": (SWEEP + "  judg: 3\n", ["sweep"], "mine.yaml:8: sweep.judg: unknown key"),
    "value of the sweep": (SWEEP + "  judge: -1\n", ["sweep"], "mine.yaml:8: sweep.judge: got -1"),
    "key that is varied": (
        SWEEP.replace("tactical.stop", "tactical.sotp"),
        ["sweep"],
        "mine.yaml:6: sweep.keys.tactical.sotp: the plan has no key",
    ),
    "base plan of the sweep": (
        SWEEP.replace("[2007]", "[207]"), ["sweep"], "mine.yaml:2: vintages[0]: got 207",
    ),
    "constraint that leaves nothing": (
        SWEEP + "  constraints: [tactical.stop > 1]\n",
        ["sweep"],
        "mine.yaml: sweep.constraints: no variant meets the constraints",
    ),
    "too many variants": (
        SWEEP + "".join(
            f"    {key}: {{from: 0.1, to: 0.9, steps: 50000}}\n"
            for key in ("core.weight", "hedge.score.to")
        ),
        ["sweep"],
        "mine.yaml: sweep.keys: 15,000,000,000 variants; expected at most 2,000,000,000",
    ),
    "key of the scenario": (
        SCENARIO + "  path: 3\n", ["scenario"], "mine.yaml:7: scenario.path: unknown key",
    ),
    "value of the scenario": (
        SCENARIO.replace("500", "0"), ["scenario"], "mine.yaml:5: scenario.paths: got 0",
    ),
    "world of the scenario": (
        SCENARIO.replace("replay", "reply"), ["scenario"], "mine.yaml:6: scenario.worlds",
    ),
    "key of the claims": (
        CLAIMS + "forecast: []\n",
        ["audit", "short_long", "--claims"],
        "mine.yaml:3: forecast: unknown key; did you mean 'forecasts'?",
    ),
    "day of the claims": (
        CLAIMS.replace("11-21", "11-31"),
        ["audit", "short_long", "--claims"],
        "mine.yaml:1: as_of: got 2025-11-31",
    ),
    "both blocks": (
        SWEEP + "scenario: {}\n", ["sweep"], "mine.yaml:8: scenario: unknown key",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_the_command_refuses_is_refused_in_its_words(write, case):
    text, command, message = REFUSED[case]
    told = refusal("check", write(text))
    assert message in told
    assert told == refusal(*command, "mine.yaml")


def test_a_variant_that_is_no_valid_plan_is_refused_with_its_values(write):
    told = refusal("check", write(SWEEP.replace("0.03", "1.5")))
    assert "a variant is no valid plan" in told and "tactical.stop = 1.5" in told


@pytest.mark.parametrize("text", [SWEEP, SCENARIO])
def test_a_misspelt_rule_of_the_base_plan_is_refused(write, text):
    text = text.replace(
        "name: x\n", "name: x\ntactical: {entry: {conditions: {abov_average: {}}}}\n"
    )
    told = refusal("check", write(text))
    assert "mine.yaml:2: tactical.entry.conditions" in told
    assert "did you mean 'above_average'?" in told


def test_a_misspelt_rule_among_the_values_of_a_sweep_is_refused(write):
    text = PLAN + "sweep: {keys: {tactical.entry.conditions: [{}, {abov_average: {}}]}}\n"
    assert "did you mean 'above_average'?" in refusal("check", write(text))


def test_with_data_a_sweep_says_what_it_would_cost(write):
    told = simulate("check", write(SWEEP), "--data").stdout.splitlines()
    assert told[2].startswith("6 variants, about ")


def test_with_data_a_scenario_says_where_it_starts(write):
    text = PLAN + "scenario: {as_of: 2007-11-21, worlds: [replay]}\n"
    told = simulate("check", write(text), "--data").stdout.splitlines()
    # the S&P 500 closed at 1416.77 on 21 November 2007
    assert told[2] == "from 2007-11-21 at 1,416.77"
    told = refusal("check", write(text.replace("2007-11-21", "2030-11-21")), "--data")
    assert told == refusal("scenario", "mine.yaml")


@pytest.mark.parametrize("option", ["--data", "--set=capital=5", "--prices=x.csv"])
def test_a_claims_file_takes_no_data_and_no_overrides(write, option):
    told = refusal("check", write(CLAIMS), option)
    assert "a claims file is checked by itself" in told and "simulate audit PLAN" in told
