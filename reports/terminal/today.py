"""The answer as one screen: readable at 80 columns and without colour."""

from __future__ import annotations

from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from reports.text.format import words as reason_words
from reports.text.hedge_words import INSTRUMENTS
from reports.text.language import _, noted, told
from strategy.hedge.vintage import HEDGE_STATUS

#: What is to be done, by the answer's status.
HEADLINES = {
    "orders": noted("orders for the next open"),
    "holding": noted("the long is on; its orders are at work"),
    "hedged": noted("the hedge is on; nothing to do at the next open"),
    "idle": noted("nothing is held beside the core, nothing to do"),
    "stale": noted("the prices are old: this is no answer for today"),
}


#: How a hedge is closed at the end of a session.
HEDGE_ENDS = {
    "market on close": noted("at the close"),
    "settlement": noted("settled at its expiry"),
}


def screen(content: dict[str, Any]) -> RenderableType:
    """Headline, orders, long, hedge, record, inputs, what would change it.

    Parameters
    ----------
    content : dict
        `strategy.today.Today.content`.
    """
    parts: list[RenderableType] = [_headline(content)]
    if content["orders_next_open"]:
        parts += [_section(_("Orders for the next open")), _orders(content)]
    if content["orders_at_work"]:
        parts += [_section(_("Orders at work in the next session")), _at_work(content)]
    if "holdings" in content:
        parts += [_section(_("From your holdings to the plan's")), *_transition(content)]
    parts += [_section(_("Tactical long")), _long(content)]
    parts += [_section(_("Hedge")), _hedge(content)]
    if content["record"]:
        parts += [_section(_("The record of this situation")), _record(content)]
    if "rules" in content:
        parts += [_section(_("Rules")), _rules(content)]
    parts += [_section(_("Inputs")), _inputs(content)]
    if content["what_would_change"]:
        parts.append(_section(_("What would change this")))
        parts += [Text(f"  - {told(line)}") for line in content["what_would_change"]]
    return Group(*parts)


def _headline(c: dict[str, Any]) -> Text:
    text = Text(c["plan"], style="bold")
    after = _("after the close of {day}, index {price}", day=c["as_of"], price=_points(c["price"]))
    text.append(f"  {after}\n", style="")
    if c["vintage"] is not None:
        spoken = _("vintage {year}, anchored {day}", year=c["vintage"], day=c["anchor_date"])
        text.append(f"{spoken}\n")
    style = "bold red" if c["status"] == "stale" else "bold"
    text.append(told(HEADLINES[c["status"]]), style=style)
    if c["price_stale"]:
        late = _(
            "asked for {day}: the last price is {n} days older",
            day=c["date"],
            n=f"{c['price_age_days']:,}",
        )
        text.append(f"\n{late}", style="red")
    elif c["date"] != c["as_of"]:
        text.append("\n" + _("asked for {day}, which is no session in the data", day=c["date"]))
    return text


def _section(title: str) -> Text:
    return Text(f"\n{title}", style="bold")


def _points(value: float) -> str:
    return f"{value:,.2f}"


def _signed(fraction: float) -> str:
    """A fraction as percent with its sign; what rounds to nothing has a plus."""
    return f"{round(fraction, 4) + 0.0:+.2%}"


def _table() -> Table:
    return Table(
        box=None, show_header=True, header_style="dim", pad_edge=False, padding=(0, 2, 0, 2)
    )


def _pairs(rows: list[tuple[str, str | Text]]) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 1, 0, 2))
    table.add_column(style="dim", no_wrap=True)
    # a language without spaces has words that are wider than the screen
    table.add_column(overflow="fold")
    for name, value in rows:
        table.add_row(name, value)
    return table


def _orders(c: dict[str, Any]) -> Table:
    table = _table()
    for name in (_("sleeve"), _("what"), _("reason")):
        table.add_column(name)
    for name in (_("of equity"), _("amount"), _("units"), _("futures")):
        table.add_column(name, justify="right")
    for order in c["orders_next_open"]:
        futures = order["futures"]
        table.add_row(
            told(order["sleeve"]),
            _what(order),
            reason_words(order["reason"]),
            f"{order['share_of_equity']:.1%}",
            f"{order['amount']:,.0f}",
            f"{order['units']:,.2f}",
            "" if futures is None else f"{futures:,.2f}",
        )
    return table


def _what(order: dict[str, Any]) -> str:
    """Buy or sell, and of an option which one and at which modelled premium."""
    contract = order.get("contract")
    if not contract:
        return told(order["side"])
    return _(
        "{side} {option}, at {premium}",
        side=told(order["side"]),
        option=_option(contract),
        premium=f"{contract['premium']:,.2f}",
    )


def _option(contract: dict[str, Any]) -> str:
    return _(
        "{right} {strike}, {expiry}",
        right=_("put") if contract["right"] == "put" else _("call"),
        strike=f"{contract['strike']:,.1f}",
        expiry=contract["expiry"],
    )


def _at_work(c: dict[str, Any]) -> Table:
    table = _table()
    for name in (_("order"), _("live")):
        table.add_column(name)
    for name in (_("price"), _("from here"), _("part")):
        table.add_column(name, justify="right")
    for order in c["orders_at_work"]:
        price = order["price"]
        kind = told(f"{order['side']} {order['order']}")
        if order["sleeve"] == "hedge":
            ending = _(HEDGE_ENDS[order["order"]])
            kind = _("hedge: {order} {ending}", order=_what(order), ending=ending)
        table.add_row(
            kind,
            told(order["live"]),
            "" if price is None else _points(price),
            "" if price is None else f"{price / c['price'] - 1.0:+.2%}",
            f"{order['share']:.0%}",
        )
    return table


def _transition(c: dict[str, Any]) -> list[RenderableType]:
    """The account as it is, and the orders that make it the plan's."""
    h = c["holdings"]
    size = _("{file}: worth {equity}", file=h["file"], equity=f"{h['equity']:,.0f}")
    if not h["orders"]:
        return [Text(f"  {size}; {_('it holds what the plan holds')}")]
    table = _table()
    for name in (_("sleeve"), _("what")):
        table.add_column(name)
    for name in (_("held"), _("plan"), _("amount"), _("units"), _("at"), _("futures")):
        table.add_column(name, justify="right")
    for order in h["orders"]:
        side = told(order["side"])
        table.add_row(
            told(order["sleeve"]),
            f"{side} {_option(order['contract'])}" if order["contract"] else side,
            f"{order['held']:.1%}",
            f"{order['target']:.1%}",
            f"{order['amount']:,.0f}",
            "" if order["units"] is None else f"{order['units']:,.2f}",
            "" if order["price"] is None else _points(order["price"]),
            "" if order["futures"] is None else f"{order['futures']:,.2f}",
        )
    return [Text(f"  {size}"), table]


def _long(c: dict[str, Any]) -> Table:
    t = c["tactical"]
    rows: list[tuple[str, str | Text]] = []
    if t["status"] == "waiting":
        words = _("not begun; the next anchor is {day}", day=c["next_anchor"])
        return _pairs([(_("state"), words), *_last_long(c["ended"]["tactical"])])
    vintage = _("{year}, anchored {day}", year=t["vintage"], day=t["anchor_date"])
    rows.append((_("vintage"), vintage))
    if t["status"] == "no_trade":
        words = _("nothing bought, {reason}", reason=reason_words(t["reason"]))
        rows.append((_("state"), words + (f": {told(t['because'])}" if t["because"] else "")))
    elif t["status"] == "over":
        rows.append((_("state"), _("over")))
        rows += _last_long(t)
    else:
        rows += _held(c, t)
    for name, (low, high) in ((_("zone"), t["zone"]), (_("extension"), t["extension"])):
        words = _(
            "{low} to {high}, {near} to {far} from here",
            low=_points(low),
            high=_points(high),
            near=f"{low / c['price'] - 1.0:+.2%}",
            far=f"{high / c['price'] - 1.0:+.2%}",
        )
        rows.append((name, words))
    return _pairs(rows)


def _last_long(last: dict[str, Any] | None) -> list[tuple[str, str | Text]]:
    """What became of the long that ended last."""
    if last is None:
        return []
    if last["entry_date"] is None:
        words = _(
            "{year}: nothing bought, {reason}",
            year=last["vintage"],
            reason=reason_words(last["reason"]),
        )
        return [
            (_("last result"), words + (f": {told(last['because'])}" if last["because"] else ""))
        ]
    result = _(
        "{year}: {gross} before costs, {net} after, {share} of equity",
        year=last["vintage"],
        gross=_signed(last["gross_return"]),
        net=_signed(last["net_return"]),
        share=_signed(last["contribution"]),
    )
    bought = _(
        "bought {day} at {price}", day=last["entry_date"], price=_points(last["entry_price"])
    )
    sold = [
        _(
            "{share} sold {day} at {price} ({reason})",
            share=f"{exit_['share']:.0%}",
            day=exit_["date"],
            price=_points(exit_["price"]),
            reason=reason_words(exit_["reason"]),
        )
        for exit_ in _together(last["exits"])
    ]
    return [(_("last result"), result), ("", _("; ").join([bought, *sold]))]


def _together(exits: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Parts sold in one fill as one."""
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for exit_ in exits:
        row = found.setdefault(
            (exit_["date"], exit_["price"], exit_["reason"]), {**exit_, "share": 0.0}
        )
        row["share"] += exit_["share"]
    return list(found.values())


def _held(c: dict[str, Any], t: dict[str, Any]) -> list[tuple[str, str | Text]]:
    words = {
        "enter": _("buy at the next open"),
        "holding": _("held, {value} so far", value=f"{t['return_so_far'] or 0.0:+.2%}"),
        "leave": _("sell all at the next open"),
    }[t["status"]]
    about = " " + _("(the last close stands in for the open)") if t["entry_is_estimate"] else ""
    rows: list[tuple[str, str | Text]] = [
        (_("state"), words),
        (_("entry"), _points(t["entry_price"]) + about),
        (
            _("stop"),
            _("{price}, {away} from here", price=_points(t["stop"]), away=f"{t['to_stop']:+.2%}"),
        ),
    ]
    for part in t["parts"]:
        words = _(
            "{price}, {away} from here; {share} of the leg",
            price=_points(part["target"]),
            away=f"{part['to_target']:+.2%}",
            share=f"{part['share']:.0%}",
        )
        if part["reward_to_risk"] is not None:
            words += _("; reward to risk {ratio}", ratio=f"{part['reward_to_risk']:.2f}")
            if part["reward_to_risk"] < 1.0 and t["return_so_far"] is not None:
                # a small one while holding is a target that is near, not a poor trade
                words += _(" of what is left from here, not from the entry")
        rows.append((_("target {n}", n=part["tranche"]), words))
    words = _(
        "{share} of {capital}: {amount}, {units} index units or {futures} futures of "
        "{multiplier} a point",
        share=f"{t['weight']:.1%}",
        capital=f"{c['capital']:,.0f}",
        amount=f"{t['amount']:,.0f}",
        units=f"{t['units']:,.2f}",
        futures=f"{t['futures']:,.2f}",
        multiplier=f"{c['multiplier']:g}",
    )
    return [*rows, (_("size"), words)]


def _hedge(c: dict[str, Any]) -> Table:
    h = c["hedge"]
    if h["status"] in ("none", "waiting"):
        words = _("the plan has none") if h["status"] == "none" else _("its window has not begun")
        return _pairs([(_("state"), words), *_last_hedge(c["ended"]["hedge"])])
    components = _(", ").join(
        f"{told(name)} {_('missing') if value is None else f'{value:.2f}'}"
        for name, value in h["components"].items()
    )
    window = _(
        "{year}, window {first} to {last}",
        year=h["vintage"],
        first=h["window"][0],
        last=h["window"][1],
    )
    if h["ends_with"] == "next_anchor":
        window = _("{window} (the next anchor)", window=window)
    ratio = _(
        "{held} held, {next} after the next open, score asks for {target}",
        held=f"{h['held']:.1%}",
        next=f"{h['held_next']:.1%}",
        target=_("unknown") if h["target"] is None else f"{h['target']:.1%}",
    )
    size = _("on {amount} of index value", amount=f"{h['amount']:,.0f}")
    if h["futures"] is not None:
        size += _(", {n} futures", n=f"{h['futures']:,.2f}")
    score = _(
        "{score}, from {coverage} of its weight",
        score=_("unknown") if h["score"] is None else f"{h['score']:.2f}",
        coverage=f"{h['coverage']:.0%}",
    )
    return _pairs(
        [
            (_("vintage"), window),
            (_("ratio"), ratio),
            (_("instrument"), f"{_(INSTRUMENTS[h['instrument']])} {size}"),
            *((_("position"), _position(p)) for p in h["positions"]),
            *_hedge_result(h),
            (_("risk score"), score),
            (_("components"), components),
        ]
    )


def _position(p: dict[str, Any]) -> str:
    """What is held of the hedge: which option, how much, at which average price."""
    side = _("long") if p["side"] == "long" else _("short")
    what = f"{side} {_option(p['contract'])}" if p["contract"] else side
    return _(
        "{what} {units} units at {average} on average, now {price}: {amount} ({share})",
        what=what,
        units=f"{abs(p['units']):,.2f}",
        average=_points(p["average_price"]),
        price=_points(p["price"]),
        amount=f"{p['amount']:+,.0f}",
        share=_signed(p["gain"]),
    )


def _hedge_result(h: dict[str, Any]) -> list[tuple[str, str | Text]]:
    """What the hedge earned in its window so far, sales and costs included."""
    r = h["result"]
    if not (h["positions"] or r["return"] or r["costs"]):
        return []
    words = _(
        "{net} of equity so far after costs and carry ({amount}): {gain} on prices, {carry} "
        "carry, {costs} costs",
        net=_signed(r["return"]),
        amount=f"{r['amount']:+,.0f}",
        gain=_signed(r["gain"]),
        carry=_signed(r["carry"]),
        costs=_signed(-r["costs"]),
    )
    return [(_("result"), words)]


def _last_hedge(last: dict[str, Any] | None) -> list[tuple[str, str | Text]]:
    """What became of the hedge that ended last."""
    if last is None:
        return []
    words = _(
        "{year}, {first} to {last}: {status}; {net} of equity after costs and carry",
        year=last["vintage"],
        first=last["first_date"],
        last=last["last_date"],
        status=told(HEDGE_STATUS[last["status"]]),
        net=_signed(last["return"]),
    )
    if last["average_sale"] is not None and last["average_purchase"] is not None:
        words += _(
            "; sold at {sale}, bought at {purchase} on average",
            sale=_points(last["average_sale"]),
            purchase=_points(last["average_purchase"]),
        )
    return [(_("last result"), words)]


def _record(c: dict[str, Any]) -> Table:
    rows: list[tuple[str, str | Text]] = []
    for name, r in c["record"].items():
        state = told(r["state"])
        if not r["n"]:
            rows.append((told(name), _("{state}: none", state=state)))
            continue
        words = _("{state}: n = {n}, mean {mean}", state=state, n=r["n"], mean=f"{r['mean']:+.2%}")
        if r.get("mean_low") is not None:
            words += _(
                " (95% interval {low} to {high})",
                low=f"{r['mean_low']:+.2%}",
                high=f"{r['mean_high']:+.2%}",
            )
        words += _(
            ", above zero in {hits} ({low} to {high}), worst {worst} ({year})",
            hits=r["hits"],
            low=f"{r['hit_low']:.0%}",
            high=f"{r['hit_high']:.0%}",
            worst=f"{r['worst']:+.2%}",
            year=r["worst_vintage"],
        )
        rows.append((told(name), words))
    return _pairs(rows)


def _rules(c: dict[str, Any]) -> Table:
    found: dict[str, list[str]] = {"true": [], "false": [], "unavailable": [], "not computable": []}
    for rule in c["rules"]:
        found[rule["state"]].append(rule["rule"])
    rows: list[tuple[str, str | Text]] = [
        (
            told(state),
            f"{len(names)}: {', '.join(names).replace('_', ' ')}"
            if state == "true"
            else f"{len(names)}",
        )
        for state, names in found.items()
    ]
    return _pairs(rows)


def _inputs(c: dict[str, Any]) -> Table:
    def listed(rows: list[dict[str, Any]]) -> str:
        return ", ".join(
            f"{i['series']} {_('no figure yet')}"
            if i["stamp"] is None
            else f"{i['series']} {i['stamp']} {_('({n} days)', n=i['age_days'])}"
            for i in rows
        )

    stale = [i for i in c["inputs"] if i["stale"]]
    fresh = [i for i in c["inputs"] if not i["stale"]]
    age = _("{day}, {n} days old", day=c["as_of"], n=f"{c['price_age_days']:,}")
    rows: list[tuple[str, str | Text]] = [
        (_("prices"), Text(age, style="red") if c["price_stale"] else age),
        (_("in use"), listed(fresh) or _("none")),
    ]
    if stale:
        rows.append((_("stale"), Text(listed(stale), style="red")))
    return _pairs(rows)
