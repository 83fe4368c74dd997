"""Credit spreads: Baa less Aaa, high yield, investment grade and private credit by proxy."""

from __future__ import annotations

import numpy as np
import pandas as pd

from market.container import Market
from market.kept import kept
from signals.catalogue.parameters import Parameter
from signals.catalogue.reading import on_figures, prefer
from signals.catalogue.rules import not_computable, rule
from signals.history.bars import HAIR, segments, shift
from signals.history.pointintime import (
    aligned,
    change_over_days,
    change_over_months,
    figures,
    in_force,
    in_order,
    restamped,
    staleness,
)
from signals.history.weeks import weekly_bars
from signals.risk.component import component, first_known, ramp

_MONTHS = Parameter("months", "months", "over which the change is taken", least=1, most=120)
_TOLERANCE = Parameter(
    "tolerance", "days", "how much older the earlier figure may be", least=0, most=31
)
_SESSIONS = Parameter("sessions", "sessions", "length of the comparison", least=1, most=252)
#: How much older than its months the earlier spread of a component may be, days.
SPREAD_TOLERANCE_DAYS = 10
_LOSS = Parameter("loss", "log return", "least loss against Treasuries", least=0)


@kept(prices=False)
def credit_risk(
    market: Market,
    *,
    from_: float = 0.0,
    to: float = 0.30,
    months: int = 3,
    high_yield: tuple[float, float, int] | None = (0.0, 0.65, 2),
) -> pd.DataFrame:
    """Risk from the widening of credit spreads.

    Moody's Baa less Aaa yields (a proxy) over `months` months: 0 at `from_`, 1 at `to`
    (percentage points); both months' spreads must be known at the session.
    Sessions on which a pair of high-yield spreads is usable read those
    instead, if the user loaded them: 0 and 1 at the first two numbers of
    `high_yield`, over as many months as the third. None: never.

    Returns
    -------
    pandas.DataFrame
        See `signals.risk.component.component`; ``measure`` in percentage points.
    """
    joined = quality_spread_change(market, months)
    measure = joined["value"].to_numpy()
    found = component(joined, measure, ramp(measure, from_, to), proxy=True)
    if high_yield is None or not has_high_yield(market):
        return found
    own = _high_yield_risk(market, *high_yield)
    return first_known(own, found)


def has_high_yield(market: Market) -> bool:
    """Whether the user loaded high-yield spreads; the bundled ones are single points."""
    return market.has("hy_oas") and market.series["hy_oas"].origin != "bundled"


def _high_yield_risk(market: Market, from_: float, to: float, months: int) -> pd.DataFrame:
    joined = _spread_pair(market, "hy_oas", months, SPREAD_TOLERANCE_DAYS)
    measure = (joined["value"] - joined["base"]).to_numpy()
    return component(joined, measure, ramp(measure, from_, to))


@kept(prices=False)
def quality_spread_change(market: Market, months: int) -> pd.DataFrame:
    """Change of Baa less Aaa in force: ``value`` (percentage points), ``stamp``, ``known_at``."""
    rows = change_over_months(quality_spread(market), months, "difference")
    return in_force(market.sessions, rows, staleness(market, "moodys_baa", "moodys_aaa"))


def quality_spread(market: Market) -> pd.DataFrame:
    """Baa less Aaa of each month that has both: ``value``, ``known_at``, when both were known."""
    both = figures(market, "moodys_baa").join(
        figures(market, "moodys_aaa").add_suffix("_aaa"), how="inner"
    )
    known = np.maximum(
        both["known_at"].to_numpy().astype("datetime64[ns]"),
        both["known_at_aaa"].to_numpy().astype("datetime64[ns]"),
    )
    return pd.DataFrame(
        {"value": both["value"] - both["value_aaa"], "known_at": known}, index=both.index
    )


@rule(
    "R26",
    section="六",
    classes="cd",
    meaning="the high-yield spread has widened by at least 65 basis points, or by 385/320, in two "
    "months",
    unit="percentage points",
    inputs=("hy_oas",),
    lag="next business day",
    provenance="article",
    parameters=(
        Parameter("widening", "percentage points", "least change", "article"),
        Parameter("ratio", "ratio", "least ratio of now to then", "article", least=0),
        _MONTHS,
        _TOLERANCE,
    ),
)
def high_yield_widening(
    market: Market,
    *,
    widening: float = 0.65,
    ratio: float = 385.0 / 320.0,
    months: int = 2,
    tolerance: int = 10,
) -> pd.DataFrame:
    """The spread in force against the one `months` months before its stamp."""
    joined = _spread_pair(market, "hy_oas", months, tolerance)
    now, then = joined["value"].to_numpy(), joined["base"].to_numpy()
    change = now - then
    wide = (change >= widening - HAIR) | (now >= ratio * then - HAIR)
    return on_figures(joined, change, widening, wide)


@rule(
    "R26",
    section="六",
    classes="cd",
    meaning="Moody's Baa yield less the Aaa yield has widened by at least 30 basis points in three "
    "months",
    unit="percentage points",
    inputs=("moodys_baa", "moodys_aaa"),
    lag="month end + 7 days",
    proxy="Baa less Aaa in place of the high-yield spread",
    parameters=(Parameter("widening", "percentage points", "least change"), _MONTHS),
)
def quality_spread_widening(
    market: Market, *, widening: float = 0.30, months: int = 3
) -> pd.DataFrame:
    """Both months' averages must be known."""
    joined = quality_spread_change(market, months)
    value = joined["value"].to_numpy()
    return on_figures(joined, value, widening, value >= widening - HAIR)


@rule(
    "R26",
    section="六",
    classes="cd",
    meaning="the high-yield bond fund has lost at least 3 % against Treasuries in 42 sessions",
    unit="log return",
    inputs=("hyg", "iei|ief"),
    proxy="HYG against IEI (else IEF), prices without distributions, in place of the spread",
    parameters=(_SESSIONS, _LOSS),
)
def high_yield_fund_weakness(
    market: Market, *, sessions: int = 42, loss: float = 0.03
) -> pd.DataFrame:
    """Change of log(HYG/IEI)."""
    return prefer(
        *(_relative_loss(market, "hyg", other, sessions, loss) for other in ("iei", "ief"))
    )


not_computable(
    "R27",
    "cdx_investment_grade",
    section="六",
    family="credit",
    classes="c",
    meaning="the investment-grade CDS index has widened by 15 basis points",
    reason="CDX levels are sold, not published",
    proxy="investment_grade_widening",
)


@rule(
    "R27",
    section="六",
    classes="c",
    meaning="the investment-grade bond spread has widened by at least 15 basis points in a month",
    unit="percentage points",
    inputs=("ig_oas",),
    lag="next business day",
    proxy="bond spread in place of the CDS index",
    parameters=(
        Parameter("widening", "percentage points", "least change", "article"),
        _MONTHS,
        _TOLERANCE,
    ),
)
def investment_grade_widening(
    market: Market, *, widening: float = 0.15, months: int = 1, tolerance: int = 10
) -> pd.DataFrame:
    """The spread in force against the one `months` months before its stamp."""
    joined = _spread_pair(market, "ig_oas", months, tolerance)
    change = joined["value"].to_numpy() - joined["base"].to_numpy()
    return on_figures(joined, change, widening, change >= widening - HAIR)


@rule(
    "R27",
    section="六",
    classes="c",
    meaning="the investment-grade fund has lost at least 1 % against Treasuries in 21 sessions",
    unit="log return",
    inputs=("lqd", "ief"),
    proxy="LQD against IEF, prices without distributions, in place of the CDS index",
    parameters=(_SESSIONS, _LOSS),
)
def investment_grade_fund_weakness(
    market: Market, *, sessions: int = 21, loss: float = 0.01
) -> pd.DataFrame:
    """Change of log(LQD/IEF)."""
    return _relative_loss(market, "lqd", "ief", sessions, loss)


not_computable(
    "R28",
    "private_credit_spread",
    section="六",
    family="credit",
    classes="c",
    meaning="the private-credit index has widened four weeks in a row",
    reason="no weekly private-credit index is public",
    proxy="private_credit_weakness",
)


@rule(
    "R28",
    section="六",
    classes="c",
    meaning="lenders to private companies have fallen against the index in each of the last four "
    "completed weeks",
    unit="weeks",
    inputs=("bizd", "spy"),
    lag="week end",
    proxy="BIZD against SPY, in place of a private-credit index",
    parameters=(Parameter("weeks", "weeks", "weekly falls in a row", "article", least=1, most=52),),
)
def private_credit_weakness(market: Market, *, weeks: int = 4) -> pd.DataFrame:
    """Consecutive weekly falls of BIZD/SPY, counted up to `weeks`."""
    rows = aligned(market, ("bizd", "spy"))
    ratio = pd.DataFrame({"close": rows["bizd"] / rows["spy"]}, index=rows.index)
    found = weekly_bars(ratio, weeks + 1)
    fallen = found.close[:, :-1] < found.close[:, 1:]
    known = ~np.isnan(found.close).any(axis=1)
    run = np.where(known, np.cumprod(fallen, axis=1).sum(axis=1), np.nan)
    frame = pd.DataFrame({"run": run, "known_at": rows["known_at"]}, index=rows.index)
    joined = in_force(market.sessions, frame, staleness(market, "bizd", "spy"))
    joined = restamped(joined, rows.index, found.last, found.seen)
    value = joined["run"].to_numpy()
    return on_figures(joined, value, float(weeks), value >= weeks)


not_computable(
    "R29",
    "equity_ignores_credit",
    section="六",
    family="credit",
    classes="e",
    meaning="credit warns and equity has not priced it",
    reason="a claim about what follows: the audit puts it on trial",
)


def _spread_pair(market: Market, series_id: str, months: int, tolerance: int) -> pd.DataFrame:
    rows = in_order(figures(market, series_id))
    return in_force(
        market.sessions, change_over_days(rows, months, tolerance), staleness(market, series_id)
    )


def _relative_loss(
    market: Market, series_id: str, other: str, sessions: int, loss: float
) -> pd.DataFrame:
    rows = aligned(market, (series_id, other))
    ratio = np.log((rows[series_id] / rows[other]).to_numpy(dtype=np.float64))
    change = ratio - shift(ratio, sessions, segments(rows.index))
    frame = pd.DataFrame({"value": change, "known_at": rows["known_at"]}, index=rows.index)
    joined = in_force(market.sessions, frame, staleness(market, series_id, other))
    value = joined["value"].to_numpy()
    return on_figures(joined, value, -loss, value <= -loss + HAIR)
