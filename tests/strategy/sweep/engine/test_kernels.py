"""The kernels against single runs: every fill, every reason, every metric.

The number of random plans is small here; `against_single_runs` compares as many
as one likes (see docs/sweep.md).
"""

import numpy as np
import pytest

from strategy.legs.outcome import tactical_outcome
from strategy.legs.reasons import Reason
from strategy.legs.records import leg_rules
from strategy.sweep.dense.loop import dense
from strategy.sweep.engine.context import POLICIES, levels_key, make_context
from strategy.sweep.engine.single import single_row
from strategy.sweep.file.columns import METRICS, STATED
from tests.strategy.sweep.against_single_runs import (
    ALL,
    Disagreement,
    Tally,
    compare_batch,
    make_batch,
)
from tests.strategy.sweep.random_plans import SPANS, random_plan
from tests.tolerances import ROUNDING

#: Plans of each context that are compared.
PLANS = 4


def contexts_and_plans(bundled, names, n, seed=0, **options):
    rng = np.random.default_rng(seed)
    for name in names:
        plans = [random_plan(rng, *ALL[name], **options) for _ in range(n)]
        yield name, make_context(plans[0], bundled), plans


def test_the_batch_resolver_gives_the_single_run_s_outcomes_for_every_reason(bundled):
    seen: set[Reason] = set()
    for _, context, plans in contexts_and_plans(bundled, ("sequential", "closes only"), 60, 3):
        found = context.tactical(plans)
        fee, slippage = context.terms.fee, context.terms.slippage
        for i, plan in enumerate(plans):
            levels = context.look_up("levels", levels_key(plan), plan)
            calendar = context.look_up("calendar", plan.tactical.exit_by, plan)
            for v, (s, level) in enumerate(zip(calendar, levels, strict=True)):
                reason = Reason(int(found.reason[i, v]))
                seen.add(reason)
                if reason in (Reason.NO_SESSION, Reason.NO_LEVELS, Reason.GATE):
                    continue
                outcome = tactical_outcome(
                    context.prices, s.entry, s.last, s.timed, level, leg_rules(plan.tactical)
                )
                assert reason is outcome.reason
                if not outcome.traded:
                    continue
                # one function, from Python and from the kernel: the same bits
                assert found.net_return[i, v] == outcome.net_return(fee, slippage)
                row = found.row[i, v]
                for fill in outcome.exits:
                    j = fill.tranche - 1
                    if found.legs.value[row, j] > 0.0:
                        assert found.legs.exit[row, j] == fill.session
                        assert found.legs.price[row, j] == fill.price
    assert seen >= {
        Reason.TARGET_1,
        Reason.TARGET_2,
        Reason.STOP,
        Reason.STOP_GAP,
        Reason.FAILED_BREAKOUT,
        Reason.TIME,
        Reason.NO_ROOM,
        Reason.NO_STOP_ROOM,
    }


def test_kernels_agree_with_single_runs_on_every_figure_and_for_every_exit_reason():
    total = Tally()
    spans = list(SPANS)
    for k, name in enumerate(ALL):
        total.add(compare_batch(name, spans[k % len(spans)], [11, k], PLANS, size=48))
    assert total.walked == PLANS * len(ALL)
    assert total.composed > total.walked / 4
    assert total.called, "no plan called a margin: the branch was not reached"
    # a stop level above the open is rare; the resolver's test above has it
    assert set(total.missing) <= {"no_stop_room"}


def test_a_figure_that_is_off_is_found():
    batch, order = make_batch("sequential", "since 2003", [12], size=16)
    i = int(order[0])
    batch.compare(i, Tally())
    for column, name in enumerate(METRICS):
        if name in STATED or np.isnan(batch.walked_rows.metrics[i, column]):
            continue
        batch.walked_rows.metrics[i, column] += 1e-3
        with pytest.raises(Disagreement, match=name):
            batch.compare(i, Tally())
        batch.walked_rows.metrics[i, column] -= 1e-3
    batch.walked_rows.vintages[i, 3] += 1e-8
    with pytest.raises(Disagreement, match="vintage returns"):
        batch.compare(i, Tally())


def test_every_metric_of_the_table_has_a_single_run_s_counterpart(history):
    found, vintages = single_row(history.simulation)
    assert list(found) == list(METRICS)
    assert not any(np.isnan(v) for name, v in found.items() if name not in STATED)
    total = history.metrics["total"]
    for name in ("total_return", "cagr", "volatility", "sharpe", "sortino", "calmar", "cvar_95"):
        assert found[name] == pytest.approx(total[name], rel=ROUNDING)
    assert found["trades"] == history.metrics["tactical"]["n"]
    assert found["hit_rate"] == pytest.approx(history.metrics["tactical"]["hit_rate"])
    assert found["hedged"] == history.metrics["hedge"]["n"]
    assert found["tactical_sessions"] == history.metrics["tactical"]["share_of_sessions"]
    growth = np.prod([1.0 + r for r in vintages.values()])
    assert growth - 1.0 == pytest.approx(found["total_return"], rel=ROUNDING)


def test_the_result_does_not_depend_on_the_number_of_threads(bundled):
    import numba

    most = numba.config.NUMBA_NUM_THREADS
    (_, context, plans) = next(iter(contexts_and_plans(bundled, ("overlapping",), 40, 5)))
    tactical, hedges = context.tactical(plans), context.hedges(plans)
    index = np.tile(np.arange(40), 20)
    found = []
    for threads in {1, most}:
        numba.set_num_threads(threads)
        found.append(dense(context, tactical, hedges, index, index[::-1].copy()).metrics)
    numba.set_num_threads(most)
    assert all(np.array_equal(f, found[0], equal_nan=True) for f in found)


def test_hedges_that_end_on_different_days_are_different_outcomes(bundled):
    rng = np.random.default_rng(11)
    plans = [random_plan(rng) for _ in range(200)]
    context = make_context(plans[0], bundled)
    hedges = context.hedges(plans)
    sessions, start = hedges.orders.session, hedges.orders.start
    for i, plan in enumerate(plans):
        for v, row in enumerate(hedges.row[i]):
            if start[row] < start[row + 1]:
                first, last, timed = (
                    w[POLICIES.index(plan.hedge.policy), v] for w in context.windows
                )
                assert first <= sessions[start[row]]
                assert not timed or sessions[start[row + 1] - 1] == last
