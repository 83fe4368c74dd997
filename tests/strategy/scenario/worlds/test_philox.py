"""The generator is Philox 4x64-10, and a block depends on its key and counter alone."""

import numpy as np
import pytest

from strategy.scenario.worlds.philox import philox, stream_of, uniforms


@pytest.mark.parametrize(
    ("key", "block", "path"),
    [((0, 0), 1, 0), ((1, stream_of("bootstrap")), 7, 9999), ((2**63 - 1, 2**32 - 1), 139, 10**6)],
)
def test_blocks_equal_numpys_philox(key, block, path):
    # numpy steps its counter before it draws
    theirs = np.random.Philox(key=list(key), counter=[block - 1, path, 0, 0]).random_raw(4)
    assert list(philox(*key, block, path)) == theirs.tolist()


def test_uniforms_equal_numpys_and_lie_in_the_unit_interval():
    generator = np.random.Generator(np.random.Philox(key=[5, 3], counter=[10, 42, 0, 0]))
    assert list(uniforms(5, 3, 42, 11)) == generator.random(4).tolist()
    many = np.array([uniforms(1, 2, path, 0) for path in range(20_000)]).ravel()
    assert many.min() >= 0.0
    assert many.max() < 1.0
    # four standard errors of a mean of 80,000 uniforms
    assert abs(many.mean() - 0.5) < 4 * np.sqrt(1 / 12 / many.size)


def test_streams_of_worlds_differ():
    names = ("bootstrap", "lookalike", "garch", "analog", "replay")
    assert len({stream_of(name) for name in names}) == len(names)
