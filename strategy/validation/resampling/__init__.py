"""Resampled observations: the bootstrap's blocks, and tests of the best of many by it."""
