"""The tear sheet in a process of its own, which loads its libraries while the plan is simulated.

quantstats, seaborn and matplotlib take a second to load and two to draw; on
two cores that is as long as the rest of a run.
"""

from __future__ import annotations

import gc
import os
import pickle
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from strategy.result.result import Result

ROOT = Path(__file__).resolve().parents[2]


class TearsheetProcess:
    """A process that draws one tear sheet.

    Parameters
    ----------
    process : subprocess.Popen or None
        None where no core is to spare: then the page is drawn here.
    """

    def __init__(self, process: subprocess.Popen[bytes] | None = None) -> None:
        self._process = process
        self._result: Result | None = None
        self._sending: Thread | None = None

    def begin(self, result: Result) -> None:
        """Hand over the returns, once; drawing begins, and this returns at once."""
        from reports.tearsheet.sheet import tearsheet_inputs

        if self._result is result:
            return
        self._result = result
        if self._process is not None and self._process.stdin is not None:
            # more than a pipe holds, and the process reads when it has loaded its libraries
            inputs = pickle.dumps(tearsheet_inputs(result))
            self._sending = Thread(target=_send, args=(self._process.stdin, inputs), daemon=True)
            self._sending.start()

    def page(self) -> str:
        """The page; drawn here where the process failed."""
        assert self._result is not None
        if self._sending is not None:
            self._sending.join()
        if self._process is not None and self._process.stdout is not None:
            text = self._process.stdout.read()
            if self._process.wait() == 0 and text:
                return text.decode()
        from reports.tearsheet.sheet import build_tearsheet

        return build_tearsheet(self._result)


@contextmanager
def tearsheet_process(*, wanted: bool = True) -> Iterator[TearsheetProcess | None]:
    """A process at the ready, ended with the block; None where no tear sheet is wanted."""
    if not wanted:
        yield None
        return
    if not _spare_core():
        yield TearsheetProcess()
        return
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH", ""))))
    process = subprocess.Popen(
        [sys.executable, "-m", "reports.tearsheet.process"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": path},
    )
    sheet = TearsheetProcess(process)
    try:
        yield sheet
    finally:
        with suppress(OSError):
            process.kill()
        process.wait()
        if sheet._sending is not None:
            sheet._sending.join()
        for pipe in (process.stdin, process.stdout):
            with suppress(OSError):
                if pipe is not None:
                    pipe.close()


def _send(pipe: IO[bytes], content: bytes) -> None:
    # a process that is gone is noticed when its page is missing
    with suppress(OSError, ValueError):
        pipe.write(content)
        pipe.close()


def _spare_core() -> bool:
    """Whether a second process would run beside this one, not in its place."""
    try:
        cores = len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS
        cores = os.cpu_count() or 1
    try:
        busy = os.getloadavg()[0]
    except (AttributeError, OSError):
        busy = 0.0
    return cores >= 2 and busy < cores - 0.5


def main() -> None:
    """Load the libraries, read the returns from stdin, write the page to stdout."""
    # it ends with the page: looking for reference cycles would only take time
    gc.disable()
    import quantstats  # noqa: F401 - the slow part, while the parent simulates
    import seaborn  # type: ignore[import-untyped]  # noqa: F401

    from reports.tearsheet.sheet import draw_tearsheet

    inputs: tuple[Any, ...] = pickle.load(sys.stdin.buffer)
    page = draw_tearsheet(*inputs).encode()
    sys.stdout.buffer.write(page)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
