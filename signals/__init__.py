"""Rules of the market plan as pure functions of a `Market`: never looking ahead, never guessing.

`RULES` is the catalogue, `evaluate` reads one rule on every session. Importing the package enters
the rules of every module in `ROOMS` into the catalogue.
"""

from importlib import import_module
from pkgutil import iter_modules

from signals import others, price, risk
from signals.catalogue.parameters import Parameter
from signals.catalogue.rules import RULES, Rule, evaluate, find

__all__ = ["RULES", "Parameter", "Rule", "evaluate", "find"]

#: Folders whose modules hold rules. A module in one of them needs to be named nowhere else.
ROOMS = (others, price, risk)

for _name, _room in sorted(
    (found.name, room.__name__) for room in ROOMS for found in iter_modules(room.__path__)
):
    import_module(f"{_room}.{_name}")
