"""Write a file whole or not at all: a temporary file beside it, then one rename."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from market.errors import InputError


def write_whole(path: Path | str, content: bytes) -> Path:
    """Write `content` to `path` so that no reader ever sees half of it.

    The folder is made if it is missing. An earlier file stays untouched until
    the new one is complete on disk, and stays for good if anything fails.

    Parameters
    ----------
    path : Path or str
    content : bytes

    Returns
    -------
    Path
        `path`.

    Raises
    ------
    InputError
        Where the file cannot be written (no permission, a folder of that
        name, no space); nothing is left behind.
    """
    path = Path(path)
    if path.is_dir():
        raise InputError("is a folder", where=str(path), expected="the name of a file to write")
    # a link is followed, so that what it points at is replaced and the link stays
    try:
        target = path.resolve()
        if target.is_symlink():  # newer Pythons leave a loop as it is
            raise RuntimeError
    except RuntimeError:
        raise InputError(
            "is a link that leads to itself",
            where=str(path),
            expected="the name of a file to write",
            do="remove the link",
        ) from None
    scratch: str | None = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, scratch = tempfile.mkstemp(prefix=f".{target.name[:100]}.", dir=target.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(scratch, _mode(target))
        os.replace(scratch, target)
        scratch = None
    except OSError as error:
        raise InputError(
            f"cannot be written: {error.strerror or error}",
            where=str(path),
            expected="a place that may be written to",
            do="choose another place or change its permissions; nothing was changed",
        ) from error
    finally:
        if scratch is not None:
            Path(scratch).unlink(missing_ok=True)
    return path


def _mode(target: Path) -> int:
    """Permissions of the file replaced, else what a plain `open` would give."""
    try:
        return target.stat().st_mode & 0o777
    except OSError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask


def read_regular(path: Path) -> bytes:
    """Content of a regular file: opening a pipe could wait for ever.

    Raises
    ------
    OSError
        Where it is none, or cannot be read.
    """
    if path.exists() and not path.is_file():
        raise OSError(f"{path} is not a regular file")
    return path.read_bytes()
