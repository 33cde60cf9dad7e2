"""Calls at times of one's choosing, in one account of a fake: what clients do, without their waiting for it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from captures import Captured
from ccc_contract import Request, sign
from ccc_contract.http import Headers
from ccc_mock import DEFAULT_CREDENTIAL, Clock, Endpoint
from ccc_mock.audit import Audit, audit
from drafts import HOST, NOW

CALLEE = "008613800000000"


class Sequence:
    """An account whose world stands at `began` until a call comes later."""

    def __init__(self, plan: str = "", *, began: float = NOW, **settings: Any) -> None:
        self.clock = Clock(at=began)
        self.began = began
        self.endpoint = Endpoint(clock=self.clock, seed=1, **settings)
        if plan:
            self.endpoint.plan(plan)

    def signed(
        self,
        action: str = "CreateAIAgentCall",
        *,
        headers: dict[str, str] | None = None,
        secret_key: str = DEFAULT_CREDENTIAL.secret_key,
        **params: Any,
    ) -> Request:
        """A request that is signed now, to dial CALLEE unless something else is asked for."""
        lines = {"content-type": "application/json", "x-tc-action": action, "x-tc-version": "2020-02-10"}
        asked = params or {"SdkAppId": 1400000000, "AIAgentId": 15, "Callee": CALLEE}
        request = Request.post(HOST, {**lines, **(headers or {})}, json.dumps(asked))
        return sign(request, DEFAULT_CREDENTIAL.secret_id, secret_key, timestamp=int(self.clock.signing()))

    def at(self, second: float) -> Sequence:
        """Let it be so many seconds after the beginning."""
        self.clock.advance(self.began + second - self.clock.world())
        return self

    def send(self, request: Request) -> None:
        self.endpoint.delivered(self.endpoint.exchange(request))

    def calls(self, *seconds: float, **asked: Any) -> Sequence:
        """The same call, signed anew, at each of these times."""
        for second in seconds:
            self.at(second).send(self.signed(**asked))
        return self

    def to(self, callee: str, *seconds: float) -> Sequence:
        return self.calls(*seconds, SdkAppId=1400000000, AIAgentId=15, Callee=callee)

    def audit(self, **settings: Any) -> Audit:
        entries = self.endpoint.accounts.default.journal.page(limit=1000).entries
        return audit(entries, self.endpoint.api, **{"sleeping_moves_time": True, **settings})


def callees(count: int) -> list[str]:
    return [f"00861380000{n:04}" for n in range(count)]


def in_turn(sequence: Sequence, when: Iterable[tuple[float, str]]) -> Sequence:
    """Calls of several people, in the order of their times."""
    for second, callee in sorted(when):
        sequence.to(callee, second)
    return sequence


def sent_by(capture: Captured) -> Request:
    """What an official client sent, byte for byte."""
    pieces = capture.pieces
    return Request(pieces.method, pieces.path, pieces.query, Headers(pieces.headers), pieces.body)
