"""Downloads held back: kept beside the cache until a person confirms or rejects them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import pandas as pd

from market.atomic import read_regular, write_whole
from market.cache.rows import decode, encode
from market.errors import InputError


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
        try:
            document = json.loads(read_regular(statement))
            rows = read_regular(self.folder / f"{series_id}.parquet")
            if document.pop("rows_sha256") != hashlib.sha256(rows).hexdigest():
                raise ValueError("rows do not fit the statement")
            document["reasons"] = tuple(document["reasons"])
            document["splits"] = tuple(
                (str(day), float(new), float(old)) for day, new, old in document["splits"]
            )
            return Held(**document), decode(rows, str(statement))
        except FileNotFoundError:
            waiting = ", ".join(self.ids()) or "none"
            raise InputError(
                f"nothing waits to be confirmed for {series_id!r}",
                expected=f"a series that waits: {waiting}",
            ) from None
        except (ValueError, KeyError, TypeError, OSError, RecursionError) as error:
            raise InputError(
                "is damaged", where=str(statement), do=f"`simulate data update {series_id}` again"
            ) from error

    def drop(self, series_id: str) -> None:
        """Forget a download; to be called inside `Cache.writing`."""
        for suffix in (".json", ".parquet"):
            (self.folder / f"{series_id}{suffix}").unlink(missing_ok=True)
