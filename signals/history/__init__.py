"""Bars, weeks, anchors and figures as they were known: what every rule reads prices through."""
