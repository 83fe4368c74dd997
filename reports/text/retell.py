"""Sentences that audit and scenario write in English, told again in the page's language.

Their JSON says everything in English. A page in another language looks each
sentence up: as it stands, else by its pattern, whose values are told again in
turn. What no pattern knows, a claim from a user's file for example, stays as
it was written.
"""

from __future__ import annotations

import re
from functools import cache

from reports.text.language import _, catalogue, language, noted

#: Sentences with places for values; the first that fits is taken.
PATTERNS: tuple[str, ...] = (
    # verdicts and their reasons (strategy.audit.study.verdict, .study, .events, .sample)
    noted("it happened on none of {n} days"),
    noted("it happened on {hits} of {n} days"),
    noted("{n} days, and it happened on none"),
    noted("{n} separate case; {needed} are needed"),
    noted("{n} separate cases; {needed} are needed"),
    noted("chance does as well: p = {p}"),
    noted("chance does as well with p = {p} after correction"),
    noted("p = {p} alone, but {corrected} corrected for all claims tried"),
    noted("claimed {claimed}, observed interval {low} to {high}"),
    noted("claimed rank {claimed}, is {rank}"),
    noted("{rule} is unavailable on every session"),
    noted("{rule} needs series that are not loaded: {series}"),
    noted("{rule} is not computable: {reason}"),
    # definitions of claims (strategy.audit.claims.definition)
    noted("{event}; from {first} to the last"),
    noted("{event}; from the first session to {last}"),
    noted("{event}; from {first} to {last}"),
    noted("{event}; a proxy: {proxy}"),
    noted("{event}, on the first session of each spell"),
    noted("{event}, every session"),
    noted("{event} [{rule}]"),
    noted("{month} of every year, whole months only"),
    noted("{dates}; where only a month or range is given, its middle session stands for it"),
    noted("given dates: {dates}"),
    noted("{anchor}, where the plan's risk score is at least the lowest of {years}"),
    noted("{anchor}, where the plan's risk score is at least {score}"),
    noted("the plan's anchor of every year, the last session on or before {day}"),
    noted("from the event's close over the next {n} sessions"),
    noted("from the event's close to the last one up to {n} calendar month later"),
    noted("from the event's close to the last one up to {n} calendar months later"),
    noted("from the event's close to the last one up to the next {day} (MM-DD)"),
    noted("return of the index; a hit is a return below {limit}"),
    noted("return of the index; a hit is a return above {limit}"),
    noted(
        "deepest fall of closes from their highest so far in the window; a hit is a fall of at "
        "least {limit}"
    ),
    noted("whether a high reaches {rise} from the event's close ({ratio}); reached is a hit"),
    noted("whether a close reaches {rise} from the event's close ({ratio}); reached is a hit"),
    noted("value of {rule} [{id}: {unit}] that day; a hit is at most {limit}"),
    noted("Is {figure} higher than at dates without the event?"),
    noted("Is {figure} lower (deeper) than at dates without the event?"),
    # the plan against the tape, the scorecard
    noted("the newest figure is of {day}, older than {limit} days"),
    noted("the prices end on {day}"),
    noted("the prices begin on {day}"),
    noted(
        "the data end on {last}: futures from {day} on are made of sessions up to then, and "
        "look-alikes are chosen without its volatility"
    ),
    noted("the data end on {day}"),
    noted("it has no column {column}"),
    noted("both on one day; {policy} decides"),
    noted("{says} (tactical.levels)"),
    noted("{price}, highest close of 252 sessions"),
    noted("{price}, round number above it"),
    noted("{price}, 2 x zone's end - 20-week average"),
    noted("{price}, twenty_week_average"),
    noted("rule {rule}"),
    # what would change today's answer, and the record (strategy.today)
    noted("an open at or above {price}: nothing is bought, no room to the zone"),
    noted("a price at or below {price}: all is sold"),
    noted(
        "a close above {price} and then, within {n} sessions, a close below {floor}: all is sold "
        "at the next open"
    ),
    noted(
        "a high at {price} and then, within {n} sessions, a close below {floor}: all is sold at "
        "the next open"
    ),
    noted("data for {components}: coverage is {coverage}, {needed} is needed for a score"),
    noted("a score below {low} takes the hedge off, one of {high} makes it full; it is {score}"),
    noted("a close at or below {price}: {share} of the hedge is covered at the next open"),
    noted("the next anchor, {day}"),
    noted("part 1 and 2 held after session {n}, at or above the entry price"),
    noted("part 1 and 2 held after session {n}, below the entry price"),
    noted("part {parts} held after session {n}, at or above the entry price"),
    noted("part {parts} held after session {n}, below the entry price"),
    # events of a scenario (strategy.scenario.odds.odds)
    noted("Zone touched by {day}"),
    noted("Neither by {day}"),
    noted("Fall of {depth} or more in {year}"),
    noted("Index lower at the end of {year} than at its start"),
    # worlds
    noted("After the precedents: {years}"),
    # notes of a scenario (strategy.scenario.engine.start, .api)
    noted("risk score {score} as stated, held through every future"),
    noted("risk score {score}, known on the day, held through every future"),
    noted(
        "risk score unknown on {day}: the hedge does what hedge.when_blind says ({policy}); state "
        "scenario.score to set it"
    ),
    noted(
        "the zone starts at {zone}, not above the start price {price}: most futures open in it "
        "and buy nothing"
    ),
    noted(
        "bill rate unknown on {day}: taken as 0 on that day, and throughout the garch world; "
        "state scenario.rate to set it"
    ),
    noted("{day} is no session: the plan starts on {start}"),
    noted("start price {price} as stated; the data have {close} on that day"),
    noted("start price {price} as stated, not from the data"),
    noted("the plan does not enter: {because}"),
    noted(
        "the hedge is priced with VIX: futures are made of the {n} sessions since {day} whose "
        "VIX is known"
    ),
    noted(
        "instrument {instrument}: hedge and total are those of the first {n} futures of each "
        "world, the rest is of all"
    ),
    noted("no world {world}: {because}"),
    noted(
        "shock {shock}: the plan does not watch {triggers}, so that its hedge does not react to "
        "it (risk.triggers)"
    ),
    noted("history up to {day} holds no anchor of it that {n} sessions follow"),
)

#: Sentences and words without places.
PLAIN: tuple[str, ...] = (
    noted("newer prices: everything here is as of the last session in the data"),
    noted("all earlier vintages that traded"),
    noted("earlier vintages that held a hedge"),
    noted("orders for the next open"),
    noted("the long is on; its orders are at work"),
    noted("the hedge is on; nothing to do at the next open"),
    noted("nothing is held beside the core, nothing to do"),
    noted("the prices are old: this is no answer for today"),
    noted("core"),
    noted("tactical"),
    noted("hedge"),
    noted("buy"),
    noted("sell"),
    noted("sell stop"),
    noted("sell limit"),
    noted("sell market on close"),
    noted("from the fill on"),
    noted("from the open on"),
    noted("at the close"),
    noted("start"),
    noted("entry"),
    noted("rebalance"),
    noted("score"),
    noted("cover"),
    noted("window end"),
    noted("stop gap"),
    noted("target 1"),
    noted("target 2"),
    noted("no room"),
    noted("no stop room"),
    noted("no levels"),
    noted("cash"),
    noted("leverage"),
    noted("credit"),
    noted("concentration"),
    noted("rotation"),
    noted("short"),
    noted("inverse etf"),
    noted("true"),
    noted("false"),
    noted("unavailable"),
    noted("not computable"),
    noted("the event did not happen in the data, or no window is whole"),
    noted("no placebo dates and no paths could be drawn"),
    noted("no eligible date has an outcome"),
    noted("the event's own session"),
    noted("the whole month, from the last close before it"),
    noted("the calendar year after the event's, from the last close before it"),
    noted("whether every later low stays at or above the event's low; that is a hit"),
    noted("Does it happen at all?"),
    noted("the mean outcome"),
    noted("the median outcome"),
    noted("the share of hits"),
    noted("the month's rank among the twelve by mean return"),
    noted("zero"),
    noted("sessions"),
    noted("months"),
    noted("anchors"),
    noted("agrees"),
    noted("differs"),
    noted("no figure that day"),
    noted("not loaded"),
    noted("happened"),
    noted("did not happen"),
    noted("still open"),
    noted("no data yet"),
    noted("cannot be scored"),
    noted("came true"),
    noted("false alarm"),
    noted("named"),
    noted("a hole in the prices"),
    noted("the series is not loaded"),
    noted("the series has no figure of that day or before"),
    noted("the rule is unavailable that day"),
    noted("the data hold no session near the day it is made"),
    noted("too little history for the plan's levels"),
    noted("no hedge was held"),
    noted("no session yet"),
    noted("closes only"),
    noted("stop first"),
    noted("target first"),
    noted("nearest price"),
    noted("the index stands at the plan's reference"),
    noted("the zone begins at the prior high"),
    noted("the zone ends at the next round number"),
    noted("the extension lies as far above the zone as support lies below it"),
    noted("January"),
    noted("February"),
    noted("March"),
    noted("April"),
    noted("May"),
    noted("June"),
    noted("July"),
    noted("August"),
    noted("September"),
    noted("October"),
    noted("November"),
    noted("December"),
    noted("Zone before the stop"),
    noted("Stop first"),
    noted("Breakout above the zone"),
    noted("Failure after a breakout"),
    noted("Tactical leg ends above zero"),
    noted("bootstrap"),
    noted("lookalike"),
    noted("analog"),
    noted("garch"),
    noted("replay"),
    noted("Blocks of past sessions"),
    noted("Blocks of past sessions with the shock"),
    noted("First block from sessions like this day"),
    noted("After every past anchor, as it was"),
    noted("GARCH(1,1) with skewed t"),
)


def retell(text: object) -> str:
    """A sentence in the page's language; unchanged where that is English or nothing fits."""
    text = str(text)
    return text if language() == "en" else _told(text, language())


def say_again(text: str, /, **values: object) -> str:
    """As `reports.text.language._`, for a screen whose words stand in another package."""
    return _(text, **values) if values else retell(text)


@cache
def _told(text: str, tag: str) -> str:
    words = catalogue(tag)
    if words.gettext(text) != text:
        return words.gettext(text)
    for pattern, fits in _compiled():
        found = fits.fullmatch(text)
        if found:
            values = {name: _told(value, tag) for name, value in found.groupdict().items()}
            return words.gettext(pattern).format(**values)
    return text


@cache
def _compiled() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((pattern, _expression(pattern)) for pattern in PATTERNS)


def _expression(pattern: str) -> re.Pattern[str]:
    """The pattern as a regular expression: each place takes as little as it can."""
    parts = re.split(r"\{(\w+)\}", pattern)
    literal = [re.escape(part) for part in parts[::2]]
    places = [f"(?P<{name}>.+?)" for name in parts[1::2]]
    woven = [piece for pair in zip(literal, [*places, ""], strict=True) for piece in pair]
    return re.compile("".join(woven), re.S)
