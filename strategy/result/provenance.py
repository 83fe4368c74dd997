"""What a run was made of: the id, and all that is needed to repeat it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np

from market.container import Market
from market.sources.listing import CACHE_ORIGIN
from strategy.plan import Plan
from strategy.plan.file.plan_file import plan_sha256, resolved

#: What the package is installed as; asking which distribution holds a module reads all of them.
DISTRIBUTION = "simulate-plans"

#: Packages whose version can change a number.
NUMERIC_PACKAGES = ("vectorbt", "vectorbt-rust", "pandas", "numpy", "numba", "scipy", "quantstats")


def run_id(plan: Plan, market: Market) -> str:
    """Twelve hex digits: the same plan, data and code give the same id."""
    text = json.dumps(
        {
            "plan": plan_sha256(plan),
            "data": {name: market.hashes[name] for name in sorted(market.hashes)},
            "in_use": figures_in_use(market),
            "code": code_version(),
        },
        sort_keys=True,
    )
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def figures_in_use(market: Market) -> str:
    """Hash of the figures themselves: a market cut short or changed in memory is another one."""
    digest = hashlib.sha256()
    for name, frame in [
        (market.id, market.prices),
        *((name, market.series[name].frame) for name in sorted(market.series)),
    ]:
        numbers = frame.select_dtypes(include=["number", "datetime", "bool"])
        digest.update(f"{name}{list(numbers.columns)}{numbers.shape}".encode())
        digest.update(numbers.index.to_numpy().astype("datetime64[ns]").tobytes())
        for column in numbers:
            values = numbers[column].to_numpy()
            digest.update(np.ascontiguousarray(values).view(np.uint8).tobytes())
    return digest.hexdigest()


def series_in_use(market: Market) -> dict[str, Any]:
    """Hash, origin and range of every series of a market, its prices first."""
    sessions = market.sessions
    series: dict[str, Any] = {
        market.id: {
            "sha256": market.hashes.get(market.id),
            "origin": _origin(market.origin),
            "first": f"{sessions[0]:%Y-%m-%d}",
            "last": f"{sessions[-1]:%Y-%m-%d}",
            "rows": len(sessions),
        }
    }
    if market.judged is not None:
        series[market.id]["judged"] = market.judged.as_json()
    for name, observations in sorted(market.series.items()):
        stamps = observations.frame.index
        series[name] = {
            "sha256": observations.sha256,
            "origin": _origin(observations.origin),
            "first": f"{stamps[0]:%Y-%m-%d}" if len(stamps) else None,
            "last": f"{stamps[-1]:%Y-%m-%d}" if len(stamps) else None,
            "rows": len(stamps),
        }
        if observations.judged is not None:
            series[name]["judged"] = observations.judged.as_json()
    return series


def with_version_read(content: dict[str, Any], market: Market) -> dict[str, Any]:
    """A resolved plan with the version of the data that was read, so that it repeats the run."""
    if content["data"]["source"] == "auto":
        content["data"]["version"] = market.data_version or None
        if not market.data_version:
            content["data"]["source"] = "bundled"
    return content


def provenance(plan: Plan, market: Market) -> dict[str, Any]:
    """Resolved plan, hashes and last dates of the series, versions: the content of run.json."""
    content = with_version_read(resolved(plan), market)
    return {
        "id": run_id(plan, market),
        "name": plan.name,
        "plan": content,
        "plan_sha256": plan_sha256(plan),
        "series": series_in_use(market),
        "data_version": market.data_version,
        "code": code_version(),
        "packages": package_versions(),
        # a run draws no random numbers
        "seed": None,
    }


def _origin(origin: str) -> str:
    """Where figures came from; of a user's file only the name."""
    return origin if origin.startswith(CACHE_ORIGIN) else Path(origin).name


def code_version() -> str:
    """Version of the package and a hash of the sources that decide numbers."""
    digest = hashlib.sha256()
    root = Path(__file__).resolve().parents[2]
    for package in ("market", "signals", "strategy"):
        for path in sorted((root / package).rglob("*.py")):
            digest.update(path.relative_to(root).as_posix().encode())
            digest.update(path.read_bytes())
    return f"{package_version()}+{digest.hexdigest()[:12]}"


def package_version() -> str:
    """Version of the installed distribution, ``0`` from a bare checkout."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(DISTRIBUTION)
    except PackageNotFoundError:
        return "0"


def package_versions() -> dict[str, str]:
    """Installed versions of the packages that can change a number."""
    import platform
    from importlib.metadata import PackageNotFoundError, version

    found = {"python": platform.python_version()}
    for name in NUMERIC_PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
