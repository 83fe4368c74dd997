"""What takes long to make is made once a session, by whichever worker needs it first."""

from __future__ import annotations

import fcntl
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


def shared_folder(factory: pytest.TempPathFactory) -> Path:
    """One new folder a session, the same for all of its workers."""
    own = factory.getbasetemp()
    place = own.parent if os.environ.get("PYTEST_XDIST_WORKER") else own
    folder = place / "shared"
    folder.mkdir(exist_ok=True)
    return folder


def once(folder: Path, name: str, make: Callable[[], Any]) -> Any:
    """What `make` returns, made by the first that asks and read by all others.

    Who asks meanwhile waits. Each gets a copy of its own: nobody changes what another sees.

    Parameters
    ----------
    folder : Path
        Of `shared_folder`.
    name : str
    make : callable
        Returns what can be pickled. Where it fails, the next one tries again.
    """
    file = folder / f"{name}.pickle"
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not file.exists():
            content = pickle.dumps(make())
            scratch = file.with_suffix(".new")
            scratch.write_bytes(content)
            scratch.replace(file)
    return pickle.loads(file.read_bytes())
