"""What `simulate data` prints: series, files, sources, and the cache with its versions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from market.live.doctor import Finding
from market.live.merge.commit import Report

if TYPE_CHECKING:
    from market.cache import Version
    from market.cache.pending import Pending
    from market.judge.record import Judged


def series(listing: pd.DataFrame, *, defects: bool) -> RenderableType:
    """The loaded series with their notes, then the names of those a user can bring."""
    table = Table(box=None, padding=(0, 2, 0, 0), show_edge=False, header_style="bold")
    for name in ("series", "from", "to", "rows", "age", "limit"):
        align: Any = "left" if name in ("series", "from", "to") else "right"
        table.add_column(name, justify=align, no_wrap=True)
    notes = Table.grid(padding=(0, 2, 0, 0))
    notes.add_column(no_wrap=True)
    notes.add_column(overflow="fold")
    absent = Table.grid(padding=(0, 2, 0, 0))
    absent.add_column(no_wrap=True)
    absent.add_column(overflow="fold")
    for row in listing.to_dict("records"):
        if row["status"] == "not loaded":
            absent.add_row(Text(row["id"]), Text(row["title"]))
            continue
        stale = row["age_days"] > row["staleness_days"]
        table.add_row(
            Text(row["id"]),
            row["from"],
            row["to"],
            f"{row['rows']:,}",
            Text(f"{row['age_days']:,} d", style="red" if stale else ""),
            f"{row['staleness_days']} d",
        )
        origin = "file " if row["status"] == "file" else ""
        note = Text(f"{row['title']} ({row['unit']}); known {row['lag']}; from {origin}")
        note.append(row["source"])
        notes.add_row(Text(row["id"]), note)
        if defects and row["defects"]:
            notes.add_row("", Text(f"known defects: {row['defects']}"))
    parts: list[RenderableType] = []
    if table.row_count:
        title = "\nWhat they are, when they are known, where they are from"
        parts = [table, Text(title, style="bold"), notes]
    if absent.row_count:
        title = "Not loaded; bring a file with data.files"
        parts += [Text(f"\n{title}" if parts else title, style="bold"), absent]
    return Group(*parts)


def update(report: Report) -> Iterator[RenderableType]:
    """What became of each series, what was found, and the version of the data."""
    table = Table(box=None, padding=(0, 2, 0, 0), show_edge=False, header_style="bold")
    for name in ("series", "status", "to", "new", "from"):
        table.add_column(name, justify="right" if name == "new" else "left", no_wrap=True)
    said = Table.grid(padding=(0, 2, 0, 0))
    said.add_column(no_wrap=True)
    said.add_column(overflow="fold")
    styles = {"updated": "green", "held": "yellow", "failed": "red", "skipped": "red"}
    for o in report.outcomes:
        new = f"{o.added:,}" if o.status in ("updated", "current") else ""
        status = Text(o.status, style=styles.get(o.status, ""))
        table.add_row(Text(o.series), status, o.last, new, Text(o.source))
        for position, line in enumerate(o.lines):
            said.add_row(Text(o.series if position == 0 else ""), Text(line))
    yield table
    if said.row_count:
        yield Text("\nWhat was found", style="bold")
        yield said
    if report.version == report.before:
        yield f"data version {report.version or 'none'}, as before"
    else:
        yield f"data version {report.version}; plans read it with data.source: auto"


def doctor(found: Sequence[Finding]) -> Iterator[RenderableType]:
    """Each source with what it did; below, what was said and what to do."""
    table = Table(box=None, padding=(0, 2, 0, 0), show_edge=False, header_style="bold")
    for name in ("source", "", "asked for", "newest"):
        table.add_column(name, no_wrap=True)
    table.add_column("time", justify="right", no_wrap=True)
    advice = Table.grid(padding=(0, 2, 0, 0))
    advice.add_column(no_wrap=True)
    advice.add_column(overflow="fold")
    for finding in found:
        style = "green" if finding.status == "answers" else "red" if finding.fault else "yellow"
        table.add_row(
            Text(finding.source),
            Text(finding.status, style=style),
            Text(finding.series),
            finding.last,
            f"{finding.seconds:.1f} s",
        )
        if finding.said:
            advice.add_row(Text(finding.source), Text(finding.said))
            advice.add_row("", Text(f"→ {finding.do}"))
    yield table
    if advice.row_count:
        yield Text("\nWhat was said, and what to do", style="bold")
        yield advice


def judged_file(file: str, found: Judged) -> str:
    """What a file was taken for, what was put right, left out and doubted: a line each."""
    rows = [("file", file), ("rows read", f"{found.rows:,}"), *found.taken]
    for words, sentences in (
        ("put right", found.put_right),
        ("left out", found.left_out),
        ("doubted", found.doubted),
    ):
        rows += [(words, sentence) for sentence in sentences or ("nothing",)]
    return "\n".join(f"{name:<14}{text}" for name, text in rows)


def versions(found: Sequence[Version], folder: str) -> Iterator[str]:
    """The versions of the cache in `folder`, a line each, with the series that changed."""
    if not found:
        yield f"no data versions in {folder}; `simulate data update` makes the first"
    for version in found:
        yield f"{version.label}  {version.made}  {few(sorted(version.changes))}"


def one_version(version: Version) -> Iterator[str]:
    """What a version holds, and what it changed."""
    yield f"{version.label}, made {version.made}"
    for name, entry in sorted(version.entries.items()):
        yield f"{name}: {entry.rows:,} rows, {entry.first} to {entry.last}, {entry.source}"
        record = version.changes.get(name)
        if record is not None:
            yield f"  {record['added']} new, {record['revised']} revised"
            for line in (*record["revisions"], *record["told"]):
                yield f"  {line}"
        for note in entry.notes:
            yield f"  note: {note}"


def held_back(waiting: Pending) -> Iterator[str]:
    """The downloads that wait to be confirmed, and why."""
    for series_id in waiting.ids():
        held, rows = waiting.read(series_id)
        last = f"{rows.index[-1]:%Y-%m-%d}"
        yield f"{series_id}: {held.source}, downloaded {held.fetched}, to {last}"
        for reason in held.reasons:
            yield f"  {reason}"
    if not waiting.ids():
        yield "nothing waits to be confirmed"


def forgotten(series_id: str) -> str:
    """A held-back download that was rejected."""
    return f"{series_id}: forgotten"


def taken(series_id: str, version: Version) -> str:
    """A held-back download that was confirmed, and the version that it made."""
    return f"{series_id}: taken to {version.entries[series_id].last}, {version.label}"


def cached(rows: Sequence[Mapping[str, Any]], label: str) -> Iterator[str]:
    """What the cache holds of some series, where nobody was asked for more."""
    for row in rows:
        known = f"to {row['last']}, {row['age_days']} d old, {row['source']}"
        yield f"{row['series']}: {known if row['last'] else 'not cached'}"
    yield f"offline: nobody was asked; data version {label or 'none'}"


def few(names: Sequence[str], most: int = 6) -> str:
    """The first of some names, and how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
