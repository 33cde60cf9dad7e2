"""Which hosts beside the fake's own a command may reach: what `--allow` holds."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable

from .hosts import is_intercepted

ANY = "*"

_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_MAX_NAME = 253  # RFC 1035, without the dot at the end


def canonical(host: str) -> str:
    """A host name or an IP address in one spelling.  Raises ValueError for what is neither."""
    bare = host.removeprefix("[").removesuffix("]") if host.startswith("[") else host
    try:
        return str(ipaddress.ip_address(bare))
    except ValueError:
        name = _ascii(bare.removesuffix(".")).lower()
    if len(name) > _MAX_NAME or not _NAME.fullmatch(name):
        raise ValueError(f"expected a host name or an IP address, without scheme, port and path, got {host[:100]!r}")
    return name


def _ascii(name: str) -> str:
    if name.isascii():
        return name
    try:
        return name.encode("idna").decode()
    except UnicodeError:  # a label that is empty or too long
        return ""


def allowed_host(text: str) -> str:
    """A host, `*.NAME` for whatever lies below a name, or `*`.  Raises ValueError, also for a name of the fake's."""
    if text == ANY:
        return ANY
    below = text.startswith("*.")
    name = canonical(text.removeprefix("*."))
    if not below and is_intercepted(name):
        raise ValueError(f"{name} is what the fake answers for; it cannot be let through to the real service")
    return f"*.{name}" if below else name


class AllowedHosts:
    """Made of what `allowed_host` gives."""

    def __init__(self, given: Iterable[str] = ()) -> None:
        self._given = frozenset(given)

    def lets(self, host: str) -> bool:
        """May this host, in its canonical spelling, be reached?"""
        labels = host.split(".")
        above = (".".join(labels[start:]) for start in range(1, len(labels)))
        return bool({ANY, host} & self._given) or any(f"*.{name}" in self._given for name in above)
