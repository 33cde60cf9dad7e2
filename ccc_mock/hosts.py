"""Whose host is it: the names under which the fake answers, in one place.

The service itself, and what its clients ask for temporary keys: STS, and the metadata of a machine.  `is_ours`
and `is_intercepted` know all three, and `service_of` says who of them answers a request.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from ccc_contract.http import Request

Service = Literal["ccc", "sts", "metadata"]

SERVICE = "ccc"
STS = "sts"
METADATA_HOST = "metadata.tencentyun.com"
STS_VERSION = b"2018-08-13"

_REAL_DOMAIN = ".tencentcloudapi.com"
_LABELS: dict[str, Service] = {SERVICE: "ccc", STS: "sts"}
_METADATA_PATHS = (b"/latest/meta-data/", b"/meta-data/")


def is_ours(host: str) -> bool:
    """Does the endpoint answer for this host?  With or without a port, in any case of letters.

    `ccc.tencentcloudapi.com` and `sts.tencentcloudapi.com` with their regional and international forms, and
    `metadata.tencentyun.com`; no other product, and no address of this machine.
    """
    return _named(host_name(host.encode("utf-8", "replace"))) is not None


def service_of(request: Request) -> Service:
    """Who answers it.  On a host name that is not the service's, the path and the version tell: a client whose
    endpoint was changed sends the fake's own address as its host."""
    host = request.headers.get(b"host") or b""
    named, local = _host(host[:300])
    if named is not None:
        return named
    if local and request.path.startswith(_METADATA_PATHS):
        return "metadata"
    return "sts" if local and request.headers.get(b"x-tc-version") == STS_VERSION else "ccc"


def host_name(host: bytes) -> str:
    """The name in a Host header: without port, in lower case (tccli sends `http://` in front of it)."""
    return _host_name(host[:300])  # no name is longer (RFC 1035), and what is kept must be bounded


def is_real(host: str) -> bool:
    """Is it a name of the real service (or of another product), rather than of a machine that runs the fake?"""
    return host.endswith(_REAL_DOMAIN)


@lru_cache(maxsize=256)
def _host_name(host: bytes) -> str:
    bare = host.decode("utf-8", "replace").strip().lower().removeprefix("http://").removeprefix("https://")
    return re.sub(r":\d*$", "", bare).removesuffix(".")


@lru_cache(maxsize=256)
def _host(host: bytes) -> tuple[Service | None, bool]:
    """Whose name it is, and whether it may be that of a machine which runs the fake."""
    name = _host_name(host)
    if name.partition(".")[0] == STS and not is_real(name):  # such as sts.localhost
        return "sts", True
    return _named(name), not is_real(name)


def _named(name: str) -> Service | None:
    if name == METADATA_HOST:
        return "metadata"
    return _LABELS.get(name.partition(".")[0]) if is_real(name) else None


# doc-request-structure: the nearest region and the regional names; the international and the internal domain stand
# between, alone or behind a region (sdk-vendor-tests).  Any further label would be another service's.
_INTERCEPTED = re.compile(
    r"(?:(?:ccc|sts)(?:\.[a-z0-9-]{1,63}){0,2}\.tencentcloudapi\.com|metadata\.tencentyun\.com)\.?"
)
# Names of each form, with the shortest labels: where one of the pattern's names can be cut, one of these can, too, and
# leaves room for at least as much.
_SHORTEST = (
    *(f"{label}{places}{_REAL_DOMAIN}" for label in _LABELS for places in ("", ".x", ".x.x")), METADATA_HOST,
)  # fmt: skip
_BEGINNINGS = frozenset(name[:length] for name in _SHORTEST for length in range(len(name) + 1))
_ENDS = frozenset(name[length:] for name in _SHORTEST for length in range(len(name) + 1))
_URL = re.compile(r"[a-z][a-z0-9+.-]*://(?:[^/?#@]*@)?([^/?#:]*)", re.IGNORECASE)


@lru_cache(maxsize=1024)
def is_intercepted(host: str) -> bool:
    """Do calls to this name meet a fake in process?  In whatever spelling, without a port."""
    return _INTERCEPTED.fullmatch(host.lower()) is not None


def names_intercepted(text: str) -> bool:
    """Does such a name stand anywhere in it?"""
    return _INTERCEPTED.search(text.lower()) is not None


def begins_intercepted(text: str) -> bool:
    """Is it how such a name may begin, in lower case?"""
    return any(_INTERCEPTED.fullmatch(text + end) for end in _ENDS)


def ends_intercepted(text: str) -> bool:
    """Is it how such a name may end, in lower case and without a dot behind it?"""
    return any(_INTERCEPTED.fullmatch(beginning + text) for beginning in _BEGINNINGS)


def host_of(url: str) -> str:
    """The host name in a URL; empty where there is none."""
    match = _URL.match(url)
    return match[1] if match else ""


def is_intercepted_url(url: str) -> bool:
    """Does this URL lead to such a name?"""
    return is_intercepted(host_of(url))
