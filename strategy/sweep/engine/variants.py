"""What engines of sweeps share: variants by number become rows with a lead; what was used last."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, ClassVar, TypeVar

import numpy as np

from strategy.sweep.engine.held import mean_lead, whole_vintages
from strategy.sweep.engine.rows import Rows
from strategy.sweep.file.grid import CONTEXT, Grid
from strategy.sweep.file.settings import variant_plan

_Value = TypeVar("_Value")


class Recent(OrderedDict[Hashable, Any]):
    """Values by key, of which the `most` that were asked for last are kept."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most

    def of(self, key: Hashable, make: Callable[[], _Value]) -> _Value:
        """The value of a key, made where it is not kept."""
        if key not in self:
            self[key] = make()
        self.move_to_end(key)
        while len(self) > self.most:
            self.popitem(last=False)
        value: _Value = self[key]
        return value


class Variants:
    """Runs variants of a grid; what one context or one plan makes is the engine's business.

    Attributes
    ----------
    grid : Grid
    way : str
        ``single``, or a way that runs many variants of a context at once.
    columns : list of str
        Names of the metrics, in the order of a row.
    """

    grid: Grid
    way: str
    columns: ClassVar[list[str]]
    #: Labels of all vintages, and what the variants are held against.
    years: Any
    held: Any

    def _in_context(
        self, number: int, numbers: np.ndarray, digits: np.ndarray, daily: bool
    ) -> Rows:
        raise NotImplementedError

    def _run_single(self, plan: Any) -> tuple[dict[str, float], dict[Any, float]]:
        raise NotImplementedError

    def compute(self, numbers: np.ndarray, *, daily: bool = False) -> Rows:
        """Run variants.

        Parameters
        ----------
        numbers : int64[n]
        daily : bool, optional
            Keep daily returns: walks every variant, all of one context.
        """
        rows = self._run(numbers, daily)
        exposure, lead = (self.columns.index(name) for name in ("exposure", "lead"))
        rows.metrics[:, lead] = np.nan
        if "lead" in self.grid.sweep.metrics and len(numbers):
            years = whole_vintages(self.years)
            held = self.held.returns(numbers, rows.metrics[:, exposure], years)
            rows.metrics[:, lead] = mean_lead(rows.vintages[:, : len(years)], held)
        return rows

    def lead(self, plan: Any, exposure: float, returns: dict[Any, float]) -> float:
        """The same of a plan that need not be a variant, from its single run."""
        years = whole_vintages(self.years)
        own = np.array([[returns.get(year, np.nan) for year in years]])
        held = self.held.curve(plan).at(np.array([exposure]), years)
        return float(mean_lead(own, held)[0])

    def _run(self, numbers: np.ndarray, daily: bool) -> Rows:
        if self.way == "single":
            return self._single(numbers)
        digits = self.grid.digits(numbers)
        contexts = self.grid.group(digits, CONTEXT)
        out = Rows(
            np.empty((len(numbers), len(self.columns))),
            np.full((len(numbers), len(self.years)), np.nan),
            np.zeros((0, 0)),
        )
        for number in np.unique(contexts):
            at = np.flatnonzero(contexts == number)
            part = self._in_context(int(number), numbers[at], digits[at], daily)
            if daily:
                return part
            out.metrics[at], out.vintages[at] = part.metrics, part.vintages
        return out

    def _single(self, numbers: np.ndarray) -> Rows:
        metrics = np.empty((len(numbers), len(self.columns)))
        vintages = np.full((len(numbers), len(self.years)), np.nan)
        for i, number in enumerate(numbers):
            found, returns = self._run_single(variant_plan(self.grid, int(number)))
            metrics[i] = [found[name] for name in self.columns]
            vintages[i] = [returns.get(year, np.nan) for year in self.years]
        return Rows(metrics, vintages, np.zeros((0, 0)))
