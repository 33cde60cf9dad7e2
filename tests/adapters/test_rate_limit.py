"""Rate limits over sockets, as a process and under the official client."""

from __future__ import annotations

import socket
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from tencentcloud.ccc.v20200210 import ccc_client, models
from tencentcloud.common import credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.common.retry import StandardRetryer

from process import CCC_MOCK, Process, ccc_mock_without, serve
from wire import as_bytes, connect, exchange, read_answer, signed

OVER = "RequestLimitExceeded"
PARSERS = {"httptools": CCC_MOCK, "h11": ccc_mock_without("httptools")}
CONNECTIONS = 200


def now() -> str:
    return str(int(time.time()))


def codes(process: Process, count: int) -> list[str | None]:
    """What so many calls on one connection are answered."""
    request = process.request()
    with connect(process.host) as sock:
        return [_code(sock, request) for _ in range(count)]


def _code(sock: socket.socket, request: bytes) -> str | None:
    sock.sendall(request)
    return read_answer(sock, see_the_end=False).code


def at_once(process: Process, each: int) -> Counter[str | None]:
    """What is answered on 200 connections that are all open before the first one asks, `each` calls on each of them."""
    request, all_open = process.request(), Barrier(CONNECTIONS)

    def ask(_: int) -> list[str | None]:
        with connect(process.host, 30) as sock:
            all_open.wait(30)
            return [_code(sock, request) for _ in range(each)]

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        return Counter(code for told in pool.map(ask, range(CONNECTIONS)) for code in told)


def entries(process: Process) -> list[dict[str, Any]]:
    journal = process.control("GET", "/journal?limit=1000")
    assert journal["dropped"] == 0
    told: list[dict[str, Any]] = journal["entries"]
    return told


@pytest.fixture(params=PARSERS)
def program(request: pytest.FixtureRequest) -> Sequence[str]:
    return PARSERS[request.param]


def test_of_200_connections_in_a_second_exactly_twenty_calls_pass(program: Sequence[str]) -> None:
    with serve("--quiet", "--at", now(), program=program) as process:
        assert at_once(process, 2) == {None: 20, OVER: 380}
        process.control("PUT", "/clock", {"advance": 1})
        assert at_once(process, 1) == {None: 20, OVER: 180}


def test_of_200_connections_exactly_twenty_calls_of_each_second_pass_in_real_time(program: Sequence[str]) -> None:
    with serve("--quiet", program=program) as process:
        told = at_once(process, 5)
        came, passed = Counter[int](), Counter[int]()
        for entry in entries(process):
            came[int(entry["at"])] += 1
            passed[int(entry["at"])] += entry["verdict"] == "ok"
        assert came.total() == 5 * CONNECTIONS
        assert passed == {second: min(count, 20) for second, count in came.items()}
        assert told == {None: passed.total(), OVER: came.total() - passed.total()}


def test_a_window_ends_with_its_second_and_not_before() -> None:
    with serve("--quiet", "--at", now() + ".5") as process:
        assert codes(process, 20) == [None] * 20
        process.control("PUT", "/clock", {"advance": 0.25})
        assert codes(process, 1) == [OVER]
        process.control("PUT", "/clock", {"advance": 0.25})
        assert codes(process, 21) == [None] * 20 + [OVER]


def test_a_second_that_stands_still_is_told_of_on_the_line_and_in_the_journal() -> None:
    with serve("--at", now()) as process:
        codes(process, 21)
        *passed, refused = entries(process)
        lines = process.stop()
    assert {entry["hint"] for entry in passed} == {None}
    assert '{"advance": 1}' in refused["hint"]
    assert "--no-rate-limit" in refused["hint"]
    assert "advance" not in str(refused["reply"])
    assert [line["hint"] for line in lines[:21]] == [entry["hint"] for entry in (*passed, refused)]


def test_a_limit_is_a_flag_or_its_twin() -> None:
    at = now()
    for flags, twins in (
        (["--limit", "CreateAIAgentCall=1"], {}),
        ([], {"CCC_MOCK_LIMIT": "HangUpCall=9 CreateAIAgentCall=1"}),
    ):
        with serve("--at", at, *flags, **twins) as process:
            assert codes(process, 2) == [None, OVER]


@pytest.mark.parametrize(
    ("ceiling", "code"),
    [("account", f"{OVER}.UinLimitExceeded"), ("account-global", f"{OVER}.GlobalRegionUinLimitExceeded")],
)
def test_the_ceiling_of_an_account_is_a_flag(ceiling: str, code: str) -> None:
    flags = ("--credential", "a-id:a-key", "--credential", "b-id:b-key", "--limit", f"{ceiling}=2")
    with serve("--at", now(), *flags) as process:
        ids = ("a", "b", "b")
        requests = [as_bytes(signed(process.host, f"{name}-id", f"{name}-key")) for name in ids]
        assert [exchange(process.host, request).code for request in requests] == [None, None, code]


def test_the_ceiling_of_an_address_is_for_the_address_that_the_connection_comes_from() -> None:
    with serve("--host", "0.0.0.0", "--at", now(), "--limit", "ip=1") as process:
        port = int(process.host.rpartition(":")[2])
        told = []
        for address in ("127.0.0.1", "127.0.0.2", "127.0.0.2"):
            with socket.create_connection(("127.0.0.1", port), 5, source_address=(address, 0)) as sock:
                told.append(_code(sock, process.request()))
        assert told == [None, None, f"{OVER}.IPLimitExceeded"]


def test_nothing_is_limited_by_a_flag_or_its_twin() -> None:
    for flags, twins in ((["--no-rate-limit"], {}), ([], {"CCC_MOCK_RATE_LIMIT": "0"})):
        with serve("--at", now(), *flags, **twins) as process:
            assert codes(process, 25) == [None] * 25


# A fault of the official retryer (sdk-source): behind a failure it takes a success for another one.
def test_the_official_retryer_dials_on_behind_a_refusal_although_the_call_was_placed() -> None:
    with serve("--limit", "CreateAIAgentCall=1") as process:
        call = models.CreateAIAgentCallRequest()
        call.SdkAppId, call.AIAgentId, call.Callee = 1400000000, 15, "0086138"
        known = credential.Credential(process.hello["secret_id"], process.hello["secret_key"])
        http = HttpProfile(protocol="http", endpoint=process.host)
        process.control("PUT", "/clock", {"at": int(time.time())})
        client = ccc_client.CccClient(known, "", ClientProfile(httpProfile=http, language="en-US"))
        assert client.CreateAIAgentCall(call).SessionId
        with pytest.raises(TencentCloudSDKException) as caught:
            client.CreateAIAgentCall(call)
        assert caught.value.code == OVER
        process.control("PUT", "/clock", {"real": True})
        process.control("POST", "/plans", {"plan": OVER})
        patient = ClientProfile(httpProfile=http, retryer=StandardRetryer(max_attempts=3), language="en-US")
        with pytest.raises(TencentCloudSDKException) as caught:
            ccc_client.CccClient(known, "", patient).CreateAIAgentCall(call)
        assert caught.value.code == OVER
        assert process.control("GET", "/ledger")["count"] == 3  # one before, and two that nobody was told of
