"""Random plans that reach every branch of the kernels, in a context of one's choice."""

from __future__ import annotations

from typing import Any

import numpy as np

from strategy.plan import Plan

COVERS: list[list[dict[str, float]]] = [
    [],
    [{"fall": 0.2, "share": 0.5}, {"fall": 0.3, "share": 1.0}],
    [{"fall": 0.05, "share": 1.0}],
]
#: Entry conditions: rules that are often true and often false, one of them about the plan's levels.
GATES: list[dict[str, Any]] = [
    {"conditions": {"trend_followers": {"required": True}}},
    {"conditions": {"correction": {"veto": True}}},
    {"conditions": {"december_strongest": {}, "inside_zone": {}}, "min_score": 0.5},
]
#: First and last day of the market that a plan is run on: whole, and cut where a leg is open,
#: on the day of an anchor, and where there is no history for structural levels.
WHOLE = "since 1962"
SPANS: dict[str, tuple[str | None, str | None]] = {
    WHOLE: (None, None),
    "1950 to 3 December 1970": ("1950-01-01", "1970-12-03"),
    "1975 to the anchor of 1994": ("1975-01-01", "1994-11-21"),
    "1988 to 10 December 2008": ("1988-01-01", "2008-12-10"),
    "since 2003": ("2003-01-01", None),
}
#: fill, core weight, hedge window, policy (None: any): what a context shares.
CONTEXTS: dict[str, tuple[str, float, tuple[str, str], str | None]] = {
    "sequential": ("next_open", 1.0, ("01-01", "12-31"), "sequential"),
    "overlapping": ("next_open", 1.0, ("01-01", "12-31"), "overlap"),
    "closes only": ("next_close", 1.0, ("01-01", "12-31"), "sequential"),
    "short window, less core": ("next_open", 0.6, ("02-01", "11-10"), "overlap"),
    "no core": ("next_open", 0.0, ("01-01", "12-31"), "overlap"),
}
#: Contexts that parts cannot be composed in.
DENSE_CONTEXTS: dict[str, tuple[str, float, tuple[str, str], str | None]] = {
    "any policy": ("next_open", 1.0, ("01-01", "12-31"), None),
    "window after the next anchor": ("next_open", 0.9, ("11-25", "12-31"), "overlap"),
}


def random_plan(
    rng: np.random.Generator,
    fill: str = "next_open",
    core: float = 1.0,
    window: tuple[str, str] = ("01-01", "12-31"),
    policy: str | None = None,
    *,
    calm: bool = False,
    start: str | None = None,
) -> Plan:
    """A plan with every key drawn that a sleeve has; `calm`: nothing that calls a margin."""

    def one(*values: Any, p: list[float] | None = None) -> Any:
        return values[rng.choice(len(values), p=p)]

    zone = 5950.0 * (1.0 + rng.uniform(0.003, 0.05))
    zone_high = zone * (1.0 + rng.uniform(0.0, 0.01))
    extension = zone_high * (1.0 + rng.uniform(0.0, 0.05))
    mode = one("ratio", "structural", p=[0.8, 0.2])
    stop: Any = float(rng.uniform(0.003, 0.08))
    if mode == "ratio" and rng.random() < 0.2:
        stop = {"level": float(rng.uniform(5600.0, 5960.0))}
    least = float(rng.uniform(0.0, 0.6))
    return Plan.model_validate(
        {
            "name": "random",
            "data": {"start": start} if start else {},
            "core": {"weight": core},
            "tactical": {
                "exit_by": one("11-22", "12-01", "12-15", "12-24", "12-31", p=[0.04, *[0.24] * 4]),
                "levels": {
                    "mode": mode,
                    "zone": [zone, zone_high],
                    "extension": [extension, extension * 1.01],
                },
                "entry": {"fill": fill, **(one(*GATES) if rng.random() < 0.1 else {})},
                "stop": stop,
                "first_target_share": one(0.0, 0.3, 0.5, 1.0),
                "failed_breakout": {
                    "trigger": one("close", "touch"),
                    "within": int(rng.integers(0, 6)),
                    "buffer": one(0.0, 0.01),
                },
                "same_bar": one("stop_first", "target_first"),
                "size": {
                    "weight": one(0.0, 0.3, 1.0) if calm else one(0.0, 0.3, 1.0, 2.0),
                    "risk_budget": one(None, 0.02),
                    "risk_scaling": one(0.0, 0.5, 1.0),
                },
            },
            "hedge": {
                "window": {"start": window[0], "end": window[1]},
                "instrument": one("short", "none", p=[0.85, 0.15]),
                "policy": policy or one("sequential", "overlap", "hedge_first"),
                "short": {"maintenance": 0.25 if calm else one(0.0, 0.25, 0.5, 0.8)},
                "max_ratio": float(rng.uniform(0.0, 0.8 if calm else 1.2)),
                "score": {"from": least, "to": least + 0.3},
                "reevaluate": one("daily", "weekly", "monthly"),
                "band": one(0.0, 0.02, 0.05, 0.2),
                "phase_in": {"steps": one(1, 3, 6), "every": one(1, 5, 20)},
                "cover": one(*COVERS),
                "when_blind": one("none", "hold", "full"),
            },
            "risk": {
                "min_coverage": one(0.1, 0.5),
                "triggers": {
                    "credit_event": {"active": bool(rng.random() < 0.3)},
                    "cascade": {"active": bool(rng.random() < 0.3)},
                },
            },
        }
    )
