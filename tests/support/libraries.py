"""The client over httpx and httpx2, sync and async, where a test lays down what comes back.  Opens no socket.

httpx is met by respx, below httpx's own transport and with an HTTP client that ours has made for itself; httpx2 by its
own MockTransport, with an HTTP client that is passed.  Requests are shown as the oracle takes them.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, NamedTuple

import httpx
import httpx2
import respx

import oracle
from ccc_contract import AsyncClient, CccError, Client, Credential, Retries
from ccc_contract.client import Answer, transports

KEY = Credential("AKIDclienttest", "client-test-key")
TEMPORARY = Credential("AKIDtemporary", "temporary-key", "temporary-token")
SECRETS = {each.secret_id: each.secret_key for each in (KEY, TEMPORARY)}

AT_ONCE = Retries(base_seconds=0.0)
"""As often as by default, without waiting."""

DIAL: Mapping[str, Any] = {"SdkAppId": 1400000000, "AIAgentId": 15, "Callee": "008613800000000"}
DIALLED = b'{"Response":{"SessionId":"s-1","RequestId":"r-1"}}'


class Reply(NamedTuple):
    """What the service sends back; an exception among the `parts` of the body is raised in its place."""

    parts: Sequence[bytes | str] = (DIALLED,)
    """Bytes, or the name of an exception of the HTTP library."""
    status: int = 200
    headers: Mapping[str, str] = {"Content-Type": "application/json"}

    @classmethod
    def of(cls, body: bytes, status: int = 200, kind: str | None = "application/json", **headers: str) -> Reply:
        lines = {} if kind is None else {"Content-Type": kind}
        return cls((body,), status, {**lines, **{name.replace("_", "-"): value for name, value in headers.items()}})


def no(code: str) -> Reply:
    """A refusal."""
    return Reply.of(b'{"Response":{"Error":{"Code":"%s","Message":"no"},"RequestId":"r-0"}}' % code.encode())


Laid = Reply | str | Callable[[], Reply]
"""A reply, the name of an exception of the HTTP library, or what makes a reply when it is asked for."""


class Sent(NamedTuple):
    url: str
    pieces: oracle.Pieces
    timeouts: Mapping[str, float]

    def header(self, name: str) -> str | None:
        value = self.pieces.header(name)
        return None if value is None else value.decode()

    @property
    def stamp(self) -> int:
        return int(self.header("x-tc-timestamp") or "")


Outcome = Answer | CccError


@dataclass
class Rig:
    """One library, and whether its tasks are awaited; `sent` is what went out, in order."""

    library: ModuleType
    is_async: bool
    laid: list[Laid] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    http: Any = None
    """The HTTP client that was passed."""
    was_closed: bool | None = None
    """Was it when the client had been closed?"""

    def call(self, laid: Sequence[Laid], action: str = "CreateAIAgentCall", params: Any = DIAL, **options: Any) -> Any:
        """The answer of one call; raises what the client raises."""
        (outcome,) = self.calls(laid, [(action, params)], **options)
        if isinstance(outcome, CccError):
            raise outcome
        return outcome

    def calls(
        self,
        laid: Sequence[Laid],
        calls: Sequence[tuple[str, Any]],
        *,
        own: Mapping[str, Any] | None = None,
        closed: bool = False,
        **options: Any,
    ) -> list[Outcome]:
        """Calls of one client, one after the other.

        `own` are the settings of an HTTP client that is passed; `closed` closes whichever there is beforehand.
        """
        self.laid = list(laid)
        options = {"credential": KEY, "endpoint": None, "region": "", "language": "", **options}
        with self._met():
            if self.library is httpx2 or own is not None:
                self.http = options["http"] = self._http(own or {})
            if self.is_async:
                return asyncio.run(self._awaited(calls, closed, options))
            return self._performed(calls, closed, options)

    def _performed(self, calls: Sequence[tuple[str, Any]], closed: bool, options: dict[str, Any]) -> list[Outcome]:
        outcomes: list[Outcome] = []
        with options.get("http", contextlib.nullcontext()):
            with Client(**options) as client:
                if closed:
                    client._http.close()
                for call in calls:
                    try:
                        outcomes.append(client.call(*call))
                    except CccError as error:
                        outcomes.append(error)
            self.was_closed = self._is_closed()
        return outcomes

    async def _awaited(self, calls: Sequence[tuple[str, Any]], closed: bool, options: dict[str, Any]) -> list[Outcome]:
        outcomes: list[Outcome] = []
        async with options.get("http", contextlib.nullcontext()):
            async with AsyncClient(**options) as client:
                if closed:
                    await client._http.aclose()
                for call in calls:
                    try:
                        outcomes.append(await client.call(*call))
                    except CccError as error:
                        outcomes.append(error)
            self.was_closed = self._is_closed()
        return outcomes

    def _is_closed(self) -> bool | None:
        return None if self.http is None else self.http.is_closed

    def _http(self, options: Mapping[str, Any]) -> Any:
        mocked = {"transport": httpx2.MockTransport(self._handle)} if self.library is httpx2 else {}
        return (self.library.AsyncClient if self.is_async else self.library.Client)(**mocked, **options)

    @contextlib.contextmanager
    def _met(self) -> Iterator[None]:
        if self.library is httpx2:
            yield
            return
        with respx.mock(assert_all_called=False) as router, _only(httpx):
            router.route().mock(side_effect=self._handle)
            yield

    def _handle(self, request: Any) -> Any:
        headers = tuple(request.headers.raw)
        pieces = oracle.Pieces(request.method, request.url.raw_path, headers, request.content)
        self.sent.append(Sent(str(request.url), pieces, request.extensions["timeout"]))
        laid = self.laid.pop(0)
        if isinstance(laid, str):
            raise self._exception(laid)
        reply = laid if isinstance(laid, Reply) else laid()
        lines = [(name.encode(), value.encode()) for name, value in reply.headers.items()]
        return self.library.Response(reply.status, headers=lines, stream=self._stream(reply))

    def _exception(self, name: str) -> Exception:
        error: Exception = getattr(self.library, name)("what the library says")
        return error

    def _stream(self, reply: Reply) -> Any:
        exception = self._exception

        class Parts(self.library.SyncByteStream, self.library.AsyncByteStream):  # type: ignore[misc,name-defined]
            def __iter__(self) -> Iterator[bytes]:
                for part in reply.parts:
                    if isinstance(part, str):
                        raise exception(part)
                    yield part

            async def __aiter__(self) -> AsyncIterator[bytes]:
                for part in self:
                    yield part

        return Parts()


@contextlib.contextmanager
def _only(library: ModuleType) -> Iterator[None]:
    """As where no other library is installed."""
    usual = transports.LIBRARIES
    transports.LIBRARIES = (library.__name__,)
    transports._library.cache_clear()
    try:
        yield
    finally:
        transports.LIBRARIES = usual
        transports._library.cache_clear()


RIGS = {
    f"{library.__name__}, {kind}": (library, kind == "async")
    for library in (httpx, httpx2)
    for kind in ("sync", "async")
}
"""Name → the arguments of a Rig."""
