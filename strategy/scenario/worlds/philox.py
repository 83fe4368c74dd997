"""Philox 4x64-10: a generator without state, so that path i has its numbers whoever computes it.

Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3"
(SC11). A block of four 64-bit numbers is a function of a key (here: the seed
and the stream of a world) and a counter (here: the block within a path, and
the path). ``numpy.random.Philox`` gives the same numbers.
"""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from strategy.kernels.compiled import compiled

_M0 = np.uint64(0xD2E7470EE14C6C93)
_M1 = np.uint64(0xCA5A826395121157)
_W0 = np.uint64(0x9E3779B97F4A7C15)
_W1 = np.uint64(0xBB67AE8584CAA73B)
_ROUNDS = 10
#: 2 ** -53: the distance of neighbours among the uniform numbers.
_STEP = 1.0 / 9007199254740992.0


@intrinsic
def _high(typingctx: Any, a: Any, b: Any) -> Any:
    """High 64 bits of the product of two uint64."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        wide = ir.IntType(128)
        product = builder.mul(builder.zext(args[0], wide), builder.zext(args[1], wide))
        return builder.trunc(builder.lshr(product, ir.Constant(wide, 64)), ir.IntType(64))

    return types.uint64(types.uint64, types.uint64), codegen


@compiled(nogil=True)
def philox(key0: Any, key1: Any, counter0: Any, counter1: Any) -> Any:
    """Four 64-bit numbers of a key and a counter (its upper half is zero)."""
    k0, k1 = np.uint64(key0), np.uint64(key1)
    c0, c1 = np.uint64(counter0), np.uint64(counter1)
    c2, c3 = np.uint64(0), np.uint64(0)
    for _ in range(_ROUNDS):
        high0, low0 = _high(_M0, c0), _M0 * c0
        high1, low1 = _high(_M1, c2), _M1 * c2
        c0, c1, c2, c3 = high1 ^ c1 ^ k0, low1, high0 ^ c3 ^ k1, low0
        k0 += _W0
        k1 += _W1
    return c0, c1, c2, c3


@compiled(nogil=True)
def uniforms(seed: Any, stream: Any, path: Any, block: Any) -> Any:
    """Four uniform numbers in [0, 1): block `block` of path `path`."""
    a, b, c, d = philox(seed, stream, block, path)
    shift = np.uint64(11)
    return (a >> shift) * _STEP, (b >> shift) * _STEP, (c >> shift) * _STEP, (d >> shift) * _STEP


def stream_of(name: str) -> int:
    """Number of a named stream: the same name draws the same numbers in every run."""
    return zlib.crc32(name.encode())
