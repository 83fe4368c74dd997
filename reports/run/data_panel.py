"""The data behind a run: each series' range, lag, gaps and defects; proxies named as such."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from market.container import Observations
from market.serialise import lookup
from reports.run.view import View
from reports.text.language import _, noted

#: What each component of the score reads, and what the article would have it read.
COMPONENT_INPUTS = {
    "cash": (noted("fund managers' cash level"), ""),
    "leverage": (noted("growth of margin debt"), noted("growth of leveraged-fund assets")),
    "credit": (noted("Moody's Baa less Aaa yield"), noted("high-yield spread")),
    "concentration": (noted("weight of the ten largest companies"), ""),
    "rotation": (noted("defensive against cyclical sectors"), ""),
}


@dataclass(frozen=True)
class SeriesRow:
    """One series of the run."""

    id: str
    title: str
    unit: str
    first: str
    last: str
    rows: int
    lag: str
    origin: str
    gaps: str
    defects: tuple[str, ...]
    sha256: str


@dataclass(frozen=True)
class ComponentRow:
    """One component of the risk score."""

    name: str
    reads: str
    stands_for: str
    path: str
    present: bool


def series_rows(view: View) -> list[SeriesRow]:
    """The traded prices first, then the auxiliary series by name."""
    market = view.market
    spec = market.price_spec
    sessions = market.sessions
    out = [
        SeriesRow(
            id=market.id,
            title=_(spec.title),
            unit=_(spec.unit),
            first=f"{sessions[0]:%Y-%m-%d}",
            last=f"{sessions[-1]:%Y-%m-%d}",
            rows=len(sessions),
            lag=_(spec.lag),
            origin=_(market.origin),
            gaps=gap_text(sessions, "daily"),
            defects=tuple(_(text) for text in spec.defects),
            sha256=str(market.hashes.get(market.id, "")),
        )
    ]
    for name in sorted(market.series):
        out.append(_auxiliary(market.series[name]))
    return out


def _auxiliary(observations: Observations) -> SeriesRow:
    spec = observations.spec
    stamps = pd.DatetimeIndex(observations.frame.index)
    some = len(stamps) > 0
    return SeriesRow(
        id=observations.id,
        title=_(spec.title),
        unit=_(spec.unit),
        first=f"{stamps[0]:%Y-%m-%d}" if some else "",
        last=f"{stamps[-1]:%Y-%m-%d}" if some else "",
        rows=len(stamps),
        lag=_(spec.lag),
        origin=_(observations.origin),
        gaps=gap_text(stamps, spec.frequency),
        defects=tuple(_(text) for text in spec.defects),
        sha256=observations.sha256,
    )


def gap_text(stamps: pd.DatetimeIndex, frequency: str) -> str:
    """Where figures are missing between the first and the last, in words."""
    if len(stamps) < 2:
        return ""
    if frequency == "monthly":
        months = pd.DatetimeIndex(stamps).to_period("M")
        span = (months[-1].year - months[0].year) * 12 + months[-1].month - months[0].month + 1
        missing = span - len(months.unique())
        if not missing:
            return _("none")
        return _("{missing} of {all} months missing", missing=missing, all=span)
    if frequency in ("daily", "weekly"):
        days = np.diff(stamps.to_numpy().astype("datetime64[D]")).astype(int)
        widest = int(days.argmax())
        usual = 7 if frequency == "daily" else 14
        if days[widest] <= usual:
            return _("none")
        return _(
            "longest {days} days, after {date}",
            days=days[widest],
            date=f"{stamps[widest]:%Y-%m-%d}",
        )
    return _("irregular by nature")


def component_rows(view: View) -> list[ComponentRow]:
    """The components that carry weight, with what they stand for."""
    absent = set(lookup(view.metrics, "data.absent_components") or [])
    out = []
    for name, component in view.plan.risk.components().items():
        if not component.weight:
            continue
        reads, stands_for = COMPONENT_INPUTS.get(name, (name, ""))
        out.append(
            ComponentRow(
                name,
                _(reads),
                _(stands_for) if stands_for else "",
                f"risk.components.{name}",
                name not in absent,
            )
        )
    return out
