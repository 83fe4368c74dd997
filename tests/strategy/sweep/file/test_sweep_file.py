"""Sweep files: the block, its refusals with file and line, and the files that come along."""

from pathlib import Path

import pytest

from market.errors import InputError
from strategy.sweep.file.grid import make_grid
from strategy.sweep.file.settings import variant_plan
from strategy.sweep.file.sweep_file import load_sweep

CONFIGS = Path(__file__).resolve().parents[4] / "configs"


def refusal(write_sweep, block, head="name: x\n"):
    with pytest.raises(InputError) as found:
        write_sweep(head + block)
    return found.value.line()


def test_the_block_is_taken_out_and_the_rest_is_the_base_plan(write_sweep):
    sweep = write_sweep("""\
        name: x
        tactical: {stop: 0.02}
        sweep:
          keys: {tactical.stop: [0.03, 0.04], hedge.max_ratio: [0.1]}
        """)
    assert sweep.plan.tactical.stop == 0.02
    assert sweep.keys == ("tactical.stop", "hedge.max_ratio")
    assert "sweep" not in sweep.content


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ("", "has no 'sweep:' block"),
        ("sweep:\n", "a map with keys among keys, draws"),
        ("sweep: 3\n", "sweep: got 3; expected a map with keys among keys, draws"),
        ("sweep: {}\n", "sweep.keys: got nothing; expected at least one key"),
        ("sweep: {keys: 5}\n", "sweep.keys: got 5; expected at least one key"),
        ("sweep: {keys: {}}\n", "at least one key"),
        ("sweep: {kyes: {tactical.stop: [0.1]}}\n", "did you mean 'keys'?"),
        ("sweep: {keys: {tactical.stop: [0.1]}, best: {m: 1}}\n", "one of by, n"),
        ("sweep: {keys: {tactical.stop: [0.1]}, best: 7}\n", "sweep.best: got 7; expected a map"),
        (
            "sweep: {keys: {tactical.stop: [0.1]}, draws: {method: sobol}}\n",
            "sweep.draws.n: missing",
        ),
        ("sweep: {keys: {tactical.stop: [0.1]}, seed: -1, judge: -1}\n", "(and 1 more)"),
        ("sweep: {keys: {tactical.stpo: [0.1]}}\n", "did you mean 'stop'?"),
        ("sweep: {keys: {tactical.wobble_factor: [1]}}\n", "expected one of exit_by"),
        ("sweep: {keys: {tactical.stop.x.y: [1]}}\n", "no key 'tactical.stop.x.y'"),
        ("sweep: {keys: {name: [a, b]}}\n", "changes no number"),
        ("sweep: {keys: {hedge: [{}], hedge.band: [0.1]}}\n", "'hedge' holds 'hedge.band'"),
        ("sweep: {keys: {tactical.stop: []}}\n", "an empty list"),
        ("sweep: {keys: {tactical.stop: {from: 0.1, to: 0.2, steps: 0}}}\n", "0 steps"),
        ("sweep: {keys: {tactical.stop: {uniform: [0.1, 0.2]}}}\n", "how many draws"),
        ("sweep: {keys: {tactical.stop: [0.1]}, draws: {n: 5}}\n", "no key is a distribution"),
        (
            "sweep: {keys: {tactical.stop: {uniform: [0.1, 0.2]}}, draws: {n: 0}}\n",
            "a whole number from 1",
        ),
        (
            "sweep: {keys: {tactical.stop: {uniform: [0.1, 0.2]}}, draws: {n: 5, method: hlt}}\n",
            "random, sobol",
        ),
        ("sweep: {keys: {tactical.stop: [0.1]}, metrics: [sharp]}\n", "did you mean 'sharpe'?"),
        ("sweep: {keys: {tactical.stop: [0.1]}, metrics: [[sharpe]]}\n", "did you mean 'sharpe'?"),
        ("sweep: {keys: {tactical.stop: [0.1]}, best: {by: luck}}\n", "expected one of"),
        ("sweep: {keys: {tactical.stop: [0.1]}, best: {by: [sharpe]}}\n", "did you mean 'sharpe'?"),
        ("sweep: {keys: {tactical.stop: [0.1]}, rank_by: leads}\n", "did you mean 'lead'?"),
        (
            "sweep: {keys: {tactical.stop: [0.1]}, rank_by: lead, best: {by: sharpe}}\n",
            "rank_by: got lead; expected sharpe, as best.by says, or no best.by",
        ),
        ("sweep: {keys: {tactical.stop: [.nan]}}\n", "expected a finite number"),
        ("sweep: {keys: {tactical.stop: {uniform: [0.1, .inf]}}}\n", "expected a finite number"),
        ("sweep: {keys: {tactical.stop: {from: -.inf, to: 1, steps: 2}}}\n", "a finite number"),
        ('sweep: {keys: {"tactical.\\u202est": [0.1]}}\n', "tactical.\\u202est"),
        ("sweep: {keys: {tactical.stop: [0.1]}, engine: fast}\n", "auto, separable, dense"),
        ("sweep: {keys: {tactical.stop: [0.1]}, judge: -1}\n", "a whole number from 0"),
        ("sweep: {keys: {tactical.stop: [0.1]}, constraints: [tactical.stop <]}\n", "too early"),
        (
            "sweep: {keys: {tactical.stop: [0.1]}, constraints: [tactical.stp < 1]}\n",
            "did you mean 'stop'?",
        ),
        ("sweep: {keys: {tactical.stop: [0.1]}, constraints: [3]}\n", "expected text"),
    ],
)
def test_mistakes_are_told_in_one_line_with_the_file(write_sweep, block, message):
    line = refusal(write_sweep, block)
    assert message in line
    assert "sweep.yaml" in line and "\n" not in line


def test_null_is_what_is_meant_without_the_key(write_sweep):
    head = "name: x\nsweep: {keys: {tactical.stop: {uniform: [0.1, 0.2]}}, draws: {n: 3, seed: %s}"
    alike = [
        write_sweep(head % "null" + ", seed: 7, sample: null}\n").description(),
        write_sweep(head % "7" + ", seed: 7}\n").description(),
    ]
    assert alike[0] == alike[1] and alike[0]["sample"] is None


def test_a_mistake_names_its_line(write_sweep):
    line = refusal(
        write_sweep, "sweep:\n  keys:\n    tactical.stop: [0.1]\n    tactical.sotp: [1]\n"
    )
    assert "sweep.yaml:5: sweep.keys.tactical.sotp" in line


def test_a_variant_that_is_no_valid_plan_is_named_with_its_values(write_sweep):
    grid = make_grid(write_sweep("name: x\nsweep: {keys: {tactical.stop: [0.02, 1.5]}}\n"))
    assert variant_plan(grid, 0).tactical.stop == 0.02
    with pytest.raises(InputError) as found:
        variant_plan(grid, 1)
    assert "tactical.stop = 1.5" in found.value.line()
    assert "no valid plan" in found.value.line()


def test_overrides_change_the_base_plan(tmp_path):
    path = tmp_path / "s.yaml"
    path.write_text("name: x\nsweep: {keys: {tactical.stop: [0.02]}}\n")
    assert load_sweep(path, ["costs.fee_bps=3"]).plan.costs.fee_bps == 3


@pytest.mark.parametrize(
    ("name", "product"),
    [("sweep_stop_target", 5_184), ("sweep_hedge", 4_096), ("sweep_million", 1_000_000)],
)
def test_sweeps_that_come_along_are_valid_and_as_large_as_they_say(name, product):
    sweep = load_sweep(CONFIGS / f"{name}.yaml")
    assert sweep.name == name
    grid = make_grid(sweep)
    assert grid.product == product
    assert f"{product:,}" in (CONFIGS / f"{name}.yaml").read_text().splitlines()[0]
    for number in grid.random(20, 5):
        variant_plan(grid, int(number))


@pytest.mark.parametrize(
    ("block", "by"),
    [
        ("", "lead"),
        (", rank_by: calmar", "calmar"),
        (", best: {by: cagr, n: 3}", "cagr"),
        (", rank_by: cagr, best: {by: cagr}", "cagr"),
        (", rank_by: cagr, best: {n: 3}", "cagr"),
    ],
)
def test_what_ranks_is_the_lead_unless_the_file_or_the_caller_says_another(tmp_path, block, by):
    path = tmp_path / "s.yaml"
    path.write_text(f"name: s\nsweep: {{keys: {{tactical.stop: [0.1]}}{block}}}\n")
    assert load_sweep(path).best_by == by
    assert load_sweep(path, rank_by="turnover").best_by == "turnover"
    with pytest.raises(InputError, match="no metric 'turn'"):
        load_sweep(path, rank_by="turn")
