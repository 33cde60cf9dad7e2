"""The fake with one thing made wrong about what it answers: for each property something that does not keep it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from ccc_contract.http import Request, Response
from suite_targets import Send

JSON_TYPE = ((b"Content-Type", b"application/json"),)
Fields = dict[str, Any]


def rewritten(answer: Send, change: Callable[[Request, Fields], Fields]) -> Send:
    """Other fields in each answer of the API; `change` is given its own copy of them."""

    def wrong(request: Request) -> Response:
        response = answer(request)
        if request.path.startswith(b"/_ccc") or response.status != 200:
            return response
        fields = change(request, json.loads(response.body)["Response"])
        return Response(200, response.headers, json.dumps({"Response": fields}).encode())

    return wrong


def told_as(answer: Send, codes: Mapping[str, str]) -> Send:
    """Some codes are told as others; "" is a success."""

    def change(request: Request, fields: Fields) -> Fields:
        code = codes.get(fields.get("Error", {}).get("Code", "?"))
        if code is None:
            return fields
        others = {name: value for name, value in fields.items() if name != "Error"}
        return {"Error": {**fields["Error"], "Code": code}, **others} if code else others

    return rewritten(answer, change)


def refusing(answer: Send, code: str, message: str = "", *, when: Callable[[Request], object] = bool) -> Send:
    """Whatever would be let through, or is not played, is refused instead."""
    refusal = {"Response": {"Error": {"Code": code, "Message": message}, "RequestId": "1"}}

    def wrong(request: Request) -> Response:
        response = answer(request)
        if request.path.startswith(b"/_ccc") or b'"Error"' in response.body or not when(request):
            return response
        return Response(200, JSON_TYPE, json.dumps(refusal).encode())

    return wrong


def speechless(answer: Send) -> Send:
    """No message says what is wrong."""

    def change(request: Request, fields: Fields) -> Fields:
        if "Error" in fields:
            fields["Error"]["Message"] = "no"
        return fields

    return rewritten(answer, change)
