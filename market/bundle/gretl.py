"""Read monthly series from a gretl database inside a Debian package, without gretl or dpkg."""

from __future__ import annotations

import io
import re
import tarfile

import numpy as np
import pandas as pd

#: Files of the database inside the pinned package, with their sha256.
GRETL_MEMBERS = {
    "./usr/share/gretl/db/fedstl.idx": (
        "1d5c3e045a12f1b5b8a3ad59de13ffac3fdb632b68352a6f6a5c5e25dc59700e"
    ),
    "./usr/share/gretl/db/fedstl.bin": (
        "c854c3526a55514ce49b8a7b9a485a3ce359e96238a58d8d8abfcf110ab45909"
    ),
}


def members_of_deb(package: bytes, names: tuple[str, ...]) -> dict[str, bytes]:
    """Files of a Debian package (an ``ar`` archive around a tar archive) by their full path."""
    if not package.startswith(b"!<arch>\n"):
        raise ValueError("not a Debian package")
    position = 8
    while position < len(package):
        header = package[position : position + 60]
        name, size = header[:16].decode().strip().rstrip("/"), int(header[48:58])
        position += 60
        if name.startswith("data.tar"):
            body = io.BytesIO(package[position : position + size])
            with tarfile.open(fileobj=body) as archive:
                found = {}
                for wanted in names:
                    member = archive.extractfile(wanted)
                    if member is None:
                        raise ValueError(f"{wanted} is no file of the package")
                    found[wanted] = member.read()
                return found
        position += size + size % 2
    raise ValueError("the package holds no data archive")


def monthly_series(index: str, binary: bytes, name: str) -> pd.Series:
    """One monthly series of a gretl database.

    The index file describes each series in two lines (``name  title`` and
    ``M  1919.01 - 2022.09  n = 1245``); the binary file holds their values as
    little-endian float32, one series after the other in the same order.

    Returns
    -------
    pandas.Series
        Index of monthly periods, float64 rounded to the two decimals that
        float32 carries safely at the size of a yield.
    """
    lines = [line for line in index.splitlines() if line.strip() and not line.startswith("#")]
    offset = 0
    found: pd.Series | None = None
    for title, span in zip(lines[::2], lines[1::2], strict=True):
        match = re.search(r"^(\S+)\s+(\S+) - (\S+)\s+n = (\d+)", span)
        if match is None:
            raise ValueError(f"unreadable index line: {span!r}")
        count = int(match[4])
        if title.split()[0] == name:
            if match[1] != "M":
                raise ValueError(f"{name} is not monthly")
            months = pd.period_range(
                match[2].replace(".", "-"), match[3].replace(".", "-"), freq="M"
            )
            if len(months) != count:
                raise ValueError(f"{name}: {count} values for {len(months)} months")
            values = np.frombuffer(binary, "<f4", count, offset * 4).astype(float).round(2)
            found = pd.Series(values, index=months, name=name)
        offset += count
    if offset * 4 != len(binary):
        raise ValueError("index and binary file do not belong together")
    if found is None:
        raise ValueError(f"no series {name}")
    return found
