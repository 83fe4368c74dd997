"""A plan of named legs at the command line: run, check, explain, and what refuses it."""

from __future__ import annotations

import json
import re

import pytest
from click.testing import CliRunner

from strategy.cli import cli

PLAN = """
name: July long
title: {en: Long in July, zh-Hant: 七月做多}
data: {start: 2010-01-01, end: 2020-12-31}
core: {index: 1.0}
vintages: {every: year, anchor: "06-30"}
legs:
  july:
    levels: {reference: 100, goal: 104}
    exits:
      targets: [{at: goal, share: 1.0}]
      stop: 0.03
      by: {date: "07-31"}
"""


@pytest.fixture
def plan(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "july.yaml"
    path.write_text(PLAN, encoding="utf-8")
    return str(path)


def simulate(*arguments: str):
    return CliRunner().invoke(cli, arguments, catch_exceptions=True)


def test_a_run_leaves_its_files_and_says_what_the_leg_made_beside_what(plan):
    done = simulate("run", plan)
    assert done.exit_code == 0, done.output
    assert done.output.startswith("Long in July: 11 vintages, 2010-06-30 to 2020-12-31\n")
    assert "july made" in done.output and "held without rules" in done.output
    again = json.loads(simulate("run", plan, "--json").output)
    assert again["same_as_before"] is True
    assert set(again["files"]) == {
        *("daily.parquet", "metrics.json", "report.html", "run.json"),
        *("trades.csv", "vintages.csv"),
    }


@pytest.mark.parametrize("lang", ["en", "zh-Hant"])
def test_no_page_of_another_plan_speaks_of_december_or_the_article(plan, lang, tmp_path):
    folder = simulate("run", plan, "--lang", lang, "--quiet").output.strip()
    page = (tmp_path / folder / "report.html").read_text(encoding="utf-8")
    body = re.sub(r"<(style|script)>.*?</\1>", "", page, flags=re.S)
    assert not re.search(r"December|article|5950|十二月|文章", body)
    assert ("七月做多" if lang == "zh-Hant" else "Long in July") in body
    assert "://" not in re.sub(r'xmlns="[^"]*"', "", body)


def test_a_plan_is_explained_in_plain_sentences_with_its_levels(plan):
    done = simulate("explain", plan)
    assert done.exit_code == 0, done.output
    # 30 June 2020 closed at 3100.3 in the bundled data: 3100.3 x 1.04
    assert "100% of it is closed at level goal (3,224.31)." in done.output
    assert "Buys index at the open, on the first session after the anchor." in done.output
    assert "2020-06-30" in done.output
    assert "停損距進場價3.0%" in simulate("explain", plan, "--lang", "zh-Hant").output


def test_check_resolves_the_plan_and_refuses_what_run_refuses(plan, tmp_path):
    done = simulate("check", plan)
    assert done.exit_code == 0 and "11 vintages, 2010 to 2020" in done.output
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(PLAN.replace("levels:", "entry: {when: {abov_average: {}}}\n    levels:"))
    for command in ("check", "run", "explain"):
        refused = simulate(command, str(wrong))
        assert refused.exit_code == 2
        assert "wrong.yaml:9: legs.july.entry.when: unknown signal 'abov_average'" in refused.output


def test_check_refuses_a_misspelt_rule_of_the_short_form(plan):
    setting = "tactical.entry.conditions={abov_average: {}}"
    refused = simulate("check", "short_long", "--set", setting)
    assert refused.exit_code == 2
    assert "did you mean 'above_average'?" in refused.output


@pytest.mark.parametrize("command", ["scenario", "audit", "hedge"])
def test_a_command_that_cannot_take_legs_says_so_in_one_line(plan, command):
    refused = simulate(command, plan)
    assert refused.exit_code == 2
    assert "this plan has `legs`" in refused.output
    assert refused.output.count("\n") == 1


def test_a_sweep_of_legs_is_checked_estimated_and_run(plan, tmp_path):
    assert "no 'sweep:' block" in simulate("sweep", plan).output
    path = tmp_path / "sweep.yaml"
    path.write_text(PLAN + "sweep: {keys: {legs.july.exits.stop: [0.02, 0.04]}, judge: 2}\n")
    assert "2 variants" in simulate("check", str(path)).output
    assert "2 variants" in simulate("check", str(path), "--data").output
    done = simulate("sweep", str(path))
    assert done.exit_code == 0, done.output
    assert "2 variants judged by single runs" in done.output
    wrong = PLAN.replace("levels:", "entry: {when: {abov_average: {}}}\n    levels:")
    path.write_text(wrong + "sweep: {keys: {legs.july.exits.stop: [0.02, 0.04]}}\n")
    assert "unknown signal 'abov_average'" in simulate("check", str(path)).output


def test_commands_that_read_runs_of_the_short_form_refuse_one_of_legs_in_one_line(plan):
    folder = simulate("run", plan, "--quiet", "--no-report").output.strip()
    for arguments in (("plot", folder), ("table", folder)):
        refused = simulate(*arguments)
        assert refused.exit_code == 2
        assert "is a run of a plan with `legs`" in refused.output
        assert refused.output.count("\n") == 1
    assert simulate("runs", "show", folder).exit_code == 0
    assert "July long" in simulate("runs", "list").output


def test_the_schema_of_legs_describes_its_keys():
    schema = json.loads(simulate("schema", "--legs").output)
    assert set(schema["required"]) == {"name", "vintages", "legs"}
    assert "Leg" in schema["$defs"]


def test_the_evening_of_the_anchor_orders_the_entry(plan):
    done = simulate("today", plan, "--date", "2015-06-30")
    assert done.exit_code == 0, done.output
    assert "buy at the open, 100.0% of equity" in done.output
    answer = json.loads(simulate("today", plan, "--date", "2015-07-01", "--json").output)
    assert answer["status"] == "orders"
    kinds = {order["kind"] for order in answer["legs"]["july"]["orders"]}
    assert kinds == {"stop", "limit"}


def test_the_look_ahead_check_is_clean(plan):
    done = simulate("lookahead", plan, "--dates", "2")
    assert done.exit_code == 0, done.output
    assert "nothing knew more than it could" in done.output


def test_new_writes_a_plan_that_check_and_explain_take(plan, tmp_path):
    answers = ("--anchor", "06-30", "--by", "07-31", "--stop", "0.03", "--gain", "0.05")
    done = simulate("new", "mine.yaml", "--side", "short", *answers)
    assert done.exit_code == 0, done.output
    assert "valid plan 'mine'" in simulate("check", "mine.yaml").output
    told = simulate("explain", "mine.yaml").output
    assert "Sells index short at the open" in told
    assert "100% of it is closed at a gain of 5.0%." in told
    again = simulate("new", "mine.yaml")
    assert again.exit_code == 2 and "is there already" in again.output


def test_new_refuses_answers_that_make_no_plan_and_writes_nothing(plan, tmp_path):
    for answers, line in (
        (("--anchor", "13-31"), "vintages.anchor"),
        (("--stop", "2"), "legs.trade.exits.stop"),
        (("--prices", "nowhere.csv"), "nowhere.csv"),
    ):
        refused = simulate("new", "bad.yaml", *answers)
        assert refused.exit_code == 2 and line in refused.output, refused.output
        assert refused.output.count("\n") == 1
    assert [p.name for p in tmp_path.iterdir()] == ["july.yaml"]


def test_new_copies_a_plan_of_the_library(plan):
    assert simulate("new", "may.yaml", "--like", "sell_in_may").exit_code == 0
    assert "valid plan 'sell_in_may'" in simulate("check", "may.yaml").output


def test_an_account_that_is_used_up_is_told_so_first(plan, tmp_path):
    """Ten times the equity in the index: the fall of 1966 takes all of it."""
    (tmp_path / "ruin.yaml").write_text(
        "name: ruin\ndata: {source: bundled}\n"
        'vintages: {every: year, anchor: "10-31"}\n'
        "legs: {all_in: {exits: {by: {date: '10-30'}}, size: {weight: 10.0}}}\n"
    )
    done = simulate("run", "ruin.yaml", "--no-report")
    assert done.exit_code == 0, done.output
    assert "The account was used up on " in done.output
    assert json.loads(simulate("run", "ruin.yaml", "--no-report", "--json").output)["metrics"][
        "data"
    ]["exhausted"]
