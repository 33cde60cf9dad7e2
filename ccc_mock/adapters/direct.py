"""Answers of the API written from the parser's own callback: no task, no messages, one write.

`Endpoint.exchange` neither waits nor yields, so once a request is whole its answer can go out at once; a task, an
event and two messages for each request would cost as much as the exchange itself.  Whatever has to wait takes the road
that every ASGI application takes: a large body or one that is asked for (`Expect: 100-continue`), a reply with a delay,
a client that does not read, a request behind another one that is not answered yet.
"""

from __future__ import annotations

from collections.abc import Coroutine
from functools import lru_cache
from typing import Any, cast

import httptools
from starlette.types import Scope, Send
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from ..control import is_control
from ..exchange import Reply
from .asgi import App, raw_path
from .plain import PlainProtocol, hint_at_tls


class Protocol(HttpToolsProtocol):
    """uvicorn's protocol over httptools, with a shorter way for the API.

    `_waiting` is the cycle of a request that no task was started for, because only its body is still to come.
    The shorter way hangs on `_start_asgi_task`; a uvicorn that lacks it (0.34) starts a task for every request.
    """

    _waiting: RequestResponseCycle | None = None

    def data_received(self, data: bytes) -> None:
        hint_at_tls(self, data)
        self._unset_keepalive_if_required()
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._continue_over_h11(data[upgrade.args[0] :])
        except httptools.HttpParserError:
            message = "Invalid HTTP request received."
            self.logger.warning(message)
            self.send_400_response(message)

    def _should_upgrade(self) -> bool:
        return True  # whenever the parser would: see _continue_over_h11

    def _continue_over_h11(self, rest: bytes) -> None:
        """httptools stops reading at an offer to upgrade, body or not, and at CONNECT: h11 goes on from there."""
        self.connections.discard(self)
        head = [self.scope["method"].encode(), b" ", self.url, b" HTTP/1.1\r\n"]
        for name, value in self.headers:
            if name not in (b"upgrade", b"http2-settings"):
                head += [name, b": ", value, b"\r\n"]
        protocol = PlainProtocol(self.config, self.server_state, self.app_state, _loop=self.loop)
        protocol.connection_made(self.transport)
        self.transport.set_protocol(protocol)
        protocol.data_received(b"".join(head) + b"\r\n" + rest)

    def on_headers_complete(self) -> None:
        # httptools splits an absolute-form target and keeps only its path: here it stays what it was, no path.
        if not self.url.startswith(b"/") and self.parser.get_method() != b"CONNECT":
            query = self.url.partition(b"?")[2]
            self.url = b"/?" + query if query else b"/"
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        super().on_body(body)
        if self._waiting is not None and len(self._waiting.body) > HIGH_WATER_LIMIT:
            self._start_task(self._waiting)

    def on_message_complete(self) -> None:
        super().on_message_complete()
        if self._waiting is None:
            return
        if self.flow.write_paused:
            self._start_task(self._waiting)
        else:
            self._answer(self._waiting)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        # A cycle that was queued behind another one has its body already, and there may be hundreds of them.
        if cycle.more_body and not cycle.waiting_for_100_continue and not is_control(raw_path(_scope(cycle))):
            self._waiting = cycle
        else:
            super()._start_asgi_task(cycle, app)

    def _start_task(self, cycle: RequestResponseCycle) -> None:
        self._waiting = None
        super()._start_asgi_task(cycle, self.app)

    def _answer(self, cycle: RequestResponseCycle) -> None:
        self._waiting = None
        app, scope = cast(App, self.app), _scope(cycle)
        try:
            exchange = app.exchange(scope, bytes(cycle.body))
        except Exception as bug:  # told here with its traceback; the parser would take it for bad input
            self.logger.error("Exception in the fake\n", exc_info=bug)
            self._spawn(cycle.send_500_response())
            return
        if exchange.reply.delivery.delay_seconds:
            self._spawn(app.deliver(exchange, scope, cast(Send, cycle.send)))
            return
        connection = app.connection_header(exchange, scope)
        cycle.response_started = cycle.response_complete = True
        self.transport.write(_as_bytes(exchange.reply, connection, with_body=scope["method"] != "HEAD"))
        if connection == b"close" or not cycle.keep_alive:
            self.transport.close()
        cycle.on_response()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = self.loop.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)


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
