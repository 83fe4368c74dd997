"""The parametric world: GARCH(1,1) with Hansen's skewed t, fitted by `arch`."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from market.errors import InputError
from strategy.scenario.worlds.history import History
from strategy.scenario.worlds.paths import Garch

#: Equally spaced probabilities at which the innovation's quantiles are kept.
QUANTILES = 1 << 16
#: Bars are taken from so many sessions around the one with the same standardised return.
NEARBY = 25
#: `arch` is fitted on percent: its optimiser wants numbers near 1.
PERCENT = 100.0
#: Fewer returns do not hold a GARCH model.
LEAST_RETURNS = 500


def no_garch() -> Garch:
    """What resampled worlds pass to the kernel in its place."""
    one = np.zeros(1)
    return Garch(0.0, 0.0, 0.0, 0.0, 0.0, one, one, one, one, one, 0)


def fit_garch(history: History, mean: float) -> tuple[Garch, dict[str, Any]]:
    """Fit the model, and keep every session's bar by its standardised return.

    Likelihood weighs calm sessions most, and those rise faster than the average one: a fitted
    constant would give futures a drift that history never had. The fit keeps its constant for
    the residuals; futures have `mean`.

    Parameters
    ----------
    history : History
    mean : float
        Mean log return a session of the futures.

    Returns
    -------
    model : Garch
    parameters : dict
        In percent a day, as fitted: ``mu``, ``omega``, ``alpha``, ``beta``,
        ``eta`` (degrees of freedom), ``lambda`` (skew); ``mean_return_a_year`` that futures have in
        place of ``mu``, in logarithms; and
        ``persistence``, ``volatility_now`` and ``volatility_long_run`` (a
        year, fractions).

    Raises
    ------
    InputError
        Where there are too few returns, or the fit did not converge.
    """
    from arch import arch_model
    from arch.univariate import SkewStudent

    moves = history.log_returns * PERCENT
    if len(moves) < LEAST_RETURNS or moves.std() <= 0.0:
        raise InputError(
            f"{len(moves)} returns",
            where="world garch",
            expected=f"at least {LEAST_RETURNS} that are not all the same",
            do="leave the world out, or load a longer series",
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitted = arch_model(moves, mean="Constant", vol="GARCH", p=1, q=1, dist="skewt").fit(
            disp="off", show_warning=False
        )
    values = {name: float(value) for name, value in fitted.params.items()}
    mu, omega = values["mu"], values["omega"]
    alpha, beta = values["alpha[1]"], values["beta[1]"]
    eta, skew = values["eta"], values["lambda"]
    if fitted.convergence_flag or not alpha + beta < 1.0:
        raise InputError(
            f"the GARCH fit did not settle (persistence {alpha + beta:.4f})",
            where="world garch",
            expected="a stationary model",
            do="leave the world out, or choose another history_from",
        )
    sigma = np.asarray(fitted.conditional_volatility, dtype=float)
    variance = omega + alpha * (moves[-1] - mu) ** 2 + beta * sigma[-1] ** 2
    at = (np.arange(QUANTILES) + 0.5) / QUANTILES
    quantiles = np.asarray(SkewStudent().ppf(at, np.array([eta, skew])), dtype=float)

    size = sigma / PERCENT
    table = history.table
    body_top = np.maximum(table.open_, table.close)
    body_bottom = np.minimum(table.open_, table.close)
    order = np.argsort((moves - mu) / sigma, kind="stable")

    def shape(values: np.ndarray) -> np.ndarray:
        return np.ascontiguousarray((values / size)[order])

    model = Garch(
        mean,
        omega / PERCENT**2,
        alpha,
        beta,
        variance / PERCENT**2,
        np.ascontiguousarray(quantiles),
        shape(np.log(table.open_)),
        shape(np.log(table.high / body_top)),
        shape(np.log(body_bottom / table.low)),
        shape(table.vix),
        NEARBY,
    )
    long_run = omega / (1.0 - alpha - beta)
    parameters = {
        "mu": mu,
        "mean_return_a_year": mean * history.sessions_a_year,
        "omega": omega,
        "alpha": alpha,
        "beta": beta,
        "eta": eta,
        "lambda": skew,
        "persistence": alpha + beta,
        "volatility_now": float(np.sqrt(variance * history.sessions_a_year)) / PERCENT,
        "volatility_long_run": float(np.sqrt(long_run * history.sessions_a_year)) / PERCENT,
    }
    return model, parameters
