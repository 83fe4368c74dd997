"""Where compiled functions are kept when neither the package nor the home folder can be written to.

Numba keeps them beside the source, else in the user's cache folder, and refuses
to import a function that it can keep nowhere. A read-only installation run by
an account without a home is no reason to fail: the functions then go to a
folder of this process alone, compiled anew each time. Not to a shared one:
what is read from such a cache is run.
"""

from __future__ import annotations

import atexit
import os
import shutil
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

#: Packages with functions that Numba compiles.
COMPILED = ("signals", "strategy", "vectorbt")


def settle() -> None:
    """Name a folder for Numba where its own choice would fail; keep out of its way elsewhere."""
    if os.environ.get("NUMBA_CACHE_DIR") or _writable(_user_cache()):
        return
    if all(_in_tree(package) for package in COMPILED):
        return
    folder = tempfile.mkdtemp(prefix="simulate-numba-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ["NUMBA_CACHE_DIR"] = folder
    if "numba" in sys.modules:  # it has read the environment already
        sys.modules["numba"].config.CACHE_DIR = folder


def _user_cache() -> Path:
    """Numba's folder for a user."""
    if sys.platform == "darwin":
        return Path(os.path.expanduser("~/Library/Caches/numba"))
    return Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")) / "numba"


def _writable(folder: Path) -> bool:
    """Whether the folder can be written to, or made."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)


def _in_tree(package: str) -> bool:
    """Whether every folder of the package can keep a cache beside its sources."""
    spec = find_spec(package)
    return all(
        _writable(folder / "__pycache__")
        for place in (spec.submodule_search_locations or () if spec else ())
        for folder in {path.parent for path in Path(place).rglob("*.py")}
    )
