"""Look-ahead, looked for: a plan rerun on data cut short, and all it said compared."""

from strategy.lookahead.check import LONGEST, look_ahead
from strategy.lookahead.report import Finding, Report

__all__ = ["LONGEST", "Finding", "Report", "look_ahead"]
