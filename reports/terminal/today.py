"""The answer as one screen: readable at 80 columns and without colour.

Words go through `say`, so that whoever shows the screen can put them in another
language; sentences of the answer itself come in English.
"""

from __future__ import annotations

from typing import Any, Protocol

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


class Say(Protocol):
    """Words for a text, its ``{names}`` filled in."""

    def __call__(self, text: str, /, **values: object) -> str: ...


def english(text: str, /, **values: object) -> str:
    """The text as it stands."""
    return text.format(**values) if values else text


def screen(content: dict[str, Any], say: Say = english) -> RenderableType:
    """Headline, orders, long, hedge, record, inputs, what would change it.

    Parameters
    ----------
    content : dict
        `strategy.today.Today.content`.
    say : callable
        Gives the words of the screen.
    """
    parts: list[RenderableType] = [_headline(content, say)]
    if content["orders_next_open"]:
        parts += [_section(say("Orders for the next open")), _orders(content, say)]
    if content["orders_at_work"]:
        parts += [_section(say("Orders at work in the next session")), _at_work(content, say)]
    parts += [_section(say("December long")), _long(content, say)]
    parts += [_section(say("Hedge")), _hedge(content, say)]
    if content["record"]:
        parts += [_section(say("The record of this situation")), _record(content, say)]
    if "rules" in content:
        parts += [_section(say("Rules")), _rules(content, say)]
    parts += [_section(say("Inputs")), _inputs(content, say)]
    if content["what_would_change"]:
        parts.append(_section(say("What would change this")))
        parts += [Text(f"  - {say(line)}") for line in content["what_would_change"]]
    return Group(*parts)


def _headline(c: dict[str, Any], say: Say) -> Text:
    text = Text(c["plan"], style="bold")
    after = say(
        "after the close of {day}, index {price}", day=c["as_of"], price=_points(c["price"])
    )
    text.append(f"  {after}\n", style="")
    style = "bold red" if c["status"] == "stale" else "bold"
    text.append(say(HEADLINES[c["status"]]), style=style)
    if c["price_stale"]:
        late = say(
            "asked for {day}: the last price is {n} days older",
            day=c["date"],
            n=f"{c['price_age_days']:,}",
        )
        text.append(f"\n{late}", style="red")
    elif c["date"] != c["as_of"]:
        text.append("\n" + say("asked for {day}, which is no session in the data", day=c["date"]))
    return text


def _section(title: str) -> Text:
    return Text(f"\n{title}", style="bold")


def _points(value: float) -> str:
    return f"{value:,.2f}"


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


def _orders(c: dict[str, Any], say: Say) -> Table:
    table = _table()
    for name in (say("sleeve"), say("what"), say("reason")):
        table.add_column(name)
    for name in (say("of equity"), say("amount"), say("units"), say("futures")):
        table.add_column(name, justify="right")
    for order in c["orders_next_open"]:
        futures = order["futures"]
        table.add_row(
            say(order["sleeve"]),
            say(order["side"]),
            say(order["reason"].replace("_", " ")),
            f"{order['share_of_equity']:.1%}",
            f"{order['amount']:,.0f}",
            f"{order['units']:,.2f}",
            "" if futures is None else f"{futures:,.2f}",
        )
    return table


def _at_work(c: dict[str, Any], say: Say) -> Table:
    table = _table()
    for name in (say("order"), say("live")):
        table.add_column(name)
    for name in (say("price"), say("from here"), say("part")):
        table.add_column(name, justify="right")
    for order in c["orders_at_work"]:
        price = order["price"]
        table.add_row(
            say(f"{order['side']} {order['order']}"),
            say(order["live"]),
            "" if price is None else _points(price),
            "" if price is None else f"{price / c['price'] - 1.0:+.2%}",
            f"{order['share']:.0%}",
        )
    return table


def _long(c: dict[str, Any], say: Say) -> Table:
    t = c["tactical"]
    rows: list[tuple[str, str | Text]] = []
    if t["status"] == "waiting":
        words = say("not begun; the next anchor is {day}", day=c["next_anchor"])
        return _pairs([(say("state"), words)])
    vintage = say("{year}, anchored {day}", year=t["vintage"], day=t["anchor_date"])
    rows.append((say("vintage"), vintage))
    if t["status"] == "no_trade":
        words = say("nothing bought, {reason}", reason=say(t["reason"].replace("_", " ")))
        rows.append((say("state"), words + (f": {say(t['because'])}" if t["because"] else "")))
    elif t["status"] == "over":
        words = say(
            "over: {reason} on {day}, {value} before costs",
            reason=say(t["reason"].replace("_", " ")),
            day=t["exit_date"],
            value=f"{t['gross_return']:+.2%}",
        )
        rows.append((say("state"), words))
    else:
        rows += _held(c, t, say)
    for name, (low, high) in ((say("zone"), t["zone"]), (say("extension"), t["extension"])):
        words = say(
            "{low} to {high}, {near} to {far} from here",
            low=_points(low),
            high=_points(high),
            near=f"{low / c['price'] - 1.0:+.2%}",
            far=f"{high / c['price'] - 1.0:+.2%}",
        )
        rows.append((name, words))
    return _pairs(rows)


def _held(c: dict[str, Any], t: dict[str, Any], say: Say) -> list[tuple[str, str | Text]]:
    words = {
        "enter": say("buy at the next open"),
        "holding": say("held, {value} so far", value=f"{t['return_so_far'] or 0.0:+.2%}"),
        "leave": say("sell all at the next open"),
    }[t["status"]]
    about = " " + say("(the last close stands in for the open)") if t["entry_is_estimate"] else ""
    rows: list[tuple[str, str | Text]] = [
        (say("state"), words),
        (say("entry"), _points(t["entry_price"]) + about),
        (
            say("stop"),
            say("{price}, {away} from here", price=_points(t["stop"]), away=f"{t['to_stop']:+.2%}"),
        ),
    ]
    for part in t["parts"]:
        words = say(
            "{price}, {away} from here; {share} of the leg",
            price=_points(part["target"]),
            away=f"{part['to_target']:+.2%}",
            share=f"{part['share']:.0%}",
        )
        if part["reward_to_risk"] is not None:
            words += say("; reward to risk {ratio}", ratio=f"{part['reward_to_risk']:.2f}")
        rows.append((say("target {n}", n=part["tranche"]), words))
    words = say(
        "{share} of {capital}: {amount}, {units} index units or {futures} futures of "
        "{multiplier} a point",
        share=f"{t['weight']:.1%}",
        capital=f"{c['capital']:,.0f}",
        amount=f"{t['amount']:,.0f}",
        units=f"{t['units']:,.2f}",
        futures=f"{t['futures']:,.2f}",
        multiplier=f"{c['multiplier']:g}",
    )
    return [*rows, (say("size"), words)]


def _hedge(c: dict[str, Any], say: Say) -> Table:
    h = c["hedge"]
    if h["status"] in ("none", "waiting"):
        words = (
            say("the plan has none") if h["status"] == "none" else say("its window has not begun")
        )
        return _pairs([(say("state"), words)])
    components = say(", ").join(
        f"{say(name)} {say('missing') if value is None else f'{value:.2f}'}"
        for name, value in h["components"].items()
    )
    window = say(
        "{year}, window {first} to {last}",
        year=h["vintage"],
        first=h["window"][0],
        last=h["window"][1],
    )
    ratio = say(
        "{held} held, {next} after the next open, score asks for {target}",
        held=f"{h['held']:.1%}",
        next=f"{h['held_next']:.1%}",
        target=say("unknown") if h["target"] is None else f"{h['target']:.1%}",
    )
    size = say("on {amount} of index value", amount=f"{h['amount']:,.0f}")
    if h["futures"] is not None:
        size += say(", {n} futures", n=f"{h['futures']:,.2f}")
    score = say(
        "{score}, from {coverage} of its weight",
        score=say("unknown") if h["score"] is None else f"{h['score']:.2f}",
        coverage=f"{h['coverage']:.0%}",
    )
    return _pairs(
        [
            (say("vintage"), window),
            (say("ratio"), ratio),
            (say("instrument"), f"{say(h['instrument'].replace('_', ' '))} {size}"),
            (say("risk score"), score),
            (say("components"), components),
        ]
    )


def _record(c: dict[str, Any], say: Say) -> Table:
    rows: list[tuple[str, str | Text]] = []
    for name, r in c["record"].items():
        state = say(r["state"])
        if not r["n"]:
            rows.append((say(name), say("{state}: none", state=state)))
            continue
        words = say(
            "{state}: n = {n}, mean {mean}", state=state, n=r["n"], mean=f"{r['mean']:+.2%}"
        )
        if r.get("mean_low") is not None:
            words += say(
                " (95% interval {low} to {high})",
                low=f"{r['mean_low']:+.2%}",
                high=f"{r['mean_high']:+.2%}",
            )
        words += say(
            ", above zero in {hits} ({low} to {high}), worst {worst} ({year})",
            hits=r["hits"],
            low=f"{r['hit_low']:.0%}",
            high=f"{r['hit_high']:.0%}",
            worst=f"{r['worst']:+.2%}",
            year=r["worst_vintage"],
        )
        rows.append((say(name), words))
    return _pairs(rows)


def _rules(c: dict[str, Any], say: Say) -> Table:
    found: dict[str, list[str]] = {"true": [], "false": [], "unavailable": [], "not computable": []}
    for rule in c["rules"]:
        found[rule["state"]].append(rule["rule"])
    rows: list[tuple[str, str | Text]] = [
        (
            say(state),
            f"{len(names)}: {', '.join(names).replace('_', ' ')}"
            if state == "true"
            else f"{len(names)}",
        )
        for state, names in found.items()
    ]
    return _pairs(rows)


def _inputs(c: dict[str, Any], say: Say) -> Table:
    def listed(rows: list[dict[str, Any]]) -> str:
        return ", ".join(
            f"{i['series']} {say('no figure yet')}"
            if i["stamp"] is None
            else f"{i['series']} {i['stamp']} {say('({n} days)', n=i['age_days'])}"
            for i in rows
        )

    stale = [i for i in c["inputs"] if i["stale"]]
    fresh = [i for i in c["inputs"] if not i["stale"]]
    age = say("{day}, {n} days old", day=c["as_of"], n=f"{c['price_age_days']:,}")
    rows: list[tuple[str, str | Text]] = [
        (say("prices"), Text(age, style="red") if c["price_stale"] else age),
        (say("in use"), listed(fresh) or say("none")),
    ]
    if stale:
        rows.append((say("stale"), Text(listed(stale), style="red")))
    return _pairs(rows)
