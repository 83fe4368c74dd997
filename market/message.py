"""A sentence as template and values: English as it stands; a page tells it in its language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Self


class Message(str):
    """A sentence that still knows what it is made of.

    It is its English text: files, tables and comparisons see a string. A page
    in another language translates the template and fills in the values again
    (`reports.text.language.told`).

    Parameters
    ----------
    template : str
        English, with ``{names}`` where values stand; a literal, so that the
        words of the program can be collected from its code.
    **values : object
        A `Message` or a word of the program is told in the page's language
        too, all else stands as it is.

    Examples
    --------
    >>> print(Message("the prices end on {day}", day="2024-12-31"))
    the prices end on 2024-12-31
    """

    template: str
    values: Mapping[str, object]

    def __new__(cls, template: str, /, **values: object) -> Self:
        made = super().__new__(cls, template.format(**values) if values else template)
        made.template = template
        made.values = values
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (self.template, dict(self.values))

    def parts(self) -> dict[str, Any]:
        """Template and values as plain values, for a file that a page is made from later."""
        return {
            "template": self.template,
            "values": {
                name: value.parts() if isinstance(value, Message) else value
                for name, value in self.values.items()
            },
        }

    @classmethod
    def of_parts(cls, parts: Mapping[str, Any]) -> Message:
        """The message that `parts` gave; a template that fits no values stands as it is.

        Files come from strangers: a field of a template is a name and nothing
        else, so that none reaches into a value or asks for a billion blanks.
        """
        template, given = str(parts["template"]), parts["values"]
        fields = re.findall(r"\{([^{}]*)\}", template)
        bare = re.sub(r"\{\w+\}", "", template)
        if not isinstance(given, Mapping) or set(fields) - set(given) or re.search("[{}]", bare):
            return cls(template.replace("{", "(").replace("}", ")"))
        values = {
            name: cls.of_parts(value) if isinstance(value, Mapping) else value
            for name, value in given.items()
        }
        return cls(template, **values) if values else cls(template)


def _again(template: str, values: Mapping[str, object]) -> Message:
    return Message(template, **values)
