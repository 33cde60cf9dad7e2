"""What is changed in a request between signing and sending.  Pure.

Each is a value, so that a draft that has one shows how to make it again.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote_from_bytes, unquote_to_bytes

from ..http import Headers, Request

__all__ = ["Appending", "Claiming", "Digit", "Sending", "in_capitals", "without_signature"]


def with_header(request: Request, name: str, value: bytes | None) -> Request:
    """That header in place of any of its name; None leaves it out."""
    kept = tuple(line for line in request.headers.lines if line[0].lower() != name.lower().encode())
    added = () if value is None else ((name.encode(), value),)
    return request._replace(headers=Headers((*kept, *added)))


def _authorization(request: Request) -> str:
    return request.headers.text(b"authorization")


@dataclass(frozen=True)
class Sending:
    """Another header than the one that was there; None leaves it out."""

    name: str
    value: bytes | None

    def __call__(self, request: Request) -> Request:
        return with_header(request, self.name, self.value)


@dataclass(frozen=True)
class Claiming:
    """Another text in the Authorization header, where a regular expression finds one."""

    pattern: str
    replacement: str

    def __call__(self, request: Request) -> Request:
        value = re.sub(self.pattern, self.replacement, _authorization(request), count=1)
        return with_header(request, "Authorization", value.encode())


@dataclass(frozen=True)
class Appending:
    """More at the end of what carries the parameters: the body of a POST, the query of a GET."""

    more: bytes

    def __call__(self, request: Request) -> Request:
        if request.method == "GET":
            return request._replace(query=request.query + self.more)
        return request._replace(body=request.body + self.more)


@dataclass(frozen=True)
class Digit:
    """Another character in one place of the signature, of whichever scheme."""

    place: int

    def __call__(self, request: Request) -> Request:
        return _with_signature(request, self._changed)

    def _changed(self, signature: str) -> str:
        # A signature in base64 ends with a pad and with a digit of which not every bit counts.
        place = self.place % (len(signature) - 2)
        other = "1" if signature[place] == "0" else "0"
        return signature[:place] + other + signature[place + 1 :]


def in_capitals(request: Request) -> Request:
    """The digits of the signature in capital letters."""
    return _with_signature(request, str.upper)


def without_signature(request: Request) -> Request:
    """Of the older schemes: no such parameter."""
    return _with_pairs(request, lambda pairs: _SIGNATURE.sub(b"", pairs))


_SIGNATURE = re.compile(rb"(?:^|(?<=&))Signature=([^&]*)&?")


def _with_signature(request: Request, change: Callable[[str], str]) -> Request:
    head, word, signature = _authorization(request).rpartition("Signature=")
    if word:
        return with_header(request, "Authorization", f"{head}{word}{change(signature)}".encode())

    def changed(found: re.Match[bytes]) -> bytes:
        value = change(unquote_to_bytes(found[1]).decode().strip())
        return found[0].replace(found[1], quote_from_bytes(value.encode(), safe="").encode())

    return _with_pairs(request, lambda pairs: _SIGNATURE.sub(changed, pairs))


def _with_pairs(request: Request, change: Callable[[bytes], bytes]) -> Request:
    if request.method == "GET":
        return request._replace(query=change(request.query))
    return request._replace(body=change(request.body))
