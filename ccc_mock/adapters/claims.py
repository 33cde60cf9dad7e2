"""respx: which calls a router's route has claimed, and for whom; those go to respx first."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any

from .intercept import refuse

_caller: ContextVar[Any] = ContextVar("ccc_mock caller", default=None)


def caller() -> Any:
    """The library whose call it is, httpx or httpx2; None where nobody said so."""
    return _caller.get()


@contextlib.contextmanager
def calling(library: Any) -> Iterator[None]:
    """Whose call it is that goes through respx: respx itself knows httpx only."""
    token = _caller.set(library)
    try:
        yield
    finally:
        _caller.reset(token)


def is_claimed(library: Any, request: Any) -> bool:
    """Has an active router that sees the calls of this library (httpx or httpx2) a route for the request?

    Raises NoFake where a router hands over to a fake, and this library's calls pass it by.
    """
    respx = sys.modules.get("respx.mocks")
    if respx is None:
        return False
    blind = []
    for mocker in respx.Mocker.registry.values():
        routes = [route for router in mocker.routers for route in router.routes if _matches(route, request)]
        if routes and _sees(mocker.name, library, respx):
            return True
        blind += [route for route in routes if _hands_over(route)]
    if blind:
        raise refuse(
            "its router sees the calls of httpx only; use the fixture `httpx2_mock` of pytest-httpx2, or "
            '`respx.mock(using="httpcore2")` beside it',
            f"a call of {library.__name__} that respx was to hand to a fake passed it by and was stopped",
        )
    return False


def _sees(mocker: str, library: Any, respx: Any) -> bool:
    return library.__name__ == "httpx2" if mocker == "httpcore2" else respx.httpx is library


def _matches(route: Any, request: Any) -> bool:
    return not route.is_pass_through and (not route.pattern or bool(route.pattern.match(request)))


def _hands_over(route: Any) -> bool:
    return getattr(route.side_effect, "__func__", None) in _HANDING_OVER


_HANDING_OVER: list[Callable[..., Any]] = []


def hands_over(method: Callable[..., Any]) -> Callable[..., Any]:
    """Mark what, as the side effect of a route, hands its calls to a fake."""
    _HANDING_OVER.append(method)
    return method
