"""Probabilities with their Monte Carlo error, and history's base rate beside each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from market.message import Message
from strategy.scenario.engine.engine import Futures
from strategy.scenario.engine.start import Start
from strategy.scenario.engine.terms import Figure
from strategy.scenario.odds.base_rates import BaseRates
from strategy.validation.intervals import hit_interval

#: A hair of tolerance: a fall of exactly 20 % counts, whatever it is in binary.
HAIR = 1e-12

Truths = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Event:
    """A thing that may happen.

    Attributes
    ----------
    key, label : str
        `label` may hold ``{day}``, ``{year}`` and ``{depth}``: the last day of the leg,
        the year in question and the fall.
    of_futures, of_history : callable
        Truths of all cases, and which cases count.
    given : str
        What a conditional probability is given, in words.
    depth : str
        The fall that it is about.
    whole : bool
        Whether it looks at the whole future, not at the tactical leg alone.
    """

    key: str
    label: str
    of_futures: Callable[[Futures], Truths]
    of_history: Callable[[BaseRates], Truths]
    given: str = ""
    depth: str = ""
    whole: bool = False


def _all(values: np.ndarray) -> Truths:
    return values, np.ones(len(values), dtype=bool)


def _neither(zone: np.ndarray, stop: np.ndarray) -> Truths:
    return _all(~zone & ~stop)


def _fall(limit: float) -> tuple[Callable[[Futures], Truths], Callable[[BaseRates], Truths]]:
    return (
        lambda f: (f[Figure.YEAR_FALL] <= -limit + HAIR, ~np.isnan(f[Figure.YEAR_FALL])),
        lambda b: _all(b.year_fall <= -limit + HAIR),
    )


EVENTS: tuple[Event, ...] = (
    Event(
        "touch",
        "Zone touched by {day}",
        lambda f: _all(f[Figure.TOUCH] > 0.0),
        lambda b: _all(b.touch),
    ),
    Event(
        "zone_first",
        "Zone before the stop",
        lambda f: _all(f[Figure.ZONE_FIRST] > 0.0),
        lambda b: _all(b.zone_first),
    ),
    Event(
        "stop_first",
        "Stop first",
        lambda f: _all(f[Figure.STOP_FIRST] > 0.0),
        lambda b: _all(b.stop_first),
    ),
    Event(
        "neither",
        "Neither by {day}",
        lambda f: _neither(f[Figure.ZONE_FIRST] > 0.0, f[Figure.STOP_FIRST] > 0.0),
        lambda b: _neither(b.zone_first, b.stop_first),
    ),
    Event(
        "breakout",
        "Breakout above the zone",
        lambda f: _all(f[Figure.BREAKOUT] > 0.0),
        lambda b: _all(b.breakout),
    ),
    Event(
        "failure",
        "Failure after a breakout",
        lambda f: (f[Figure.FAILURE] > 0.0, f[Figure.BREAKOUT] > 0.0),
        lambda b: (b.failure, b.breakout),
        given="a breakout",
    ),
    Event(
        "profit",
        "Tactical leg ends above zero",
        lambda f: (f[Figure.TACTICAL_RETURN] > 0.0, ~np.isnan(f[Figure.TACTICAL_RETURN])),
        lambda b: (b.tactical > 0.0, ~np.isnan(b.tactical)),
        given="a trade",
    ),
    Event(
        "fall_10",
        "Fall of {depth} or more in {year}",
        *_fall(0.10),
        depth="10%",
        whole=True,
    ),
    Event(
        "fall_20",
        "Fall of {depth} or more in {year}",
        *_fall(0.20),
        depth="20%",
        whole=True,
    ),
    Event(
        "fall_30",
        "Fall of {depth} or more in {year}",
        *_fall(0.30),
        depth="30%",
        whole=True,
    ),
    Event(
        "year_down",
        "Index lower at the end of {year} than at its start",
        lambda f: (f[Figure.YEAR_RETURN] < 0.0, ~np.isnan(f[Figure.YEAR_RETURN])),
        lambda b: _all(b.year_return < 0.0),
        whole=True,
    ),
)


def rate(truths: Truths) -> dict[str, Any]:
    """Share of the cases that count, with its exact 95 % interval."""
    true, counted = truths
    n, hits = int(counted.sum()), int((true & counted).sum())
    low, high = hit_interval(hits, n)
    return {
        "n": n,
        "hits": hits,
        "p": hits / n if n else None,
        "low": low if n else None,
        "high": high if n else None,
    }


def history_odds(base: BaseRates) -> dict[str, dict[str, Any]]:
    """Base rate of every event."""
    return {event.key: rate(event.of_history(base)) for event in EVENTS}


def world_odds(
    start: Start, futures: Futures, history: dict[str, dict[str, Any]]
) -> dict[str, dict[str, Any]]:
    """Probability of every event in a world, and whether history's interval excludes it.

    Ten thousand futures made of forty pasts know no more than forty pasts do.
    ``pasts`` is the number of stretches of history that do not overlap behind
    a probability, ``past_low`` and ``past_high`` the exact interval of so many
    cases; a parametric world has none, and its model's error is not counted.

    ``against_history``: ``agrees``, ``higher`` or ``lower`` (the world's whole
    interval, of its pasts where it has them, lies outside history's),
    ``unknown`` where either has no case.
    """
    out = {}
    for event in EVENTS:
        found = rate(event.of_futures(futures))
        base = history[event.key]
        pasts = futures.world.pasts(start.horizon if event.whole else start.schedule.last)
        low, high = found["low"], found["high"]
        if found["p"] is not None and pasts is not None:
            # of a conditional probability, those pasts in which the condition held
            cases = min(pasts * found["n"] / len(futures), float(found["n"]))
            low, high = hit_interval(found["p"] * cases, cases)
        if found["p"] is None or base["p"] is None:
            verdict = "unknown"
        elif low > base["high"]:
            verdict = "higher"
        elif high < base["low"]:
            verdict = "lower"
        else:
            verdict = "agrees"
        out[event.key] = {
            **found,
            "pasts": pasts,
            "past_low": low,
            "past_high": high,
            "against_history": verdict,
        }
    return out


def _behind(found: dict[str, Any]) -> str:
    if found["pasts"] is None:
        return "; the model's own error is not counted"
    if found["n"] <= found["pasts"]:
        return ""
    return (
        f"; about {found['pasts']:.0f} separate pasts behind it, interval "
        f"{found['past_low']:.1%} to {found['past_high']:.1%}"
    )


def labels(start: Start) -> dict[str, str]:
    """Words for every event, with its day or year."""
    exit_day = f"{start.sessions[start.schedule.last]:%Y-%m-%d}"
    year = start.day.year + 1
    return {
        event.key: Message(event.label, day=exit_day, year=year, depth=event.depth)
        for event in EVENTS
    }


def disagreements(
    name: str, odds: dict[str, dict[str, Any]], history: dict[str, Any], words: dict[str, str]
) -> list[str]:
    """A sentence for every event on which a world and history differ."""
    out = []
    for event in EVENTS:
        found, base = odds[event.key], history[event.key]
        if found["against_history"] not in ("higher", "lower"):
            continue
        # a handful of past years is counted, not put into percent
        few = found["n"] <= (found["pasts"] or 0.0)
        share = f"{found['hits']} of {found['n']}" if few else f"{found['p']:.1%} of"
        word = "above" if found["against_history"] == "higher" else "below"
        out.append(
            f"{name}: {words[event.key][0].lower()}{words[event.key][1:]} in {share} futures, "
            f"{word} history's {base['p']:.1%} ({base['hits']} of {base['n']}, 95% "
            f"interval {base['low']:.1%} to {base['high']:.1%})" + _behind(found)
        )
    return out
