"""Plan files: what a mistake is answered with, overrides, files, and the plan's fingerprint."""

import json
import os
from pathlib import Path

import pytest
import yaml

from market.errors import InputError
from strategy.plan import Plan, StopLevel
from strategy.plan.file.plan_file import load_plan, plan_sha256, resolved

NAME = "name: x\n"


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Write a plan file into the working folder and give its name."""
    monkeypatch.chdir(tmp_path)

    def write(text, name="plan.yaml"):
        content = text if isinstance(text, bytes) else text.encode()
        Path(name).write_bytes(content)
        return name

    return write


def refusal(path, *overrides, **more):
    with pytest.raises(InputError) as caught:
        load_plan(path, overrides, **more)
    line = str(caught.value)
    assert "\n" not in line
    for jargon in ("pydantic", "Input should", "tuple", "dict", "type=", "constrained"):
        assert jargon not in line
    return line


def test_a_name_alone_is_a_plan_with_every_default(write):
    assert load_plan(write(NAME)) == Plan(name="x")


def test_comments_and_a_byte_order_mark_do_no_harm(write):
    text = "﻿# a plan\nname: 短多長空\n\n# the end\n"
    assert load_plan(write(text)).name == "短多長空"


# ---- unknown keys ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line", "key", "meant"),
    [
        ("achor: '11-21'", 2, "achor", "anchor"),
        ("data:\n  strat: 1962-01-01", 3, "data.strat", "start"),
        ("tactical:\n  stpo: 0.03", 3, "tactical.stpo", "stop"),
        ("tactical:\n  stop:\n    levle: 5800", 4, "tactical.stop.levle", "level"),
        ("tactical:\n  levels:\n    zones: [6180, 6200]", 4, "tactical.levels.zones", "zone"),
        ("tactical:\n  entry:\n    fil: next_open", 4, "tactical.entry.fil", "fill"),
        (
            "tactical:\n  entry:\n    conditions:\n      R12:\n        wieght: 1",
            6,
            "tactical.entry.conditions.R12.wieght",
            "weight",
        ),
        ("tactical:\n  size: {risk_budgt: 0.01}", 3, "tactical.size.risk_budgt", "risk_budget"),
        ("hedge:\n  score:\n    form: 0.4", 4, "hedge.score.form", "from"),
        ("hedge:\n  score:\n    from_: 0.4", 4, "hedge.score.from_", "from"),
        (
            "hedge:\n  cover:\n    - fall: 0.2\n      share: 0.5\n    - {fal: 0.3, share: 1}",
            6,
            "hedge.cover[1].fal",
            "fall",
        ),
        ("risk:\n  cash:\n    earlier:\n    - untill: 2020-12-31", 5, None, "until"),
        ("costs:\n  fees_bps: 1", 3, "costs.fees_bps", "fee_bps"),
    ],
)
def test_an_unknown_key_is_answered_with_the_one_meant(write, text, line, key, meant):
    answer = refusal(write(NAME + text))
    key = key or "risk.cash.earlier[0].untill"
    assert answer.startswith(f"plan.yaml:{line}: {key}: unknown key; did you mean '{meant}'?")


def test_an_unknown_key_like_no_other_is_answered_with_all_keys(write):
    assert refusal(write(NAME + "core:\n  banana: 1")) == (
        "plan.yaml:3: core.banana: unknown key; expected one of weight"
    )


def test_a_mistyped_name_is_told_before_the_name_is_missed(write):
    assert refusal(write("nmae: x\n")) == (
        "plan.yaml:1: nmae: unknown key; did you mean 'name'? (and 1 more)"
    )


# ---- values ----------------------------------------------------------------------------------

STOP = "expected a number above 0 and below 1, or a map with the key level"
DAY = "expected a day of the year as 'MM-DD', for example '11-21'"
DATE = "expected a date as YYYY-MM-DD, for example 1962-01-01"


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("tactical:\n  stop: 0", f"3: tactical.stop: got 0; {STOP}"),
        ("tactical:\n  stop: -0.03", f"3: tactical.stop: got -0.03; {STOP}"),
        ("tactical:\n  stop: 1", f"3: tactical.stop: got 1; {STOP}"),
        ("tactical:\n  stop: 1.5", f"3: tactical.stop: got 1.5; {STOP}"),
        ("tactical:\n  stop: three", f"3: tactical.stop: got three; {STOP}"),
        ("tactical:\n  stop: true", f"3: tactical.stop: got true; {STOP}"),
        ("tactical:\n  stop: '0.03'", f'3: tactical.stop: got "0.03"; {STOP}'),
        ("tactical:\n  stop: [0.03]", f"3: tactical.stop: got [0.03]; {STOP}"),
        ("tactical:\n  stop:", f"3: tactical.stop: got nothing; {STOP}"),
        (
            "tactical:\n  stop:\n    level: -5",
            "4: tactical.stop.level: got -5; expected a number above 0",
        ),
        (
            "tactical:\n  stop: {}",
            "3: tactical.stop.level: missing; expected a number above 0",
        ),
        (
            "tactical:\n  stop: {level: 6190}",
            "3: tactical.stop.level: got 6190; "
            "expected a level below the zone, which starts at 6180",
        ),
        (
            "tactical:\n  levels:\n    zone: [6200, 6180]",
            "4: tactical.levels.zone: got [6200, 6180]; expected two levels in ascending order",
        ),
        (
            "tactical:\n  levels:\n    extension: [6500, 6450]",
            "4: tactical.levels.extension: got [6500, 6450]; "
            "expected two levels in ascending order",
        ),
        (
            "tactical:\n  levels:\n    zone: [5900, 6200]",
            "4: tactical.levels.zone: got [5900, 6200]; "
            "expected levels above the reference, which is 5950",
        ),
        (
            "tactical:\n  levels:\n    extension: [6190, 6500]",
            "4: tactical.levels.extension: got [6190, 6500]; "
            "expected levels above the zone, which ends at 6200",
        ),
        (
            "tactical:\n  levels:\n    zone: [6180]",
            "4: tactical.levels.zone: got [6180]; expected a list of two numbers above 0",
        ),
        (
            "tactical:\n  levels:\n    zone: 6180",
            "4: tactical.levels.zone: got 6180; expected a list of two numbers above 0",
        ),
        (
            "tactical:\n  levels:\n    zone:\n      - 6180\n      - high",
            "6: tactical.levels.zone[1]: got high; expected a number above 0",
        ),
        (
            "tactical:\n  levels: {mode: relative}",
            "3: tactical.levels.mode: got relative; expected one of ratio, structural, absolute",
        ),
        (
            "tactical:\n  exit_by: '11-20'",
            "3: tactical.exit_by: got 11-20; expected a day after the anchor 11-21, "
            "in the same year",
        ),
        (
            "anchor: '12-15'",
            "2: tactical.exit_by: got 12-15; expected a day after the anchor 12-15, "
            "in the same year",
        ),
        ("anchor: '02-30'", f'2: anchor: got "02-30"; {DAY}'),
        ("anchor: 13-01", f"2: anchor: got 13-01; {DAY}"),
        ("anchor: 1121", f"2: anchor: got 1121; {DAY}"),
        ("data:\n  start: 2024-02-30", f"3: data.start: got 2024-02-30; {DATE}"),
        ("data:\n  start: last year", f"3: data.start: got last year; {DATE}"),
        ("data:\n  start: 1962", f"3: data.start: got 1962; {DATE}, or null"),
        (
            "data:\n  end: 9999-12-31",
            "3: data.end: got 9999-12-31; expected a date between the years 1800 and 2200",
        ),
        (
            "data:\n  start: 2020-01-01\n  end: 2019-12-31",
            "4: data.end: got 2019-12-31; expected a date on or after the start 2020-01-01",
        ),
        ("capital: .nan", "2: capital: got .nan; expected a finite number"),
        ("capital: 1e400", "2: capital: got 1e400; expected a finite number"),
        ("capital: 0", "2: capital: got 0; expected a number from 0.01 to 1e+15"),
        (
            "hedge:\n  phase_in:\n    steps: 2.5",
            "4: hedge.phase_in.steps: got 2.5; expected a whole number from 1 to 252",
        ),
        (
            "hedge:\n  score: {from: 0.9}",
            "3: hedge.score.to: got 0.8; expected a score above 'from', which is 0.9",
        ),
        (
            "hedge:\n  window: {start: 06-01, end: 05-31}",
            "3: hedge.window.end: got 05-31; expected a day on or after the window's start 06-01",
        ),
        (
            "hedge: {cover: [{fall: 0.3, share: 1}, {fall: 0.2, share: 0.5}]}",
            "2: hedge.cover: got 0.3: 1, 0.2: 0.5; "
            "expected rules that ascend in both fall and share",
        ),
        (
            "tactical: {entry: {conditions: {R12: {required: yes}}}}",
            "2: tactical.entry.conditions.R12.required: got yes; expected true or false",
        ),
        ("name: y", "2: name: given twice, first in line 1; expected each key once"),
        ("vintages: [2020, 2019]", "2: vintages: got 2020, 2019; expected years in ascending"),
        ("vintages: [99999]", "2: vintages[0]: got 99999; expected a whole number from 1800"),
        ("vintages: []", "2: vintages: got []; expected a list of at least one item"),
        ("core:", "2: core: got nothing; expected a map with the key weight"),
        ("core: 3", "2: core: got 3; expected a map with the key weight"),
        ("core:\n- 3", "2: core: got [3]; expected a map with the key weight"),
        (
            "risk:\n  cash: {weight: 0}\n  leverage: {weight: 0}\n  credit: {weight: 0}\n"
            "  concentration: {weight: 0}\n  rotation: {weight: 0}",
            "2: risk: got weights of 0 only; expected at least one component with a weight above 0",
        ),
        (
            "risk:\n  credit: {from: 0.3}",
            "3: risk.credit.to: got 0.3; expected a point other than 'from'",
        ),
    ],
)
def test_a_wrong_value_is_told_with_file_line_key_value_and_what_fits(write, text, answer):
    assert refusal(write(NAME + text)).startswith(f"plan.yaml:{answer}")


@pytest.mark.parametrize("name", ["2024", "''", "'  '", '"a\\nb"', '"\\x1b[31m"', "x" * 81, "[a]"])
def test_a_name_is_one_line_of_visible_text(write, name):
    assert refusal(write(f"name: {name}")).startswith("plan.yaml:1: name: got ")


def test_the_other_problems_are_counted_and_the_first_line_is_told(write):
    text = "name: x\ncapital: -1\ncore: {weight: 2}\nanchor: soon\n"
    assert refusal(write(text)) == (
        "plan.yaml:2: capital: got -1; expected a number from 0.01 to 1e+15 (and 2 more)"
    )


def test_a_stop_can_be_a_level(write):
    plan = load_plan(write(NAME + "tactical:\n  stop: {level: 5800}\n"))
    assert plan.tactical.stop == StopLevel(level=5800.0)


# ---- what is no plan file --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "answer"),
    [
        (b"", "plan.yaml: the file is empty"),
        (b" \n\t\n", "plan.yaml: the file is empty"),
        (b"# nothing but a comment\n", "plan.yaml: the file holds no plan"),
        (b"- a\n- b\n", 'plan.yaml:1: got ["a", "b"]; expected a map of keys'),
        (b"just words\n", "plan.yaml:1: got "),
        (b"name: x\nanchor: \xff\xfe\n", "plan.yaml:2: not UTF-8 text"),
        ("name: x\n".encode("utf-16"), "plan.yaml:1: not UTF-8 text"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "plan.yaml:1: not UTF-8 text"),
        (b"PK\x03\x04\x00\x00", "plan.yaml:1: not a text file"),
        (b"name: " + b"x" * 1_000_001, "plan.yaml: larger than 1 MB"),
        (b"name: !!python/object/apply:os.system [ls]\n", "plan.yaml:1: name: got the YAML tag"),
        (b"name: x\nanchor: " + b"[" * 100_000, "plan.yaml:2: anchor"),
    ],
)
def test_a_file_that_holds_no_plan_is_told_apart(write, content, answer):
    assert refusal(write(content)).startswith(answer)


def test_a_missing_file_a_folder_and_a_pipe_are_told_apart(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    os.mkfifo("pipe")
    assert refusal("no.yaml") == "no.yaml: no such file; expected a plan file"
    assert refusal(".") == ".: this is a folder; expected a YAML file"
    assert refusal("pipe") == "pipe: this is not a regular file; expected a YAML file"
    assert "cannot be read" in refusal("a\0b")
    assert "cannot be read" in refusal("x" * 5000)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_may_not_be_read_is_told_so(write):
    path = write(NAME)
    os.chmod(path, 0)
    assert refusal(path) == "plan.yaml: cannot be read: Permission denied"


def test_an_alias_bomb_is_refused_at_its_first_anchor(write):
    lines = [NAME + "data: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    for level in range(1, 12):
        aliases = ", ".join([f"*a{level - 1}"] * 10)
        lines.append(f"a{level}: &a{level} [{aliases}]")
    assert refusal(write("\n".join(lines))) == (
        "plan.yaml:2: data: got the anchor &a0; expected every value written out where it stands"
    )


# ---- overrides -------------------------------------------------------------------------------


def test_an_override_replaces_what_the_file_says(write):
    path = write(NAME + "tactical:\n  stop: 0.03\n")
    assert load_plan(path, ["tactical.stop=0.02"]).tactical.stop == 0.02


def test_the_last_override_of_a_key_counts(write):
    path = write(NAME)
    assert load_plan(path, ["core.weight=0.5", "core.weight=0.7"]).core.weight == 0.7


@pytest.mark.parametrize(
    ("override", "read", "value"),
    [
        ("tactical.levels.zone=[6190, 6210]", lambda p: p.tactical.levels.zone, (6190, 6210)),
        ("tactical.stop={level: 5800}", lambda p: p.tactical.stop.level, 5800),
        ("tactical.stop.level=5800", lambda p: p.tactical.stop.level, 5800),
        ("hedge.score.from=0.2", lambda p: p.hedge.score.from_, 0.2),
        ("data.end=2020-12-31", lambda p: p.data.end.year, 2020),
        ("data.start=", lambda p: p.data.start, None),
        ("data.start=null", lambda p: p.data.start, None),
        ("vintages=[2007]", lambda p: p.vintages, (2007,)),
        ("name='a = b'", lambda p: p.name, "a = b"),
        ("tactical.entry.conditions.R12.required=true", None, None),
    ],
)
def test_any_key_can_be_overridden_with_any_yaml(write, override, read, value):
    plan = load_plan(write(NAME + "tactical:\n  stop: 0.03\n"), [override])
    if read is None:
        assert plan.tactical.entry.conditions["R12"].required
    else:
        assert read(plan) == value


@pytest.mark.parametrize(
    ("override", "answer"),
    [
        ("tactical.stop=2", f"--set tactical.stop: got 2; {STOP}"),
        ("tactical.stop=[", "--set tactical.stop: not valid YAML"),
        ("tactical.stop=!!int 3", "--set tactical.stop: got the YAML tag !!int"),
        ("tactical.stop=.nan", "--set tactical.stop: got .nan; expected a finite number"),
        ("tactical.stpo=1", "--set tactical.stpo: unknown key 'stpo'; did you mean 'stop'?"),
        (
            "tacticle.stop=1",
            "--set tacticle.stop: unknown key 'tacticle'; did you mean 'tactical'?",
        ),
        ("hedge.score.form=1", "--set hedge.score.form: unknown key 'form'; did you mean 'from'?"),
        ("core.banana=1", "--set core.banana: unknown key 'banana'; expected one of weight"),
        ("tactical.stop", "--set: got 'tactical.stop'; expected KEY=VALUE"),
        ("=1", "--set: got '=1'; expected KEY=VALUE"),
        ("core..weight=1", "--set: got 'core..weight=1'; expected KEY=VALUE"),
        ("anchor.day=21", "--set anchor.day: anchor: got a map with day; " + DAY),
        ("hedge.cover.0.fall=0.1", "--set hedge.cover.0.fall: hedge.cover: got a map with 0"),
        (
            "tactical.levels={zone: [2, 1]}",
            "--set tactical.levels: tactical.levels.zone: got [2, 1]; expected two levels",
        ),
        (
            "tactical.levels.reference=7000",
            "--set tactical.levels.reference: tactical.levels.zone: got [6180, 6200]; "
            "expected levels above the reference, which is 7000",
        ),
        ("name=\udc80", "--set name: not a text file"),
    ],
)
def test_a_wrong_override_is_told_at_the_option(write, override, answer):
    path = write(NAME + "tactical:\n  levels:\n    zone: [6180, 6200]\n")
    assert refusal(path, override).startswith(answer)


def test_an_override_does_not_hide_a_mistake_in_the_file(write):
    path = write(NAME + "core:\n  weight: 3\n")
    assert refusal(path, "tactical.stop=0.02").startswith("plan.yaml:3: core.weight: got 3")


# ---- files -----------------------------------------------------------------------------------


def test_files_of_the_plan_lie_beside_it_and_files_of_options_lie_here(tmp_path, monkeypatch):
    plans, here = tmp_path / "plans", tmp_path / "here"
    for folder in (plans, here):
        folder.mkdir()
        for name in ("index.csv", "vix.csv"):
            (folder / name).write_text("date,close\n")
    path = plans / "plan.yaml"
    path.write_text(NAME + "data:\n  prices: index.csv\n  files: {vix: ./vix.csv}\n")
    monkeypatch.chdir(here)

    plan = load_plan(path)
    assert plan.data.prices == str(plans / "index.csv")
    assert plan.data.files == {"vix": str(plans / "vix.csv")}

    plan = load_plan("../plans/plan.yaml", ["data.files.vix=vix.csv"], prices="index.csv")
    assert plan.data.prices == str(here / "index.csv")
    assert plan.data.files == {"vix": str(here / "vix.csv")}


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("data:\n  prices: no.csv", "plan.yaml:3: data.prices: got no.csv; expected a CSV or"),
        ("data:\n  prices: .", "plan.yaml:3: data.prices: got .; expected a CSV or Parquet file"),
        ("data:\n  prices: ''", 'plan.yaml:3: data.prices: got ""; expected a CSV or Parquet'),
        ("data:\n  prices: 5", "plan.yaml:3: data.prices: got 5; expected text, or null"),
        ("data: {files: {vix: no}}", "plan.yaml:2: data.files.vix: got no; expected a CSV or"),
        ('data: {files: {vix: "a\\0b"}}', "plan.yaml:2: data.files.vix: got "),
    ],
)
def test_a_file_that_is_not_there_is_told_with_the_line_that_names_it(write, text, answer):
    assert refusal(write(NAME + text)).startswith(answer)


def test_a_price_file_that_is_not_there_is_told_at_the_option(write):
    assert refusal(write(NAME), prices="no.csv").startswith("--prices: got no.csv; expected a CSV")


# ---- fingerprint -----------------------------------------------------------------------------


def test_plans_that_mean_the_same_have_the_same_hash(write):
    one = load_plan(write("name: x\nanchor: '11-21'\ncore: {weight: 1}\ncapital: 1e5\n", "a.yaml"))
    two = load_plan(write("capital: 100000.0\ncore:\n  weight: 1.0\nname: 'x'\n", "b.yaml"))
    assert plan_sha256(one) == plan_sha256(two)
    assert resolved(one) == resolved(two)


def test_conditions_in_another_order_have_the_same_hash(write):
    text = "name: x\ntactical: {{entry: {{conditions: {{{0}: {{}}, {1}: {{}}}}}}}}\n"
    one = load_plan(write(text.format("R12", "R14"), "a.yaml"))
    two = load_plan(write(text.format("R14", "R12"), "b.yaml"))
    assert plan_sha256(one) == plan_sha256(two)


def test_any_other_value_has_another_hash(write):
    path = write(NAME)
    hashes = {
        plan_sha256(load_plan(path, [override] if override else []))
        for override in ("", "tactical.stop=0.031", "name=y", "data.end=2020-01-01")
    }
    assert len(hashes) == 4


def test_minus_zero_means_zero(write):
    path = write(NAME)
    zero, minus = (load_plan(path, [f"hedge.band={value}"]) for value in ("0.0", "-0.0"))
    assert plan_sha256(zero) == plan_sha256(minus)


def test_the_hash_does_not_depend_on_where_files_lie(tmp_path):
    hashes = set()
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "index.csv").write_text("date,close\n")
        path = tmp_path / folder / "plan.yaml"
        path.write_text(NAME + "data: {prices: index.csv}\n")
        plan = load_plan(path)
        hashes.add(plan_sha256(plan))
        assert resolved(plan)["data"]["prices"] == "index.csv"
    assert len(hashes) == 1


def test_the_resolved_plan_reads_back_as_the_same_plan(write):
    plan = load_plan(write(NAME + "tactical: {stop: {level: 5800}}\nvintages: [2007, 2024]\n"))
    again = load_plan(write(yaml.safe_dump(resolved(plan)), "again.yaml"))
    assert again == plan


def test_the_resolved_plan_is_plain_and_sorted(write):
    values = resolved(load_plan(write(NAME)))
    assert json.loads(json.dumps(values, allow_nan=False)) == values
    assert list(values) == sorted(values)
    assert list(values["hedge"]) == sorted(values["hedge"])
    assert values["hedge"]["score"] == {"from": 0.4, "to": 0.8}
    assert values["data"]["start"] == "1962-01-01"
