"""The histogram of daily returns behind CVaR: bins of equal relative width, and the tail's mean.

A bin is the exponent and the first bits of the mantissa of a return, so it is
narrow where returns are small and 1/128 of the return where they are not. Each
bin keeps how many returns fell in it and their sum; only the bin that the
tail's end falls into is approximated, by its mean.
"""

from __future__ import annotations

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from strategy.kernels.compiled import compiled

#: Share of days in the tail.
TAIL = 0.05
#: Bins per factor of two, below and above zero: the tail of a plan is below.
BELOW_BITS, ABOVE_BITS = 7, 3
#: Returns smaller than 2**-20 share the bins next to zero; those above 1 the last one.
OCTAVES = 20
BELOW = OCTAVES << BELOW_BITS
ABOVE = OCTAVES << ABOVE_BITS
BINS = BELOW + ABOVE

_BELOW_SHIFT = 52 - BELOW_BITS
_ABOVE_SHIFT = 52 - ABOVE_BITS
_BELOW_BASE = (1023 - OCTAVES) << BELOW_BITS
_ABOVE_BASE = (1023 - OCTAVES) << ABOVE_BITS


@intrinsic
def float_bits(typingctx, value):
    """The bits of a float64 as int64, inside a compiled function."""

    def codegen(context, builder, signature, args):
        return builder.bitcast(args[0], ir.IntType(64))

    return types.int64(types.float64), codegen


@compiled()
def bin_of(value):
    """Bin of a return; bins ascend with the return."""
    if value < 0.0:
        k = (float_bits(-value) >> _BELOW_SHIFT) - _BELOW_BASE
        return BELOW - 1 - min(max(k, 0), BELOW - 1)
    k = (float_bits(value) >> _ABOVE_SHIFT) - _ABOVE_BASE
    return BELOW + min(max(k, 0), ABOVE - 1)


def bin_edges() -> np.ndarray:
    """Edges of all bins, ascending, length ``BINS + 1``; the outer ones are where bins are cut."""
    below = -_edges(BELOW_BITS)[::-1]
    return np.concatenate([below, _edges(ABOVE_BITS)[1:]])


def _edges(bits: int) -> np.ndarray:
    octave = np.arange(OCTAVES << bits) >> bits
    step = np.arange(OCTAVES << bits) & ((1 << bits) - 1)
    edges = np.ldexp(1.0 + step / (1 << bits), octave - OCTAVES)
    edges[0] = 0.0
    return np.append(edges, 1.0)


@compiled()
def tail_size(sessions):
    """Days in the tail: 5 %, rounded up, at least one."""
    return max(1, int(np.ceil(TAIL * sessions)))


@compiled()
def tail_mean(counts, totals, size, edges):
    """Mean of the lowest `size` returns and the most it can be off."""
    left = size
    below = 0.0
    for b in range(len(counts)):
        here = counts[b]
        if here >= left:
            mean = totals[b] / here
            width = edges[b + 1] - edges[b]
            off = left * (here - left) / here * width / size
            return (below + left * mean) / size, off
        left -= here
        below += totals[b]
    # fewer returns than the tail holds were counted
    return np.nan, np.nan


@compiled()
def _reach(tc, hc, size):
    """First bin at which two cumulative histograms hold `size` returns; the last one otherwise."""
    low, high = 0, BINS - 1
    while low < high:
        middle = (low + high) // 2
        if tc[middle] + hc[middle] >= size:
            high = middle
        else:
            low = middle + 1
    return low


@compiled()
def tail_of(tc, tt, hc, ht, bins, values, signs, closest, n, size, edges):
    """Mean of the lowest `size` returns, as `tail_mean`, from three sources.

    Two cumulative histograms, and `n` single returns that count once more (sign
    1) or once less (sign -1).
    """
    more, fewer = 0, 0
    for k in range(n):
        if signs[k] > 0:
            more += 1
        else:
            fewer += 1
    # where the histograms alone put the end, whichever way the single returns fall
    low = _reach(tc, hc, size - more)
    high = _reach(tc, hc, size + fewer)
    known, near = 0, 0
    for k in range(n):
        if bins[k] < low:
            known += signs[k]
        elif bins[k] <= high:
            closest[near] = k
            near += 1
    while low < high:
        middle = (low + high) // 2
        count = tc[middle] + hc[middle] + known
        for j in range(near):
            if bins[closest[j]] <= middle:
                count += signs[closest[j]]
        if count >= size:
            high = middle
        else:
            low = middle + 1
    below_count, below = 0, 0.0
    if low > 0:
        below_count = tc[low - 1] + hc[low - 1]
        below = tt[low - 1] + ht[low - 1]
    here_count = tc[low] + hc[low] - below_count
    here = tt[low] + ht[low] - below
    for k in range(n):
        if bins[k] < low:
            below_count += signs[k]
            below += signs[k] * values[k]
        elif bins[k] == low:
            here_count += signs[k]
            here += signs[k] * values[k]
    left = size - below_count
    width = edges[low + 1] - edges[low]
    off = left * (here_count - left) / here_count * width / size
    return (below + left * here / here_count) / size, off
