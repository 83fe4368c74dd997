"""What the answer rests on: the age of every series, and the state of every rule."""

from __future__ import annotations

from typing import Any

import pandas as pd

from market.container import Market
from signals import RULES, evaluate
from strategy.decide.rule_parameters import plan_parameters
from strategy.decide.rule_states import STATES
from strategy.plan import Plan
from strategy.today.eve import Eve


def input_ages(night: Eve, date: pd.Timestamp) -> list[dict[str, Any]]:
    """Newest figure of each series known at the close, its age, and whether it is stale."""
    rows: list[dict[str, Any]] = []
    for name, observations in sorted(night.past.series.items()):
        frame = observations.frame
        if not len(frame):
            rows.append(
                {
                    "series": name,
                    "stamp": None,
                    "known_at": None,
                    "age_days": None,
                    "limit_days": observations.spec.staleness_days,
                    "stale": True,
                }
            )
            continue
        newest = frame.index[-1]
        age = (date - newest).days
        rows.append(
            {
                "series": name,
                "stamp": f"{newest:%Y-%m-%d}",
                "known_at": f"{frame['known_at'].iloc[-1]:%Y-%m-%d}",
                "age_days": age,
                "limit_days": observations.spec.staleness_days,
                "stale": age > observations.spec.staleness_days,
            }
        )
    return rows


def rule_states(plan: Plan, past: Market) -> list[dict[str, Any]]:
    """State of every rule at the close, with the plan's own levels and dates."""
    rows: list[dict[str, Any]] = []
    for name, rule in RULES.items():
        if not rule.computable:
            rows.append({"id": rule.id, "rule": name, "state": "not computable"})
            continue
        last = evaluate(past, name, **plan_parameters(plan, name)).iloc[-1]
        rows.append(
            {
                "id": rule.id,
                "rule": name,
                "state": STATES[int(last["state"])],
                "value": float(last["value"]),
                "threshold": float(last["threshold"]),
                "stamp": None if pd.isna(last["stamp"]) else f"{last['stamp']:%Y-%m-%d}",
                "known_at": None if pd.isna(last["known_at"]) else f"{last['known_at']:%Y-%m-%d}",
            }
        )
    return rows
