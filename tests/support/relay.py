"""What stands between clients and fakes: a forward proxy, which also counts how often a redirect was followed."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import threading
from collections.abc import Callable, Iterator

REDIRECTED = b" /_ccc/redirect "
HTTPS_PORT = b"443"
CHUNK = 65536


class Relay(socketserver.ThreadingTCPServer):
    """A tunnel to port 443 leads to the fake that speaks TLS; anything else, tunnel or not, to the plain one."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, plain: str, tls: str) -> None:
        super().__init__(("127.0.0.1", 0), Between)
        self.plain = plain
        self.tls = tls
        self.redirected = 0
        """How many requests came to where the fault `redirect` leads: the journal has those of the API only."""

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"


class Between(socketserver.BaseRequestHandler):
    server: Relay

    def handle(self) -> None:
        first = self.request.recv(CHUNK, socket.MSG_PEEK)
        tunnel_to = self.answer_connect() if first.startswith(b"CONNECT ") else None
        name, _, port = (self.server.tls if tunnel_to == HTTPS_PORT else self.server.plain).partition(":")
        with socket.create_connection((name, int(port))) as fake:
            back = threading.Thread(target=pump, args=(fake, self.request), daemon=True)
            back.start()
            pump(self.request, fake, self.count)
            back.join()

    def answer_connect(self) -> bytes:
        """Take a CONNECT off the line, say that the tunnel is there, and give the port that was asked for."""
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += self.request.recv(1)
        self.request.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        return head.split(b" ")[1].rpartition(b":")[2]

    def count(self, data: bytes) -> None:
        self.server.redirected += data.count(REDIRECTED)


def pump(source: socket.socket, sink: socket.socket, look: Callable[[bytes], object] = len) -> None:
    """Pass on what comes until it ends; an end on one side is an end on the other."""
    with contextlib.suppress(OSError):
        while data := source.recv(CHUNK):
            look(data)
            sink.sendall(data)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


@contextlib.contextmanager
def relaying(plain: str, tls: str) -> Iterator[Relay]:
    with Relay(plain, tls) as relay:
        thread = threading.Thread(target=relay.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield relay
        finally:
            relay.shutdown()
            thread.join()
