"""One plain request to a real host, or to the outer proxy, and its answer: nothing that stands behind it is carried.

What comes next on the same connection may be for another host, about which nobody was asked.  So no byte is passed on
as it is: both directions are read as HTTP, and only what belongs to this exchange is written.  Hosts that keep the
connection open, whatever they are told, change nothing about it.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from http import HTTPStatus
from typing import cast

import h11

from . import tunnel
from .connection import MAX_HEAD_BYTES
from .refusal import Refused, leave
from .tunnel import Stream, reset, reset_on_close

_OF_THE_CONNECTION = (b"connection", b"proxy-connection", b"keep-alive", b"upgrade")
_CLOSE = (b"Connection", b"close")
_PIECE = 64 * 1024


class Forwarding:
    """`asked` is where the client's request was read, up to its body; `sent` is its head as the host is to get it."""

    def __init__(
        self, client: socket.socket, asked: h11.Connection, sent: h11.Request, host: Stream, name: str
    ) -> None:
        self._client = client
        self._asked = asked
        self._host = host
        self._sent = sent
        self._name = name
        self._answered = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_HEAD_BYTES)

    async def run(self) -> None:
        """Carry the request, and the answer.  Raises Refused, as long as nothing of an answer was given."""
        refused: list[BaseException] = []
        try:
            async with asyncio.timeout(tunnel.IDLE_SECONDS) as self._limit, asyncio.TaskGroup() as group:
                asking = group.create_task(self._ask())
                await self._answer()
                asking.cancel()
            self._host.writer.close()
            await leave(self._client)
            return
        except* Refused as reasons:
            refused += reasons.exceptions
        except* (OSError, TimeoutError):
            pass
        finally:
            if not self._host.writer.is_closing():
                reset(self._host.writer)
        if refused and self._asked.our_state is h11.SEND_RESPONSE:
            raise refused[0]
        reset_on_close(self._client)

    async def _ask(self) -> None:
        """Write the request, and read on until the client has said all it will say: what comes then is left."""
        await self._to_host(self._sent)
        event: h11.Event | None = None
        while not isinstance(event, h11.EndOfMessage):
            event = await self._of_client()
            await self._to_host(event)
        while await asyncio.get_running_loop().sock_recv(self._client, _PIECE):
            pass
        self._moved(tunnel.HALF_CLOSED_SECONDS)

    async def _answer(self) -> None:
        event: h11.Event | None = None
        while not isinstance(event, h11.EndOfMessage):
            event = await self._of_host()
            if isinstance(event, h11.Response):
                kept = [line for line in event.headers.raw_items() if line[0].lower() not in _OF_THE_CONNECTION]
                event = h11.Response(status_code=event.status_code, reason=event.reason, headers=[*kept, _CLOSE])
            data = self._asked.send(event)
            await asyncio.get_running_loop().sock_sendall(self._client, data or b"")

    async def _of_client(self) -> h11.Event:
        """The next event of this request's body."""
        try:
            while (event := self._asked.next_event()) is h11.NEED_DATA:
                self._asked.receive_data(await asyncio.get_running_loop().sock_recv(self._client, _PIECE))
                self._moved()
        except h11.RemoteProtocolError as wrong:
            status = HTTPStatus(wrong.error_status_hint)
            raise Refused(f"{status.value} {status.phrase}", f"no body that could be read: {wrong}") from None
        return cast(h11.Event, event)  # it pauses behind the end only

    async def _of_host(self) -> h11.Event:
        """The next event of its answer."""
        try:
            while (event := self._answered.next_event()) is h11.NEED_DATA:
                self._answered.receive_data(await self._host.reader.read(_PIECE))
                self._moved()
        except h11.RemoteProtocolError as wrong:
            raise Refused("502 Bad Gateway", f"{self._name} gives no answer that could be read: {wrong}") from None
        return cast(h11.Event, event)  # it pauses behind the end only

    async def _to_host(self, event: h11.Event) -> None:
        data = self._answered.send(event)
        if data and not self._host.writer.is_closing():
            with contextlib.suppress(OSError):  # it may have answered before it heard all
                self._host.writer.write(data)
                await self._host.writer.drain()

    def _moved(self, seconds: float | None = None) -> None:
        seconds = tunnel.IDLE_SECONDS if seconds is None else seconds
        self._limit.reschedule(asyncio.get_running_loop().time() + seconds)
