"""A Flow performed by hand: a clock that moves as the steps ask, and the answers that a test lays down."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ccc_contract import load_api
from ccc_contract.client.answers import Answer
from ccc_contract.client.credentials import Credential, Keys
from ccc_contract.client.flow import Attempt, Came, Clocks, Flow, Renew, Send, Step, Wait
from ccc_contract.client.outgoing import Signer, Target
from ccc_contract.client.pacing import Pace
from ccc_contract.client.retries import Retries
from ccc_contract.errors import CredentialError, TransportError
from ccc_contract.http import Response

KEY = Credential("AKIDtest", "test-key")
START = 1_795_324_613.0

UNDRAWN = Retries(draw=lambda least, most: most)
"""Waits as long as it may, so that a test can say how long."""

Laid = Response | TransportError | Callable[[Send], Response | TransportError]


def answer(
    status: int = 200, kind: str = "application/json", *, headers: Mapping[str, str] = {}, **result: Any
) -> Response:
    """An answer of the service with these fields."""
    body = json.dumps({"Response": {**result, "RequestId": "rid"}}).encode()
    return response(body, status, kind, headers)


def response(
    body: bytes, status: int = 200, kind: str = "application/json", headers: Mapping[str, str] = {}
) -> Response:
    lines = {"Content-Type": kind, **headers}
    return Response(status, tuple((name.encode(), value.encode()) for name, value in lines.items()), body)


def no(code: str, **headers: str) -> Response:
    """A refusal of the service."""
    return answer(
        Error={"Code": code, "Message": "…"}, headers={name.replace("_", "-"): v for name, v in headers.items()}
    )


@dataclass
class Performed:
    """Performs the steps of a flow; `waits` and `sent` say what it was asked for."""

    laid: list[Laid] = field(default_factory=list)
    seconds_each: float = 0.0
    """How long an attempt takes."""
    now: float = 0.0
    waits: list[float] = field(default_factory=list)
    sent: list[Send] = field(default_factory=list)
    renewed: int = 0
    attempts: list[Attempt] = field(default_factory=list)

    def flow(
        self,
        *,
        retries: Retries = UNDRAWN,
        credential: Any = KEY,
        pace: Pace | None = None,
        attempt_seconds: float = 60.0,
        check_parameters: bool = True,
        check_answers: bool = True,
        on_attempt: Callable[[Attempt], object] | None = None,
        target: Target | None = None,
    ) -> Flow:
        return Flow(
            api=load_api(),
            signer=Signer(target or Target(), agent="test"),
            keys=Keys(credential),
            retries=retries,
            clocks=Clocks(lambda: START + self.now, lambda: self.now),
            pace=pace,
            on_attempt=on_attempt or self.attempts.append,
            attempt_seconds=attempt_seconds,
            check_parameters=check_parameters,
            check_answers=check_answers,
        )

    def call(self, flow: Flow, action: str, params: Mapping[str, Any], laid: Iterable[Laid] = ()) -> Answer:
        self.laid.extend(laid)
        steps = flow.steps(action, params)
        came: Came = None
        while True:
            try:
                step = steps.send(came)
            except StopIteration as ended:
                result: Answer = ended.value
                return result
            came = self._perform(flow, step)

    def _perform(self, flow: Flow, step: Step) -> Came:
        if isinstance(step, Wait):
            self.waits.append(step.seconds)
            self.now += step.seconds
            return None
        if isinstance(step, Renew):
            self.renewed += 1
            try:
                flow.keys.take(flow.keys.fetch(), START + self.now)
            except CredentialError as error:
                return error
            return None
        self.sent.append(step)
        self.now += self.seconds_each
        laid = self.laid.pop(0)
        return laid(step) if callable(laid) else laid
