"""http.client and urllib meet a fake, and with them what asks for temporary keys."""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
from tencentcloud.ccc.v20200210 import ccc_client
from tencentcloud.common import credential

import ccc_mock
from ccc_mock import NoFake
from sdk import a_call
from signing_by_hand import BODY, signed_headers

HOST = "ccc.tencentcloudapi.com"


def by_urllib(ccc: ccc_mock.Fake, scheme: str = "https", timeout: float | None = None) -> dict[str, Any]:
    request = urllib.request.Request(f"{scheme}://{HOST}", BODY, signed_headers(ccc), method="POST")
    with urllib.request.urlopen(request, timeout=timeout) as answer:
        told: dict[str, Any] = json.load(answer)["Response"]
    return told


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_urllib_meets_a_fake(scheme: str) -> None:
    with ccc_mock.fake() as ccc:
        told = by_urllib(ccc, scheme)
    (call,) = ccc.calls
    assert call.result == told


def test_a_connection_is_kept_for_the_next_request() -> None:
    with ccc_mock.fake() as ccc:
        connection = http.client.HTTPSConnection(HOST)
        for _ in range(3):
            connection.request("POST", "/", BODY, signed_headers(ccc))
            answer = connection.getresponse()
            assert b"SessionId" in answer.read()
    assert len(ccc.ledger.calls()) == 3


FAULTS: dict[str, tuple[str, float | None, type[Exception]]] = {
    "a reset": ("ok+reset", None, ConnectionResetError),
    "a close": ("ok+close", None, http.client.RemoteDisconnected),
    "a body cut short": ("ok+close(20)@after", None, http.client.IncompleteRead),
    "an answer after the timeout": ("ok+delay(90s)", 30, TimeoutError),
    "a page of the gateway": ("ok+page(502)", None, urllib.error.HTTPError),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_the_exception_of_the_library(name: str) -> None:
    plan, timeout, expected = FAULTS[name]
    with ccc_mock.fake(plan=plan) as ccc, pytest.raises(Exception) as raised:  # noqa: PT011
        by_urllib(ccc, "http", timeout)
    reason = getattr(raised.value, "reason", None)  # urllib.error.URLError has it inside
    told = reason if isinstance(reason, Exception) else raised.value
    assert type(told) is expected
    if isinstance(told, urllib.error.HTTPError):
        told.close()


def test_a_delay_within_the_timeout_takes_no_time() -> None:
    with ccc_mock.fake(plan="ok+delay(90s)") as ccc:
        assert by_urllib(ccc, timeout=100)["SessionId"]


def test_a_guard_stops_it() -> None:
    with ccc_mock.guard() as watched, pytest.raises(NoFake, match="no fake is active"):
        urllib.request.urlopen(f"https://{HOST}")
    assert len(watched.refused) == 1


def test_the_connection_is_as_it_was_outside_of_the_block() -> None:
    before = [vars(each)["connect"] for each in (http.client.HTTPConnection, http.client.HTTPSConnection)]
    with ccc_mock.fake():
        pass
    assert [vars(each)["connect"] for each in (http.client.HTTPConnection, http.client.HTTPSConnection)] == before


# --- temporary keys, asked for as production code does ----------------------------------------------------------------

PROVIDERS: dict[str, Callable[[ccc_mock.Fake], Any]] = {
    "the role of a machine": lambda ccc: credential.CVMRoleCredential(),
    "a role that is assumed": lambda ccc: credential.STSAssumeRoleCredential(
        ccc.secret_id, ccc.secret_key, "qcs::cam::uin/100000000001:roleName/caller", "a-session"
    ),
}


@pytest.mark.parametrize("provider", PROVIDERS)
def test_production_code_that_asks_for_temporary_keys_runs_offline(provider: str) -> None:
    with ccc_mock.fake() as ccc:
        client = ccc_client.CccClient(PROVIDERS[provider](ccc), "")
        assert client.CreateAIAgentCall(a_call()).SessionId
    assert [call.verdict for call in ccc.calls][-1] == "ok"
    assert ccc.ledger.calls()[0].credential != ccc.secret_id
