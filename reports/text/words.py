"""Codes of strategy and market in words: sleeves, orders, reasons, states, statuses, worlds.

Files carry the codes; screens and pages say these words, told in their language.
"""

from __future__ import annotations

from reports.text.language import noted

SLEEVES = (noted("core"), noted("tactical"), noted("hedge"))
ORDERS = (
    *(noted("buy"), noted("sell")),
    *(noted("sell stop"), noted("sell limit"), noted("sell market on close")),
)
#: How a leg ended, or why it never began.
EXIT_REASONS = {
    "target_2": noted("second target"),
    "target_1": noted("first target"),
    "time": noted("time"),
    "failed_breakout": noted("failed breakout"),
    "stop": noted("stop"),
    "stop_gap": noted("stop, by gap"),
    "no_room": noted("no room below the zone"),
    "gate": noted("entry conditions"),
    "no_stop_room": noted("stop above the entry"),
    "no_session": noted("no session"),
    "no_levels": noted("too little history for the levels"),
    "condition": noted("exit condition"),
    "no_entry": noted("no entry in the window"),
    **{f"target_{k}": noted("later target") for k in range(3, 9)},
    "open": noted("still open"),
}
#: Why the account trades: ends of the leg, and what else moves it.
REASONS = EXIT_REASONS | {
    "start": noted("start"),
    "entry": noted("entry"),
    "rebalance": noted("rebalance"),
    "score": noted("score"),
    "cover": noted("cover"),
    "window_end": noted("window end"),
    "blind": noted("score unknown"),
    "cap": noted("cap"),
    "margin": noted("margin"),
    "roll": noted("roll"),
    "expiry": noted("expiry"),
    "unpriced": noted("no price"),
    "derisk": noted("holding less"),
}
COMPONENTS = (
    *(noted("cash"), noted("leverage"), noted("credit")),
    *(noted("concentration"), noted("rotation")),
)
RULE_STATES = (noted("true"), noted("false"), noted("unavailable"), noted("not computable"))
#: What the dates of a claim are made of.
LATTICES = (noted("sessions"), noted("months"), noted("anchors"))
#: Readings of the tape, forecasts of the scorecard, anchors of a claim.
AUDIT_STATUSES = (
    *(noted("agrees"), noted("differs"), noted("no figure that day"), noted("not loaded")),
    *(noted("happened"), noted("did not happen"), noted("still open"), noted("no data yet")),
    *(noted("cannot be scored"), noted("came true"), noted("false alarm"), noted("named")),
)
MEASURES = (
    *(noted("nearest price"), noted("change"), noted("deepest fall"), noted("return")),
    *(noted("so far"), noted("no hedge was held so far"), noted("no hedge was held")),
)
SAME_BAR = (noted("stop first"), noted("target first"))
MONTHS = (
    *(noted("January"), noted("February"), noted("March"), noted("April"), noted("May")),
    *(noted("June"), noted("July"), noted("August"), noted("September"), noted("October")),
    *(noted("November"), noted("December")),
)
WORLDS = (
    *(noted("bootstrap"), noted("lookalike"), noted("analog"), noted("garch")),
    noted("replay"),
)
