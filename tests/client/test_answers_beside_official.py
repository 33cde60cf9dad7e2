"""What the client makes of each kind of answer, beside what the official Python SDK makes of the same bytes.

fixtures/sdk_answers.json has the kinds, the step that makes the fake answer so, and what was measured of the SDK;
tests/interop/test_answers.py holds the SDK against it.  docs/client-wire.md shows both as a table.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from captures import FIXTURES
from ccc_contract import AsyncClient, CallOutcomeUnknown, CccError, Client, Credential, Retries
from ccc_contract.client import Answer
from ccc_mock.adapters.serving import ServedAccount

DOCUMENT = Path(__file__).parents[2] / "docs" / "client-wire.md"
ROWS: list[dict[str, Any]] = json.loads((FIXTURES / "sdk_answers.json").read_bytes())["rows"]
ONCE = Retries(attempts=1)
SHORT_SECONDS, USUAL_SECONDS = 0.5, 60.0
"""The short one where the answer takes longer than any client would wait."""

STEPS = {row["answer"]: row["step"] for row in ROWS if row["step"] is not None}


def table() -> dict[str, tuple[str, str]]:
    """Kind of answer → what the SDK makes of it, what the client makes of it."""
    text = DOCUMENT.read_text("utf-8").partition("## Answers")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (.+?) \| (.+?) \| (.+?) \|$", text, re.MULTILINE)
    return {answer: (official, ours) for answer, official, ours in rows[1:]}


TABLE = table()


def made_of_it(call: Callable[[], Answer]) -> str:
    """In the words of the table."""
    try:
        answer = call()
    except CallOutcomeUnknown as error:
        return f"`CallOutcomeUnknown`: `{type(error.reason).__name__}`"
    except CccError as error:
        return f"`{type(error).__name__}`"
    assert answer["SessionId"]
    assert answer.request_id
    return "ok"


def outcome(account: ServedAccount, *, endpoint: str | None = None, seconds: float = USUAL_SECONDS) -> str:
    with Client(**_options(account, endpoint, seconds)) as client:
        return made_of_it(lambda: client.call("CreateAIAgentCall", _call(0)))


def outcome_of_async(account: ServedAccount, *, endpoint: str | None = None, seconds: float = USUAL_SECONDS) -> str:
    async def call() -> Answer:
        async with AsyncClient(**_options(account, endpoint, seconds)) as client:
            return await client.call("CreateAIAgentCall", _call(1))

    return made_of_it(lambda: asyncio.run(call()))


def _options(account: ServedAccount, endpoint: str | None, seconds: float) -> dict[str, Any]:
    key = Credential(account.secret_id, account.secret_key)
    return {"credential": key, "endpoint": endpoint or account.url, "retries": ONCE, "timeout_seconds": seconds}


def _call(number: int) -> dict[str, Any]:
    return {"SdkAppId": 1400000000, "AIAgentId": 15, "Callee": f"00861380000000{number}"}


both = pytest.mark.parametrize("outcome", [outcome, outcome_of_async], ids=["sync", "async"])


@both
@pytest.mark.parametrize("answer", STEPS)
def test_the_client_makes_of_it_what_the_table_says(
    ccc_server: ServedAccount, answer: str, outcome: Callable[..., str]
) -> None:
    ccc_server.plan(STEPS[answer])
    seconds = SHORT_SECONDS if answer.endswith("timeout") else USUAL_SECONDS
    assert outcome(ccc_server, seconds=seconds) == TABLE[answer][1]
    ccc_server.assert_consumed()


@both
def test_where_nobody_listens_nothing_was_sent(ccc_server: ServedAccount, outcome: Callable[..., str]) -> None:
    with _deaf() as endpoint:
        assert outcome(ccc_server, endpoint=endpoint) == TABLE["connection refused"][1]


@contextlib.contextmanager
def _deaf() -> Iterator[str]:
    """An address that nobody else can take, and at which nobody listens."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"


@both
def test_to_a_certificate_that_nobody_trusts_nothing_was_sent(
    ccc_server_tls: ServedAccount, outcome: Callable[..., str]
) -> None:
    assert outcome(ccc_server_tls) == TABLE["untrusted certificate"][1]


def test_the_table_has_every_kind_and_what_was_measured_of_the_sdk() -> None:
    measured = {row["answer"]: re.sub(r" ×\d+$", "", row["made_of_it"]["python"]) for row in ROWS}
    assert {answer: _plain(official) for answer, (official, _) in TABLE.items()} == measured


def _plain(cell: str) -> str:
    """Without its emphasis."""
    return cell.replace("**", "").replace("`", "")


def test_what_the_sdk_takes_for_a_success_by_mistake_is_none_to_the_client() -> None:
    mistaken = {answer: ours for answer, (official, ours) in TABLE.items() if official.startswith("**")}
    assert len(mistaken) == 6
    assert "ok" not in mistaken.values()
    assert {official for official, _ in TABLE.values() if "null" in official} == {
        "**success, SessionId null**",
        "**ok, RequestId null**",
    }
