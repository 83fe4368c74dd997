"""The verdict on a claim, by one fixed rule.

In this order:

1. *not testable with this data* - no date at which the event could have been has an outcome, or no
   event has a whole window;
2. *not supported* - the claimed figure lies beyond the 95 % interval of the observed one, on the
   side that is too good (one counterexample is enough against "always");
3. *too few cases* - fewer than ten episodes;
4. *supported* - chance does as well with a probability of at most 5 %, Holm's correction over all
   claims of the audit included;
5. *not supported* - otherwise.

A claim that something happens at all (``trial: occurrence``) is supported when it happened, and not
supported when there were ten occasions or more and it never did; it has no p-value.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from market.message import Message

Verdict = Literal["supported", "not supported", "too few cases", "not testable with this data"]
VERDICTS: tuple[Verdict, ...] = (
    "supported",
    "not supported",
    "too few cases",
    "not testable with this data",
)

ALPHA = 0.05
MIN_EPISODES = 10


@dataclass(frozen=True)
class Evidence:
    """What the verdict is made from.

    Attributes
    ----------
    absent : str
        Why there is nothing to test.
    events, episodes : int
        With a whole window.
    occurrence : bool
        Whether the claim is that something happens at all.
    hits : int
        Events that hit.
    p, p_holm : float
        Before and after correction; NaN where none could be computed.
    contradiction : str
        How the claimed figure and the observed interval disagree; empty where they do not.
    """

    absent: str
    events: int
    episodes: int
    occurrence: bool
    hits: int
    p: float
    p_holm: float
    contradiction: str = ""


def judge(evidence: Evidence) -> tuple[Verdict, str]:
    """Verdict and its reason in words."""
    e = evidence
    if e.absent or not e.events:
        reason = e.absent or Message("the event did not happen in the data, or no window is whole")
        return "not testable with this data", reason
    if e.occurrence:
        if e.hits:
            return "supported", Message(
                "it happened on {hits} of {n} days", hits=e.hits, n=e.events
            )
        if e.events >= MIN_EPISODES:
            return "not supported", Message("it happened on none of {n} days", n=e.events)
        return "too few cases", Message("{n} days, and it happened on none", n=e.events)
    if e.contradiction:
        return "not supported", e.contradiction
    if e.episodes < MIN_EPISODES:
        return "too few cases", (
            Message("{n} separate case; {needed} are needed", n=1, needed=MIN_EPISODES)
            if e.episodes == 1
            else Message(
                "{n} separate cases; {needed} are needed", n=e.episodes, needed=MIN_EPISODES
            )
        )
    if math.isnan(e.p_holm):
        return "not testable with this data", Message(
            "no placebo dates and no paths could be drawn"
        )
    if e.p_holm <= ALPHA:
        return "supported", Message(
            "chance does as well with p = {p} after correction", p=_p(e.p_holm)
        )
    if e.p <= ALPHA:
        return (
            "not supported",
            Message(
                "p = {p} alone, but {corrected} corrected for all claims tried",
                p=_p(e.p),
                corrected=_p(e.p_holm),
            ),
        )
    return "not supported", Message("chance does as well: p = {p}", p=_p(e.p))


def contradiction(name: str, claimed: float, low: float, high: float, sign: float) -> str:
    """How a claimed figure lies beyond the observed interval; empty where it does not.

    Observed figures better than claimed do not contradict a claim.
    """
    if name == "rank" or math.isnan(low) or math.isnan(high):
        return ""
    far = claimed > high + 1e-9 if name == "hit_rate" or sign > 0 else claimed < low - 1e-9
    if not far:
        return ""
    return Message(
        "claimed {claimed}, observed interval {low} to {high}",
        claimed=f"{claimed:.1%}",
        low=f"{low:.1%}",
        high=f"{high:.1%}",
    )


def _p(value: float) -> str:
    return (
        f"{value:.2f}" if value >= 0.095 else f"{value:.3f}" if value >= 0.0095 else f"{value:.4f}"
    )
