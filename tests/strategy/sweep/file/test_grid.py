"""The numbering of variants, constraints, samples, and refusals of too many."""

import pickle

import numpy as np
import pytest

from market.errors import InputError
from strategy.sweep.file.grid import CONTEXT, HEDGE, RISK, TACTICAL, kinds_of, make_grid
from strategy.sweep.work.estimate import check_number
from tests.strategy.sweep.conftest import SMALL

MIXED = """\
name: mixed
sweep:
  keys:
    hedge.max_ratio: [0.1, 0.2, 0.3]
    tactical.stop: [0.01, 0.02]
    costs.fee_bps: [1, 2]
    risk.min_coverage: [0.3, 0.5]
  constraints: ["hedge.max_ratio > tactical.stop * 10"]
"""


def test_every_combination_has_one_number_and_the_context_changes_last(write_sweep):
    grid = make_grid(write_sweep(MIXED))
    assert [axis.keys[0] for axis in grid.axes] == [
        "costs.fee_bps",
        "risk.min_coverage",
        "tactical.stop",
        "hedge.max_ratio",
    ]
    seen = {tuple(grid.values(n).items()) for n in range(grid.product)}
    assert len(seen) == grid.product == 24


def test_constraints_leave_out_variants_but_not_numbers(write_sweep):
    grid = make_grid(write_sweep(MIXED))
    numbers = np.concatenate([grid.numbers(chunk) for chunk in grid.chunks(5)])
    by_hand = [
        n
        for n in range(24)
        if grid.values(n)["hedge.max_ratio"] > grid.values(n)["tactical.stop"] * 10
    ]
    assert numbers.tolist() == by_hand
    assert grid.count == len(by_hand) == 12


def test_groups_number_the_settings_of_a_sleeve(write_sweep):
    grid = make_grid(write_sweep(MIXED))
    digits = grid.digits(np.arange(24))
    for kinds, size in (((CONTEXT,), 2), ((RISK, TACTICAL), 4), ((RISK, HEDGE), 6)):
        groups = grid.group(digits, *kinds)
        assert grid.group_size(*kinds) == size == len(set(groups.tolist()))
        for n in (0, 7, 23):
            values = grid.group_values(int(groups[n]), *kinds)
            assert values.items() <= grid.values(n).items()


@pytest.mark.parametrize(
    ("key", "gated", "kinds"),
    [
        ("tactical.stop", False, {TACTICAL}),
        ("tactical.entry.fill", False, {CONTEXT}),
        ("tactical.entry", False, {CONTEXT}),
        ("tactical", False, {CONTEXT}),
        ("hedge.band", False, {HEDGE}),
        ("hedge.window.end", False, {CONTEXT}),
        ("hedge.short.style", False, {CONTEXT}),
        ("hedge.short.maintenance", False, {HEDGE}),
        ("hedge.score.from", False, {HEDGE}),
        ("hedge.score.from", True, {HEDGE, TACTICAL}),
        ("risk.cash.from", False, {RISK}),
        ("core.weight", False, {CONTEXT}),
        ("data.end", False, {CONTEXT}),
    ],
)
def test_keys_are_known_by_what_they_change(key, gated, kinds):
    assert kinds_of(key, gated) == kinds


def test_a_sample_is_the_same_each_time_and_meets_the_constraints(write_sweep):
    text = MIXED.replace("constraints", "sample: 6\n  constraints")
    first, second = make_grid(write_sweep(text)), make_grid(write_sweep(text))
    assert first.chosen is not None and second.chosen is not None
    assert first.chosen.tolist() == second.chosen.tolist()
    assert len(set(first.chosen.tolist())) == 6
    assert first.exists(first.chosen).all()
    assert np.concatenate([first.numbers(c) for c in first.chunks(4)]).tolist() == list(
        first.chosen
    )


def test_a_sample_of_what_hardly_exists_is_refused(write_sweep):
    # more than one variant meets the constraint, so that the sample is smaller than the sweep
    keys = ", ".join(f"{k}: {{from: 1, to: 1000, steps: 1000}}" for k in ("costs.fee_bps",))
    text = (
        f"name: x\nsweep:\n  keys: {{{keys}, capital: {{from: 1, to: 100000, steps: 100000}}}}\n"
        "  sample: 1\n  constraints: [capital == costs.fee_bps * 100, costs.fee_bps > 998]\n"
    )
    with pytest.raises(InputError, match="meet the constraints"):
        _ = make_grid(write_sweep(text)).chosen


def test_a_million_millions_are_refused_with_the_number_before_anything_starts(write_sweep):
    ranges = ", ".join(
        f"{key}: {{from: 0.01, to: 0.9, steps: 1000}}"
        for key in ("tactical.stop", "hedge.max_ratio", "hedge.band", "core.weight")
    )
    grid = make_grid(write_sweep(f"name: x\nsweep: {{keys: {{{ranges}}}}}\n"))
    with pytest.raises(InputError, match="1,000,000,000,000 variants"):
        check_number(grid)


def test_more_than_can_be_numbered_are_refused(write_sweep):
    names = ("tactical.stop", "hedge.max_ratio", "hedge.band", "core.weight", "risk.min_coverage")
    ranges = ", ".join(f"{key}: {{from: 0.01, to: 0.9, steps: 10000}}" for key in names)
    with pytest.raises(InputError, match="draw values instead"):
        make_grid(write_sweep(f"name: x\nsweep: {{keys: {{{ranges}}}}}\n"))


def test_a_random_choice_is_spread_and_repeats(write_sweep):
    grid = make_grid(write_sweep(SMALL))
    assert grid.random(10, 1).tolist() == grid.random(10, 1).tolist()
    assert grid.random(10, 1).tolist() != grid.random(10, 2).tolist()
    assert grid.random(1000, 1).tolist() == list(range(135))


def test_a_grid_can_be_sent_to_another_process(write_sweep):
    grid = make_grid(write_sweep(MIXED))
    sent = pickle.loads(pickle.dumps(grid))
    assert sent.count == grid.count and sent.sweep.description() == grid.sweep.description()
