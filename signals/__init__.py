"""Rules of the market plan as pure functions of a `Market`: never looking ahead, never guessing.

`RULES` is the catalogue, `evaluate` reads one rule on every session. Importing the package enters
every family's rules into the catalogue.
"""

from signals import (
    breadth,
    cash,
    claims,
    concentration,
    credit,
    crossasset,
    latecycle,
    leverage,
    positioning,
    resistance,
    rotation,
    seasonality,
    smallcaps,
    squeeze,
    support,
    technology,
    trend,
    triggers,
    volatility,
    zone,
)
from signals.parameters import Parameter
from signals.rules import RULES, Rule, evaluate, find

__all__ = [
    "RULES",
    "Parameter",
    "Rule",
    "breadth",
    "cash",
    "claims",
    "concentration",
    "credit",
    "crossasset",
    "evaluate",
    "find",
    "latecycle",
    "leverage",
    "positioning",
    "resistance",
    "rotation",
    "seasonality",
    "smallcaps",
    "squeeze",
    "support",
    "technology",
    "trend",
    "triggers",
    "volatility",
    "zone",
]
