"""What the client needs of an HTTP library: httpx2, httpx, or whatever has their form.  Their exceptions end here."""

from __future__ import annotations

import importlib
import ssl
import sys
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any, Protocol, TypeVar

from ..errors import AnswerLost, AnswerTimeout, NotAnAnswer, NotSent, SendFailed, TransportError
from ..http import Response
from .answers import MAX_ANSWER_BYTES

LIBRARIES = ("httpx2", "httpx")
"""The first of them that is installed serves."""

IDLE_SECONDS = 45.0
"""How long a connection may idle before it is dropped.  The service closes after 60 s (public-logs), and a request that
is sent into a connection just closed is one whose outcome nobody knows."""

# --- what a caller may pass ----------------------------------------------------------------------------------------

Timeouts = tuple[float | None, float | None, float | None, float | None]
"""Seconds to connect, between two reads, between two writes, and for a free connection."""

_R = TypeVar("_R")


class _Lines(Protocol):
    @property
    def raw(self) -> Sequence[tuple[bytes, bytes]]: ...


class HttpResponse(Protocol):
    """A response whose body has not been read."""

    @property
    def status_code(self) -> int: ...
    @property
    def headers(self) -> _Lines: ...
    def iter_bytes(self) -> Iterator[bytes]: ...
    def close(self) -> None: ...


class AsyncHttpResponse(Protocol):
    """A response whose body has not been read."""

    @property
    def status_code(self) -> int: ...
    @property
    def headers(self) -> _Lines: ...
    def aiter_bytes(self) -> AsyncIterator[bytes]: ...
    async def aclose(self) -> None: ...


class HttpClient(Protocol[_R]):
    """What Client sends through: httpx2.Client and httpx.Client are two."""

    def build_request(
        self, method: str, url: Any, *, content: bytes, headers: Sequence[tuple[bytes, bytes]], timeout: Timeouts
    ) -> _R: ...
    def send(self, request: _R, *, stream: bool, auth: None, follow_redirects: bool) -> HttpResponse: ...
    def close(self) -> None: ...


class AsyncHttpClient(Protocol[_R]):
    """What AsyncClient sends through: httpx2.AsyncClient and httpx.AsyncClient are two."""

    def build_request(
        self, method: str, url: Any, *, content: bytes, headers: Sequence[tuple[bytes, bytes]], timeout: Timeouts
    ) -> _R: ...
    async def send(self, request: _R, *, stream: bool, auth: None, follow_redirects: bool) -> AsyncHttpResponse: ...
    async def aclose(self) -> None: ...


# --- what is made where nothing is passed --------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Connection:
    """How the client's own HTTP client is made; none of it concerns one that the caller passes.

    Raises ValueError, here and where it is opened: what it cannot be made of.
    """

    proxy: str | None = None
    ca_file: str | None = None
    http2: bool = False
    max_connections: int = 100
    idle_seconds: float = IDLE_SECONDS

    def __post_init__(self) -> None:
        if not self.max_connections >= 1:
            raise ValueError(f"max_connections: expected 1 or more, got {self.max_connections}")
        if not self.idle_seconds >= 0:  # NaN is neither
            raise ValueError(f"idle_seconds: expected 0 or more, got {self.idle_seconds}")

    def open(self) -> HttpClient[Any]:
        made: HttpClient[Any] = _library().Client(**self._options())
        return made

    def open_async(self) -> AsyncHttpClient[Any]:
        made: AsyncHttpClient[Any] = _library().AsyncClient(**self._options())
        return made

    def _options(self) -> dict[str, Any]:
        limits = _library().Limits(
            max_connections=self.max_connections,
            max_keepalive_connections=self.max_connections,
            keepalive_expiry=self.idle_seconds,
        )
        return {"proxy": self._proxy(), "verify": self._trust(), "http2": self.http2, "limits": limits}

    def _proxy(self) -> Any:
        try:
            return None if self.proxy is None else _library().Proxy(self.proxy)
        except Exception:  # which may quote what stands where a password is
            raise ValueError("proxy: expected http(s)://[user:password@]host[:port]") from None

    def _trust(self) -> ssl.SSLContext | bool:
        try:
            return True if self.ca_file is None else ssl.create_default_context(cafile=self.ca_file)
        except OSError as error:  # SSLError is one
            wrong = error.strerror or error
            raise ValueError(f"ca_file: expected a file of PEM certificates, got {self.ca_file!r}: {wrong}") from error


@cache
def _library() -> ModuleType:
    for name in LIBRARIES:
        try:
            return importlib.import_module(name)
        except ModuleNotFoundError as error:
            if error.name != name:  # it is there, and lacks something
                raise
    raise ImportError("the client needs httpx2 or httpx: pip install 'ccc-mock[client]', or pass http=")


def parsed(http: object, url: str) -> Any:
    """`url` as the library of `http` has it: given a text, it would parse that again with every call.

    The text itself for a client of no known library, and where the library cannot read it: the call will tell.
    """
    for cls in type(http).__mro__:
        name = cls.__module__.partition(".")[0]
        if name in LIBRARIES:
            try:
                return sys.modules[name].URL(url)
            except Exception:
                return url
    return url


# --- what comes of it ----------------------------------------------------------------------------------------------

# By the names that httpx2 and httpx share, so that neither needs to be imported to tell.
_ERRORS: Mapping[str, tuple[type[TransportError], str]] = {
    "PoolTimeout": (NotSent, "no connection came free in time"),
    "ConnectTimeout": (NotSent, "no connection in time"),
    "ConnectError": (NotSent, "no connection"),
    "ProxyError": (NotSent, "the proxy did not let it through"),
    "UnsupportedProtocol": (NotSent, "no such protocol"),
    "WriteTimeout": (SendFailed, "it could not be sent in time"),
    "WriteError": (SendFailed, "the connection broke while it was sent"),
    "LocalProtocolError": (SendFailed, "it could not be sent"),
    "ReadTimeout": (AnswerTimeout, "no answer in time"),
    "ReadError": (AnswerLost, "the connection broke before the answer was here"),
    "RemoteProtocolError": (AnswerLost, "the connection ended before the answer was here"),
    "DecodingError": (NotAnAnswer, "an answer that cannot be unpacked"),
}


def failure(error: Exception) -> TransportError:
    """What an exception of the library means; one that nobody has seen is taken for a lost answer, the gravest."""
    for cls in type(error).__mro__:
        if cls.__name__ in _ERRORS:
            kind, problem = _ERRORS[cls.__name__]
            break
    else:
        kind, problem = AnswerLost, f"the HTTP client raised {type(error).__name__}"
    told = kind(f"{problem} ({error})" if str(error) else problem)
    if type(error).__name__ == "PoolTimeout":
        told.phase = "pool"
    told.__cause__ = error
    return told


class Collected:
    """The parts of a body as they come, within bounds of size and time.

    What is whole is an answer, however late its last part was: it tells what nobody would know without it.
    """

    def __init__(self, response: HttpResponse | AsyncHttpResponse) -> None:
        self._status = response.status_code
        self._headers = tuple(response.headers.raw)
        self._parts: list[bytes] = []
        self._size = 0
        self._late = False

    def add(self, part: bytes, *, in_time: bool) -> None:
        """`in_time` is whether there is time for another part.  Raises AnswerTimeout, NotAnAnswer."""
        self._parts.append(part)
        self._size += len(part)
        if self._size > MAX_ANSWER_BYTES:
            problem = f"expected an answer of at most {MAX_ANSWER_BYTES} bytes, got more"
            raise NotAnAnswer(problem, answer=self.response(MAX_ANSWER_BYTES))
        if self._late:
            raise AnswerTimeout(f"no whole answer in time: {self._size} bytes came", answer=self.response())
        self._late = not in_time

    def response(self, most: int | None = None) -> Response:
        return Response(self._status, self._headers, b"".join(self._parts)[:most])
