"""Decompression with a bound: a small answer cannot become a large one."""

from __future__ import annotations

import zlib


class TooLarge(ValueError):
    """More bytes than allowed."""


def inflated(body: bytes, encoding: str, size: int) -> bytes:
    """The content of a body.

    Parameters
    ----------
    body : bytes
        As it came over the wire, the whole of it.
    encoding : str
        Of the body: empty, ``identity``, ``gzip`` or ``deflate``.
    size : int
        Most bytes of the content.

    Raises
    ------
    TooLarge
    EOFError
        If the body was cut short.
    ValueError
        For another encoding, and for a body that is not of its encoding.
    """
    if encoding in ("", "identity"):
        content, whole, rest = body[: size + 1], True, b""
    elif encoding in ("gzip", "x-gzip", "deflate"):
        # 32 + 15: zlib or gzip, told by its first bytes
        stream = zlib.decompressobj(32 + 15)
        try:
            content = stream.decompress(body, size + 1)
        except zlib.error:
            raise ValueError("is damaged (it cannot be decompressed)") from None
        whole, rest = stream.eof or not body, stream.unused_data
    else:
        raise ValueError(f"is compressed in an unknown way ({encoding[:20]!r})")
    if len(content) > size:
        raise TooLarge(f"is larger than {size >> 20} MB")
    if not whole:
        raise EOFError("cut short")
    if rest:
        raise ValueError("goes on after its end")
    return content
