"""Constraints between keys: a small language of comparisons, read without ever running code.

    tactical.stop < 0.05
    hedge.score.from + 0.2 <= hedge.score.to
    tactical.failed_breakout.trigger == 'close' or tactical.failed_breakout.within > 0

Numbers, text in quotes, keys of the plan, ``+ - * /``, comparisons (also
chained), ``and``, ``or``, ``not`` and parentheses. A constraint is evaluated
for many variants at once.

The grammar is Python's, read by `ast`. Each number, text and key is a plain
name there (``from`` in a key is no word of Python's then), and of the tree
only what `_build` knows is taken.
"""

from __future__ import annotations

import ast
import operator
import re
from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce
from itertools import accumulate
from typing import Any

import numpy as np

from market.errors import InputError
from strategy.plan.file.yaml_tree import printable

__all__ = ["Constraint", "Values", "parse"]

_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)"
    r"|(?P<text>'[^']*'|\"[^\"]*\")"
    r"|(?P<key>[A-Za-z_][A-Za-z_0-9]*(?:\.[A-Za-z_][A-Za-z_0-9]*)*)"
    r"|(?P<sign><=|>=|==|!=|[<>()+\-*/]))"
)
_OPERATORS: dict[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    # numpy's division: by zero it gives infinity, not an error
    ast.Div: operator.truediv,
    ast.And: np.logical_and,
    ast.Or: np.logical_or,
}
_GRAMMAR = ("and", "or", "not")
MAX_TOKENS = 400
#: Deeper nesting is nobody's constraint.
MAX_DEPTH = 100

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

    Parameters
    ----------
    text : str
    where : str
        File, line and key, for messages.

    Raises
    ------
    InputError
        For anything that is not one.

    Examples
    --------
    >>> constraint = parse("hedge.score.from + 0.1 <= hedge.score.to", "sweep.yaml:3")
    >>> constraint.keys
    ('hedge.score.from', 'hedge.score.to')
    """

    def refuse(why: str) -> InputError:
        return InputError(
            f"got '{printable(text)}': {why}",
            where=where,
            expected="a comparison, for example tactical.stop < 0.05",
        )

    try:
        source = _Source.read(text)
        node = _build(source.tree(), source.leaves, MAX_DEPTH)
    except _Unreadable as found:
        raise refuse(str(found)) from None
    return Constraint(text, tuple(dict.fromkeys(source.keys)), where, node)


class _Unreadable(ValueError):
    """What is not of the language, in words."""


@dataclass(frozen=True)
class _Source:
    """A constraint as Python would write it, every number, text and key a name.

    Attributes
    ----------
    tokens : list of str
        As written.
    words : list of str
        The same for Python's grammar.
    leaves : dict of str to callable
        What each name stands for.
    keys : list of str
        In the order written, repeated as written.
    """

    tokens: list[str]
    words: list[str]
    leaves: dict[str, _Node]
    keys: list[str]

    @classmethod
    def read(cls, text: str) -> _Source:
        source = cls([], [], {}, [])
        text = text.rstrip()
        position = 0
        while position < len(text):
            match = _TOKEN.match(text, position)
            if match is None or match.lastgroup is None:
                rest = printable(text[position:].strip(), 20)
                raise _Unreadable(f"cannot read it from '{rest}'")
            if len(source.tokens) == MAX_TOKENS:
                raise _Unreadable(f"it has more than {MAX_TOKENS} words and signs")
            source._take(match.lastgroup, match[match.lastgroup])
            position = match.end()
        return source

    def _take(self, kind: str, token: str) -> None:
        self.tokens.append(token)
        if kind == "sign" or token in _GRAMMAR:
            self.words.append(token)
            return
        name = f"_{len(self.words)}"
        self.words.append(name)
        if kind == "key" and token not in ("true", "false"):
            self.keys.append(token)
            self.leaves[name] = operator.itemgetter(token)
            return
        value: Any
        if kind == "number":
            value = np.float64(token)
        elif kind == "text":
            value = np.str_(token[1:-1])
        else:
            value = np.bool_(token == "true")
        self.leaves[name] = lambda values: value

    def tree(self) -> ast.expr:
        """Python's tree of it."""
        try:
            return ast.parse(" ".join(self.words), mode="eval").body
        except SyntaxError as error:
            raise _Unreadable(self._why(error)) from None
        except (MemoryError, RecursionError):  # the parser's own bounds
            raise _Unreadable("it is nested too deeply") from None

    def _why(self, error: SyntaxError) -> str:
        if "never closed" in error.msg:
            return "a parenthesis is not closed"
        if "too many nested" in error.msg:
            return "it is nested too deeply"
        at = (error.offset or 0) - 1
        starts = list(accumulate((len(word) + 1 for word in self.words), initial=0))
        if not 0 <= at < starts[-1] - 1:
            return "it ends too early"
        found = self.tokens[bisect_right(starts, at) - 1]
        return f"'{printable(found)}' is not expected there"


def _build(tree: ast.expr, leaves: Mapping[str, _Node], depth: int) -> _Node:
    """The white list: names, signs, comparisons, and, or, not."""
    if depth == 0:
        raise _Unreadable("it is nested too deeply")

    def below(part: ast.expr) -> _Node:
        return _build(part, leaves, depth - 1)

    match tree:
        case ast.Name(id=name):
            return leaves[name]
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return _join(np.logical_not, below(operand))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            inner = below(operand)
            return lambda values: -inner(values)
        case ast.BinOp(left=left, op=sign, right=right) if type(sign) in _OPERATORS:
            return _apply(_OPERATORS[type(sign)], below(left), below(right))
        case ast.BoolOp(op=word, values=values):
            function = _OPERATORS[type(word)]
            return _join(lambda *found: reduce(function, found), *map(below, values))
        case ast.Compare(left=left, ops=signs, comparators=rest):
            parts = [below(left), *map(below, rest)]
            links = [
                _apply(_OPERATORS[type(sign)], a, b)
                for sign, a, b in zip(signs, parts, parts[1:], strict=False)
            ]
            return reduce(lambda a, b: _apply(np.logical_and, a, b), links)
        case ast.Call():
            raise _Unreadable("a parenthesis is not expected after a key or a value")
    raise _Unreadable("it holds more than comparisons, + - * /, and, or, not")


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
