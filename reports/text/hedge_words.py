"""What instruments, costs and cases of a hedge are called."""

from __future__ import annotations

from reports.text.language import noted
from strategy.plan.instruments import INSTRUMENTS as LISTED

#: Names of instruments in words.
INSTRUMENTS = {
    **{name: listed.words for name, listed in LISTED.items()},
    **{
        variant: words
        for listed in LISTED.values()
        for variant, (words, _) in listed.variants.items()
    },
    "derisk": noted("holding less"),
    "none": noted("none"),
}

#: Lines of the hedge's cost in words.
COSTS = {
    "premium": noted("Option premium"),
    "decay": noted("Decay of the daily reset"),
    "dividends": noted("Dividends paid on the short"),
    "borrow": noted("Stock borrow"),
    "interest": noted("Interest (negative: earned)"),
    "swaps": noted("Swap financing"),
    "expenses": noted("Fund expenses"),
    "roll": noted("Rolls"),
    "tracking": noted("Tracking"),
    "fees": noted("Fees"),
    "slippage": noted("Slippage"),
}

ALTERNATIVES = (
    ("with", noted("With the hedge")),
    ("without", noted("Without it")),
    ("derisk", noted("Holding less instead")),
)

CASES = (
    ("analogs", noted("precedent")),
    ("false_alarms", noted("false alarm: hedged, and no fall of 20% from a high")),
    ("missed", noted("missed: a fall of 20% from a high, and not hedged")),
)

#: What a hedged year rests on.
KINDS = {"true": noted("true inputs"), "proxy": noted("proxies")}

#: Readings of the score.
READINGS = {
    "true_inputs": noted("true inputs only"),
    "with_proxies": noted("with proxies"),
    "credit_only": noted("credit only"),
    "always_half": noted("always half"),
    "ranks": noted("ranks"),
}

#: Paths that the index takes to its end.
SHAPES = {
    "straight": noted("straight"),
    "sawtooth": noted("sawtooth"),
    "crash": noted("crash"),
}

#: What a hedge's mean result is made of.
PARTS = {
    "direction": noted("direction of the index"),
    "premium": noted("premium"),
    "reset": noted("daily reset"),
    "carry": noted("carry"),
    "interest": noted("interest earned"),
    "trading": noted("fees and slippage"),
}

#: The hedge beside holding less, measure by measure.
BESIDE_LESS = {
    "convexity": noted("Convexity at 20%"),
    "reliability": noted("Falls in which it gained"),
    "carry": noted("Mean outside falls"),
    "persistence": noted("Slow fall over crash"),
    "cost_per_drawdown_point": noted("Given up per point saved"),
}
