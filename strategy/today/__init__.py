"""What the plan says on a date: one session is added to the past, and the run is asked about it."""

from __future__ import annotations

from strategy.today.answer import Today, today

__all__ = ["Today", "today"]
