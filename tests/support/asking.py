"""Asks control, without a socket."""

from __future__ import annotations

import json
from typing import Any

from ccc_contract import Headers, Request
from ccc_mock.control import Control

LOOPBACK = "127.0.0.1:8679"


class Caller:
    """Calls control and gives (status, decoded body)."""

    def __init__(self, control: Control, **headers: str) -> None:
        self.control = control
        self.headers = headers

    def __call__(
        self, method: str, target: str, body: Any = b"", *, host: str = LOOPBACK, **headers: str
    ) -> tuple[int, Any]:
        path, _, query = target.partition("?")
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        lines = Headers.of({"host": host, **self.headers, **headers})
        answer = self.control.handle(Request(method, path.encode(), query.encode(), lines, raw))
        assert answer.header[b"content-type"] == b"application/json"
        return answer.status, json.loads(answer.body)
