"""A client of bytes: what a socket gets when very particular bytes are sent to it."""

from __future__ import annotations

import json
import socket
import ssl
import time
from dataclasses import dataclass
from typing import Any, BinaryIO

from ccc_contract import Request, sign

BODY = b'{"SdkAppId": 1400000000, "AIAgentId": 15, "Callee": "008612300000000"}'


@dataclass(frozen=True)
class Answer:
    """One HTTP answer off a socket, header names as they came."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes
    closed: bool
    """Did the server end the connection after it, as far as was looked?"""

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str | None:
        """The Error's code, None for a success."""
        return self.json["Response"].get("Error", {}).get("Code")

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name), None)


def exchange(host: str, data: bytes, *, timeout: float = 5.0, tls: ssl.SSLContext | None = None) -> Answer:
    """Send `data` to `host` (`127.0.0.1:PORT`) and read one answer."""
    with connect(host, timeout, tls) as sock:
        sock.sendall(data)
        return read_answer(sock)


def connect(host: str, timeout: float = 5.0, tls: ssl.SSLContext | None = None) -> socket.socket:
    """A connection to `host` (`127.0.0.1:PORT`), over TLS where a context is given."""
    name, _, port = host.rpartition(":")
    sock = socket.create_connection((name.strip("[]"), int(port)), timeout)
    return tls.wrap_socket(sock, server_hostname=name) if tls else sock


def read_answer(sock: socket.socket, *, see_the_end: bool = True) -> Answer:
    """Read one answer, and see whether the server ends the connection after it, which takes a twentieth of a second."""
    with sock.makefile("rb") as stream:
        status = int(stream.readline().split(b" ")[1])
        headers = []
        while (line := stream.readline().rstrip(b"\r\n")) != b"":
            key, _, value = line.decode("latin-1").partition(":")
            headers.append((key, value.strip()))
        length = next((int(value) for key, value in headers if key.lower() == "content-length"), -1)
        body = stream.read(length)
        closed = see_the_end and _has_ended(sock, stream)
    return Answer(status, headers, body, closed)


def _has_ended(sock: socket.socket, stream: BinaryIO) -> bool:
    sock.settimeout(0.05)
    try:
        return stream.read(1) == b""
    except TimeoutError:
        return False


def signed(host: str, secret_id: str, secret_key: str, *, body: bytes = BODY, **headers: str) -> Request:
    """A signed CreateAIAgentCall to `host`."""
    common = {
        "content-type": "application/json",
        "x-tc-action": "CreateAIAgentCall",
        "x-tc-version": "2020-02-10",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    return sign(Request.post(host, common, body), secret_id, secret_key, timestamp=int(time.time()))


def as_bytes(request: Request, target: str = "/", version: str = "1.1") -> bytes:
    """The request as it goes over a socket."""
    lines = [f"{request.method} {target} HTTP/{version}".encode()]
    lines += [name + b": " + value for name, value in request.headers.lines]
    lines.append(b"Content-Length: %d" % len(request.body))
    return b"\r\n".join(lines) + b"\r\n\r\n" + request.body
