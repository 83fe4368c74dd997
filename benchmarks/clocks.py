"""Seconds by the clock, on the processors, and how much of the machine a process got."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

_TASKS = Path("/proc/self/task")


def waited() -> float:
    """Seconds that this process's threads were ready to run and did not; 0 where no one counts."""
    total = 0
    for task in _TASKS.glob("*/schedstat"):
        try:
            total += int(task.read_text().split()[1])
        except (OSError, IndexError, ValueError):
            # a thread that has ended, or a system that does not count
            continue
    return total / 1e9


@dataclass
class Times:
    """Seconds of one side: by the clock, of all its threads on the processors, and waiting.

    On a machine that others use too the clock says more about them; what the
    work itself takes is the second figure.
    """

    clock: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    waiting: list[float] = field(default_factory=list)

    def of(self, side: Callable[[], object], *, counted: bool = True) -> None:
        """Run and time `side`."""
        clock, processor, waiting = time.perf_counter(), time.process_time(), waited()
        side()
        if counted:
            self.clock.append(time.perf_counter() - clock)
            self.processor.append(time.process_time() - processor)
            self.waiting.append(max(0.0, waited() - waiting))

    @property
    def undisturbed(self) -> list[float]:
        """Seconds by the clock, had others left this process the processors it asked for.

        Clock x (time on the processors / time on them or waiting for one): on a
        machine of one's own this is the clock.
        """
        return [
            clock * ran / (ran + waiting) if ran > 0.0 else clock
            for clock, ran, waiting in zip(self.clock, self.processor, self.waiting, strict=True)
        ]

    def microseconds(self, n: int) -> dict[str, float]:
        """Medians for each of `n` variants."""
        sides = (
            ("clock", self.clock),
            ("undisturbed", self.undisturbed),
            ("processor", self.processor),
        )
        return {name: statistics.median(values) / n * 1e6 for name, values in sides}

    @property
    def share(self) -> float:
        """Of the time that the threads wanted a processor, the share that they had one."""
        ran, waiting = sum(self.processor), sum(self.waiting)
        return ran / (ran + waiting) if ran > 0.0 else 1.0


def turns(sides: dict[str, Callable[[], object]], repeats: int) -> dict[str, Times]:
    """Time each side in turns, after one turn that is not counted."""
    times = {name: Times() for name in sides}
    for turn in range(repeats + 1):
        for name, side in sides.items():
            times[name].of(side, counted=turn > 0)
            print(f"\r{turn}/{repeats} {name:<30}", end="", file=sys.stderr, flush=True)
    print("\r" + " " * 50 + "\r", end="", file=sys.stderr)
    return times
