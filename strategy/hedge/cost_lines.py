"""Names of the cost lines of a hedge, in the order of the outputs."""

from __future__ import annotations

COST_LINES = (
    *("premium", "decay", "dividends", "borrow", "interest", "swaps", "expenses", "roll"),
    *("tracking", "fees", "slippage"),
)
