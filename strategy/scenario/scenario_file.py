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

from strategy.plan import Plan
from strategy.plan.file.errors import explain
from strategy.plan.file.overrides import set_key
from strategy.plan.file.plan_file import PlanFile, read_plan_file
from strategy.plan.file.yaml_tree import Tree
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
    mine = [o for o in overrides if o.startswith(prefix)]
    plans = [o for o in overrides if not o.startswith(prefix)]
    file = read_plan_file(path, plans, prices=prices, block=BLOCK)
    assert file.block is not None
    places = {(BLOCK, *path): place for path, place in file.block.places.items()}
    tree = Tree({BLOCK: {} if file.block.value is None else file.block.value}, places)
    for override in mine:
        set_key(tree, override, model=Scenario, below=(BLOCK,))
    return ScenarioFile(file.plan, _scenario(tree, file.label), file)


def validated(scenario: Scenario, changes: dict[str, Any]) -> Scenario:
    """The scenario with some keys changed by options of the command line, checked again."""
    content = {**scenario.model_dump(mode="json"), **changes}
    return _scenario(Tree({BLOCK: content}), "command line")


def _scenario(tree: Tree, label: str) -> Scenario:
    try:
        return Scenario.model_validate(tree.value[BLOCK])
    except ValidationError as error:
        raise explain(error, tree, label, model=Scenario, below=(BLOCK,)) from None


__all__ = ["BLOCK", "ScenarioFile", "read_scenario_file", "validated"]
