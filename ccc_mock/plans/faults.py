"""Every way an answer can go wrong, one class each.  A fault knows no transport: it makes one Reply of another.

A fault is its settings and `spoil`.  `moment` says when it strikes unless the plan says otherwise: BEFORE, in place of
the call, which is then not placed; or AFTER, on an answer that was decided.  FAULTS is all of them.

Sources: the rows of sdk-captures-2026-11 that say what official clients make of each (fixtures/sdk_answers.json).
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Any, ClassVar

from ccc_contract.http import Request
from ccc_contract.model import JSON

from ..reply import Reply, http_date
from .words import (
    AFTER,
    BEFORE,
    REDIRECT_LOOP,
    BadWord,
    Moment,
    Parameter,
    Spread,
    arguments,
    content_type,
    duration,
    field,
    signed_duration,
    size,
    spread,
    status,
    whole,
)


@dataclass(frozen=True)
class Fault:
    """One way for an answer to go wrong; subclasses are their settings."""

    kind: ClassVar[str]
    says: ClassVar[str]
    """What it does, for people: one line."""
    takes: ClassVar[tuple[Parameter, ...]] = ()
    moment: ClassVar[Moment] = AFTER

    @property
    def usual_moment(self) -> Moment:
        """When it strikes, with these settings, unless the plan says otherwise."""
        return self.moment

    def spoil(self, reply: Reply, request: Request, at: float, chance: Random) -> Reply:
        """What becomes of `reply` to `request`; `at` is the time of the exchange."""
        raise NotImplementedError


# --- time ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Delay(Fault):
    kind = "delay"
    says = "waits before the first byte"
    takes = (Parameter("time", spread, required=True, rest=True),)

    time: Spread

    def spoil(self, reply: Reply, request: Request, at: float, chance: Random) -> Reply:
        seconds = reply.delivery.delay_seconds + self.time.draw(chance)
        return _delivered(reply, delay_seconds=seconds)


@dataclass(frozen=True)
class Stall(Fault):
    kind = "stall"
    says = "sends so many bytes of the body, waits, and sends the rest"
    takes = (Parameter("bytes", size, required=True), Parameter("time", duration, required=True))

    bytes: int
    time: float

    def spoil(self, reply: Reply, request: Request, at: float, chance: Random) -> Reply:
        return _delivered(reply, stall_after=self.bytes, stall_seconds=self.time)


@dataclass(frozen=True)
class Drip(Fault):
    kind = "drip"
    says = "sends the body a few bytes at a time, with a pause between"
    takes = (Parameter("bytes", size, default=1), Parameter("time", duration, default=0.1))

    bytes: int = 1
    time: float = 0.1

    def spoil(self, reply: Reply, request: Request, at: float, chance: Random) -> Reply:
        return _delivered(reply, drip_bytes=max(1, self.bytes), drip_seconds=self.time)


# --- the connection ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Close(Fault):
    kind = "close"
    says = "closes the connection: without an answer, or, `@after`, behind so many bytes of the body"
    takes = (Parameter("bytes", size),)
    moment = BEFORE

    bytes: int | None = None

    @property
    def usual_moment(self) -> Moment:
        return BEFORE if self.bytes is None else AFTER  # only an answer has bytes

    def spoil(self, reply: Reply, request: Request, at: float, chance: Random) -> Reply:
        return _delivered(reply, silent=self.bytes is None, cut_after=self.bytes)


@dataclass(frozen=True)
class Reset(Close):
    kind = "reset"
    says = "resets the connection: without an answer, or, `@after`, behind so many bytes of the body"

    def spoil(self, reply: Reply, request: Request, at: float, chance: Random) -> Reply:
        return _delivered(super().spoil(reply, request, at, chance), reset=True)


@dataclass(frozen=True)
class Drop(Fault):
    kind = "drop"
    says = "answers, and then closes the connection without having said so"

    def spoil(self, reply: Reply, request: Request, at: float, chance: Random) -> Reply:
        return _delivered(reply, drops=True)


# --- the head ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Status(Fault):
    kind = "status"
    says = "sends the answer with another HTTP status"
    takes = (Parameter("status", status, required=True),)

    status: int

    def spoil(self, reply: Reply, request: Request, at: float, chance: Random) -> Reply:
        return reply._replace(status=self.status)


@dataclass(frozen=True)
class ContentType(Fault):
    kind = "content-type"
    says = "sends the answer with another Content-Type, or with none"
    takes = (Parameter("type", content_type, rest=True),)

    type: str | None = None

    def spoil(self, reply: Reply, request: Request, at: float, chance: Random) -> Reply:
        return _with_header(reply, b"Content-Type", None if self.type is None else self.type.encode())


@dataclass(frozen=True)
class Length(Fault):
    kind = "content-length"
    says = "claims another Content-Length than the body has, and closes"
    takes = (Parameter("bytes", whole, required=True),)

    bytes: int

    def spoil(self, reply: Reply, request: Request, at: float, chance: Random) -> Reply:
        return _delivered(reply, claimed_length=self.bytes)


@dataclass(frozen=True)
class Date(Fault):
    kind = "date"
    says = "sends a Date that is so far away"
    takes = (Parameter("time", signed_duration, required=True),)

    time: float

    def spoil(self, reply: Reply, request: Request, at: float, chance: Random) -> Reply:
        return _with_header(reply, b"Date", http_date(int(at + self.time)))


@dataclass(frozen=True)
class LowerCase(Fault):
    kind = "lower-case"
    says = "sends the names of headers in lower case"

    def spoil(self, reply: Reply, request: Request, at: float, chance: Random) -> Reply:
        headers = tuple((name.lower(), value) for name, value in reply.headers)
        return _delivered(reply._replace(headers=headers), lower_case=True)


@dataclass(frozen=True)
class Chunked(Fault):
    kind = "chunked"
    says = "sends the body in chunks, without a Content-Length"

    def spoil(self, reply: Reply, request: Request, at: float, chance: Random) -> Reply:
        return _delivered(reply, chunked=True)


@dataclass(frozen=True)
class Gzip(Fault):
    kind = "gzip"
    says = "compresses the body, asked or not; with `asked` only where Accept-Encoding has gzip"
    takes = (Parameter("when", lambda text: _one_of(text, "asked", "forced")),)

    when: str | None = None

    def spoil(self, reply: Reply, request: Request, at: float, chance: Random) -> Reply:
        if self.when == "asked" and b"gzip" not in (request.headers.get(b"accept-encoding") or b""):
            return reply
        reply = reply._replace(body=gzip.compress(reply.body, mtime=0))
        return _with_header(reply, b"Content-Encoding", b"gzip")


# --- the body ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Truncate(Fault):
    kind = "truncate"
    says = "sends only so many bytes of the body, with the Content-Length that they have"
    takes = (Parameter("bytes", size, default=20),)

    bytes: int = 20

    def spoil(self, reply: Reply, request: Request, at: float, chance: Random) -> Reply:
        return reply._replace(body=reply.body[: self.bytes])


@dataclass(frozen=True)
class Garbage(Fault):
    kind = "garbage"
    says = "sends random bytes in place of the body"
    takes = (Parameter("bytes", size, default=200),)

    bytes: int = 200

    def spoil(self, reply: Reply, request: Request, at: float, chance: Random) -> Reply:
        return reply._replace(body=chance.randbytes(self.bytes))


@dataclass(frozen=True)
class Empty(Fault):
    kind = "empty"
    says = "sends an empty body"

    def spoil(self, reply: Reply, request: Request, at: float, chance: Random) -> Reply:
        return reply._replace(body=b"")


@dataclass(frozen=True)
class Braces(Fault):
    kind = "braces"
    says = "sends {} in place of the body"

    def spoil(self, reply: Reply, request: Request, at: float, chance: Random) -> Reply:
        return reply._replace(body=b"{}")


@dataclass(frozen=True)
class Bare(Fault):
    kind = "bare"
    says = "sends what is inside of Response, without Response around it"

    def spoil(self, reply: Reply, request: Request, at: float, chance: Random) -> Reply:
        document = _document(reply)
        return reply if document is None else reply._replace(body=_json(document["Response"]))


@dataclass(frozen=True)
class Null(Fault):
    kind = "null"
    says = "sets a field of the answer to null"
    takes = (Parameter("field", field, required=True),)

    field: str

    def spoil(self, reply: Reply, request: Request, at: float, chance: Random) -> Reply:
        return _edited(
            reply, lambda answer: {name: None if name == self.field else value for name, value in answer.items()}
        )


@dataclass(frozen=True)
class Missing(Fault):
    kind = "missing"
    says = "leaves a field of the answer out, such as RequestId"
    takes = (Parameter("field", field, required=True),)

    field: str

    def spoil(self, reply: Reply, request: Request, at: float, chance: Random) -> Reply:
        return _edited(reply, lambda answer: {name: value for name, value in answer.items() if name != self.field})


@dataclass(frozen=True)
class Extra(Fault):
    kind = "extra"
    says = "adds a field to the answer that nobody expects"
    takes = (Parameter("field", field, default="Unexpected"),)

    field: str = "Unexpected"

    def spoil(self, reply: Reply, request: Request, at: float, chance: Random) -> Reply:
        return _edited(reply, lambda answer: {**answer, self.field: "extra"})


# --- somebody else answers -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Page(Fault):
    kind = "page"
    says = "a gateway in front answers with an HTML page of that status; `retry-after=` seconds if wanted"
    takes = (Parameter("status", status, required=True), Parameter("retry-after", whole))
    moment = BEFORE

    status: int
    retry_after: int | None = None

    def spoil(self, reply: Reply, request: Request, at: float, chance: Random) -> Reply:
        headers = [(b"Date", http_date(int(at))), (b"Content-Type", b"text/html")]
        if self.retry_after is not None:
            headers.append((b"Retry-After", b"%d" % self.retry_after))
        body = b"<html>\r\n<head><title>%d</title></head>\r\n<body><h1>%d</h1></body>\r\n</html>\r\n"
        return Reply(self.status, tuple(headers), body % (self.status, self.status), reply.delivery)


@dataclass(frozen=True)
class Redirect(Fault):
    kind = "redirect"
    says = "redirects to an address that redirects to itself, for ever"
    moment = BEFORE

    def spoil(self, reply: Reply, request: Request, at: float, chance: Random) -> Reply:
        return Reply(302, ((b"Date", http_date(int(at))), (b"Location", REDIRECT_LOOP)), b"", reply.delivery)


FAULTS: Mapping[str, type[Fault]] = {
    fault.kind: fault
    for fault in (
        Delay, Stall, Drip, Reset, Close, Drop, Status, ContentType, Length, Date, LowerCase, Chunked, Gzip, Truncate,
        Garbage, Empty, Braces, Bare, Null, Missing, Extra, Page, Redirect,
    )
}  # fmt: skip


def make_fault(kind: str, text: str) -> Fault:
    """The fault of that kind, one of FAULTS, with the arguments in `text`.  Raises BadWord."""
    known = FAULTS[kind]
    given = arguments(known.takes, text.strip())
    return known(**{name.replace("-", "_"): value for name, value in given.items()})


def written(fault: type[Fault]) -> str:
    """How a fault is written, for lists: `stall(bytes time)`, `reset[(bytes)]`."""
    if not fault.takes:
        return fault.kind
    names = " ".join(parameter.name for parameter in fault.takes)
    return f"{fault.kind}({names})" if fault.takes[0].required else f"{fault.kind}[({names})]"


def _one_of(text: str, *words: str) -> str:
    if text not in words:
        raise BadWord(f"expected {' or '.join(words)}, got {text!r}")
    return text


def _delivered(reply: Reply, **changes: Any) -> Reply:
    return reply._replace(delivery=replace(reply.delivery, **changes))


def _with_header(reply: Reply, name: bytes, value: bytes | None) -> Reply:
    kept = tuple(line for line in reply.headers if line[0].lower() != name.lower())
    return reply._replace(headers=kept if value is None else (*kept, (name, value)))


def _document(reply: Reply) -> dict[str, Any] | None:
    """The envelope, where another fault has left it whole."""
    try:
        document = json.loads(reply.body)
    except ValueError:
        return None
    return document if isinstance(document, dict) and isinstance(document.get("Response"), dict) else None


def _edited(reply: Reply, edit: Callable[[dict[str, JSON]], dict[str, JSON]]) -> Reply:
    document = _document(reply)
    return reply if document is None else reply._replace(body=_json({"Response": edit(document["Response"])}))


def _json(value: JSON) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
