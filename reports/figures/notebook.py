"""What a notebook shows of a plan, a market and results: short tables, all text escaped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from market.serialise import lookup, plain
from reports.legs.sentences import leg_sentences, plan_sentences
from reports.text.fields import Kind, field
from reports.text.format import MISSING, grouped, percent, setting, show, words
from reports.text.language import _, told
from strategy.compare.settings import flatten

if TYPE_CHECKING:
    from market.container import Market
    from strategy.api import SweepResult
    from strategy.legplan.result import LegsResult
    from strategy.plan import Plan
    from strategy.plan.legs_plan import LegsPlan
    from strategy.result.result import Result
    from strategy.scenario.api import ScenarioResult

#: Settings that say most about a plan, shown whether changed or not.
MAIN_SETTINGS = (
    *("anchor", "vintages", "core.weight", "tactical.exit_by", "tactical.levels.mode"),
    *("tactical.stop", "tactical.first_target_share", "tactical.size.weight"),
    *("hedge.instrument", "hedge.max_ratio", "hedge.score.from", "hedge.score.to"),
    *("hedge.window.start", "hedge.window.end", "data.prices"),
)
#: Rows beyond this many are counted instead of shown.
MOST_ROWS = 16
LAST_VINTAGES = 5
#: Letters of a cell that is never broken.
SHORT = 24


def plan_html(plan: Plan) -> str:
    """The settings that say most, and those that are not the defaults."""
    from strategy.plan import Plan as Model
    from strategy.plan.file.plan_file import resolved

    own, default = flatten(resolved(plan)), flatten(resolved(Model(name=plan.name)))
    changed = [key for key in own if key != "name" and own[key] != default.get(key)]
    rows = [(key, setting(own[key])) for key in MAIN_SETTINGS if key in own and key not in changed]
    return _block(
        _("Plan {name}", name=plan.name),
        _table((_("not the default"), _("value")), [(k, setting(own[k])) for k in changed]),
        _table((_("key"), _("value")), rows),
    )


def legs_plan_html(plan: LegsPlan) -> str:
    """The plan in sentences."""
    parts = [_lines(plan_sentences(plan))]
    for name in plan.legs:
        parts += [Markup("<b>{}</b>").format(name), _lines(leg_sentences(plan, name))]
    return _block(_("Plan {name}", name=plan.name), *parts)


def market_html(market: Market) -> str:
    """The prices, and every series with its range."""
    rows = [
        (
            market.id,
            told(market.price_spec.title),
            *_range(market.sessions),
            grouped(len(market.prices), 0),
            market.origin,
        )
    ]
    for name, found in sorted(market.series.items()):
        rows.append(
            (
                name,
                told(found.spec.title),
                *_range(found.frame.index),
                grouped(len(found.frame), 0),
                found.origin,
            )
        )
    heads = (_("series"), _("what"), _("first"), _("last"), _("rows"), _("from"))
    return _block(_("Market {name}", name=market.id), _table(heads, rows, numbers=(4,)))


def result_html(result: Result) -> str:
    """Key figures with their intervals, and the newest vintages."""
    m = plain(result.metrics)
    head = (_("figure"), _("value"), _("95% interval"), "n")
    rows = [
        _row(m, _("Tactical long, mean"), "tactical.mean", "tactical.n"),
        _row(m, _("Tactical long less the same days held"), "yardstick.lead.mean", "yardstick.n"),
        _row(m, _("Above zero"), "tactical.hit_rate", "tactical.n", interval="tactical.hit"),
        _row(m, _("Hedge, mean of a hedged year"), "hedge.mean", "hedge.n"),
        _row(
            m, _("Hedged less holding less"), "hedge.against_derisk.mean", "hedge.against_derisk.n"
        ),
    ]
    columns = (
        *("vintage", "entry_date", "exit_date", "exit_reason"),
        *("tactical_return", "hedge_return", "total_return"),
    )
    newest = [
        (
            row["vintage"] if row["complete"] else _("{year}, unfinished", year=row["vintage"]),
            row["entry_date"] or MISSING,
            row["exit_date"] or MISSING,
            words(row["exit_reason"]),
            *(show(row[name], "percent") for name in columns[4:]),
        )
        for row in plain(result.vintages.tail(LAST_VINTAGES).to_dict("records"))
    ]
    years = result.vintages["vintage"]
    title = _(
        "Run {name}-{id}: {n} vintages, {first} to {last}",
        name=result.plan.name,
        id=result.run_id,
        n=len(years),
        first=years.iloc[0],
        last=years.iloc[-1],
    )
    heads = [field(name).label for name in columns]
    return _block(
        title,
        _table(head, [row for row in rows if row[1] != MISSING], numbers=(1, 2, 3)),
        _paths(m, "benchmark"),
        _table(heads, newest, numbers=(4, 5, 6)),
    )


def legs_html(result: LegsResult) -> str:
    """Key figures of every leg, and of the whole path beside its core."""
    m = plain(result.metrics)
    heads = (_("leg"), _("mean"), _("95% interval"), "n", _("above zero"), _("95% interval"))
    rows = []
    for name in result.plan.legs:
        mean = _row(m, name, f"legs.{name}.mean", f"legs.{name}.n")
        hits = _row(m, name, f"legs.{name}.hit_rate", "", interval=f"legs.{name}.hit")
        rows.append((*mean, hits[1], hits[2]))
    title = _("Run {name}-{id}", name=result.plan.name, id=result.run_id)
    return _block(
        title,
        _table(heads, rows, numbers=(1, 2, 3, 4, 5)),
        _paths(m, "core_alone"),
    )


def sweep_html(result: SweepResult) -> str:
    """How many were tried, the best beside the plan as written, and the verdict."""
    from reports.sweep.data import read_sweep
    from reports.sweep.evidence import verdict
    from reports.sweep.page import headline

    data = read_sweep(result.run.folder.path)
    kind = field(data.metric).kind
    best = data.variants.iloc[data.best]
    rows: list[Sequence[object]] = [
        (field(data.metric).label, show(data.scores[data.best], kind), show(data.middle, kind))
    ]
    own = flatten(data.summary["sweep"]["plan"])
    rows += [(name, setting(best[name]), setting(own.get(name))) for name in data.shown]
    return _block(
        _("Sweep {name}-{id}", name=data.summary["name"], id=data.summary["id"]),
        headline(data),
        verdict(data.evidence) if data.evidence else Markup(""),
        _table(("", _("best"), _("plan as written")), rows, numbers=(1, 2)),
    )


def scenario_html(result: ScenarioResult) -> str:
    """Odds of every event in every world with their intervals, beside history's."""
    figures = result.figures
    worlds: Mapping[str, Any] = figures["worlds"]
    heads = (_("probability, 95% interval"), _("history"), *(told(name) for name in worlds))
    rows: list[Sequence[object]] = []
    for key, label in figures["labels"].items():
        # a shock that comes later says nothing of the tactical leg
        odds = (
            world["odds"][key] if world["december"] or key in figures["whole_future"] else None
            for world in worlds.values()
        )
        rows.append((told(label), *map(_odds, (figures["history"]["odds"][key], *odds))))
    counts = (grouped(world["paths"], 0) for world in worlds.values())
    past = max(found["n"] for found in figures["history"]["odds"].values())
    rows.append((_("cases, at most"), grouped(past, 0), *counts))
    start = figures["start"]
    title = _(
        "Scenario {name} from {day} at {price}",
        name=figures["name"],
        day=start["as_of"],
        price=grouped(start["price"]),
    )
    return _block(title, _table(heads, rows, numbers=range(1, len(heads))))


def _odds(found: Mapping[str, Any] | None) -> str:
    if found is None or found["p"] is None:
        return MISSING
    low, high = (percent(found[end], 0).rstrip("%") for end in ("low", "high"))
    return f"{percent(found['p'], 0)} ({low}–{high})"


def _row(
    metrics: Mapping[str, Any], label: str, path: str, n: str, *, interval: str = ""
) -> tuple[str, str, str, str]:
    """Label, figure, its interval and the number of cases."""
    kind: Kind = field(path).kind
    low, high = (lookup(metrics, f"{interval or path}_{end}") for end in ("low", "high"))
    told_interval = MISSING
    if low is not None and high is not None:
        told_interval = _("{low} to {high}", low=show(low, kind), high=show(high, kind))
    return label, _figure(metrics, path), told_interval, show(lookup(metrics, n), "count")


def _paths(metrics: Mapping[str, Any], core: str) -> Markup:
    """The whole path beside the core alone; figures that neither has are left out."""
    rows = [
        (field(name).label, *(_figure(metrics, f"{path}.{name}") for path in ("total", core)))
        for name in ("cagr", "volatility", "sharpe", "sharpe_excess", "max_drawdown")
    ]
    heads = (_("whole path"), _("plan"), _("core alone"))
    return _table(heads, [row for row in rows if set(row[1:]) != {MISSING}], numbers=(1, 2))


def _figure(metrics: Mapping[str, Any], path: str) -> str:
    return show(lookup(metrics, path), field(path).kind)


def _range(days: Any) -> tuple[str, str]:
    return (f"{days[0]:%Y-%m-%d}", f"{days[-1]:%Y-%m-%d}") if len(days) else (MISSING, MISSING)


def _block(title: str, *parts: Markup) -> str:
    """A title and what stands below it."""
    found = Markup("").join(Markup("<div>{}</div>").format(part) for part in parts if part)
    return str(Markup("<div><b>{}</b>{}</div>").format(title, found))


def _lines(sentences: Iterable[str]) -> Markup:
    return Markup("<br>").join(escape(line) for line in sentences)


def _table(
    heads: Sequence[object], rows: Sequence[Sequence[object]], *, numbers: Iterable[int] = ()
) -> Markup:
    """A table that looks like pandas' in a notebook; nothing where it has no row.

    Parameters
    ----------
    heads : sequence
    rows : sequence of sequence
        Those beyond `MOST_ROWS` are counted.
    numbers : iterable of int
        Columns that are set flush right.
    """
    if not rows:
        return Markup("")
    right = set(numbers)

    def cells(row: Sequence[object], tag: str) -> Markup:
        return Markup("").join(
            Markup('<{0} style="text-align:{1};padding:1px 8px;white-space:{2}">{3}</{0}>').format(
                Markup(tag),
                "right" if k in right else "left",
                # a date or a number stands on one line
                "nowrap" if len(str(value)) <= SHORT else "normal",
                value,
            )
            for k, value in enumerate(row)
        )

    body = Markup("").join(
        Markup("<tr>{}</tr>").format(cells(row, "td")) for row in rows[:MOST_ROWS]
    )
    if len(rows) > MOST_ROWS:
        more = _("{n} more", n=len(rows) - MOST_ROWS)
        body += Markup('<tr><td colspan="{}">{}</td></tr>').format(len(heads), more)
    return Markup(
        '<table class="dataframe"><thead><tr>{}</tr></thead><tbody>{}</tbody></table>'
    ).format(cells(heads, "th"), body)
