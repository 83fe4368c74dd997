"""The one error a user's mistake raises: what, where, what was expected, what to do."""

from __future__ import annotations

from market.inert import visible


class InputError(ValueError):
    """A mistake in what the user gave: a plan, a file, an option.

    The command line prints it as one line and exits with code 2; a notebook
    sees the same line as the exception's text.

    Parameters
    ----------
    what : str
        What was wrong, with the value received.
    where : str, optional
        File, key and line, for example ``plan.yaml:12: tactical.stop``.
    expected : str, optional
        What would have been accepted.
    do : str, optional
        What the user can do about it.
    """

    def __init__(self, what: str, *, where: str = "", expected: str = "", do: str = "") -> None:
        self.what = what
        self.where = where
        self.expected = expected
        self.do = do
        super().__init__(self.line())

    def line(self) -> str:
        """The whole message as one line, without line breaks."""
        parts = [f"{self.where}: {self.what}" if self.where else self.what]
        if self.expected:
            parts.append(f"expected {self.expected}")
        if self.do:
            parts.append(self.do)
        return visible(" ".join("; ".join(parts).split()))
