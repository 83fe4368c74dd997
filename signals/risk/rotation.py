"""Defensive against cyclical sectors: the rotation component and the rules on it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from market.container import Market
from market.kept import kept
from signals.catalogue.parameters import Parameter
from signals.catalogue.reading import on_figures
from signals.catalogue.rules import not_computable, rule
from signals.history.bars import (
    expanding_percentile,
    expanding_zscore,
    rolling_max,
    segments,
    shift,
)
from signals.history.pointintime import aligned, in_force, staleness
from signals.risk.component import component, first_known, ramp

DEFENSIVE = ("xlp", "xlu", "xlv")
CYCLICAL = ("xly", "xlk", "xli")
_SECTORS = (*DEFENSIVE, *CYCLICAL)
#: Proxy: industry portfolios by month, where the funds are not loaded.
INDUSTRIES = "industries"
DEFENSIVE_INDUSTRIES = ("nodur", "hlth", "utils")
CYCLICAL_INDUSTRIES = ("durbl", "manuf", "buseq")

_SESSIONS = Parameter("sessions", "sessions", "length of the change", least=1, most=252)
_DEVIATIONS = Parameter("deviations", "standard deviations", "least lag or lead", least=0)
_HISTORY = Parameter("min_history", "sessions", "changes needed before a rank", least=2)


@kept(prices=False)
def rotation_risk(
    market: Market, *, from_: float = 0.0, to: float = 0.05, sessions: int = 20
) -> pd.DataFrame:
    """Risk from defensives gaining on cyclicals over `sessions` sessions.

    The measure is the change of mean log(staples, utilities, health care)
    less mean log(discretionary, technology, industrials); 0 at `from_`, 1 at
    `to`. Where the six are not all loaded or known, the proxy: the month's mean
    log return of the industries NoDur, Hlth and Utils less that of Durbl, Manuf
    and BusEq, by the same two points.

    Returns
    -------
    pandas.DataFrame
        See `signals.risk.component.component`; ``measure`` is a log change.
    """
    ratio = defensive_ratio(market)
    level = ratio["value"].to_numpy()
    change = level - shift(level, sessions, segments(ratio.index))
    rows = ratio.assign(value=change).dropna()
    joined = in_force(market.sessions, rows, staleness(market, *_SECTORS))
    measure = joined["value"].to_numpy()
    own = component(joined, measure, ramp(measure, from_, to))
    if not market.has(INDUSTRIES):
        return own
    joined = in_force(market.sessions, industry_rotation(market), staleness(market, INDUSTRIES))
    measure = joined["value"].to_numpy()
    return first_known(own, component(joined, measure, ramp(measure, from_, to), proxy=True))


@kept(prices=False)
def industry_rotation(market: Market) -> pd.DataFrame:
    """Defensive less cyclical industries, mean log return of each month: ``value``, ``known_at``.

    Months in which a portfolio has no return are left out.
    """
    frame = market.series[INDUSTRIES].frame
    logs = {
        name: np.log1p(frame[name].to_numpy(dtype=np.float64) / 100.0)
        for name in (*DEFENSIVE_INDUSTRIES, *CYCLICAL_INDUSTRIES)
    }
    defensive = np.mean([logs[name] for name in DEFENSIVE_INDUSTRIES], axis=0)
    cyclical = np.mean([logs[name] for name in CYCLICAL_INDUSTRIES], axis=0)
    rows = pd.DataFrame(
        {"value": defensive - cyclical, "known_at": frame["known_at"]}, index=frame.index
    )
    return rows.dropna(subset=["value"])


@kept(prices=False)
def defensive_ratio(market: Market) -> pd.DataFrame:
    """Mean log defensive less mean log cyclical close: ``value``, ``known_at`` by ``stamp``."""
    closes = aligned(market, _SECTORS)
    defensive = np.log(closes[list(DEFENSIVE)].to_numpy(dtype=np.float64)).mean(axis=1)
    cyclical = np.log(closes[list(CYCLICAL)].to_numpy(dtype=np.float64)).mean(axis=1)
    return pd.DataFrame(
        {"value": defensive - cyclical, "known_at": closes["known_at"]}, index=closes.index
    )


@rule(
    "R25",
    section="五",
    classes="cd",
    meaning="defensive sectors stand at their highest of 252 sessions against cyclical ones",
    unit="log ratio",
    inputs=_SECTORS,
    provenance="article",
    parameters=(
        Parameter("window", "sessions", "sessions of which it is the highest", least=2, most=5040),
    ),
)
def defensive_ratio_high(market: Market, *, window: int = 252) -> pd.DataFrame:
    """The threshold is the highest ratio of the sessions before."""
    rows = defensive_ratio(market)
    level = rows["value"].to_numpy(dtype=np.float64)
    segment = segments(rows.index)
    frame = rows.assign(limit=shift(rolling_max(level, window - 1, segment), 1, segment))
    joined = in_force(market.sessions, frame, staleness(market, *_SECTORS))
    value, limit = joined["value"].to_numpy(), joined["limit"].to_numpy()
    return on_figures(joined, value, limit, value >= limit, ~np.isnan(limit))


@rule(
    "R25",
    section="五",
    classes="cd",
    meaning="defensive sectors have gained on cyclical ones over 20 sessions more than in nine "
    "tenths of the days before",
    unit="percentile, fraction",
    inputs=_SECTORS,
    parameters=(
        Parameter("percentile", "fraction", "point-in-time percentile", least=0, most=1),
        _SESSIONS,
        _HISTORY,
    ),
)
def defensive_rotation(
    market: Market, *, percentile: float = 0.9, sessions: int = 20, min_history: int = 252
) -> pd.DataFrame:
    """Percentile of the change of the log ratio among the changes so far."""
    rows = defensive_ratio(market)
    level = rows["value"].to_numpy(dtype=np.float64)
    change = level - shift(level, sessions, segments(rows.index))
    frame = rows.assign(value=expanding_percentile(change, min_history))
    joined = in_force(market.sessions, frame, staleness(market, *_SECTORS))
    value = joined["value"].to_numpy()
    return on_figures(joined, value, percentile, value >= percentile)


not_computable(
    "R23",
    "prime_broker_cyclicals",
    section="五",
    family="rotation",
    classes="c",
    meaning="a prime broker's clients sold discretionary and technology shares for four weeks",
    reason="a prime broker's positions are not public",
    proxy="cyclicals_sold",
)
not_computable(
    "R24",
    "prime_broker_defensives",
    section="五",
    family="rotation",
    classes="c",
    meaning="a prime broker's clients bought health care, utilities and energy services",
    reason="a prime broker's positions are not public",
    proxy="defensives_bought",
)


@rule(
    "R23",
    section="五",
    classes="c",
    meaning="discretionary and technology shares both lag the index over 20 sessions by more than "
    "1.5 of their usual deviations",
    unit="standard deviations, the weaker claim of the two",
    inputs=("xly", "xlk", "spy"),
    proxy="relative prices in place of a prime broker's flows",
    parameters=(_DEVIATIONS, _SESSIONS, _HISTORY),
)
def cyclicals_sold(
    market: Market, *, deviations: float = 1.5, sessions: int = 20, min_history: int = 252
) -> pd.DataFrame:
    """The larger of the two point-in-time z-scores of log(sector/SPY) changes."""
    joined = _zscores(market, ("xly", "xlk"), sessions, min_history)
    value = np.maximum(joined["xly"].to_numpy(), joined["xlk"].to_numpy())
    return on_figures(joined, value, -deviations, value <= -deviations)


@rule(
    "R24",
    section="五",
    classes="c",
    meaning="health care and utilities both lead the index over 20 sessions by more than 1.5 of "
    "their usual deviations",
    unit="standard deviations, the weaker claim of the two",
    inputs=("xlv", "xlu", "spy"),
    proxy="relative prices in place of a prime broker's flows; energy services left out",
    parameters=(_DEVIATIONS, _SESSIONS, _HISTORY),
)
def defensives_bought(
    market: Market, *, deviations: float = 1.5, sessions: int = 20, min_history: int = 252
) -> pd.DataFrame:
    """The smaller of the two point-in-time z-scores of log(sector/SPY) changes."""
    joined = _zscores(market, ("xlv", "xlu"), sessions, min_history)
    value = np.minimum(joined["xlv"].to_numpy(), joined["xlu"].to_numpy())
    return on_figures(joined, value, deviations, value >= deviations)


def _zscores(
    market: Market, sectors: tuple[str, str], sessions: int, min_history: int
) -> pd.DataFrame:
    rows = aligned(market, (*sectors, "spy"))
    segment = segments(rows.index)
    columns: dict[str, object] = {}
    for name in sectors:
        ratio = np.log((rows[name] / rows["spy"]).to_numpy(dtype=np.float64))
        columns[name] = expanding_zscore(ratio - shift(ratio, sessions, segment), min_history)
    frame = pd.DataFrame({**columns, "known_at": rows["known_at"]}, index=rows.index)
    return in_force(market.sessions, frame, staleness(market, *sectors, "spy"))
