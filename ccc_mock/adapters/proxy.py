"""A forward proxy in front of the fake: the service's names lead to it, allowed ones to their hosts, others nowhere.

A connection for the fake is handed over as it is, so that whatever the fake does to it (half an answer, a reset, a
silence) is done to the client itself.  Nobody gets at control this way: what is handed over is served without it, and
the ports of this process are no target.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import re
import socket
import ssl
from collections.abc import Callable, Iterator
from functools import lru_cache
from http import HTTPStatus
from typing import Any, NamedTuple, cast
from urllib.parse import urlsplit

import h11

from ccc_contract.http import Request, Response

from ..allowed_hosts import AllowedHosts, canonical
from ..control import Control
from ..endpoint import Endpoint
from ..exchange import Exchange
from ..hosts import is_intercepted
from ..plans.words import REDIRECT_LOOP
from ..redaction import printable
from ..tally import Tally
from .asgi import App
from .connection import MAX_HEAD_BYTES
from .forwarding import Forwarding
from .outer import PORTS, Outer, OuterProxies
from .refusal import Refused, refuse
from .server import IDLE_SECONDS, Server, config_of, listen, url_of
from .serving import in_thread
from .tls import Certified
from .tunnel import Stream, Unreachable, authorization_of, open_for_request, open_tunnel, pipe

MAX_CONNECTIONS = 1000
"""How many may be told where to go, or be tunnelled, at a time; others wait until they are accepted."""

_PIECE = 64 * 1024
_ESTABLISHED = b"HTTP/1.1 200 Connection established\r\n\r\n"
_TLS_HANDSHAKE = b"\x16"
_OF_THE_CONNECTION = (
    b"connection", b"proxy-connection", b"proxy-authorization", b"keep-alive", b"upgrade", b"host",
)  # fmt: skip

_NO_CONTROL = Response(
    403,
    ((b"Content-Type", b"text/plain"),),
    b"control is not reachable through the proxy: it is at $CCC_MOCK_URL/_ccc\n",
)

Speak = Callable[[Any], asyncio.Protocol]
"""Makes the fake's protocol for a connection, as this configuration of uvicorn says."""


class Head(NamedTuple):
    """What a client asks of the proxy, and what it sent behind that."""

    request: h11.Request
    raw: bytes
    """All that was read."""
    rest: bytes
    """What of it stands behind the head."""
    conn: h11.Connection
    """Has read all of it, and gives what stands behind the head, as far as it is the request's."""


class Target(NamedTuple):
    """Where a client wants to get."""

    host: str
    port: int

    @property
    def authority(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class NoControl(Control):
    """In place of control, for those who come through the proxy; only the fault `redirect` leads them on."""

    def handle(self, request: Request) -> Response:
        answer = super().handle(request) if request.path == REDIRECT_LOOP else _NO_CONTROL
        return Response(answer.status, (*answer.headers, (b"Connection", b"close")), answer.body)


class OneRequest(App):
    """For requests in plain HTTP: the next one on the connection may be for another host, and is to ask anew."""

    def connection_header(self, exchange: Exchange, scope: Any) -> bytes:
        return b"close"


class Proxy:
    """Accepts on `listener`, which listens already; `taken` are the ports of this process that are no target."""

    def __init__(
        self,
        listener: socket.socket,
        endpoint: Endpoint,
        certified: Certified,
        *,
        allowed: AllowedHosts,
        outers: OuterProxies,
        tally: Tally,
        taken: frozenset[int],
    ) -> None:
        self._listener = listener
        self._certified = certified
        self._allowed = allowed
        self._outers = outers
        self._tally = tally
        self._taken = taken
        control = NoControl(endpoint)
        self.tunnelled = config_of(App(endpoint, control, on_exchange=tally.called))
        self.plain = config_of(OneRequest(endpoint, control, on_exchange=tally.called))
        self.configs = (self.tunnelled, self.plain)
        self._context_for = lru_cache(maxsize=64)(certified.context_for)

    async def run(self, speak: Speak) -> None:
        """Accept until cancelled; `speak` makes the fake's protocol for a connection."""
        self._listener.setblocking(False)
        places, tasks = asyncio.Semaphore(MAX_CONNECTIONS), set[asyncio.Task[None]]()
        try:
            while True:
                await places.acquire()
                task = asyncio.create_task(self._converse(await self._accept(), speak))
                tasks.add(task)
                task.add_done_callback(tasks.discard)
                task.add_done_callback(lambda _: places.release())
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _accept(self) -> socket.socket:
        while True:
            try:
                client, _ = await asyncio.get_running_loop().sock_accept(self._listener)
                return client
            except ConnectionAbortedError:
                continue  # the client did not wait
            except OSError:
                await asyncio.sleep(0.1)  # too many open files (EMFILE): until a connection ends

    async def _converse(self, client: socket.socket, speak: Speak) -> None:
        """Bring one connection where it wants to get.  Who takes it on takes it out of `client`."""
        with client:
            try:
                async with asyncio.timeout(IDLE_SECONDS):
                    head = await _read_head(client)
                if head is not None:
                    await self._lead(client, head, speak)
            except Refused as refused:
                await refuse(client, refused.answer)
            except (OSError, TimeoutError):
                pass  # the client is gone, or said nothing

    async def _lead(self, client: socket.socket, head: Head, speak: Speak) -> None:
        target, is_tunnel = _target(head.request), head.request.method == b"CONNECT"
        if is_intercepted(target.host):
            await (self._tunnel_to_fake if is_tunnel else self._plain_to_fake)(client, head, target, speak)
        elif self._allowed.lets(target.host):
            await (self._tunnel_to_host if is_tunnel else self._plain_to_host)(client, head, target)
        else:
            self._tally.refused(*target)
            told = f"ccc-mock exec lets nothing through to {target.host}: --allow {target.host} would"
            raise Refused(f"403 {told}", told)  # clients show the line, and few of them the text

    async def _tunnel_to_fake(self, client: socket.socket, head: Head, target: Target, speak: Speak) -> None:
        if head.rest:
            raise Refused("400 Bad Request", "expected nothing behind CONNECT before it is answered")
        context = self._context(target.host)
        async with asyncio.timeout(IDLE_SECONDS):
            await asyncio.get_running_loop().sock_sendall(client, _ESTABLISHED)
            first = await _first_byte(client)
        # Node.js asks for a tunnel for plain HTTP, too: what comes says which of the two it is, on whatever port.
        await _hand_over(client, speak(self.tunnelled), context if first == _TLS_HANDSHAKE else None)

    async def _plain_to_fake(self, client: socket.socket, head: Head, target: Target, speak: Speak) -> None:
        # As a proxy writes it to the server: the target without the host, everything else untouched.
        read = head.raw.replace(head.request.target, _origin_form(head.request.target), 1)
        await _hand_over(client, _Begun(speak(self.plain), read), None)

    def _context(self, host: str) -> ssl.SSLContext:
        if host in self._certified.names:
            return self._certified.context
        try:
            return self._context_for(host)
        except ValueError as reason:
            raise Refused("400 Bad Request", f"{host}: {reason}") from None

    async def _tunnel_to_host(self, client: socket.socket, head: Head, target: Target) -> None:
        self._not_ourselves(target)
        with self._told(target):
            host = await open_tunnel(*target, self._outers)
        self._not_ourselves(target, host)
        own = await _stream(client)
        own.writer.write(_ESTABLISHED)
        host.writer.write(head.rest)
        await pipe(own, host)

    async def _plain_to_host(self, client: socket.socket, head: Head, target: Target) -> None:
        self._not_ourselves(target)
        with self._told(target):
            host, outer = await open_for_request(*target, self._outers)
        self._not_ourselves(target, host)
        sent = _forwarded(head.request, target, outer)
        await Forwarding(client, head.conn, sent, host, target.authority).run()

    def _not_ourselves(self, target: Target, reached: Stream | None = None) -> None:
        """Raises Refused for a port of this process, by what is asked for or by what was reached under some name."""
        host, port = reached.writer.get_extra_info("peername")[:2] if reached else target
        if port in self._taken and _is_loopback(host):
            if reached:
                reached.writer.transport.abort()
            raise Refused("403 Forbidden", f"{target.authority} is ccc-mock itself, which cannot be reached so")

    @contextlib.contextmanager
    def _told(self, target: Target) -> Iterator[None]:
        try:
            yield
        except Unreachable as reason:
            self._tally.failed(*target, str(reason))
            raise Refused("502 Bad Gateway", str(reason)) from None
        self._tally.passed(*target)


class ProxiedServer(Server):
    """Serves `app` on one socket, and the fake behind a proxy on another, in one loop and with one end."""

    def __init__(self, app: App, listener: socket.socket, proxy: Proxy, *, ready: Callable[[], None]) -> None:
        super().__init__(app, listener, ready=ready)
        self._proxy = proxy

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        for config in self._proxy.configs:
            config.load()
        self._proxying = asyncio.create_task(self._proxy.run(self._speak))
        await super().startup(sockets=sockets)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._proxying.cancel()
        await asyncio.gather(self._proxying, return_exceptions=True)
        for config in self._proxy.configs:
            cast(App, config.app).close()
        await super().shutdown(sockets=sockets)

    def _speak(self, config: Any) -> asyncio.Protocol:
        made: asyncio.Protocol = config.http_protocol_class(
            config=config,
            server_state=self.server_state,
            app_state=self.lifespan.state,
            _loop=asyncio.get_running_loop(),
        )
        return made


class Proxied(NamedTuple):
    """A running fake: `url` for control, and the address of the proxy."""

    url: str
    proxy: tuple[str, int]


@contextlib.contextmanager
def proxying(
    endpoint: Endpoint, certified: Certified, *, allowed: AllowedHosts, outers: OuterProxies, tally: Tally
) -> Iterator[Proxied]:
    """Serve `endpoint` behind a proxy, and with control beside it, from a thread until the block ends."""
    with contextlib.closing(listen("127.0.0.1", 0)) as direct, contextlib.closing(listen("127.0.0.1", 0)) as listener:
        taken = frozenset(each.getsockname()[1] for each in (direct, listener))
        proxy = Proxy(listener, endpoint, certified, allowed=allowed, outers=outers, tally=tally, taken=taken)
        app = App(endpoint, on_exchange=tally.called)
        with in_thread(lambda ready: ProxiedServer(app, direct, proxy, ready=ready), url_of(direct)) as url:
            yield Proxied(url, listener.getsockname()[:2])


class _Begun(asyncio.Protocol):
    """Lets another protocol have a connection of which something was read already."""

    def __init__(self, protocol: asyncio.Protocol, read: bytes) -> None:
        self._protocol = protocol
        self._read = read

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        cast(asyncio.Transport, transport).set_protocol(self._protocol)
        self._protocol.connection_made(transport)
        self._protocol.data_received(self._read)


async def _read_head(client: socket.socket) -> Head | None:
    """The head of the first request; None where the client leaves before it is whole.  Raises Refused."""
    conn = h11.Connection(h11.SERVER, max_incomplete_event_size=MAX_HEAD_BYTES)
    raw = bytearray()
    while data := await asyncio.get_running_loop().sock_recv(client, _PIECE):
        raw += data
        try:
            conn.receive_data(data)
            event = conn.next_event()
        except h11.RemoteProtocolError as wrong:
            if raw.startswith(_TLS_HANDSHAKE):
                raise Refused(
                    "400 Bad Request", "this proxy is spoken to in plain HTTP: its URL begins with http://"
                ) from None
            status = HTTPStatus(wrong.error_status_hint)
            told = f"no HTTP request that could be read: {wrong}"
            raise Refused(f"{status.value} {status.phrase}", told) from None
        if isinstance(event, h11.Request):
            return Head(event, bytes(raw), conn.trailing_data[0], conn)
    return None


def _target(request: h11.Request) -> Target:
    """Where a request is to go.  Raises Refused."""
    text = request.target.decode("latin-1")
    is_url = "://" in text
    with contextlib.suppress(ValueError):
        if request.method == b"CONNECT":
            return _of_authority(text, None)
        if is_url and text.lower().startswith("http://"):
            return _of_authority(text[len("http://") :].partition("/")[0].partition("?")[0], PORTS["http"])
        if text.startswith("/"):  # PHP asks its proxy so
            host = next((value for name, value in request.headers if name == b"host"), b"")
            target = _of_authority(host.decode("latin-1"), PORTS["http"])
            if is_intercepted(target.host):
                return target
    got = printable(f"{request.method.decode('latin-1')} {text}".encode("ascii", "replace").decode())
    raise Refused(
        "400 Bad Request", f"this is a proxy, expected CONNECT HOST:PORT or METHOD http://HOST/..., got {got!r}"
    )


def _of_authority(text: str, default_port: int | None) -> Target:
    parts = urlsplit("//" + text)
    port = parts.port or default_port
    if parts.netloc != text or "@" in text or not parts.hostname or not port:
        raise ValueError(text)
    return Target(canonical(parts.hostname), port)


def _origin_form(target: bytes) -> bytes:
    """What of a URL is asked of its server (RFC 9112, 3.2.1)."""
    origin = re.sub(rb"^[^:/]+://[^/?]*", b"", target)
    return origin if origin.startswith(b"/") else b"/" + origin


def _forwarded(request: h11.Request, target: Target, outer: Outer | None) -> h11.Request:
    """The head as the real host, or the outer proxy, is to get it: for one request."""
    origin = _origin_form(request.target)
    authority = (target.host if target.port == PORTS["http"] else target.authority).encode()
    dropped: tuple[bytes, ...] = _OF_THE_CONNECTION
    if any(name == b"transfer-encoding" for name, _ in request.headers):
        dropped += (b"content-length",)  # who reads only the one sees two requests (RFC 9112, 6.3)
    kept = [line for line in request.headers.raw_items() if line[0].lower() not in dropped]
    own = [(b"Connection", b"close"), *(authorization_of(outer) if outer else ())]
    return h11.Request(
        method=request.method,
        target=b"http://" + authority + origin if outer else origin,
        headers=[(b"Host", authority), *kept, *own],
    )


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    with contextlib.suppress(ValueError):
        address = ipaddress.ip_address(host)
        address = getattr(address, "ipv4_mapped", None) or address
        return address.is_loopback or address.is_unspecified
    return False


async def _first_byte(client: socket.socket) -> bytes:
    """The first byte that a client sends, which stays where it is; none where it leaves instead."""
    loop = asyncio.get_running_loop()
    readable = asyncio.Event()
    loop.add_reader(client, readable.set)
    try:
        await readable.wait()
    finally:
        loop.remove_reader(client)
    return client.recv(1, socket.MSG_PEEK)


def _taken_out(client: socket.socket) -> socket.socket:
    """The same connection as another object: whoever closes the first one leaves this open."""
    taken = socket.socket(fileno=client.detach())
    taken.setblocking(False)
    return taken


async def _hand_over(client: socket.socket, protocol: asyncio.Protocol, context: ssl.SSLContext | None) -> None:
    seconds = IDLE_SECONDS if context else None
    await asyncio.get_running_loop().connect_accepted_socket(
        lambda: protocol, _taken_out(client), ssl=context, ssl_handshake_timeout=seconds
    )


async def _stream(client: socket.socket) -> Stream:
    return Stream(*await asyncio.open_connection(sock=_taken_out(client)))
