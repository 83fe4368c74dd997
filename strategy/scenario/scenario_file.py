"""Plan files with a ``scenario:`` block: the block is taken out, what is left is a plan.

`simulate run` does not know the block and refuses it, as it refuses every key
it does not know.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from market.errors import InputError
from strategy.plan import Misfit, Plan
from strategy.plan.file.plan_file import PlanFile, read_plan_file
from strategy.plan.file.yaml_tree import KeyPath, printable, read_yaml, written_as
from strategy.scenario.settings import Scenario

BLOCK = "scenario"


@dataclass(frozen=True)
class ScenarioFile:
    """A plan, its scenario block, and where its keys were written."""

    plan: Plan
    scenario: Scenario
    file: PlanFile


def read_scenario_file(
    path: str | os.PathLike[str],
    overrides: Iterable[str] = (),
    *,
    prices: str | os.PathLike[str] | None = None,
) -> ScenarioFile:
    """Read a plan file that may have a ``scenario:`` block.

    Parameters
    ----------
    path : path
    overrides : iterable of str, optional
        ``key=value`` pairs; keys that begin with ``scenario.`` go to the block.
    prices : path, optional
        File of the traded index, in place of ``data.prices``.

    Raises
    ------
    InputError
        For every mistake in the file or the overrides, as one line.
    """
    prefix = f"{BLOCK}."
    overrides = list(overrides)
    mine = [o.removeprefix(prefix) for o in overrides if o.startswith(prefix)]
    plans = [o for o in overrides if not o.startswith(prefix)]
    file = read_plan_file(path, plans, prices=prices, block=BLOCK)
    assert file.block is not None
    places = {(BLOCK, *path): place for path, place in file.block.places.items()}
    scenario = _scenario(file.block.value, mine, places, file.label)
    return ScenarioFile(file.plan, scenario, file)


def _scenario(block: Any, overrides: list[str], places: dict[KeyPath, Any], label: str) -> Scenario:
    content: Any = {} if block is None else block
    if not isinstance(content, dict):
        raise InputError(
            f"got {written_as(content)}", where=f"{label}: {BLOCK}", expected="a map of keys"
        )
    for override in overrides:
        name, equals, text = override.partition("=")
        keys = name.strip().split(".")
        if not equals or not all(keys):
            raise InputError(
                f"got '{printable(override)}'",
                where="--set",
                expected="KEY=VALUE, for example scenario.score=0.8",
            )
        value = read_yaml(text, f"--set {BLOCK}.{name}", option=name, at=tuple(keys)).value
        node = content
        for key in keys[:-1]:
            node = node.setdefault(key, {})
            if not isinstance(node, dict):
                raise InputError(
                    f"'{key}' holds {written_as(node)}, not a map of keys",
                    where=f"--set {BLOCK}.{name}",
                    do=f"set {BLOCK}.{key} as a whole",
                )
        node[keys[-1]] = value
    try:
        return Scenario.model_validate(content)
    except ValidationError as error:
        raise _explain(error, places, label) from None


def validated(scenario: Scenario, changes: dict[str, Any]) -> Scenario:
    """The scenario with some keys changed by options of the command line, checked again."""
    content = {**scenario.model_dump(mode="json"), **changes}
    try:
        return Scenario.model_validate(content)
    except ValidationError as error:
        raise _explain(error, {}, "command line") from None


def _explain(error: ValidationError, places: dict[KeyPath, Any], label: str) -> InputError:
    """The first problem as one line, with the line of the file where it was written."""
    first, *rest = error.errors()
    path: KeyPath = tuple(p for p in first["loc"] if not str(p).startswith("function"))
    cause = first.get("ctx", {}).get("error")
    more = f" (and {len(rest)} more)" if rest else ""
    if isinstance(cause, Misfit):
        path = (*path, *(int(k) if k.isdigit() else k for k in cause.key.split(".")))
        what, expected = f"got {cause.got}", cause.expected
    elif first["type"] == "extra_forbidden":
        import difflib

        keys = [field.alias or name for name, field in Scenario.model_fields.items()]
        near = difflib.get_close_matches(str(path[-1]), keys, n=1)
        what = f"unknown key '{printable(str(path[-1]))}'"
        expected = f"did you mean '{near[0]}'?" if near else "one of " + ", ".join(keys)
    else:
        what, expected = f"got {written_as(first['input'])}", _lower(first["msg"])
    dotted = ".".join(map(str, (BLOCK, *path)))
    place = next(
        (places[p] for n in range(len(path), -1, -1) if (p := (BLOCK, *path[:n])) in places), None
    )
    line = f":{place.line}" if place is not None and place.line else ""
    return InputError(what + more, where=f"{label}{line}: {dotted}", expected=expected)


def _lower(text: str) -> str:
    text = text.removeprefix("Value error, ")
    return text[:1].lower() + text[1:]


__all__ = ["BLOCK", "ScenarioFile", "read_scenario_file", "validated"]
