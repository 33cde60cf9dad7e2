"""A server that is not the fake: it accepts whatever is posted, and answers for its health as it is told."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

SESSION = "a0a0a0a0-1111-4222-8333-b4b4b4b4b4b4"
ACCEPTED = {"Response": {"SessionId": SESSION, "RequestId": "c5c5c5c5-1111-4222-8333-d6d6d6d6d6d6"}}


def answer(body: bytes, *lines: str, status: str = "200 OK") -> bytes:
    """A whole answer as bytes, `application/json` unless a line says otherwise."""
    given = lines if any(line.lower().startswith("content-type") for line in lines) else (
        *lines, "Content-Type: application/json")  # fmt: skip
    head = "\r\n".join((f"HTTP/1.1 {status}", *given, f"Content-Length: {len(body)}", "Connection: close", "", ""))
    return head.encode() + body


def health(nonce: Any, **changes: Any) -> bytes:
    """What the fake says of itself."""
    return answer(
        json.dumps({"name": "ccc-mock", "version": "0.1.0", "ready": True, "nonce": nonce, **changes}).encode()
    )


Health = Callable[[str], bytes | None]
"""(nonce that was asked with) → the bytes of the answer; None for silence, until the test is over."""


class Stranger(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = False

    def __init__(self, asked: Health, posted: Callable[[], bytes | None]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked, self.posted = asked, posted
        self.connections = 0
        self.keeps_connections = False
        self.nonces: list[str] = []
        self.targets: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.bodies: list[bytes] = []
        self.over = threading.Event()
        self.arrived = threading.Semaphore(0)
        """Released once for each request that is there whole."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def verify_request(self, request: Any, client_address: Any) -> bool:
        self.connections += 1
        return True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that leave are what is tested here."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Stranger

    def do_GET(self) -> None:
        nonce = parse_qs(urlsplit(self.path).query).get("nonce", [""])[0]
        self.server.nonces.append(nonce)
        self._note()
        self._write(self.server.asked(nonce))

    def do_POST(self) -> None:
        self.server.bodies.append(self.rfile.read(int(self.headers["content-length"])))
        self._note()
        self._write(self.server.posted())

    def _note(self) -> None:
        self.server.targets.append(f"{self.command} {self.path.partition('?')[0]}")
        self.server.headers.append({name.lower(): value for name, value in self.headers.items()})
        self.server.arrived.release()

    def _write(self, data: bytes | None) -> None:
        self.close_connection = not self.server.keeps_connections
        if data is None:
            self.server.over.wait()
            return
        if self.server.keeps_connections:
            data = data.replace(b"Connection: close\r\n", b"")
        whole, drips, _ = data.partition(DRIPPING)
        self.wfile.write(whole)
        while drips and not self.server.over.wait(0.02):
            self.wfile.write(b"x")

    def log_message(self, format: str, *arguments: Any) -> None:
        """Nothing: standard error belongs to what is tested."""


DRIPPING = b"(drips)"
"""From there on a byte now and then, for ever, each well within any timeout between two reads."""


def accept() -> bytes:
    return answer(json.dumps(ACCEPTED).encode())


@contextlib.contextmanager
def stranger(asked: Health, posted: Callable[[], bytes | None] = accept) -> Iterator[Stranger]:
    with Stranger(asked, posted) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.over.set()
            server.shutdown()
            thread.join()
