"""A scenario's answer on a terminal: odds beside history, the leg by stop, the hedge, the files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

MISSING = "–"


def summarise(
    figures: Mapping[str, Any], folder: Path | None, files: Sequence[str], seconds: float
) -> RenderableType:
    """Everything a user needs to see at once."""
    parts: list[RenderableType] = [*_start(figures)]
    past = figures["history"]["odds"]["touch"]["n"]
    legend = (
        "± Monte Carlo error (95%), which is not the error of the world; * disagrees with history"
    )
    parts += _section(
        f"Odds beside history ({past} past vintages, exact 95% interval)",
        [_odds(figures), Text(legend, style="dim")],
    )
    shocks = {n: w for n, w in figures["worlds"].items() if w["shock"]}
    if shocks:
        keys = list(figures["whole_future"])
        parts += _section("With a shock", [_odds_table(figures, shocks, keys)])
    parts += _section("Tactical leg by stop distance", [_stops(figures)])
    plain = {n: w for n, w in figures["worlds"].items() if n != "replay" and not w["shock"]}
    tables = [_portfolio(worlds) for worlds in (plain, shocks) if worlds]
    parts += _section("The year after and the whole portfolio", tables)
    hedges = figures["hedge_table"]
    if hedges["rows"]:
        parts += _section(
            f"Hedge held through the window, core alone, {hedges['paths']} futures of sessions "
            f"since {hedges['first']}",
            [_hedges(hedges)],
        )
    lines = [Text(line, overflow="fold") for line in figures["disagreements"]]
    parts += _section("Where a world disagrees with history", lines)
    parts += _section("Notes", [Text(line, overflow="fold") for line in figures["notes"]])
    memory = figures["memory"]["largest_world_bytes"] / 1e6
    cost = f"{seconds:.1f} s in the kernel, {memory:.0f} MB kept for the largest world"
    parts += _section("Cost", [Text(cost)])
    if folder is not None:
        parts += _section("Files", [Text(f"{folder}/", style="bold"), Text("  ".join(files))])
    return Group(*parts)


def _start(figures: Mapping[str, Any]) -> Iterable[RenderableType]:
    s = figures["start"]
    yield Text(f"{figures['name']}: from {s['as_of']} at {s['price']:,.2f}", style="bold")
    zone, far = s["zone"], s["extension"]
    stop = f"{s['stop']:,.2f}" if s["stop_is_level"] else f"{s['stop']:.1%} below entry"
    if None not in (zone[0], far[0]):
        yield Text(
            f"zone {zone[0]:,.2f} to {zone[1]:,.2f}, extension {far[0]:,.2f} to {far[1]:,.2f}, "
            f"stop {stop}, out by {s['exit_date']}"
        )
    yield Text(
        f"{figures['paths']:,} futures of {s['sessions']} sessions a world, seed "
        f"{figures['seed']}, mean block {figures['block']:.0f} sessions"
    )


def _odds(figures: Mapping[str, Any]) -> Table:
    # replay is history itself, and a shock has a table of its own
    worlds = {
        name: world
        for name, world in figures["worlds"].items()
        if name != "replay" and not world["shock"]
    }
    return _odds_table(figures, worlds, list(figures["labels"]))


def _odds_table(
    figures: Mapping[str, Any], worlds: Mapping[str, Any], keys: Sequence[str]
) -> Table:
    table = _table("share, %", [*worlds, "history"])
    base = figures["history"]["odds"]
    for key in keys:
        cells = []
        for world in worlds.values():
            odds = world["odds"][key]
            if odds["p"] is None:
                cells.append(Text(MISSING))
                continue
            differs = odds["against_history"] in ("higher", "lower") and not world["shock"]
            text = f"{odds['hits']} of {odds['n']}"
            if world["drawn"]:
                error = 50.0 * (odds["high"] - odds["low"])
                text = f"{100 * odds['p']:.1f} ±{error:.1f}"
            cells.append(Text(text + ("*" if differs else ""), style="yellow" if differs else ""))
        h = base[key]
        known = MISSING
        if h["p"] is not None:
            known = f"{100 * h['p']:.0f} ({100 * h['low']:.0f}-{100 * h['high']:.0f})"
        table.add_row(Text(figures["labels"][key]), *cells, Text(known))
    return table


def _stops(figures: Mapping[str, Any]) -> Table:
    worlds = {n: w for n, w in figures["worlds"].items() if w["tactical_table"]}
    table = _table("stop", list(worlds))
    share = figures["plan"]["tactical"]["first_target_share"]
    rows = [w["tactical_table"] for w in worlds.values()]
    if not rows:
        return table
    shares = sorted({r["first_target_share"] for r in rows[0]}, key=lambda q: abs(q - share))
    for stop in dict.fromkeys(r["stop"] for r in rows[0]):
        cells = []
        for found in rows:
            row = next(
                (r for r in found if r["stop"] == stop and r["first_target_share"] == shares[0]),
                None,
            )
            cells.append(
                Text(MISSING)
                if row is None
                else Text(f"{100 * row['mean']:+.2f}% ±{100 * row['mean_error']:.2f}")
            )
        table.add_row(Text(f"{stop:.1%}"), *cells)
    table.caption = f"mean return of the leg after costs, {shares[0]:.0%} sold at the zone"
    table.caption_justify = "left"
    return table


def _portfolio(worlds: Mapping[str, Any]) -> Table:
    table = _table("%: mean (5% quantile)", list(worlds))
    for key, label in (
        ("year_return", "index, year after"),
        ("hedge_net", "hedge, net"),
        ("hedge_cost", "hedge, cost"),
        ("total", "portfolio with hedge"),
        ("unhedged", "without"),
        ("derisk", "with less core instead"),
        ("total_fall", "deepest fall with hedge"),
        ("unhedged_fall", "without"),
    ):
        cells = []
        for world in worlds.values():
            d = world["distributions"][key]
            cells.append(
                Text(f"{100 * d['mean']:+.1f} ({100 * d['q05']:+.0f})" if d["n"] else MISSING)
            )
        table.add_row(Text(label), *cells)
    return table


def _hedges(hedges: Mapping[str, Any]) -> Table:
    names = ("return", "worst 5%", "fall", "effect", "fall saved", "cost")
    table = _table("%: instrument", list(names))
    plain, fall = hedges["unhedged"], hedges["unhedged_fall"]
    table.add_row(
        Text("none"),
        *(Text(f"{100 * v:+.1f}") for v in (plain["mean"], plain["q05"], fall["mean"])),
        *(Text(MISSING) for _ in range(3)),
    )
    for row in hedges["rows"]:
        effect = row["effect"]
        table.add_row(
            Text(f"{row['instrument']} {row['ratio']:g}"),
            Text(f"{100 * row['total']['mean']:+.1f}"),
            Text(f"{100 * row['total']['q05']:+.1f}"),
            Text(f"{100 * row['fall']['mean']:+.1f}"),
            Text(f"{100 * effect['mean']:+.1f} ±{100 * effect['mean_error']:.1f}"),
            Text(f"{100 * row['fall_saved']['mean']:+.1f}"),
            Text(f"{100 * row['cost']['mean']:+.2f}"),
        )
    return table


def _table(first: str, names: Sequence[str]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), show_edge=False, header_style="dim")
    table.add_column(first, overflow="fold", min_width=16 if len(names) > 5 else 24)
    for name in names:
        table.add_column(name, justify="right", overflow="fold")
    return table


def _section(title: str, body: Sequence[RenderableType]) -> list[RenderableType]:
    if not body:
        return []
    return [
        Text(f"\n{title}", style="bold"),
        *(Padding(part, (0, 0, 0, 2), expand=False) for part in body),
    ]
