"""A connection that has no socket: the client's own parser reads the very bytes that a server would have written.

What a library makes of a cut, a reset or a pause is then its own doing, with its own exceptions.  A pause costs no
time: one that outlasts the reader's patience is a timeout, any other is over at once.
"""

from __future__ import annotations

import errno
import os
import sys
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from ccc_contract.http import Headers, Request

from ..reply import Reply
from ..script import Script, Write, plain, script

# gh-115627, in 3.13 and, by its changelogs, from 3.12.3 and 3.11.9 on; seen here of 3.11.7, 3.12.1 and 3.13.0.
END = "the end, too early"
"""What a client was given that wanted more, where nothing was raised to it."""

RESET_IS_END_OVER_TLS = sys.version_info < (3, 11, 9) or (3, 12) <= sys.version_info < (3, 12, 3)


def _nobody(what: str) -> None:
    """Where nobody asks what a client was given in place of an answer."""


class Answer(NamedTuple):
    """A reply that is on its way.  `delivered()` is to be called when the client has all of it, `broke(what)` when it
    is given an exception in place of more.
    """

    reply: Reply
    delivered: Callable[[], None]
    broke: Callable[[str], None] = _nobody


def connection_header(request: Request) -> bytes:
    """What a reply says of its connection: `close` where it was asked for."""
    asked = request.headers.get(b"connection")
    return b"close" if asked is not None and b"close" in asked.lower() else b"keep-alive"


class Line:
    """One request and its answer.  `ask` is whom to ask; with `answer` that was done already.

    `over_tls` is for those who read through Python's `ssl` sockets, which have words of their own for a timeout and,
    in older versions, take a reset for the end (tests/intercept/test_over_tls.py).
    """

    def __init__(
        self, ask: Callable[[Request], Answer], answer: Answer | None = None, *, over_tls: bool = False
    ) -> None:
        self._ask = ask
        self._answer = answer
        self._late = "The read operation timed out" if over_tls else "timed out"
        self._over_tls = over_tls
        self._sent = bytearray()
        self._writes: deque[Write] | None = None
        self._arrived = memoryview(b"")
        self._stays_open = False
        self._reset = False

    @property
    def is_answered(self) -> bool:
        """Was the request read, and its answer begun?"""
        return self._writes is not None

    def send(self, data: bytes | bytearray | memoryview) -> None:
        self._sent += data

    def receive(self, size: int, timeout: float | None) -> bytes:
        """What arrives next, at most `size` bytes; nothing at the end.

        Raises TimeoutError where it takes `timeout` seconds or longer, ConnectionResetError at a reset.
        """
        writes = self._play() if self._writes is None else self._writes
        while not self._arrived:
            if not writes:
                return self._end(timeout)
            wait, data = writes[0].wait_seconds, writes[0].data
            if timeout is not None and wait >= timeout:
                writes[0] = Write(wait - timeout, data)
                raise self._broken(TimeoutError(self._late))
            writes.popleft()
            self._arrived = memoryview(data)
            if not writes and self._answer is not None:
                self._answer.delivered()
        piece, self._arrived = self._arrived[:size], self._arrived[size:]
        return bytes(piece)

    def _end(self, timeout: float | None) -> bytes:
        if self._reset and not (self._over_tls and RESET_IS_END_OVER_TLS):
            raise self._broken(ConnectionResetError(errno.ECONNRESET, os.strerror(errno.ECONNRESET)))
        if self._stays_open and timeout is not None:
            raise self._broken(TimeoutError(self._late))
        if self._answer is not None:
            self._answer.broke(END)
        return b""

    def _broken(self, error: OSError) -> OSError:
        if self._answer is not None:
            self._answer.broke(type(error).__name__)
        return error

    def _play(self) -> deque[Write]:
        request = parsed(bytes(self._sent))
        if self._answer is None:
            self._answer = self._ask(request)
        reply, with_body = self._answer.reply, request.method != "HEAD"
        if reply.delivery.is_plain:
            connection = connection_header(request)
            self._stays_open = connection != b"close"
            play = plain(reply, connection, with_body=with_body)
        else:
            play = script(reply, with_body=with_body)
        return self._perform(play)

    def _perform(self, play: Script) -> deque[Write]:
        self._reset = play.reset
        self._writes = deque(play.writes)
        return self._writes


def parsed(data: bytes) -> Request:
    """The request that a client's library wrote.  Raises ValueError where it is not whole."""
    head, blank, body = data.partition(b"\r\n\r\n")
    if not blank:
        raise ValueError("expected a whole request before its answer is read, got the beginning of one")
    first, *lines = head.split(b"\r\n")
    method, target, _ = first.split(b" ", 2)
    pairs = (line.partition(b":") for line in lines)
    headers = Headers.lowered((name.lower(), value.strip()) for name, _, value in pairs)
    if (headers.get(b"transfer-encoding") or b"").lower() == b"chunked":
        body = _joined(body)
    elif len(body) != int(headers.get(b"content-length") or 0):
        raise ValueError(
            f"expected a body of the Content-Length that was said, {headers.text(b'content-length') or 0}, got "
            f"{len(body)} bytes"
        )
    path, _, query = target.partition(b"?")
    return Request(method.decode("ascii"), path, query, headers, body)


def _joined(chunks: bytes) -> bytes:
    body = bytearray()
    while chunks:
        size, _, rest = chunks.partition(b"\r\n")
        length = int(size.partition(b";")[0], 16)
        if not length:
            return bytes(body)
        body += rest[:length]
        chunks = rest[length + 2 :]
    raise ValueError("expected a last chunk")
