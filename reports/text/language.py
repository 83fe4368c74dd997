"""The language that pages speak: English stands in the code, other languages in catalogues.

``_("Worst month")`` gives the words in the language of the current `speaking`
block. Catalogues are gettext files, ``messages/<language>.po``, which
translators' tools read; a test compares them with the words in code and
templates.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

from markupsafe import Markup

from market.errors import InputError

MESSAGES = Path(__file__).parents[1] / "messages"

#: Languages by their tag (BCP 47), with the file of their words; English is in the code.
LANGUAGES = {"en": "", "zh-Hant": "zh_Hant.po"}

_current: ContextVar[str] = ContextVar("language", default="en")


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Words in `language` for the duration, in this thread.

    Raises
    ------
    InputError
        Where the language is not one of `LANGUAGES`.
    """
    if language not in LANGUAGES:
        raise InputError(
            f"got {language!r}", where="language", expected=f"one of {', '.join(LANGUAGES)}"
        )
    token = _current.set(language)
    try:
        yield
    finally:
        _current.reset(token)


def language() -> str:
    """Tag of the language in use, for the ``lang`` attribute."""
    return _current.get()


def _(text: str, /, **values: object) -> str:
    """`text` in the current language, its ``{names}`` filled in."""
    words = catalogue(_current.get()).get(text, text)
    return words.format(**values) if values else words


def _n(one: str, many: str, n: int, /, **values: object) -> str:
    """`one` for a single thing, else `many`, in the current language; ``{n}`` is the number."""
    return _(one if n == 1 else many, n=n, **values)


def say(text: str, /, **values: object) -> Markup:
    """As `_`, for a page: markup of the text stands, values are escaped."""
    words = Markup(catalogue(_current.get()).get(text, text))
    return words.format(**values) if values else words


def noted(text: str) -> str:
    """Marks a text for the catalogues that is translated later, when it is shown."""
    return text


@cache
def catalogue(tag: str) -> Mapping[str, str]:
    """Words of a language by their English; those not yet translated are left out."""
    name = LANGUAGES[tag]
    if not name:
        return {}
    from babel.messages.pofile import read_po

    with (MESSAGES / name).open("rb") as file:
        entries = read_po(file)
    return {str(e.id): str(e.string) for e in entries if e.id and e.string and not e.fuzzy}
