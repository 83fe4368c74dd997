"""A server on loopback that speaks as the sources do, and fails as they do."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

NOW = dt.datetime(2026, 11, 21, 12, 0, tzinfo=dt.UTC)  # a Saturday
HERE = frozenset({"127.0.0.1"})


class Reply:
    """What the server sends: bytes as they go over the wire, with holes and pauses."""

    def __init__(
        self,
        body: bytes | str = b"",
        status: int = 200,
        headers: dict[str, str] | None = None,
        *,
        cut: int | None = None,
        drip: float = 0.0,
        type: str = "text/csv",
    ) -> None:
        self.body = body.encode() if isinstance(body, str) else body
        self.status, self.cut, self.drip = status, cut, drip
        self.headers = {"Content-Type": type, **(headers or {})}


class Server:
    """Answers by path; a list of replies is given out one after another, its last for good."""

    def __init__(self) -> None:
        self.replies: dict[str, list[Reply] | Callable[[dict[str, str]], Reply]] = {}
        self.asked: list[tuple[str, dict[str, str], dict[str, str]]] = []
        self.stopping = threading.Event()
        self.date = NOW
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.answer(self)

            def date_time_string(self, timestamp: float | None = None) -> str:
                return format_datetime(outer.date, usegmt=True)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def on(self, path: str, *replies: Reply | str) -> None:
        self.replies[path] = [r if isinstance(r, Reply) else Reply(r) for r in replies]

    def asks(self, path: str) -> int:
        return sum(asked == path for asked, _, _ in self.asked)

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(request.path)
        path = unquote(parts.path)
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        self.asked.append((path, query, dict(request.headers)))
        found = self.replies.get(path, [Reply("no such page", 404, type="text/plain")])
        reply = found(query) if callable(found) else found.pop(0) if len(found) > 1 else found[0]
        with suppress(OSError):  # the client hung up, as it should
            self._send(request, reply)

    def _send(self, request: BaseHTTPRequestHandler, reply: Reply) -> None:
        request.send_response(reply.status)
        for name, value in reply.headers.items():
            request.send_header(name, value)
        if "Transfer-Encoding" not in reply.headers and "Connection" not in reply.headers:
            request.send_header("Content-Length", str(len(reply.body)))
        request.end_headers()
        content = reply.body if reply.cut is None else reply.body[: reply.cut]
        if not reply.drip:
            request.wfile.write(content)
            return
        for position in range(len(content)):
            if self.stopping.is_set():
                return
            request.wfile.write(content[position : position + 1])
            request.wfile.flush()
            time.sleep(reply.drip)

    def stop(self) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
