"""The fake as an ASGI application: `/_ccc/…` to control, everything else to the endpoint.

Which of the two is decided here and only here, by the raw path, before anything else is looked at: no encoding, no
doubled slash, no absolute-form target and no header leads from one to the other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import anyio
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from ccc_contract.http import Headers, Request

from ..control import MAX_BODY_BYTES, Control, is_control
from ..endpoint import Endpoint
from ..exchange import Exchange
from ..script import script

MAX_DRAINED_BYTES = 64 * 1024 * 1024
"""How much of what is too large is read and thrown away, so that its sender gets to read the refusal."""

CONNECTION = "ccc_mock.connection"
"""Where the connection stands in a request's state: what no framework has a word for is done on it."""

OnExchange = Callable[[Exchange], None]


class App(Starlette):
    """An application over one endpoint.  `on_exchange` sees each exchange after its answer was decided."""

    def __init__(
        self, endpoint: Endpoint, control: Control | None = None, *, on_exchange: OnExchange | None = None
    ) -> None:
        super().__init__(routes=[Route("/{path:path}", _ControlApp(control or Control(endpoint)))])
        self._endpoint = endpoint
        self._on_exchange = on_exchange
        self._closing = anyio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or is_control(raw_path(scope)):
            # Its own routes are the raw path's: the framework's, which are decoded, must not be asked.
            await super().__call__({**scope, "path": "/"}, receive, send)
        elif scope["method"] == "CONNECT":
            await _NO_TUNNEL(scope, receive, send)
        else:
            # The API has one path and wants untouched bytes: nothing of the framework stands before it.
            await self._api(scope, receive, send)

    def close(self) -> None:
        """Deliver at once what was to be delivered later: the server is going away."""
        self._closing.set()

    def exchange(self, scope: Scope, body: bytes) -> Exchange:
        """Play one request of the API, whose body is whole."""
        client = scope.get("client")
        headers = Headers.lowered(scope["headers"])
        request = Request(
            scope["method"], api_path(scope), scope["query_string"], headers, body, client[0] if client else ""
        )
        exchange = self._endpoint.exchange(request)
        if self._on_exchange is not None:
            self._on_exchange(exchange)
        return exchange

    async def deliver(self, exchange: Exchange, scope: Scope, send: Send) -> None:
        """Bring the reply as it describes."""
        reply = exchange.reply
        connection: Any = scope.get("state", {}).get(CONNECTION)
        if not reply.delivery.is_plain:
            await self._perform(exchange, connection, with_body=scope["method"] != "HEAD")
            return
        if reply.delivery.delay_seconds:
            await (connection or self).wait(reply.delivery.delay_seconds)
        length, then = b"%d" % len(reply.body), self.connection_header(exchange, scope)
        headers = [*reply.headers, (b"Content-Length", length), (b"Connection", then)]
        await send({"type": "http.response.start", "status": reply.status, "headers": headers})
        await send({"type": "http.response.body", "body": reply.body})
        if reply.delivery.delay_seconds and not (connection is not None and connection.is_left):
            self._endpoint.delivered(exchange)

    def connection_header(self, exchange: Exchange, scope: Scope) -> bytes:
        """What a reply says of its connection: `close` for HTTP/1.0, where asked for, and at the end of the server."""
        asked = exchange.request.headers.get(b"connection")
        wanted = asked is not None and b"close" in asked.lower()
        return b"close" if wanted or self._closing.is_set() or scope.get("http_version") == "1.0" else b"keep-alive"

    async def _api(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await _read_body(receive, self._endpoint.settings.max_body_bytes)
        if body is not None:  # None: the client left before it had asked
            await self.deliver(self.exchange(scope, body), scope, send)

    async def wait(self, seconds: float) -> None:
        """For so long, or until the server is going away."""
        with anyio.move_on_after(seconds):
            await self._closing.wait()

    async def _perform(self, exchange: Exchange, connection: Any, *, with_body: bool) -> None:
        if connection is None:
            raise RuntimeError(
                "what is planned for this answer needs a connection of ccc-mock's own server: use `ccc-mock serve` or "
                "ccc_mock.adapters.serving"
            )
        if await connection.perform(script(exchange.reply, with_body=with_body)):
            self._endpoint.delivered(exchange)


# Not 200, as the API answers everything: to a client that asks for a tunnel that means that it is open.
_NO_TUNNEL = Response(
    "ccc-mock opens no tunnels; set the client's protocol to http, and its endpoint to the fake's address\n",
    501,
    {"content-type": "text/plain", "connection": "close"},
)


class _ControlApp:
    """Control behind Starlette: an application of its own, so that every method gets to it."""

    def __init__(self, control: Control) -> None:
        self._control = control

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await _read_body(receive, MAX_BODY_BYTES)
        if body is None:  # the client left before it had asked
            return
        headers = Headers.lowered(scope["headers"])
        answer = self._control.handle(Request(scope["method"], raw_path(scope), scope["query_string"], headers, body))
        response = Response(answer.body, answer.status)
        response.raw_headers = [
            *((name.lower(), value) for name, value in answer.headers),
            (b"content-length", b"%d" % len(answer.body)),
        ]
        await response(scope, receive, send)


def raw_path(scope: Scope) -> bytes:
    """The path as it stood on the request line; `/` for an absolute-form target, which is never control's."""
    raw = _raw(scope)
    return raw if raw.startswith(b"/") else b"/"


def api_path(scope: Scope) -> bytes:
    """The path of what is no control's, also in an absolute-form target: so a client asks that has the fake for its
    proxy, and in what it asks of a machine's metadata the path counts."""
    raw = _raw(scope)
    if raw.startswith(b"/"):
        return raw
    _, slash, path = raw.partition(b"://")[2].partition(b"/")
    return slash + path or b"/"


def _raw(scope: Scope) -> bytes:
    """The target without its query, as h11 hands it over; adapters/direct.py makes httptools do it, too."""
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    return raw


async def _read_body(receive: Receive, limit: int) -> bytes | None:
    """The body, or its first `limit` + 1 bytes when it is longer; None when the client left."""
    message = await receive()
    if message["type"] == "http.request" and not message.get("more_body"):
        body: bytes = message.get("body", b"")  # the usual case: one message, no copy
        return body[: limit + 1]
    kept, seen = bytearray(), 0
    while message["type"] == "http.request":
        chunk = message.get("body", b"")
        seen += len(chunk)
        kept += chunk[: limit + 1 - len(kept)]
        if not message.get("more_body") or seen > limit + MAX_DRAINED_BYTES:
            return bytes(kept)
        message = await receive()
    return None
