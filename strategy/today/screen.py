"""The answer as one screen: readable at 80 columns and without colour."""

from __future__ import annotations

from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

HEADLINES = {
    "orders": "orders for the next open",
    "holding": "the long is on; its orders are at work",
    "hedged": "the hedge is on; nothing to do at the next open",
    "idle": "nothing is held beside the core, nothing to do",
    "stale": "the prices are old: this is no answer for today",
}


def screen(content: dict[str, Any]) -> RenderableType:
    """Headline, orders, long, hedge, record, inputs, what would change it."""
    parts: list[RenderableType] = [_headline(content)]
    if content["orders_next_open"]:
        parts += [_section("Orders for the next open"), _orders(content)]
    if content["orders_at_work"]:
        parts += [_section("Orders at work in the next session"), _at_work(content)]
    parts += [_section("December long"), _long(content)]
    parts += [_section("Hedge"), _hedge(content)]
    if content["record"]:
        parts += [_section("The record of this situation"), _record(content)]
    if "rules" in content:
        parts += [_section("Rules"), _rules(content)]
    parts += [_section("Inputs"), _inputs(content)]
    if content["what_would_change"]:
        parts.append(_section("What would change this"))
        parts += [Text(f"  - {line}") for line in content["what_would_change"]]
    return Group(*parts)


def _headline(c: dict[str, Any]) -> Text:
    text = Text(c["plan"], style="bold")
    text.append(f"  after the close of {c['as_of']}, index {c['price']:,.2f}\n", style="")
    style = "bold red" if c["status"] == "stale" else "bold"
    text.append(HEADLINES[c["status"]], style=style)
    if c["price_stale"]:
        text.append(
            f"\nasked for {c['date']}: the last price is {c['price_age_days']:,} days older",
            style="red",
        )
    return text


def _section(title: str) -> Text:
    return Text(f"\n{title}", style="bold")


def _table() -> Table:
    return Table(
        box=None, show_header=True, header_style="dim", pad_edge=False, padding=(0, 2, 0, 2)
    )


def _pairs(rows: list[tuple[str, str | Text]]) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 1, 0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column()
    for name, value in rows:
        table.add_row(name, value)
    return table


def _orders(c: dict[str, Any]) -> Table:
    table = _table()
    for name in ("sleeve", "what", "reason"):
        table.add_column(name)
    for name in ("of equity", "amount", "index units", "futures"):
        table.add_column(name, justify="right")
    for order in c["orders_next_open"]:
        table.add_row(
            order["sleeve"],
            order["side"],
            order["reason"].replace("_", " "),
            f"{order['share_of_equity']:.1%}",
            f"{order['amount']:,.0f}",
            f"{order['units']:,.2f}",
            f"{order['futures']:,.2f}",
        )
    return table


def _at_work(c: dict[str, Any]) -> Table:
    table = _table()
    for name in ("order", "live"):
        table.add_column(name)
    for name in ("price", "from here", "part"):
        table.add_column(name, justify="right")
    for order in c["orders_at_work"]:
        price = order["price"]
        table.add_row(
            f"{order['side']} {order['order']}",
            order["live"],
            "" if price is None else f"{price:,.2f}",
            "" if price is None else f"{price / c['price'] - 1.0:+.2%}",
            f"{order['share']:.0%}",
        )
    return table


def _long(c: dict[str, Any]) -> Table:
    t = c["tactical"]
    rows: list[tuple[str, str | Text]] = []
    if t["status"] == "waiting":
        rows.append(("state", f"not begun; the next anchor is {c['next_anchor']}"))
        return _pairs(rows)
    rows.append(("vintage", f"{t['vintage']}, anchored {t['anchor_date']}"))
    if t["status"] == "no_trade":
        because = f": {t['because']}" if t["because"] else ""
        rows.append(("state", f"nothing bought, {t['reason'].replace('_', ' ')}{because}"))
    elif t["status"] == "over":
        rows.append(
            (
                "state",
                f"over: {t['reason'].replace('_', ' ')} on {t['exit_date']}, "
                f"{t['gross_return']:+.2%} before costs",
            )
        )
    else:
        words = {
            "enter": "buy at the next open",
            "holding": f"held, {t['return_so_far'] or 0.0:+.2%} so far",
            "leave": "sell all at the next open",
        }[t["status"]]
        rows.append(("state", words))
        about = " (the last close stands in for the open)" if t["entry_is_estimate"] else ""
        rows.append(("entry", f"{t['entry_price']:,.2f}{about}"))
        rows.append(("stop", f"{t['stop']:,.2f}, {t['to_stop']:+.2%} from here"))
        for part in t["parts"]:
            ratio = part["reward_to_risk"]
            worth = "" if ratio is None else f", reward to risk {ratio:.2f}"
            rows.append(
                (
                    f"target {part['tranche']}",
                    f"{part['target']:,.2f}, {part['to_target']:+.2%} "
                    f"from here{worth}; {part['share']:.0%} of the leg",
                )
            )
        rows.append(
            (
                "size",
                f"{t['weight']:.1%} of {c['capital']:,.0f}: {t['amount']:,.0f}, "
                f"{t['units']:,.2f} index units or {t['futures']:,.2f} futures of "
                f"{c['multiplier']:g} a point",
            )
        )
    rows.append(("zone", f"{t['zone'][0]:,.2f} to {t['zone'][1]:,.2f}"))
    rows.append(("extension", f"{t['extension'][0]:,.2f} to {t['extension'][1]:,.2f}"))
    return _pairs(rows)


def _hedge(c: dict[str, Any]) -> Table:
    h = c["hedge"]
    if h["status"] in ("none", "waiting"):
        words = "the plan has none" if h["status"] == "none" else "its window has not begun"
        return _pairs([("state", words)])
    score = "unknown" if h["score"] is None else f"{h['score']:.2f}"
    components = ", ".join(
        f"{name} {'missing' if value is None else f'{value:.2f}'}"
        for name, value in h["components"].items()
    )
    target = "unknown" if h["target"] is None else f"{h['target']:.1%}"
    return _pairs(
        [
            ("vintage", f"{h['vintage']}, window {h['window'][0]} to {h['window'][1]}"),
            (
                "ratio",
                f"{h['held']:.1%} held, {h['held_next']:.1%} after the next open, "
                f"score asks for {target}",
            ),
            (
                "instrument",
                f"{h['instrument'].replace('_', ' ')}: {h['amount']:,.0f}, "
                f"{h['futures']:,.2f} futures",
            ),
            ("risk score", f"{score}, from {h['coverage']:.0%} of its weight"),
            ("components", components),
        ]
    )


def _record(c: dict[str, Any]) -> Table:
    rows: list[tuple[str, str | Text]] = []
    for name, r in c["record"].items():
        if not r["n"]:
            rows.append((name, f"{r['state']}: none"))
            continue
        interval = (
            f" (95% interval {r['mean_low']:+.2%} to {r['mean_high']:+.2%})"
            if r.get("mean_low") is not None
            else ""
        )
        rows.append(
            (
                name,
                f"{r['state']}: n = {r['n']}, mean {r['mean']:+.2%}{interval}, above zero in "
                f"{r['hits']} ({r['hit_low']:.0%} to {r['hit_high']:.0%}), worst {r['worst']:+.2%} "
                f"({r['worst_vintage']})",
            )
        )
    return _pairs(rows)


def _rules(c: dict[str, Any]) -> Table:
    found: dict[str, list[str]] = {"true": [], "false": [], "unavailable": [], "not computable": []}
    for rule in c["rules"]:
        found[rule["state"]].append(rule["rule"])
    rows: list[tuple[str, str | Text]] = [
        (
            state,
            f"{len(names)}: {', '.join(names).replace('_', ' ')}"
            if state == "true"
            else f"{len(names)}",
        )
        for state, names in found.items()
    ]
    return _pairs(rows)


def _inputs(c: dict[str, Any]) -> Table:
    fresh = [i for i in c["inputs"] if not i["stale"]]
    rows: list[tuple[str, str | Text]] = [
        ("prices", f"{c['as_of']}, {c['price_age_days']:,} days old"),
        ("in use", ", ".join(f"{i['series']} {i['stamp']}" for i in fresh) or "none"),
    ]
    stale = [i for i in c["inputs"] if i["stale"]]
    if stale:
        rows.append(
            ("stale", Text(", ".join(f"{i['series']} {i['stamp']}" for i in stale), style="red"))
        )
    return _pairs(rows)
