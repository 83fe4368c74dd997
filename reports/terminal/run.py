"""The summary of a run on screen: what happened, how sure it is, what was missing, where it lies.

Every number comes from the run's metrics or its vintage table; nothing is
computed here but the count of a share. It reads at 80 columns and without
colour.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from market.serialise import plain
from market.sources.listing import CACHE_ORIGIN
from market.year import SESSIONS_A_YEAR
from reports.terminal.inputs import input_lines, reading_lines
from reports.terminal.newest import newest_lines, newest_title
from reports.text.format import words
from reports.text.hedge_words import PARTS
from reports.text.words import EXIT_REASONS

MISSING = "-"

OLD = 7
"""Days after which the summary says how newer prices come."""


@dataclass(frozen=True)
class RunFacts:
    """What the summary tells of a run.

    Parameters
    ----------
    name : str
        The plan's name.
    metrics : mapping
        The run's metrics, as in ``metrics.json``.
    vintages : sequence of mapping
        Rows of the vintage table.
    folder : Path
        Where the files lie.
    files : sequence of str
        Their names.
    again : bool
        Whether the folder was there before: same plan, data and code.
    same_bar : str
        The plan's policy for ambiguous bars.
    data_version : str, optional
        Version of the cache that was read, empty where nothing is cached; None
        where the plan reads the bundled data only.
    age : int, optional
        Days from the last price to today; None where the plan ends its data itself.
    """

    name: str
    metrics: Mapping[str, Any]
    vintages: Sequence[Mapping[Any, Any]]
    folder: Path
    files: Sequence[str]
    again: bool = False
    same_bar: str = "stop_first"
    data_version: str | None = None
    age: int | None = None


def summarise(facts: RunFacts) -> RenderableType:
    """The summary as something rich can print."""
    metrics = facts.metrics
    return Group(
        _title(facts),
        *_newest(facts),
        *_section("Tactical leg", _tactical(metrics, facts.same_bar)),
        *_section("Hedge", _hedge(metrics)),
        *_section("Whole plan", _paths(metrics)),
        *_section("Risk score", _risk(metrics)),
        *_section("Data", _data(metrics, facts.data_version, facts.age)),
        *_section("Unfinished, in no average", _unfinished(facts)),
        *_section("Files", _files(facts)),
    )


def _title(facts: RunFacts) -> Text:
    v = facts.metrics["vintages"]
    years = f"{v['first']}" if v["first"] == v["last"] else f"{v['first']} to {v['last']}"
    title = Text(facts.name, style="bold")
    title.append(f"  {_count(v['n'], 'vintage')}, {years}; {v['n_complete']} complete", style="")
    return title


def _newest(facts: RunFacts) -> Iterable[RenderableType]:
    newest = facts.metrics.get("newest")
    if newest is None:
        return ()
    counts = facts.metrics["vintages"]
    title = newest_title(newest, newest["vintage"] in counts["unfinished"])
    return _section(title, [_pairs(newest_lines(newest, counts["n_complete"], facts.age))])


def _tactical(metrics: Mapping[str, Any], same_bar: str) -> list[RenderableType]:
    t = metrics["tactical"]
    reasons = t.get("exit_reasons", {})
    ended = " · ".join(f"{words(key)} {reasons[key]}" for key in EXIT_REASONS if key in reasons)
    if not t["n"]:
        return [_pairs([("ended by", ended or MISSING), ("return", _nothing(metrics))])]
    rows = [
        ("ended by", ended),
        (
            "zone reached",
            f"{_share(t['first_target_rate'])}: {t['first_target_hits']} of {t['n']} sold their "
            f"first part there (95% interval {_share(t['first_target_low'])} to "
            f"{_share(t['first_target_high'])}, exact)",
        ),
        *_sample(t),
        *_yardstick(metrics.get("yardstick", {})),
        ("in the market", f"{_share(t['share_of_sessions'])} of sessions"),
    ]
    if t["ambiguous_bars"]:
        other = "target_first" if same_bar == "stop_first" else "stop_first"
        rows.append(
            (
                "ambiguous bars",
                f"{t['ambiguous_bars']} in {_count(t['ambiguous_vintages'], 'vintage')}: mean "
                f"{_percent(t['mean'])} {_words(same_bar)}, "
                f"{_percent(t['mean_other_policy'])} {_words(other)}",
            )
        )
    else:
        rows.append(("ambiguous bars", "none: no bar reached both the stop and a target"))
    return [_pairs(rows)]


def _yardstick(y: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The leg beside the same days held, other windows, other days, and each rule's part."""
    if not y.get("n"):
        return []
    lead, window, placebo = y["lead"], y["any_window"], y["placebo"]
    rows = [
        ("same days held", _mean(y["held"])),
        (
            "rules less held",
            f"{_mean(lead)}: the rules were ahead in {lead['hits']} of {lead['n']}",
        ),
        (
            "any such window",
            f"{_mean(window)} over {window['sessions']} sessions from any day; in the same season "
            f"{_percent(y['season']['mean'])}",
        ),
    ]
    if placebo.get("draws"):
        rows.append(
            (
                "other days",
                f"the same rules begun up to {placebo['shift']} sessions earlier or later: "
                f"{_percent(placebo['mean'])}; {_share(placebo['p'])} of such plans did as well",
            )
        )
    rows.append(
        (
            "each rule",
            ", ".join(
                f"{_rule(name)} {_percent(part['mean'])}" for name, part in y["rules"].items()
            )
            + " a vintage, against the leg without it",
        )
    )
    if "power" in y:
        rows.append(
            (
                "power",
                f"a true difference of {_percent(y['power']['effect'], sign=False)} would be seen "
                f"with a chance of {_share(y['power']['chance'])}, "
                f"{_percent(y['power']['detectable'], sign=False)} with 80%",
            )
        )
    return rows


def _mean(s: Mapping[str, Any]) -> str:
    """A mean with its interval."""
    if s.get("mean_low") is None:
        return _percent(s["mean"])
    return (
        f"{_percent(s['mean'])} (95% interval {_percent(s['mean_low'])} to "
        f"{_percent(s['mean_high'])})"
    )


def _rule(name: str) -> str:
    return {"failed_breakout": "failed breakout"}.get(name, name)


def _sample(s: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Mean, median, hit rate and extremes of one value a vintage."""
    interval = ""
    if s.get("mean_low") is not None:
        interval = f" (95% interval {_percent(s['mean_low'])} to {_percent(s['mean_high'])})"
    return [
        ("mean", f"{_percent(s['mean'])}{interval}, median {_percent(s['median'])}"),
        (
            "hit rate",
            f"{_share(s['hit_rate'])}: {s['hits']} of {s['n']} "
            f"(95% interval {_share(s['hit_low'])} to {_share(s['hit_high'])}, exact)",
        ),
        (
            "worst, best",
            f"{_percent(s['worst'])} ({s['worst_vintage']}), "
            f"{_percent(s['best'])} ({s['best_vintage']})",
        ),
    ]


def _hedge(metrics: Mapping[str, Any]) -> list[RenderableType]:
    h, after = metrics["hedge"], metrics["next_year"]
    whole = metrics["vintages"]["n_complete"]
    if not whole:
        return [_pairs([("return", _nothing(metrics))])]
    hedged = f"{h['n']} of {_count(whole, 'year')}"
    if h["n_blind"]:
        hedged += f"; in {h['n_blind']} the risk score was unknown throughout"
    if h.get("n_unavailable"):
        hedged += f"; in {h['n_unavailable']} the instrument had no price"
    back = h.get("bought_back_blind")
    if back:
        hedged += (
            f"; bought back because the score became unknown in "
            f"{', '.join(str(year) for year in back)}"
        )
    rows = [("hedged", hedged)]
    if h["n"]:
        rows += [
            *_sample(h),
            *_optimistic(h),
            *_holding_less(h.get("against_derisk", {}), h.get("against_derisk_path", {})),
            *input_lines(h),
            (
                "cost, gain",
                f"{_parts(h)}mean cost {_percent(h['mean_cost'], sign=False)}, mean gain before "
                "cost "
                f"{_percent(h['mean_gain'])}; sum {_percent(h['sum_return'])} of equity",
            ),
            *reading_lines(h),
        ]
    if after["n"]:
        rows.append(
            (
                "the year after",
                f"the index fell 20% or more from a high within the calendar year in "
                f"{after['falls_of_20']} of {after['n']} years "
                f"(95% interval {_share(after['low'])} to {_share(after['high'])})",
            )
        )
    return [_pairs(rows)]


def _optimistic(h: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What few years of a payoff with rare large losses cannot show."""
    skew = h.get("skew")
    if skew is None or not skew < 0.0:
        return []
    return [
        (
            "few years",
            f"losses reach further than gains (skew {skew:.1f}): the mean of {h['n']} such years "
            "errs to the optimistic side",
        )
    ]


def _parts(h: Mapping[str, Any]) -> str:
    """The mean taken apart, so that interest earned does not hide in a mean cost."""
    parts = h.get("parts") or {}
    told = ", ".join(f"{PARTS[name]} {_percent(value)}" for name, value in parts.items())
    return f"{told}; " if told else ""


def _holding_less(against: Mapping[str, Any], by_path: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The hedge beside selling core to the same average beta."""
    if not against.get("n"):
        return []
    interval = ""
    if against.get("mean_low") is not None:
        interval = (
            f" (95% interval {_percent(against['mean_low'])} to {_percent(against['mean_high'])})"
        )
    return [
        (
            "holding less",
            f"the hedge made {_percent(against['mean'])} against less core at the same average "
            f"beta{interval}; it was ahead in {against['hits']} of {against['n']} years",
        ),
        *(
            [("same beta daily", f"{_mean(by_path)}: the difference to the line above is timing")]
            if by_path.get("n")
            else []
        ),
    ]


def _paths(metrics: Mapping[str, Any]) -> list[RenderableType]:
    plan, core = metrics["total"], metrics["benchmark"]
    table = Table(box=None, padding=(0, 2, 0, 0), show_edge=False, header_style="")
    table.add_column(f"{plan.get('first', '')} to {plan.get('last', '')}", no_wrap=True)
    table.add_column("plan", justify="right", no_wrap=True)
    rivals = [core]
    table.add_column("core alone", justify="right", no_wrap=True)
    if metrics["hedge"].get("n") and "derisk" in metrics:
        # in place of the hedge: no hedge at all, and less core
        rivals += [metrics["unhedged"], metrics["derisk"]]
        table.add_column("no hedge", justify="right", no_wrap=True)
        table.add_column("less core", justify="right", no_wrap=True)
    # a path shorter than a year has no return a year
    short = plan["sessions"] < plan.get("sessions_a_year", SESSIONS_A_YEAR)
    for label, key, show in (
        ("total return", "total_return", _percent)
        if short
        else ("return a year", "cagr", _percent),
        ("volatility", "volatility", _share),
        ("Sharpe over bills", "sharpe_excess", _number),
        ("Sharpe over zero", "sharpe", _number),
        ("max drawdown", "max_drawdown", _percent),
        ("worst month", "worst_month", _percent),
    ):
        if key in plan:
            table.add_row(label, show(plan.get(key)), *(show(rival.get(key)) for rival in rivals))
    against = plan.get("against_core", {})
    if "alpha" not in against:
        return [table]
    beta = (
        f"beta {_number(against['beta'])} (95% interval {_number(against['beta_low'])} to "
        f"{_number(against['beta_high'])}), alpha {_percent(against['alpha'])} a year "
        f"({_percent(against['alpha_low'])} to {_percent(against['alpha_high'])})"
    )
    return [table, _pairs([("against core", f"in excess of bills, {beta}")])]


def _risk(metrics: Mapping[str, Any]) -> list[RenderableType]:
    r = metrics["risk"]
    head = (
        f"known on {_share(1.0 - r['share_blind'])} of days; on average "
        f"{_share(r['mean_coverage'])} of its weight has data, "
        f"{_share(r['min_coverage'])} is needed"
    )
    table = Table(box=None, padding=(0, 2, 0, 0), show_edge=False, header_style="")
    for name in ("component", "weight", "days with data", "from", "to"):
        table.add_column(name, justify="left" if name == "component" else "right", no_wrap=True)
    for name, c in r["components"].items():
        available = bool(c["share_available"])
        table.add_row(
            name,
            f"{c['weight']:g}",
            _share(c["share_available"]) if available else "none",
            c["first"] if available else "no data",
            c["last"] if available else "",
        )
    return [Text(head), table]


def _data(metrics: Mapping[str, Any], version: str | None, age: int | None) -> list[RenderableType]:
    d = metrics["data"]
    kind = "closes only" if d["close_only"] else "open, high, low, close"
    rows = [("prices", f"{d['prices']}, {d['first']} to {d['last']}, {kind} ({d['origin']})")]
    for name, found in d.get("judged", {}).items():
        rows += judged_rows(name, found)
    if age is not None:
        rows.append(("age", _age(d, age)))
    if version is not None:
        rows.append(("data version", f"{version or 'none'}: {_origins(d)}"))
    if d["absent_components"]:
        rows.append(("not there", "nothing usable for " + ", ".join(d["absent_components"])))
    ended = _ended_before(d["series"], d["last"])
    if ended:
        rows.append(("ended early", ended))
    if d["sessions_without_bill_rate"]:
        rows.append(
            (
                "bill rate",
                f"unknown on {_count(d['sessions_without_bill_rate'], 'session')}: cash earned 0",
            )
        )
    if "dividends" in d:
        rows.append(("dividends", _dividends(d["dividends"])))
    if d["fills_at_open"]:
        rows.append(
            (
                "copied opens",
                f"{_share(d['share_on_copied_open'])} of the {d['fills_at_open']} fills at an "
                "open used one that repeats the close before",
            )
        )
    return [_pairs(rows)]


def judged_rows(name: str, found: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What became of the rows of a user's file, one line a finding."""
    taken = found["taken"]
    said = f"{_count(found['rows'], 'row')}; dates {taken.get('dates', 'as stored')}"
    if taken.get("a year", "252 rows") != "252 rows":
        said += f"; {taken['a year']} a year"
    rows = [(f"{name} read", said)]
    for key, title in (
        ("put_right", "put right"),
        ("left_out", "left out"),
        ("doubted", "doubted"),
    ):
        rows += [(title, sentence) for sentence in found[key]]
    return rows


def _age(data: Mapping[str, Any], age: int) -> str:
    """How old the prices are, and what brings newer ones where that is long ago."""
    said = f"the last price is {_count(age, 'day')} old"
    ours = data["origin"] == "bundled" or data["origin"].startswith(CACHE_ORIGIN)
    if ours and age > OLD:
        said += "; `simulate data update` brings newer data"
    return said


def _dividends(d: Mapping[str, Any]) -> str:
    """Which yield was paid, and from when on the constant one."""
    constant = f"a constant {_percent(d['constant'], sign=False)} a year"
    if d["source"] is None:
        return constant
    if d["source"] == "closes":
        return "in the closes, which are adjusted for them: none are added"
    told = f"{d['source']} over the price, on average {_percent(d['mean_yield'], sign=False)}"
    if d["constant_from"]:
        told += f"; {constant} from {d['constant_from']}, where the series has ended"
    elif d["sessions_constant"]:
        told += f"; {constant} on {_count(d['sessions_constant'], 'session')}"
    return told


def _origins(data: Mapping[str, Any]) -> str:
    """Which series are newer in the cache, and which came with the program or from a file."""
    found = series_by_origin(data)
    cached = ", ".join(found["cache"])
    parts = [f"{cached} from the cache" if cached else "nothing newer is cached"]
    if found["file"]:
        parts.append(f"{', '.join(found['file'])} from files")
    if found["bundled"]:
        others = "the others" if cached or found["file"] else "all"
        parts.append(f"{others} as they come with the program")
    return "; ".join(parts)


def series_by_origin(data: Mapping[str, Any]) -> dict[str, list[str]]:
    """Ids of the series of a run, its prices first, by where they came from.

    Parameters
    ----------
    data : mapping
        The block ``data`` of the run's metrics.

    Returns
    -------
    dict of str to list of str
        Keys ``cache``, ``bundled`` and ``file``.
    """
    found: dict[str, list[str]] = {"cache": [], "bundled": [], "file": []}
    origins = [(data["prices"], data["origin"])]
    origins += [(name, facts["origin"]) for name, facts in data["series"].items()]
    for name, origin in origins:
        kind = "file"
        if origin == "bundled":
            kind = "bundled"
        elif origin.startswith(CACHE_ORIGIN):
            kind = "cache"
        found[kind].append(name)
    return found


def _ended_before(series: Mapping[str, Any], last: str) -> str:
    """Series that ended more than a quarter before the prices, by their last month."""
    limit = dt.date.fromisoformat(last) - dt.timedelta(days=92)
    months: dict[str, list[str]] = {}
    for name, facts in series.items():
        if facts["last"] and dt.date.fromisoformat(facts["last"]) < limit:
            months.setdefault(facts["last"][:7], []).append(name)
    return "; ".join(f"{', '.join(names)} {month}" for month, names in sorted(months.items()))


def _unfinished(facts: RunFacts) -> list[RenderableType]:
    newest = facts.metrics.get("newest") or {}
    rows = []
    for row in facts.vintages:
        # the newest is told at the top
        if row["complete"] or row["vintage"] == newest.get("vintage"):
            continue
        told = [words(row["exit_reason"])]
        if _known(row["exit_date"]):
            told[0] += f" on {plain(row['exit_date'])}"
        if _known(row["tactical_return"]):
            told[0] += f", tactical {_percent(row['tactical_return'])}"
        if _known(row["hedge_mean_ratio"]):
            told.append(f"hedge so far {_percent(row['hedge_return'])}")
        told.append(f"total so far {_percent(row['total_return'])}")
        rows.append((str(row["vintage"]), "; ".join(told)))
    return [_pairs(rows)] if rows else []


def _files(facts: RunFacts) -> list[RenderableType]:
    lines = [Text(f"{facts.folder}/", style="bold", overflow="fold")]
    if facts.again:
        lines[0].append("  same plan, data and code as before", style="")
    lines.append(Text("  ".join(facts.files), overflow="fold"))
    return list(lines)


def _section(title: str, body: Sequence[RenderableType]) -> Iterable[RenderableType]:
    if body:
        yield Text(f"\n{title}", style="bold")
        for part in body:
            yield Padding(part, (0, 0, 0, 2), expand=False)


def _pairs(rows: Iterable[tuple[str, str]]) -> Table:
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True, min_width=14)
    grid.add_column(overflow="fold")
    for label, text in rows:
        grid.add_row(Text(label, style="dim"), Text(text))
    return grid


def _nothing(metrics: Mapping[str, Any]) -> str:
    return "nothing to average: no " + (
        "vintage traded" if metrics["vintages"]["n_complete"] else "vintage is complete"
    )


def _known(value: object) -> bool:
    # NaN and NaT equal nothing
    return value is not None and value == value


def _percent(value: float | None, *, sign: bool = True) -> str:
    if value is None or math.isnan(value):
        return MISSING
    return f"{100.0 * value:+.2f}%" if sign else f"{100.0 * value:.2f}%"


def _share(value: float | None) -> str:
    return MISSING if value is None else f"{100.0 * value:.1f}%"


def _number(value: float | None) -> str:
    return MISSING if value is None else f"{value:.2f}"


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def _words(policy: str) -> str:
    return {"stop_first": "with the stop first", "target_first": "with the target first"}[policy]
