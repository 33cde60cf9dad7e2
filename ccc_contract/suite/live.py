"""The gate before a target that is real: what may pass, how many, how fast; and what ends everything.

Invariant: nothing reaches the wire but through `Gate`, and the gate sends nothing again.  A request passes that can
harm nobody (harmless.py), or one that places a call which its owner allowed and has counted before it is sent.
"""

from __future__ import annotations

import json
import re
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from ..http import Request, Response
from ..model import JSON, Api
from .calls import OwnCalls
from .control import Send
from .harmless import plain_name, why_it_could_harm
from .reply import HeldBack, Lost, Rehearsed, Unreachable
from .target import Need

Tier = Literal["no credential", "nothing granted", "granted"]

CAN: dict[Tier, frozenset[Need]] = {
    "no credential": frozenset(),
    "nothing granted": frozenset({"credential"}),
    "granted": frozenset({"credential", "permission"}),
}
"""What a property can rely on at a live target, by what was given for it."""

SAYS: dict[Tier, str] = {
    "no credential": "no credential: each request is signed by nobody, so that its signature cannot verify",
    "nothing granted": "a credential with nothing granted: it is let in, and every action is denied",
    "granted": "a credential that may use the actions: what refuses is an SdkAppId that cannot exist",
}

PER_SECOND = 2.0
MOST_REQUESTS = 500
EXAMPLES = 5
_MOST_UNPACKED = 64 * 1024 * 1024

_SESSION = re.compile(rb"session[^a-z0-9]*id[^a-z0-9]{1,8}[a-z0-9]", re.IGNORECASE)
"""In what is no JSON: broken off, or of another form."""


@dataclass
class Pace:
    """At most so many requests a second, evenly; None is as fast as it goes."""

    per_second: float | None = None
    sleep: Callable[[float], None] = time.sleep
    monotonic: Callable[[], float] = time.monotonic
    _next: float = 0.0

    def wait(self) -> None:
        if self.per_second is None:
            return
        now = self.monotonic()
        if now < self._next:
            self.sleep(self._next - now)
        self._next = max(now, self._next) + 1 / self.per_second


class Rang(BaseException):
    """An answer had a SessionId that nobody asked for: a call may have been placed.  Nothing more is sent.

    No Exception: nothing that goes on after errors may go on after this.
    """

    def __init__(self, request: Request, response: Response) -> None:
        super().__init__("a call may have been placed: an answer of the live target has a SessionId")
        self.request = request
        self.response = response


class UsedUp(Unreachable):
    """As many requests were sent as were allowed."""


@dataclass
class Gate:
    """A `Send` of its own, before `send`."""

    send: Send
    api: Api
    pace: Pace
    most: int = MOST_REQUESTS
    calls: OwnCalls | None = None
    sent: int = 0
    shut: bool = False

    def __call__(self, request: Request) -> Response:
        """Raises HeldBack, UsedUp; Rang, after which it lets nothing pass."""
        if self.shut:
            raise UsedUp("it was shut when an answer had a SessionId")
        allowed = self.calls is not None and self.calls.covers(request)
        if not allowed and (why := why_it_could_harm(request, self.api)):
            raise HeldBack(why)
        if self.sent >= self.most:
            raise UsedUp(f"{self.most} requests were allowed, and so many were sent")
        if allowed and self.calls is not None:
            self.calls.count(request)
        self.sent += 1
        self.pace.wait()
        try:
            response = self.send(request)
        except Lost as lost:
            if lost.came is not None and not allowed:
                self._expect_no_session(request, lost.came)
            raise
        if allowed and self.calls is not None:
            self.calls.note(response)
        else:
            self._expect_no_session(request, response)
        return response

    def _expect_no_session(self, request: Request, response: Response) -> None:
        if names_a_session(response):
            self.shut = True
            raise Rang(request, response)


def names_a_session(response: Response) -> bool:
    """Is there a SessionId with a value, however it is spelled, escaped or packed?"""
    body = _unpacked(response.body)
    try:
        return _has_session(json.loads(body))
    except (ValueError, RecursionError):
        # What is packed in a way that we cannot undo may hide one.
        packed = response.header.get(b"content-encoding", b"identity").strip().lower()
        return _SESSION.search(body) is not None or packed not in (b"", b"identity", b"gzip", b"deflate")


def _has_session(value: JSON) -> bool:
    if isinstance(value, list):
        return any(map(_has_session, value))
    if not isinstance(value, dict):
        return False
    return any(item for key, item in value.items() if plain_name(key).startswith("sessionid")) or any(
        map(_has_session, value.values())
    )


def _unpacked(body: bytes) -> bytes:
    """Without gzip or zlib around it, also where it was cut or is unpacked already."""
    unpacking = zlib.decompressobj(zlib.MAX_WBITS | 32)
    try:
        return unpacking.decompress(body, _MOST_UNPACKED) or body
    except zlib.error:
        return body


@dataclass
class Rehearsal:
    """A `Send` that sends nothing and tells what would have gone out."""

    gate: Callable[[Request], str]
    """What speaks against a request."""
    tell: Callable[[Request], None]

    def __call__(self, request: Request) -> Response:
        if why := self.gate(request):
            raise HeldBack(why)
        self.tell(request)
        raise Rehearsed
