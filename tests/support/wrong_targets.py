"""Targets that are wrong in one way, made of a right one: what is asked, or what is answered, is changed."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

from ccc_contract.http import Request, Response
from suite_targets import Send

Wrong = Callable[[Send], Send]
"""The right target → the wrong one."""
Fields = dict[str, Any]
When = Callable[[Request], bool]


def _through(answer: Send, wrong: Callable[[Request], Response]) -> Send:
    """Control is left alone: it is no part of the contract."""
    return lambda request: answer(request) if request.path.startswith(b"/_ccc") else wrong(request)


def asking(change: Callable[[Request], Request]) -> Wrong:
    """It takes another request than the one that came."""
    return lambda answer: _through(answer, lambda request: answer(change(request)))


def answering(change: Callable[[Response], Response]) -> Wrong:
    """It answers otherwise; what the fake does not play is left alone."""

    def wrong(answer: Send, request: Request) -> Response:
        response = answer(request)
        return response if response.status == 501 else change(response)

    return lambda answer: _through(answer, lambda request: wrong(answer, request))


def with_body(change: Callable[[bytes], bytes]) -> Wrong:
    return answering(lambda response: Response(response.status, response.headers, change(response.body)))


def with_fields(change: Callable[[Fields], Fields]) -> Wrong:
    return with_body(lambda body: _written(change(json.loads(body)["Response"])))


def _written(fields: Fields) -> bytes:
    return json.dumps({"Response": fields}, ensure_ascii=False).encode("utf-8", "replace")


def with_errors(change: Callable[[Fields], Fields]) -> Wrong:
    return with_fields(lambda fields: {**fields, "Error": change(fields["Error"])} if "Error" in fields else fields)


def with_successes(change: Callable[[Fields], Fields]) -> Wrong:
    return with_fields(lambda fields: fields if "Error" in fields else change(fields))


def telling(code: str, other: str) -> Wrong:
    """One code in place of another."""
    return with_errors(lambda error: {**error, "Code": other} if error["Code"] == code else error)


def letting_in(*codes: str) -> Wrong:
    """It refuses nothing for these."""
    return with_fields(lambda fields: _success() if fields.get("Error", {}).get("Code") in codes else fields)


def _success() -> Fields:
    return {"RequestId": str(uuid.uuid4())}


def refusing(when: When, code: str) -> Wrong:
    """It refuses what should be let in."""

    def wrong(answer: Send, request: Request) -> Response:
        if not when(request):
            return answer(request)
        fields = {"Error": {"Code": code, "Message": "no"}, **_success()}
        return Response(200, ((b"Content-Type", b"application/json"),), _written(fields))

    return lambda answer: _through(answer, lambda request: wrong(answer, request))


def breaking(when: When, status: int = 500) -> Wrong:
    """It has no answer to that."""
    broken = Response(status, ((b"Content-Type", b"text/html"),), b"<html>")
    return lambda answer: _through(answer, lambda request: broken if when(request) else answer(request))
