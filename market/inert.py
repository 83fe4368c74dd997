"""Text for spreadsheets: what would begin a formula there gets an apostrophe in front."""

from __future__ import annotations

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
"""First characters that make a spreadsheet read a text cell as a formula."""


def inert(text: str) -> str:
    """`text`, with an apostrophe in front where it would begin a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
