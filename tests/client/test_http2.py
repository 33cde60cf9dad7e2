"""`http2=True` is HTTP/2, and the answers are the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import anyio
import pytest

from calling import A_CALL, async_client_of, at_once, client_of, library, loop, only
from ccc_contract import CallOutcomeUnknown
from ccc_contract.errors import AnswerTimeout, CalleeRefused
from ccc_mock import Endpoint
from ccc_mock.adapters.serving import ServedAccount
from ccc_mock.adapters.tls import Certified
from http2 import Asked, serving_http2


@pytest.fixture(scope="module")
def both(authority: Certified) -> Iterator[Any]:
    with serving_http2(Endpoint(), authority.context) as running:
        yield running


@pytest.fixture
def asked(both: Any) -> Asked:
    application: Asked = both[1]
    application.over.clear()
    return application


@pytest.fixture
def account(both: Any) -> Iterator[ServedAccount]:
    made = both[0].account()
    yield made
    made.remove()


@pytest.fixture
def trust(authority: Certified) -> dict[str, Any]:
    return {"ca_file": str(authority.ca_file)}


@library
@pytest.mark.parametrize(("http2", "version"), [(True, "2"), (False, "1.1")])
def test_the_version_is_the_one_that_was_set(
    account: ServedAccount, asked: Asked, trust: Any, library: str, http2: bool, version: str
) -> None:
    with only(library), client_of(account, http2=http2, **trust) as client:
        placed = [client.create_ai_agent_call(**A_CALL).session_id for _ in range(2)]
    assert [call.session_id for call in account.ledger.calls()] == placed
    assert [over for over, _ in asked.over] == [version] * 2
    assert len({port for _, port in asked.over}) == 1


@loop
def test_many_tasks_share_one_connection(account: ServedAccount, asked: Asked, trust: Any, loop: str) -> None:
    begun: dict[str, str] = {}

    async def all_of_them() -> None:
        async with async_client_of(account, http2=True, **trust) as client:

            async def call(callee: str) -> None:
                begun[callee] = (await client.create_ai_agent_call(**{**A_CALL, "callee": callee})).session_id

            await call("008613900000000")
            async with anyio.create_task_group() as tasks:
                for number in range(50):
                    tasks.start_soon(call, f"0086138{number:08}")

    anyio.run(all_of_them, backend=loop)
    assert {call.callee: call.session_id for call in account.ledger.calls()} == begun
    assert len(set(asked.over)) == 1


@library
def test_a_refusal_is_a_refusal(account: ServedAccount, trust: Any, library: str) -> None:
    account.plan("RequestLimitExceeded, FailedOperation.CalleeIsBlackUser")
    with (
        only(library),
        client_of(account, http2=True, retries=at_once(2), **trust) as client,
        pytest.raises(CalleeRefused) as refused,
    ):
        client.create_ai_agent_call(**A_CALL)
    assert refused.value.attempts == 2


@library
@pytest.mark.parametrize("step", ["ok+page(502)@after", "ok+empty", "ok+null(SessionId)", "ok+status(500)"])
def test_a_spoilt_answer_is_a_doubt(account: ServedAccount, trust: Any, library: str, step: str) -> None:
    account.plan(step)
    with (
        only(library),
        client_of(account, http2=True, retries=at_once(3), **trust) as client,
        pytest.raises(CallOutcomeUnknown) as doubt,
    ):
        client.create_ai_agent_call(**A_CALL)
    assert (doubt.value.attempts, doubt.value.reason.phase) == (1, "answer")
    assert len(account.ledger) == 1


@library
def test_an_answer_that_stops_halfway_is_a_doubt(
    account: ServedAccount, asked: Asked, trust: Any, library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = asked.app

    async def half(scope: Any, receive: Any, send: Any) -> None:
        async def without_its_end(message: Any) -> None:
            if message["type"] == "http.response.body":
                message = {"type": "http.response.body", "body": message["body"][:10], "more_body": True}
            await send(message)

        await whole(scope, receive, without_its_end)

    monkeypatch.setattr(asked, "app", half)
    with (
        only(library),
        client_of(account, http2=True, retries=at_once(3), timeout_seconds=1, **trust) as client,
        pytest.raises(CallOutcomeUnknown) as doubt,
    ):
        client.create_ai_agent_call(**A_CALL)
    assert isinstance(doubt.value.reason, AnswerTimeout)
    assert (doubt.value.attempts, len(account.ledger)) == (1, 1)
