"""No signal looks ahead: cut the data after any day, and the past says the same."""

import numpy as np
import pandas as pd
import pytest

from market.container import Market
from signals import RULES, evaluate
from signals.catalogue.reading import on_sessions
from signals.history.invariance import first_leak
from signals.history.pointintime import figures
from signals.price.resistance import structural_levels
from signals.price.support import twenty_week_average
from signals.risk.cash import cash_risk
from signals.risk.concentration import concentration_risk
from signals.risk.credit import credit_risk
from signals.risk.leverage import leverage_risk
from signals.risk.rotation import rotation_risk

COMPONENTS = (cash_risk, leverage_risk, credit_risk, concentration_risk, rotation_risk)
COMPUTABLE = [name for name, rule in RULES.items() if rule.computable]

# days on which a rule may err: about anchors, short weeks, month ends, the edges of the hole
NAMED = (
    *("2003-01-02", "2009-12-31", "2014-08-29", "2014-09-08", "2015-04-02", "2019-03-05"),
    *("2019-04-08", "2019-07-31", "2020-11-20", "2020-11-22", "2021-11-19", "2025-11-21"),
    *("2025-11-24", "2026-04-02", "2026-07-02", "2026-08-20"),
)


@pytest.fixture(scope="module")
def dates(synthetic):
    random = np.random.default_rng(7)
    drawn = random.choice(len(synthetic.sessions), 12, replace=False)
    return sorted([*map(pd.Timestamp, NAMED), *synthetic.sessions[drawn]])


@pytest.fixture(scope="module")
def remembered():
    """Cut each market once for all signals."""
    cut: dict[tuple[int, pd.Timestamp], Market] = {}

    def until(market, date):
        key = (id(market), date)
        if key not in cut:
            cut[key] = market.until(date)
        return cut[key]

    return until


@pytest.mark.parametrize("name", COMPUTABLE)
def test_rule_never_changes_its_past(name, synthetic, dates, remembered):
    leak = first_leak(lambda m: evaluate(m, name), synthetic, dates, cut=remembered)
    assert leak is None, leak


@pytest.mark.parametrize("name", COMPUTABLE)
def test_rule_is_available_somewhere_in_the_synthetic_market(name, synthetic):
    # or the test above would prove nothing
    states = evaluate(synthetic, name)["state"]
    assert (states != -1).sum() > 20


@pytest.mark.parametrize("component", COMPONENTS, ids=lambda c: c.__name__)
def test_component_never_changes_its_past(component, synthetic, dates, remembered):
    leak = first_leak(component, synthetic, dates, cut=remembered)
    assert leak is None, leak
    assert component(synthetic)["risk"].notna().sum() > 20


@pytest.mark.parametrize("mode", ["structural", "absolute"])
@pytest.mark.parametrize(
    "name", ["zone_touched", "inside_zone", "breakout", "extension_touched", "failed_breakout"]
)
def test_zone_rule_never_changes_its_past_in_other_modes(name, mode, synthetic, dates, remembered):
    leak = first_leak(lambda m: evaluate(m, name, mode=mode), synthetic, dates, cut=remembered)
    assert leak is None, leak


def test_twenty_week_average_never_changes_its_past(synthetic, dates, remembered):
    leak = first_leak(
        lambda m: twenty_week_average(m.prices).to_frame(), synthetic, dates, cut=remembered
    )
    assert leak is None, leak


def test_structural_levels_do_not_see_past_their_anchor(synthetic):
    for anchor in synthetic.sessions[[300, 2000, 5000]]:
        known = synthetic.until(anchor).prices
        assert structural_levels(known, anchor) == structural_levels(synthetic.prices, anchor)


@pytest.mark.parametrize(
    "name", [*COMPUTABLE, *COMPONENTS], ids=lambda n: getattr(n, "__name__", n)
)
def test_past_of_the_bundled_history_never_changes(name, bundled, remembered):
    def read(m):
        return evaluate(m, name) if isinstance(name, str) else name(m)

    days = ["1962-11-21", "1987-10-19", "2008-11-21", "2021-11-19"]
    leak = first_leak(read, bundled, days, cut=remembered)
    assert leak is None, leak


def leaks_tomorrow(market):
    close = market.prices["close"].to_numpy()
    tomorrow = np.append(close[1:], close[-1])
    return on_sessions(market, close, 0.0, tomorrow > close)


def leaks_the_whole_sample(market):
    close = market.prices["close"].to_numpy()
    return on_sessions(market, (close - close.mean()) / close.std(), 0.0, close > close.mean())


def leaks_the_week_end(market):
    close = market.prices["close"]
    weekly = close.groupby(close.index.to_period("W-SUN")).transform("last").to_numpy()
    return on_sessions(market, weekly, 0.0, weekly > 0)


def leaks_the_stamp(market):
    rows = figures(market, "fms_cash")
    at = rows.index.searchsorted(market.sessions, side="right") - 1
    value = np.where(at >= 0, rows["value"].to_numpy()[np.maximum(at, 0)], np.nan)
    return on_sessions(market, value, 4.0, value < 4.0)


def leaks_the_whole_percentile(market):
    close = market.prices["close"]
    rank = close.rank(pct=True).to_numpy()
    return on_sessions(market, rank, 0.9, rank > 0.9)


@pytest.mark.parametrize(
    "leaky",
    [
        leaks_tomorrow,
        leaks_the_whole_sample,
        leaks_the_week_end,
        leaks_the_stamp,
        leaks_the_whole_percentile,
    ],
)
def test_checker_catches_a_signal_that_looks_ahead(leaky, synthetic, dates, remembered):
    leak = first_leak(leaky, synthetic, dates, cut=remembered)
    assert leak is not None
    assert leak.session <= leak.until
