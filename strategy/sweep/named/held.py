"""What a variant of a plan of named legs is held against: the same exposure without its rules.

Every leg is entered when the variant enters it and held to its last day, or to
the next anchor where vintages must not overlap: no target, stop, trail or exit
condition. Then the core is made smaller (or larger) by so much that the mean
exposure is the variant's own; where there is no core, the legs are.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np

from strategy.legplan.account import run_account
from strategy.legplan.markets import Markets
from strategy.legplan.positions import Held, LegVintage
from strategy.legplan.simulation import LegsSimulation, simulate_legs
from strategy.legs.reasons import Phase, Reason
from strategy.plan.legs_plan import CoreAssets, LegsPlan
from strategy.sweep.engine.held import SHARES, Curve
from strategy.sweep.engine.held import Held as HeldPlans
from strategy.sweep.named.single import legs_row

#: Keys of a leg that what is held does not read.
RULES = (
    *("exits.targets", "exits.stop", "exits.trail", "exits.break_even_after"),
    *("exits.failed_breakout", "exits.when", "same_bar", "size.risk_budget"),
)

#: Exposures that differ by less are the same.
_SAME = 1e-9


class LegsHeld(HeldPlans):
    """The held plans of a sweep of named legs."""

    def is_rule(self, key: str) -> bool:
        """Whether what is held does not read a key."""
        return is_rule(self.grid.sweep.plan, key)

    def curve(self, plan: LegsPlan) -> Curve:
        """What holding as a plan does would have made, by exposure."""
        key = _without_rules_json(plan)
        if key not in self._curves:
            core, markets = core_weight(plan), self.market(plan)
            found = [
                held_row(plan, markets, core * share, 1.0 if core else share) for share in SHARES
            ]
            # where nothing was ever held there is one exposure
            apart: dict[float, dict[Any, float]] = {}
            for metrics, returns in found:
                if all(abs(metrics["exposure"] - seen) > _SAME for seen in apart):
                    apart[metrics["exposure"]] = returns
            years = tuple(found[0][1])
            self._curves[key] = Curve(
                years,
                np.array(list(apart)),
                np.array([[returns.get(y, np.nan) for returns in apart.values()] for y in years]),
            )
        return self._curves[key]


def _without_rules_json(plan: LegsPlan) -> str:
    """The plan as JSON without what is not read of it."""
    values = plan.model_dump(mode="json", by_alias=True)
    for name, leg in values["legs"].items():
        leg["exits"] = {"by": leg["exits"]["by"]}
        leg["size"].pop("risk_budget", None)
        leg.pop("same_bar", None)
        if is_rule(plan, f"legs.{name}.levels"):
            leg.pop("levels", None)
    return json.dumps(values, sort_keys=True)


def is_rule(plan: Any, key: str) -> bool:
    """Whether variants that differ in a key alone are held against the same."""
    head, _, rest = key.partition(".")
    name, _, below = rest.partition(".")
    if head != "legs" or name not in plan.legs:
        return False
    entry = plan.legs[name].entry
    by_level = not isinstance(entry.at, str) or any(isinstance(v, str) for v in entry.when.values())
    rules = RULES if by_level else (*RULES, "levels")
    return any(f"{below}.".startswith(f"{rule}.") for rule in rules)


def core_weight(plan: LegsPlan) -> float:
    """Share of equity of the whole core."""
    return float(sum(plan.core.shares.values()))


def held_row(
    plan: LegsPlan, markets: Markets, core: float, legs: float = 1.0
) -> tuple[dict[str, float], dict[Any, float]]:
    """Metrics and vintage returns of a plan held without rules.

    Parameters
    ----------
    plan : LegsPlan
    markets : Markets
    core : float
        Share of equity of the whole core.
    legs : float, optional
        Times the weight of each leg.
    """
    whole = core_weight(plan)
    if whole > 0.0:
        shares = {name: share * core / whole for name, share in plan.core.shares.items()}
        content: dict[str, Any] = {"rebalance": plan.core.rebalance, **shares}
        plan = plan.model_copy(update={"core": CoreAssets.model_validate(content)})
    found = simulate_legs(plan, markets)
    vintages = {
        name: [_without_rules(found, v, after, legs) for v, after in _pairs(found.vintages[name])]
        for name in found.grounds
    }
    account = run_account(plan, found.calendar, found.grounds, vintages, found.account.first)
    return legs_row(replace(found, vintages=vintages, account=account))


def _pairs(vintages: list[LegVintage]) -> list[tuple[LegVintage, LegVintage | None]]:
    return list(zip(vintages, [*vintages[1:], None], strict=True))


def _without_rules(
    found: LegsSimulation, v: LegVintage, after: LegVintage | None, legs: float
) -> LegVintage:
    """A vintage's first entry, held whole to the last day it may be held."""
    if not v.held:
        return v
    ground = found.grounds[v.leg]
    first = v.held[0]
    entry, last = first.position.entry, min(first.planned, len(ground.market.sessions) - 1)
    if after is not None and after.held and ground.leg.overlap == "refuse":
        # the next one needs the place
        last = max(min(last, after.held[0].position.entry - 1), entry)
    close = float(ground.prices.close[last])
    shares = np.array([t.share for t in ground.leg.exits.targets])
    over = first.over or last < len(ground.market.sessions) - 1
    reason = int(Reason.TIME if over else Reason.OPEN)
    held_parts = shares > 0.0
    position = first.position._replace(
        session=np.where(held_parts, last, -1),
        phase=np.full(len(shares), int(Phase.CLOSE)),
        reason=np.full(len(shares), reason),
        price=np.full(len(shares), close),
    )
    weight = float(ground.leg.size.weight) * legs
    held = Held(position, position, weight, last, over)
    return replace(v, held=(held,))
