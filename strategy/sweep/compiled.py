"""How the sweep's kernels are compiled, and what they are compiled from."""

from __future__ import annotations

from pathlib import Path

from strategy.compiled import Kernels

#: Sources that kernels are compiled from, relative to this folder.
SOURCES = (
    "../tactical.py",
    "../hedge.py",
    "columns.py",
    "bins.py",
    "walk.py",
    "outcomes.py",
    "tactical_outcomes.py",
    "hedge_outcomes.py",
    "paths.py",
    "dense.py",
    "doors.py",
    "pieces.py",
    "sleeves.py",
    "compose.py",
    "rows.py",
)

compiled = Kernels(Path(__file__).resolve().parent, SOURCES).compiled
