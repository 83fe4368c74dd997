"""The charts by name. A chart is one function with the decorator; nothing else knows of it."""

from reports.drawing.registry import CHARTS, Chart, Drawing, draw, standalone
from reports.run.charts import hedge, path, price, vintages

__all__ = ["CHARTS", "Chart", "Drawing", "draw", "hedge", "path", "price", "standalone", "vintages"]
