"""What goes wrong between here and a source, as one error without addresses and keys."""

from __future__ import annotations

import datetime as dt
from email.utils import parsedate_to_datetime

from market.errors import InputError


class SourceError(InputError):
    """A source gave no usable answer.

    Parameters
    ----------
    what : str
        As for `InputError`.
    again : bool
        Whether the same request may succeed in a moment.
    down : bool
        Whether the host as a whole does not answer: other series of the
        source need not be tried.
    wait : float
        Seconds that the host asks to wait.
    status : int
        HTTP status, 0 where there is none.
    body : bytes
        First bytes of an error's body.
    """

    def __init__(
        self,
        what: str,
        *,
        again: bool = False,
        down: bool = False,
        wait: float = 0.0,
        status: int = 0,
        body: bytes = b"",
        where: str = "",
        expected: str = "",
        do: str = "",
    ) -> None:
        super().__init__(what, where=where, expected=expected, do=do)
        self.again, self.down, self.wait = again, down, wait
        self.status, self.body = status, body


def failure(error: Exception, where: str) -> SourceError:
    """A connection that failed, without the address and what is secret in it."""
    import requests
    from urllib3 import exceptions as wire

    down = False
    if isinstance(error, requests.ConnectTimeout | wire.ConnectTimeoutError):
        what, down = "no connection in time", True
    elif isinstance(error, requests.Timeout | wire.TimeoutError | TimeoutError):
        what, down = "the host stopped answering", True
    elif isinstance(error, requests.exceptions.SSLError | wire.SSLError):
        what, down = "the host's certificate is not trusted", True
    elif isinstance(error, requests.exceptions.ProxyError):
        what, down = "the proxy does not connect", True
    elif isinstance(error, wire.ProtocolError | EOFError):
        what = "the answer was cut short"
    elif isinstance(error, requests.ConnectionError | OSError) and not isinstance(
        error, requests.exceptions.InvalidSchema
    ):
        what, down = "no connection", True
    else:
        what = "the answer cannot be read"
    return SourceError(
        what, where=where, again=True, down=down, do="check the network, then try again"
    )


def retry_after(text: str) -> float:
    """Seconds of a Retry-After header: a number, or a date."""
    text = text.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    moment = moment_of(text)
    return max(0.0, (moment - dt.datetime.now(dt.UTC)).total_seconds()) if moment else 0.0


def moment_of(text: str) -> dt.datetime | None:
    """The moment that a header's date states; None for anything else."""
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
