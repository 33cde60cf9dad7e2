"""respx: a route of a router hands its calls to a fake."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

from ccc_contract.http import Request

from .claims import caller
from .for_httpx import taps_of
from .line import Answer


def bring(request: Any, ask: Callable[[Request], Answer]) -> Any:
    """The fake's answer as respx takes it, a Response of httpx; or the exception of the library that called."""
    given: Any = import_module("respx.mocks").httpx
    library = caller() or given
    own = library.Request(
        request.method,
        str(request.url),
        headers=request.headers.raw,
        content=request.content,
        extensions=request.extensions,
    )
    response = taps_of(library.__name__).bring(own, ask)

    class Stream(given.SyncByteStream, given.AsyncByteStream):  # type: ignore[misc]
        """The body for whoever reads it, awaited or not: nothing in it waits."""

        def __iter__(self) -> Iterator[bytes]:
            yield from response.stream

        async def __aiter__(self) -> Any:
            for piece in response.stream:
                yield piece

    return given.Response(
        response.status_code, headers=response.headers.raw, stream=Stream(), extensions=response.extensions
    )
