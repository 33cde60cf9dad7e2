"""requests, and so the official SDK: what would go out through an HTTPAdapter meets the fake.

An answer that comes whole and at once is built as urllib3 builds it.  Any other is read by urllib3 itself, from a pool
whose connections are lines without sockets: retries, timeouts and exceptions are then urllib3's own.
"""

from __future__ import annotations

import inspect
import io
import ssl
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPHeaderDict, HTTPResponse, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.util.retry import Retry

from ccc_contract.http import Headers, Request

from ..hosts import is_intercepted_url
from ..reply import AT_ONCE, Reply
from .intercept import answer, is_watching
from .line import Answer, Line, connection_header
from .patches import Patch
from .sockets import LineSocket

if TYPE_CHECKING:
    from requests import PreparedRequest, Response

_DEFAULTS: dict[str, Any] = {"stream": False, "timeout": None, "verify": True, "cert": None, "proxies": None}


def patches(package: str) -> list[Patch]:
    """What is replaced: the one way out that every session, and every adapter made of HTTPAdapter, has."""
    return [Patch(HTTPAdapter, "send", _sending), Patch(requests.Session, "get_adapter", _choosing)]


def _sending(original: Any) -> Any:
    def send(self: HTTPAdapter, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:
        if not is_watching() or not is_intercepted_url(request.url or ""):
            passed_on: Response = original(self, request, *args, **kwargs)
            return passed_on
        return bring(self, request, settings_of(args, kwargs))

    return send


def settings_of(args: Any, kwargs: Any) -> dict[str, Any]:
    """What an adapter's `send` was told beside the request."""
    return {**_DEFAULTS, **dict(zip(_DEFAULTS, args, strict=False)), **kwargs}


def _choosing(original: Any) -> Any:
    def get_adapter(self: requests.Session, url: str, *args: Any, **kwargs: Any) -> Any:
        adapter = original(self, url, *args, **kwargs)
        if not is_watching() or not is_intercepted_url(url) or not isinstance(adapter, HTTPAdapter):
            return adapter
        return _Tap(adapter) if _is_patched_over(type(adapter).send) else adapter

    return get_adapter


def _is_patched_over(send: Any) -> bool:
    """Does another library, such as responses, stand before us?  It refuses what it does not know."""
    return send is HTTPAdapter.send and send.__module__ not in (__name__, requests.adapters.__name__)


class _Tap:
    """An adapter of the program's, before which another library stands."""

    def __init__(self, adapter: HTTPAdapter) -> None:
        self._adapter = adapter

    def send(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:
        return bring(self._adapter, request, settings_of(args, kwargs))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._adapter, name)


def bring(adapter: HTTPAdapter, request: PreparedRequest, settings: dict[str, Any]) -> Response:
    """The fake's answer, as `adapter` would have brought the service's."""
    asked = _as_asked(request, settings)
    if asked is None:
        return _read(adapter, request, settings, None)
    answered = answer(asked)
    reply = answered.reply
    if reply.delivery is not AT_ONCE or reply.status != 200 or adapter.max_retries.status_forcelist:
        return _read(adapter, request, settings, answered)
    _verify(adapter, request, settings["verify"], settings["cert"])
    adapter.add_headers(request, **settings)
    return adapter.build_response(request, _whole(reply, asked, adapter.max_retries))


def _verify(adapter: HTTPAdapter, request: PreparedRequest, verify: Any, cert: Any) -> None:
    """Complain of certificates that are not there, as the adapter would; they are not looked at any further."""
    judged = type(adapter).cert_verify, (request.url or "")[:5], verify, str(cert)
    if judged not in _VERIFIED:
        adapter.cert_verify(_NO_POOL, request.url or "", verify, cert)
        _VERIFIED.add(judged)


class _NoPool:
    """Takes what `cert_verify` finds out about certificates, which are not looked at."""


_NO_POOL: Any = _NoPool()
_VERIFIED: set[Any] = set()


def _as_asked(request: PreparedRequest, settings: dict[str, Any]) -> Request | None:
    """The request as it would be on the wire; None where that is for urllib3 to say."""
    body = request.body
    if isinstance(body, str) and body.isascii():
        body = body.encode("ascii")
    if not _is_usual(settings) or not (body is None or isinstance(body, bytes)):
        return None
    try:
        pairs: Any = request.headers.lower_items()  # those with bytes in them are for urllib3
        lines = [(name.encode("ascii"), value.encode("latin-1").strip()) for name, value in pairs]
    except (AttributeError, UnicodeEncodeError):
        return None
    headers = Headers.lowered(lines)
    if b"user-agent" not in headers or b"accept-encoding" not in headers or b"transfer-encoding" in headers:
        return None
    if body and b"content-length" not in headers:
        return None
    if b"host" not in headers:
        headers = Headers.lowered([(b"host", _host(request.url or "")), *lines])
    path, _, query = request.path_url.encode("ascii").partition(b"?")
    return Request(request.method or "", path, query, headers, body or b"")


def _is_usual(settings: dict[str, Any]) -> bool:
    """Is there nothing in the settings that urllib3 warns of or refuses?"""
    timeout = settings["timeout"]
    patience = timeout if type(timeout) is tuple and len(timeout) == 2 else (timeout,)
    return settings["verify"] is not False and all(
        each is None or (type(each) in (int, float) and each > 0) for each in patience
    )


def _host(url: str) -> bytes:
    """The header as http.client writes it: with the port, unless it is the usual one."""
    split = urlsplit(url)
    usual = {"http": 80, "https": 443}[split.scheme.lower()]
    port = "" if split.port in (None, usual) else f":{split.port}"
    return f"{split.hostname}{port}".encode("ascii")


_MORE: dict[str, Any] = (
    {"version_string": "HTTP/1.1"} if "version_string" in inspect.signature(HTTPResponse.__init__).parameters else {}
)


def _whole(reply: Reply, asked: Request, retries: Retry) -> HTTPResponse:
    """What urllib3 makes of an answer that comes whole, without reading it letter by letter.

    http.client's own response is left out: requests looks in it for cookies, and there are none.
    """
    headers = HTTPHeaderDict([(name.decode("latin-1"), value.decode("latin-1")) for name, value in reply.headers])
    headers["Content-Length"] = str(len(reply.body))
    headers["Connection"] = connection_header(asked).decode()
    return HTTPResponse(
        body=io.BytesIO(b"" if asked.method == "HEAD" else reply.body),
        headers=headers,
        status=reply.status,
        version=11,
        reason="OK",
        preload_content=False,
        decode_content=False,
        enforce_content_length=True,
        request_method=asked.method,
        request_url=asked.target.decode("ascii"),
        retries=retries,
        **_MORE,
    )


# --- through urllib3 ------------------------------------------------------------------------------------------------


def _read(adapter: HTTPAdapter, request: PreparedRequest, settings: dict[str, Any], first: Answer | None) -> Response:
    """The answer as urllib3 reads it; `first` is that to the first attempt, where it was asked for already."""
    split = urlsplit(request.url or "")
    secure = split.scheme.lower() == "https"
    waiting = [first]
    kinds: tuple[Any, Any] = (HTTPSConnectionPool, _SecureConnection) if secure else (HTTPConnectionPool, _Connection)
    pool = kinds[0](split.hostname, split.port or (443 if secure else 80))
    connect = staticmethod(lambda: Line(answer, waiting.pop() if waiting else None, over_tls=secure))
    pool.ConnectionCls = type(kinds[1].__name__, (kinds[1],), {"line": connect})  # vcrpy wants it to be a class
    try:
        response: Response = _SEND(_Over(adapter, pool), request, **{**settings, "proxies": None})
    finally:
        if not settings["stream"]:
            pool.close()
    return response


class _Over:
    """The caller's adapter, whose connections lead to the fake."""

    def __init__(self, adapter: HTTPAdapter, pool: HTTPConnectionPool) -> None:
        self._adapter = adapter
        self._pool = pool

    def __getattr__(self, name: str) -> Any:
        return getattr(self._adapter, name)

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> HTTPConnectionPool:
        return self._pool

    get_connection = get_connection_with_tls_context  # requests before 2.32


def _genuine(connection: Any) -> Any:
    """urllib3's own class, also where vcrpy has put one of its own in its place as this module is imported."""
    return getattr(connection, "_baseclass", connection)


class _Unconnected(_genuine(HTTPConnection)):  # type: ignore[misc]
    """A connection over a line; one request, after which the pool makes another."""

    line: Callable[[], Line]

    def connect(self) -> None:
        self.sock: Any = LineSocket(self.line())
        self.is_verified = getattr(self, "cert_reqs", None) not in ("CERT_NONE", ssl.CERT_NONE)

    @property
    def is_connected(self) -> bool:
        return False


class _Connection(_Unconnected):
    """Over http."""


class _SecureConnection(_Unconnected, _genuine(HTTPSConnection)):  # type: ignore[misc]
    """Over https, without the encryption."""


def _pristine() -> Any:
    """HTTPAdapter's own `send`, also where responses stands in for it.  Raises RuntimeError where another does."""
    send = inspect.unwrap(HTTPAdapter.__dict__["send"])
    if send.__module__ == "responses":
        send = sys.modules["responses"]._real_send
    if send.__module__ != HTTPAdapter.__module__:
        raise RuntimeError(
            f"{send.__module__} has replaced HTTPAdapter.send: enter a fake first, and that inside of it"
        )
    return send


_SEND = _pristine()
