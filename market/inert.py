"""Text that does nothing where it is shown: no formula in a spreadsheet, no code on a terminal."""

from __future__ import annotations

import re

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
"""First characters that make a spreadsheet read a text cell as a formula."""

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""What moves a terminal's cursor, colours it, or turns the direction of writing; not tab and line
end."""


def inert(text: str) -> str:
    """`text`, with an apostrophe in front where it would begin a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def visible(text: str) -> str:
    r"""`text` with control codes written out (``\\x1b``), so that a terminal shows them."""
    return CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), text)
