"""The charts by name. A chart is one function with the decorator; nothing else knows of it."""

from importlib import import_module
from pkgutil import iter_modules

from reports.drawing.registry import CHARTS, Chart, Drawing, draw, standalone

__all__ = ["CHARTS", "Chart", "Drawing", "draw", "standalone"]

# a module in this folder needs to be named nowhere else
for _found in sorted(found.name for found in iter_modules(__path__)):
    import_module(f"{__name__}.{_found}")
