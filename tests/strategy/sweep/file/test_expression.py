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


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("tactical.stop <", "it ends too early"),
        ("(tactical.stop < 0.05", "a parenthesis is not closed"),
        ("tactical.stop < 0.05 0.06", r"'0\.06' is not expected there"),
        ("tactical.stop < 'a' 'b'", "'b'|''b'' is not expected there"),
        ("tactical.stop from < 1", "'from' is not expected there"),
        ("tactical.stop = 0.05", "cannot read it from '= 0.05'"),
        ("tactical.stop < 1 # a comment", "cannot read it from '# a comment'"),
        ("9 ** 9 ** 9 > tactical.stop", "is not expected there"),
        ("9 // 2 > tactical.stop", "is not expected there"),
        ("abs(tactical.stop) < 1", "a parenthesis is not expected after a key"),
        ("() < 1", "it holds more than comparisons"),
        ("+tactical.stop < 1", "it holds more than comparisons"),
        ("(" * 150 + "1" + ")" * 150 + " < 2", None),
        ("(" * 190 + "1 < 2" + ")" * 190, None),
        ("-" * 150 + "1 < 2", "it is nested too deeply"),
        ("not " * 300 + "1 < 2", "it is nested too deeply"),
        ("0" + " + 1" * 150 + " < 2", "it is nested too deeply"),
        ("1 <" * 500 + " 2", "more than 400 words and signs"),
    ],
)
def test_a_refusal_says_what_is_wrong_and_a_deep_constraint_ends_in_no_traceback(text, why):
    if why is None:  # parentheses alone are no depth
        assert parse(text, "here").keys == ()
        return
    with pytest.raises(InputError, match=why):
        parse(text, "here")


def test_words_of_python_in_keys_and_backslashes_in_text_stay_what_they_are():
    values = {"hedge.from": np.array([1.0, 3.0]), "import.class": "\\n"}
    text = "hedge.from < 2 and import.class == '\\n'"
    assert parse(text, "here").holds(values, 2).tolist() == [True, False]


def test_truth_follows_python_on_random_constraints():
    """The same text, keys written as plain names, given to Python itself."""
    draw = np.random.default_rng(5)

    def total(depth):
        if depth == 0 or draw.random() < 0.3:
            return str(draw.choice(["tactical.stop", "hedge.score.from", "0.25", "3"]))
        sign = draw.choice(["+", "-", "*"])
        inner = f"{total(depth - 1)} {sign} {total(depth - 1)}"
        return f"({inner})" if draw.random() < 0.5 else inner

    def truth(depth):
        if depth == 0 or draw.random() < 0.2:
            return f"{total(2)} {draw.choice(['<', '<=', '>', '>=', '==', '!='])} {total(2)}"
        word = draw.choice(["and", "or"])
        inner = f"{truth(depth - 1)} {word} {truth(depth - 1)}"
        return f"not ({inner})" if draw.random() < 0.4 else f"({inner})"

    seen = set()
    for _ in range(300):
        text = truth(3)
        plain = text.replace("tactical.stop", "a").replace("hedge.score.from", "b")
        wanted = [
            eval(plain, {"a": float(a), "b": float(b)})
            for a, b in zip(VALUES["tactical.stop"], VALUES["hedge.score.from"], strict=True)
        ]
        assert holds(text) == wanted, text
        seen.update(wanted)
    assert seen == {True, False}
