"""The claims as a table: one row each, as in audit.csv."""

from __future__ import annotations

from typing import Any

import pandas as pd

#: Columns of audit.csv: path in the claim's record.
COLUMNS: dict[str, str] = {
    "id": "id",
    "section": "section",
    "says": "says",
    "verdict": "verdict",
    "because": "because",
    "figure": "figure",
    "claimed": "claimed",
    "observed": "observed",
    "all_dates": "base",
    "difference": "difference.value",
    "difference_low": "difference.low",
    "difference_high": "difference.high",
    "events": "sample.events",
    "episodes": "sample.episodes",
    "dropped_beyond_data": "sample.beyond",
    "dropped_without_outcome": "sample.without",
    "eligible_dates": "sample.eligible",
    "first": "sample.first",
    "last": "sample.last",
    "mean": "episodes.mean",
    "median": "episodes.median",
    "hits": "episodes.hits",
    "hit_rate": "episodes.hit_rate",
    "hit_low": "episodes.hit_low",
    "hit_high": "episodes.hit_high",
    "all_dates_mean": "all_dates.mean",
    "all_dates_median": "all_dates.median",
    "all_dates_hit_rate": "all_dates.hit_rate",
    "newey_west_t": "newey_west_t",
    "p_placebo": "placebo.p",
    "p_paths": "paths.p",
    "p": "p",
    "p_holm": "p_holm",
}


def claims_table(records: list[dict[str, Any]]) -> pd.DataFrame:
    """One row a claim, in the order of the file."""
    rows = [{name: _at(record, path) for name, path in COLUMNS.items()} for record in records]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _at(record: Any, path: str) -> Any:
    for part in path.split("."):
        record = record.get(part) if isinstance(record, dict) else None
    return record
