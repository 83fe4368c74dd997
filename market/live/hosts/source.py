"""The protocol of a source, what a source answers, and the error of one that does not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import pandas as pd

from market.errors import InputError
from market.live.fetch.http import Http
from market.live.fetch.refusal import SourceError


@dataclass(frozen=True)
class Split:
    """A share split: `new` shares for `old` ones, from `day` on."""

    day: dt.date
    new: float
    old: float


@dataclass(frozen=True)
class Fetched:
    """One series as a source answered it.

    Parameters
    ----------
    frame : pandas.DataFrame
        Index ``stamp`` (last day each figure describes; naive, ascending,
        unique), float64 columns named as in the catalogue; a column ``known_at``
        where the source states when each figure became known.
    source : str
        Who was asked for what: ``Yahoo ^GSPC``.
    url : str
        The address, secrets masked.
    body_sha256 : str
    splits : tuple of Split
        Splits that the source states, ascending.
    adjusted : bool
        Whether the closes are adjusted for dividends: levels mean nothing on them.
    notes : tuple of str
        What was left out and why.
    """

    frame: pd.DataFrame
    source: str
    url: str
    body_sha256: str
    splits: tuple[Split, ...] = ()
    adjusted: bool = False
    notes: tuple[str, ...] = ()


class Source(Protocol):
    """Where series come from. Adapters keep no state but their address."""

    @property
    def name(self) -> str:
        """Word for the command line: ``yahoo``."""
        ...

    @property
    def series(self) -> Mapping[str, str]:
        """What the source calls each series it has, by catalogue id."""
        ...

    @property
    def sample(self) -> str:
        """The series that the doctor asks for: its shortest answer."""
        ...

    @property
    def on_request(self) -> bool:
        """Whether an update asks it only where it is named."""
        ...

    def fetch(
        self, series_id: str, http: Http, *, since: dt.date | None, now: dt.datetime
    ) -> Fetched:
        """The rows of a series, from about `since` on or all there are.

        Raises
        ------
        market.live.fetch.refusal.SourceError
            If there is no usable answer.
        """
        ...


class NotInstalled(SourceError):
    """A source needs a library that is not there."""


def unknown(source: Source, series_id: str) -> InputError:
    """A source was asked for a series it does not have."""
    return InputError(
        f"{source.name} has no series {series_id!r}",
        expected=f"one of {', '.join(source.series)}",
    )
