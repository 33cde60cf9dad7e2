"""What a request shows by itself, without a key: each oddity is seen, and a plain request has none."""

from __future__ import annotations

import pytest

import wrong_signers as by
from by_hand import SECRETS
from captures import TC3, captured
from ccc_contract.http import Headers, Request
from ccc_mock.forensics import diagnose
from ccc_mock.forensics.observations import ODDITIES
from ccc_mock.languages import CHINESE, ENGLISH
from drafts import as_request as as_sent
from oddities import GET, SHOWN, claiming, older, plain, with_header
from older import SHA1, SHA256


def seen(request: Request) -> list[str]:
    return [each.name for each in diagnose(request).observations]


@pytest.mark.parametrize(("name", "request_"), SHOWN, ids=[name for name, _ in SHOWN])
def test_an_oddity_is_seen(name: str, request_: Request) -> None:
    assert name in seen(request_)
    for language in (ENGLISH, CHINESE):
        told = diagnose(request_).told(language)[1:]
        assert all("{" not in line.replace("{}", "") for line in told)


def test_every_oddity_has_its_request() -> None:
    assert {name for name, _ in SHOWN} == {oddity.name for oddity in ODDITIES}


@pytest.mark.parametrize("request_", [plain(), older(), GET], ids=["POST", "older", "GET"])
def test_a_plain_request_has_nothing_odd(request_: Request) -> None:
    assert seen(request_) == []


def test_what_official_clients_send_has_few_oddities() -> None:
    """Only what is odd indeed: Node.js and others sign for the first label of an endpoint, never of the real host."""
    odd = {name for capture in captured(TC3, SHA1, SHA256) for name in seen(as_sent(capture.pieces))}
    assert odd == set()


@pytest.mark.parametrize(
    "request_",
    [
        Request("GET", b"", b"", Headers(), b""),
        Request("POST", b"/", b"\xff\xfe=%zz&&&=", Headers([(b"authorization", b"\xff")]), b"\xff"),
        Request("POST", b"/", b"", Headers([(b"content-type", b"application/x-www-form-urlencoded")]), b"a=1&a=2"),
        Request("GET", b"/", b"&".join([b"a"] * 50_000), Headers(), b""),
        Request("POST", b"/", b"", Headers([(b"authorization", b"TC3-HMAC-SHA256 " * 50_000)]), b""),
        with_header(plain(), b"X-TC-Timestamp", b"9" * 20),
        with_header(plain(), b"X-TC-Timestamp", "\u0663".encode()),
        claiming(plain(), b"2026-11-22", b"0000-00-00"),
        claiming(plain(), by.ID.encode(), "\u674e".encode()),
    ],
    ids=range(9),
)
def test_whatever_is_sent_is_diagnosed_without_an_exception(request_: Request) -> None:
    assert diagnose(request_, SECRETS).told(ENGLISH)
