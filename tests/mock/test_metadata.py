"""The metadata of a machine: the name of its role, and the role's keys."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from ccc_contract.http import Headers, Request
from ccc_mock import Credential, Endpoint, NotSupportedByFake
from ccc_mock.auth import AUTHS
from ccc_mock.metadata import DURATION_SECONDS, RENEWED_SECONDS, ROLE
from drafts import NOW, Draft

HOST = "metadata.tencentyun.com"
BELOW = "/latest/meta-data/cam/security-credentials"


def get(path: str = f"{BELOW}/", host: str = HOST, method: str = "GET", **headers: str) -> Request:
    return Request(method, path.encode(), b"", Headers.of({"host": host, **headers}), b"")


def keys(endpoint: Endpoint, role: str = ROLE) -> dict[str, Any]:
    reply = endpoint.handle(get(f"{BELOW}/{role}"))
    assert reply.status == 200
    found: dict[str, Any] = json.loads(reply.body)
    return found


def call(endpoint: Endpoint, given: dict[str, Any]) -> str:
    credential = Credential(given["TmpSecretId"], given["TmpSecretKey"], given["Token"])
    now = endpoint.accounts.default.clock.signing()
    headers = {"x-tc-token": given["Token"], "x-tc-timestamp": str(int(now))}
    return endpoint.exchange(Draft().by(credential).with_headers(headers).request()).verdict


@pytest.mark.parametrize("path", [f"{BELOW}/", BELOW, "/meta-data/cam/security-credentials/"])
def test_a_machine_has_a_role(endpoint: Endpoint, path: str) -> None:
    reply = endpoint.handle(get(path))
    assert (reply.status, reply.body) == (200, ROLE.encode())


def test_the_roles_keys_open_the_default_account(endpoint: Endpoint) -> None:
    given = keys(endpoint)
    assert list(given) == ["TmpSecretId", "TmpSecretKey", "ExpiredTime", "Expiration", "Token", "Code"]
    assert (given["Code"], given["ExpiredTime"], given["Expiration"]) == (
        "Success", NOW + DURATION_SECONDS, "2026-11-22T07:16:53Z")  # fmt: skip
    assert call(endpoint, given) == "ok"
    assert endpoint.journal()[-1]["verified"] is True


@pytest.mark.parametrize("role", ["another-role", "TCB_QcsRole", "a", "a" * 128])
def test_every_name_is_a_role(endpoint: Endpoint, role: str) -> None:
    assert keys(endpoint, role) == keys(endpoint)


@pytest.mark.parametrize("host", ["127.0.0.1:8679", "METADATA.tencentyun.com:80"])
def test_it_answers_under_the_fakes_own_address_too(endpoint: Endpoint, host: str) -> None:
    assert endpoint.handle(get(host=host)).body == ROLE.encode()


def test_the_keys_stay_until_they_near_their_end(endpoint: Endpoint) -> None:
    clock, first = endpoint.accounts.default.clock, keys(endpoint)
    clock.advance(DURATION_SECONDS - RENEWED_SECONDS - 1)
    assert keys(endpoint) == first
    clock.advance(1)
    second = keys(endpoint)
    assert second["TmpSecretId"] != first["TmpSecretId"]
    assert call(endpoint, first) == call(endpoint, second) == "ok"
    clock.advance(RENEWED_SECONDS)
    assert (call(endpoint, first), call(endpoint, second)) == ("AuthFailure.TokenFailure", "ok")


def test_a_clock_that_goes_back_brings_other_keys(endpoint: Endpoint) -> None:
    endpoint.accounts.default.clock.advance(1000)
    later = keys(endpoint)
    endpoint.accounts.default.reset()
    assert keys(endpoint)["ExpiredTime"] == NOW + DURATION_SECONDS < later["ExpiredTime"]


@pytest.mark.parametrize("auth", AUTHS)
def test_nobody_signs_what_is_asked_here(auth: Any) -> None:
    endpoint = Endpoint(auth=auth)
    endpoint.handle(get())
    (entry,) = endpoint.journal()
    assert (entry["verdict"], entry["stage"], entry["check"]) == ("ok", "metadata", "role")
    assert entry["verified"] is False
    assert entry["request"]["path"] == f"{BELOW}/"


def test_a_secret_id_beside_it_counts_for_nothing(endpoint: Endpoint) -> None:
    grant = endpoint.accounts.make()
    claim = f"TC3-HMAC-SHA256 Credential={grant.credential.secret_id}/"
    endpoint.handle(get(f"{BELOW}/{ROLE}", authorization=claim))
    assert len(grant.account.journal) == len(grant.account.minted) == 0
    assert len(endpoint.accounts.default.minted) == 1


def test_the_journal_has_no_key(endpoint: Endpoint) -> None:
    given, told = keys(endpoint), json.dumps(endpoint.journal())
    assert given["TmpSecretKey"] not in told
    assert given["Token"] not in told


ELSEWHERE = {
    "nothing": get("/"),
    "the region": get("/latest/meta-data/placement/region"),
    "below a role": get(f"{BELOW}/a/b"),
    "a role with a blank": get(f"{BELOW}/a%20b"),
    "a long role": get(f"{BELOW}/{'a' * 129}"),
    "up and down": get(f"{BELOW}/../../"),
    "in capitals": get(BELOW.upper()),
    "posted": get(method="POST"),
    "of another method": get(method="X" * 1000),
    "no text": Request("GET", b"/latest/meta-data/\xff", b"", Headers.of({"host": HOST}), b""),
}


@pytest.mark.parametrize("name", ELSEWHERE)
def test_what_else_a_machine_knows_the_fake_does_not(endpoint: Endpoint, name: str) -> None:
    with pytest.raises(NotSupportedByFake, match="only GET /latest/meta-data/cam/security-credentials/"):
        endpoint.handle(ELSEWHERE[name])
    (entry,) = endpoint.journal()
    assert (entry["verdict"], entry["reply"]["status"]) == ("not-supported", 501)


@pytest.fixture
def _hasty_threads() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("_hasty_threads")
def test_who_asks_at_once_gets_the_same_keys(endpoint: Endpoint) -> None:
    begin = threading.Barrier(8)

    def ask() -> str:
        begin.wait(10)
        return str(keys(endpoint)["TmpSecretId"])

    with ThreadPoolExecutor(8) as pool:
        assert len({job.result() for job in [pool.submit(ask) for _ in range(8)]}) == 1
    assert len(endpoint.accounts.default.minted) == 1
