"""The URL of a request: what of it goes into the Host header, and what onto the request line."""

from __future__ import annotations

import re
from typing import NamedTuple

_URL = re.compile(
    rb"(?:(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://)?(?:(?P<user>[^/?#@]*)@)?(?P<host>[^/?#]*)(?P<rest>[^#]*)"
)
_USUAL_PORTS = {b"http": b":80", b"https": b":443"}


class Target(NamedTuple):
    """A URL as a client takes it apart; all of it is bytes as they stood there."""

    scheme: bytes
    user: bytes
    host: bytes
    path: bytes
    query: bytes


def split(url: bytes) -> Target:
    """Take a URL apart.  The port that the scheme implies is left out, as clients do (RFC 9110, 4.2.3)."""
    match = _URL.fullmatch(url.partition(b"#")[0])
    assert match is not None  # each part of the pattern may be empty
    scheme = (match["scheme"] or b"http").lower()
    host = match["host"].removesuffix(_USUAL_PORTS.get(scheme, b"\0"))
    path, _, query = match["rest"].partition(b"?")
    return Target(scheme, match["user"] or b"", host, path or b"/", query)
