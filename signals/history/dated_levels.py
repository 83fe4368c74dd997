"""Levels that the article states once, in prices of its day: they hold for its time only.

On an earlier session the level had not been stated; on a much later one it says nothing. Outside
the two dates the rule is unavailable.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from signals.catalogue.parameters import Parameter
from signals.history.bars import Bools

SINCE = Parameter("since", "YYYY-MM-DD", "first session the level is held against")
UNTIL = Parameter("until", "YYYY-MM-DD", "last session it is held against")

#: The article's data are of this day, and it looks ahead to the end of the next year.
STATED = "2025-11-21"
OUTLOOK_ENDS = "2026-12-31"


def in_date(sessions: pd.DatetimeIndex, since: str, until: str) -> Bools:
    """Whether each session lies between the two dates, both included."""
    return np.asarray((sessions >= pd.Timestamp(since)) & (sessions <= pd.Timestamp(until)))
