"""The program's door: Ctrl-C is one line from here on, and packages of others are told as such.

`market`, `signals`, `strategy`, `reports` and `configs` are names that a
user's own project may have. Where such a project comes first on Python's
path, its modules would be imported in place of the program's, so each is
looked up before the first import. Nothing is imported here that takes time.
"""

import atexit
import os
import signal
import sys

PACKAGES = ("market", "signals", "strategy", "reports", "configs")
INTERRUPTED = 130  # 128 + SIGINT, as shells have it


def _leave(number: int, frame: object) -> None:
    """End at once: nothing is open yet, and an exception could be lost inside an import."""
    os.write(2, b"interrupted\n")
    os._exit(INTERRUPTED)


def main() -> None:
    """Entry point of the console script and of ``python -m simulate_plans``."""
    # a shell that starts a program in the background has it ignore Ctrl-C: that is kept
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _leave)
        # the last thing done: Python takes itself down, and the answer is complete
        atexit.register(signal.signal, signal.SIGINT, signal.SIG_IGN)
    mistake = shadowed()
    if mistake:
        sys.stderr.write(f"error: {mistake}\n")
        sys.exit(2)
    from strategy.cli import main as program

    program()


def shadowed() -> str:
    """What is wrong where another package would be imported; empty where none is."""
    from importlib.util import find_spec

    home = os.path.dirname(os.path.realpath(__file__))
    for name in PACKAGES:
        found = find_spec(name)
        if found is None:
            return f"the program's package '{name}' is missing; install simulate-plans again"
        places = [os.path.realpath(place) for place in found.submodule_search_locations or ()]
        if places != [os.path.join(home, name)]:
            place = ascii(next(iter(places), found.origin))
            return (
                f"the name '{name}' leads to another package, {place}; expected the program's own; "
                "install the program apart from that project: pipx install, or uv tool install"
            )
    return ""


if __name__ == "__main__":
    main()
