"""What a sweep varies: each key's values from a list, a range or a distribution."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from market.errors import InputError
from strategy.plan.file.schema import alternatives
from strategy.plan.file.yaml_tree import printable, written_as

#: A key with more values than this was meant to be drawn, not listed.
MAX_VALUES = 1_000_000
#: Digits of a computed value: 0.1 + 2 x 0.1 is meant to be 0.3.
DIGITS = 12

RANGE_KEYS = ("from", "to", "steps", "scale")
DISTRIBUTIONS = ("uniform", "loguniform", "integers", "choice")
EXAMPLES = (
    "a list of values, {from: 0.01, to: 0.05, steps: 5}, or a distribution such as "
    "{uniform: [0.01, 0.05]}"
)


@dataclass(frozen=True)
class Axis:
    """Keys that vary together.

    Attributes
    ----------
    keys : tuple of str
        One key of a list or range; all keys of the draws.
    values : tuple of tuple
        Per key its values, all of the same length.
    """

    keys: tuple[str, ...]
    values: tuple[tuple[Any, ...], ...]

    def __len__(self) -> int:
        return len(self.values[0])


@dataclass(frozen=True)
class Distribution:
    """A key's values as a function of a number in [0, 1)."""

    key: str
    kind: str
    of: tuple[Any, ...]
    whole: bool

    def at(self, share: np.ndarray) -> tuple[Any, ...]:
        """Values at these quantiles."""
        if self.kind == "choice":
            return tuple(self.of[int(i)] for i in np.floor(share * len(self.of)))
        low, high = (float(x) for x in self.of)
        if self.kind == "integers":
            return tuple(int(low + i) for i in np.floor(share * (high - low + 1.0)))
        if self.kind == "loguniform":
            return _rounded(np.exp(np.log(low) + share * (np.log(high) - np.log(low))))
        return _rounded(low + share * (high - low))


def _rounded(values: np.ndarray) -> tuple[float, ...]:
    return tuple(float(f"{x:.{DIGITS}g}") for x in values)


def takes_whole(key: str) -> bool:
    """Whether a key of the plan takes whole numbers and nothing else that is a number."""
    kinds = {str(node.get("type")) for node in alternatives(tuple(key.split(".")))}
    return "integer" in kinds and "number" not in kinds


def read_values(key: str, content: Any, where: str) -> tuple[Any, ...] | Distribution:
    """The values that the sweep block gives to a key.

    Parameters
    ----------
    key : str
    content : object
        List, range or distribution, as plain values.
    where : str
        Place for messages.

    Raises
    ------
    InputError
    """
    if isinstance(content, list):
        return _listed(content, where)
    if isinstance(content, dict) and "from" in content:
        return _range(key, content, where)
    if isinstance(content, dict) and len(content) == 1 and next(iter(content)) in DISTRIBUTIONS:
        return _distribution(key, content, where)
    raise InputError(f"got {written_as(content)}", where=where, expected=EXAMPLES)


def _listed(content: Sequence[Any], where: str) -> tuple[Any, ...]:
    if not content:
        raise InputError("got an empty list", where=where, expected="at least one value")
    for i, value in enumerate(content):
        if any(_same(value, other) for other in content[:i]):
            raise InputError(
                f"got {printable(written_as(value))} twice", where=where, expected="each value once"
            )
    return tuple(content)


def _same(a: Any, b: Any) -> bool:
    """Whether two values are one: 1 is 1.0, but not true."""
    return bool(a == b) and isinstance(a, bool) == isinstance(b, bool)


def _range(key: str, content: dict[str, Any], where: str) -> tuple[Any, ...]:
    for name in content:
        if name not in RANGE_KEYS:
            raise InputError(
                f"unknown key '{printable(name)}'",
                where=where,
                expected="a range {from: .., to: .., steps: .., scale: linear or log}",
            )
    low, high = (_number(content.get(name), f"{where}.{name}") for name in ("from", "to"))
    steps, scale = content.get("steps"), content.get("scale", "linear")
    if isinstance(steps, bool) or not isinstance(steps, int):
        raise InputError(
            f"got {written_as(steps)}", where=f"{where}.steps", expected="a whole number"
        )
    if not 1 <= steps <= MAX_VALUES:
        raise InputError(
            f"got {steps:,} steps", where=f"{where}.steps", expected=f"1 to {MAX_VALUES:,}"
        )
    if scale not in ("linear", "log"):
        raise InputError(
            f"got {written_as(scale)}", where=f"{where}.scale", expected="linear or log"
        )
    if low > high or (low == high) != (steps == 1):
        raise InputError(
            f"got {steps} step{'s' if steps > 1 else ''} from {low:g} to {high:g}",
            where=where,
            expected="'from' below 'to' and at least 2 steps",
        )
    if scale == "log" and low <= 0.0:
        raise InputError(
            f"got a log range from {low:g}", where=f"{where}.from", expected="a number above 0"
        )
    if scale == "log":
        points = np.exp(np.linspace(np.log(low), np.log(high), steps))
    else:
        points = np.linspace(low, high, steps)
    values = _rounded(points)
    if len(set(values)) < steps:
        raise InputError(
            f"got {steps:,} steps from {low!r} to {high!r}, which are closer than {DIGITS} digits",
            where=where,
            expected="values that differ",
            do="take fewer steps, or a wider range",
        )
    if not takes_whole(key):
        return values
    if any(v != round(v) for v in values):
        odd = next(v for v in values if v != round(v))
        raise InputError(
            f"the range gives {odd:g}",
            where=where,
            expected=f"whole numbers, because {key} takes nothing else",
            do="choose steps that fall on whole numbers, or give a list",
        )
    return tuple(int(v) for v in values)


def _distribution(key: str, content: dict[str, Any], where: str) -> Distribution:
    kind, of = next(iter(content.items()))
    whole = takes_whole(key)
    if kind == "choice":
        if not isinstance(of, list):
            raise InputError(f"got {written_as(of)}", where=where, expected="choice: [..]")
        return Distribution(key, kind, _listed(of, where), whole)
    if not isinstance(of, list) or len(of) != 2:
        raise InputError(
            f"got {written_as(of)}", where=where, expected=f"{kind}: [lowest, highest]"
        )
    low, high = (_number(x, where) for x in of)
    if low >= high:
        raise InputError(
            f"got {kind}: [{low:g}, {high:g}]", where=where, expected="the lower number first"
        )
    if kind == "loguniform" and low <= 0.0:
        raise InputError(
            f"got {kind}: [{low:g}, {high:g}]", where=where, expected="numbers above 0"
        )
    if whole and kind != "integers":
        raise InputError(
            f"got {kind}",
            where=where,
            expected=f"integers or choice, because {key} takes whole numbers only",
        )
    if kind == "integers" and (low != round(low) or high != round(high)):
        raise InputError(f"got {kind}: [{low:g}, {high:g}]", where=where, expected="whole numbers")
    return Distribution(key, kind, (low, high), whole)


def _number(value: Any, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InputError(f"got {written_as(value)}", where=where, expected="a number")
    return float(value)


def draw(distributions: Sequence[Distribution], n: int, method: str, seed: int) -> Axis:
    """All drawn keys as one axis of `n` points.

    Parameters
    ----------
    distributions : sequence of Distribution
    n : int
    method : {'random', 'sobol'}
        Independent draws, or a scrambled Sobol sequence.
    seed : int
    """
    dimensions = len(distributions)
    if method == "sobol":
        from scipy.stats import qmc

        # whole powers of two keep the sequence balanced; what is too much is left out
        power = int(np.ceil(np.log2(max(n, 2))))
        sequence = qmc.Sobol(dimensions, scramble=True, rng=np.random.default_rng(seed))
        points = sequence.random_base2(power)[:n]
    else:
        points = np.random.default_rng(seed).random((n, dimensions))
    values = tuple(d.at(points[:, i]) for i, d in enumerate(distributions))
    return Axis(tuple(d.key for d in distributions), values)
