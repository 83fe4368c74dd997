"""The judge: a figure that a single run does not confirm stops the sweep."""

import numpy as np
import pytest

from strategy.sweep.engine.engine import Engine
from strategy.sweep.evidence.judge import JudgeError
from strategy.sweep.file.columns import METRICS
from strategy.sweep.work.run import run_sweep
from tests.tolerances import ROUNDING

JUDGED = """\
name: judged
data: {start: 2005-01-01}
sweep:
  keys: {tactical.stop: [0.01, 0.02, 0.03], hedge.max_ratio: [0.2, 0.6]}
  judge: 4
  best: {n: 2}
"""


def test_a_sound_sweep_is_confirmed_with_vectorbt_s_book(write_sweep, tmp_path):
    judged = run_sweep(write_sweep(JUDGED), tmp_path).summary["judge"]
    assert 4 <= judged["judged"] <= 6
    assert judged["largest_difference"] < ROUNDING
    assert judged["largest_cvar_difference"] < 1e-5


@pytest.mark.parametrize(
    ("metric", "change"), [("sharpe", 1e-8), ("trades", 1.0), ("cvar_95", 1e-3), ("cost", 1e-8)]
)
def test_a_wrong_figure_stops_the_sweep_with_the_variant_s_plan(
    write_sweep, tmp_path, monkeypatch, metric, change
):
    compute = Engine.compute

    def wrong(self, numbers, **options):
        rows = compute(self, numbers, **options)
        rows.metrics[:, list(METRICS).index(metric)] += change
        return rows

    monkeypatch.setattr(Engine, "compute", wrong)
    with pytest.raises(JudgeError) as error:
        run_sweep(write_sweep(JUDGED), tmp_path)
    text = str(error.value)
    assert metric in text and "stop: 0.0" in text and "max_ratio:" in text
    assert not list(tmp_path.glob("*/variants.parquet")), "nothing was written"


def test_a_figure_that_is_missing_where_there_is_one_is_a_disagreement(
    write_sweep, tmp_path, monkeypatch
):
    compute = Engine.compute

    def wrong(self, numbers, **options):
        rows = compute(self, numbers, **options)
        rows.metrics[:, list(METRICS).index("calmar")] = np.nan
        return rows

    monkeypatch.setattr(Engine, "compute", wrong)
    with pytest.raises(JudgeError, match="calmar is nan"):
        run_sweep(write_sweep(JUDGED), tmp_path)
