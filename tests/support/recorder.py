"""A socket that takes one request at a time and keeps its very bytes."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from collections.abc import Iterator

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"


class Recorder:
    """Listens on `host`; `sent` has one item for each request."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.host = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):  # closed
            while True:
                connection, _ = self._listener.accept()
                with connection:
                    connection.settimeout(10)
                    self.sent.append(_whole(connection))
                    connection.sendall(_ANSWER)

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(10)


def _whole(connection: socket.socket) -> bytes:
    """One request, read to the end of the body that its Content-Length tells."""
    got = b""
    while not _is_whole(got):
        piece = connection.recv(65536)
        if not piece:
            break
        got += piece
    return got


def _is_whole(got: bytes) -> bool:
    head, end, body = got.partition(b"\r\n\r\n")
    length = _LENGTH.search(head)
    return bool(end) and len(body) >= (int(length[1]) if length else 0)


@contextlib.contextmanager
def recording() -> Iterator[Recorder]:
    recorder = Recorder()
    try:
        yield recorder
    finally:
        recorder.close()
