"""Requests and responses of the library requests, as ours, and the other way round; and what is written into them."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from urllib3 import HTTPResponse
from urllib3.exceptions import NewConnectionError

from .. import strict
from ..client.credentials import Credential
from ..client.transports import Timeouts
from ..http import Headers, Request, Response
from ..model import VERSION
from ..signing import sign
from .harmless import HARMLESS

How = dict[str, Any]
"""What `requests.Session.send` is given beside the request: proxies, verify, cert, timeout, …"""
PlainSend = Callable[..., requests.Response]

_OURS = frozenset(
    {"host", "authorization", "x-tc-action", "x-tc-version", "x-tc-timestamp", "x-tc-token", "content-length"}
)


def write(
    prepared: requests.PreparedRequest, action: str, credential: Credential, now: float, *, harmless: bool = False
) -> None:
    """Make of `POST /Action` the `POST /` that the service has, and sign the bytes that will go out.

    With `harmless`, the app that cannot exist and the callee that cannot be assigned take the place of others.
    """
    host = urlsplit(str(prepared.url)).netloc.rpartition("@")[2]
    common = {"host": host, "x-tc-action": action, "x-tc-version": VERSION, "x-tc-token": credential.token}
    kept = [(name, value) for name, value in _lines(prepared.headers) if name.lower().decode() not in _OURS]
    added = [(name.encode(), value.encode()) for name, value in common.items() if value]
    body = _harmless(body_of(prepared)) if harmless else body_of(prepared)
    request = Request(prepared.method or "POST", b"/", b"", Headers([*added, *kept]), body)
    signed = sign(request, credential.secret_id, credential.secret_key, timestamp=int(now))
    prepared.url = f"{urlsplit(str(prepared.url)).scheme}://{host}/"
    prepared.headers = CaseInsensitiveDict(
        {name.decode("latin-1"): value.decode("latin-1") for name, value in signed.headers.lines}
    )
    prepared.body = body
    prepared.prepare_content_length(body)


def _harmless(body: bytes) -> bytes:
    try:
        params = strict.decode(body.decode())
    except (ValueError, RecursionError):
        return body  # which the gate holds back where it could be understood
    if not isinstance(params, dict) or not params.keys() & HARMLESS.keys():
        return body
    return json.dumps({name: HARMLESS.get(name, value) for name, value in params.items()}).encode()


def body_of(prepared: requests.PreparedRequest) -> bytes:
    body = prepared.body or b""
    if isinstance(body, str | bytes):
        return body.encode() if isinstance(body, str) else body
    raise requests.RequestException(f"expected a body that is there at once, got a {type(body).__name__}")


def as_request(prepared: requests.PreparedRequest) -> Request:
    return Request(prepared.method or "POST", b"/", b"", Headers(_lines(prepared.headers)), body_of(prepared))


def as_response(came: requests.Response) -> Response:
    return Response(came.status_code, tuple(_lines(came.headers)), came.content)


def _lines(headers: Mapping[str, Any]) -> Sequence[tuple[bytes, bytes]]:
    return [(_bytes(name), _bytes(value)) for name, value in headers.items()]


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode("latin-1", "replace")


def answered_here(prepared: requests.PreparedRequest, status: int, text: str) -> requests.Response:
    """An answer of nobody's: nothing was sent."""
    headers = {"content-type": "text/plain"}
    raw = HTTPResponse(io.BytesIO(text.encode()), headers, status, preload_content=False, version=11)
    return HTTPAdapter().build_response(prepared, raw)


@dataclass
class _Raw:
    raw: Sequence[tuple[bytes, bytes]]


class _Answer:
    """A response of requests in the form that proof.py reads."""

    def __init__(self, came: requests.Response) -> None:
        self._came = came
        self.status_code = came.status_code
        self.headers = _Raw(_lines(came.headers))

    def iter_bytes(self) -> Iterator[bytes]:
        yield from self._came.raw.stream(4096, decode_content=False)

    def close(self) -> None:
        self._came.close()


class ConnectError(Exception):
    """What `client.transports.failure` knows by this name: nobody is there."""


class Through:
    """The session that a request will take, as the HTTP client that the target is asked through for its proof."""

    def __init__(self, plain: PlainSend, session: requests.Session, how: How) -> None:
        self._plain, self._session, self._how = plain, session, how

    def build_request(
        self, method: str, url: Any, *, content: bytes, headers: Sequence[tuple[bytes, bytes]], timeout: Timeouts
    ) -> requests.PreparedRequest:
        lines = {name.decode(): value.decode() for name, value in headers}
        return requests.Request(method, url, lines, data=content).prepare()

    def send(self, request: requests.PreparedRequest, *, stream: bool, auth: None, follow_redirects: bool) -> _Answer:
        how = {**self._how, "stream": stream, "allow_redirects": follow_redirects}
        try:
            return _Answer(self._plain(self._session, request, **how))
        except requests.ConnectionError as error:
            if isinstance(getattr(error.args[0], "reason", None), NewConnectionError):
                raise ConnectError(str(error)) from error
            raise

    def close(self) -> None:
        """The session is its owner's."""
