"""httpx, and so the official asynchronous SDK, and httpx2: what would go out through a transport meets the fake.

An answer that comes whole and at once is built as the transport builds it.  Any other is read by httpcore's own
connection from a line without a socket: timeouts and exceptions are then the library's own, each with its own classes.
"""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Callable
from importlib import import_module
from typing import Any

import anyio.lowlevel

from ccc_contract.http import Headers, Request

from ..hosts import is_intercepted
from ..reply import AT_ONCE
from ..script import phrase
from .claims import calling, is_claimed
from .intercept import answer, is_watching
from .line import Answer, Line, connection_header
from .patches import Patch

# What h11 refuses in a value: control characters, and blanks at either end.  Values are joined by line feeds.
_REFUSED = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]|(?:^|\n)[ \t]|[ \t](?:\n|$)")


def patches(package: str) -> list[Patch]:
    """What is replaced: the ways out that every client has which was not given another transport."""
    library = import_module(package)
    if library.__name__ != package:
        return []  # `httpx2.alias_httpx()`: the other name has them
    taps = taps_of(package)
    found = [
        Patch(library.HTTPTransport, "handle_request", taps.sync),
        Patch(library.AsyncHTTPTransport, "handle_async_request", taps.asynchronous),
    ]
    clients = [each for each in (library.Client, library.AsyncClient) if "_transport_for_url" in vars(each)]
    return [*found, *(Patch(each, "_transport_for_url", taps.choosing) for each in clients)]


@functools.cache
def taps_of(package: str) -> Taps:
    """What stands in for the transports of `httpx`, or of `httpx2`."""
    return Taps(package)


class Taps:
    """What stands in for the transports of one of the two libraries."""

    def __init__(self, package: str) -> None:
        self.httpx: Any = import_module(package)
        self.httpcore: Any = import_module(package.replace("httpx", "httpcore"))
        self._handle = _pristine(self.httpx.HTTPTransport, "handle_request")
        self._handle_async = _pristine(self.httpx.AsyncHTTPTransport, "handle_async_request")
        self._streams = _streams(self.httpcore)

    def sync(self, original: Any) -> Any:
        def handle_request(transport: Any, request: Any) -> Any:
            if not is_watching() or not is_intercepted(request.url.host):
                return original(transport, request)
            if is_claimed(self.httpx, request):
                with calling(self.httpx):
                    return original(transport, request)
            return self.bring(request)

        return handle_request

    def asynchronous(self, original: Any) -> Any:
        async def handle_async_request(transport: Any, request: Any) -> Any:
            if not is_watching() or not is_intercepted(request.url.host):
                return await original(transport, request)
            if is_claimed(self.httpx, request):
                with calling(self.httpx):
                    return await original(transport, request)
            return await self.bring_async(request)

        return handle_async_request

    def choosing(self, original: Any) -> Any:
        """For clients: past another library, such as vcrpy, that stands before us and refuses what it does not know."""

        def _transport_for_url(client: Any, url: Any) -> Any:
            transport = original(client, url)
            if not is_watching() or not is_intercepted(url.host):
                return transport
            return _Tap(self, transport) if self._is_patched_over(transport) else transport

        return _transport_for_url

    def _is_patched_over(self, transport: Any) -> bool:
        for kind, name in ((self.httpx.HTTPTransport, "handle_request"), (self.httpx.AsyncHTTPTransport, _ASYNC)):
            if isinstance(transport, kind):
                method = getattr(type(transport), name)
                return method is getattr(kind, name) and method.__module__ != __name__
        return False

    def bring(self, request: Any, ask: Callable[[Request], Answer] = answer) -> Any:
        """The fake's answer as the library's Response; or its exception."""
        asked = self._as_asked(request)
        answered = None if asked is None else ask(asked)
        if asked is not None and answered is not None and answered.reply.delivery is AT_ONCE:
            return self._whole(answered, asked)
        return self._handle(_Over(self._pool(Line(ask, answered, over_tls=request.url.scheme == "https"), "")), request)

    async def bring_async(self, request: Any, ask: Callable[[Request], Answer] = answer) -> Any:
        """The same where it is awaited.  It can be cancelled before the call is made, as one on a socket could."""
        await anyio.lowlevel.checkpoint()
        asked = self._as_asked(request)
        answered = None if asked is None else ask(asked)
        if asked is not None and answered is not None and answered.reply.delivery is AT_ONCE:
            return self._whole(answered, asked)
        return await self._handle_async(_Over(self._pool(Line(ask, answered), "Async")), request)

    def _as_asked(self, request: Any) -> Request | None:
        """The request as it would be on the wire; None where that is for httpcore and h11 to say."""
        try:
            body: bytes = request.content
        except self.httpx.RequestNotRead:
            return None
        lines = [(name.lower(), value) for name, value in request.headers.raw]
        lines.sort(key=_is_not_host)  # h11 writes Host first, and the others in their order
        headers = Headers.lowered(lines)
        length = headers.get(b"content-length")
        if (b"%d" % len(body) if body else length or b"0") != (length or b"0"):
            return None
        values = b"\n".join([value for _, value in lines])
        if b"transfer-encoding" in headers or values.count(b"\n") >= len(lines) or _REFUSED.search(values):
            return None
        path, _, query = request.url.raw_path.partition(b"?")
        return Request(request.method, path, query, headers, body)

    def _whole(self, answered: Answer, asked: Request) -> Any:
        reply = answered.reply
        return self.httpx.Response(
            reply.status,
            headers=[
                *reply.headers,
                (b"Content-Length", b"%d" % len(reply.body)),
                (b"Connection", connection_header(asked)),
            ],
            stream=self.httpx.ByteStream(b"" if asked.method == "HEAD" else reply.body),
            extensions={
                "http_version": b"HTTP/1.1",
                "reason_phrase": phrase(reply.status),
                "network_stream": self._streams[""](None),
            },
        )

    def _pool(self, line: Line, kind: str) -> Any:
        """As much of httpcore's pool as a transport asks of one: one connection, over that line."""
        connection = getattr(self.httpcore, f"{kind}HTTP11Connection")
        return _Pool(lambda origin: connection(origin, self._streams[kind](line)))


_ASYNC = "handle_async_request"


class _Tap:
    """A transport of the program's, before which another library stands."""

    def __init__(self, taps: Taps, transport: Any) -> None:
        self._taps = taps
        self._transport = transport

    def handle_request(self, request: Any) -> Any:
        if is_claimed(self._taps.httpx, request):
            return self._transport.handle_request(request)
        return self._taps.bring(request)

    async def handle_async_request(self, request: Any) -> Any:
        if is_claimed(self._taps.httpx, request):
            return await self._transport.handle_async_request(request)
        return await self._taps.bring_async(request)


class _Over:
    """As much of a transport as its own method asks of one."""

    def __init__(self, pool: _Pool) -> None:
        self._pool = pool


class _Pool:
    def __init__(self, connect: Callable[[Any], Any]) -> None:
        self._connect = connect

    def handle_request(self, request: Any) -> Any:
        return self._connect(request.url.origin).handle_request(request)

    async def handle_async_request(self, request: Any) -> Any:
        await anyio.lowlevel.checkpoint()
        return await self._connect(request.url.origin).handle_async_request(request)


def _streams(httpcore: Any) -> dict[str, Any]:
    """The library's streams over a line: blocking, and awaited under "Async"."""

    class Stream(httpcore.NetworkStream):  # type: ignore[misc]
        def __init__(self, line: Line | None) -> None:
            self._line = line

        def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
            try:
                return b"" if self._line is None else self._line.receive(max_bytes, timeout)
            except TimeoutError as late:
                raise httpcore.ReadTimeout(late) from late
            except OSError as broken:
                raise httpcore.ReadError(broken) from broken

        def write(self, buffer: bytes, timeout: float | None = None) -> None:
            if self._line is not None:
                self._line.send(buffer)

        def close(self) -> None:
            """There is nothing to give back."""

        def get_extra_info(self, info: str) -> Any:
            return False if info == "is_readable" else None

    class AsyncStream(httpcore.AsyncNetworkStream):  # type: ignore[misc]
        def __init__(self, line: Line) -> None:
            self._line = line

        async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
            await anyio.lowlevel.checkpoint()
            try:
                return self._line.receive(max_bytes, timeout)
            except TimeoutError:  # the backends give no message: theirs are TimeoutError() and BrokenResourceError()
                late = TimeoutError()
                raise httpcore.ReadTimeout(late) from late
            except OSError as broken:
                raise httpcore.ReadError(anyio.BrokenResourceError()) from broken

        async def write(self, buffer: bytes, timeout: float | None = None) -> None:
            self._line.send(buffer)

        async def aclose(self) -> None:
            """There is nothing to give back."""

        def get_extra_info(self, info: str) -> Any:
            return False if info == "is_readable" else None

    return {"": Stream, "Async": AsyncStream}


def _is_not_host(line: tuple[bytes, bytes]) -> bool:
    return line[0] != b"host"


def _pristine(transport: Any, name: str) -> Any:
    """The transport's own method.  Raises RuntimeError where another library stands in for it."""
    method = inspect.unwrap(transport.__dict__[name])
    if method.__module__.partition(".")[0] != transport.__module__.partition(".")[0]:
        raise RuntimeError(
            f"{method.__module__} has replaced {transport.__name__}.{name}: enter the fake first, and that inside of it"
        )
    return method
