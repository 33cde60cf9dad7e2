"""The names of the real service: what is kept from the network while a fake is active."""

from __future__ import annotations

import re
from functools import lru_cache

# doc-request-structure: the nearest region and the regional names; the international and the internal domain stand
# between, alone or behind a region (sdk-vendor-tests).  Any further label would be another service's.
_SERVICE = re.compile(r"ccc(?:\.[a-z0-9-]{1,63}){0,2}\.tencentcloudapi\.com\.?")
_URL = re.compile(r"[a-z][a-z0-9+.-]*://(?:[^/?#@]*@)?([^/?#:]*)", re.IGNORECASE)


@lru_cache(maxsize=1024)
def is_service(host: str) -> bool:
    """Is it a name of the service, in whatever spelling?  Without a port."""
    return _SERVICE.fullmatch(host.lower()) is not None


def host_of(url: str) -> str:
    """The host name in a URL; empty where there is none."""
    match = _URL.match(url)
    return match[1] if match else ""


def is_service_url(url: str) -> bool:
    """Does this URL lead to the service?"""
    return is_service(host_of(url))
