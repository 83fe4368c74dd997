"""The language that pages speak: English stands in the code, other languages in catalogues.

``_("Worst month")`` gives the words in the language of the current `speaking`
block. Catalogues are gettext files, ``messages/<language>.po``, which
translators' tools read; ``make catalogues`` compiles them to the ``.mo`` files
that are read here. A test compares both with the words in code and templates.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

from markupsafe import Markup, escape

from market.errors import InputError
from market.message import Message

MESSAGES = Path(__file__).parents[1] / "messages"

#: Languages by their tag (BCP 47), with the name of their catalogue; English is in the code.
LANGUAGES = {"en": "", "zh-Hant": "zh_Hant"}

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
    words = _words(text)
    return words.format(**values) if values else words


def _n(one: str, many: str, n: int, /, **values: object) -> str:
    """`one` for a single thing, else `many`, in the current language; ``{n}`` is the number."""
    return _(one if n == 1 else many, n=n, **values)


def say(text: str, /, **values: object) -> Markup:
    """As `_`, for a page: markup of the program's own text stands, all else is escaped.

    Values are escaped, and so is a text that is not the program's: the title
    of a user's file, whatever a file of a stranger holds. What is the
    program's own is what the catalogues list.
    """
    if text not in program_texts():
        return escape(text)
    words = Markup(_words(text))
    return words.format(**values) if values else words


@cache
def program_texts() -> frozenset[str]:
    """Every text of the program that a page may show: the entries of the catalogues."""
    found: set[str] = set()
    for tag in LANGUAGES:
        known = getattr(catalogue(tag), "_catalog", {})
        found |= {key[0] if isinstance(key, tuple) else key for key in known}
    return frozenset(found - {""})


def noted(text: str) -> str:
    """Marks a text for the catalogues that is translated later, when it is shown."""
    return text


def told(text: object) -> str:
    """A sentence or a word that another package gives, in the current language.

    A `Message` by its template, its values told in turn; any other text as it
    stands. What the catalogue lacks, a claim from a user's file for example,
    stays as it was written.
    """
    if isinstance(text, Message) and text.values:
        values = {k: told(v) if isinstance(v, str) else v for k, v in text.values.items()}
        return _words(text.template).format(**values)
    return _words(str(text))


def _words(text: str) -> str:
    # the empty text is a catalogue's own head
    return catalogue(_current.get()).gettext(text) if text else text


@cache
def catalogue(tag: str) -> NullTranslations:
    """The compiled words of a language."""
    name = LANGUAGES[tag]
    if not name:
        return NullTranslations()
    with (MESSAGES / f"{name}.mo").open("rb") as file:
        return GNUTranslations(file)
