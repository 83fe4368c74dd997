"""The same sweep on a Dask cluster: parts go out, files come back, the bytes are the same.

Workers load plan and data themselves; a worker whose code or data differ from
the caller's is refused. A worker that is lost costs the parts it was at.
"""

from __future__ import annotations

import hashlib
import pickle
import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from market.errors import InputError
from strategy.sweep.engine.engine import Engine
from strategy.sweep.file.grid import make_grid
from strategy.sweep.work.identity import data_hashes, this_code
from strategy.sweep.work.table import compute_part

if TYPE_CHECKING:
    from distributed import Client

#: Parts under way for each thread of the cluster: one to work at, one to come.
AHEAD = 2
CONNECT_SECONDS = 10

#: A part's number and its span of variants.
_Part = tuple[int, tuple[int, int]]

_engines: dict[str, Engine] = {}
_one_at_a_time = threading.Lock()


@dataclass(frozen=True)
class Order:
    """What a worker needs to know, the same for all parts of a sweep."""

    sweep: bytes
    way: str
    code: str
    data: str


def part_on_worker(
    order: Order, part: tuple[int, int], vintages: bool
) -> tuple[bytes, bytes | None]:
    """Compute one part in a worker's process.

    Raises
    ------
    InputError
        Where the worker's code or data are not the caller's.
    """
    with _one_at_a_time:
        engine = _engine(order)
        return compute_part(engine, part, vintages=vintages)


def _engine(order: Order) -> Engine:
    key = hashlib.sha256(repr(order).encode()).hexdigest()
    if key not in _engines:
        if this_code() != order.code:
            raise InputError(
                f"a worker runs version {this_code()}, this program is {order.code}",
                where="--cluster",
                do="install the same version on all workers",
            )
        engine = Engine(make_grid(pickle.loads(order.sweep)), order.way, "")
        if _fingerprint(engine) != order.data:
            raise InputError(
                "a worker has other data than this machine",
                where="--cluster",
                do="give all workers the same files",
            )
        _engines.clear()
        _engines[key] = engine
    return _engines[key]


def _fingerprint(engine: Engine) -> str:
    return hashlib.sha256(repr(data_hashes(engine)).encode()).hexdigest()


class Lines:
    """Parts in one line for each thread of the cluster, neighbours in the same line.

    Neighbouring parts share their context and settings: a worker that gets
    them one after the other prepares these once. A line that is empty takes
    from the end of the longest.
    """

    def __init__(self, wanted: list[_Part], count: int) -> None:
        ends = [len(wanted) * k // count for k in range(count + 1)]
        self._lines = [deque(wanted[a:b]) for a, b in pairwise(ends)]

    @property
    def count(self) -> int:
        return len(self._lines)

    def next(self, seat: int) -> _Part | None:
        """The part that this line, or the longest one, gives next; None where all are gone."""
        if self._lines[seat]:
            return self._lines[seat].popleft()
        longest = max(self._lines, key=len)
        return longest.pop() if longest else None


@dataclass
class ClusterCrew:
    """Computes parts on a Dask cluster.

    Attributes
    ----------
    address : str
        Of the scheduler, for example ``tcp://10.0.0.1:8786``.
    """

    address: str

    def client(self) -> Client:
        """A connection to the scheduler.

        Raises
        ------
        InputError
            Where `distributed` is not installed, or nothing answers.
        """
        try:
            from distributed import Client
        except ImportError:
            raise InputError(
                "the package 'distributed' is not installed",
                where="--cluster",
                do="pip install 'simulate-plans[cluster]'",
            ) from None
        try:
            return Client(self.address, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError, ImportError) as error:
            raise InputError(
                f"no scheduler answers at {self.address}: {error}",
                where="--cluster",
                expected="the address of a Dask scheduler, for example tcp://10.0.0.1:8786",
            ) from None

    def check(self) -> None:
        """Whether a scheduler answers, before anything else is done."""
        with self.client():
            pass

    def parts(
        self, engine: Engine, wanted: list[tuple[int, tuple[int, int]]], *, vintages: bool
    ) -> Iterator[tuple[int, bytes, bytes | None]]:
        """Give each wanted part's number and files, as they come in."""
        if not wanted:
            return
        from distributed import as_completed

        order = Order(
            pickle.dumps(engine.grid.sweep), engine.way, this_code(), _fingerprint(engine)
        )
        numbers: dict[str, tuple[int, int]] = {}
        with self.client() as client:
            context = client.scatter(order, broadcast=True, hash=True)
            seats = [address for address, n in client.nthreads().items() for _ in range(n)]
            lines = Lines(wanted, max(1, len(seats)))

            def submit(seat: int) -> Any:
                item = lines.next(seat)
                if item is None:
                    return None
                i, part = item
                future = client.submit(
                    part_on_worker,
                    context,
                    part,
                    vintages,
                    pure=False,
                    retries=2,
                    # a wish: where that worker is gone, another one takes it
                    workers=seats[seat : seat + 1] or None,
                    allow_other_workers=bool(seats),
                )
                numbers[future.key] = i, seat
                return future

            asked = [submit(seat) for _ in range(AHEAD) for seat in range(lines.count)]
            done = as_completed([f for f in asked if f is not None], loop=client.loop)
            for future in done:
                variants, returns = future.result()
                i, seat = numbers.pop(future.key)
                yield i, variants, returns
                following = submit(seat)
                if following is not None:
                    done.add(following)
