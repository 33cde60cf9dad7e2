"""`ccc.virtual_time()`: what the code sleeps moves time, and nobody waits."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from types import ModuleType
from typing import Any

import anyio
import anyio.to_thread
import freezegun
import pytest
import requests
import tenacity
import time_machine
import trio
from tencentcloud.ccc.v20200210 import ccc_client, ccc_client_async
from tencentcloud.common.credential import Credential
from tencentcloud.common.exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.retry import StandardRetryer

import ccc_mock
from sdk import a_call, client_of
from signing_by_hand import BODY, signed_headers

NOON = 1795320000


def functions() -> list[Any]:
    clocks = [time.time, time.monotonic, time.time_ns, time.monotonic_ns]
    return [time.sleep, *clocks, asyncio.sleep, anyio.sleep, trio.sleep]


FUNCTIONS = functions()


@pytest.fixture
def ccc() -> Any:
    """A fake whose world stands still at noon unless somebody sleeps; the clock on the wall must not matter."""
    with ccc_mock.fake(at=NOON) as active:
        yield active


@pytest.fixture(autouse=True)
def _everything_is_put_back() -> Any:
    yield
    assert functions() == FUNCTIONS


def slept(ccc: ccc_mock.Fake) -> float:
    return ccc.clock.world() - NOON


def retrying(account: ccc_mock.Fake, attempts: int = 4) -> Any:
    profile = ClientProfile(retryer=StandardRetryer(max_attempts=attempts))
    return ccc_client.CccClient(Credential(account.secret_id, account.secret_key), "", profile)


def test_the_sdk_s_retryer_calls_again_after_1_2_and_4_seconds(ccc: ccc_mock.Fake) -> None:
    ccc.plan("RequestLimitExceeded*3, ok")
    began = time.perf_counter()
    # It raises all the same: StandardRetryer of 3.1.195 keeps the error of an earlier attempt beside a success.
    with ccc.virtual_time(), contextlib.suppress(TencentCloudSDKException):
        retrying(ccc).CreateAIAgentCall(a_call())
    assert [(call.at - NOON, call.ok) for call in ccc.calls] == [(0, False), (1, False), (3, False), (7, True)]
    assert time.perf_counter() - began < 7


def test_and_gives_up_after_the_third(ccc: ccc_mock.Fake) -> None:
    ccc.plan("RequestLimitExceeded*")
    with ccc.virtual_time(), pytest.raises(TencentCloudSDKException, match="RequestLimitExceeded"):
        retrying(ccc, 3).CreateAIAgentCall(a_call())
    assert [call.at - NOON for call in ccc.calls] == [0, 1, 3]


def test_a_rate_limit_is_over_when_the_second_is() -> None:
    @tenacity.retry(wait=tenacity.wait_fixed(1), stop=tenacity.stop_after_attempt(2))
    def place() -> None:
        client.CreateAIAgentCall(a_call())

    with ccc_mock.fake(at=NOON, limits=True) as ccc, ccc.virtual_time():
        client = client_of(ccc)
        for _ in range(45):
            place()
    assert [call.code for call in ccc.calls if not call.ok] == ["RequestLimitExceeded"] * 2
    assert slept(ccc) == 2


def test_tenacity_waits_in_no_time(ccc: ccc_mock.Fake) -> None:
    ccc.plan("InternalError*5, ok")

    @tenacity.retry(wait=tenacity.wait_exponential(multiplier=1), stop=tenacity.stop_after_delay(600))
    def place() -> str:
        session_id: str = client_of(ccc).CreateAIAgentCall(a_call()).SessionId
        return session_id

    with ccc.virtual_time():
        assert place()
    assert [call.at - NOON for call in ccc.calls] == [0, 1, 3, 7, 15, 31]


def test_tenacity_s_deadline_is_reached_by_sleeping(ccc: ccc_mock.Fake) -> None:
    ccc.plan("InternalError*")

    @tenacity.retry(wait=tenacity.wait_fixed(100), stop=tenacity.stop_after_delay(250), reraise=True)
    def place() -> None:
        client_of(ccc).CreateAIAgentCall(a_call())

    with ccc.virtual_time(), pytest.raises(TencentCloudSDKException):
        place()
    assert [call.at - NOON for call in ccc.calls] == [0, 100, 200, 300]


def test_tenacity_under_asyncio(ccc: ccc_mock.Fake) -> None:
    ccc.plan("InternalError*2, ok")

    @tenacity.retry(wait=tenacity.wait_fixed(60))
    async def place() -> None:
        await asyncio.to_thread(client_of(ccc).CreateAIAgentCall, a_call())

    with ccc.virtual_time():
        asyncio.run(place())
    assert [call.at - NOON for call in ccc.calls] == [0, 60, 120]


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_anyio_sleeps_on_either_backend(ccc: ccc_mock.Fake, backend: str) -> None:
    async def program() -> None:
        for _ in range(3):
            await anyio.to_thread.run_sync(client_of(ccc).CreateAIAgentCall, a_call())
            await anyio.sleep(3600)

    with ccc.virtual_time():
        anyio.run(program, backend=backend)
    assert [call.at - NOON for call in ccc.calls] == [0, 3600, 7200]


def test_trio_sleeps_too(ccc: ccc_mock.Fake) -> None:
    with ccc.virtual_time():
        trio.run(trio.sleep, 5)
    assert slept(ccc) == 5


def test_the_sdk_s_asynchronous_client_is_retried(ccc: ccc_mock.Fake) -> None:
    ccc.plan("RequestLimitExceeded*2, ok")

    async def program() -> None:
        credential = Credential(ccc.secret_id, ccc.secret_key)
        async with ccc_client_async.CccClient(credential, "") as client:
            for seconds in (1, 2, 0):
                try:
                    await client.CreateAIAgentCall(a_call())
                except TencentCloudSDKException:
                    await asyncio.sleep(seconds)

    with ccc.virtual_time():
        asyncio.run(program())
    assert [call.at - NOON for call in ccc.calls] == [0, 1, 3]


def test_a_signature_after_a_long_sleep_is_fresh_and_the_sleep_is_in_it(ccc: ccc_mock.Fake) -> None:
    ccc.clock.run()
    with ccc.virtual_time():
        before = time.time()
        for _ in range(3):
            client_of(ccc).CreateAIAgentCall(a_call())
            time.sleep(400)
        assert 1200 <= time.time() - before < 1260
    assert all(call.ok for call in ccc.calls)
    stamps = [
        int({name.lower(): value for name, value in entry["request"]["headers"]}["x-tc-timestamp"])
        for entry in ccc.journal()
    ]
    assert 800 <= stamps[2] - stamps[0] < 860


def test_the_world_does_not_fall_back_when_the_block_ends(ccc: ccc_mock.Fake) -> None:
    ccc.clock.run()
    began = ccc.clock.world()
    with ccc.virtual_time():
        time.sleep(5000)
        inside = ccc.clock.world()
    assert began + 5000 <= inside <= ccc.clock.world() < inside + 60
    assert time.time() < began + 60
    client_of(ccc).CreateAIAgentCall(a_call())
    assert ccc.calls[0].ok


def test_a_deadline_that_the_code_watches_comes(ccc: ccc_mock.Fake) -> None:
    with ccc.virtual_time():
        deadline, polls = time.monotonic() + 30, 0
        while time.monotonic() < deadline:
            polls += 1
            time.sleep(10)
    assert polls == 3


def test_who_sleeps_at_the_same_time_does_not_sleep_in_turn(ccc: ccc_mock.Fake) -> None:
    woken: list[int] = []

    async def sleeper(seconds: int) -> None:
        await asyncio.sleep(seconds)
        woken.append(seconds)

    async def program() -> None:
        await asyncio.gather(sleeper(30), asyncio.sleep(5), sleeper(10), sleeper(20))

    with ccc.virtual_time():
        asyncio.run(program())
    assert slept(ccc) == 30
    assert woken == [10, 20, 30]


def test_threads_sleep_side_by_side(ccc: ccc_mock.Fake) -> None:
    together = threading.Barrier(4)
    woken: list[int] = []

    def sleeper(seconds: int) -> None:
        together.wait()
        time.sleep(seconds)
        woken.append(seconds)

    with ccc.virtual_time(), ThreadPoolExecutor(4) as pool:
        list(pool.map(sleeper, [400, 100, 300, 200]))
    assert slept(ccc) == 400
    assert woken == [100, 200, 300, 400]


def test_a_sleep_that_is_cancelled_is_in_nobody_s_way(ccc: ccc_mock.Fake) -> None:
    async def program() -> None:
        task = asyncio.ensure_future(asyncio.sleep(1))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.sleep(50)

    with ccc.virtual_time():
        asyncio.run(program())
    assert slept(ccc) == 50


def test_what_imported_the_function_by_name_sleeps_too_and_is_given_it_back(ccc: ccc_mock.Fake) -> None:
    production = ModuleType("production")
    exec("from time import sleep, time as now\ndef work():\n    sleep(7)\n    return now()", vars(production))
    sys.modules["production"] = production
    try:
        with ccc.virtual_time():
            ahead = production.work() - time.time()
        assert abs(ahead) < 1
        assert slept(ccc) == 7
        assert production.sleep is FUNCTIONS[0]
        assert production.now is FUNCTIONS[1]
    finally:
        del sys.modules["production"]


def test_a_module_that_was_imported_meanwhile_sleeps_for_real_afterwards(ccc: ccc_mock.Fake) -> None:
    with ccc.virtual_time():
        from time import sleep

        sleep(1)
    before = ccc.clock.world()
    sleep(0.001)
    assert ccc.clock.world() == before


def test_blocks_may_stand_in_each_other(ccc: ccc_mock.Fake) -> None:
    with ccc.virtual_time():
        with ccc_mock.fake(at=NOON) as inner, inner.virtual_time(), ccc.virtual_time():
            time.sleep(5)
        time.sleep(2)
    assert slept(inner) >= 5
    assert slept(ccc) == 7


def test_a_block_that_raises_puts_everything_back(ccc: ccc_mock.Fake) -> None:
    with pytest.raises(ZeroDivisionError), ccc.virtual_time():
        raise ZeroDivisionError


@pytest.mark.parametrize("freeze", [freezegun.freeze_time, time_machine.travel], ids=["freezegun", "time-machine"])
def test_a_frozen_program_is_moved_by_its_sleeps(freeze: Any) -> None:
    with freeze("2000-01-01T00:00:00+00:00"), ccc_mock.fake() as ccc, ccc.virtual_time():
        client_of(ccc).CreateAIAgentCall(a_call())
        time.sleep(500)
        client_of(ccc).CreateAIAgentCall(a_call())
    first, second = ccc.calls
    assert first.ok
    assert second.ok
    assert 499 < second.at - first.at < 510


def test_who_waits_for_a_process_waits_for_real(ccc: ccc_mock.Fake) -> None:
    with ccc.virtual_time():
        process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(0.2)"])
        assert process.wait(timeout=30) == 0
    assert slept(ccc) == 0


def test_a_served_account_has_it_too_and_its_server_is_not_confused(on_a_socket: Any, now: float) -> None:
    def post() -> str:
        code: dict[str, Any] = requests.post(
            on_a_socket.url, data=BODY, headers=signed_headers(on_a_socket, on_a_socket.host)
        ).json()["Response"]
        return str(code.get("Error", {}).get("Code"))

    on_a_socket.clock.freeze_world(now)
    with on_a_socket.virtual_time():
        post()
        time.sleep(90)
        post()
    assert [call.at - now for call in on_a_socket.calls] == [0, 90]
