"""A sweep in a process of its own, in many small parts: `python sweep_process.py FILE DIR`."""

import sys

from strategy.sweep.engine import engine
from strategy.sweep.file.sweep_file import load_sweep
from strategy.sweep.work import identity
from strategy.sweep.work.run import run_sweep

engine.ROWS.update(separable=40, dense=40, single=4)
# an edit of the sources while the tests run is not what they are about
identity.this_code = lambda: "tested"

if __name__ == "__main__":
    print("ready", flush=True)
    done = run_sweep(load_sweep(sys.argv[1]), sys.argv[2], workers=1)
    print(done.sweep_id, done.again)
