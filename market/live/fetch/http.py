"""`Http`: one bounded request after another, to named hosts only, retried politely."""

from __future__ import annotations

import datetime as dt
import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urljoin, urlsplit

from market.errors import InputError
from market.live.fetch.inflate import TooLarge, inflated
from market.live.fetch.refusal import SourceError, failure, moment_of, retry_after
from market.live.fetch.secrets import mask, mask_logs, printable

if TYPE_CHECKING:
    from urllib3.util import Retry

OFFLINE = "SIMULATE_OFFLINE"
_AGAIN = {408, 425, 429, 500, 502, 503, 504}
_CHUNK = 1 << 16


@dataclass(frozen=True)
class Limits:
    """Bounds of a request; seconds and bytes.

    Parameters
    ----------
    connect, read : float
        Longest wait for a connection, and for the next byte.
    total : float
        Longest time of one attempt, from the name look-up to the last byte.
    attempts : int
        Requests made in all before giving up.
    backoff, longest_wait : float
        Wait before the second attempt, doubled each time, and the most that
        is waited, whatever a host asks for.
    overall : float
        Longest time of all attempts and waits: none begins after it.
    pause : float
        Least time between two requests to one host.
    received, size : int
        Most bytes taken from the network, and most after decompression.
    redirects : int
        Redirects followed, within the allowed hosts.
    """

    connect: float = 10.0
    read: float = 20.0
    total: float = 120.0
    attempts: int = 4
    backoff: float = 1.0
    longest_wait: float = 60.0
    overall: float = 300.0
    pause: float = 0.3
    received: int = 32 << 20
    size: int = 64 << 20
    redirects: int = 3


@dataclass(frozen=True)
class Body:
    """A complete answer: its content (decompressed), type, address and the host's clock."""

    content: bytes
    type: str
    url: str
    date: dt.datetime | None


class Http:
    """A client for public data: bounded in time and size, slow on purpose.

    A host outside the allowed ones is never connected to, plain HTTP only on
    this machine, no cookies are kept and no passwords read from files.

    Parameters
    ----------
    limits : Limits, optional
    clock, sleep, random : callable, optional
        Monotonic seconds, waiting, and jitter in [0, 1); tests give their own.
    tell : callable, optional
        Called with a line about waits and retries.
    """

    def __init__(
        self,
        limits: Limits | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        random: Callable[[], float] | None = None,
        tell: Callable[[str], None] | None = None,
    ) -> None:
        from random import random as chance

        self.limits = limits or Limits()
        self._clock, self._sleep, self._random = clock, sleep, random or chance
        self._tell = tell or (lambda line: None)
        self._last: dict[str, float] = {}
        mask_logs()

    def get(
        self,
        url: str,
        *,
        hosts: frozenset[str],
        params: Mapping[str, str] | None = None,
        accept: str = "*/*",
        what: str = "",
    ) -> Body:
        """The body at `url`.

        Parameters
        ----------
        url : str
        hosts : frozenset of str
            The only hosts that may be connected to, redirects included.
        params : mapping, optional
            Query; values of keys are masked wherever the address is shown.
        accept : str
            Media types asked for.
        what : str
            What is asked for, in words, for error messages.

        Raises
        ------
        SourceError
            If there is no complete answer with status 200 within the limits.
        """
        from urllib3.exceptions import MaxRetryError
        from urllib3.util import Retry

        check_online()
        limits = self.limits
        whole = f"{url}?{urlencode(params)}" if params else url
        retry = Retry(
            total=limits.attempts - 1,
            backoff_factor=limits.backoff,
            backoff_max=limits.longest_wait,
        )
        end = self._clock() + limits.overall
        while True:
            self._be_polite(urlsplit(whole).hostname or "")
            try:
                return self._bounded(whole, hosts, accept, what)
            except SourceError as error:
                if not error.again or error.wait > limits.longest_wait:
                    raise
                try:
                    retry = retry.increment("GET", error=error)
                except MaxRetryError:
                    raise error from None
                wait = max(error.wait, self._backoff(retry))
                if self._clock() + wait > end:
                    raise
                self._tell(f"{error.line()}; again in {wait:.0f} s")
                self._sleep(wait)

    def _backoff(self, retry: Retry) -> float:
        """Seconds before the next attempt; unlike the library's own, not zero before the second."""
        doubled = retry.backoff_factor * 2.0 ** (len(retry.history) - 1)
        return min(retry.backoff_max, doubled) * (0.5 + 0.5 * self._random())

    def _be_polite(self, host: str) -> None:
        now = self._clock()
        early = self._last.get(host, now - self.limits.pause) + self.limits.pause - now
        if early > 0:
            self._sleep(early)
        self._last[host] = self._clock()

    def _bounded(self, url: str, hosts: frozenset[str], accept: str, what: str) -> Body:
        """One attempt on a thread of its own: a name look-up that hangs is bounded too."""
        outcome: SimpleQueue[Body | Exception] = SimpleQueue()
        late = threading.Event()

        def work() -> None:
            try:
                outcome.put(self._follow(url, hosts, accept, what, late))
            except Exception as error:
                outcome.put(error)

        threading.Thread(target=work, daemon=True, name="simulate-fetch").start()
        try:
            result = outcome.get(timeout=self.limits.total)
        except Empty:
            raise SourceError(
                f"no complete answer within {self.limits.total:g} s",
                where=_named(what, url),
                again=True,
                down=True,
                do="try again later",
            ) from None
        finally:
            late.set()
        if isinstance(result, Exception):
            raise result
        return result

    def _follow(
        self, url: str, hosts: frozenset[str], accept: str, what: str, late: threading.Event
    ) -> Body:
        for _ in range(self.limits.redirects + 1):
            _check_address(url, hosts, what)
            answer = self._once(url, accept, what, late)
            if isinstance(answer, Body):
                return answer
            try:
                url = urljoin(url, answer)
            except ValueError:
                raise SourceError(
                    f"redirects to {printable(answer, 80)!r}, which is no address",
                    where=_named(what, url),
                ) from None
        raise SourceError("redirects without end", where=_named(what, url))

    def _once(self, url: str, accept: str, what: str, late: threading.Event) -> Body | str:
        """The body, or where a redirect points."""
        import requests

        where = _named(what, url)
        with requests.Session() as session:
            # redirects are read here: the library raises whatever its parsers raise at a bad one
            session.get_redirect_target = lambda resp: None  # type: ignore[method-assign]
            try:
                response = session.get(
                    url,
                    headers={
                        "User-Agent": user_agent(),
                        "Accept": accept,
                        "Accept-Encoding": "gzip",
                    },
                    timeout=(self.limits.connect, self.limits.read),
                    allow_redirects=False,
                    stream=True,
                    auth=_no_auth,
                )
            except requests.RequestException as error:
                raise failure(error, where) from None
            with response:
                if response.is_redirect:
                    return str(response.headers["Location"])
                content = self._content(response, where, late)
        if response.status_code != 200:
            raise self._refusal(response, content, where)
        return Body(
            content,
            str(response.headers.get("Content-Type", "")).partition(";")[0].strip().lower(),
            mask(url),
            moment_of(response.headers.get("Date", "")),
        )

    def _content(self, response: Any, where: str, late: threading.Event) -> bytes:
        from urllib3.exceptions import HTTPError

        limits = self.limits
        encoding = str(response.headers.get("Content-Encoding", "")).strip().lower()
        try:
            # as it came: the library's own decoding takes a compressed answer that was cut short
            body = bytearray()
            while chunk := response.raw.read1(_CHUNK, decode_content=False):
                body += chunk
                if len(body) > limits.received:
                    raise TooLarge(f"is larger than {limits.received >> 20} MB")
                if late.is_set():
                    raise SourceError("was too late", where=where)
            return inflated(bytes(body), encoding, limits.size)
        except TooLarge as error:
            raise SourceError(f"the answer {error}", where=where) from None
        except (HTTPError, EOFError, OSError) as error:
            raise failure(error, where) from None
        except ValueError as error:
            raise SourceError(f"the answer {error}", where=where, again=True) from None

    def _refusal(self, response: Any, content: bytes, where: str) -> SourceError:
        status = int(response.status_code)
        wait = retry_after(response.headers.get("Retry-After", ""))
        longest = self.limits.longest_wait
        asks = f", and asks to wait {wait:.0f} s" if wait > longest else ""
        return SourceError(
            f"the host answers {status} {printable(str(response.reason or ''), 40)}".rstrip()
            + asks,
            where=where,
            do="try again later" if status in _AGAIN else "",
            again=status in _AGAIN,
            down=status in _AGAIN,
            wait=wait,
            status=status,
            body=content[:2000],
        )


def check_online() -> None:
    """Refuse to go on where the environment says that there is to be no network.

    Raises
    ------
    InputError
    """
    if os.environ.get(OFFLINE, "") not in ("", "0"):
        raise InputError(
            f"offline: {OFFLINE} is set", do="unset it to update; the cache is as it was"
        )


def user_agent() -> str:
    """Name and version of this program: hosts can tell it and stop it."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        number = version("simulate-plans")
    except PackageNotFoundError:
        number = "0"
    return f"Mozilla/5.0 (compatible; simulate-plans/{number})"


def _no_auth(request: Any) -> Any:
    """Keep requests from looking for passwords in a .netrc file."""
    return request


def _named(what: str, url: str) -> str:
    host = urlsplit(url).hostname or ""
    return f"{what} ({host})" if what else mask(url)


def _check_address(url: str, hosts: frozenset[str], what: str) -> None:
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
    except ValueError:
        raise SourceError(
            f"redirects to {printable(url, 80)!r}, which is no address", where=what or mask(url)
        ) from None
    if host not in hosts:
        raise SourceError(
            f"redirects to {printable(host, 80) or 'nowhere'}",
            where=what or mask(url),
            expected=f"an answer from {', '.join(sorted(hosts))}",
            do="nothing was taken from there",
        )
    if parts.scheme != "https" and host not in ("127.0.0.1", "localhost", "::1"):
        raise SourceError(
            f"redirects to {printable(parts.scheme, 20)}, which is not encrypted",
            where=what or mask(url),
            expected="https",
        )
