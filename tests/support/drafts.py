"""Requests before they are signed: valid as they stand, so that whatever is changed is all that is wrong.

They are signed by the oracle, not by the code under test.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import oracle
from ccc_contract.http import Headers, Request
from ccc_mock import DEFAULT_CREDENTIAL, Credential

NOW = 1795324613
"""2026-11-22T05:16:53Z, when most of fixtures/sdk was captured."""

HOST = "ccc.tencentcloudapi.com"
VERSION = "2020-02-10"
TEMPORARY = Credential("AKID-ccc-mock-temporary", "ccc-mock-temporary-key", "ccc-mock-temporary-token")
ENDED = Credential("AKID-ccc-mock-ended", "ccc-mock-ended-key", "ccc-mock-ended-token", expires_at=NOW)
FORM = "application/x-www-form-urlencoded"

DEEP = b'{"SdkAppId":' + b"[" * 100_000 + b"]" * 100_000 + b"}"

EXAMPLE: Mapping[str, Any] = {
    "SdkAppId": 1400000000,
    "AIAgentId": 15,
    "Callee": "008612300000000",
    "Callers": ["008601012345678", "008601012345679"],
    "PromptVariables": [{"Key": "foo", "Value": "bar"}],
}
"""The example of the documentation page (seed-page-2025)."""


def _headers() -> dict[str, str]:
    return {
        "content-type": "application/json",
        "x-tc-action": "CreateAIAgentCall",
        "x-tc-version": VERSION,
        "x-tc-timestamp": str(NOW),
    }


@dataclass(frozen=True)
class Draft:
    """CreateAIAgentCall by the default credential at NOW, until something is changed."""

    method: str = "POST"
    host: str = HOST
    path: bytes = b"/"
    query: bytes = b""
    headers: Mapping[str, str] = field(default_factory=_headers)
    params: Mapping[str, Any] = field(default_factory=lambda: EXAMPLE)
    body: bytes | None = None
    """In place of `params`."""
    trailing_blanks: int = 0
    """Bytes after the body that change nothing in JSON."""
    secret_id: str = DEFAULT_CREDENTIAL.secret_id
    secret_key: str = DEFAULT_CREDENTIAL.secret_key
    date: str | None = None
    service: str = "ccc"
    terminator: str = "tc3_request"
    signed: tuple[str, ...] = oracle.OBLIGATORY
    lower: bool = True
    authorization: bytes | None = None
    """In place of the one that signs."""

    def but(self, **changes: Any) -> Draft:
        return dataclasses.replace(self, **changes)

    def by(self, credential: Credential) -> Draft:
        """Signed by another credential, without its token."""
        return self.but(secret_id=credential.secret_id, secret_key=credential.secret_key)

    def with_headers(self, headers: Mapping[str, str]) -> Draft:
        return self.but(headers={**self.headers, **headers})

    def without_header(self, name: str) -> Draft:
        return self.but(headers={key: value for key, value in self.headers.items() if key != name})

    def with_params(self, params: Mapping[str, Any]) -> Draft:
        return self.but(params={**self.params, **params})

    def without_param(self, name: str) -> Draft:
        return self.but(params={key: value for key, value in self.params.items() if key != name})

    @property
    def pieces(self) -> oracle.Pieces:
        """What is signed."""
        body = json.dumps(self.params).encode() if self.body is None else self.body
        lines = (("host", self.host), *self.headers.items())
        target = self.path + b"?" + self.query if self.query else self.path
        headers = tuple((name.encode(), value.encode()) for name, value in lines)
        return oracle.Pieces(self.method, target, headers, body + b" " * self.trailing_blanks)

    @property
    def scope_date(self) -> str:
        stamp = self.headers.get("x-tc-timestamp", "")
        return self.date or oracle.utc_date(int(stamp) if stamp.isdigit() else NOW)

    @property
    def steps(self) -> oracle.Steps:
        """How the signature comes about."""
        return oracle.steps(
            self.pieces,
            self.secret_key,
            stamp=self.headers.get("x-tc-timestamp", ""),
            date=self.scope_date,
            service=self.service,
            signed=self.signed,
            terminator=self.terminator,
            lower=self.lower,
        )

    def request(self) -> Request:
        """Signed, as the endpoint takes it."""
        value = self.authorization
        if value is None:
            value = oracle.authorization(
                self.secret_id,
                self.steps.signature,
                date=self.scope_date,
                service=self.service,
                signed=self.signed,
                terminator=self.terminator,
            )
        return with_authorization(as_request(self.pieces), value)

    def unsigned_request(self) -> Request:
        """Without an Authorization header."""
        return as_request(self.pieces)


def as_request(pieces: oracle.Pieces) -> Request:
    """Pieces as ours."""
    return Request(pieces.method, pieces.path, pieces.query, Headers(pieces.headers), pieces.body)


def with_authorization(request: Request, value: bytes) -> Request:
    headers = Headers((*request.headers.lines, (b"authorization", value)))
    return Request(request.method, request.path, request.query, headers, request.body, request.client)


TOKENED = Draft().with_headers({"x-tc-token": "a"})
"""With a token beside a permanent key."""

CAPITALS = Draft(host="CCC.Tencentcloudapi.com", lower=False)
"""Signed with a Host that was not put into lower case."""
