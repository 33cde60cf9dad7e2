"""httpx, httpx2 and the official asynchronous SDK meet the fake, and cannot tell it from a served one."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import h11
import httpx
import httpx2
import pytest
import trio
from tencentcloud.ccc.v20200210.ccc_client_async import CccClient
from tencentcloud.common.exception import TencentCloudSDKException

import ccc_mock
import outcomes
from ccc_mock import Fake
from ccc_mock.adapters import for_httpx
from ccc_mock.adapters.serving import ServedAccount
from ccc_mock.surface import AccountSurface
from fault_steps import PATIENCE, STEPS
from sdk import a_call, client_of
from signing_by_hand import BODY, signed_headers

HOST = "ccc.tencentcloudapi.com"
URL = f"http://{HOST}/"

LIBRARIES = [httpx, httpx2]
library = pytest.mark.parametrize("lib", LIBRARIES, ids=lambda lib: lib.__name__)


def post(lib: Any, account: AccountSurface, host: str = HOST, **settings: Any) -> Any:
    url = settings.pop("url", f"http://{host}/")
    given = {"content": BODY, "headers": signed_headers(account, host), **settings}
    with lib.Client(timeout=given.pop("timeout", PATIENCE), follow_redirects=True) as client:
        return client.post(url, **given)


async def apost(lib: Any, account: AccountSurface, host: str = HOST, **settings: Any) -> Any:
    url = settings.pop("url", f"http://{host}/")
    given = {"content": BODY, "headers": signed_headers(account, host), **settings}
    async with lib.AsyncClient(timeout=given.pop("timeout", PATIENCE), follow_redirects=True) as client:
        return await client.post(url, **given)


def in_asyncio(function: Callable[..., Awaitable[Any]]) -> Callable[..., Any]:
    return lambda *args, **settings: asyncio.run(function(*args, **settings))  # type: ignore[arg-type]


def in_trio(function: Callable[..., Awaitable[Any]]) -> Callable[..., Any]:
    async def run(args: Any, settings: Any) -> Any:
        return await function(*args, **settings)

    return lambda *args, **settings: trio.run(run, args, settings)


WAYS: dict[str, Callable[..., Any]] = {"sync": post, "asyncio": in_asyncio(apost), "trio": in_trio(apost)}
ways = pytest.mark.parametrize("way", WAYS)


@library
@pytest.mark.parametrize("way", ["sync", "asyncio"])
@pytest.mark.parametrize("step", STEPS)
def test_the_library_makes_of_a_fault_what_it_makes_of_it_on_a_socket(
    ccc: Fake, on_a_socket: ServedAccount, lib: Any, way: str, step: str
) -> None:
    seen = []
    for account, host in ((ccc, HOST), (on_a_socket, on_a_socket.host)):
        account.plan(step)
        seen.append(outcomes.of(lambda: WAYS[way](lib, account, host), outcomes.of_httpx, host))  # noqa: B023
    if step == "ok+delay(1ms)":  # the served one goes through uvicorn, which writes names of headers in lower case
        del seen[0][1]["headers"], seen[1][1]["headers"]
    assert seen[0] == seen[1]
    assert [call.verdict for call in ccc.calls] == [call.verdict for call in on_a_socket.calls]


@pytest.mark.parametrize("step", STEPS)
def test_the_asynchronous_sdk_makes_of_a_fault_what_it_makes_of_it_on_a_socket(
    ccc: Fake, on_a_socket: ServedAccount, step: str
) -> None:
    async def call(account: AccountSurface, endpoint: str) -> str:
        async with client_of(account, CccClient, endpoint=endpoint, protocol="http", timeout=PATIENCE) as client:
            answer: str = (await client.CreateAIAgentCall(a_call())).to_json_string()
            return answer

    seen = []
    for account, endpoint in ((ccc, HOST), (on_a_socket, on_a_socket.host)):
        account.plan(step)
        seen.append(outcomes.of(lambda: asyncio.run(call(account, endpoint)), str, endpoint))  # noqa: B023
    assert seen[0] == seen[1]


FAILING = {
    "ok+delay(900ms)": "ReadTimeout",
    "ok+stall(10 900ms)": "ReadTimeout",
    "ok+reset": "ReadError",
    "ok+reset(7)": "ReadError",
    "ok+close": "RemoteProtocolError",
    "ok+close(7)": "RemoteProtocolError",
}


@library
@ways
@pytest.mark.parametrize("step", FAILING)
def test_an_exception_is_the_caller_s_own_library_s(ccc: Fake, lib: Any, way: str, step: str) -> None:
    ccc.plan(step)
    with pytest.raises(getattr(lib, FAILING[step])) as raised:
        WAYS[way](lib, ccc)
    assert raised.value.request.url.host == HOST


@library
@ways
def test_a_delay_costs_no_time_and_fires_a_shorter_timeout(ccc: Fake, lib: Any, way: str) -> None:
    ccc.plan("ok+delay(1h)*")
    assert WAYS[way](lib, ccc, timeout=None).is_success
    assert WAYS[way](lib, ccc, timeout=lib.Timeout(0.001, read=7200)).is_success
    with pytest.raises(lib.ReadTimeout):
        WAYS[way](lib, ccc, timeout=3599)


@library
@ways
def test_the_short_way_and_the_long_one_bring_the_same(
    ccc: Fake, now: float, lib: Any, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = outcomes.of_httpx(WAYS[way](lib, ccc))
    ccc.account.reset()
    ccc.clock.freeze(now)
    monkeypatch.setattr(for_httpx.Taps, "_as_asked", lambda self, request: None)
    assert outcomes.of_httpx(WAYS[way](lib, ccc)) == short


async def pieces() -> Any:
    yield BODY[:9]
    yield BODY[9:]


SENT: dict[str, dict[str, Any]] = {
    "bytes": {},
    "text": {"content": BODY.decode()},
    "nothing": {"content": None},
    "a form": {"content": None, "data": {"Action": "x", "名": "值"}, "headers": {}},
    "no headers": {"headers": {}},
    "another port": {"url": f"http://{HOST}:8080/", "headers": {}},
    "a query": {"url": f"http://{HOST}/?Action=CreateAIAgentCall&名=1#fragment", "headers": {}},
    "another path": {"url": f"http://{HOST}/v2/%7Echeck", "headers": {}},
    "close": {"headers": {"connection": "close"}},
}


@library
@pytest.mark.parametrize("how", [*SENT, "in pieces"])
def test_the_request_is_what_it_is_on_the_wire(ccc: Fake, lib: Any, how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    for way in ("short", "long"):
        if way == "long":
            monkeypatch.setattr(for_httpx.Taps, "_as_asked", lambda self, request: None)
        WAYS["asyncio"](lib, ccc, **(SENT[how] if how in SENT else {"content": pieces()}))
        with ccc.account.lock:
            entry = ccc.account.journal.page().entries[-1]
        headers = [line for line in entry.headers if line[0] not in (b"authorization", b"x-tc-timestamp")]
        seen.append((entry.method, entry.path, entry.query, headers, entry.body))
    assert seen[0] == seen[1]


@library
@ways
@pytest.mark.parametrize("headers", [{"x-tc-action": "a\nb"}, {"x-tc-action": "a "}], ids=str)
def test_what_h11_refuses_is_refused_and_not_called(ccc: Fake, lib: Any, way: str, headers: dict[str, str]) -> None:
    with pytest.raises(lib.LocalProtocolError):
        WAYS[way](lib, ccc, headers=headers)
    assert ccc.calls == []


@library
def test_a_length_that_is_not_the_body_s_is_refused_and_not_called(ccc: Fake, lib: Any) -> None:
    with pytest.raises(h11.LocalProtocolError, match="Too much data"):  # which neither library takes for its own
        post(lib, ccc, headers={"content-length": "3"})
    assert ccc.calls == []


@library
@ways
@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("host", [HOST, "CCC.ap-guangzhou.TencentCloudAPI.com", "ccc.intl.tencentcloudapi.com:8443"])
def test_every_name_of_the_service_leads_to_the_fake(ccc: Fake, lib: Any, way: str, scheme: str, host: str) -> None:
    assert "SessionId" in WAYS[way](lib, ccc, host.lower(), url=f"{scheme}://{host}/").text


@library
@ways
def test_other_hosts_pass_untouched(ccc: Fake, on_a_socket: ServedAccount, lib: Any, way: str) -> None:
    assert WAYS[way](lib, on_a_socket, on_a_socket.host).is_success
    assert (len(ccc.calls), len(on_a_socket.calls)) == (0, 1)


@library
@ways
def test_a_transport_of_the_program_s_own_answers_itself(ccc: Fake, lib: Any, way: str) -> None:
    transport = lib.MockTransport(lambda request: lib.Response(418))
    if way == "sync":
        with lib.Client(transport=transport) as client:
            assert client.post(URL).status_code == 418
    else:

        async def call() -> int:
            async with lib.AsyncClient(transport=transport) as client:
                status: int = (await client.post(URL)).status_code
                return status

        assert (trio.run(call) if way == "trio" else asyncio.run(call())) == 418
    assert ccc.calls == []


@library
@ways
def test_what_the_fake_cannot_do_is_no_exception_of_the_library(ccc: Fake, lib: Any, way: str) -> None:
    body = b'{"SdkAppId": 1400000000}'
    with pytest.raises(ccc_mock.NotSupportedByFake, match="DescribeCallInMetrics"):
        WAYS[way](lib, ccc, headers=signed_headers(ccc, body=body, action="DescribeCallInMetrics"), content=body)


def test_the_asynchronous_sdk_talks_to_the_fake(ccc: Fake) -> None:
    ccc.plan("FailedOperation.CalleeIsBlackUser, ok")

    async def program() -> Any:
        async with client_of(ccc, CccClient) as client:
            with pytest.raises(TencentCloudSDKException, match="CalleeIsBlackUser"):
                await client.CreateAIAgentCall(a_call())
            return await client.CreateAIAgentCall(a_call())

    answer = asyncio.run(program())
    assert [call.verdict for call in ccc.calls] == ["FailedOperation.CalleeIsBlackUser", "ok"]
    assert ccc.calls[1].request_id == answer.RequestId


def test_calls_made_at_once_are_all_answered(ccc: Fake) -> None:
    ccc.plan("ok+stall(10 1s)*3")

    async def program() -> Any:
        async with client_of(ccc, CccClient) as client:
            return await asyncio.gather(*(client.CreateAIAgentCall(a_call(f"0086138{n:08}")) for n in range(20)))

    assert len({answer.SessionId for answer in asyncio.run(program())}) == 20
    assert len(ccc.ledger.calls()) == 20


def test_a_call_that_is_cancelled_before_it_is_made_is_not_made(ccc: Fake) -> None:
    async def program() -> None:
        with trio.CancelScope() as scope:
            scope.cancel()
            await apost(httpx, ccc)

    trio.run(program)
    assert ccc.calls == []


def test_a_late_answer_whose_body_is_streamed_is_delivered_with_its_last_byte(ccc: Fake) -> None:
    ccc.plan("ok+stall(10 1s)")
    with (
        httpx.Client() as client,
        client.stream("POST", URL, content=BODY, headers=signed_headers(ccc), timeout=2) as response,
    ):
        (call,) = ccc.ledger.calls()
        assert ccc.ledger.lost(call)
        response.read()
    assert not ccc.ledger.lost(call)


@pytest.mark.parametrize("name", ["httpx", "httpx2"])
def test_a_library_that_is_imported_later_is_met_too(name: str) -> None:
    program = f"""
import ccc_mock, sys
with ccc_mock.fake() as ccc:
    assert {name!r} not in sys.modules
    import {name} as lib
    assert lib.post("https://ccc.tencentcloudapi.com/").status_code == 200
    assert len(ccc.calls) == 1
assert lib.HTTPTransport.handle_request.__module__.startswith({name!r} + ".")
"""
    subprocess.run([sys.executable, "-W", "error", "-c", program], check=True)


def test_httpx2_under_the_name_of_httpx_is_met_once() -> None:
    program = """
import httpx2; httpx2.alias_httpx()
import httpx, ccc_mock
assert httpx is httpx2
with ccc_mock.fake() as ccc:
    assert httpx.post("https://ccc.tencentcloudapi.com/").status_code == 200
    assert len(ccc.calls) == 1
assert httpx2.HTTPTransport.handle_request.__module__.startswith("httpx2.")
"""
    subprocess.run([sys.executable, "-W", "error", "-c", program], check=True)
