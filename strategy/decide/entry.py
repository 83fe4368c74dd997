"""The gate of the tactical leg: which conditions were true, false or unavailable at the anchor."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

import numpy as np

from market.container import Market
from market.errors import InputError
from strategy.decide.rule_parameters import plan_parameters
from strategy.plan import Entry, Plan


@dataclass(frozen=True)
class EntryDecision:
    """Whether the leg may start, and why not.

    Attributes
    ----------
    enter : bool
    score : float
        Weight of the true conditions over the weight of the available ones;
        NaN where none is available.
    states : dict of str to int
        1 true, 0 false, -1 unavailable, by condition.
    because : str
        Empty where `enter`, else what stood in the way.
    """

    enter: bool
    score: float
    states: dict[str, int]
    because: str = ""


def entry_decisions(
    market: Market, entry: Entry, anchors: list[int], plan: Plan | None = None
) -> list[EntryDecision]:
    """The decision at the close of each anchor session.

    With `plan`, rules that speak of the plan's own dates and levels are read
    with these; without, with the rules' defaults. What a condition's own
    parameters say comes before both.

    A required condition that is unavailable does not let the leg start: what
    is not known is not taken for true. A veto that is unavailable does not
    stop it.

    Raises
    ------
    InputError
        Where a condition names no rule.
    """
    if not entry.conditions:
        return [EntryDecision(True, np.nan, {}) for _ in anchors]
    from signals import evaluate

    refuse_unknown(entry)
    states: dict[str, np.ndarray] = {}
    for name, said in entry.conditions.items():
        own = {} if plan is None else plan_parameters(plan, name)
        states[name] = evaluate(market, name, **(own | said.numbers()))["state"].to_numpy()[anchors]
    return [
        _decide(entry, {name: int(state[i]) for name, state in states.items()})
        for i in range(len(anchors))
    ]


def refuse_unknown(entry: Entry) -> None:
    """Raise InputError for a condition that names no computable rule; no data are needed."""
    if not entry.conditions:
        return
    from signals import RULES

    for name in entry.conditions:
        if name not in RULES or not RULES[name].computable:
            near = difflib.get_close_matches(name, RULES, n=1)
            raise InputError(
                f"no signal is called {name!r}",
                where="tactical.entry.conditions",
                expected="a computable rule of `simulate rules`",
                do=f"did you mean {near[0]!r}?" if near else "",
            )


def _decide(entry: Entry, states: dict[str, int]) -> EntryDecision:
    counted = {
        name: condition.weight
        for name, condition in entry.conditions.items()
        if not condition.veto and states[name] >= 0
    }
    weight = sum(counted.values())
    score = (
        sum(w for name, w in counted.items() if states[name] == 1) / weight if weight else np.nan
    )
    for name, condition in entry.conditions.items():
        if condition.required and states[name] != 1:
            word = "unavailable" if states[name] < 0 else "false"
            return EntryDecision(False, score, states, f"{name} is required and {word}")
        if condition.veto and states[name] == 1:
            return EntryDecision(False, score, states, f"{name} vetoes")
    # unknown is not enough for a positive minimum
    if entry.min_score > 0.0 and not score >= entry.min_score:
        return EntryDecision(False, score, states, f"entry score {score:.2f} < {entry.min_score:g}")
    return EntryDecision(True, score, states)
