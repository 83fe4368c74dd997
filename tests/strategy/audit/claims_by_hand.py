"""Claims and markets made by hand, for the tests of the audit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from market.container import Market
from strategy.audit.audit import Audit, audit
from strategy.audit.claims.claim import Claim
from strategy.audit.claims.file import LoadedClaims
from strategy.audit.claims.statements import ClaimsFile
from strategy.audit.study.study import Effort
from strategy.plan import Plan
from tests.strategy.tiny_market import make_market, make_plan, price_frame, weekdays

#: Enough for a p-value, little enough for a test.
LITTLE = Effort(paths=99, placebos=199, bootstrap=99)


def make_claim(**changes: Any) -> Claim:
    """A claim on the return of five sessions after given dates; keys replace its own."""
    tree: dict[str, Any] = {
        "id": "toy",
        "says": "the index rises",
        "event": {"kind": "dates", "dates": ["2020-03-02"]},
        "horizon": {"sessions": 5},
        "outcome": {"measure": "return"},
    }
    tree |= changes
    return Claim.model_validate({key: value for key, value in tree.items() if value is not None})


def claims_of(*claims: Claim, **parts: Any) -> LoadedClaims:
    """A claims file as if it had been read."""
    content = {"as_of": "2020-11-20", **parts}
    return LoadedClaims(
        ClaimsFile.model_validate({**content, "claims": [c.model_dump() for c in claims]}),
        "toy.yaml",
    )


def market_of(close: Any, start: str = "2020-01-01") -> Market:
    """A market of weekday sessions with these closes, and bars that lie 1 % around them."""
    close = np.asarray(close, dtype=float)
    sessions = pd.bdate_range(start, periods=len(close), name="date")
    prices = pd.DataFrame(
        {"open": close, "high": close * 1.01, "low": close * 0.99, "close": close}, index=sessions
    )
    return make_market(prices)


def flat_market(start: str, end: str, bars: dict[str, Any] | None = None) -> Market:
    """A flat market at 100, days overridden by `bars`."""
    return make_market(price_frame(weekdays(start, end), bars=bars))


def walk(sessions: int, seed: int, drift: float = 3e-4, volatility: float = 0.01) -> Market:
    """A random walk: nothing in it can be foretold."""
    rng = np.random.default_rng(seed)
    return market_of(
        100.0 * np.exp(np.cumsum(rng.normal(drift, volatility, sessions))), "1990-01-01"
    )


def trial_of(market: Market, *claims: Claim, plan: Plan | None = None, **kw: Any) -> Audit:
    """The audit of some claims with little effort."""
    return audit(plan or make_plan(), market, claims_of(*claims), effort=LITTLE, **kw)
