"""The conditions of a plan of legs at every close: rules with their numbers, all of them."""

from __future__ import annotations

import numpy as np

from market.container import Market
from market.errors import InputError
from strategy.plan.leg import ON_LEVELS, When

TRUE, FALSE, UNKNOWN = 1, 0, -1


def check_rules(when: When, where: str) -> None:
    """Refuse names and numbers that the catalogue does not have; no data are needed.

    Raises
    ------
    InputError
    """
    from signals import RULES, find
    from signals.catalogue.parameters import check

    for name, numbers in when.items():
        if name in ON_LEVELS:
            if not isinstance(numbers, str):
                raise InputError(
                    f"got {numbers!r}", where=f"{where}.{name}", expected="the name of a level"
                )
            continue
        rule = find(name, where=where)
        if rule.name != name or name not in RULES:
            raise InputError(
                f"got {name!r}", where=where, expected=f"the rule's name, {rule.name!r}"
            )
        if not rule.computable:
            raise InputError(
                f"{name} is not computable: {rule.reason}",
                where=where,
                expected="a computable rule of `simulate rules`",
            )
        if not isinstance(numbers, dict):
            raise InputError(
                f"got {numbers!r}",
                where=f"{where}.{name}",
                expected="the rule's numbers as a map, {} for its defaults",
            )
        try:
            check(name, rule.parameters, numbers)
        except InputError as error:
            raise InputError(
                error.what,
                where=f"{where}.{error.where}",
                expected=error.expected,
                do=error.do,
            ) from None


def states_of(market: Market, when: When, where: str) -> np.ndarray:
    """Whether all rules hold at each close: 1 true, 0 false, -1 where one is unknown.

    Conditions on levels are left out: they differ from vintage to vintage.

    Raises
    ------
    InputError
        Where a rule needs a series that is not loaded: nothing is decided on
        what is not known.
    """
    from signals import evaluate
    from strategy.decide.rule_states import why_unavailable

    check_rules(when, where)
    known = np.ones(len(market.sessions), dtype=bool)
    true = known.copy()
    for name, numbers in when.items():
        if name in ON_LEVELS or not isinstance(numbers, dict):
            continue
        why = why_unavailable(market, name)
        if why:
            raise InputError(
                why, where=where, do="`simulate data update` or data.files brings series"
            )
        state = evaluate(market, name, **numbers)["state"].to_numpy()
        known &= state >= 0
        true &= state == 1
    return np.where(known, np.where(true, TRUE, FALSE), UNKNOWN).astype(np.int8)
