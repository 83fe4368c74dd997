"""Which series have live sources, how far they can believably move, and what to tell of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal

from market.judge.moves import BOUNDS
from market.series.catalogue import CATALOGUE
from market.series.definition import SeriesSpec


@dataclass(frozen=True)
class LiveSeries:
    """How one series is brought up to date.

    Parameters
    ----------
    id : str
    sources : tuple of str
        Names of the sources that have it; the first is asked unless another
        is named. None takes another's place by itself: two sources are two
        series until they are compared.
    kind : {'price', 'statistic'}
        A corrected price replaces the earlier one. A revised statistic does
        not: what was first known stays, and the revision is noted.
    jump : float
        Move from one row to the next beyond which an update is held back:
        of the logarithm for prices and amounts, in units for rates.
    measure : {'log', 'units'}
    rounding : float
        Difference that is no difference: relative for prices, in units for
        statistics.
    defects : tuple of str
        What the user must be told of the live series.
    frequency : str, optional
        Where it differs from the catalogue's.
    """

    id: str
    sources: tuple[str, ...]
    kind: Literal["price", "statistic"] = "price"
    jump: float = 0.35
    measure: Literal["log", "units"] = "log"
    rounding: float = 5e-5
    defects: tuple[str, ...] = ()
    frequency: Literal["daily"] | None = None


_PRICE_INDEX = "price index: dividends are not in it"
_FUND = "adjusted for splits, not for dividends: distributions are not in it"
_FUTURE = "front future: its price steps when the contract changes"
_REVISED = "as first downloaded: earlier revisions by the source are in it"


_YAHOO = ("yahoo", "yfinance")


def _fund(series_id: str, jump: float = 0.35) -> LiveSeries:
    return LiveSeries(series_id, _YAHOO, jump=jump, defects=(_FUND,))


def _rate(series_id: str, *defects: str, frequency: Literal["daily"] | None = None) -> LiveSeries:
    return LiveSeries(
        series_id,
        ("fred",),
        kind="statistic",
        jump=BOUNDS[series_id][0],
        measure="units",
        rounding=0.005,
        defects=(*defects, _REVISED),
        frequency=frequency,
    )


def _french(series_id: str, jump: float, rounding: float = 0.005) -> LiveSeries:
    return LiveSeries(
        series_id,
        ("kenfrench",),
        kind="statistic",
        jump=jump,
        measure="units",
        rounding=rounding,
        defects=("every vintage of the library revises earlier returns", _REVISED),
    )


LIVE: Mapping[str, LiveSeries] = MappingProxyType(
    {
        live.id: live
        for live in (
            LiveSeries(
                "sp500",
                _YAHOO,
                jump=0.26,
                defects=(
                    _PRICE_INDEX,
                    "until about 2008 most opens copy the previous close, and before 1962 open, "
                    "high, low and close are one number",
                ),
            ),
            LiveSeries("sp500_total_return", _YAHOO, jump=0.26),
            LiveSeries("vix", ("cboe", *_YAHOO), jump=BOUNDS["vix"][0]),
            LiveSeries("vix3m", ("cboe", *_YAHOO), jump=BOUNDS["vix3m"][0]),
            LiveSeries("vvix", ("cboe", *_YAHOO), jump=BOUNDS["vvix"][0]),
            *(
                LiveSeries(index, _YAHOO, jump=0.30, defects=(_PRICE_INDEX,))
                for index in ("russell2000", "nasdaq", "dow", "nyse")
            ),
            *(
                _fund(fund)
                for fund in (
                    *("spy", "qqq", "iwm", "smh", "rsp", "xlp", "xlu", "xlv", "xly", "xlk"),
                    *("xli", "xlf", "xle", "xlb", "bizd", "hyg", "lqd", "ief", "iei", "tlt"),
                    *("sh", "sds"),
                )
            ),
            *(_fund(fund, 0.70) for fund in ("spxu", "sqqq")),
            LiveSeries("btc", _YAHOO, jump=BOUNDS["btc"][0], defects=("days end at midnight UTC",)),
            LiveSeries("gold", _YAHOO, jump=0.25, defects=(_FUTURE,)),
            LiveSeries("dollar", _YAHOO, jump=0.10, defects=("ICE US Dollar Index",)),
            LiveSeries(
                "wti",
                _YAHOO,
                jump=BOUNDS["wti"][0],
                measure="units",
                defects=(_FUTURE, "negative on 2020-04-20"),
            ),
            _rate("moodys_aaa", "average of the days of its month"),
            _rate("moodys_baa", "average of the days of its month"),
            _rate("treasury_curve", "no 2-month and 4-month yields"),
            _rate("fed_funds_target", "one target until 2008-12-15, then the upper limit"),
            _rate(
                "hy_oas",
                "FRED serves the last three years only: what was cached earlier is kept, and "
                "before it stand the single points that come with the program",
                frequency="daily",
            ),
            _rate("ig_oas", "FRED serves the last three years only", frequency="daily"),
            LiveSeries(
                "margin_debt_finra",
                ("finra",),
                kind="statistic",
                jump=BOUNDS["margin_debt_finra"][0],
                rounding=0.5,
                defects=(
                    "never spliced with the other margin series: growth is within one series",
                    "before 2010-02 the sum of two tables that were published separately",
                    _REVISED,
                ),
            ),
            _french("industries_daily", 60.0),
            _french("industries", 80.0),
            _french("leadership", 0.3, 1e-4),
            _french("ff_mkt_rf", 80.0),
            _french("ff_rf", 1.0),
            LiveSeries(
                "sp500_dividends",
                ("sp500tr",),
                kind="statistic",
                jump=0.35,
                rounding=0.5,
                defects=(
                    "from the total return index where it goes on beyond the published figures: "
                    "by the day a share goes without its dividend",
                ),
            ),
        )
    }
)
"""Live series by catalogue id, in the order in which they are updated."""


def updated(series_id: str) -> LiveSeries:
    """How a series is brought up to date, one without a live source by a user's own files."""
    live = LIVE.get(series_id)
    if live is not None:
        return live
    spec = CATALOGUE[series_id]
    if spec.columns[0] == "close":
        return LiveSeries(series_id, (), jump=0.70)
    if spec.unit.startswith("percent"):
        return LiveSeries(
            series_id, (), kind="statistic", jump=25.0, measure="units", rounding=0.005
        )
    return LiveSeries(series_id, (), kind="statistic", jump=1.0, rounding=1e-9)


def live_spec(series_id: str, source: str, notes: tuple[str, ...] = ()) -> SeriesSpec:
    """Catalogue entry of a cached series: its own source and defects."""
    spec = CATALOGUE[series_id]
    live = LIVE.get(series_id)
    if live is None:
        return replace(spec, source=source, defects=notes)
    return replace(
        spec,
        source=source,
        licence="terms of its source: not to be passed on",
        frequency=live.frequency or spec.frequency,
        defects=(*live.defects, *notes),
    )
