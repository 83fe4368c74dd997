"""What the sweep tests share: small sweep files, and their contexts, made once."""

from __future__ import annotations

import textwrap

import pytest

from strategy.sweep.file.sweep_file import Sweep, load_sweep

SMALL = """\
name: small
data: {start: 1995-01-01}
hedge: {policy: sequential}
sweep:
  keys:
    tactical.stop: {from: 0.01, to: 0.05, steps: 5}
    tactical.first_target_share: [0, 0.5, 1]
    hedge.max_ratio: [0.2, 0.5, 0.8]
    hedge.score.from: [0.1, 0.3, 0.5]
  judge: 0
  best: {n: 3}
"""


@pytest.fixture
def write_sweep(tmp_path):
    """Write a sweep file and read it: `write_sweep(text) -> Sweep`."""

    def write(text: str, name: str = "sweep.yaml") -> Sweep:
        path = tmp_path / name
        path.write_text(textwrap.dedent(text), encoding="utf-8")
        return load_sweep(path)

    return write


@pytest.fixture
def small(write_sweep):
    """135 variants of a sequential plan since 1995, unjudged."""
    return write_sweep(SMALL)
