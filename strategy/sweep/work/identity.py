"""What decides a sweep's bytes, and the id that comes from it."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from importlib.metadata import version
from typing import Any

from strategy.result.provenance import code_version, package_versions
from strategy.sweep.engine.engine import Engine
from strategy.sweep.file.grid import CONTEXT
from strategy.sweep.file.settings import plan_of

#: Packages whose version can change a byte of the tables.
TABLE_PACKAGES = ("pyarrow",)


def made_of(engine: Engine) -> dict[str, Any]:
    """Settings, data, code and packages: two sweeps that agree in these have the same bytes."""
    return {
        "sweep": json.loads(json.dumps(engine.grid.sweep.description(), default=str)),
        "data": data_hashes(engine),
        "code": this_code(),
        "packages": package_versions() | {name: version(name) for name in TABLE_PACKAGES},
    }


def sweep_id(engine: Engine) -> str:
    """Twelve hex digits: the same sweep, data and code give the same id."""
    text = json.dumps(made_of(engine), sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


@cache
def this_code() -> str:
    """Version and hash of the sources that decide numbers, looked up once a process."""
    return code_version()


def data_hashes(engine: Engine) -> dict[str, dict[str, str]]:
    """sha256 of every series, by what the contexts' data blocks ask for."""
    found: dict[str, dict[str, str]] = {}
    for number in range(min(engine.grid.group_size(CONTEXT), 1000)):
        plan = plan_of(engine.grid, engine.grid.group_values(number, CONTEXT))
        market = engine.market(plan)
        label = market.id if plan.data.end is None else f"{market.id} to {plan.data.end}"
        found.setdefault(label, dict(market.hashes))
        if not any(key.startswith("data") for key in engine.grid.sweep.keys):
            break
    return found
