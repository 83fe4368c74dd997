"""The text of a user's file: whole, small, UTF-8, or refused in one line."""

from __future__ import annotations

import stat
from pathlib import Path

from market.errors import InputError
from strategy.plan.file.yaml_tree import MAX_BYTES


def read_text(
    path: Path,
    label: str,
    *,
    what: str = "a plan file",
    form: str = "a YAML file",
    least: str = "a map of keys, at least 'name'",
) -> str:
    """The text of a user's file: at most a megabyte of UTF-8.

    Parameters
    ----------
    path : Path
    label : str
        The file's name, for messages.
    what, form, least : str, optional
        What was expected where there is nothing, no regular file, or nothing in it.

    Raises
    ------
    InputError
        Where it cannot be read.
    """
    try:
        kind = kind_of(path)
        content = b"" if kind else _first_bytes(path)
    except FileNotFoundError:
        raise InputError("no such file", where=label, expected=what) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"cannot be read: {reason}", where=label) from None
    if kind:
        raise InputError(f"this is {kind}", where=label, expected=form)
    if len(content) > MAX_BYTES:
        raise InputError("larger than 1 MB", where=label, expected=what)
    if not content.strip():
        raise InputError("the file is empty", where=label, expected=least)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InputError("not UTF-8 text", where=f"{label}:{line}", expected="YAML") from None


def kind_of(path: Path) -> str:
    """What is there in place of a regular file; opening a pipe could wait for ever."""
    mode = path.stat().st_mode
    if stat.S_ISREG(mode):
        return ""
    return "a folder" if stat.S_ISDIR(mode) else "not a regular file"


def _first_bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)
