"""Worlds: where futures come from. One function a world, one registry by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from market.message import Message
from market.year import DAYS_A_YEAR
from strategy.decide.calendar import day_of, last_on_or_before
from strategy.scenario.engine.start import Start
from strategy.scenario.engine.terms import Calendar
from strategy.scenario.settings import Shock
from strategy.scenario.worlds.garch import fit_garch, no_garch
from strategy.scenario.worlds.history import History, politis_white
from strategy.scenario.worlds.paths import Draw, Garch
from strategy.scenario.worlds.philox import stream_of

#: Look-alike sessions lie at least so far apart: neighbours in time are one episode.
EPISODE = 21
#: A look-alike must have so much of its own future.
LEAST_FUTURE = 63


@dataclass(frozen=True)
class World:
    """A way to draw futures.

    Attributes
    ----------
    name, title : str
    draw : Draw
    garch : Garch
    calendar : Calendar
    paths : int
        Futures it has: as many as asked for, or all there are.
    drawn : bool
        Whether there is luck in it. False: the futures are counted, not drawn.
    labels : tuple of str
        A name for each future of a world that is not drawn.
    facts : dict
        How it was made, for the outputs.
    sessions, episodes : int
        Sessions of history it draws from, 0 where it draws none; first blocks
        it chooses among.
    stated : int
        First session on which a stated shock acts; 0: no shock.
    """

    name: str
    title: str
    draw: Draw
    garch: Garch
    calendar: Calendar
    paths: int
    drawn: bool = True
    labels: tuple[str, ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)
    sessions: int = 0
    episodes: int = 0
    stated: int = 0

    def pasts(self, span: int) -> float | None:
        """Stretches of history of `span` sessions behind it that do not overlap.

        None for a model. A first block that is chosen among few is as many
        pasts as there are to choose from, while it lasts; what comes later is
        drawn from everywhere.
        """
        if not self.drawn:
            return float(self.paths)
        if not self.sessions:
            return None
        everywhere = self.sessions / span
        block = 1.0 / self.draw.restart if self.draw.restart > 0.0 else np.inf
        return min(everywhere, float(self.episodes)) if span <= block else everywhere


def make_world(start: Start, name: str, paths: int, seed: int, block: float) -> World | None:
    """The world of that name; None where history holds none of it.

    Parameters
    ----------
    start : Start
    name : str
        A key of `MAKERS`, or the name of a shock.
    paths, seed : int
    block : float
        Mean block length.
    """
    shock = start.scenario.shock(name)
    if shock is not None:
        return _shock(start, shock, paths, seed, block)
    return MAKERS[name](start, paths, seed, block)


def block_length(start: Start) -> float:
    """The stated mean block length, or Politis and White's."""
    return start.scenario.block or politis_white(start.history)


def _draw(
    start: Start,
    stream: str,
    seed: int,
    starts: np.ndarray,
    restart: float,
    *,
    listed: bool = False,
    garch: bool = False,
    drift: float = 0.0,
) -> Draw:
    count = start.horizon + 1
    return Draw(
        garch,
        seed,
        stream_of(stream),
        restart,
        np.ascontiguousarray(starts, dtype=np.int64),
        listed,
        start.price,
        start.vix,
        start.rate,
        np.full(count, np.exp(drift)),
        np.zeros(count),
    )


def _drift(start: Start) -> float:
    """What is added to each log return, so that their mean is the stated drift."""
    if start.scenario.drift is None:
        return 0.0
    return start.scenario.drift / start.history.sessions_a_year - float(
        start.history.log_returns.mean()
    )


def bootstrap(start: Start, paths: int, seed: int, block: float) -> World:
    """Stationary block bootstrap of whole sessions (Politis and Romano 1994)."""
    n = len(start.history)
    drift = _drift(start)
    return World(
        "bootstrap",
        Message("Blocks of past sessions"),
        _draw(start, "bootstrap", seed, np.arange(n), 1.0 / block, drift=drift),
        no_garch(),
        start.calendar(),
        paths,
        facts={
            "block": block,
            "sessions": n,
            "first": _iso(start.history.sessions[0]),
            "last": _iso(start.history.sessions[-1]),
            "mean_return_a_year": float(
                (start.history.log_returns.mean() + drift) * start.history.sessions_a_year
            ),
            "share_of_copied_opens": start.history.copied,
        },
        sessions=n,
        episodes=n,
    )


def lookalike(start: Start, paths: int, seed: int, block: float) -> World:
    """First block from the sessions most like the day; later ones from anywhere."""
    chosen, facts = look_alikes(
        start.history, start.day, start.score, start.scenario.neighbours, known=start.known
    )
    drift = _drift(start)
    return World(
        "lookalike",
        Message("First block from sessions like this day"),
        _draw(start, "lookalike", seed, chosen + 1, 1.0 / block, drift=drift),
        no_garch(),
        start.calendar(),
        paths,
        facts={"block": block, **facts},
        sessions=len(start.history),
        episodes=len(chosen),
    )


def look_alikes(
    history: History, day: pd.Timestamp, score: float, count: int, *, known: bool = True
) -> tuple[np.ndarray, dict[str, Any]]:
    """The sessions nearest to the day in season, score, volatility and distance from the high.

    Nearest in the sum of squared differences, each in standard deviations over
    the sessions compared; the season as the shorter way round the year, in
    months. At most one a month of sessions. The score counts only where it is
    known on the day and on enough sessions to choose from. Where the data end
    before the day (`known` false), its volatility and its distance from the
    high are not known either and do not count.
    """
    n = len(history)
    positions = np.arange(n)
    usable = (positions < n - min(LEAST_FUTURE, n // 2)) & ~np.isnan(history.volatility)
    scored = usable & ~np.isnan(history.score)
    use_score = not np.isnan(score) and scored.sum() >= 3 * EPISODE * count
    pool = scored if use_score else usable
    if not pool.any():
        pool = positions < n - 1
    days = history.sessions.day_of_year.to_numpy(dtype=float)
    apart = np.abs(days - day.day_of_year)
    season = np.minimum(apart, DAYS_A_YEAR - apart) / 30.4
    volatility = np.log(np.maximum(np.nan_to_num(history.volatility, nan=1e-4), 1e-4))
    features = {"season": season**2}
    values = {"volatility": volatility, "distance_from_high": history.distance} if known else {}
    if use_score:
        values["score"] = history.score
    for name, value in values.items():
        now = score if name == "score" else value[-1]
        spread = value[pool].std()
        features[name] = ((value - now) / spread) ** 2 if spread > 0.0 else np.zeros(n)
    distance = sum(features.values(), np.zeros(n))
    order = positions[pool][np.argsort(distance[pool], kind="stable")]
    chosen: list[int] = []
    for j in order:
        if all(abs(int(j) - c) >= EPISODE for c in chosen):
            chosen.append(int(j))
        if len(chosen) == count:
            break
    found = np.array(sorted(chosen))
    return found, {
        "features": list(features),
        "neighbours": len(found),
        "sessions_compared": int(pool.sum()),
        "days": [_iso(history.sessions[j]) for j in found],
        "farthest": float(np.sqrt(distance[found].max())),
        "volatility": float(history.volatility[-1]) if known else None,
        "distance_from_high": float(history.distance[-1]) if known else None,
    }


def _listed(
    start: Start, name: str, title: str, years: tuple[int, ...] | None, seed: int
) -> World | None:
    """Past vintages' own sessions, one future each."""
    history = start.history
    wanted = years or tuple(range(history.sessions[0].year, history.sessions[-1].year + 1))
    starts, labels, missing = [], [], []
    for year in wanted:
        day = day_of(year, start.plan.anchor)
        anchor = last_on_or_before(history.sessions, day)
        near = anchor >= 0 and (day - history.sessions[anchor]).days <= 10
        if near and anchor + start.horizon < len(history):
            starts.append(anchor + 1)
            labels.append(str(year))
        else:
            missing.append(year)
    if not starts:
        return None
    return World(
        name,
        title,
        _draw(start, name, seed, np.array(starts), 0.0, listed=True),
        no_garch(),
        start.calendar(),
        len(starts),
        drawn=False,
        labels=tuple(labels),
        facts={"years": [int(y) for y in labels], "not_in_history": missing if years else []},
    )


def analog(start: Start, paths: int, seed: int, block: float) -> World | None:
    """The sessions after the anchors of the years named as precedents, spliced onto the day."""
    years = ", ".join(map(str, start.scenario.analogs))
    title = Message("After the precedents: {years}", years=years)
    return _listed(start, "analog", title, start.scenario.analogs, seed)


def replay(start: Start, paths: int, seed: int, block: float) -> World | None:
    """The sessions after every past anchor, spliced onto the day."""
    return _listed(start, "replay", Message("After every past anchor, as it was"), None, seed)


def garch(start: Start, paths: int, seed: int, block: float) -> World:
    """GARCH(1,1) with skewed t, its bars shaped like past sessions; the bill rate stays."""
    drift, history = start.scenario.drift, start.history
    mean = history.log_returns.mean() if drift is None else drift / history.sessions_a_year
    model, parameters = fit_garch(history, float(mean))
    return World(
        "garch",
        Message("GARCH(1,1) with skewed t"),
        _draw(start, "garch", seed, np.zeros(1), 0.0, garch=True),
        model,
        start.calendar(),
        paths,
        facts=parameters,
    )


def _shock(start: Start, shock: Shock, paths: int, seed: int, block: float) -> World:
    plain = bootstrap(start, paths, seed, block)
    at = start.shock_session(shock)
    factor, added = plain.draw.factor.copy(), plain.draw.rate_added.copy()
    factor[at : at + shock.sessions] *= (1.0 - shock.fall) ** (1.0 / shock.sessions)
    added[at:] += shock.rate_rise
    triggers = start.plan.risk.triggers
    ignored = [
        word
        for happens, active, word in (
            (shock.credit_event, triggers.credit_event.active, "credit_event"),
            (shock.rate_rise > 0.0, triggers.rate_rise.active, "rate_rise"),
        )
        if happens and not active
    ]
    return World(
        shock.name,
        Message("Blocks of past sessions with the shock"),
        plain.draw._replace(factor=factor, rate_added=added),
        plain.garch,
        start.calendar(shock),
        paths,
        facts={
            **shock.model_dump(mode="json", exclude={"name"}),
            "first_session": _iso(start.sessions[at]),
            "sessions_within": int(min(shock.sessions, start.horizon - at + 1)),
            "triggers_not_watched": ignored,
            "block": block,
        },
        sessions=plain.sessions,
        episodes=plain.episodes,
        stated=at,
    )


def _iso(day: pd.Timestamp) -> str:
    return f"{day:%Y-%m-%d}"


MAKERS: dict[str, Callable[[Start, int, int, float], World | None]] = {
    "bootstrap": bootstrap,
    "lookalike": lookalike,
    "analog": analog,
    "garch": garch,
    "replay": replay,
}
