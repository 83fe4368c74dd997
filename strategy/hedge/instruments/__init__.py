"""What a hedge can be made of: one module an instrument, one registry by name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from strategy.hedge.instruments import collar, put, put_spread
from strategy.hedge.instruments.inverse_etf import INVERSE_ETF
from strategy.hedge.instruments.option_roll import instrument
from strategy.hedge.instruments.setting import Fate, HedgeWindow, Instrument, Ratios, Setting
from strategy.hedge.instruments.short import SHORT

__all__ = [
    "INSTRUMENTS",
    "NEEDS_VIX",
    "Fate",
    "HedgeWindow",
    "Instrument",
    "Ratios",
    "Setting",
]

#: Instruments by the name a plan gives them (``hedge.instrument``).
INSTRUMENTS: Mapping[str, Instrument] = MappingProxyType(
    {
        "short": SHORT,
        "inverse_etf": INVERSE_ETF,
        "put": instrument(put.strikes, 1),
        "put_spread": instrument(put_spread.strikes, 2),
        "collar": instrument(collar.strikes, 3),
    }
)

#: Those that are priced with VIX and unavailable without it.
NEEDS_VIX = tuple(name for name, made in INSTRUMENTS.items() if made.needs_vix)
