"""The constraint language: what it says, and that it says nothing else."""

import pickle

import numpy as np
import pytest

from market.errors import InputError
from strategy.sweep.file.expression import parse

VALUES = {
    "tactical.stop": np.array([0.01, 0.03, 0.05]),
    "hedge.score.from": np.array([0.1, 0.4, 0.7]),
    "hedge.score.to": 0.5,
    "tactical.exit_by": np.array(["12-05", "12-15", "12-31"]),
}


def holds(text):
    return parse(text, "here").holds(VALUES, 3).tolist()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tactical.stop < 0.03", [True, False, False]),
        ("hedge.score.from + 0.1 <= hedge.score.to", [True, True, False]),
        ("0.02 < tactical.stop <= 0.05", [False, True, True]),
        ("not tactical.stop < 0.03", [False, True, True]),
        ("tactical.stop < 0.02 or tactical.stop > 0.04", [True, False, True]),
        ("tactical.stop < 0.04 and hedge.score.from > 0.2", [False, True, False]),
        ("(tactical.stop < 0.02 or tactical.stop > 0.04) and true", [True, False, True]),
        ("tactical.exit_by <= '12-15'", [True, True, False]),
        ('tactical.exit_by == "12-31"', [False, False, True]),
        ("-tactical.stop * 2 / 2 > -0.02", [True, False, False]),
        ("1 + 2 * 3 == 7", [True, True, True]),
        ("tactical.stop != 3e-2", [True, False, True]),
        ("1 / 0 > tactical.stop", [True, True, True]),
        ("tactical.stop / 0 < 1", [False, False, False]),
    ],
)
def test_a_constraint_says_what_it_reads(text, expected):
    assert holds(text) == expected


def test_keys_are_named_once_in_the_order_written():
    keys = parse("hedge.score.from < hedge.score.to and hedge.score.from > 0", "here").keys
    assert keys == ("hedge.score.from", "hedge.score.to")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tactical.stop <",
        "tactical.stop < 0.05 0.06",
        "(tactical.stop < 0.05",
        "tactical.stop = 0.05",
        "__import__('os').system('true')",
        "tactical.stop.__class__ == 1",
        "[x for x in y]",
        "lambda: 0",
        "tactical.stop < 0.05; 1",
        "tactical['stop'] < 1",
        "1 <" * 500 + " 2",
    ],
)
def test_everything_else_is_refused_with_the_text_and_never_run(text):
    with pytest.raises((InputError, KeyError)) as refusal:
        parse(text, "file.yaml:3").holds(VALUES, 3)
    if isinstance(refusal.value, InputError):
        assert refusal.value.where == "file.yaml:3"


def test_numbers_are_not_compared_with_text():
    with pytest.raises(InputError, match=r"tactical\.exit_by is text"):
        holds("tactical.exit_by < 3")


@pytest.mark.parametrize(
    "text",
    [
        "tactical.stop + 1",
        "tactical.stop and hedge.score.to",
        "tactical.stop < 1 or 0.5",
        "not tactical.stop",
    ],
)
def test_a_number_is_no_condition(text):
    with pytest.raises(InputError, match="neither true nor false"):
        holds(text)


def test_a_constraint_can_be_sent_to_another_process():
    sent = pickle.loads(pickle.dumps(parse("tactical.stop < 0.03", "here")))
    assert sent.holds(VALUES, 3).tolist() == [True, False, False]
