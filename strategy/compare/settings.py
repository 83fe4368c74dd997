"""Keys of plans that differ between runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from strategy.compare.stored import StoredRun


def differing_settings(
    runs: Sequence[StoredRun], *, shared_only: bool = False
) -> list[tuple[str, list[Any]]]:
    """Keys of the plans of some runs that differ, with each run's value.

    Parameters
    ----------
    runs : sequence of StoredRun
    shared_only : bool
        Leave out keys that not every plan has; else a key that a plan lacks is None.
    """
    flat = [flatten(run.record["plan"]) for run in runs]
    keys = dict.fromkeys(key for plan in flat for key in plan)
    if shared_only:
        keys = dict.fromkeys(key for key in keys if all(key in plan for plan in flat))
    rows = [(key, [plan.get(key) for plan in flat]) for key in keys if key != "name"]
    return [(key, values) for key, values in rows if any(v != values[0] for v in values)]


def flatten(value: Any, prefix: str = "") -> dict[str, Any]:
    """Dotted keys of nested mappings; lists stay whole."""
    if not isinstance(value, dict):
        return {prefix: value}
    out: dict[str, Any] = {}
    for key, item in value.items():
        out |= flatten(item, f"{prefix}.{key}" if prefix else str(key))
    return out
