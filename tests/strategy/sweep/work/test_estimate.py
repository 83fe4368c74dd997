"""What a sweep will cost, said before it starts, and refused where it is too much."""

import pytest

from market.errors import InputError
from strategy.sweep.work.estimate import duration, size
from strategy.sweep.work.run import prepare

WIDE = """\
name: wide
sweep:
  keys:
    tactical.stop: {{from: 0.01, to: 0.05, steps: {stops}}}
    hedge.max_ratio: {{from: 0.1, to: 0.9, steps: {ratios}}}
    hedge.instrument: [short]
"""


def test_the_estimate_names_variants_time_memory_and_disk(small):
    text = prepare(small).estimate.text()
    assert text.startswith("135 variants, about ")
    assert "of memory" in text and "on disk" in text


def test_a_large_sweep_needs_a_yes(write_sweep):
    sweep = write_sweep(WIDE.format(stops=10_000, ratios=5_000))
    with pytest.raises(InputError, match=r"50,000,000 variants.*--yes"):
        prepare(sweep)
    assert prepare(sweep, yes=True).estimate.variants == 50_000_000


def test_a_yes_does_not_help_beyond_what_a_machine_holds(write_sweep):
    sweep = write_sweep(WIDE.format(stops=1_000_000, ratios=1_000_000))
    with pytest.raises(InputError, match=r"1,000,000,000,000 variants"):
        prepare(sweep, yes=True)


def test_no_variant_is_refused(write_sweep):
    text = WIDE.format(stops=3, ratios=3) + "  constraints: [tactical.stop > 1]\n"
    with pytest.raises(InputError, match="no variant meets the constraints"):
        prepare(write_sweep(text))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ("hedge: {policy: hedge_first}", "holds the hedge and the long together"),
        ("hedge: {window: {start: 11-25, end: 12-31}}", "starts after the next anchor"),
        ("hedge: {caps: {net: 0.5}}", "cannot follow hedge.caps.net"),
        ("hedge: {instrument: put}", "cannot follow hedge.instrument put"),
    ],
)
def test_a_way_that_does_not_fit_is_refused(write_sweep, changes, message):
    text = f"name: x\n{changes}\nsweep: {{keys: {{tactical.stop: [0.02]}}, engine: separable}}\n"
    with pytest.raises(InputError, match=message):
        prepare(write_sweep(text))


def test_the_cheaper_way_is_taken(write_sweep):
    square = WIDE.format(stops=100, ratios=100).replace(
        "sweep:", "hedge: {policy: sequential}\nsweep:"
    )
    assert prepare(write_sweep(square)).engine.way == "separable"
    assert prepare(write_sweep(WIDE.format(stops=2000, ratios=2))).engine.way == "dense"


def test_amounts_are_told_in_words():
    assert [duration(s) for s in (0.2, 45, 600, 7200, 1e6)] == [
        "1 s",
        "45 s",
        "10 min",
        "2.0 h",
        "12 days",
    ]
    assert [size(b) for b in (2e3, 5e6, 1.25e9, 3e12)] == ["2 kB", "5 MB", "1.25 GB", "3 TB"]
