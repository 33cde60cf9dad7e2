"""An answer that came is believed, however late it came."""

from __future__ import annotations

import itertools
import time
from dataclasses import replace
from typing import Any

import anyio
import pytest

from calling import A_CALL, APP, at_once, client_of
from ccc_contract import AsyncClient, CallOutcomeUnknown, Client
from ccc_contract.client.flow import Clocks
from ccc_mock.adapters.serving import ServedAccount


def in_haste(account: ServedAccount, kind: type[Client] | type[AsyncClient], *, spare_readings: int) -> Any:
    """A client whose clock runs out of time after so many looks at it."""
    client = client_of(account, kind, retries=at_once(1))
    readings = itertools.chain([0.0] * spare_readings, itertools.repeat(100.0))
    client._flow = replace(client._flow, clocks=Clocks(time.time, lambda: next(readings)))
    return client


# The whole call begins, its attempt begins, how long the attempt may take, and until when: then parts of a body come.
SPARE = 4


def test_a_whole_answer_is_one_although_its_time_is_over(account: ServedAccount) -> None:
    with in_haste(account, Client, spare_readings=SPARE) as client:
        placed = client.create_ai_agent_call(**A_CALL)
    assert [call.session_id for call in account.ledger.calls()] == [placed.session_id]


def test_so_it_is_for_a_task(account: ServedAccount) -> None:
    async def call() -> Any:
        async with in_haste(account, AsyncClient, spare_readings=SPARE) as client:
            return await client.create_ai_agent_call(**A_CALL)

    placed = anyio.run(call)
    assert [call.session_id for call in account.ledger.calls()] == [placed.session_id]


def test_nobody_waits_for_the_rest_when_its_time_is_over(account: ServedAccount) -> None:
    account.plan("ok+drip(1 100ms)")
    with (
        in_haste(account, Client, spare_readings=SPARE) as client,
        pytest.raises(CallOutcomeUnknown, match=r"no whole answer in time: \d+ bytes came"),
    ):
        client.call("CreateAIAgentCall", {"SdkAppId": APP, "AIAgentId": 15, "Callee": "008613800000000"})
