"""The envelope around every answer: `{"Response": {…, "RequestId": "…"}}`.

Success is the action's fields, then RequestId; failure is Error {Code, Message}, then RequestId. Compact, raw UTF-8.

Sources: doc-responses for the shape, raw-capture-2025-09 for compactness and the order of keys; that non-ASCII goes
out raw is assumed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from json.encoder import encode_basestring as _quote

from . import strict
from .errors import ApiError, class_of
from .model import JSON

# Exactly this and no charset: with one, the official Python SDK takes every error for an empty success
# (sdk-captures-2026-11; tests/interop/test_python_sdk.py shows it).
CONTENT_TYPE = b"application/json"

_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


def success(result: Mapping[str, JSON], request_id: str) -> bytes:
    """The body of an answer that carries `result`."""
    return _bytes({**result, "RequestId": request_id})


def failure(error: ApiError, request_id: str) -> bytes:
    """The body of a refusal."""
    return _bytes({"Error": {"Code": error.code, "Message": error.message}, "RequestId": request_id})


def _bytes(response: Mapping[str, JSON]) -> bytes:
    # Most answers are texts only, and an encoder costs more to set up than those cost to quote.
    fields = [
        f"{_quote(name)}:{_quote(value) if type(value) is str else _encode(value)}" for name, value in response.items()
    ]
    # A client may have sent a lone surrogate in a name that the message repeats.
    return f'{{"Response":{{{",".join(fields)}}}}}'.encode("utf-8", "replace")


class NotAnEnvelope(ValueError):
    """The bytes are not an answer of the service; the message says what is missing."""


def decode(body: bytes) -> tuple[dict[str, JSON], str]:
    """Read an answer: the result's fields and the RequestId.

    Raises ApiError, of the class for its code, when the answer carries an Error; NotAnEnvelope when it is no answer of
    the service at all.
    """
    try:
        document = strict.decode(body.decode())
        result = dict(document.pop("Response").items())
        if document:
            raise KeyError(f"{next(iter(document))!r} beside Response")
        request_id, error = result.pop("RequestId"), result.get("Error")
        if not isinstance(request_id, str):
            raise TypeError(f"RequestId is a {type(request_id).__name__}")
        refusal = None if error is None else _refusal(error, request_id)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as reason:
        raise NotAnEnvelope(
            f'expected {{"Response": {{…, "RequestId": "…"}}}}, got {len(body)} bytes that start with {body[:40]!r} '
            f"({type(reason).__name__}: {reason})"
        ) from reason
    if refusal is not None:
        raise refusal
    return result, request_id


def _refusal(error: Mapping[str, JSON], request_id: str) -> ApiError:
    code = error["Code"]
    if not isinstance(code, str) or not code:
        raise TypeError(f"Code is {code!r}")
    return class_of(code)(code, str(error["Message"]), request_id=request_id)
