"""The charts by name. A chart is one function with the decorator; nothing else knows of it."""

from reports.charts import hedge, path, price, vintages
from reports.charts.registry import CHARTS, Chart, Drawing, draw, standalone

__all__ = ["CHARTS", "Chart", "Drawing", "draw", "hedge", "path", "price", "standalone", "vintages"]
