"""Figures of matplotlib and HTML of results, for notebooks."""
