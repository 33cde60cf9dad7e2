"""Whether a target proves to be the fake.  It counts as real until it has: names and addresses of hosts prove nothing.

The proof: `/_ccc/health` gives back, beside the fake's name, a nonce that nobody could know before it was asked.  It
is asked through the HTTP client that the calls will use, so proxy, CA and, as a rule, connection are theirs.  That it
redirects is no proof: what it leads to is not what will be called.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from concurrent.futures import Future
from contextlib import suppress
from contextvars import copy_context
from threading import Thread
from typing import Any

from .client.transports import HttpClient, HttpResponse, failure
from .errors import AnswerTimeout, NotAnAnswer, TransportError
from .strict import decode

NAME = "ccc-mock"
PATH = "_ccc/health"
MAX_BYTES = 4096
"""The fake's answer has about ninety."""
SECONDS = 10.0

HeaderLines = Iterable[tuple[bytes, bytes]]


def why_real(http: HttpClient[Any], url: str, *, seconds: float = SECONDS) -> TransportError | None:
    """What speaks against `url` (`http://host:port/`) being the fake; None where it has proved to be.

    NotSent: it was not reached at all.  Anything else: it is there, and is to be taken for the real service.

    After `seconds` it is over, also where bytes go on to drip: they are left to a thread that keeps no process alive.
    """
    came: Future[TransportError | None] = Future()

    def ask() -> None:
        try:
            came.set_result(_asked(http, url, seconds))
        except BaseException as error:  # whoever waits is to raise it
            came.set_exception(error)

    Thread(target=copy_context().run, args=(ask,), name="ccc-contract proof", daemon=True).start()
    try:
        return came.result(seconds)
    except TimeoutError:
        return AnswerTimeout(f"its /{PATH} gave no whole answer within {seconds:g} s")


def _asked(http: HttpClient[Any], url: str, seconds: float) -> TransportError | None:
    nonce = secrets.token_hex(16)
    try:
        request = http.build_request(
            "GET",
            f"{url}{PATH}?nonce={nonce}",
            content=b"",
            headers=((b"accept", b"application/json"), (b"accept-encoding", b"identity")),
            timeout=(seconds, seconds, seconds, seconds),
        )
        response = http.send(request, stream=True, auth=None, follow_redirects=False)
        try:
            headers = tuple(response.headers.raw)
            problem = _head_problem(response.status_code, headers) or _body_problem(_body(response), nonce)
        finally:
            with suppress(Exception):  # how its connection ends says nothing
                response.close()
    except Exception as error:
        return failure(error)
    return NotAnAnswer(f"its /{PATH} {problem}") if problem else None


def doubt(status: int, headers: HeaderLines, body: bytes, nonce: str) -> str:
    """What speaks against this answer of `/_ccc/health?nonce=…` being a fake's; "" where nothing does."""
    problem = _head_problem(status, headers) or _body_problem(body, nonce)
    return f"its /{PATH} {problem}" if problem else ""


def _head_problem(status: int, lines: HeaderLines) -> str:
    """What in status and headers is not the fake's; a body that is packed is not even unpacked."""
    headers = {name.lower(): value for name, value in lines}
    if status != 200:
        return f"answered HTTP {status}"
    if headers.get(b"content-type", b"").partition(b";")[0].strip().lower() != b"application/json":
        return "answered with another type than application/json"
    if b"content-encoding" in headers:
        return "answered with a packed body, which was not asked for"
    return ""


def _body(response: HttpResponse) -> bytes:
    body = b""
    for part in response.iter_bytes():
        body += part
        if len(body) > MAX_BYTES:
            break
    return body


def _body_problem(body: bytes, nonce: str) -> str:
    if len(body) > MAX_BYTES:
        return f"answered with more than {MAX_BYTES} bytes"
    try:
        answer = decode(body.decode("utf-8"))
    except (ValueError, RecursionError):
        return "answered with no JSON"
    if not isinstance(answer, dict) or answer.get("name") != NAME:
        return f'did not name "{NAME}"'
    if answer.get("nonce") != nonce:
        return "did not give back the nonce that it was asked with"
    return ""
