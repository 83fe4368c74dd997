"""A command run in this process and watched: exit code, time, files touched, doors knocked at."""

from __future__ import annotations

import os
import re
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from click.testing import CliRunner

#: Longest time that a command may take on a hostile input: seconds of this process, and by the
#: clock where it waits for something (neighbours on the same machine take time too).
LIMIT = 10
WAIT = 120

_WRITE_FLAGS = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_CHANGES = {
    "os.mkdir": 1,
    "os.rmdir": 1,
    "os.remove": 1,
    "os.truncate": 1,
    "os.chmod": 1,
    "os.rename": 2,
    "os.link": 2,
    "os.symlink": 2,
    "shutil.move": 2,
}
_DOORS = ("socket.connect", "socket.getaddrinfo", "subprocess.Popen", "os.system", "os.exec")


class TooLong(BaseException):
    """The command ran into its limit; no handler of ordinary errors catches it."""


@dataclass
class Watch:
    """What the process did while the watch was on.

    Attributes
    ----------
    written : set of str
        Real paths opened for writing, made, moved or removed.
    doors : list of str
        Network and child processes.
    """

    on: bool = False
    written: set[str] = field(default_factory=set)
    doors: list[str] = field(default_factory=list)


_WATCH = Watch()
_HOOKED = False


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if not _WATCH.on:
        return
    if event == "open":
        path, _, flags = arguments
        if isinstance(path, (str, bytes)) and isinstance(flags, int) and flags & _WRITE_FLAGS:
            _WATCH.written.add(os.path.realpath(os.fsdecode(path)))
    elif event in _CHANGES:
        for path in arguments[: _CHANGES[event]]:
            if isinstance(path, (str, bytes)) or hasattr(path, "__fspath__"):
                _WATCH.written.add(os.path.realpath(os.fsdecode(path)))
    elif event in _DOORS:
        _WATCH.doors.append(f"{event} {arguments[:2]!r}"[:200])


@contextmanager
def watched() -> Iterator[Watch]:
    """Record what the process does; audit hooks cannot be removed, so there is one for all."""
    global _HOOKED
    if not _HOOKED:
        sys.addaudithook(_hook)
        _HOOKED = True
    _WATCH.written, _WATCH.doors, _WATCH.on = set(), [], True
    try:
        yield _WATCH
    finally:
        _WATCH.on = False


@dataclass(frozen=True)
class Answer:
    """What a command did.

    Attributes
    ----------
    exit_code : int
    output : str
    seconds : float
        Of this process.
    trouble : str
        Empty, or what no input may cause.
    """

    exit_code: int
    output: str
    seconds: float
    trouble: str


def harmless(path: str) -> bool:
    """Whether a file is one of the caches that Python, Numba and matplotlib keep.

    Or the probe by which `tempfile` finds out, once, where it may write.
    """
    if re.fullmatch(re.escape(os.path.realpath(tempfile.gettempdir())) + r"/[a-z0-9_]{8}", path):
        return True
    return any(
        part in path for part in ("__pycache__", "/numba", "/matplotlib", "/fontconfig", "/dev/")
    ) or path.endswith((".nbi", ".nbc", ".nbd"))


def answer(arguments: list[str], allowed: Path | None = None, *, limit: float = LIMIT) -> Answer:
    """Run `simulate` with the arguments in this process.

    Parameters
    ----------
    arguments : list of str
    allowed : Path, optional
        The only folder that may change.
    limit : float
        Seconds of this process.
    """
    from strategy.cli import cli

    def expired(*_: object) -> None:
        raise TooLong(f"longer than {limit:g} s")

    timers = (
        (signal.SIGPROF, signal.ITIMER_PROF, limit),
        (signal.SIGALRM, signal.ITIMER_REAL, WAIT),
    )
    before = [signal.signal(number, expired) for number, _, _ in timers]
    for _, timer, seconds in timers:
        signal.setitimer(timer, seconds)
    start = time.process_time()
    trouble = ""
    code, output = -1, ""
    try:
        with watched() as watch:
            done = CliRunner().invoke(cli, arguments, prog_name="simulate")
        code, output = done.exit_code, done.output
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            assert done.exc_info is not None
            trouble = "".join(traceback.format_exception(*done.exc_info))
        elif code not in (0, 2):
            trouble = f"exit code {code}: {done.output}"
        elif code == 2 and not _one_line(done.stderr):
            trouble = f"not one line: {done.stderr!r}"
        elif "Traceback" in done.stderr:
            trouble = done.stderr
        trouble = trouble or _outside(watch, allowed)
    except TooLong as error:
        trouble = str(error)
    finally:
        for (number, timer, _), handler in zip(timers, before, strict=True):
            signal.setitimer(timer, 0.0)
            signal.signal(number, handler)
    return Answer(code, output, time.process_time() - start, trouble)


def _outside(watch: Watch, allowed: Path | None) -> str:
    root = None if allowed is None else os.path.realpath(allowed)
    for path in sorted(watch.written):
        inside = root is not None and (path == root or path.startswith(root + os.sep))
        if not inside and not harmless(path):
            return f"wrote outside its folder: {path}"
    return f"knocked at a door: {watch.doors[0]}" if watch.doors else ""


def _one_line(text: str) -> bool:
    lines = [line for line in text.splitlines() if not line.startswith(("Usage:", "Try "))]
    told = [line for line in lines if line.strip()]
    return len(told) == 1 and told[0].lower().startswith("error: ")
