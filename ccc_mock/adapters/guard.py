"""The last line before the network: where a name of the service is looked up or connected to, and no fake was met.

What is intercepted never gets this far.  What comes another way is stopped, because it would reach the real service.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from importlib import import_module
from typing import Any

from ..hosts import host_of, is_intercepted
from .intercept import is_watching, refuse
from .patches import Patch

_ADVICE = (
    "ccc-mock intercepts requests, httpx, httpx2 and urllib, and this came another way; give it the address of the "
    "fixture `ccc_server`, or of `ccc-mock serve`"
)

Naming = Callable[..., object]
"""From the arguments of a function, what may be the name of a host."""


def patches(package: str) -> list[Patch]:
    """What is replaced of that module or package: every place where a host is named."""
    module = import_module(package)
    return [
        Patch(genuine(module, owner), name, functools.partial(_stopping, f"{package}.{name}", naming))
        for owner, name, naming in _PLACES[package]
    ]


def genuine(module: Any, name: str) -> Any:
    """The class of that name, also where another library has put one of its own in its place; or the module."""
    if not name:
        return module
    there = getattr(module, name)
    there = getattr(there, "_baseclass", there)  # vcrpy's
    mine = [each for each in there.__mro__ if each.__name__ == name and each.__module__ == module.__name__]
    return mine[0] if mine else there


def _stopping(place: str, naming: Naming, original: Any) -> Any:
    @functools.wraps(original)
    def stopping(*args: Any, **kwargs: Any) -> Any:
        if is_watching():
            _check(place, naming, args, kwargs)
        return original(*args, **kwargs)

    return stopping


def _check(place: str, naming: Naming, args: Any, kwargs: Any) -> None:
    try:
        named = naming(*args, **kwargs)
    except (TypeError, IndexError, AttributeError):
        return  # wrong arguments are for the function itself to refuse
    name = named.decode("ascii", "replace") if isinstance(named, bytes | bytearray) else named
    if isinstance(name, str) and is_intercepted(name.strip()):
        raise refuse(_ADVICE, f"{place} was called for {name} and stopped")


def _first(host: object = None, *_: Any, **__: Any) -> object:
    return host


def _second(_: Any, host: object = None, *__: Any, **___: Any) -> object:
    return host


def _address(_: Any, address: Any, *__: Any) -> object:
    return address[0] if isinstance(address, tuple) else None


def _connection(_: Any, __: Any = None, host: object = None, *___: Any, **____: Any) -> object:
    return host


def _url(_: Any, method: str, url: Any, *__: Any, **___: Any) -> object:
    return host_of(url) if isinstance(url, str) else None


def _request(_: Any, request: Any, *__: Any, **___: Any) -> object:
    return request.url.host


_PLACES: dict[str, list[tuple[str, str, Naming]]] = {
    "socket": [
        ("", "getaddrinfo", _first),  # asyncio's loops and trio look names up through it
        ("", "gethostbyname", _first),
        ("", "gethostbyname_ex", _first),
        ("socket", "connect", _address),
        ("socket", "connect_ex", _address),
    ],
    # Through a proxy the name goes out without having been looked up.
    "http.client": [("HTTPConnection", "set_tunnel", _second), ("HTTPConnection", "putrequest", _url)],
    # uvloop looks names up in C; aiohttp may do so too.
    "uvloop": [("Loop", "getaddrinfo", _second), ("Loop", "create_connection", _connection)],
    "aiohttp": [("BaseConnector", "connect", _request)],
}
