"""The schema of plan files: valid, complete, and the same that errors are worded from."""

import json
import re

import pytest

from strategy.plan import Plan
from strategy.plan.file.plan_file import resolved, schema
from strategy.plan.file.schema import DIALECT, alternatives, expected_at, keys_at


def models():
    whole = schema()
    return {"Plan": whole, **whole["$defs"]}


def properties():
    return [
        pytest.param(body, name, id=f"{model}.{name}")
        for model, body in models().items()
        for name in body["properties"]
    ]


def test_the_schema_is_valid_draft_2020_12():
    assert schema()["$schema"] == DIALECT
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.Draft202012Validator.check_schema(schema())


def test_the_schema_accepts_a_resolved_plan_and_refuses_a_wrong_one():
    jsonschema = pytest.importorskip("jsonschema")
    validator = jsonschema.Draft202012Validator(schema())
    values = json.loads(json.dumps(resolved(Plan(name="x"))))
    assert list(validator.iter_errors(values)) == []
    values["tactical"]["stop"] = 1.5
    values["hedge"]["banana"] = 1
    assert len(list(validator.iter_errors(values))) == 2


def test_every_reference_resolves():
    text = json.dumps(schema())
    names = set(re.findall(r'"#/\$defs/(\w+)"', text))
    assert names == set(schema()["$defs"])


def test_every_map_of_the_plan_is_closed_and_described():
    for body in models().values():
        assert body["additionalProperties"] is False
        assert body["description"]


@pytest.mark.parametrize(("body", "name"), properties())
def test_every_key_is_described(body, name):
    node = body["properties"][name]
    target = node.get("$ref", "").rpartition("/")[2]
    assert node.get("description") or models()[target]["description"]


@pytest.mark.parametrize(("body", "name"), properties())
def test_every_key_but_the_required_and_the_sections_has_a_default(body, name):
    node = body["properties"][name]
    is_section = "$ref" in node or "additionalProperties" in node
    assert is_section or "default" in node or name in body["required"]


@pytest.mark.parametrize(
    ("path", "provenance"),
    [
        (("anchor",), "article"),
        (("tactical", "stop"), "author"),
        (("tactical", "levels", "zone"), "article"),
        (("hedge", "max_ratio"), "author"),
        (("risk", "cash", "from"), "author"),
        (("costs", "fee_bps"), "author"),
    ],
)
def test_assumptions_say_whose_they_are(path, provenance):
    *section, key = path
    (owner,) = alternatives(tuple(section))
    assert owner["properties"][key]["provenance"] == provenance


def test_aliases_are_the_keys_of_the_file():
    assert keys_at(("hedge", "score")) == ["from", "to"]
    assert "from" in keys_at(("risk", "cash", "earlier", 0))


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("name", "text of 1 to 80 characters"),
        ("core.weight", "a number from 0 to 1"),
        ("capital", "a number from 0.01 to 1e+15"),
        ("tactical.same_bar", "one of stop_first, target_first"),
        ("data.source", "one of bundled, auto"),
        ("data.end", "a date as YYYY-MM-DD, for example 1962-01-01, or null"),
        ("tactical.levels.zone", "a list of two numbers above 0"),
        ("tactical.size.risk_budget", "a number above 0 and at most 1, or null"),
        ("tactical.entry.conditions", "a map of names and values"),
        (
            "tactical.entry.conditions.R12",
            "a map with keys among weight, required, veto, parameters",
        ),
        ("risk.credit.months", "a whole number from 1 to 24"),
        ("costs.cash", "one of bills, zero"),
        ("no.such.key", ""),
    ],
)
def test_what_is_expected_is_said_in_words(path, words):
    assert expected_at(tuple(path.split("."))) == words


def test_changing_what_schema_returns_changes_nothing_else():
    schema()["$defs"]["Core"].clear()
    assert schema()["$defs"]["Core"]["title"] == "Core"
