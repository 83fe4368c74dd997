"""Templates compiled once, beside them, as Python keeps its modules."""

from __future__ import annotations

import hashlib
import os
import sys
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

from jinja2 import FileSystemBytecodeCache
from jinja2.bccache import Bucket


class CompiledTemplates(FileSystemBytecodeCache):
    """Jinja's own cache, which never fails a page, of templates compiled in one way.

    Jinja compiles anew when a template's text, Python or the format of the
    cache is another; here also when Jinja is, or what `made_by` holds: the
    source of the module that says how templates are compiled.

    Parameters
    ----------
    folder : Path
    made_by : Path
    """

    def __init__(self, folder: Path, made_by: Path) -> None:
        how = hashlib.sha256(made_by.read_bytes() + version("jinja2").encode()).hexdigest()[:16]
        super().__init__(str(folder), f"%s-{how}.jinja")

    def load_bytecode(self, bucket: Bucket) -> None:
        try:
            super().load_bytecode(bucket)
        except Exception:  # whatever a spoiled file makes of it: compiled anew
            bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError):
            super().dump_bytecode(bucket)


def compiled_templates(templates: Path, made_by: Path) -> CompiledTemplates | None:
    """The cache of a folder of templates; None where nothing may be written there."""
    folder = templates / "__pycache__"
    if sys.dont_write_bytecode:
        return None
    try:
        folder.mkdir(exist_ok=True)
    except OSError:
        return None
    if not os.access(folder, os.W_OK | os.X_OK):
        return None
    return CompiledTemplates(folder, made_by)
