"""Lines of the summary on the newest vintage: what it did so far, and what newer data change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reports.text.format import words
from strategy.hedge.vintage import HEDGE_STATUS

#: How newer prices come, by `newer_by` of the metrics.
NEWER = {
    "update": "`simulate data update` brings newer prices; then run the plan again",
    "auto": "`simulate data update` brings newer prices, `--set data.source=auto` reads them",
    "file": "a longer file of prices brings what came since",
    "plan": "the plan ends its data itself (data.end)",
}
LEVELS = {
    "stop": "stop",
    "zone_low": "zone from",
    "zone_high": "zone to",
    "extension_low": "extension from",
    "extension_high": "extension to",
    "reference": "before the hedge",
}


def newest_title(newest: Mapping[str, Any], unfinished: bool) -> str:
    """The block's title."""
    return f"Newest vintage: {newest['vintage']}" + (", in no average yet" if unfinished else "")


def newest_lines(
    newest: Mapping[str, Any], complete: int, age: int | None
) -> list[tuple[str, str]]:
    """What the newest vintage did so far, one line a subject.

    Parameters
    ----------
    newest : mapping
        The block ``newest`` of a run's metrics.
    complete : int
        Vintages that newer prices do not change.
    age : int, optional
        Days from the last price to today; None where the plan ends its data itself.
    """
    rows = [("long", _long(newest)), ("hedge", _hedge(newest))]
    acting = [_level(name, level) for name, level in newest["levels"].items() if level["acts"]]
    if acting:
        rows.append(("levels", ", ".join(acting) + " from the last close"))
    rows.append(("whole plan", _whole(newest)))
    old = "" if age is None else f", {age} day{'' if age == 1 else 's'} old"
    rows.append(
        (
            "last close",
            f"{newest['last_close']:,.2f} on {newest['last_date']}{old}; "
            f"{_percent(newest['index_return'])} since the anchor of {newest['anchor_date']}",
        )
    )
    rows.append(("newer data", _newer(newest, complete)))
    return rows


def _long(newest: Mapping[str, Any]) -> str:
    t = newest["tactical"]
    if t["state"] == "ahead":
        return "still ahead: the next session is the first in which it can be bought"
    if t["state"] == "no_trade":
        return f"nothing bought, {words(t['reason'])}"
    sold = ", ".join(
        f"{order['date']} at {order['price']:,.2f} ({words(order['reason'])})"
        for order in newest["orders"]
        if order["sleeve"] == "tactical" and order["side"] == "sell"
    )
    told = f"bought {t['entry_date']} at {t['entry_price']:,.2f}"
    told += f"; sold {sold}" if sold else ""
    told += ", the rest still held" if t["state"] == "held" and sold else ""
    told += ", still held" if t["state"] == "held" and not sold else ""
    return (
        f"{told}: {_percent(t['gross_return'], 3)} before costs, {_percent(t['net_return'])} after"
    )


def _hedge(newest: Mapping[str, Any]) -> str:
    h = newest["hedge"]
    if h["state"] == "none":
        return "the plan has none"
    if h["state"] == "ahead":
        return f"begins on {h['opens_on']} at the earliest"
    if not h["max_ratio"]:
        return f"of {newest['vintage'] + 1}: {HEDGE_STATUS[h['status']]}"
    made = f"{_percent(h['gain'])} of equity before costs and carry, {_percent(h['return'])} after"
    prices = "".join(
        f"; {verb} at {h[name]:,.2f} on average"
        for name, verb in (("average_sale", "sold"), ("average_purchase", "bought"))
        if h[name] is not None
    )
    if h["state"] == "over":
        return f"of {newest['vintage'] + 1}, over{prices}; {made}"
    asked = (
        "the score is unknown"
        if h["target"] is None
        else f"the score of {h['score']:.2f} asks for {h['target']:.1%}"
    )
    return f"since {h['first_date']}: {h['held']:.1%} of equity held, {asked}{prices}; {made}"


def _level(name: str, level: Mapping[str, Any]) -> str:
    said = f"cover {level['share']:.0%}" if name.startswith("cover_") else LEVELS[name]
    return f"{said} {level['price']:,.2f} ({_percent(level['distance'])})"


def _whole(newest: Mapping[str, Any]) -> str:
    r = newest["result"]
    told = (
        f"{_percent(r['after_costs'])} since the anchor, {_percent(r['before_costs'])} before "
        f"costs and carry; core alone {_percent(r['core_return'])}"
    )
    if newest["hedge"]["max_ratio"]:
        told += f", without the hedge {_percent(r['unhedged_return'])}"
    return told


def _newer(newest: Mapping[str, Any], complete: int) -> str:
    h = newest["hedge"]
    dates = []
    if h["next_review"]:
        dates.append(f"the hedge is decided anew at the first close from {h['next_review']} on")
    if h["state"] in ("running", "ahead"):
        dates.append(f"it is off by the close of {newest['until']}")
    if newest["next_anchor"]:
        dates.append(f"the next anchor is {newest['next_anchor']}")
    if newest["last_date"] > newest["final_on"]:
        dates.append(f"figures of {newest['vintage']} are final")
    else:
        dates.append(f"figures of {newest['vintage']} are final after {newest['final_on']}")
    stay = "the complete one does" if complete == 1 else f"those of the {complete} complete ones do"
    if not complete:
        return f"{NEWER[newest['newer_by']]}: {'; '.join(dates)}"
    return f"{NEWER[newest['newer_by']]}: {'; '.join(dates)}; {stay} not change"


def _percent(value: float | None, digits: int = 2) -> str:
    return "-" if value is None else f"{100.0 * value:+.{digits}f}%"
