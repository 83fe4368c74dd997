"""The audit of a plan: claims on trial, figures against the tape, forecasts scored."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from market.container import Market
from market.kept import keeping
from strategy.audit.claims.file import LoadedClaims
from strategy.audit.record import claim_record, p_value
from strategy.audit.scorecard import scorecard
from strategy.audit.study.paths import Trial, prepare, run_paths
from strategy.audit.study.statistics import holm
from strategy.audit.study.study import Effort, Study, study
from strategy.audit.study.verdict import ALPHA, MIN_EPISODES, VERDICTS
from strategy.audit.table import claims_table
from strategy.audit.tape import tape
from strategy.plan import Plan
from strategy.plan.file.plan_file import plan_sha256, resolved
from strategy.result.provenance import code_version, package_versions
from strategy.validation.intervals import CONFIDENCE

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Audit:
    """The outcome of an audit.

    Attributes
    ----------
    plan : Plan
    audit_id : str
        Twelve hex digits: the same plan, claims, data, code and seed give the same.
    content : dict
        Everything, as in audit.json; NaN stands for no figure.
    """

    plan: Plan
    audit_id: str
    content: dict[str, Any]

    @property
    def claims(self) -> list[dict[str, Any]]:
        """Records of the claims in the order of the file."""
        return _ordered(self.content["claims"])

    @property
    def tape(self) -> list[dict[str, Any]]:
        """Rows of the plan against the tape."""
        return _ordered(self.content["tape"])

    @property
    def scorecard(self) -> list[dict[str, Any]]:
        """Rows of the scorecard."""
        return _ordered(self.content["scorecard"])

    @property
    def table(self) -> pd.DataFrame:
        """One row a claim."""
        return claims_table(self.claims)

    def __repr__(self) -> str:
        counts = self.content["audit"]["verdicts"]
        words = ", ".join(f"{n} {verdict}" for verdict, n in counts.items() if n)
        return f"<Audit {self.plan.name}-{self.audit_id}: {words or 'no claims'}>"


def audit(
    plan: Plan,
    market: Market,
    claims: LoadedClaims,
    *,
    seed: int = 0,
    effort: Effort | None = None,
    progress: Progress | None = None,
) -> Audit:
    """Put a claims file on trial on a market.

    Parameters
    ----------
    plan : Plan
        Gives levels, anchors and the risk score that claims refer to.
    market : Market
        All of its history is used; `plan.data.start` cuts nothing here.
    claims : LoadedClaims
    seed : int
        Of all random draws: the same seed gives the same figures.
    effort : Effort, optional
        How much is drawn.
    progress : callable, optional
        Called as ``progress(what, done, of)``.
    """
    with keeping(market):
        return _audit(plan, market, claims, seed, effort or Effort(), progress)


def _audit(
    plan: Plan,
    market: Market,
    claims: LoadedClaims,
    seed: int,
    effort: Effort,
    progress: Progress | None,
) -> Audit:
    say = progress or (lambda *_: None)
    listed = claims.claims.claims
    studies: list[Study] = []
    for i, claim in enumerate(listed):
        say(f"claim {claim.id}", i, len(listed))
        studies.append(study(market, plan, claim, seed=seed, effort=effort))
    trials: dict[str, Trial] = {}
    blocks: dict[tuple[int, str], float] = {}
    for i, found in enumerate(studies):
        say("block lengths", i, len(studies))
        if found.claim.trial == "chance":
            trial = prepare(found.claim, found.sample, market, plan, blocks)
            if trial is not None:
                trials[found.claim.id] = trial
    run_paths(
        list(trials.values()),
        market,
        seed=seed,
        most=effort.paths,
        progress=lambda done, of: say("resampled prices", done, of),
    )
    p = {s.claim.id: p_value(s, trials.get(s.claim.id)) for s in studies}
    tried = {name: value for name, value in p.items() if value == value}
    adjusted = holm(tried)
    records = [
        claim_record(
            market,
            plan,
            s,
            trials.get(s.claim.id),
            order=i + 1,
            p_holm=adjusted.get(s.claim.id, float("nan")),
        )
        for i, s in enumerate(studies)
    ]
    say("tape and scorecard", 0, 1)
    identity = audit_id(plan, market, claims, seed, effort)
    content = {
        "audit": _head(plan, market, claims, records, len(tried), identity, seed, effort),
        "claims": {record["id"]: record for record in records},
        "tape": tape(market, plan, claims.claims),
        "scorecard": scorecard(market, plan, claims.claims),
        "provenance": _provenance(plan, market, claims),
    }
    say("tape and scorecard", 1, 1)
    return Audit(plan, identity, content)


def audit_id(plan: Plan, market: Market, claims: LoadedClaims, seed: int, effort: Effort) -> str:
    """Twelve hex digits of everything that decides the figures."""
    text = json.dumps(
        {
            "plan": plan_sha256(plan),
            "claims": claims.sha256,
            "data": {name: market.hashes[name] for name in sorted(market.hashes)},
            "code": code_version(),
            "seed": seed,
            "effort": [effort.paths, effort.placebos, effort.bootstrap],
        },
        sort_keys=True,
    )
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _head(
    plan: Plan,
    market: Market,
    claims: LoadedClaims,
    records: list[dict[str, Any]],
    tried: int,
    identity: str,
    seed: int,
    effort: Effort,
) -> dict[str, Any]:
    verdicts = {v: sum(r["verdict"] == v for r in records) for v in VERDICTS}
    return {
        "id": identity,
        "plan": plan.name,
        "claims_file": claims.name,
        "source": claims.claims.source,
        "as_of": f"{claims.claims.as_of}",
        "prices": market.price_spec.title,
        "first": f"{market.sessions[0]:%Y-%m-%d}",
        "last": f"{market.sessions[-1]:%Y-%m-%d}",
        "sessions": len(market.sessions),
        "claims": len(records),
        "tried": tried,
        "verdicts": verdicts,
        "alpha": ALPHA,
        "min_episodes": MIN_EPISODES,
        "confidence": CONFIDENCE,
        "seed": seed,
        "paths": effort.paths,
        "placebos": effort.placebos,
        "bootstrap": effort.bootstrap,
    }


def _provenance(plan: Plan, market: Market, claims: LoadedClaims) -> dict[str, Any]:
    from importlib.metadata import version

    return {
        "plan": resolved(plan),
        "plan_sha256": plan_sha256(plan),
        "claims_sha256": claims.sha256,
        "series": {
            name: {"sha256": digest, "origin": _origin(market, name)}
            for name, digest in sorted(market.hashes.items())
        },
        "code": code_version(),
        "packages": package_versions() | {"arch": version("arch")},
    }


def _origin(market: Market, name: str) -> str:
    origin = market.series[name].origin if market.has(name) else market.origin
    return Path(origin).name


def _ordered(rows: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows.values(), key=lambda row: row["order"])
