"""Sweeps: a plan with many settings of its keys, run at the price of a few and checked by the rest.

`load_sweep` reads a plan file with a ``sweep:`` block, `run_sweep` runs it
into a folder, `query` asks that folder questions, `vintage_returns` and
`daily_returns` give the paths of chosen variants to the statistics.
"""

from strategy.sweep.evidence.judge import JudgeError
from strategy.sweep.evidence.returns import daily_returns, vintage_returns
from strategy.sweep.file.sweep_file import Sweep, load_sweep
from strategy.sweep.work.folder import SweepFolder, find_folder
from strategy.sweep.work.query import query
from strategy.sweep.work.run import SweepRun, run_sweep

__all__ = [
    "JudgeError",
    "Sweep",
    "SweepFolder",
    "SweepRun",
    "daily_returns",
    "find_folder",
    "load_sweep",
    "query",
    "run_sweep",
    "vintage_returns",
]
