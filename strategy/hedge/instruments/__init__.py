"""What a hedge can be made of: one module an instrument, found by the names of the plan's list."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType

import numpy as np

from strategy.account.legs import Legs, Limits
from strategy.hedge.instruments.setting import Fate, HedgeWindow, Instrument, Ratios, Setting
from strategy.plan.instruments import INSTRUMENTS as LISTED

__all__ = [
    "INSTRUMENTS",
    "NEEDS_VIX",
    "Fate",
    "HedgeWindow",
    "Instrument",
    "Ratios",
    "Setting",
    "legs_of",
    "limits_of",
]


def _rules(name: str) -> Instrument:
    found = getattr(import_module(f"{__name__}.{name}"), "INSTRUMENT", None)
    if not isinstance(found, Instrument):
        raise TypeError(f"{__name__}.{name} has no INSTRUMENT, which is what the plan's list needs")
    return found


#: Instruments by the name a plan gives them (``hedge.instrument``).
INSTRUMENTS: Mapping[str, Instrument] = MappingProxyType({name: _rules(name) for name in LISTED})

#: Those that are priced with VIX and unavailable without it.
NEEDS_VIX = tuple(name for name, listed in LISTED.items() if listed.needs_vix)


def legs_of(setting: Setting) -> Legs:
    """Legs of the plan's instrument, or of a short, to be filled window by window."""
    name = setting.hedge.instrument
    return INSTRUMENTS["short" if name == "none" else name].make_legs(setting)


def limits_of(setting: Setting) -> Limits:
    """The plan's caps and, where the instrument has one, its margin."""
    caps, instrument = setting.hedge.caps, INSTRUMENTS.get(setting.hedge.instrument)
    return Limits(
        np.inf if caps.net is None else caps.net,
        np.inf if caps.gross is None else caps.gross,
        instrument.maintenance(setting.hedge) if instrument else 0.0,
    )
