"""Exact intervals of a share, and the level that every interval of the program has."""

from __future__ import annotations

#: Two-sided level of every interval.
CONFIDENCE = 0.95
