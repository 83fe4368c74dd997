"""Tables of results as files write them, for tests that state days as text."""

from __future__ import annotations

import pandas as pd


def iso_days(table: pd.DataFrame) -> pd.DataFrame:
    """The table with its dates as ISO text, None where one is missing."""
    texts = {
        name: table[name].dt.strftime("%Y-%m-%d").astype(object).where(table[name].notna(), None)
        for name in table
        if str(name).endswith("_date")
    }
    return table.assign(**texts)
