"""The plans that come with the program: valid, commented line by line, and honest about whose."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from strategy.cli import cli
from strategy.plan import Plan
from strategy.plan.file.plan_file import load_plan, resolved
from strategy.plan.file.schema import alternatives
from strategy.plan.file.yaml_tree import read_yaml

CONFIGS = Path(__file__).resolve().parents[3] / "configs"
SHORT_LONG = CONFIGS / "short_long.yaml"
PLANS = (
    *("short_long", "as_written", "structural"),
    *("hedge_future", "hedge_inverse_etf", "hedge_put", "hedge_put_spread", "hedge_collar"),
)
MARK = re.compile(r"# .*\[(article|author's choice|data)\]")


@pytest.mark.parametrize("name", PLANS)
def test_every_plan_that_comes_with_the_program_is_valid_and_bears_its_name(name):
    assert load_plan(CONFIGS / f"{name}.yaml").name == name


def test_short_long_writes_out_every_default_and_nothing_else():
    assert load_plan(SHORT_LONG) == Plan(name="short_long")


def examples():
    """Lines of shipped plans whose comment gives an example of the value, with it written in."""
    for path in sorted(CONFIGS.rglob("*.yaml")):
        for number, line in enumerate(path.read_text().splitlines()):
            if found := re.fullmatch(r"( *\w+: ).*?#.* for example (\{.*\})", line):
                yield pytest.param(
                    path, number, found[1] + found[2], id=f"{path.stem}-{number + 1}"
                )


@pytest.mark.parametrize(("path", "number", "line"), list(examples()))
def test_an_example_in_a_comment_can_be_copied_into_its_place(tmp_path, path, number, line):
    lines = path.read_text().splitlines()
    plan = tmp_path / "plan.yaml"
    plan.write_text("\n".join([*lines[:number], line, *lines[number + 1 :]]))
    for name in re.findall(r"\w+\.csv", line):  # the user's own files
        (tmp_path / name).write_text("date,close\n2024-01-02,15.0\n")
    done = CliRunner().invoke(cli, ["check", str(plan)])
    assert done.exit_code == 0, done.output
    assert load_plan(plan) != load_plan(path)


def test_the_default_plan_gives_four_examples():
    assert len([p for p in examples() if p.id.startswith("short_long-")]) == 4


def every_key(path=()):
    for node in alternatives(path):
        for key in node.get("properties", ()):
            here = (*path, key)
            yield here
            yield from every_key(here)


def test_short_long_shows_every_section_that_it_opens_in_full():
    tree = read_yaml(SHORT_LONG.read_text(), "short_long.yaml")
    for path in tree.places:
        written = value_at(tree.value, path)
        if not isinstance(written, dict):
            continue
        (section,) = alternatives(path)
        keys = {
            key
            for key, node in section.get("properties", {}).items()
            if "$ref" not in node  # a section of its own, such as an instrument not used here
        }
        assert keys <= set(written), f"{path} lacks {keys - set(written)}"


@pytest.mark.parametrize("name", PLANS)
def test_every_value_says_whose_it_is(name):
    text = (CONFIGS / f"{name}.yaml").read_text()
    lines = text.splitlines()
    tree = read_yaml(text, name)
    for path, place in tree.places.items():
        is_leaf = not isinstance(value_at(tree.value, path), dict | list)
        if is_leaf and path != ("name",):
            nearby = lines[place.line - 1] + lines[place.line - 2]
            assert MARK.search(nearby), f"{name}.yaml:{place.line} says not whose {path} is"


def test_short_long_and_the_schema_agree_whose_a_value_is():
    text = SHORT_LONG.read_text()
    lines = text.splitlines()
    for path, place in read_yaml(text, "short_long.yaml").places.items():
        provenance = provenance_of(path)
        said = re.search(r"\[(article|author's choice|data)\]", lines[place.line - 1])
        if provenance and said:
            assert said[1].split("'")[0] == provenance, f"line {place.line}: {path}"


def value_at(value, path):
    for part in path:
        value = value[part]
    return value


def provenance_of(path):
    owners = alternatives(path[:-1]) if path else []
    for owner in owners:
        node = owner.get("properties", {}).get(path[-1], {})
        if "provenance" in node and node.get("type") != "object":
            return node["provenance"]
    return None


def test_as_written_runs_the_printed_levels_on_their_one_vintage():
    plan = load_plan(CONFIGS / "as_written.yaml")
    assert plan.vintages == (2024,)
    assert plan.tactical.levels.model_dump() == {
        "mode": "absolute",
        "reference": 5950,
        "zone": (6180, 6200),
        "extension": (6450, 6500),
    }


@pytest.mark.parametrize("name", PLANS[1:])
def test_the_other_plans_differ_from_short_long_only_where_they_say_so(name):
    written = read_yaml((CONFIGS / f"{name}.yaml").read_text(), name)
    ours = resolved(load_plan(CONFIGS / f"{name}.yaml"))
    theirs = resolved(Plan(name=name))
    for path in every_key():
        if path not in written.places and not any(
            place[: len(path)] == path for place in written.places
        ):
            try:
                assert value_at(ours, path) == value_at(theirs, path)
            except (KeyError, TypeError):
                # a fraction or a section; a short way to write conditions
                assert path[:2] == ("tactical", "stop") or path == ("tactical", "entry", "when")
