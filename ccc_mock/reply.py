"""What goes back to a client, and how it is to be brought."""

from __future__ import annotations

import gzip
import json
import time
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from ccc_contract.envelope import CONTENT_TYPE


@dataclass(frozen=True, slots=True)
class Delivery:
    """How a reply is to be brought; described here, performed by the adapters.

    Bytes are counted in the body, from its first.  What is set beside `delay_seconds` takes an adapter of ours: no
    framework has a word for it.
    """

    delay_seconds: float = 0.0
    """Before the first byte."""
    silent: bool = False
    """No answer at all: the connection ends."""
    cut_after: int | None = None
    """After so many bytes of the body the connection ends."""
    reset: bool = False
    """It ends with a reset, not with a clean close."""
    stall_after: int = 0
    stall_seconds: float = 0.0
    """After `stall_after` bytes, a pause."""
    drip_bytes: int = 0
    drip_seconds: float = 0.0
    """So many bytes at a time, with a pause after each."""
    claimed_length: int | None = None
    """Content-Length, where it is not the body's."""
    chunked: bool = False
    lower_case: bool = False
    """Names of headers in lower case, the connection's too."""
    drops: bool = False
    """The connection ends after the answer, which does not say so."""

    @property
    def is_plain(self) -> bool:
        """Can any framework bring it?"""
        return self is AT_ONCE or self == Delivery(delay_seconds=self.delay_seconds)


AT_ONCE = Delivery()


class Reply(NamedTuple):
    """What goes back, without the headers of the connection, which are the adapter's."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes
    delivery: Delivery = AT_ONCE

    @classmethod
    def envelope(cls, body: bytes, at: float, delivery: Delivery = AT_ONCE) -> Reply:
        """An answer of the API: always HTTP 200 (doc-responses)."""
        return cls(200, ((b"Date", http_date(int(at))), (b"Content-Type", CONTENT_TYPE)), body, delivery)

    @classmethod
    def not_supported(cls, reason: BaseException, at: float) -> Reply:
        """No answer of the service: the sentence of a NotSupportedByFake."""
        headers = ((b"Date", http_date(int(at))), (b"Content-Type", b"text/plain"))
        return cls(501, headers, f"{reason}\n".encode("utf-8", "replace"))


# English whatever the locale; email.utils would do, at the price of importing sockets.
_DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


@lru_cache(maxsize=64)
def http_date(at: int) -> bytes:
    """A Unix second as HTTP writes it (RFC 9110): `Sun, 22 Nov 2026 05:16:53 GMT`."""
    moment = time.gmtime(at)
    day, month = _DAYS[moment.tm_wday], _MONTHS[moment.tm_mon - 1]
    return time.strftime(f"{day}, %d {month} %Y %H:%M:%S GMT", moment).encode()


def is_lost(reply: Reply, meant: Reply) -> bool:
    """Does a client that gets `reply` not learn what was `meant` for it?  Slow or strange, but whole, is not lost."""
    delivery = reply.delivery
    short = min(delivery.cut_after if delivery.cut_after is not None else len(reply.body), len(reply.body))
    claimed = len(reply.body) if delivery.claimed_length is None else delivery.claimed_length
    if delivery.silent or short < len(reply.body) or claimed != len(reply.body) or reply.status != meant.status:
        return True
    return reply.body != meant.body and not _says_all_of(fields_of(reply), fields_of(meant))


def fields_of(reply: Reply) -> dict[str, object] | None:
    """What is in Response; None where there is none."""
    try:
        body = gzip.decompress(reply.body) if (b"Content-Encoding", b"gzip") in reply.headers else reply.body
        fields = json.loads(body)["Response"]
    except (ValueError, KeyError, TypeError, OSError, EOFError):
        return None
    return fields if isinstance(fields, dict) else None


def _says_all_of(said: dict[str, object] | None, meant: dict[str, object] | None) -> bool:
    return said is not None and meant is not None and meant.items() <= said.items()
