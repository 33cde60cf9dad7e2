"""To a real host and back: directly, or through the proxy that the environment had before.

A tunnel in which nothing moves ends, and so does one of which a side is left.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import struct
from typing import NamedTuple

import h11

from .outer import CannotUse, Outer, OuterProxies

CONNECT_SECONDS = 30
IDLE_SECONDS = 600
HALF_CLOSED_SECONDS = 60
"""How long the other side may be silent after one has said all it will say."""

_PIECE = 64 * 1024


class Unreachable(Exception):
    """The real host cannot be had; the message is one sentence."""


class Stream(NamedTuple):
    """Both directions of a connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter


async def open_tunnel(host: str, port: int, outers: OuterProxies) -> Stream:
    """A connection on which the real host is spoken with as if there were no proxy.  Raises Unreachable."""
    outer = _outer_for(outers, "https", host)
    if outer is None:
        return await _open(host, port)
    stream = await _open(outer.host, outer.port, tls=outer.tls)
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            await _ask_for_tunnel(stream, outer, host, port)
    except (OSError, EOFError, TimeoutError, asyncio.LimitOverrunError, h11.RemoteProtocolError) as reason:
        stream.writer.transport.abort()
        raise Unreachable(f"the outer proxy {outer.host}:{outer.port} opens no tunnel: {_why(reason)}") from None
    except Unreachable:
        stream.writer.transport.abort()
        raise
    return stream


async def open_for_request(host: str, port: int, outers: OuterProxies) -> tuple[Stream, Outer | None]:
    """A connection for one plain request, and the outer proxy that it leads to, if any.  Raises Unreachable."""
    outer = _outer_for(outers, "http", host)
    if outer is None:
        return await _open(host, port), None
    return await _open(outer.host, outer.port, tls=outer.tls), outer


async def pipe(one: Stream, other: Stream) -> None:
    """Carry bytes both ways until both sides have ended, or one is lost, or nothing moves any more."""
    try:
        async with asyncio.timeout(IDLE_SECONDS) as limit, asyncio.TaskGroup() as group:
            group.create_task(_carry(one.reader, other.writer, limit))
            group.create_task(_carry(other.reader, one.writer, limit))
    except* (OSError, TimeoutError):
        for stream in (one, other):
            reset(stream.writer)
    finally:
        for stream in (one, other):
            stream.writer.close()


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, limit: asyncio.Timeout) -> None:
    clock = asyncio.get_running_loop().time
    while data := await reader.read(_PIECE):
        limit.reschedule(clock() + IDLE_SECONDS)
        writer.write(data)
        await writer.drain()
    limit.reschedule(clock() + HALF_CLOSED_SECONDS)
    if writer.can_write_eof():
        writer.write_eof()
    else:  # over TLS, whose connections have no halves
        writer.close()


def reset(writer: asyncio.StreamWriter) -> None:
    """Whoever waits for the rest of an answer must not take its end for the answer's."""
    sock = writer.get_extra_info("socket")
    if sock is not None:
        reset_on_close(sock)
    writer.transport.abort()


def reset_on_close(sock: socket.socket) -> None:
    """Linger for zero seconds: otherwise the kernel ends a connection in good order."""
    with contextlib.suppress(OSError):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _outer_for(outers: OuterProxies, scheme: str, host: str) -> Outer | None:
    try:
        return outers.for_host(scheme, host)
    except CannotUse as reason:
        raise Unreachable(str(reason)) from None


async def _open(host: str, port: int, *, tls: bool = False) -> Stream:
    context = ssl.create_default_context() if tls else None
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            return Stream(*await asyncio.open_connection(host, port, ssl=context))
    except (OSError, TimeoutError, UnicodeError) as reason:
        raise Unreachable(f"{host}:{port} cannot be reached: {_why(reason)}") from None


async def _ask_for_tunnel(stream: Stream, outer: Outer, host: str, port: int) -> None:
    target = (f"[{host}]:{port}" if ":" in host else f"{host}:{port}").encode()
    conn = h11.Connection(h11.CLIENT)
    headers = [(b"Host", target), *authorization_of(outer)]
    stream.writer.write(conn.send(h11.Request(method=b"CONNECT", target=target, headers=headers)) or b"")
    conn.send(h11.EndOfMessage())
    event: object = h11.NEED_DATA
    while not isinstance(event, h11.Response):
        # Not a byte more than the head: behind it the real host may be speaking already.
        conn.receive_data(await stream.reader.readuntil(b"\r\n\r\n"))
        event = conn.next_event()
    if not 200 <= event.status_code < 300:
        told = f"{event.status_code} {bytes(event.reason).decode('latin-1')}".strip()
        raise Unreachable(f"the outer proxy {outer.host}:{outer.port} opens no tunnel: it answers {told}")


def authorization_of(outer: Outer) -> list[tuple[bytes, bytes]]:
    """The header by which an outer proxy knows who asks, if it wants to."""
    return [(b"Proxy-Authorization", outer.authorization)] if outer.authorization else []


def _why(reason: BaseException) -> str:
    if isinstance(reason, TimeoutError):
        return f"no answer within {CONNECT_SECONDS} seconds"
    if isinstance(reason, EOFError):
        return "it hung up"
    return getattr(reason, "strerror", None) or str(reason) or type(reason).__name__
