"""Plans of legs made at random, sensible and not: each runs and adds up, or is told in one line."""

from __future__ import annotations

import json
import os
import random
from collections import Counter
from typing import Any

import numpy as np
import pandas as pd
import pytest

from market.errors import InputError
from strategy.legplan.book import legs_book_difference, legs_portfolio
from strategy.legplan.markets import Markets, load_markets
from strategy.legplan.simulation import simulate_legs
from strategy.legplan.tables import daily_table, trade_table, vintage_table
from strategy.plan.file.legs_file import load_legs_plan
from tests.tolerances import LONG_SUMS

#: `make test-all` asks for 2,000.
PLANS = int(os.environ.get("SIMULATE_FUZZED_LEGS", "30"))
LEVELS = ("low", "near", "far", "high")


def a_leg(rng: random.Random) -> dict[str, Any]:
    """A leg: mostly sensible, now and then a value that cannot be."""

    def some(*values: Any) -> Any:
        return rng.choice(values)

    targets = [{"at": some(*LEVELS, {"gain": 0.03}, None), "share": 0.25} for _ in range(4)]
    leg: dict[str, Any] = {
        "market": some("a", "a", "b", "missing" if rng.random() < 0.05 else "a"),
        "side": some("long", "short"),
        "levels": {
            "mode": "absolute" if rng.random() < 0.05 else "ratio",
            "reference": some(100, 100, 50),
            "low": some(97, 99.5),
            "near": 101,
            "far": some(102, 103),
            "high": some(104, 120),
        },
        "entry": {
            "at": some("open", {"through": some(*LEVELS)}, {"limit": some(*LEVELS)}),
            "every": some(True, False),
        },
        "exits": {
            "targets": some(targets, targets[:1], [{"at": "high", "share": 1.0}]),
            "stop": some(None, 0.02, 0.5, {"level": "low"}, {"atr": 2, "sessions": 5}),
            "break_even_after": some(None, None, 1),
            "by": some({"sessions": some(1, 3, 12)}, {"date": some("12-31", "02-29", "06-15")}),
        },
        "size": {"weight": some(0.0, 0.3, 1.0, 3.0), "risk_budget": None},
        "overlap": some("refuse", "allow"),
        "same_bar": some("stop_first", "target_first"),
    }
    if leg["exits"]["stop"] is not None and rng.random() < 0.4:
        leg["size"]["risk_budget"] = 0.01
    if len(leg["exits"]["targets"]) == 1:
        leg["exits"]["targets"] = [{**leg["exits"]["targets"][0], "share": 1.0}]
    if rng.random() < 0.5:
        leg["entry"]["until"] = some({"sessions": some(1, 5, 40)}, "03-10", "12-24")
    if rng.random() < 0.3:
        leg["entry"]["from"] = some("01-01", "02-29", "11-30")
    if rng.random() < 0.4:
        leg["entry"]["when"] = some(
            {"above_average": {"sessions": 5}},
            {"close_below": "near"},
            {"fallen_from_high": {"fall": 0.01}, "close_above": "low"},
        )
    if rng.random() < 0.4:
        leg["exits"]["when"] = some({"below_average": {"sessions": 4}}, {"close_above": "far"})
    if rng.random() < 0.3:
        leg["exits"]["trail"] = {"distance": some(0.01, 0.1), "on": some("close", "extreme")}
    if rng.random() < 0.3:
        leg["exits"]["failed_breakout"] = {
            "near": "near", "far": "far", "trigger": some("close", "touch"), "within": some(0, 3),
        }  # fmt: skip
    return leg


def a_plan(rng: random.Random) -> dict[str, Any]:
    plan: dict[str, Any] = {
        "name": "fuzz",
        "data": {"start": "2021-02-01", "source": "bundled"},
        "markets": {"a": {"prices": "a.csv"}, "b": {"prices": "b.csv"}},
        "core": rng.choice([{}, {"a": 1.0}, {"a": 0.5, "b": 0.4, "rebalance": "monthly"}]),
        "vintages": rng.choice(
            [
                {"every": "year", "anchor": rng.choice(["02-29", "11-21", "03-01"])},
                {"every": "month", "anchor": rng.choice([-1, 3, 30])},
                {"every": "quarter", "anchor": 1},
                {"every": "week", "anchor": rng.choice([1, -2])},
                {"when": {"above_average": {"sessions": 10}}, "gap": rng.choice([1, 15])},
            ]
        ),
        "legs": {f"leg {k}": a_leg(rng) for k in range(rng.choice([1, 1, 2, 3]))},
    }
    if rng.random() < 0.1:
        plan["core"] = {"a": 0.9, "b": 0.9}
    if rng.random() < 0.1:
        wrong: Any = rng.choice([{"above_averag": {}}, {"above_average": {"sessions": "five"}}])
        plan["legs"]["leg 0"]["entry"]["when"] = wrong
    if rng.random() < 0.08:  # a value of a wrong kind somewhere
        place: Any = plan["legs"]["leg 0"]
        while isinstance(place, dict) and place:
            parent, key = place, rng.choice(list(place))
            place = place[key]
        parent[key] = rng.choice(["x", -1, None, [], {"y": 2}, True, 1e300])
    return plan


@pytest.fixture(scope="module")
def ground(tmp_path_factory) -> tuple[Any, Markets]:
    """Prices of an exchange and of a market that never closes, four years each."""
    folder = tmp_path_factory.mktemp("fuzz")
    for name, days, seed in (
        ("a", pd.bdate_range("2021-01-04", periods=900), 1),
        ("b", pd.date_range("2021-01-01", periods=1260), 2),
    ):
        rng = np.random.default_rng(seed)
        close = 100.0 * np.exp(np.cumsum(rng.normal(0.0, 0.015, len(days))))
        open_ = np.r_[100.0, close[:-1]] * np.exp(rng.normal(0.0, 0.004, len(days)))
        high = np.maximum(open_, close) * (1.0 + np.abs(rng.normal(0.0, 0.005, len(days))))
        low = np.minimum(open_, close) * (1.0 - np.abs(rng.normal(0.0, 0.005, len(days))))
        table = pd.DataFrame(
            {"date": days, "open": open_, "high": high, "low": low, "close": close}
        )
        table.to_csv(folder / f"{name}.csv", index=False, float_format="%.4f")
    path = folder / "plan.yaml"
    simple = {"l": {"exits": {"by": {"sessions": 2}}}}
    path.write_text(json.dumps({**a_plan(random.Random(0)), "core": {}, "legs": simple}))
    return folder, load_markets(load_legs_plan(path))


def outcome(folder: Any, markets: Markets, seed: int) -> str:
    """What became of the plan of a seed: ``ran``, or the refusal."""
    path = folder / "plan.yaml"
    path.write_text(json.dumps(a_plan(random.Random(seed))))  # JSON is YAML
    try:
        plan = load_legs_plan(path)
        run = simulate_legs(plan, markets)
    except InputError as error:
        assert "\n" not in str(error) and len(str(error)) < 600, str(error)
        return error.what
    daily, trades, vintages = daily_table(run), trade_table(run), vintage_table(run)
    parts = daily[[c for c in daily if c.endswith("_contribution")]].sum(axis=1)
    # sums of money are rounded at the size of the account's best day: near nothing that shows
    before = daily["total_equity"].shift(fill_value=plan.capital)
    left = before / before.cummax()
    np.testing.assert_allclose(parts * left, daily["total_return"] * left, rtol=0, atol=LONG_SUMS)
    assert len(vintages) == len(run.anchors) * len(plan.legs)
    assert not trades["pnl"].isna().any()
    if not run.account.exhausted:
        assert legs_book_difference(legs_portfolio(run.account), run.account) <= 1e-9
    return "ran"


def test_a_random_plan_runs_and_adds_up_or_is_refused_in_one_line(ground):
    folder, markets = ground
    found = Counter()
    for seed in range(PLANS):
        try:
            found[outcome(folder, markets, seed)] += 1
        except Exception as error:
            raise AssertionError(f"plan of seed {seed}: {type(error).__name__}: {error}") from error
    # neither may be the rule: then nothing is tested
    assert PLANS * 0.25 < found["ran"] < PLANS, found.most_common(8)
