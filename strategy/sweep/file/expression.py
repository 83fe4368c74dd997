"""Constraints between keys: a small language of comparisons, read without ever running code.

    tactical.stop < 0.05
    hedge.score.from + 0.2 <= hedge.score.to
    tactical.failed_breakout.trigger == 'close' or tactical.failed_breakout.within > 0

Numbers, text in quotes, keys of the plan, ``+ - * /``, comparisons (also
chained), ``and``, ``or``, ``not`` and parentheses. A constraint is evaluated
for many variants at once.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from market.errors import InputError
from strategy.plan.file.yaml_tree import printable

_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)"
    r"|(?P<text>'[^']*'|\"[^\"]*\")"
    r"|(?P<key>[A-Za-z_][A-Za-z_0-9]*(?:\.[A-Za-z_][A-Za-z_0-9]*)*)"
    r"|(?P<sign><=|>=|==|!=|[<>()+\-*/]))"
)
_WORDS = ("and", "or", "not", "true", "false")
_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
_ADD = {"+": operator.add, "-": operator.sub}
_MULTIPLY = {"*": operator.mul, "/": operator.truediv}
#: Deeper nesting is nobody's constraint.
MAX_TOKENS = 400

Values = Mapping[str, Any]
_Node = Callable[[Values], Any]


@dataclass(frozen=True)
class Constraint:
    """A condition that variants must meet.

    Attributes
    ----------
    text : str
        As written.
    keys : tuple of str
        Keys it speaks of.
    where : str
        Place for messages.
    """

    text: str
    keys: tuple[str, ...]
    where: str
    _node: _Node

    def __reduce__(self) -> tuple[Any, ...]:
        return parse, (self.text, self.where)

    def holds(self, values: Values, n: int) -> np.ndarray:
        """Which of `n` variants meet it.

        Parameters
        ----------
        values : mapping of str to array or scalar
            One entry for each of `keys`.
        n : int

        Raises
        ------
        InputError
            Where values cannot be compared.
        """
        try:
            with np.errstate(divide="ignore", invalid="ignore"):
                found = self._node(values)
        except _NoTruth:
            raise self._no_comparison() from None
        except TypeError:
            kinds = ", ".join(f"{key} is {_kind(values[key])}" for key in self.keys)
            raise InputError(
                f"got '{printable(self.text)}', which cannot be compared: {kinds}",
                where=self.where,
                expected="numbers with numbers, text with text",
            ) from None
        if np.asarray(found).dtype != bool:
            raise self._no_comparison()
        return np.broadcast_to(found, n)

    def _no_comparison(self) -> InputError:
        return InputError(
            f"got '{printable(self.text)}', which is neither true nor false",
            where=self.where,
            expected="comparisons, for example tactical.stop < 0.05",
        )


class _NoTruth(TypeError):
    """Something that is neither true nor false stands where a comparison should."""


def _kind(value: Any) -> str:
    array = np.asarray(value)
    if array.dtype.kind in "biuf":
        return "a number"
    return "text" if array.dtype.kind in "US" else "no plain value"


def parse(text: str, where: str) -> Constraint:
    """Read a constraint.

    Raises
    ------
    InputError
        For anything that is not one.
    """
    parser = _Parser(text, where)
    node = parser.whole()
    return Constraint(text, tuple(dict.fromkeys(parser.keys)), where, node)


class _Parser:
    """Recursive descent, one method a level of precedence."""

    def __init__(self, text: str, where: str) -> None:
        self.text = text
        self.where = where
        self.keys: list[str] = []
        self.tokens = self._split()
        self.at = 0

    def _split(self) -> list[tuple[str, str]]:
        tokens: list[tuple[str, str]] = []
        position = 0
        text = self.text.rstrip()
        while position < len(text):
            match = _TOKEN.match(text, position)
            if match is None or match.lastgroup is None:
                raise self.refuse(f"cannot read it from '{printable(text[position:].strip(), 20)}'")
            tokens.append((match.lastgroup, match[match.lastgroup]))
            position = match.end()
            if len(tokens) > MAX_TOKENS:
                raise self.refuse(f"it has more than {MAX_TOKENS} words and signs")
        return tokens

    def refuse(self, why: str) -> InputError:
        return InputError(
            f"got '{printable(self.text)}': {why}",
            where=self.where,
            expected="a comparison, for example tactical.stop < 0.05",
        )

    def peek(self) -> str:
        return self.tokens[self.at][1] if self.at < len(self.tokens) else ""

    def take(self) -> tuple[str, str]:
        if self.at >= len(self.tokens):
            raise self.refuse("it ends too early")
        token = self.tokens[self.at]
        self.at += 1
        return token

    def whole(self) -> _Node:
        node = self.either()
        if self.at < len(self.tokens):
            raise self.refuse(f"'{self.peek()}' is not expected there")
        return node

    def either(self) -> _Node:
        node = self.both()
        while self.peek() == "or":
            self.take()
            node = _join(np.logical_or, node, self.both())
        return node

    def both(self) -> _Node:
        node = self.negation()
        while self.peek() == "and":
            self.take()
            node = _join(np.logical_and, node, self.negation())
        return node

    def negation(self) -> _Node:
        if self.peek() == "not":
            self.take()
            return _join(np.logical_not, self.negation())
        return self.comparison()

    def comparison(self) -> _Node:
        left = self.total()
        node: _Node | None = None
        while self.peek() in _COMPARE:
            sign = self.take()[1]
            right = self.total()
            link = _apply(_COMPARE[sign], left, right)
            node = link if node is None else _apply(np.logical_and, node, link)
            left = right
        return left if node is None else node

    def total(self) -> _Node:
        node = self.product()
        while self.peek() in _ADD:
            node = _apply(_ADD[self.take()[1]], node, self.product())
        return node

    def product(self) -> _Node:
        node = self.value()
        while self.peek() in _MULTIPLY:
            node = _apply(_MULTIPLY[self.take()[1]], node, self.value())
        return node

    def value(self) -> _Node:
        kind, token = self.take()
        if kind == "number":
            # numpy's division: by zero it gives infinity, not an error
            number = np.float64(token)
            return lambda values: number
        if kind == "text":
            text = np.str_(token[1:-1])
            return lambda values: text
        if token == "-":
            inner = self.value()
            return lambda values: -inner(values)
        if token == "(":
            node = self.either()
            if self.take()[1] != ")":
                raise self.refuse("a parenthesis is not closed")
            return node
        if token in ("true", "false"):
            truth = np.bool_(token == "true")
            return lambda values: truth
        if kind == "key" and token not in _WORDS:
            self.keys.append(token)
            return lambda values: values[token]
        raise self.refuse(f"'{token}' is not expected there")


def _apply(function: Callable[[Any, Any], Any], left: _Node, right: _Node) -> _Node:
    def node(values: Values) -> Any:
        a, b = left(values), right(values)
        text = [np.asarray(x).dtype.kind in "US" for x in (a, b)]
        if text[0] != text[1] or any(np.asarray(x).dtype == object for x in (a, b)):
            raise TypeError
        return function(a, b)

    return node


def _join(function: Callable[..., Any], *parts: _Node) -> _Node:
    """``and``, ``or``, ``not``: of comparisons, not of numbers."""

    def node(values: Values) -> Any:
        found = [part(values) for part in parts]
        if any(np.asarray(x).dtype != bool for x in found):
            raise _NoTruth
        return function(*found)

    return node
