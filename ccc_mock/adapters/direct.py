"""Answers of the API written from the parser's own callback: no task, no messages, one write.

`Endpoint.exchange` neither waits nor yields, so once a request is whole its answer can go out at once; a task, an
event and two messages for each request would cost as much as the exchange itself.  Whatever has to wait takes the road
that every ASGI application takes: a large body or one that is asked for (`Expect: 100-continue`), a reply with a delay,
a client that does not read, a request behind another one that is not answered yet.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Coroutine
from functools import lru_cache
from typing import Any, cast

import httptools
from starlette.types import Scope, Send
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT, FlowControl
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from ..control import is_control
from ..reply import AT_ONCE, Reply
from .asgi import App, raw_path
from .connection import BAD_REQUEST, MAX_HEAD_BYTES, TOO_LARGE, Connection
from .plain import PlainProtocol


class Protocol(Connection, HttpToolsProtocol):  # type: ignore[misc]  # eof_received: uvicorn never asks to wait
    """uvicorn's protocol over httptools, with a shorter way for the API.

    `_waiting` is the cycle of a request that no task was started for, because only its body is still to come.
    `_late` is the cycle that is answered by a task; behind it others may be queued, and `cycle` is the last of them.
    `_unread` counts bytes since the last that were a body's or ended a request: llhttp keeps a head of any length.
    The shorter way hangs on `_start_asgi_task`; a uvicorn that lacks it (0.34) starts a task for every request.
    """

    _waiting: RequestResponseCycle | None = None
    _late: RequestResponseCycle | None = None
    _unread = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.flow = _Flow(transport, self.pipeline)

    def data_received(self, data: bytes) -> None:
        self._heard(data)
        self._unset_keepalive_if_required()
        self._unread += len(data)
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            rest = data[upgrade.args[0] :]
            self._in_turn(lambda: self._continue_over_h11(rest))
        except httptools.HttpParserError:
            self._refuse_in_turn(BAD_REQUEST)
        else:
            if self._unread > MAX_HEAD_BYTES:
                self._refuse_in_turn(TOO_LARGE)

    def _refuse_in_turn(self, answer: bytes) -> None:
        said_all = self.cycle is not None and not self.cycle.keep_alive and not self.cycle.more_body
        if not said_all:
            self.logger.warning("Invalid HTTP request received.")
            self._in_turn(lambda: self.refuse(answer))

    def _in_turn(self, act: Callable[[], None]) -> None:
        """Do what ends the work of this parser, once all that was asked for is answered."""
        if self.pipeline and self.cycle.more_body:
            self.pipeline.popleft()  # the request that is cut short
        elif not self._is_answering():
            act()
            return
        self.flow.pause_reading()
        self.pipeline.appendleft((cast(RequestResponseCycle, _Turn(self.transport, act)), self.app))

    def _should_upgrade(self) -> bool:
        return True  # whenever the parser would: see _continue_over_h11

    def _continue_over_h11(self, rest: bytes) -> None:
        """httptools stops reading at an offer to upgrade, body or not, and at CONNECT: h11 goes on from there."""
        self.connections.discard(self)
        self._stop_waiting()
        self.flow.resume_reading()
        version = self.scope["http_version"].encode()
        head = [self.scope["method"].encode(), b" ", self.url, b" HTTP/", version, b"\r\n"]
        for name, value in self.scope["headers"]:
            if name not in (b"upgrade", b"http2-settings"):
                head += [name, b": ", value, b"\r\n"]
        protocol = PlainProtocol(self.config, self.server_state, self.app_state, _loop=self.loop)
        protocol.connection_made(self.transport)
        self.transport.set_protocol(protocol)
        protocol.data_received(b"".join(head) + b"\r\n" + rest)

    def on_headers_complete(self) -> None:
        if self.cycle is not None and not self.cycle.keep_alive:
            raise _AfterTheLastRequest  # the parser goes on behind `Connection: close`; RFC 9112, 9.6, forbids it
        if self.expect_100_continue and self.parser.get_http_version() == "1.0":
            self.expect_100_continue = False  # RFC 9110, 10.1.1
        if self.url == b"/":
            super().on_headers_complete()
        else:
            self._on_headers_of_another_target()
        self.headers = []  # for trailers, which come by the same callback and are no headers

    def _on_headers_of_another_target(self) -> None:
        """httptools reduces an absolute-form target to its path, drops a fragment and fails beyond 64 KB: not here."""
        target = self.url
        path, _, query = target.partition(b"?")
        self.url = path if path.startswith(b"/") else b"/"
        super().on_headers_complete()
        self.url = target
        self.scope["raw_path"], self.scope["query_string"] = path, query

    def on_body(self, body: bytes) -> None:
        self._unread = 0
        super().on_body(body)
        if self._waiting is not None and len(self._waiting.body) > HIGH_WATER_LIMIT:
            self._start_task(self._waiting, self.app)

    def on_message_complete(self) -> None:
        self._unread = 0
        super().on_message_complete()
        if self._waiting is None:
            return
        if self.flow.write_paused:
            self._start_task(self._waiting, self.app)
        else:
            self._answer(self._waiting)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        # A cycle that was queued behind another one has its body already, and there may be hundreds of them.
        if cycle.more_body and not cycle.waiting_for_100_continue and not is_control(raw_path(_scope(cycle))):
            self._waiting = cycle
            if self.flow.read_paused:  # it was queued, and its body is still to come
                self.flow.resume_reading()
        else:
            self._start_task(cycle, app)

    def _start_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._waiting, self._late = None, cycle
        super()._start_asgi_task(cycle, app)

    def _answer(self, cycle: RequestResponseCycle) -> None:
        self._waiting = None
        app, scope = cast(App, self.app), _scope(cycle)
        try:
            exchange = app.exchange(scope, bytes(cycle.body))
        except Exception as bug:  # told here with its traceback; the parser would take it for bad input
            self.logger.error("Exception in the fake\n", exc_info=bug)
            self._spawn(cycle.send_500_response())
            return
        if exchange.reply.delivery is not AT_ONCE:
            self._late = cycle
            self._spawn(app.deliver(exchange, scope, cast(Send, cycle.send)))
            return
        connection = app.connection_header(exchange, scope)
        cycle.response_started = cycle.response_complete = True
        self.transport.write(_as_bytes(exchange.reply, connection, with_body=scope["method"] != "HEAD"))
        if connection == b"close" or not cycle.keep_alive:
            cycle.keep_alive = False
            self.transport.close()
        cycle.on_response()

    def _give_up(self) -> None:
        super()._give_up()
        if self._late is not None:  # uvicorn tells the last cycle only, and this one would write on what is closed
            self._late.disconnected = True

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = self.loop.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)


class _AfterTheLastRequest(Exception):
    """What the parser reads now must not be answered."""


class _Turn:
    """A place in uvicorn's queue that no request has."""

    more_body = False

    def __init__(self, transport: asyncio.Transport, act: Callable[[], None]) -> None:
        self._transport = transport
        self._act = act

    async def run_asgi(self, app: object) -> None:
        if not self._transport.is_closing():
            self._act()


class _Flow(FlowControl):
    """Reads nothing more while requests are queued: uvicorn would with each answer, and the queue grew without end."""

    def __init__(self, transport: asyncio.Transport, queue: Collection[object]) -> None:
        super().__init__(transport)
        self._queue = queue

    def resume_reading(self) -> None:
        if not self._queue:
            super().resume_reading()


def _scope(cycle: RequestResponseCycle) -> Scope:
    return cast(Scope, cycle.scope)  # uvicorn and Starlette each have a type of their own for the same dict


def _as_bytes(reply: Reply, connection: bytes, *, with_body: bool) -> bytes:
    before, after = _head(reply.status, reply.headers, connection)
    return b"%b%d%b%b" % (before, len(reply.body), after, reply.body if with_body else b"")


@lru_cache(maxsize=64)  # but for the date, all heads are the same
def _head(status: int, headers: tuple[tuple[bytes, bytes], ...], connection: bytes) -> tuple[bytes, bytes]:
    """What stands before the value of Content-Length, and between it and the body."""
    lines = b"".join([b"%b: %b\r\n" % line for line in headers])
    return STATUS_LINE[status] + lines + b"Content-Length: ", b"\r\nConnection: %b\r\n\r\n" % connection
