"""The requests that cases are made of: good as they stand, and lacking nothing but a signature.  Pure."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from ..http import Headers, Request
from .case import TC3, Question, Scheme, Signer, with_length

NOW = 1795324797
"""2026-11-22T05:19:57Z, 13:19:57 in Beijing: the same day in both."""
EVENING = 1795364999
"""2026-11-22T16:29:59Z, 00:29:59 in Beijing: there the next day has begun."""

PERMANENT = Signer("AKID-ccc-vectors-not-a-real-id", "ccc-vectors-not-a-real-key")
TEMPORARY = Signer("AKID-ccc-vectors-temporary-id", "ccc-vectors-temporary-key", "ccc-vectors-temporary-token")
ODD = Signer("AKID-ccc-vectors-long-key-id", "ccc+vectors/not=a&real?key%20" + "0123456789abcdef" * 4)
"""Its key has characters that shells and queries take for their own, and is longer than one block of SHA-256."""
SIGNERS = (PERMANENT, TEMPORARY, ODD)
"""Whoever checks the cases for ccc.tencentcloudapi.com has to know these."""

HOST = "ccc.tencentcloudapi.com"
JSON_TYPE, FORM_TYPE = "application/json", "application/x-www-form-urlencoded"
CALL: Mapping[str, Any] = {"SdkAppId": 1400000000, "AIAgentId": 15, "Callee": "008612300000000"}
FLAT_CALL = tuple((name, str(value)) for name, value in CALL.items())
LEAST_SIGNED = ("content-type", "host")


def compact(params: Mapping[str, Any]) -> str:
    return json.dumps(params, ensure_ascii=False, separators=(",", ":"))


def call_with(value: str) -> dict[str, Any]:
    """The parameters of a call with one variable, whose value can be any text."""
    return {**CALL, "Variables": [{"Key": "name", "Value": value}]}


def flat_call_with(value: str) -> tuple[tuple[str, str], ...]:
    return (*FLAT_CALL, ("Variables.0.Key", "name"), ("Variables.0.Value", value))


def post(
    body: str | None = None,
    *,
    query: str = "",
    signer: Signer = PERMANENT,
    timestamp: int = NOW,
    service: str = "ccc",
    signed_headers: Iterable[str] = LEAST_SIGNED,
    **headers: Any,
) -> Question:
    """A POST under TC3: JSON in the body, common parameters in headers (`headers` are those of `_headers`)."""
    lines = _headers(JSON_TYPE, timestamp, signer, **headers)
    text = compact(CALL) if body is None else body
    request = with_length(Request("POST", b"/", query.encode(), lines, text.encode()))
    return Question(TC3, request, signer, timestamp, service, tuple(signed_headers))


def get(
    query: str,
    *,
    signer: Signer = PERMANENT,
    timestamp: int = NOW,
    service: str = "ccc",
    signed_headers: Iterable[str] = LEAST_SIGNED,
    **headers: Any,
) -> Question:
    """A GET under TC3: parameters in the query, common parameters in headers."""
    request = Request("GET", b"/", query.encode(), _headers(FORM_TYPE, timestamp, signer, **headers), b"")
    return Question(TC3, request, signer, timestamp, service, tuple(signed_headers))


def _headers(
    usual_type: str,
    timestamp: int,
    signer: Signer,
    *,
    host: str = HOST,
    content_type: str | None = None,
    action: str = "CreateAIAgentCall",
    version: str = "2020-02-10",
    more: Mapping[str, str] | None = None,
) -> Headers:
    common = {"X-TC-Action": action, "X-TC-Version": version, "X-TC-Timestamp": str(timestamp)}
    token = {"X-TC-Token": signer.token} if signer.token else {}
    return Headers.of({"Host": host, "Content-Type": content_type or usual_type, **common, **token, **(more or {})})


def encoded(pairs: Iterable[tuple[str, str]], *, blank: str = "%20", safe: str = "-_.~") -> str:
    """Pairs as they stand in a query or a form."""
    return "&".join(f"{quote(key, safe=safe)}={quote(value, safe=safe).replace('%20', blank)}" for key, value in pairs)


def older(
    method: str,
    scheme: Scheme,
    params: Iterable[tuple[str, str]] = FLAT_CALL,
    *,
    signer: Signer = PERMANENT,
    host: str = HOST,
    timestamp: int = NOW,
    nonce: int = 11886,
    action: str = "CreateAIAgentCall",
    version: str = "2020-02-10",
    method_is_named: bool = True,
    blank: str = "%20",
) -> Question:
    """A request of the older schemes: every parameter in the query of a GET, or in the form of a POST."""
    common = [("Action", action), ("Version", version), ("Timestamp", str(timestamp)), ("Nonce", str(nonce))]
    named = [("SignatureMethod", scheme)] if method_is_named else []
    token = [("Token", signer.token)] if signer.token else []
    pairs = (*common, ("SecretId", signer.secret_id), *named, *token, *params)
    return older_of(method, scheme, pairs, signer=signer, host=host, timestamp=timestamp, blank=blank)


def older_of(
    method: str,
    scheme: Scheme,
    pairs: tuple[tuple[str, str], ...],
    *,
    signer: Signer = PERMANENT,
    host: str = HOST,
    timestamp: int = NOW,
    blank: str = "%20",
) -> Question:
    """The same of all its pairs."""
    text = encoded(pairs, blank=blank).encode()
    if method == "GET":
        request = Request("GET", b"/", text, Headers.of({"Host": host}), b"")
    else:
        request = with_length(Request(method, b"/", b"", Headers.of({"Host": host, "Content-Type": FORM_TYPE}), text))
    return Question(scheme, request, signer, timestamp, parameters=pairs)


def with_header(question: Question, name: str, value: str) -> Question:
    """With a header added, or replaced where it stands."""
    wanted, lines = name.lower().encode(), question.request.headers.lines
    if any(line[0].lower() == wanted for line in lines):
        kept = [(line[0], value.encode()) if line[0].lower() == wanted else line for line in lines]
    else:
        kept = [*lines, (name.encode(), value.encode())]
    return dataclasses.replace(question, request=question.request._replace(headers=Headers(kept)))


def without_header(question: Question, name: str) -> Question:
    kept = [line for line in question.request.headers.lines if line[0].lower() != name.lower().encode()]
    return dataclasses.replace(question, request=question.request._replace(headers=Headers(kept)))
