"""http.client, and so urllib: a connection to one of our names is a line without a socket.

The official SDK asks for the keys of a machine's role through urllib.  What goes out by way of a proxy is stopped by
the guard.
"""

from __future__ import annotations

import socket
from http import client
from typing import Any

from ..hosts import is_intercepted
from . import guard
from .intercept import answer, is_watching
from .line import Line
from .patches import Patch
from .sockets import LineSocket


def patches(package: str) -> list[Patch]:
    """What is replaced: how a connection is made; and what the guard looks at."""
    return [
        *guard.patches(package),
        Patch(guard.genuine(client, "HTTPConnection"), "connect", _connecting),
        Patch(guard.genuine(client, "HTTPSConnection"), "connect", _connecting),
    ]


def _connecting(original: Any) -> Any:
    def connect(self: Any) -> None:
        if not is_watching() or self._tunnel_host or not is_intercepted(self.host):
            original(self)
            return
        self.sock = _Repeating(isinstance(self, client.HTTPSConnection))
        usual = self.timeout is socket._GLOBAL_DEFAULT_TIMEOUT  # type: ignore[attr-defined]
        self.sock.settimeout(socket.getdefaulttimeout() if usual else self.timeout)

    return connect


class _Repeating(LineSocket):
    """One request after the other, as http.client sends them over a connection that is kept."""

    def __init__(self, over_tls: bool) -> None:
        super().__init__(Line(answer, over_tls=over_tls))
        self._over_tls = over_tls

    def sendall(self, data: bytes) -> None:
        if self.line.is_answered:
            self.line = Line(answer, over_tls=self._over_tls)
        self.line.send(data)
