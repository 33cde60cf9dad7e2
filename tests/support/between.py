"""What stands between a client and a fake: a forward proxy, a relay that closes idle connections.  Real, and tiny."""

from __future__ import annotations

import contextlib
import http.client
import select
import socket
import socketserver
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit


class Proxy(ThreadingHTTPServer):
    """A forward proxy: absolute-form requests are passed on, and CONNECT opens a tunnel.

    `seen` is the request line and the headers of each; `leads_to` maps a host name to an address in its place.
    `refuses` is a status in place of a tunnel or an answer, `hangs_up` ends the connection instead.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Proxying)
        self.seen: list[tuple[str, Mapping[str, str]]] = []
        self.leads_to: dict[str, str] = {}
        self.refuses = 0
        self.hangs_up = False

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"

    @property
    def url(self) -> str:
        return f"http://{self.host}"

    @property
    def lines(self) -> list[str]:
        return [line for line, _ in self.seen]

    def connected(self, authority: str) -> socket.socket:
        name, _, port = self.leads_to.get(authority, authority).rpartition(":")
        return socket.create_connection((name, int(port)), 5)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that leaves is no error of the proxy's."""


class _Proxying(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Proxy

    def do_CONNECT(self) -> None:
        if self._stops_here():
            return
        with self.server.connected(self.path) as upstream:
            self.send_response(200)
            self.end_headers()
            pump(self.connection, upstream)
        self.close_connection = True

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self._stops_here():
            return
        target = urlsplit(self.path)
        upstream = http.client.HTTPConnection(target.netloc, timeout=5)
        upstream.sock = self.server.connected(target.netloc)
        with contextlib.closing(upstream):
            upstream.putrequest("POST", target.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                if not name.lower().startswith("proxy-"):
                    upstream.putheader(name, value)
            upstream.endheaders(body)
            answer = upstream.getresponse()
            told = answer.read()
        self.send_response_only(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(told)

    def _stops_here(self) -> bool:
        self.server.seen.append((self.requestline, dict(self.headers)))
        if self.server.hangs_up:
            self.close_connection = True
            return True
        if self.server.refuses:
            self.send_response(self.server.refuses)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return True
        return False

    def log_message(self, *_: Any) -> None:
        """Nothing: what passed is in `seen`."""


class Relay(socketserver.ThreadingTCPServer):
    """Passes bytes on to `host`, and closes a connection on which nothing came for `idle_seconds`.

    `closed` is released when one has been.
    """

    daemon_threads = True

    def __init__(self, host: str, idle_seconds: float) -> None:
        super().__init__(("127.0.0.1", 0), _Relaying)
        self.target = host
        self.idle_seconds = idle_seconds
        self.connections = 0
        self.closed = threading.Semaphore(0)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def shutdown_request(self, request: Any) -> None:
        super().shutdown_request(request)
        self.closed.release()


class _Relaying(socketserver.BaseRequestHandler):
    server: Relay

    def handle(self) -> None:
        self.server.connections += 1
        name, _, port = self.server.target.rpartition(":")
        with socket.create_connection((name, int(port)), 5) as upstream:
            pump(self.request, upstream, self.server.idle_seconds)


def pump(one: socket.socket, other: socket.socket, idle_seconds: float | None = None) -> None:
    """Pass bytes between the two until one of them ends, or nothing comes for so long."""
    while True:
        ready, _, _ = select.select([one, other], [], [], idle_seconds)
        if not ready:
            return
        for came in ready:
            data = came.recv(65536)
            if not data:
                return
            (other if came is one else one).sendall(data)


@contextlib.contextmanager
def running(server: socketserver.BaseServer) -> Iterator[Any]:
    """The server, in a thread, until the block ends."""
    with server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join(5)
