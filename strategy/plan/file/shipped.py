"""Plans that come with the program, found by name."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

__all__ = ["plan_path"]


@contextmanager
def plan_path(config: str | os.PathLike[str]) -> Iterator[str | Path]:
    """The file that a user means by a path or a name.

    What exists is taken as it is. A bare name, or one below ``configs/`` or
    ``configs/library/``, that does not exist here may be a packaged plan; any
    other path is the user's own, and missing.
    """
    from importlib.resources import as_file, files

    own = Path(config)
    name = own.name if own.suffix in (".yaml", ".yml") else f"{own.name}.yaml"
    with ExitStack() as stack:
        found: str | Path = own if isinstance(config, os.PathLike) else config
        homes = {".": ("", "library"), "configs": ("",), "configs/library": ("library",)}
        wanted = homes.get(own.parent.as_posix(), ())
        if wanted and "\0" not in str(config) and not own.exists():
            for home in wanted:
                packaged = files("configs").joinpath(home, name)
                if packaged.is_file():
                    found = stack.enter_context(as_file(packaged))
                    break
        yield found
