"""`ccc-mock exec` as another program would start it, and servers that are not the fake."""

from __future__ import annotations

import contextlib
import http.server
import os
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from ccc_mock.adapters.tls import certified
from process import CCC_MOCK

ELSEWHERE = "127.0.0.2"
"""An address of this machine that NO_PROXY does not hold."""

OF_THE_MACHINE = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NO_PROXY", "no_proxy", "PYTHONPATH")


def surroundings_of_a_test(**more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in OF_THE_MACHINE}
    return {name: value for name, value in kept.items() if not name.lower().endswith("_proxy")} | more


def execute(
    *arguments: str, program: Sequence[str] = CCC_MOCK, cwd: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run `ccc-mock exec ARGUMENT…` to its end."""
    return subprocess.run(
        [*program, "exec", *arguments],
        cwd=cwd,
        env=surroundings_of_a_test(**environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )


def python(program: str) -> tuple[str, ...]:
    """A command that runs a program in Python."""
    return ("--", sys.executable, "-c", program)


class _Hello(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers["Content-Length"])))

    def _answer(self, body: bytes) -> None:
        told = f"{self.command} {self.path} {self.headers['Host']} {self.headers['Connection']} ".encode() + body
        self.send_response(200)
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def log_message(self, *told: object) -> None:
        """Nobody reads it."""


@contextlib.contextmanager
def another_server(tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """A server on an address of its own that is no fake and tells what it was asked; gives its `HOST:PORT`."""
    server = http.server.ThreadingHTTPServer((ELSEWHERE, 0), _Hello)
    server.daemon_threads = True
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"{ELSEWHERE}:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


@contextlib.contextmanager
def another_tls_server() -> Iterator[tuple[str, Path]]:
    """The same over TLS, with a CA of its own: gives the file that one has to trust, too."""
    with certified(ELSEWHERE) as own, another_server(own.context) as host:
        yield host, own.ca_file
