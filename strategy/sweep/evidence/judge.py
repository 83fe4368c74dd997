"""The judge: some variants again the normal way, with vectorbt's book, every metric compared."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import yaml

from market.container import Market
from strategy.plan import Plan
from strategy.sweep.file.columns import COUNTS, METRICS, STATED
from strategy.sweep.file.grid import Grid
from strategy.sweep.file.settings import variant_plan
from strategy.sweep.named.variants import checked_variant

#: Largest difference allowed, relative to the larger of 1 and the figure.
TOLERANCE = 1e-9
#: A path that moves less than this a year has no ratio worth comparing.
STILL = 1e-9


class JudgeError(RuntimeError):
    """The sweep and a single run disagree about a variant."""


@dataclass(frozen=True)
class Verdict:
    """What the judge found.

    Attributes
    ----------
    judged : int
        Variants.
    largest : float
        Largest relative difference of any metric but CVaR.
    cvar : float
        Largest difference of CVaR, within what the sweep states for it.
    """

    judged: int
    largest: float
    cvar: float


@dataclass
class Judge:
    """Runs variants the normal way, each once.

    Attributes
    ----------
    grid : Grid
    market : callable
        Market of a plan.
    """

    grid: Grid
    market: Callable[[Plan], Market]

    def __post_init__(self) -> None:
        self._known: dict[int, dict[str, float]] = {}
        self._largest = 0.0
        self._cvar = 0.0

    @property
    def verdict(self) -> Verdict:
        return Verdict(len(self._known), self._largest, self._cvar)

    def reference(self, number: int) -> dict[str, float]:
        """Metrics of a variant from its single run, checked against vectorbt's book."""
        if number not in self._known:
            plan = variant_plan(self.grid, number)
            self._known[number] = checked_variant(plan, self.market(plan))
        return self._known[number]

    def compare(self, number: int, found: dict[str, float]) -> None:
        """Hold a sweep's row against the single run.

        Raises
        ------
        JudgeError
            With the variant's plan, where a metric differs.
        """
        expected = self.reference(number)
        still = not expected["volatility"] > STILL
        for name, value in found.items():
            if name not in expected or name in STATED:
                continue
            if still and name in ("sharpe", "sortino", "calmar"):
                continue
            right = expected[name]
            if np.isnan(value) and np.isnan(right):
                continue
            off = abs(value - right)
            if name == "cvar_95":
                allowed = found.get("cvar_95_error", 0.0) + TOLERANCE
                self._cvar = max(self._cvar, off)
            elif name in COUNTS:
                allowed = 0.0
            else:
                allowed = TOLERANCE * max(1.0, abs(right))
                self._largest = max(self._largest, off / max(1.0, abs(right)))
            if not off <= allowed:
                raise JudgeError(self._disagreement(number, name, value, right, allowed))

    def _disagreement(
        self, number: int, name: str, value: float, right: float, allowed: float
    ) -> str:
        plan = variant_plan(self.grid, number)
        content: dict[str, Any] = plan.model_dump(mode="json", by_alias=True)
        return (
            f"the sweep and the single run disagree about variant {number}: {name} is {value!r} "
            f"in the sweep and {right!r} in the run (allowed: {allowed:.3g}). The sweep is "
            f"stopped. Its plan:\n{yaml.safe_dump(content, sort_keys=False)}"
        )


def row_of(metrics: np.ndarray, names: Iterable[str] = METRICS) -> dict[str, float]:
    """A row of the engine by name."""
    return {name: float(value) for name, value in zip(names, metrics, strict=True)}
