"""Names of the cost lines of a hedge, in the order of the outputs."""

from __future__ import annotations

#: What the lines are for, in the order in which they are told; the rest of a hedge's result is what
#: the direction of the index paid.
PARTS = {
    "premium": ("premium",),
    "reset": ("decay", "tracking"),
    "carry": ("dividends", "borrow", "swaps", "expenses", "roll"),
    "interest": ("interest",),
    "trading": ("fees", "slippage"),
}

COST_LINES = (
    *("premium", "decay", "dividends", "borrow", "interest", "swaps", "expenses", "roll"),
    *("tracking", "fees", "slippage"),
)
