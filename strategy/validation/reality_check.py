"""White's reality check, Hansen's SPA and StepM against holding the same exposure.

References
----------
White, Econometrica 68, 2000. Hansen, Journal of Business & Economic Statistics
23, 2005. Romano & Wolf, Econometrica 73, 2005 (StepM).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class RealityCheck:
    """p-values of 'no variant beats the benchmark' and the variants that survive.

    Attributes
    ----------
    lower, consistent, upper : float
        Hansen's three p-values; the upper one is White's reality check,
        studentised.
    survivors : tuple of int
        Columns that StepM finds better than the benchmark at `size`.
    observations, variants, reps : int
    block : float
        Mean block length of the stationary bootstrap, in observations.
    size : float
    """

    lower: float
    consistent: float
    upper: float
    survivors: tuple[int, ...]
    observations: int
    variants: int
    reps: int
    block: float
    size: float


def reality_check(
    benchmark: np.ndarray,
    variants: np.ndarray,
    *,
    block: float,
    reps: int = 1000,
    seed: int = 0,
    size: float = 0.05,
) -> RealityCheck:
    """Test whether any variant beats the benchmark, all looked at together.

    Parameters
    ----------
    benchmark : float64[T]
        Returns of holding the same exposure without the plan's rules.
    variants : float64[T, N]
        Returns of each variant over the same periods. A variant that equals
        the benchmark in every period is left out: it has no difference to
        test.
    block : float
        Mean block length, observations; 1 for vintages that do not overlap.
    reps : int
        Bootstrap draws.
    seed : int
    size : float
        Level of StepM.

    Raises
    ------
    ValueError
        Where no variant differs from the benchmark.
    """
    from arch.bootstrap import SPA, StepM

    benchmark = np.asarray(benchmark, dtype=float)
    variants = np.asarray(variants, dtype=float)
    differs = np.flatnonzero((variants - benchmark[:, None]).std(axis=0) > 1e-15)
    if not len(differs):
        raise ValueError("no variant differs from the benchmark")
    # arch works on losses
    losses, models = -benchmark, -variants[:, differs]
    spa = SPA(losses, models, block_size=block, reps=reps, bootstrap="stationary", seed=seed)
    spa.compute()
    step = StepM(
        losses, models, size=size, block_size=block, reps=reps, bootstrap="stationary", seed=seed
    )
    step.compute()
    p = spa.pvalues
    return RealityCheck(
        lower=float(p["lower"]),
        consistent=float(p["consistent"]),
        upper=float(p["upper"]),
        survivors=tuple(int(differs[i]) for i in step.superior_models),
        observations=len(benchmark),
        variants=len(differs),
        reps=reps,
        block=block,
        size=size,
    )
