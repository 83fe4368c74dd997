"""What is computed of a market once, while one task runs: pure functions remembered by content.

Rules, components and rates are pure functions of a `Market`; a run asks for the
same ones many times. Inside `keeping(market)` what a function marked `kept`
returned for that very market is returned again. What is kept belongs to a
digest of every number of the market, taken anew whenever a task begins: a
market that was changed in place, or cut at a day, is another one. Frames are
handed out as copies, so nobody can change what is kept.
"""

from __future__ import annotations

import functools
import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any, Concatenate, NamedTuple, ParamSpec, TypeVar, overload

import numpy as np
import pandas as pd

from market.container import ROW_NOTES, Market

P = ParamSpec("P")
T = TypeVar("T")
Values = dict[tuple[Any, ...], Any]
Pure = Callable[Concatenate[Market, P], T]

#: Markets whose results stay after their task: the one at hand, and the one before it.
MOST = 2

_STORES: OrderedDict[bytes, Values] = OrderedDict()
_one_at_a_time = Lock()
_NOTHING: Any = object()


class Content(NamedTuple):
    """Digests of a market: of its sessions and figures alone, and with its prices."""

    figures: bytes
    whole: bytes


@dataclass(frozen=True)
class _Task:
    """The market of the task that runs, and what is kept of it.

    `unpriced` is the market without the columns of its prices: what a function
    gets that is kept by figures alone, so that it cannot read a price.
    """

    market: Market
    unpriced: Market
    figures: Values
    whole: Values


_TASK: ContextVar[_Task | None] = ContextVar("task", default=None)


def content(market: Market) -> Content:
    """Digests of all that a pure function can read of a market.

    Notes on rows (where a figure is from) are left out but for `known_at`: no
    rule reads them.
    """
    digest = hashlib.blake2b(digest_size=16)
    named = (market.id, market.adjusted, market.close_only, market.price_spec)
    digest.update(repr(named).encode())
    _add(digest, market.prices.index.to_numpy())
    for name, observations in market.series.items():
        frame = observations.frame
        columns = [c for c in frame.columns if c == "known_at" or c not in ROW_NOTES]
        digest.update(repr((name, columns, observations.spec)).encode())
        _add(digest, frame.index.to_numpy())
        for column in columns:
            _add(digest, frame[column].to_numpy())
    figures = digest.digest()
    digest.update(repr(tuple(market.prices.columns)).encode())
    for column in market.prices.columns:
        _add(digest, market.prices[column].to_numpy())
    return Content(b"figures" + figures, b"whole" + digest.digest())


def _add(digest: Any, values: np.ndarray) -> None:
    """Numbers by their bytes; what is no number, as a user's column may be, by its text."""
    digest.update(repr((values.dtype.str, values.shape)).encode())
    if values.dtype.hasobject:
        digest.update(repr(values.tolist()).encode())
    else:
        digest.update(np.ascontiguousarray(values).view(np.uint8).data)


@contextmanager
def keeping(market: Market) -> Iterator[None]:
    """Remember what functions marked `kept` return for this market, until the task is over.

    A task inside a task on the same market goes on with what is there.
    """
    running = _TASK.get()
    if running is not None and running.market is market:
        yield
        return
    found = content(market)
    with _one_at_a_time:
        figures, whole = (_STORES.setdefault(key, {}) for key in found)
        for key in found:
            _STORES.move_to_end(key)
        while len(_STORES) > 2 * MOST:
            _STORES.popitem(last=False)
    unpriced = replace(market, prices=market.prices[[]])
    token = _TASK.set(_Task(market, unpriced, figures, whole))
    try:
        yield
    finally:
        _TASK.reset(token)


@overload
def kept(function: Pure[P, T], *, prices: bool = True) -> Pure[P, T]: ...
@overload
def kept(*, prices: bool = True) -> Callable[[Pure[P, T]], Pure[P, T]]: ...
def kept(function: Any = None, *, prices: bool = True) -> Any:
    """Mark a pure function of a market: asked again in one task, it is not computed again.

    Outside of a task, of another market than the task's, or with an argument
    that cannot be a key, it is called as ever.

    Parameters
    ----------
    function : callable
        ``(market, ...) -> frame``, or a dict of frames.
    prices : bool, optional
        False: the function reads sessions and figures and no price, so that
        markets which differ in prices alone share what is kept. It is given a
        market without price columns.
    """
    if function is None:
        return functools.partial(kept, prices=prices)

    @functools.wraps(function)
    def remembered(market: Market, *args: Any, **kwargs: Any) -> Any:
        task = _TASK.get()
        if task is None or (market is not task.market and market is not task.unpriced):
            return function(market, *args, **kwargs)
        if market is task.unpriced and prices:
            return function(market, *args, **kwargs)
        values = task.whole if prices else task.figures
        key = (function, *map(_key, args), *((k, _key(v)) for k, v in sorted(kwargs.items())))
        try:
            found = values.get(key, _NOTHING)
        except TypeError:
            return function(market, *args, **kwargs)
        if found is _NOTHING:
            found = function(market if prices else task.unpriced, *args, **kwargs)
            values[key] = found
        return _given(found)

    return remembered


def _key(value: Any) -> tuple[Any, ...]:
    """An argument with its type and text: 1, 1.0 and True are equal, and 0.0 and -0.0."""
    return type(value), value, repr(value)


def _given(value: Any) -> Any:
    """What the caller gets: frames that are copied when they are written to, dicts anew."""
    if isinstance(value, pd.DataFrame | pd.Series):
        return value.copy(deep=False)
    if isinstance(value, dict):
        return {name: _given(part) for name, part in value.items()}
    return value
