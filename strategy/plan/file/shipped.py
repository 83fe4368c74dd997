"""Plans that come with the program, found by name."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from market.errors import InputError

__all__ = ["plan_path"]


@contextmanager
def plan_path(config: str | os.PathLike[str]) -> Iterator[str | Path]:
    """The file that a user means by a path or a name.

    What exists is taken as it is. A bare name, or one below ``configs/`` or
    ``configs/library/``, that does not exist here may be a packaged plan; any
    other path is the user's own, and missing.

    Raises
    ------
    InputError
        Where there is no such file, and packaged plans have names like it.
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
            else:
                _refuse_near_miss(str(config), name, wanted)
        yield found


def _refuse_near_miss(config: str, name: str, homes: tuple[str, ...]) -> None:
    """Ends with the packaged names that a missing one may have been meant for."""
    from importlib.resources import files

    known = [
        Path(file.name).stem
        for home in homes
        for file in files("configs").joinpath(home).iterdir()
        if file.name.endswith(".yaml")
    ]
    near = difflib.get_close_matches(Path(name).stem, known, n=3, cutoff=0.6)
    if near:
        raise InputError(
            "no such file, and no plan of that name comes with the program",
            where=config,
            do=f"did you mean {' or '.join(repr(one) for one in near)}?",
        )
