"""What the check found: one finding for each thing that knew too much, and what was compared."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from market.serialise import plain

#: What a finding can be, in words for people.
KINDS = {
    "changed": "later data change what was said",
    "foresaw": "an order knew the rest of the bar that it was filled in",
    "stale": "a figure older than its series' staleness limit was used",
    "dated": "a figure is used before it was known",
}

#: What is left out on purpose, and why.
EXCLUDED = {
    "equity_derisk": "daily path of the comparator that holds less core: its share is set so that "
    "its exposure equals the hedge's mean over the whole window, which is known only afterwards; "
    "no order of the plan depends on it (the comparator's figures of a complete vintage are "
    "compared)",
}


@dataclass(frozen=True)
class Finding:
    """The first difference of one subject.

    Attributes
    ----------
    kind : str
        A key of `KINDS`.
    date : Timestamp
        Day after whose close (``foresaw``: at whose open or close) the data were cut.
    subject : str
        What differs: ``signal twenty_week_support``, ``order of the account`` …
    rule : str
        Id of the signal's rule, or the reason of the order; else empty.
    series : tuple of str
        Inputs of the subject, where they are known.
    session : Timestamp
        Session whose row differs.
    column : str
    then, later : object
        The value from the data up to `date`, and from all data.
    """

    kind: str
    date: pd.Timestamp
    subject: str
    rule: str
    series: tuple[str, ...]
    session: pd.Timestamp
    column: str
    then: object
    later: object

    def line(self) -> str:
        """The finding as one line."""
        rule = f" ({self.rule})" if self.rule else ""
        series = f" from {', '.join(self.series)}" if self.series else ""
        then, later = _shown(self.then), _shown(self.later)
        words = {
            "changed": f"is {then} with the data of {self.date:%Y-%m-%d}, {later} with all data",
            "foresaw": f"is {then} with another rest of the bar, {later} with the real one",
            "stale": f"is {then} where every auxiliary figure is too old",
            "dated": f"is {later}",
        }[self.kind]
        return (
            f"{self.subject}{rule}{series}: {self.column} of {self.session:%Y-%m-%d} {words}: "
            f"{KINDS[self.kind]}"
        )

    def content(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "kind": self.kind,
            "date": f"{self.date:%Y-%m-%d}",
            "subject": self.subject,
            "rule": self.rule,
            "series": list(self.series),
            "session": f"{self.session:%Y-%m-%d}",
            "column": self.column,
            "then": plain(self.then),
            "later": plain(self.later),
        }


@dataclass(frozen=True)
class Report:
    """Outcome of the check.

    Attributes
    ----------
    plan : str
    prices : str
        Id of the price series.
    seed : int
    dates : tuple of Timestamp
    findings : tuple of Finding
        One for each subject, signals before what is made from them: the first
        is the cause of those after it, as a rule.
    compared : dict of str to int
        Subjects and values compared.
    skipped : dict of str to str
        Dates on which the run could not be repeated, and why.
    """

    plan: str
    prices: str
    seed: int
    dates: tuple[pd.Timestamp, ...]
    findings: tuple[Finding, ...]
    compared: dict[str, int]
    skipped: dict[str, str] = field(default_factory=dict)

    @property
    def clean(self) -> bool:
        """Whether nothing knew more than it could."""
        return not self.findings

    def content(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "plan": self.plan,
            "prices": self.prices,
            "clean": self.clean,
            "seed": self.seed,
            "dates": [f"{date:%Y-%m-%d}" for date in self.dates],
            "compared": dict(self.compared),
            "findings": [finding.content() for finding in self.findings],
            "excluded": dict(EXCLUDED),
            "skipped": dict(self.skipped),
        }


def _shown(value: object) -> str:
    if isinstance(value, np.datetime64):
        value = pd.Timestamp(value)
    if value is None or value is pd.NaT or (isinstance(value, float) and np.isnan(value)):
        return "nothing"
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    return f"{value:.10g}" if isinstance(value, float) else str(value)
