"""Rules of the market plan as pure functions of a `Market`: never looking ahead, never guessing.

`RULES` is the catalogue, `evaluate` reads one rule on every session. Importing the package enters
every family's rules into the catalogue.
"""

from signals.catalogue import claims
from signals.catalogue.parameters import Parameter
from signals.catalogue.rules import RULES, Rule, evaluate, find
from signals.others import breadth, crossasset, smallcaps, squeeze, technology
from signals.price import resistance, seasonality, support, trend, volatility, zone
from signals.risk import (
    cash,
    concentration,
    credit,
    latecycle,
    leverage,
    positioning,
    rotation,
    triggers,
)

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
