"""uvicorn's protocol over h11, which is plain Python."""

from __future__ import annotations

import asyncio

import h11
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.h11_impl import H11Protocol

from .connection import BAD_REQUEST, MAX_HEAD_BYTES, TOO_LARGE, Connection


class PlainProtocol(Connection, H11Protocol):  # type: ignore[misc]  # eof_received: uvicorn never asks to wait
    """An offer to upgrade, as Java's own client makes with each request, is passed over."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.flow = _Flow(transport, self.conn)

    def data_received(self, data: bytes) -> None:
        self._heard(data)
        super().data_received(data)

    def handle_events(self) -> None:
        super().handle_events()
        if self.conn.their_state is h11.IDLE:
            self.flow.resume_reading()

    def send_400_response(self, msg: str) -> None:
        if self._is_answering():
            return  # h11 stops before the next request, unless there must be none: this came after `Connection: close`
        rest, _ = self.conn.trailing_data
        self.refuse(TOO_LARGE if len(rest) > MAX_HEAD_BYTES else BAD_REQUEST)

    def _unsupported_upgrade_warning(self) -> None:
        """Nothing is wrong with a request that only offers to upgrade."""


class _Flow(FlowControl):
    """Reads nothing more while a request is answered and others wait behind it.

    uvicorn would, and where the client has ended its side, those others would be forgotten.
    """

    def __init__(self, transport: asyncio.Transport, conn: h11.Connection) -> None:
        super().__init__(transport)
        self._conn = conn

    def resume_reading(self) -> None:
        if self._conn.their_state is not h11.DONE:
            super().resume_reading()
