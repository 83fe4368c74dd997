"""`audit.html`, `audit.json` and `audit.csv`: an audit as files, written whole or not at all."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from market.serialise import csv_text, json_text, lookup, plain
from reports.audit.charts import chance_chart, outcome_chart
from reports.drawing.palette import page_style
from reports.drawing.registry import Drawing
from reports.html.page import NARROW, WIDE, policy, render, source
from reports.run.folder import open_folder, place, slug
from reports.text import format as formats
from reports.text.fields import Kind
from reports.text.language import _, _n, noted, speaking

if TYPE_CHECKING:
    from strategy.audit.audit import Audit

#: Lines of a claim's table of figures: name, words, kind; None where the measure has none.
FIGURES = (
    ("n", noted("Number"), "count"),
    ("mean", noted("Mean"), "percent"),
    ("median", noted("Median"), "percent"),
    ("hit_rate", noted("Share of hits"), "share"),
)

#: Class of each verdict's and status's badge.
TONES = {
    "supported": "good",
    "happened": "good",
    "agrees": "good",
    "came true": "good",
    "not supported": "bad",
    "differs": "bad",
    "did not happen": "bad",
    "false alarm": "bad",
    "too few cases": "weak",
    "still open": "weak",
}


def audit_folder(audit: Audit) -> str:
    """Name of the audit's folder: the plan's name made safe, and the audit's id."""
    return f"{slug(audit.plan.name)}-{audit.audit_id}"


def write_audit(
    audit: Audit,
    out_dir: str | os.PathLike[str],
    *,
    command: str | Sequence[str] | None = None,
    language: str = "en",
) -> dict[str, Path]:
    """Write the three files of an audit into ``out_dir/<plan>-<id>/``.

    Parameters
    ----------
    audit : strategy.audit.audit.Audit
    out_dir : str or os.PathLike
        Folder of the audits; made where only itself is missing.
    command : str or sequence of str, optional
        What was typed, shown under "How to reproduce". Not kept in audit.json,
        which is the same for the same audit wherever it is written.
    language : str
        Of audit.html; one of `reports.text.language.LANGUAGES`.

    Returns
    -------
    dict of str to pathlib.Path
        Path of each file by its name, and of the folder under ``folder``.

    Raises
    ------
    InputError
        Where the folder cannot be made or written; nothing is left behind.
    """
    out_dir = Path(out_dir)
    typed = command if command is None or isinstance(command, str) else shlex.join(command)
    files = {
        "audit.csv": csv_text(audit.table).encode(),
        "audit.html": build_audit(audit, command=typed, language=language).encode(),
        "audit.json": json_text(audit.content).encode(),
    }
    open_folder(out_dir)
    folder = out_dir / audit_folder(audit)
    place(files, folder)
    return {"folder": folder} | {name: folder / name for name in sorted(files)}


def build_audit(audit: Audit, *, command: str | None = None, language: str = "en") -> str:
    """The audit as one self-contained HTML page.

    Every figure on it stands in a ``data`` element that names its place in
    audit.json. It loads nothing, and forbids it by its Content-Security-Policy.
    """
    with speaking(language):
        return _build(audit, command)


def _build(audit: Audit, command: str | None) -> str:
    content = plain(audit.content)
    style, scripts = page_style() + source("audit.css.j2"), ("page.js", "audit.js.j2")
    claims = _ordered(content["claims"])
    context: dict[str, Any] = {
        "a": content,
        "head": content["audit"],
        "claims": claims,
        "tape": _ordered(content["tape"]),
        "scorecard": _ordered(content["scorecard"]),
        "headline": headline(content["audit"]),
        "figures": FIGURES,
        "tones": TONES,
        "command": command,
        "chance": _both(lambda width: chance_chart(claims, content["audit"]["alpha"], width)),
        "outcome": lambda record: _both(lambda width: outcome_chart(record, width)),
        "figure": _Figure(content),
        "style": Markup(style),
        "policy": policy(style, "".join(source(name) for name in scripts)),
    }
    return render("audit.html.j2", scripts, context)


def headline(head: Mapping[str, Any]) -> str:
    """The audit in one sentence."""
    if not head["claims"]:
        return _("No claims are on trial.")
    found = head["verdicts"]
    counts = [
        words
        for words, count in (
            (
                _n(
                    "{n} is supported by the data",
                    "{n} are supported by the data",
                    found["supported"],
                ),
                found["supported"],
            ),
            (
                _n("{n} is not supported", "{n} are not supported", found["not supported"]),
                found["not supported"],
            ),
            (
                _n(
                    "{n} is too rare to judge",
                    "{n} are too rare to judge",
                    found["too few cases"],
                ),
                found["too few cases"],
            ),
            (
                _n(
                    "{n} is not testable with this data",
                    "{n} are not testable with this data",
                    found["not testable with this data"],
                ),
                found["not testable with this data"],
            ),
        )
        if count
    ]
    return _n(
        "Of {n} claim, {counts}.",
        "Of {n} claims, {counts}.",
        head["claims"],
        counts=formats.sentence_list(counts),
    )


class _Figure:
    """A figure of audit.json as HTML that carries its exact value and its place."""

    def __init__(self, content: Mapping[str, Any]) -> None:
        self._content = content

    def __call__(
        self, place: Sequence[str] | str, kind: Kind = "ratio", digits: int | None = None
    ) -> Markup:
        """``<data value="0.0123" data-metric="claims.december_mean.p">0.012</data>``."""
        path = place if isinstance(place, str) else ".".join(place)
        value = lookup(self._content, path)
        return Markup('<data value="{}" data-metric="{}">{}</data>').format(
            formats.exact(value), path, formats.show(value, kind, digits)
        )


def _both(draw: Any) -> Markup:
    """A chart for desks and for phones; empty where there is nothing to show."""
    out = Markup("")
    for size, width in (("wide", WIDE), ("narrow", NARROW)):
        drawing: Drawing | None = draw(width)
        if drawing is not None:
            attributes = Markup(' role="img" aria-label="{}"').format(drawing.alt)
            out += drawing.canvas.render(size, attributes)
    return out


def _ordered(rows: Mapping[str, dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows.values(), key=lambda row: row["order"])
