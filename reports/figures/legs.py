"""What the charts of a plan of named legs look like in a notebook."""

from reports.drawing.registry import figure
from reports.figures.run import growth
from reports.legs.page import LEGS_CHARTS

figure("legs_growth", of=LEGS_CHARTS)(growth)
