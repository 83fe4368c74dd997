"""What-if tables: stop, target and size of the tactical leg; ratio and instrument of the hedge."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from market.year import SESSIONS_A_YEAR
from strategy.account.account import Account, Instructions
from strategy.hedge.instruments import NEEDS_VIX
from strategy.hedge.options.contract_prices import ContractPrices
from strategy.legs.rules import score_factor
from strategy.plan import PhaseIn
from strategy.result.metrics import max_drawdown
from strategy.scenario.engine.engine import Futures
from strategy.scenario.engine.exact import draw_future, hedge_future, path_setting
from strategy.scenario.engine.start import Start
from strategy.scenario.odds.distributions import describe
from strategy.scenario.worlds.worlds import block_length, bootstrap

Progress = Callable[[str, int, int], None]

BRIEF = ("n", "mean", "mean_error", "std", "q05", "q50", "q95", "es_05", "share_below_zero")


def tactical_table(start: Start, futures: Futures) -> list[dict[str, Any]]:
    """One row a stop, target share and size: the leg's return and what it does to equity.

    Size multiplies: a weight of w gives w (1 - risk_scaling x score) of the
    equity to the leg, and its contribution is that times its return.
    """
    rows = []
    for a, stop in enumerate(futures.variants.stops):
        for b, share in enumerate(futures.variants.first_shares):
            found = describe(futures.tried[:, a, b].astype(float))
            if not found["n"]:
                continue
            leg = {name: found[name] for name in BRIEF}
            for size in start.scenario.whatif.sizes:
                weight = size * score_factor(start.terms.size.risk_scaling, start.terms.score)
                rows.append(
                    {
                        "stop": float(stop),
                        "first_target_share": float(share),
                        "size": float(size),
                        "weight": weight,
                        **leg,
                        "contribution": weight * found["mean"],
                        "contribution_q05": weight * found["q05"],
                        "contribution_worst": weight * found["worst"],
                    }
                )
    return rows


def hedge_table(
    start: Start, paths: int, seed: int, progress: Progress | None = None
) -> dict[str, Any]:
    """One row an instrument and ratio: the core with the hedge held through the whole window.

    Blocks of past sessions with a known VIX, the same futures for all rows;
    each future goes through the hedge code of a run on history. Without the
    tactical leg, so that only the hedge differs. The plan's cover rules and
    limits hold.
    """
    whatif = start.scenario.whatif
    window = start.window
    if not whatif.instruments or window.first < 1:
        return {"rows": [], "paths": 0}
    priced: Start | None = start
    if any(name in NEEDS_VIX for name in whatif.instruments):
        priced = with_vix(start)
    if priced is None:
        return {"rows": [], "paths": 0, "because": "no session with a VIX to price options by"}
    world = bootstrap(priced, paths, seed, block_length(priced))
    plain = np.empty(paths)
    plain_fall = np.empty(paths)
    rows: list[dict[str, Any]] = []
    combinations = [(name, ratio) for name in whatif.instruments for ratio in whatif.ratios]
    futures = [draw_future(priced, world, i) for i in range(paths)]
    # what a future's contracts are worth and its account without a hedge: once for all rows
    settings = [path_setting(priced, world, path, start.plan) for path in futures]
    settings = [replace(s, contracts=ContractPrices(s)) for s in settings]
    unhedged: list[Account | None] = [None] * paths
    for done, (name, ratio) in enumerate(combinations):
        if progress:
            progress("hedge table", done, len(combinations))
        made = np.empty((paths, 4))
        target = np.full(len(priced.sessions), ratio)
        hedge = start.plan.hedge.model_copy(
            update={
                "instrument": name,
                "phase_in": PhaseIn(steps=1, every=1),
                "max_ratio": ratio,
                "band": 0.0,
            }
        )
        plan = start.plan.model_copy(update={"hedge": hedge})
        review = np.zeros(len(priced.sessions), dtype=bool)
        for i, path in enumerate(futures):
            run = hedge_future(
                priced,
                world,
                path,
                plan,
                Instructions(),
                window,
                target,
                review,
                setting=replace(settings[i], hedge=hedge),
                unhedged=unhedged[i],
            )
            unhedged[i] = run.unhedged
            made[i] = (
                run.account.equity[-1] - 1.0,
                max_drawdown(run.account.equity),
                run.account.pnl[-1, 2],
                run.costs.cost,
            )
            plain[i] = run.unhedged.equity[-1] - 1.0
            plain_fall[i] = max_drawdown(run.unhedged.equity)
        rows.append(
            {
                "instrument": name,
                "ratio": float(ratio),
                "total": _brief(made[:, 0]),
                "fall": _brief(made[:, 1]),
                "net": _brief(made[:, 2]),
                "cost": _brief(made[:, 3]),
                "effect": _brief(made[:, 0] - plain),
                "fall_saved": _brief(made[:, 1] - plain_fall),
            }
        )
    return {
        "paths": paths,
        "first": f"{priced.history.sessions[0]:%Y-%m-%d}",
        "last": f"{priced.history.sessions[-1]:%Y-%m-%d}",
        "block": 1.0 / world.draw.restart,
        "unhedged": _brief(plain),
        "unhedged_fall": _brief(plain_fall),
        "rows": rows,
    }


def with_vix(start: Start) -> Start | None:
    """The start with only those sessions whose VIX is known; None where there are too few."""
    history = start.history
    known = ~np.isnan(history.table.vix)
    if known.sum() < SESSIONS_A_YEAR:
        return None
    if known.all():
        return start
    table = type(history.table)(*(np.ascontiguousarray(c[known]) for c in history.table))
    part = replace(
        history,
        sessions=history.sessions[known],
        table=table,
        log_returns=history.log_returns[known],
        volatility=history.volatility[known],
        distance=history.distance[known],
        score=history.score[known],
    )
    return replace(start, history=part)


def _brief(values: np.ndarray) -> dict[str, Any]:
    found = describe(values)
    return {name: found[name] for name in BRIEF if name in found}
