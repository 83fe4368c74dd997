"""A sweep file into a folder and out again, timed: one process for one turn of `sweep.py`.

    python -m benchmarks.sweep_million configs/sweep_million.yaml FOLDER [--workers 2] [--sample N]

The whole program counts: imports, data, settings, variants, files. The judge's
single runs are left out. Prints a line of JSON.
"""

import time

STARTED = time.perf_counter()  # before anything is imported

import argparse  # noqa: E402
import dataclasses  # noqa: E402
import json  # noqa: E402
import resource  # noqa: E402
import sys  # noqa: E402
from pathlib import Path  # noqa: E402

from benchmarks.clocks import waited  # noqa: E402


def peak_bytes() -> int:
    """Most memory that this process has held."""
    status = Path("/proc/self/status")
    if status.exists():
        # ru_maxrss of a child counts what its parent had
        return int(status.read_text().split("VmHWM:")[1].split()[0]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def main() -> None:
    """Run the sweep and say what it took."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("config")
    parser.add_argument("folder")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--sample", type=int)
    options = parser.parse_args()

    from strategy.sweep.file.sweep_file import load_sweep
    from strategy.sweep.work.run import run_sweep

    sweep = dataclasses.replace(load_sweep(options.config), judge=0, sample=options.sample)
    done = run_sweep(sweep, options.folder, workers=options.workers)
    print(
        json.dumps(
            {
                "seconds": time.perf_counter() - STARTED,
                "processor_seconds": time.process_time(),
                "waiting_seconds": waited(),
                "peak_bytes": peak_bytes(),
                "disk_bytes": sum(p.stat().st_size for p in done.folder.path.iterdir()),
                "variants": done.summary["variants"],
            }
        )
    )


if __name__ == "__main__":
    main()
