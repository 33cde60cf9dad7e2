"""What a client made of one case, in the same words for all clients.

    ok                           the answer, with SessionId and RequestId
    ok, no SessionId             an answer that lacks it; likewise RequestId, and Response where it lacks everything
    refused CODE                 the client's own exception, with code, message and RequestId as the service told them
    refused CODE, no RequestId   the same, without it
    raised CODE                  the client's own exception, with a code of the client's making
    raised HTTP 502              the client's own exception, without a code, with the status
    raised (CAUSE)               the client's own exception, with neither; what caused it
    raised                       the client's own exception, and nothing more
    ⚠ CLASS                      an exception that is not the client's own

Behind it stands how many requests arrived, `×3`, where that is not 1.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

NEEDED = ("SessionId", "RequestId")

_MEASURED = (
    (r"ok, RequestId null", "ok, no RequestId"),
    (r"success, SessionId null", "ok, no SessionId"),
    (r"err=nil, Response=nil", "ok, no Response"),
    (r"API error ✓", "refused {code}"),
    (r"API error \(no rid\)", "refused {code}, no RequestId"),
    (r"SDKHttpEx httpCode=(\d+)", r"raised HTTP \1"),
    (r"SDKHttpEx code=∅|SDKEx code=(?:''|null)", "raised"),
    (r"SDKEx code=null cause=(\w+)", r"raised (\1)"),
    (r"SDKEx code='(\w+)'", r"raised \1"),
    (r"SDKEx code=nil \(«(.+)»\)", r"raised (\1)"),
    (r"(\w+) code=∅", r"⚠ \1"),
    (r"ok|–|⚠ \w+", r"\g<0>"),
    (r"[\w.]+", r"raised \g<0>"),
)
"""The words of fixtures/sdk_answers.json, and these; the first that fits."""


def of_measurement(measured: str, code: str) -> str:
    """A cell of fixtures/sdk_answers.json, where `code` is what the service told."""
    words, times, requests = measured.partition(" ×")
    for pattern, ours in _MEASURED:
        match = re.fullmatch(pattern, words)
        if match is not None:
            return match.expand(ours).format(code=code) + times + requests
    raise ValueError(f"fixtures/sdk_answers.json: expected words that tests/support/cells.py knows, got {measured!r}")


def of_line(line: Mapping[str, Any], entry: Mapping[str, Any] | None) -> str:
    """What a client's line says; `entry` is what the journal has of it."""
    if "raised" in line:
        return _raised(line["raised"], entry["verdict"] if entry else None)
    answer = line.get("ok")
    if answer is None:
        return "ok, no Response"
    return next((f"ok, no {name}" for name in NEEDED if not answer.get(name)), "ok")


def _raised(error: Mapping[str, Any], verdict: str | None) -> str:
    if not error["own"]:
        return f"⚠ {error['class']}"
    if error.get("code"):
        if error["code"] != verdict:
            return f"raised {error['code']}"
        return f"refused {verdict}" if error.get("request_id") else f"refused {verdict}, no RequestId"
    if error.get("status"):
        return f"raised HTTP {error['status']}"
    return f"raised ({error['cause']})" if error.get("cause") else "raised"


def with_requests(cell: str, requests: int) -> str:
    return cell if requests == 1 else f"{cell} ×{requests}"
