"""What `simulate runs` prints: runs in a table, one run line by line, what was deleted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from reports.stored.runs_database import Entry, Listing
from reports.text.format import setting, show
from strategy.compare.stored import StoredRun

NOTHING_TO_DELETE = "nothing to delete"
NOTHING_DELETED = "nothing was deleted"


def listing(entries: Sequence[Entry], home: str) -> Iterator[RenderableType]:
    """A line a run, and how many there are where."""
    table = Table(box=None, padding=(0, 2, 0, 0), show_edge=False, header_style="")
    heads: tuple[tuple[str, Any], ...] = (
        ("plan", "left"), ("id", "left"), ("written", "left"), ("n", "right"),
        ("mean", "right"), ("hits", "right"), ("a year", "right"), ("drawdown", "right"),
    )  # fmt: skip
    for head, side in heads:
        table.add_column(head, justify=side, overflow="fold", no_wrap=head != "plan")
    for e in entries:
        cells = (
            e.name,
            e.id,
            e.written[:10],
            show(e.n, "count"),
            show(e.mean, "percent"),
            show(e.hit_rate, "share"),
            show(e.cagr, "percent"),
            show(e.max_drawdown, "percent"),
        )
        table.add_row(*(Text(cell) for cell in cells))
    yield table
    yield Text(f"{_runs(len(entries))} in {Path(home)}/")


def differences(
    entries: Sequence[Entry], differing: Mapping[str, Mapping[str, Any]]
) -> Iterator[RenderableType]:
    """Runs of one plan with the settings that tell them apart, a line a run."""
    names = dict.fromkeys(e.name for e in entries if e.folder in differing)
    for name in names:
        yield Text(f"\n{name}: keys that differ between its runs", style="bold")
        own = [e for e in entries if e.name == name]
        if not any(differing[e.folder] for e in own):
            yield Text("none: what differs is the data or the program")
            continue
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column(no_wrap=True)
        table.add_column(overflow="fold")
        for e in own:
            settings = differing[e.folder].items()
            table.add_row(
                Text(e.id), Text(", ".join(f"{key}={setting(value)}" for key, value in settings))
            )
        yield table


def one(entry: Entry, run: StoredRun, files: Sequence[str]) -> Iterator[str]:
    """A run's figures and files, a line each."""
    rows = [
        ("plan", entry.name),
        ("id", entry.id),
        ("written", entry.written or "unknown"),
        ("command", str(run.record.get("command") or "unknown")),
        ("prices", entry.prices),
        ("vintages", f"{entry.first} to {entry.last}"),
        *(_legs(run) if run.legs else _short_form(entry)),
        ("return a year", show(entry.cagr, "percent")),
        ("max drawdown", show(entry.max_drawdown, "percent")),
        ("Sharpe ratio", show(entry.sharpe, "ratio")),
        ("folder", str(run.folder)),
        ("files", "  ".join(files)),
    ]
    width = max(15, 2 + max(len(label) for label, _ in rows))
    for label, text in rows:
        yield f"{label:<{width}}{text}"


def _short_form(entry: Entry) -> list[tuple[str, str]]:
    return [
        ("Tactical long", f"mean {show(entry.mean, 'percent')}, n = {show(entry.n, 'count')}"),
        ("hit rate", show(entry.hit_rate, "share")),
        ("hedged year", show(entry.hedge_mean, "percent")),
    ]


def _legs(run: StoredRun) -> list[tuple[str, str]]:
    """A line each named leg."""
    out = []
    for name in run.legs:
        mean, hits, n = (run.figure(f"legs.{name}.{what}") for what in ("mean", "hit_rate", "n"))
        text = f"mean {show(mean, 'percent')}, up in {show(hits, 'share')}, n = {show(n, 'count')}"
        out.append((name, text))
    return out


def none_listed(home: str, *, any_there: bool) -> str:
    """Why no run is listed."""
    return f"{home}: {'no run meets that' if any_there else 'no run yet; simulate run makes one'}"


def left_out(found: Listing) -> Iterator[str]:
    """Folders that are no whole run, and why."""
    for folder, why in found.damaged:
        yield f"left out {folder}: {why}"


def rebuilt(home: str, n: int) -> str:
    """How many runs an index made anew holds."""
    return f"{home}: {_runs(n)}"


def asked(chosen: int, of: int) -> str:
    """The question before runs are deleted."""
    return f"Delete {chosen} of {of} runs?"


def would_be_deleted(n: int) -> str:
    """What a rehearsal found."""
    return f"{n} would be deleted"


def remains(folder: str, names: Sequence[str]) -> str:
    """What was left in a run's folder: files that no run wrote."""
    return f"{folder}: left {', '.join(names)}"


def deleted(n: int) -> str:
    """How many runs are gone."""
    return f"{n} deleted"


def _runs(n: int) -> str:
    return f"{n} {'run' if n == 1 else 'runs'}"
