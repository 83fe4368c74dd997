"""Why and when a leg is sold: the reasons of exits, and the phases of a session."""

from __future__ import annotations

from enum import IntEnum


class Reason(IntEnum):
    """Why a tranche left the market (or why nothing was bought)."""

    OPEN = 0
    TARGET_1 = 1
    TARGET_2 = 2
    STOP = 3
    STOP_GAP = 4
    FAILED_BREAKOUT = 5
    TIME = 6
    NO_ROOM = 7
    NO_STOP_ROOM = 8
    GATE = 9
    NO_SESSION = 10
    NO_LEVELS = 11
    CONDITION = 12
    NO_ENTRY = 13
    TARGET_3 = 14
    TARGET_4 = 15
    TARGET_5 = 16
    TARGET_6 = 17
    TARGET_7 = 18
    TARGET_8 = 19

    @property
    def label(self) -> str:
        """The name used in files, for example ``failed_breakout``."""
        return self.name.lower()

    @property
    def traded(self) -> bool:
        """Whether something was bought."""
        return self not in NOTHING_BOUGHT


#: Reasons for which a vintage has no leg.
NOTHING_BOUGHT = frozenset(
    {
        Reason.NO_ROOM,
        Reason.NO_STOP_ROOM,
        Reason.GATE,
        Reason.NO_SESSION,
        Reason.NO_LEVELS,
        Reason.NO_ENTRY,
    }
)

#: Reasons that only a leg of the general form can have: `tactical:` knows none of them.
GENERAL = frozenset(r for r in Reason if r >= Reason.CONDITION)


class Phase(IntEnum):
    """When in a session a fill happens."""

    OPEN = 0
    RANGE = 1
    CLOSE = 2
