"""What the article says that is no state of a market: datings and claims on what follows."""

from __future__ import annotations

from signals.catalogue.rules import not_computable

not_computable(
    "R01",
    "late_cycle_dating",
    section="導語",
    family="claims",
    classes="g",
    meaning="as of 2025-11-21 the market has stopped falling and is late in its cycle",
    reason="a dating: the plan's anchor carries it; the late-cycle flags are rules of their own",
    proxy="late_cycle",
)
not_computable(
    "R03",
    "squeeze_precedents",
    section="一",
    family="claims",
    classes="e",
    meaning="after squeezes of 2020-03, 2022-10 and 2023-10 the index always rose",
    reason="a claim about what followed, of days that are not given: the audit puts it on trial",
)
not_computable(
    "R44",
    "analog_tops",
    section="十",
    family="claims",
    classes="eg",
    meaning="the market resembles the tops of 2000, 2007 and 2021",
    reason="a likeness without a measure: the audit shows those vintages beside their false alarms",
)
