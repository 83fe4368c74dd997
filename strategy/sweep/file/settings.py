"""From swept values to plans: each distinct setting of a sleeve becomes a valid `Plan`."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from market.errors import InputError
from strategy.plan import Plan
from strategy.plan.file.errors import explain
from strategy.plan.file.schema import speaking_of
from strategy.plan.file.yaml_tree import KeyPath, Place, Tree, printable, written_as
from strategy.plan.instruments import BLOCKS, INSTRUMENTS
from strategy.sweep.file.grid import Grid

#: What the kernels follow; other keys below `hedge`, and instruments, take the normal path.
FOLLOWED_INSTRUMENTS = ("none", *(n for n, listed in INSTRUMENTS.items() if listed.in_kernels))
#: Sections and values that the kernels read. A key that is not here (one that is newer than
#: the kernels) must be at its default, or the variant is run the normal way.
FOLLOWED = (
    *("name", "data", "anchor", "vintages", "core.weight", "capital", "risk", "tactical"),
    *("hedge.window", "hedge.instrument", "hedge.policy", "hedge.max_ratio", "hedge.score"),
    *("hedge.reevaluate", "hedge.band", "hedge.phase_in", "hedge.cover", "hedge.when_blind"),
    *(f"hedge.{block}" for block in BLOCKS),
    *("costs.fee_bps", "costs.slippage_bps", "costs.borrow_bps", "costs.rebate_spread_bps"),
    *("costs.margin_spread_bps", "costs.dividend_yield", "costs.dividends", "costs.cash"),
)


def with_values(content: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """A copy of a plan's plain values with some keys set; what is not on the way is shared."""
    out = dict(content)
    for key, value in values.items():
        *path, last = key.split(".")
        node = out
        for part in path:
            inner = node.get(part)
            node[part] = dict(inner) if isinstance(inner, dict) else {}
            node = node[part]
        node[last] = value
    return out


def plan_of(grid: Grid, values: dict[str, Any]) -> Any:
    """The base plan with these keys set.

    Raises
    ------
    InputError
        Where that is no valid plan.
    """
    content = with_values(grid.sweep.content, values)
    model = type(grid.sweep.plan)
    try:
        return model.model_validate(content)
    except ValidationError as error:
        with speaking_of(model):
            raise _refusal(grid, values, content, error) from None


def _refusal(
    grid: Grid, values: dict[str, Any], content: dict[str, Any], error: ValidationError
) -> InputError:
    sweep = grid.sweep
    places: dict[KeyPath, Place] = {(): Place(sweep.label, "", 1)}
    for key, place in sweep.places.items():
        path: KeyPath = tuple(key.split("."))
        places[path] = Place(place.where, "", place.line)
    line = explain(error, Tree(content, places), sweep.label).line()
    ordered = [(key, values[key]) for key in sweep.keys if key in values]
    setting = ", ".join(f"{k} = {printable(written_as(v))}" for k, v in ordered)
    return InputError(
        f"a variant is no valid plan: {line}",
        do=f"change the values or exclude it with a constraint ({setting})",
    )


def variant_plan(grid: Grid, number: int) -> Any:
    """The plan of one variant."""
    return plan_of(grid, grid.values(number))


def not_followed(plan: Plan) -> str:
    """What of a plan the kernels do not follow; empty where they follow all of it."""
    if plan.hedge.instrument not in FOLLOWED_INSTRUMENTS:
        return f"hedge.instrument {plan.hedge.instrument}"
    default = Plan(name=plan.name).model_dump(mode="json", by_alias=True)
    return _differs(plan.model_dump(mode="json", by_alias=True), default, "")


def _differs(value: Any, default: Any, key: str) -> str:
    if key in FOLLOWED or value == default:
        return ""
    if isinstance(value, dict) and isinstance(default, dict):
        for name in value:
            inner = f"{key}.{name}" if key else name
            found = _differs(value[name], default.get(name), inner)
            if found:
                return found
        return ""
    return key


def first_not_followed(grid: Grid) -> str:
    """What of a sweep the kernels do not follow, looking at each value of each key once."""
    assert isinstance(grid.sweep.plan, Plan)
    found = not_followed(grid.sweep.plan)
    for axis in grid.axes:
        for i in range(len(axis)):
            if found:
                return found
            # a value may fit only beside others: whether it is valid is not asked here
            values = {k: v[i] for k, v in zip(axis.keys, axis.values, strict=True)}
            if not any(_may_matter(key) for key in values):
                break
            try:
                plan = Plan.model_validate(with_values(grid.sweep.content, values))
            except ValidationError:
                continue
            found = not_followed(plan)
    return found


def _may_matter(key: str) -> bool:
    """Whether a key can lead off the followed path: those that are followed whole cannot."""
    if key in ("hedge", "hedge.instrument", "costs"):
        return True
    return not any(f"{key}.".startswith(f"{f}.") for f in FOLLOWED)
