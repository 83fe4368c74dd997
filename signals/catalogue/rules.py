"""The rule catalogue: what each rule says, what it needs, and how it reads on every session.

A rule is a pure function of a `Market` and keyword parameters that returns a reading: one row per
session, see `signals.catalogue.reading`.
"""

from __future__ import annotations

import difflib
import functools
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Concatenate, ParamSpec, cast

import pandas as pd

from market.container import Market
from market.errors import InputError
from market.kept import kept
from signals.catalogue.parameters import Parameter, Provenance, check
from signals.catalogue.reading import unavailable

#: Name of the traded index among a rule's inputs.
PRICES = "prices"

P = ParamSpec("P")


@dataclass(frozen=True)
class Rule:
    """One entry of the catalogue.

    Attributes
    ----------
    id : str
        Number of the rule in the rule table, ``R01`` ... ``R45``; several
        entries may share one.
    name : str
        What plans and commands call it.
    section : str
        Section of the article that states it.
    family : str
        Module it lives in.
    classes : str
        Uses: a entry, b levels and size, c risk, d hedge trigger, e claim
        about what follows, f watch item, g dating.
    meaning : str
        One sentence: when it is true.
    unit : str
        Unit of ``value`` and ``threshold``.
    inputs : tuple of str
        Series ids, ``prices`` for the traded index; ``a|b`` takes a where it
        has a usable figure that day, else b.
    lag : str
    proxy : str
        What the value stands in for, empty where it is the thing itself. For
        a rule that is not computable, the name of the rule that stands in.
    provenance : str
        Who the definition is from.
    parameters : tuple of Parameter
    computable : bool
    reason : str
        Why it is not computable.
    function : callable, optional
        ``(market, **parameters) -> reading``; None where it is not computable.
    """

    id: str
    name: str
    section: str
    family: str
    classes: str
    meaning: str
    unit: str
    inputs: tuple[str, ...]
    lag: str
    proxy: str
    provenance: Provenance
    parameters: tuple[Parameter, ...]
    computable: bool
    reason: str
    function: Callable[..., pd.DataFrame] | None = None

    def missing(self, market: Market) -> tuple[str, ...]:
        """Inputs that the market does not have; alternatives count as one."""
        return tuple(
            group
            for group in self.inputs
            if not any(name == PRICES or market.has(name) for name in group.split("|"))
        )


_CATALOGUE: dict[str, Rule] = {}

#: The catalogue by name.
RULES: Mapping[str, Rule] = MappingProxyType(_CATALOGUE)


def rule(
    id: str,
    *,
    section: str,
    classes: str,
    meaning: str,
    unit: str,
    inputs: tuple[str, ...] = (PRICES,),
    lag: str = "same session",
    proxy: str = "",
    provenance: Provenance = "author",
    parameters: tuple[Parameter, ...] = (),
) -> Callable[
    [Callable[Concatenate[Market, P], pd.DataFrame]],
    Callable[Concatenate[Market, P], pd.DataFrame],
]:
    """Enter the function into the catalogue under its own name.

    The function's keyword parameters and `parameters` must name the same
    things: no number of a rule goes undescribed. A call on a market that
    lacks an input returns the unavailable reading without running the function.
    """

    def enter(
        function: Callable[Concatenate[Market, P], pd.DataFrame],
    ) -> Callable[Concatenate[Market, P], pd.DataFrame]:
        name = function.__name__
        defaults = {
            key: parameter.default
            for key, parameter in inspect.signature(function).parameters.items()
            if parameter.kind is inspect.Parameter.KEYWORD_ONLY
        }
        if set(defaults) != {p.name for p in parameters}:
            raise TypeError(f"{name}: parameters described {parameters} are not those it takes")

        @functools.wraps(function)
        def guarded(market: Market, *args: P.args, **kwargs: P.kwargs) -> pd.DataFrame:
            entry = _CATALOGUE[name]
            check(entry.name, entry.parameters, kwargs)
            if entry.missing(market):
                return unavailable(market.sessions)
            return function(market, *args, **kwargs)

        remembered = kept(cast("Callable[Concatenate[Market, P], pd.DataFrame]", guarded))
        _enter(
            Rule(
                id=id,
                name=name,
                section=section,
                family=function.__module__.rpartition(".")[2],
                classes=classes,
                meaning=meaning,
                unit=unit,
                inputs=inputs,
                lag=lag,
                proxy=proxy,
                provenance=provenance,
                parameters=tuple(
                    Parameter(**{**p.__dict__, "default": defaults[p.name]}) for p in parameters
                ),
                computable=True,
                reason="",
                function=remembered,
            )
        )
        return remembered

    return enter


def not_computable(
    id: str,
    name: str,
    *,
    section: str,
    family: str,
    classes: str,
    meaning: str,
    reason: str,
    proxy: str = "",
) -> None:
    """Enter a rule that no public daily or macro series can carry."""
    _enter(
        Rule(
            id=id,
            name=name,
            section=section,
            family=family,
            classes=classes,
            meaning=meaning,
            unit="",
            inputs=(),
            lag="",
            proxy=proxy,
            provenance="article",
            parameters=(),
            computable=False,
            reason=reason,
        )
    )


def _enter(entry: Rule) -> None:
    if entry.name in _CATALOGUE:
        raise TypeError(f"two rules are called {entry.name}")
    _CATALOGUE[entry.name] = entry


def find(name: str, *, where: str = "") -> Rule:
    """The rule called `name`, or the only one of that id.

    Parameters
    ----------
    name : str
        ``weekly_average_touch``, or an id such as ``R04``.
    where : str, optional
        Where the name stands, for the message of an error.

    Returns
    -------
    Rule
        The entry of the catalogue.

    Raises
    ------
    InputError
        If there is none, or an id has several.
    """
    if name in _CATALOGUE:
        return _CATALOGUE[name]
    of_id = [r for r in _CATALOGUE.values() if r.id == name.upper()]
    if len(of_id) == 1:
        return of_id[0]
    if of_id:
        raise InputError(
            f"{name} has {len(of_id)} signals",
            where=where,
            expected="the name of one of its signals",
            do=f"name one of {', '.join(r.name for r in of_id)}",
        )
    near = difflib.get_close_matches(name.lower(), _CATALOGUE, n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(repr(n) for n in near)}? " if near else ""
    raise InputError(
        f"unknown signal {name!r}",
        where=where,
        expected="a name of the rule catalogue",
        do=f"{hint}`simulate rules` shows all names",
    )


def evaluate(market: Market, name: str, **parameters: Any) -> pd.DataFrame:
    """The rule's reading on every session of the market.

    Parameters
    ----------
    market : Market
    name : str
        Name of the rule, or its id where the id has one rule.
    **parameters
        Numbers that replace the rule's defaults.

    Returns
    -------
    pandas.DataFrame
        Index ``date``; ``value, threshold, state, stamp, known_at`` (see the
        module's head). A rule that is not computable is unavailable throughout.

    Raises
    ------
    InputError
        If the name or a parameter is unknown, or a value out of its bounds.
    """
    entry = find(name)
    if entry.function is None:
        check(entry.name, entry.parameters, parameters)
        return unavailable(market.sessions)
    return entry.function(market, **parameters)
