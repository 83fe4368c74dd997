"""The plan's own numbers for the rules that depend on them: levels, dates, breakout, thresholds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from strategy.decide.score import numbers_of

if TYPE_CHECKING:
    from strategy.plan import Plan

#: Rules whose levels are the plan's, by the part of the plan that they read.
_ZONE_RULES = ("zone_touched", "inside_zone", "breakout", "failed_breakout", "rejected_at_zone")


def plan_parameters(plan: Plan, rule: str) -> dict[str, Any]:
    """Parameters of `rule` that the plan states; empty where it states none.

    Examples
    --------
    >>> from strategy.plan import Plan
    >>> plan_parameters(Plan(name="x"), "tactical_window")
    {'start': '11-21', 'end': '12-15'}
    """
    levels, window = plan.tactical.levels, plan.hedge.window
    base = {"mode": levels.mode, "reference": levels.reference, "anchor": plan.anchor}
    if rule in _ZONE_RULES:
        found: dict[str, Any] = {**base, "zone": levels.zone}
        failed = plan.tactical.failed_breakout
        if rule == "failed_breakout":
            found |= {"within": failed.within, "buffer": failed.buffer}
        elif rule == "rejected_at_zone":
            found |= {"buffer": failed.buffer}
        return found
    own: dict[str, dict[str, Any]] = {
        "extension_touched": {**base, "extension": levels.extension},
        "support_lost": {"anchor": plan.anchor, "buffer": plan.tactical.failed_breakout.buffer},
        "tactical_window": {"start": plan.anchor, "end": plan.tactical.exit_by},
        "holding_window": {"anchor": plan.anchor},
        "hedge_window": {"start": window.start, "end": window.end},
        "late_cycle": {
            "score": plan.hedge.score.from_,
            "numbers": numbers_of(plan.risk),
        },
        "high_risk_bounce": {
            "scaling": plan.tactical.size.risk_scaling,
            "numbers": numbers_of(plan.risk),
        },
    }
    return own.get(rule, {})
