"""The proxy that the environment had before: what is let through goes through it, as it would have gone without us."""

from __future__ import annotations

import base64
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

PORTS = {"http": 80, "https": 443}


class CannotUse(Exception):
    """A proxy that we do not speak with; the message is one sentence."""


class Outer(NamedTuple):
    """An HTTP proxy; `authorization` is the value of its header, or empty."""

    host: str
    port: int
    tls: bool
    authorization: bytes

    def __repr__(self) -> str:
        return f"<Outer {self.host}:{self.port}>"  # it may hold a password


@dataclass(frozen=True, slots=True, repr=False)
class OuterProxies:
    """`given` has a URL by scheme, and the hosts without one under `no`: as the standard library has it."""

    given: Mapping[str, str]

    @classmethod
    def of_environment(cls) -> OuterProxies:
        return cls(urllib.request.getproxies_environment())

    def for_host(self, scheme: str, host: str) -> Outer | None:
        """The proxy for a host, or None where there is none for it.  Raises CannotUse."""
        url = self.given.get(scheme) or self.given.get("all")
        # typeshed does not know it; what it knows asks the system's settings, too, on macOS.
        is_past = urllib.request.proxy_bypass_environment  # type: ignore[attr-defined]
        return None if not url or is_past(host, dict(self.given)) else outer_of(url)


def outer_of(url: str) -> Outer:
    """A proxy from its URL; a text without a scheme is a host's.  Raises CannotUse, without repeating a password."""
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        host, port = parts.hostname, parts.port
    except ValueError:
        raise CannotUse("the proxy that the environment names has no readable address") from None
    if parts.scheme not in PORTS or not host:
        raise CannotUse(f"ccc-mock speaks with proxies over http and https, and the environment's is {parts.scheme}")
    return Outer(
        host, port or PORTS[parts.scheme], parts.scheme == "https", _authorization(parts.username, parts.password)
    )


def _authorization(user: str | None, password: str | None) -> bytes:
    if user is None:
        return b""
    return b"Basic " + base64.b64encode(f"{unquote(user)}:{unquote(password or '')}".encode())
