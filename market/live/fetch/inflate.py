"""Decompression with a bound: a small answer cannot become a large one."""

from __future__ import annotations

import zlib


class TooLarge(ValueError):
    """More bytes than allowed."""


class Inflated:
    """The content of a body, decompressed piece by piece up to a size.

    Parameters
    ----------
    encoding : str
        Of the body: empty, ``identity``, ``gzip`` or ``deflate``.
    size : int
        Most bytes of the content.

    Raises
    ------
    ValueError
        For another encoding.
    """

    def __init__(self, encoding: str, size: int) -> None:
        if encoding not in ("", "identity", "gzip", "x-gzip", "deflate"):
            raise ValueError(f"is compressed in an unknown way ({encoding[:20]!r})")
        # 32 + 15: zlib or gzip, told by its first bytes
        self._stream = zlib.decompressobj(32 + 15) if encoding not in ("", "identity") else None
        self._size, self._length = size, 0
        self._pieces: list[bytes] = []

    def add(self, chunk: bytes) -> None:
        """Take the next bytes of the body."""
        while chunk:
            if self._stream is None:
                piece, chunk = chunk, b""
            else:
                if self._stream.eof:
                    raise ValueError("goes on after its end")
                try:
                    piece = self._stream.decompress(chunk, self._size - self._length + 1)
                except zlib.error:
                    raise ValueError("is damaged (it cannot be decompressed)") from None
                chunk = self._stream.unconsumed_tail or self._stream.unused_data
            self._length += len(piece)
            if self._length > self._size:
                raise TooLarge(f"is larger than {self._size >> 20} MB")
            self._pieces.append(piece)

    def content(self) -> bytes:
        """The whole content.

        Raises
        ------
        EOFError
            If the body was cut short.
        """
        if self._stream is not None and not self._stream.eof and self._length + len(self._pieces):
            raise EOFError("cut short")
        return b"".join(self._pieces)
