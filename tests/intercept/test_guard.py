"""Nothing reaches the real service: from any thread, executor, callback or library a fake is met, or it raises."""

from __future__ import annotations

import asyncio
import concurrent.futures
import http.client
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import aiohttp
import anyio
import httpx
import pytest
import requests
import trio
import urllib3
import uvloop

import ccc_mock
from ccc_mock import Fake, NoFake
from signing_by_hand import BODY, signed_headers

HOST = "ccc.tencentcloudapi.com"
URL = f"https://{HOST}/"


@pytest.fixture(autouse=True)
def nobody_is_asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """What a guard lets through fails here, and not at a name server."""
    asked: list[Any] = []

    def refused(*args: Any, **_: Any) -> Any:
        asked.append(args)
        raise AssertionError(f"{args} went out")

    monkeypatch.setattr(socket, "getaddrinfo", refused)
    yield asked
    assert asked == []


def post(account: Fake | None = None) -> requests.Response:
    return requests.post(URL, data=BODY, headers={} if account is None else signed_headers(account))


async def by_aiohttp() -> None:
    async with aiohttp.ClientSession() as session:
        await session.post(URL)


async def by_streams() -> None:
    await asyncio.open_connection(HOST, 443)


def opened_through_a_proxy() -> None:
    connection = http.client.HTTPConnection("127.0.0.1", 9)
    connection.set_tunnel(HOST)


def asked_of_a_proxy() -> None:
    connection = http.client.HTTPConnection("127.0.0.1", 9)
    connection.putrequest("POST", f"http://{HOST}/")


def by_its_name_in_bytes() -> None:
    socket.getaddrinfo(b"CCC.ap-guangzhou.tencentcloudapi.com.", 443)


def by_a_socket() -> None:
    with socket.socket() as sock:
        sock.connect((HOST, 443))


def by_a_socket_that_tells_errors() -> None:
    with socket.socket() as sock:
        sock.connect_ex((HOST, 443))


ROADS: dict[str, Callable[[], Any]] = {
    "http.client through a proxy": opened_through_a_proxy,
    "http.client asking a proxy": asked_of_a_proxy,
    "urllib3": lambda: urllib3.PoolManager().request("POST", URL),
    "socket.create_connection": lambda: socket.create_connection((HOST, 443)),
    "socket.getaddrinfo": by_its_name_in_bytes,
    "socket.gethostbyname": lambda: socket.gethostbyname(HOST),
    "socket.gethostbyname_ex": lambda: socket.gethostbyname_ex(HOST),
    "socket.connect": by_a_socket,
    "socket.connect_ex": by_a_socket_that_tells_errors,
    "aiohttp": lambda: asyncio.run(by_aiohttp()),
    "aiohttp on uvloop": lambda: uvloop.run(by_aiohttp()),
    "asyncio": lambda: asyncio.run(by_streams()),
    "uvloop": lambda: uvloop.run(by_streams()),
    "trio": lambda: trio.run(trio.open_tcp_stream, HOST, 443),
    "anyio": lambda: anyio.run(anyio.connect_tcp, HOST, 443),
}


@pytest.mark.parametrize("road", ROADS)
@pytest.mark.parametrize("there", ["a fake", "a guard"])
def test_what_is_not_intercepted_is_stopped(road: str, there: str) -> None:
    with ccc_mock.fake() if there == "a fake" else ccc_mock.guard() as watching:  # type: ignore[attr-defined]
        with pytest.raises((NoFake, BaseExceptionGroup)) as raised:
            ROADS[road]()
        stopped: Any = raised.value
        while isinstance(stopped, BaseExceptionGroup):
            (stopped,) = stopped.exceptions
        assert isinstance(stopped, NoFake)
        assert "tencentcloudapi.com" in str(stopped)
        assert "`ccc_server`" in str(stopped)
        assert watching.refused
        assert "stopped" in watching.refused[0]


WATCHED: list[tuple[Any, str]] = [
    (socket, "getaddrinfo"), (socket, "gethostbyname"), (socket.socket, "connect"), (socket.socket, "connect_ex"),
    (uvloop.Loop, "getaddrinfo"), (http.client.HTTPConnection, "putrequest"), (aiohttp.BaseConnector, "connect"),
]  # fmt: skip


def test_outside_of_the_block_everything_is_as_it_was() -> None:
    before = [vars(owner).get(name) for owner, name in WATCHED]
    with ccc_mock.fake(), ccc_mock.guard():
        assert [vars(owner).get(name) for owner, name in WATCHED] != before
    assert [vars(owner).get(name) for owner, name in WATCHED] == before


@pytest.mark.parametrize("lib", [requests, httpx])
def test_a_guard_without_a_fake_refuses_what_is_intercepted(lib: Any) -> None:
    with ccc_mock.guard() as watched, pytest.raises(NoFake, match="no fake is active: use the fixture `ccc`"):
        lib.post(URL, headers={"x-tc-action": "CreateAIAgentCall"})
    (told,) = watched.refused
    assert told.startswith("CreateAIAgentCall was called at ccc.tencentcloudapi.com and stopped: no fake is active")


def test_inside_of_a_guard_a_fake_is_met() -> None:
    with ccc_mock.guard() as watched, ccc_mock.fake() as ccc:
        assert post(ccc).ok
    assert watched.refused == []


def test_other_names_are_looked_up(nobody_is_asked: list[Any]) -> None:
    with ccc_mock.guard(), pytest.raises(AssertionError, match="went out"):
        socket.getaddrinfo("example.test", 443)
    nobody_is_asked.clear()


def test_wrong_arguments_are_told_by_the_function_itself() -> None:
    with ccc_mock.guard(), socket.socket() as sock, pytest.raises(TypeError):
        sock.connect()  # type: ignore[call-arg]


def test_no_client_takes_it_for_a_failure_of_the_network() -> None:
    assert not issubclass(NoFake, Exception)


# --- which fake a call belongs to ------------------------------------------------------------------------------------


def in_a_thread(work: Callable[[], Any]) -> Any:
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()


async def through_run_in_executor(work: Callable[[], Any]) -> Any:
    return await asyncio.get_running_loop().run_in_executor(None, work)


ELSEWHERE: dict[str, Callable[[Callable[[], Any]], Any]] = {
    "executor": in_a_thread,
    "run_in_executor": lambda work: asyncio.run(through_run_in_executor(work)),
    "asyncio.to_thread": lambda work: asyncio.run(asyncio.to_thread(work)),  # type: ignore[arg-type]
    "trio.to_thread": lambda work: trio.run(trio.to_thread.run_sync, work),
    "uvloop's executor": lambda work: uvloop.run(through_run_in_executor(work)),
}
elsewhere = pytest.mark.parametrize("where", ELSEWHERE)


@elsewhere
def test_a_call_from_elsewhere_belongs_to_the_only_fake(where: str) -> None:
    with ccc_mock.fake() as ccc:
        assert ELSEWHERE[where](post).ok
    assert len(ccc.calls) == 1


@elsewhere
def test_with_several_it_belongs_to_the_one_whose_credential_signed_it(where: str) -> None:
    with ccc_mock.fake() as first, ccc_mock.fake() as second:
        assert ELSEWHERE[where](lambda: post(first)).ok
        assert ELSEWHERE[where](lambda: post(second)).ok
    assert (len(first.calls), len(second.calls)) == (1, 1)


def test_with_several_and_no_credential_of_theirs_it_raises() -> None:
    with ccc_mock.fake() as first, ccc_mock.fake() as second, pytest.raises(NoFake, match="2 fakes are active"):
        in_a_thread(post)
    assert first.calls == second.calls == []
    assert len(first.refused) == len(second.refused) == 1


def test_threads_have_fakes_of_their_own_at_the_same_time() -> None:
    together = threading.Barrier(4)

    def test_of_its_own() -> list[Any]:
        with ccc_mock.fake() as ccc:
            together.wait()
            for _ in range(20):
                requests.post(URL, data="{}")
            together.wait()
        return ccc.calls

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        tests = [pool.submit(test_of_its_own) for _ in range(4)]
        assert [len(each.result()) for each in tests] == [20] * 4


def test_tasks_have_fakes_of_their_own_at_the_same_time() -> None:
    async def task() -> int:
        async with ccc_mock.fake() as ccc, httpx.AsyncClient() as client:
            for _ in range(5):
                await client.post(URL)
                await asyncio.sleep(0)
            return len(ccc.calls)

    async def program() -> list[int]:
        return await asyncio.gather(*(task() for _ in range(5)))

    assert asyncio.run(program()) == [5] * 5


def outliving(work: Callable[[Fake], Any], copied: bool) -> Callable[[], Any]:
    """A thread that was started inside of a fake, and does its work once told so."""
    import contextvars

    told = threading.Event()
    pool = concurrent.futures.ThreadPoolExecutor(1)
    with ccc_mock.fake() as ccc:
        context = contextvars.copy_context() if copied else contextvars.Context()
        future = pool.submit(lambda: (told.wait(), context.run(work, ccc))[1])

    def go_on() -> Any:
        told.set()
        pool.shutdown()
        return future.result()

    return go_on


@pytest.mark.parametrize("copied", [True, False], ids=["with its context", "without a context"])
def test_a_thread_that_outlives_its_fake_does_not_reach_another_test_s(copied: bool) -> None:
    go_on = outliving(post, copied)
    with ccc_mock.fake() as next_test:
        with pytest.raises(NoFake, match="a fake that has ended: join the thread"):
            go_on()
        assert next_test.calls == []
        assert len(next_test.refused) == 1


@pytest.mark.parametrize("copied", [True, False], ids=["with its context", "without a context"])
def test_a_thread_that_outlives_its_fake_does_not_reach_the_service_of_a_guarded_run(copied: bool) -> None:
    go_on = outliving(post, copied)
    with ccc_mock.guard(), pytest.raises(NoFake):
        go_on()


def test_a_thread_s_refusal_is_told_to_the_test() -> None:
    def swallows_it() -> None:
        with pytest.raises(NoFake):
            socket.gethostbyname(HOST)

    with ccc_mock.fake() as ccc:
        thread = threading.Thread(target=swallows_it)
        thread.start()
        thread.join()
    (told,) = ccc.refused
    assert told.startswith("socket.gethostbyname was called for ccc.tencentcloudapi.com and stopped")


def test_a_client_made_outside_of_the_fake_meets_it() -> None:
    session, client = requests.Session(), httpx.Client()
    with ccc_mock.fake() as ccc:
        assert session.post(URL).ok
        assert client.post(URL).is_success
    client.close()
    assert len(ccc.calls) == 2
