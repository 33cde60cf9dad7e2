"""What a connection is held to, whichever parser reads it: how long it may be silent, and how it is refused.

Nothing that a client does or leaves undone keeps a connection for ever, and whoever is refused gets to read why.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
import struct
from typing import TYPE_CHECKING, Any

import anyio
from uvicorn.protocols.http.flow_control import FlowControl

from ..script import Script
from .asgi import CONNECTION, MAX_DRAINED_BYTES

MAX_HEAD_BYTES = 256 * 1024
"""How much of a request line and headers is kept while their end has not come.

The service refuses a GET of more than 32 KB in words of its own, so heads that are a good deal longer have to get
through; where they end is ours to choose.  One read may bring as much again before this is looked at.
"""

_SENT_SECONDS = 0.02
"""How long a write may take to leave this machine's buffers; uvloop writes at the end of a turn of the loop."""

_LINGER = "HH" if os.name == "nt" else "ii"  # struct linger: two shorts on Windows, two ints elsewhere

_TLS_HANDSHAKE = b"\x16"


def last_answer(status: str, text: str) -> bytes:
    """A whole answer after which the connection ends; both texts are ASCII."""
    head = f"HTTP/1.1 {status}\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: {len(text)}\r\n"
    return f"{head}connection: close\r\n\r\n{text}".encode("ascii")


BAD_REQUEST = last_answer("400 Bad Request", "Invalid HTTP request received.\n")
TOO_LARGE = last_answer(
    "431 Request Header Fields Too Large",
    f"ccc-mock reads a request line and headers of up to {MAX_HEAD_BYTES} bytes together, and these are longer\n",
)


class Connection(asyncio.Protocol):
    """What uvicorn's protocols leave open; a class inherits from it first, and from one of them second.

    A client that has a complete request with us may be silent for as long as its answer takes.  Any other is waited
    for `timeout_keep_alive` seconds, and so is one that takes nothing of what was written for it.
    """

    loop: asyncio.AbstractEventLoop
    logger: logging.Logger
    transport: asyncio.Transport
    flow: FlowControl
    cycle: Any  # uvicorn has a class of its own for each parser
    scheme: Any
    app_state: dict[str, Any]
    timeout_keep_alive: int

    _heard_at: float  # on the loop's clock
    _silence: asyncio.TimerHandle
    _hurry: asyncio.Event
    _has_ended = False
    _unsent = 0  # bytes, when silence was last looked at

    if TYPE_CHECKING:

        def _unset_keepalive_if_required(self) -> None: ...

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.app_state = {**self.app_state, CONNECTION: self}
        self._hurry = asyncio.Event()
        self._heard_at = self.loop.time()
        self._silence = self.loop.call_later(self.timeout_keep_alive, self._look_at_silence)

    def connection_lost(self, exc: Exception | None) -> None:
        self._give_up()
        self._hurry.set()
        super().connection_lost(exc)
        self._stop_waiting()

    @property
    def is_left(self) -> bool:
        """Is nobody there to read an answer?  Who ends his side while he waits has most likely given up."""
        return self._has_ended or self.transport.is_closing()

    def eof_received(self) -> bool:
        """A client that has said all it will say (`shutdown(SHUT_WR)`) is still answered."""
        self._has_ended = True
        self._hurry.set()
        if not self._is_answering() or self.scheme == "https":  # asyncio cannot keep half of a TLS connection
            return False
        self.cycle.keep_alive = False
        return True

    def refuse(self, answer: bytes) -> None:
        """Give a last answer, and end the connection once the client has read it."""
        self.transport.write(answer)
        self._give_up()
        if not self.transport.can_write_eof():  # over TLS, whose connections have no halves
            self.transport.close()
            return
        self.transport.write_eof()
        self.transport.set_protocol(_Leftovers(self))
        self.flow.resume_reading()

    async def wait(self, seconds: float) -> None:
        """For so long, or until nobody is there to wait for, or the server is going away."""
        with anyio.move_on_after(seconds):
            await self._hurry.wait()

    def shutdown(self) -> None:
        self._hurry.set()
        super().shutdown()  # type: ignore[misc]  # uvicorn's own

    async def perform(self, play: Script) -> bool:
        """Bring a reply as its script says, and end the connection.  Was the client there until the end?"""
        for write in play.writes:
            if write.wait_seconds:
                await self.wait(write.wait_seconds)
            if self.transport.is_closing():
                break
            self.transport.write(write.data)
        stayed = not self.is_left
        if play.reset and not self.transport.is_closing():
            await asyncio.sleep(_SENT_SECONDS)  # a reset overtakes what is not sent yet
            self._reset_on_close()
            self.transport.abort()
        else:
            self.transport.close()
        self._give_up()
        return stayed

    def _reset_on_close(self) -> None:
        """Linger for zero seconds: otherwise the kernel ends a connection in good order, however it is aborted."""
        sock = self.transport.get_extra_info("socket")
        if sock is None:
            return  # uvloop has none any more where the client has left a connection over TLS
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack(_LINGER, 1, 0))

    def _heard(self, data: bytes) -> None:
        self._heard_at = self.loop.time()
        if self.cycle is None and data.startswith(_TLS_HANDSHAKE):  # the endpoint was changed, the protocol was not
            self.logger.warning(
                "a client speaks TLS, and this is plain HTTP: set its protocol to http (docs/clients.md tells how)"
            )

    def _is_answering(self) -> bool:
        """Is there a complete request that has no complete answer?"""
        return self.cycle is not None and not self.cycle.more_body and not self.cycle.response_complete

    def _look_at_silence(self) -> None:
        left = self._heard_at + self.timeout_keep_alive - self.loop.time()
        unsent, before = self.transport.get_write_buffer_size(), self._unsent
        self._unsent = unsent
        if left <= 0 and unsent and unsent == before:
            self._give_up()
            self.transport.abort()  # to close is to wait until all is taken
        elif left <= 0 and not unsent and not self._is_waited_for():
            self.transport.close()
        else:
            wait = left if left > 0 else self.timeout_keep_alive
            self._silence = self.loop.call_later(wait, self._look_at_silence)

    def _is_waited_for(self) -> bool:
        """Is it us that the client waits for?  Where we have stopped reading, it cannot say more."""
        return self._is_answering() or self.flow.read_paused

    def _give_up(self) -> None:
        """Let whoever is at work on a request know, before it can write or read on what is closed."""
        if self.cycle is not None:
            self.cycle.disconnected = True
            self.cycle.message_event.set()

    def _stop_waiting(self) -> None:
        """End both timers: uvicorn leaves its own behind where a client broke off, and with it the connection."""
        self._silence.cancel()
        self._unset_keepalive_if_required()


class _Leftovers(asyncio.Protocol):
    """Reads on after a refusal: one who is cut off while he sends loses what he was told (RFC 9112, 9.6).

    It ends when the client does, at the latest by the timer that the connection has run before.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._left = MAX_DRAINED_BYTES

    def data_received(self, data: bytes) -> None:
        self._left -= len(data)
        if self._left < 0:
            self._connection.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._connection.connection_lost(exc)
