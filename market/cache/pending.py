"""Downloads held back: kept beside the cache until a person confirms or rejects them."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from market.atomic import read_regular, write_whole
from market.cache.rows import decode, encode
from market.container import ROW_NOTES
from market.errors import InputError
from market.series.catalogue import CATALOGUE

_TEXTS = ("series_id", "source", "url", "fetched", "body_sha256")


@dataclass(frozen=True)
class Held:
    """What was downloaded, beside its rows, and why it is held back.

    Parameters
    ----------
    series_id : str
    source, url, fetched, body_sha256 : str
        As in `market.cache.Entry`.
    reasons : tuple of str
        Each a sentence for the person who decides.
    splits : tuple of (str, float, float)
        Splits that the source states: ISO date, new shares, old shares.
    adjusted : bool
        Whether the closes are adjusted for dividends.
    """

    series_id: str
    source: str
    url: str
    fetched: str
    body_sha256: str
    reasons: tuple[str, ...]
    splits: tuple[tuple[str, float, float], ...] = ()
    adjusted: bool = False


class Pending:
    """The held-back downloads of one cache, at most one a series: a newer one takes its place."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "pending"

    def ids(self) -> list[str]:
        """Series that wait."""
        try:
            return sorted(path.stem for path in self.folder.glob("[!.]*.json"))
        except OSError:
            return []

    def hold(self, held: Held, frame: pd.DataFrame) -> None:
        """Keep a download; to be called inside `Cache.writing`."""
        rows = encode(frame)
        document = asdict(held) | {"rows_sha256": hashlib.sha256(rows).hexdigest()}
        # the rows first: without the statement that names them they do not exist
        write_whole(self.folder / f"{held.series_id}.parquet", rows)
        write_whole(
            self.folder / f"{held.series_id}.json",
            json.dumps(document, indent=1, sort_keys=True).encode() + b"\n",
        )

    def read(self, series_id: str) -> tuple[Held, pd.DataFrame]:
        """What is held back for a series.

        Raises
        ------
        InputError
            If nothing waits, or what waits is damaged.
        """
        statement = self.folder / f"{series_id}.json"
        path = statement
        try:
            document = json.loads(read_regular(statement))
            if not isinstance(document, dict):
                raise ValueError("no mapping")
            digest = document.pop("rows_sha256")
            held = _stated(document, series_id)
            path = self.folder / f"{series_id}.parquet"
            rows = read_regular(path)
            if digest != hashlib.sha256(rows).hexdigest():
                raise ValueError("rows that do not fit the statement beside them")
            frame = decode(rows, str(path))
            _check(frame, series_id)
        except FileNotFoundError:
            if path != statement:
                raise self._damaged(path, series_id, "no such file") from None
            waiting = ", ".join(self.ids()) or "none"
            raise InputError(
                f"nothing waits to be confirmed for {series_id!r}",
                expected=f"a series that waits: {waiting}",
            ) from None
        except InputError as error:  # of `decode`, which knows no way to make the file anew
            raise self._damaged(path, series_id, "no table of rows") from error
        except OSError as error:
            what = error.strerror or "no regular file"
            raise self._damaged(path, series_id, what) from error
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            # a message of the statement's parser tells a reader nothing
            what = "no statement of a download" if path == statement else str(error)
            raise self._damaged(path, series_id, what) from error
        return held, frame

    def _damaged(self, path: Path, series_id: str, what: str) -> InputError:
        return InputError(
            f"is damaged ({what[:1].lower()}{what[1:]})",
            where=str(path),
            expected="what `simulate data update` wrote",
            do=f"remove it, then `simulate data update {series_id}` again",
        )

    def drop(self, series_id: str) -> None:
        """Forget a download; to be called inside `Cache.writing`.

        Raises
        ------
        InputError
            Where something else than a file stands in its place.
        """
        for suffix in (".json", ".parquet"):
            path = self.folder / f"{series_id}{suffix}"
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                raise self._damaged(path, series_id, error.strerror or "no file") from error


def _stated(document: dict[str, Any], series_id: str) -> Held:
    """The statement as it was held; ValueError, KeyError or TypeError where it is none."""
    texts = (document["reasons"], [document[key] for key in _TEXTS])
    if not all(
        isinstance(cells, list) and all(isinstance(x, str) for x in cells) for cells in texts
    ):
        raise ValueError("no text")
    if document["series_id"] != series_id or not isinstance(document.get("adjusted"), bool):
        raise ValueError("another series")
    dt.datetime.strptime(document["fetched"], "%Y-%m-%dT%H:%M:%SZ")
    splits = tuple(
        (dt.date.fromisoformat(day).isoformat(), float(new), float(old))
        for day, new, old in document["splits"]
    )
    return Held(**document | {"reasons": tuple(document["reasons"]), "splits": splits})


def _check(frame: pd.DataFrame, series_id: str) -> None:
    """ValueError where rows are not those of the series."""
    if series_id not in CATALOGUE:
        raise ValueError(f"no series is called {series_id}")
    values = [name for name in frame.columns if name not in ROW_NOTES]
    main = CATALOGUE[series_id].columns[0]
    if main not in values or any(frame[name].dtype.kind != "f" for name in values):
        raise ValueError(f"columns {', '.join(frame.columns) or 'none'} without figures of {main}")
    if not len(frame):
        raise ValueError("no rows")
