"""The report's part on rules and claims, from the audit.json of an audit."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from market.errors import InputError
from market.message import Message
from reports.text.language import _, noted
from strategy.compare.stored import as_written, read_json

#: Verdicts of an audit in words.
VERDICTS = {
    "supported": noted("supported"),
    "not supported": noted("not supported"),
    "too few cases": noted("too few cases"),
    "not testable with this data": noted("not testable with this data"),
}

_AUDIT_AGAIN = "audit again with simulate audit"


@dataclass(frozen=True)
class Claim:
    """One claim of the article.

    Attributes
    ----------
    verdict : str
        English; shown in the page's language.
    n : int or None
        Separate cases.
    p : float or None
        That chance does as well, corrected for all claims.
    """

    id: str
    says: str
    verdict: str
    because: str
    n: int | None
    p: float | None


@dataclass(frozen=True)
class Claims:
    """The claims of one audit, in its order.

    Attributes
    ----------
    as_of : str
        Day up to which the audit knew.
    """

    id: str
    as_of: str
    prices: str
    rows: tuple[Claim, ...]

    @property
    def counts(self) -> str:
        """How many claims came to which verdict."""
        counts = {name: sum(row.verdict == name for row in self.rows) for name in VERDICTS}
        return _(", ").join(
            _("{n} {verdict}", n=n, verdict=_(VERDICTS[name])) for name, n in counts.items() if n
        )


def read_claims(folder: str | os.PathLike[str]) -> Claims:
    """The claims of an audit's folder.

    Raises
    ------
    InputError
        Where it holds no audit.json, or one that is not an audit's.
    """
    path = Path(folder)
    path = path / "audit.json" if path.is_dir() else path
    content = read_json(path, _AUDIT_AGAIN)
    head, claims = content.get("audit"), content.get("claims")
    if not isinstance(head, dict) or not isinstance(claims, dict):
        raise InputError("is not an audit", where=str(path), do="simulate audit writes one")
    with as_written(path, _AUDIT_AGAIN):
        rows = sorted(claims.values(), key=lambda row: row["order"])
        return Claims(
            str(head["id"]), str(head["as_of"]), str(head["prices"]), tuple(map(_claim, rows))
        )


def _claim(row: dict[str, Any]) -> Claim:
    episodes = row.get("episodes")
    n = episodes.get("n") if isinstance(episodes, dict) else None
    return Claim(
        id=str(row["id"]),
        says=str(row["says"]),
        verdict=str(row["verdict"]),
        because=_because(row),
        n=None if n is None else int(n),
        p=None if row.get("p_holm") is None else float(row["p_holm"]),
    )


def _because(row: dict[str, Any]) -> str:
    """The reason of a verdict, as a message that can be told in another language."""
    parts = row.get("because_parts")
    return Message.of_parts(parts) if parts else str(row.get("because") or "")
