"""One client, used by a thousand tasks or by fifty threads, over a socket."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import anyio
import pytest

from calling import A_CALL, APP, Way, async_client_of, client_of, loop, only
from ccc_mock import Endpoint, Limits
from ccc_mock.adapters.serving import Served, ServedAccount, serving

# httpcore 1, below httpx, looks at each of its connections for each of them: with 100 that are 22 ms of a processor for
# every call.  httpx2 does not.
MANY = [(Way("asyncio", "httpx2"), 1000, 100), (Way("trio", "httpx2"), 1000, 100), (Way("asyncio", "httpx"), 200, 10)]


def sessions_of(account: ServedAccount) -> list[str]:
    return sorted(call.session_id for call in account.ledger.calls())


@pytest.mark.parametrize(("way", "calls", "connections"), MANY, ids=[f"{calls} {way.name}" for way, calls, _ in MANY])
def test_each_of_many_tasks_gets_the_answer_to_its_own_call(
    account: ServedAccount, way: Way, calls: int, connections: int
) -> None:
    begun: dict[str, str] = {}

    async def all_of_them() -> None:
        async with async_client_of(account, max_connections=connections) as client:

            async def call(callee: str) -> None:
                begun[callee] = (await client.create_ai_agent_call(**{**A_CALL, "callee": callee})).session_id

            async with anyio.create_task_group() as tasks:
                for number in range(calls):
                    tasks.start_soon(call, f"0086138{number:08}")

    with only(way.library):
        anyio.run(all_of_them, backend=way.shell)
    assert len(set(begun.values())) == calls
    assert {call.callee: call.session_id for call in account.ledger.calls()} == begun


def test_each_of_many_threads_gets_the_answer_to_its_own_call(account: ServedAccount) -> None:
    with client_of(account) as client, ThreadPoolExecutor(50) as threads:

        def call(callee: str) -> tuple[str, str]:
            return callee, client.create_ai_agent_call(**{**A_CALL, "callee": callee}).session_id

        begun = dict(threads.map(call, (f"0086138{number:08}" for number in range(200))))
    assert {call.callee: call.session_id for call in account.ledger.calls()} == begun


def test_threads_that_share_a_pace_take_turns() -> None:
    with serving(Endpoint(limits=Limits())) as served:
        account = served.account()
        began = time.time()
        with client_of(account, pace=0.9) as client, ThreadPoolExecutor(50) as threads:
            begun = list(threads.map(lambda _: client.create_ai_agent_call(**A_CALL).session_id, range(50)))
        assert sorted(begun) == sessions_of(account)
        # 18 a second, and the first at once: however slow this machine is, the last one cannot have come before.
        assert account.calls[-1].at - began >= 49 / 18 - 0.001


def test_a_pool_that_is_too_small_for_its_tasks_makes_them_wait(account: ServedAccount) -> None:
    async def all_of_them() -> list[Any]:
        answers = []
        async with async_client_of(account, max_connections=1) as client:

            async def call() -> None:
                answers.append(await client.call("DescribeNumbers", {"SdkAppId": APP}))

            async with anyio.create_task_group() as tasks:
                for _ in range(20):
                    tasks.start_soon(call)
        return answers

    assert len(anyio.run(all_of_them)) == 20


@loop
def test_calls_of_many_clients_side_by_side_stay_apart(served: Served, loop: str) -> None:
    accounts = [served.account() for _ in range(10)]

    async def all_of_them() -> None:
        async def call(account: ServedAccount) -> None:
            async with async_client_of(account) as client:
                placed = await client.create_ai_agent_call(**A_CALL)
                assert sessions_of(account) == [placed.session_id]

        async with anyio.create_task_group() as tasks:
            for account in accounts:
                tasks.start_soon(call, account)

    anyio.run(all_of_them, backend=loop)
    for account in accounts:
        account.remove()
