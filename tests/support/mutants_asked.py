"""The true fake and its mutants, asked the same in process."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from itertools import count
from typing import Any, NamedTuple

from ccc_contract.http import Request
from ccc_contract.reading import load_api
from ccc_mock import DEFAULT_CREDENTIAL, Clock, Endpoint, Limits, Reply
from ccc_mock.clock import Stopwatch
from ccc_mock.mutants import made
from ccc_mock.world.description import described
from drafts import NOW, TEMPORARY, Draft
from older import OlderDraft
from worlds import AGENT, APP, CALLEE, ONE_APP

A_CALL, A_READ, AN_END = "CreateAIAgentCall", "DescribeTelSession", "HangUpCall"

MOST = 5
"""Calls that pass in a second, in place of the documented 20, of the two actions that are counted here."""

NO_TIME = Stopwatch(count(step=1000).__next__, count(step=1000).__next__)
"""Nobody looks for why a signature does not match."""

Drafted = Draft | OlderDraft | Request


class Asked:
    """One endpoint whose clock stands at NOW; `None` is the true fake."""

    def __init__(self, mutant: str | None) -> None:
        given: dict[str, Any] = {
            "credentials": (DEFAULT_CREDENTIAL, TEMPORARY), "clock": Clock(at=NOW), "seed": 1,
            "limits": Limits(actions={A_CALL: MOST, A_READ: MOST}), "stopwatch": NO_TIME,
        }  # fmt: skip
        self.endpoint = Endpoint(**given) if mutant is None else made(mutant, **given)
        self.account = self.endpoint.accounts.default

    def reply(self, draft: Drafted, client: str = "") -> Reply:
        request = draft if isinstance(draft, Request) else draft.request()
        return self.endpoint.exchange(request._replace(client=client)).reply

    def says(self, draft: Drafted, client: str = "") -> Any:
        """`ok`, the code, or what is no answer of the API."""
        reply = self.reply(draft, client)
        if reply.status != 200:
            return f"HTTP {reply.status}"
        error = json.loads(reply.body)["Response"].get("Error")
        return "ok" if error is None else error["Code"]

    def all_say(self, drafts: Iterable[Drafted]) -> list[Any]:
        return [self.says(draft) for draft in drafts]

    def fields(self, draft: Drafted) -> dict[str, Any]:
        fields: dict[str, Any] = json.loads(self.reply(draft).body)["Response"]
        return fields

    def message(self, draft: Drafted) -> str:
        message: str = self.fields(draft)["Error"]["Message"]
        return message

    def placed(self, callee: str = CALLEE) -> str:
        """The id of a call that was just placed."""
        session_id: str = self.fields(call(callee))["SessionId"]
        return session_id

    def session(self, session_id: str, app: int = APP) -> dict[str, Any]:
        session: dict[str, Any] = self.fields(show(session_id, app))["Session"]
        return session

    def at(self, seconds: float) -> None:
        """Both hands of the clock stand so many seconds behind NOW; what is asked is still signed at NOW."""
        self.account.clock.freeze(NOW + seconds)

    def describe(self, **described_as: Any) -> Asked:
        """The account has one app with an agent and three numbers, and what is given."""
        description = described({**ONE_APP, **described_as}, load_api().actions)
        self.endpoint.accounts.describe(self.account, description)
        return self


def action(name: str, **params: Any) -> Draft:
    return Draft().with_headers({"x-tc-action": name}).but(params={"SdkAppId": APP, **params})


def call(callee: str = CALLEE, **params: Any) -> Draft:
    return action(A_CALL, **{"AIAgentId": AGENT, "Callee": callee, **params})


def show(session_id: str, app: int = APP) -> Draft:
    return action(A_READ, SdkAppId=app, SessionId=session_id)


def end(session_id: str) -> Draft:
    return action(AN_END, SessionId=session_id)


def numbers(**params: Any) -> Draft:
    return action("DescribeNumbers", **params)


class Row(NamedTuple):
    """One mutant: what is done, what the true fake makes of it, and what the mutant."""

    mutant: str
    act: Callable[[Asked], Any]
    true: Any
    wrong: Any
