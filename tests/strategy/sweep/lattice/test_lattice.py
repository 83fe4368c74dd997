"""What a reader of one run may try: every cell is what a single run of a plan written so says."""

import numpy as np
import pytest

from strategy.api import load_market
from strategy.plan import Plan
from strategy.result.result import Result
from strategy.run.simulation import simulate
from strategy.sweep.lattice.lattice import lattice_or_key
from strategy.sweep.lattice.sliders import EXIT_BY, RATIO, STOP, WITHIN, sliders_of

PLAN = {"name": "late", "data": {"start": "1998-01-01"}, "hedge": {"max_ratio": 0.6}}


def plan(**values):
    return Plan.model_validate({"name": "late", "data": {"start": "1998-01-01"}, **values})


def values_of(sliders, key):
    return next((s.values for s in sliders if s.key == key), None)


def test_the_plan_s_own_values_stand_among_the_usual_ones():
    sliders = sliders_of(plan(tactical={"stop": 0.037, "exit_by": "12-03"}))
    stop = next(s for s in sliders if s.key == STOP)
    # 0.037 takes the place of 0.04, the nearest
    assert stop.values == (0.01, 0.02, 0.03, 0.037, 0.05, 0.08)
    assert stop.values[stop.own] == 0.037
    # 11-21 and five days are the first day that the leg may end on: 11-23 is too near
    assert values_of(sliders, EXIT_BY) == ("11-28", "12-03", "12-08", "12-13")


def test_the_leg_ends_before_the_hedge_begins():
    sliders = sliders_of(plan(tactical={"exit_by": "12-28"}))
    assert values_of(sliders, EXIT_BY) == ("12-18", "12-23", "12-28")


def test_what_a_plan_lacks_has_no_slider():
    without = plan(
        hedge={"instrument": "none"},
        tactical={"stop": {"level": 5900}, "failed_breakout": {"within": 0}},
    )
    keys = {slider.key for slider in sliders_of(without)}
    assert not keys & {STOP, WITHIN, RATIO}


def test_a_plan_that_the_kernels_do_not_follow_says_for_which_key():
    asked = plan(hedge={"instrument": "put"})
    market = load_market(asked)
    assert lattice_or_key(simulate(asked, market)) == "hedge.instrument put"


@pytest.mark.slow
def test_every_figure_of_a_cell_is_that_of_a_single_run():
    base = Plan.model_validate(PLAN)
    market = load_market(base)
    lattice = lattice_or_key(simulate(base, market))
    sizes = [len(s.values) for s in lattice.sliders]
    assert lattice.settings * lattice.ratios == np.prod(sizes) == 3750
    rng = np.random.default_rng(3)
    cells = [int(np.ravel_multi_index([s.own for s in lattice.sliders], sizes))]
    cells += [*rng.integers(0, np.prod(sizes), 6).tolist(), 0, int(np.prod(sizes)) - 1]
    for cell in cells:
        at = np.unravel_index(cell, sizes)
        setting, ratio = divmod(int(cell), lattice.ratios)
        content = base.model_dump(mode="json", by_alias=True)
        for slider, i in zip(lattice.sliders, at, strict=True):
            *path, last = slider.key.split(".")
            node = content
            for part in path:
                node = node[part]
            node[last] = slider.values[i]
        result = Result(simulate(Plan.model_validate(content), market))
        rows, metrics = result.vintages, result.metrics
        for v, row in enumerate(rows.itertuples()):
            outcome = lattice.outcomes[v]
            k = lattice.outcome[setting, v]
            assert outcome.net[k] == pytest.approx(row.tactical_return, abs=1e-12, nan_ok=True)
            assert outcome.reason[k] == result.simulation.vintages[v].outcome.reason
            held = row.hedge_return if row.hedge_max_ratio > 0.0 else np.nan
            assert outcome.hedge[k, ratio] == pytest.approx(held, abs=1e-12, nan_ok=True)
        long, tactical = lattice.long, metrics["tactical"]
        lead, hedge = metrics["yardstick"]["lead"], metrics["hedge"]
        expected = {
            "n": tactical["n"],
            "hits": tactical["hits"],
            "worst_vintage": tactical["worst_vintage"],
            "mean": tactical["mean"],
            "low": tactical["mean_low"],
            "high": tactical["mean_high"],
            "hit_low": tactical["hit_low"],
            "hit_high": tactical["hit_high"],
            "worst": tactical["worst"],
            "held": metrics["yardstick"]["held"]["mean"],
            "lead": lead["mean"],
            "lead_low": lead["mean_low"],
            "lead_high": lead["mean_high"],
        }
        assert {name: getattr(long, name)[setting] for name in expected} == pytest.approx(expected)
        at_ratio = {
            name: column[setting, ratio] for name, column in lattice.cells._asdict().items()
        }
        assert at_ratio == pytest.approx(
            {
                "n": hedge["n"],
                "mean": hedge.get("mean", np.nan),
                "low": hedge.get("mean_low", np.nan),
                "high": hedge.get("mean_high", np.nan),
                "cagr": metrics["total"]["cagr"],
                "max_drawdown": metrics["total"]["max_drawdown"],
            },
            nan_ok=True,
        )


def test_luck_finds_nothing_in_one_setting_and_more_in_more():
    base = plan(hedge={"instrument": "none"})
    lattice = lattice_or_key(simulate(base, load_market(base)))
    assert lattice.luck[0] == 0.0
    assert (np.diff(lattice.luck) >= 0.0).all() and lattice.luck[-1] > 0.0
    assert lattice.ratios == 1
