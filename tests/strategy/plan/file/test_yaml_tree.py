"""YAML text: which values it gives, where they stand, and what is refused."""

import pytest

from market.errors import InputError
from strategy.plan.file.yaml_tree import MAX_NODES, dotted, printable, read_yaml


def refusal(text, **more):
    with pytest.raises(InputError) as caught:
        read_yaml(text, "plan.yaml", **more)
    line = str(caught.value)
    assert "\n" not in line
    return line


def test_every_value_knows_the_line_of_its_key():
    tree = read_yaml("a: 1\nb:\n  c:\n    - 5\n    - {d: x}\n", "plan.yaml")
    assert tree.value == {"a": 1, "b": {"c": [5, {"d": "x"}]}}
    lines = {dotted(path): place.line for path, place in tree.places.items()}
    assert lines == {"": 1, "a": 1, "b": 2, "b.c": 3, "b.c[0]": 4, "b.c[1]": 5, "b.c[1].d": 5}
    assert tree.places["b", "c", 0].where == "plan.yaml:4"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1),
        ("-3", -3),
        ("+3", 3),
        ("010", 10),
        ("0.5", 0.5),
        (".5", 0.5),
        ("5.", 5.0),
        ("1e6", 1e6),
        ("1E-3", 1e-3),
        ("true", True),
        ("False", False),
        ("~", None),
        ("null", None),
        ("", None),
    ],
)
def test_numbers_truth_and_nothing_follow_the_core_schema(text, value):
    got = read_yaml(f"key: {text}", "plan.yaml").value["key"]
    assert got == value
    assert type(got) is type(value)


@pytest.mark.parametrize(
    "text",
    ["yes", "no", "off", "on", "12:30", "1_000", "0x1F", "2024-02-30", "1962-01-01", "11-21", "1e"],
)
def test_what_older_yaml_turns_into_something_else_stays_text(text):
    assert read_yaml(f"key: {text}", "plan.yaml").value == {"key": text}


@pytest.mark.parametrize("text", ["'5'", '"null"', "'true'"])
def test_quoted_values_are_text(text):
    assert read_yaml(f"key: {text}", "plan.yaml").value == {"key": text[1:-1]}


@pytest.mark.parametrize("number", [".nan", ".NaN", ".inf", "-.inf", "1e400", "-1e999"])
def test_numbers_that_are_not_finite_are_refused_with_key_and_line(number):
    line = refusal(f"a: 1\nb:\n  c: {number}\n")
    assert line == f"plan.yaml:3: b.c: got {number}; expected a finite number"


def test_a_number_of_endless_digits_is_refused_at_once():
    assert "got a number of 900000 digits" in refusal("a: " + "9" * 900_000)


def test_a_key_given_twice_is_refused_with_both_lines():
    line = refusal("a:\n  x: 1\n  y: 2\n  x: 3\n")
    assert line == "plan.yaml:4: a.x: given twice, first in line 2; expected each key once"


@pytest.mark.parametrize(
    "tag", ["!!python/object:os.system", "!!python/object/apply:os.system", "!!str", "!mine", "!"]
)
def test_tags_are_refused(tag):
    assert refusal(f"name: x\nkey: {tag} [1]\n").startswith("plan.yaml:2: key: got the YAML tag !")


def test_a_tag_on_a_key_is_refused():
    assert "key that is not plain text" in refusal("!!str a: 1")


@pytest.mark.parametrize(
    ("text", "line", "got"),
    [
        ("a: &x {b: 1}\nc: *x\n", "1: a", "anchor &x"),
        ("a:\n  - 1\n  - &here 2\n", "3: a[1]", "anchor &here"),
        ("a: 1\nb: *x", "2: b", "alias *x"),
        ("a:\n  b: [1, *x]\n", "2: a.b[1]", "alias *x"),
        ("a: &x [1, *x]", "1: a", "anchor &x"),
        ("&x 1", "1", "anchor &x"),
    ],
)
def test_anchors_and_aliases_are_refused_with_key_and_line(text, line, got):
    assert refusal(text) == (
        f"plan.yaml:{line}: got the {got}; expected every value written out where it stands"
    )


@pytest.mark.parametrize("text", ["&x a: 1", "? *x\n: 1"])
def test_an_anchor_or_alias_as_a_key_is_refused(text):
    assert "key that is not plain text" in refusal(text)


def test_signs_of_anchors_and_aliases_inside_text_are_text():
    assert read_yaml("a: 'x &y *z'\nb: R&D\nc: 2*3\n", "plan.yaml").value == {
        "a": "x &y *z",
        "b": "R&D",
        "c": "2*3",
    }


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
def test_deep_nesting_is_refused_whatever_its_depth(opening):
    line = refusal("key: " * (opening in "[{a: ") + opening * 100_000)
    assert line.startswith("plan.yaml:")
    assert "nested deeper" in line or "not valid YAML" in line or "not plain text" in line


def test_more_values_than_any_plan_has_are_refused():
    assert f"more than {MAX_NODES}" in refusal("[" + "1," * (MAX_NODES + 1) + "]")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: [1, 2", "plan.yaml:1: not valid YAML"),
        ("a: 1\nb: c: d\n", "plan.yaml:2: not valid YAML: mapping values are not allowed"),
        ("a:\n\tb: 1\n", "plan.yaml:2: not valid YAML"),
        ("a: 'b\n", "plan.yaml:"),
        ("%YAML 9.9\n---\na: 1\n", "plan.yaml:1: not valid YAML"),
        ("a: 1\n---\nb: 2\n", "plan.yaml:2: a second YAML document starts"),
        ("? [a]\n: 1\n", "plan.yaml:1: got a key that is not plain text"),
        ("a: 1\n<<: {b: 2}\n", "plan.yaml:2: got the merge key '<<'"),
        ("a: 1\nb: \x07\n", "plan.yaml:2: not a text file"),
        ("a: \udc80", "plan.yaml:1: not a text file"),
    ],
)
def test_what_is_no_plain_yaml_is_refused_with_its_line(text, problem):
    assert refusal(text).startswith(problem)


def test_tabs_are_named_where_they_are_the_likely_cause():
    assert refusal("a:\n\tb: 1\n").endswith("indent with spaces, not tabs")


def test_a_text_from_an_option_is_placed_at_the_option():
    tree = read_yaml("[6180, 6200]", "--set zone", option="zone", at=("zone",))
    assert tree.places["zone", 1].where == "--set zone"
    assert refusal("[1, .nan]", option="zone", at=("zone",)) == (
        "plan.yaml: [1]: got .nan; expected a finite number"
    )


def test_values_are_shown_on_one_short_line():
    assert printable("a\nb\x1b[31m") == "a\\nb\\x1b[31m"
    assert len(printable("x" * 500)) == 60
