"""What one series is: its unit, when a figure becomes known, how long it stays usable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Lag:
    """The rule that turns a stamp into ``known_at`` where no publication date is stated.

    Parameters
    ----------
    kind : {'same_session', 'next_business_day', 'days', 'third_tuesday'}
        ``same_session``: at the close of the day itself.
        ``next_business_day``: the first weekday after it that is no US federal holiday.
        ``days``: `days` calendar days after it.
        ``third_tuesday``: the day after the third Tuesday of its month (a survey's
        release day, one day late to be safe), or the stamp if that is later.
    days : int
    """

    kind: Literal["same_session", "next_business_day", "days", "third_tuesday"] = "same_session"
    days: int = 0


@dataclass(frozen=True)
class SeriesSpec:
    """One catalogue entry.

    Parameters
    ----------
    id : str
        Name used in plans and outputs, for example ``moodys_baa``.
    title : str
        One line for people.
    unit : str
        ``index points``, ``percent``, ``percent per year``, ``USD millions`` ...
    frequency : {'daily', 'weekly', 'monthly', 'irregular'}
        A monthly figure is stamped on the last day of its month.
    lag : str
        The rule behind ``known_at`` in words, for example
        ``month end + 40 days unless a publication date is stated``.
    staleness_days : int
        Calendar days after the stamp beyond which a figure is no longer used.
    source : str
        Where the rows come from.
    licence : str
    defects : tuple of str
        What the user must be told.
    columns : tuple of str
        Value columns, the main one first.
    bundled : bool
        Whether the package carries it.
    lag_rule : Lag
        `lag` for the computer: applied to a user's file that states no dates.
    aliases : tuple of str
        Other names of the value column in files people have (FRED ids, tickers).
    """

    id: str
    title: str
    unit: str
    frequency: Literal["daily", "weekly", "monthly", "irregular"]
    lag: str
    staleness_days: int
    source: str = ""
    licence: str = ""
    defects: tuple[str, ...] = ()
    columns: tuple[str, ...] = ("value",)
    bundled: bool = True
    lag_rule: Lag = Lag()
    aliases: tuple[str, ...] = ()
