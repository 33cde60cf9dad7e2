"""Who breaks a call off while it is under way is told what that may mean, and can go on with the same client."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterator
from typing import Any

import anyio
import anyio.to_thread
import pytest

import ccc_mock
from calling import A_CALL, APP, async_client_of, client_of, library, loop, only
from ccc_contract import Client, Credential, Request, Retries
from ccc_mock import Endpoint
from ccc_mock.adapters.serving import ServedAccount, serving
from ccc_mock.exchange import Exchange

NOTE = "CreateAIAgentCall was broken off while it was under way: the person may have been called"
LATE = "ok+delay(1h)"
HALF = "ok+stall(10 1h)"


class Telling(Endpoint):
    """It says when a request has come, and was decided."""

    def __init__(self) -> None:
        super().__init__()
        self.arrived = threading.Event()
        self.then: Callable[[], None] = lambda: None

    def exchange(self, request: Request) -> Exchange:
        exchange = super().exchange(request)
        self.arrived.set()
        self.then()
        return exchange


@pytest.fixture
def endpoint() -> Telling:
    return Telling()


@pytest.fixture
def account(endpoint: Telling) -> Iterator[ServedAccount]:
    with serving(endpoint) as served:
        yield served.account()


def notes_of(error: BaseException) -> list[str]:
    return getattr(error, "__notes__", [])


def check_that_it_goes_on(account: ServedAccount, placed: Any) -> None:
    """The broken call rang, and so did the next one, which was answered over the same single connection's place."""
    broken, next_one = account.ledger.calls()
    assert next_one.session_id == placed.session_id != broken.session_id


@library
@loop
@pytest.mark.parametrize("step", [LATE, HALF])
def test_a_cancelled_task_ends_as_cancelled_and_carries_the_note(
    account: ServedAccount, endpoint: Telling, library: str, loop: str, step: str
) -> None:
    account.plan(step)
    caught: list[BaseException] = []

    async def scene() -> Any:
        async with async_client_of(account, max_connections=1) as client:

            async def call() -> None:
                try:
                    await client.create_ai_agent_call(**A_CALL)
                except BaseException as error:
                    caught.append(error)
                    raise

            async with anyio.create_task_group() as tasks:
                tasks.start_soon(call)
                await anyio.to_thread.run_sync(endpoint.arrived.wait)
                tasks.cancel_scope.cancel()
            assert tasks.cancel_scope.cancelled_caught
            return await client.create_ai_agent_call(**A_CALL)

    with only(library):
        placed = anyio.run(scene, backend=loop)
    assert [notes_of(error) for error in caught] == [[NOTE]]
    check_that_it_goes_on(account, placed)


@loop
def test_a_deadline_around_a_call_is_the_callers_own(account: ServedAccount, endpoint: Telling, loop: str) -> None:
    account.plan(LATE)

    async def scene() -> Any:
        async with async_client_of(account, max_connections=1) as client, anyio.create_task_group() as tasks:
            with anyio.move_on_after(3600) as limit:

                async def time_is_over() -> None:
                    await anyio.to_thread.run_sync(endpoint.arrived.wait)
                    limit.deadline = anyio.current_time()

                tasks.start_soon(time_is_over)
                await client.create_ai_agent_call(**A_CALL)
            assert limit.cancelled_caught
            return await client.create_ai_agent_call(**A_CALL)

    check_that_it_goes_on(account, anyio.run(scene, backend=loop))


def test_a_task_of_asyncio_that_is_cancelled_hands_its_note_to_who_awaits_it(
    account: ServedAccount, endpoint: Telling
) -> None:
    account.plan(LATE)

    async def scene() -> Any:
        async with async_client_of(account, max_connections=1) as client:
            task = asyncio.create_task(client.create_ai_agent_call(**A_CALL))
            await asyncio.to_thread(endpoint.arrived.wait)
            task.cancel("no longer wanted")
            with pytest.raises(asyncio.CancelledError) as cancelled:
                await task
            assert notes_of(cancelled.value) == [NOTE]
            return await client.create_ai_agent_call(**A_CALL)

    check_that_it_goes_on(account, asyncio.run(scene()))


def test_a_read_that_is_broken_off_needs_no_note(account: ServedAccount, endpoint: Telling) -> None:
    account.plan(LATE)

    async def scene() -> list[str]:
        async with async_client_of(account) as client:
            task = asyncio.create_task(client.call("DescribeNumbers", {"SdkAppId": APP}))
            await asyncio.to_thread(endpoint.arrived.wait)
            task.cancel()
            with pytest.raises(asyncio.CancelledError) as cancelled:
                await task
            return notes_of(cancelled.value)

    assert asyncio.run(scene()) == []


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """Python's own handler: whoever runs the tests may have another, or ignore the signal."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.skipif(os.name == "nt", reason="nobody can be interrupted there while a socket is read")
@library
@pytest.mark.parametrize("step", [LATE, HALF])
def test_an_interrupt_goes_through_and_carries_the_note(
    account: ServedAccount, endpoint: Telling, library: str, step: str
) -> None:
    account.plan(step)
    main = threading.main_thread().ident
    assert threading.get_ident() == main
    endpoint.then = lambda: signal.pthread_kill(main, signal.SIGINT)
    with only(library), client_of(account, max_connections=1) as client:
        with interruptible(), pytest.raises(KeyboardInterrupt) as interrupted:
            client.create_ai_agent_call(**A_CALL)
        endpoint.then = lambda: None
        assert notes_of(interrupted.value) == [NOTE]
        check_that_it_goes_on(account, client.create_ai_agent_call(**A_CALL))


def test_a_call_that_is_broken_off_is_logged_as_what_it_is(
    account: ServedAccount, endpoint: Telling, caplog: pytest.LogCaptureFixture
) -> None:
    account.plan(LATE)

    async def scene() -> None:
        async with async_client_of(account) as client, anyio.create_task_group() as tasks:
            tasks.start_soon(lambda: client.create_ai_agent_call(**A_CALL))
            await anyio.to_thread.run_sync(endpoint.arrived.wait)
            tasks.cancel_scope.cancel()

    anyio.run(scene)
    told = [record.getMessage() for record in caplog.records if record.name == "ccc_contract.client"]
    assert told == [f"{NOTE} (CancelledError)"]
    assert "138" not in "".join(told)


class Broken(BaseException):
    """What Ctrl-C is, for a test that cannot press it in the middle of a wait."""


@pytest.mark.parametrize(("plan", "notes"), [("ok+reset@after", [NOTE]), ("RequestLimitExceeded", [])])
def test_a_wait_that_is_broken_off_tells_of_the_attempt_before_it(
    plan: str, notes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(seconds: float) -> None:
        raise Broken

    monkeypatch.setattr("ccc_contract.client.client.time.sleep", interrupted)
    retries = Retries(even_if_unknown=["CreateAIAgentCall"])
    with ccc_mock.fake(plan=plan) as ccc:
        client = Client(Credential(ccc.secret_id, ccc.secret_key), retries=retries)
        with pytest.raises(Broken) as broken:
            client.create_ai_agent_call(**A_CALL)
    assert notes_of(broken.value) == notes
