"""Composed paths against the dense loop, to 1e-12, in every context in which both apply."""

import numpy as np
import pytest

from strategy.plan import Plan
from strategy.sweep.composed.compose import compose
from strategy.sweep.composed.sleeves import make_ranges, make_sleeve
from strategy.sweep.dense.loop import dense
from strategy.sweep.engine.bins import BINS, bin_edges, bin_of
from strategy.sweep.engine.context import make_context
from strategy.sweep.engine.paths import PATH_METRICS
from strategy.sweep.engine.walk import CALLED, NO_TROUBLE
from tests.strategy.sweep.random_plans import CONTEXTS, random_plan
from tests.tolerances import ROUNDING, SHORT_SUMS

pytestmark = pytest.mark.slow

N = 20


def both_ways(context, plans, sample=None):
    tactical, hedges = context.tactical(plans), context.hedges(plans)
    known = sample or plans
    ranges = make_ranges(context, context.tactical(known), context.hedges(known))
    long = make_sleeve(context, ranges, 0, tactical)
    short = make_sleeve(context, ranges, 1, hedges)
    t, h = (
        a.ravel() for a in np.meshgrid(np.arange(len(plans)), np.arange(len(plans)), indexing="ij")
    )
    walked = dense(context, tactical, hedges, t, h)
    composed = compose(context, ranges, long, short, tactical.legs, hedges.orders, t, h)
    return walked, composed, long


def assert_agree(walked, composed, name=""):
    same = (walked.trouble == NO_TROUBLE) & (composed.trouble == NO_TROUBLE)
    a, b = walked.metrics[same], composed.metrics[same]
    for j, metric in enumerate(PATH_METRICS):
        if metric == "cvar_95_error":
            continue
        if metric == "cvar_95":
            stated = PATH_METRICS.index("cvar_95_error")
            assert (np.abs(a[:, j] - b[:, j]) <= a[:, stated] + b[:, stated] + 1e-15).all(), name
            continue
        np.testing.assert_allclose(
            b[:, j], a[:, j], rtol=ROUNDING, atol=SHORT_SUMS, err_msg=f"{name}: {metric}"
        )
    np.testing.assert_allclose(
        composed.vintages[same], walked.vintages[same], rtol=0.0, atol=ROUNDING
    )
    return same


@pytest.mark.parametrize("name", CONTEXTS)
@pytest.mark.parametrize("seed", [1, 2])
def test_composing_gives_what_walking_gives(bundled, name, seed):
    rng = np.random.default_rng(seed)
    calm = seed == 2
    plans = [random_plan(rng, *CONTEXTS[name], calm=calm) for _ in range(N)]
    context = make_context(plans[0], bundled)
    assert context.segments.chained
    walked, composed, long = both_ways(context, plans)
    same = assert_agree(walked, composed, name)
    assert same.mean() > 0.3
    # a margin call is never composed over: the account that was walked had one too, or none
    assert set(composed.trouble) <= {NO_TROUBLE, CALLED}
    # and most parts are composed indeed
    assert (np.diff(long.part.start) > 0).mean() > 0.9


def test_a_part_outside_the_prepared_range_is_walked_and_gives_the_same(bundled):
    rng = np.random.default_rng(4)
    plans = [random_plan(rng, *CONTEXTS["sequential"], calm=True) for _ in range(12)]
    context = make_context(plans[0], bundled)
    idle = Plan.model_validate(
        {"name": "x", "tactical": {"size": {"weight": 0.0}}, "hedge": {"instrument": "none"}}
    )
    # ranges taken from a plan that does nothing: almost everything lies outside
    walked, composed, _ = both_ways(context, plans, sample=[idle])
    assert_agree(walked, composed)


def test_a_bin_holds_the_returns_between_its_edges():
    rng = np.random.default_rng(0)
    edges = bin_edges()
    assert len(edges) == BINS + 1 and (np.diff(edges) > 0.0).all()
    values = np.concatenate(
        [rng.standard_t(3, 3000) * 0.01, [0.0, -1e-9, 1e-9, -(2.0**-7), 2.0**-7, -0.99, 0.99]]
    )
    bins = np.array([bin_of(v) for v in values])
    assert (edges[bins] <= values).all() and (values <= edges[bins + 1]).all()
    below = values < -(2.0**-19)
    width = edges[bins + 1] - edges[bins]
    assert (width[below] <= -values[below] / 127.0).all()


def test_the_bins_of_the_tail_state_their_error():
    # 1 % steps: the mean of the lowest 783 of 15,652 is known by hand
    from strategy.sweep.engine.bins import tail_mean, tail_size

    n = 15_652
    size = int(tail_size(n))
    assert size == 783
    values = -np.linspace(0.05, 0.0001, n)
    counts, totals = np.zeros(BINS, dtype=np.int64), np.zeros(BINS)
    for v in values:
        counts[bin_of(v)] += 1
        totals[bin_of(v)] += v
    mean, error = tail_mean(counts, totals, size, bin_edges())
    exact = np.sort(values)[:size].mean()
    assert 0.0 < error < 1e-4
    assert abs(mean - exact) <= error
