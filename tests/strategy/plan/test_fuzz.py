"""Any text and any override give a plan or one line that says why not, never anything else."""

import json
import string

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from market.errors import InputError
from strategy.plan import Plan
from strategy.plan.file.plan_file import load_plan
from strategy.plan.file.schema import alternatives

EXAMPLES = 300

KEYS = (
    *("name", "data", "anchor", "vintages", "core", "tactical", "hedge", "risk", "costs"),
    *("capital", "stop", "levels", "zone", "level", "score", "from", "to", "cover", "fall"),
    *(
        "earlier",
        "until",
        "conditions",
        "files",
        "weight",
        "entry",
        "size",
        "start",
        "<<",
        "~",
        "0",
    ),
)
SCALARS = (
    *("0.5", "-1", "1e400", ".nan", "1e-400", "null", "", "true", "02-30", "11-21", "9999-01-01"),
    *("0000-00-00", "2024-02-30", "[6180, 6200]", "[]", "{}", "&a x", "*a", "!!python/object:x y"),
    *("'", '"', "{", "[", "? x", "- x", "a: b: c", "\t", "# c", "|", ">-", "%", "@", "`", "\x85"),
    *("9" * 50, "\ufeff", "\u2028", "x" * 70, "<script>", "💥"),
)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("fuzz") / "plan.yaml"


def answered(path, overrides=()):
    """Whether the plan loads; a refusal must be one printable line."""
    try:
        assert isinstance(load_plan(path, overrides), Plan)
    except InputError as mistake:
        assert str(mistake).strip()
        assert str(mistake).isprintable()


lines = st.builds(
    lambda indent, key, value: f"{'  ' * indent}{key}: {value}",
    st.integers(0, 4),
    st.sampled_from(KEYS),
    st.one_of(st.sampled_from(SCALARS), st.text(max_size=12), st.floats().map(str)),
)


@settings(max_examples=EXAMPLES)
@given(st.lists(lines, max_size=12).map("\n".join))
def test_lines_that_look_like_a_plan(path, text):
    path.write_bytes(("name: x\n" + text).encode("utf-8", "surrogatepass"))
    answered(path)


@settings(max_examples=EXAMPLES)
@given(st.text(alphabet=string.printable + "é短\x00\x85\u2028\ufeff&*!|>%@`", max_size=80))
@example("")
@example("\ufeff")
@example("%TAG ! tag:x,2000:\n--- !y\na: 1")
def test_any_text(path, text):
    path.write_bytes(text.encode())
    answered(path)


@settings(max_examples=EXAMPLES)
@given(st.binary(max_size=120))
def test_any_bytes(path, content):
    path.write_bytes(content)
    answered(path)


leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**42), 10**42),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(SCALARS),
)
values = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(KEYS), inner, max_size=3)
    ),
    max_leaves=8,
)


def all_paths(path=()):
    """Every key that the plan knows, sections included, dotted."""
    for node in alternatives(path):
        for key in node.get("properties", ()):
            yield ".".join((*path, key))
            yield from all_paths((*path, key))


PATHS = sorted(set(all_paths()))


def test_the_fuzz_reaches_every_section():
    assert {"tactical.levels.zone", "hedge.score.from", "risk.cash.earlier", "data.files"} <= set(
        PATHS
    )


@settings(max_examples=EXAMPLES)
@given(st.sampled_from(PATHS), values)
def test_any_value_at_any_key(path, key, value):
    path.write_text("name: x\n")
    answered(path, [f"{key}={json.dumps(value)}"])


@settings(max_examples=EXAMPLES)
@given(st.lists(st.one_of(st.text(max_size=20), st.sampled_from(PATHS)), max_size=3).map("=".join))
def test_any_override(path, override):
    path.write_text("name: x\n")
    answered(path, [override])
