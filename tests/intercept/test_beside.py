"""Beside other libraries that stand in for the network, in one process, whichever was there first."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import freezegun
import httpx
import httpx2
import pytest
import pytest_socket
import requests
import requests_mock
import responses
import respx
import time_machine
import vcr
from requests.adapters import HTTPAdapter
from tencentcloud.ccc.v20200210.ccc_client_async import CccClient
from vcr.errors import CannotOverwriteExistingCassetteException

import ccc_mock
from ccc_mock import Fake
from sdk import a_call, client_of
from signing_by_hand import BODY, signed_headers

URL = "https://ccc.tencentcloudapi.com/"
OTHER = "https://other.test/"


@contextlib.contextmanager
def with_responses(_: Path) -> Iterator[None]:
    with responses.RequestsMock() as mocked:
        mocked.get(OTHER, body="other")
        yield
        assert requests.get(OTHER).text == "other"


@contextlib.contextmanager
def with_requests_mock(_: Path) -> Iterator[None]:
    with requests_mock.Mocker() as mocked:
        mocked.get(OTHER, text="other")
        yield
        assert requests.get(OTHER).text == "other"


@contextlib.contextmanager
def with_vcr(folder: Path) -> Iterator[None]:
    with vcr.use_cassette(str(folder / "cassette.yaml"), record_mode="none") as cassette:
        yield
        for get in (requests.get, httpx.get, httpx2.get):
            with pytest.raises(CannotOverwriteExistingCassetteException):
                get(OTHER)
    assert len(cassette) == 0


@contextlib.contextmanager
def with_respx(_: Path) -> Iterator[None]:
    with respx.mock() as mocked:
        mocked.get(OTHER).mock(return_value=httpx.Response(200, text="other"))
        yield
        assert httpx.get(OTHER).text == "other"


@contextlib.contextmanager
def with_pytest_socket(_: Path) -> Iterator[None]:
    pytest_socket.disable_socket(allow_unix_socket=True)
    try:
        yield
        with pytest.warns(UserWarning, match="tried to use"), pytest.raises(pytest_socket.SocketBlockedError):
            socket.socket()
    finally:
        pytest_socket.enable_socket()


@contextlib.contextmanager
def with_freezegun(_: Path) -> Iterator[None]:
    with freezegun.freeze_time("2001-02-03T04:05:06+00:00"):
        yield


@contextlib.contextmanager
def with_time_machine(_: Path) -> Iterator[None]:
    with time_machine.travel("2001-02-03T04:05:06+00:00", tick=False):
        yield


OTHERS = [
    with_responses, with_requests_mock, with_vcr, with_respx, with_pytest_socket, with_freezegun, with_time_machine,
]  # fmt: skip


@contextlib.contextmanager
def both(other: Callable[[Path], Any], order: str, folder: Path) -> Iterator[Fake]:
    if order == "inside":
        with ccc_mock.fake() as ccc, other(folder):
            yield ccc
    else:
        with other(folder), ccc_mock.fake() as ccc:
            yield ccc


async def by_the_asynchronous_sdk(ccc: Fake) -> str:
    async with client_of(ccc, CccClient) as client:
        session: str = (await client.CreateAIAgentCall(a_call())).SessionId
        return session


def by_httpx(lib: Any) -> Callable[[Fake], Any]:
    return lambda ccc: lib.post(URL, content=BODY, headers=signed_headers(ccc)).json()["Response"]["SessionId"]


CALLERS: dict[str, Callable[[Fake], Any]] = {
    "the SDK": lambda ccc: client_of(ccc).CreateAIAgentCall(a_call()).SessionId,
    "the asynchronous SDK": lambda ccc: asyncio.run(by_the_asynchronous_sdk(ccc)),
    "httpx": by_httpx(httpx),
    "httpx2": by_httpx(httpx2),
}
ORIGINALS = (HTTPAdapter.send, requests.Session.get_adapter, httpx.HTTPTransport.handle_request, socket.getaddrinfo)


@pytest.mark.parametrize("order", ["inside", "around it"])
@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("step", ["ok", "ok+delay(1ms)", "ok+chunked"])
@pytest.mark.parametrize("other", OTHERS, ids=lambda other: other.__name__.removeprefix("with_"))
def test_the_fake_answers_its_names_and_the_other_what_is_its_own(
    other: Any, step: str, caller: str, order: str, tmp_path: Path
) -> None:
    with both(other, order, tmp_path) as ccc:
        ccc.plan(step)
        assert CALLERS[caller](ccc)
    assert [call.ok for call in ccc.calls] == [True]
    assert (
        HTTPAdapter.send, requests.Session.get_adapter, httpx.HTTPTransport.handle_request, socket.getaddrinfo
    ) == ORIGINALS  # fmt: skip


def test_what_requests_mock_has_an_answer_to_is_its_own() -> None:
    with ccc_mock.fake() as ccc, requests_mock.Mocker() as mocked:
        mocked.post(URL, text="its own")
        assert requests.post(URL).text == "its own"
    assert ccc.calls == []


def test_without_a_fake_requests_mock_refuses_as_ever() -> None:
    with requests_mock.Mocker(), pytest.raises(requests_mock.NoMockAddress):
        requests.post(URL)
    with ccc_mock.fake(), requests_mock.Mocker(), pytest.raises(requests_mock.NoMockAddress):
        requests.post(OTHER)


def test_an_adapter_can_be_asked_for_its_settings_beside_responses() -> None:
    session = requests.Session()
    with ccc_mock.fake(), responses.RequestsMock():
        assert session.get_adapter(URL).max_retries.total == 0


def test_pytest_socket_may_put_everything_back_while_a_fake_is_active() -> None:
    with ccc_mock.fake() as ccc:
        pytest_socket.disable_socket()
        pytest_socket.enable_socket()
        socket.socket.connect = pytest_socket._true_connect  # type: ignore[method-assign]
        assert CALLERS["the SDK"](ccc)
    assert socket.getaddrinfo is ORIGINALS[3]


FIRST = {
    "responses": ("import responses", "responses.RequestsMock()"),
    "requests_mock": ("import requests_mock", "requests_mock.Mocker()"),
    "vcr": ("import vcr", "vcr.use_cassette('cassette.yaml', record_mode='none')"),
    "respx": ("import respx", "respx.mock()"),
    "freezegun": ("import freezegun", "freezegun.freeze_time('2001-02-03')"),
}


@pytest.mark.parametrize("other", FIRST)
def test_the_first_fake_of_a_process_may_begin_inside_of_the_other_s_block(other: str, tmp_path: Path) -> None:
    loaded, block = FIRST[other]
    program = f"""
import requests, httpx, httpx2, ccc_mock
{loaded}
with {block}, ccc_mock.fake() as ccc:
    for step in ("ok+chunked", "ok"):
        for send in (requests.post, httpx.post, httpx2.post):
            ccc.plan("action=*: " + step)
            assert "MissingParameter" in send("https://ccc.tencentcloudapi.com/").text
assert len(ccc.calls) == 6
"""
    subprocess.run([sys.executable, "-W", "error", "-c", program], check=True, cwd=tmp_path)


def test_a_first_fake_inside_of_what_nobody_knows_is_refused_with_what_to_do() -> None:
    program = """
import requests, socket, sys, ccc_mock
from unittest import mock
def send(*args, **kwargs): ...
with mock.patch("requests.adapters.HTTPAdapter.send", send):
    try:
        with ccc_mock.fake():
            raise AssertionError("it was entered")
    except RuntimeError as told:
        assert "__main__ has replaced HTTPAdapter.send: enter a fake first" in str(told), told
assert not any("ccc_mock" in type(finder).__module__ for finder in sys.meta_path)
assert socket.getaddrinfo.__module__ == "socket"
with ccc_mock.fake() as ccc:
    assert requests.post("https://ccc.tencentcloudapi.com/").ok
"""
    subprocess.run([sys.executable, "-W", "error", "-c", program], check=True)
