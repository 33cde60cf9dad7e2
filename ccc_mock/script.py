"""What a connection has to do to bring a reply: pure, for whichever adapter has the bytes in its hands.

Only deliveries that no framework has a word for go this way, and they are the last on their connection.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus

from .reply import Delivery, Reply


@dataclass(frozen=True, slots=True)
class Write:
    """Bytes to write, and how many seconds to wait before."""

    wait_seconds: float
    data: bytes


@dataclass(frozen=True, slots=True)
class Script:
    """The writes in order, and how the connection ends after them: `reset` or a clean close."""

    writes: tuple[Write, ...]
    reset: bool


def script(reply: Reply, *, with_body: bool = True) -> Script:
    """The whole of a reply as writes.  `with_body` is no for the answer to a HEAD."""
    delivery = reply.delivery
    if delivery.silent:
        return Script((Write(delivery.delay_seconds, b""),), delivery.reset)
    head = _head(reply)
    pieces = list(_pieces(reply.body if with_body else b"", delivery))
    if delivery.chunked:
        pieces.append(Write(0.0, b"0\r\n\r\n"))
    pieces[0] = Write(delivery.delay_seconds, head + pieces[0].data)
    return Script(tuple(pieces), delivery.reset)


def plain(reply: Reply, connection: bytes, *, with_body: bool = True) -> Script:
    """The whole of a reply that any framework can bring; `connection` is the value of that header."""
    lines = (*reply.headers, (b"Content-Length", b"%d" % len(reply.body)), (b"Connection", connection))
    head = b"".join(b"%b: %b\r\n" % line for line in lines)
    status = b"HTTP/1.1 %d %b\r\n" % (reply.status, phrase(reply.status))
    data = b"%b%b\r\n%b" % (status, head, reply.body if with_body else b"")
    return Script((Write(reply.delivery.delay_seconds, data),), reset=False)


def _head(reply: Reply) -> bytes:
    delivery = reply.delivery
    length = len(reply.body) if delivery.claimed_length is None else delivery.claimed_length
    framing = (b"Transfer-Encoding", b"chunked") if delivery.chunked else (b"Content-Length", b"%d" % length)
    # What spoils only the answer says that it is the last; what breaks it off, or drops, did not know.
    honest = delivery.cut_after is None and delivery.claimed_length is None and not delivery.drops
    lines = [*reply.headers, framing, (b"Connection", b"close" if honest else b"keep-alive")]
    shown = [(name.lower() if delivery.lower_case else name, value) for name, value in lines]
    status = b"HTTP/1.1 %d %b\r\n" % (reply.status, phrase(reply.status))
    return status + b"".join(b"%b: %b\r\n" % line for line in shown) + b"\r\n"


def phrase(status: int) -> bytes:
    """What stands behind a status on the wire; empty for one that has no name."""
    try:
        return HTTPStatus(status).phrase.encode()
    except ValueError:
        return b""


def _pieces(body: bytes, delivery: Delivery) -> Iterator[Write]:
    """The body, cut where it has to pause; at least one piece."""
    if delivery.cut_after is not None:
        body = body[: delivery.cut_after]
    cuts = _cuts(len(body), delivery)
    starts, ends = [0, *(cut for cut, _ in cuts)], [*(cut for cut, _ in cuts), len(body)]
    waits = [0.0, *(pause for _, pause in cuts)]
    for start, end, wait in zip(starts, ends, waits, strict=True):
        data = body[start:end]
        yield Write(wait, b"%x\r\n%b\r\n" % (len(data), data) if delivery.chunked and data else data)


def _cuts(length: int, delivery: Delivery) -> list[tuple[int, float]]:
    """Where the body is cut, and how long the pause there is."""
    if delivery.drip_bytes:
        return [(cut, delivery.drip_seconds) for cut in range(delivery.drip_bytes, length, delivery.drip_bytes)]
    if delivery.stall_seconds and delivery.stall_after < length:
        return [(delivery.stall_after, delivery.stall_seconds)]
    return []
