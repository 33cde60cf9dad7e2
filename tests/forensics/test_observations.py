"""What a request shows by itself, without a key: each oddity is seen, and a plain request has none."""

from __future__ import annotations

import pytest

import wrong_signers as by
from by_hand import SECRETS, as_request
from captures import TC3, captured
from ccc_contract.http import Headers, Request
from ccc_mock.forensics import diagnose
from ccc_mock.forensics.observations import ODDITIES
from ccc_mock.languages import CHINESE, ENGLISH
from drafts import as_request as as_sent
from older import SHA1, SHA256


def seen(request: Request) -> list[str]:
    return [each.name for each in diagnose(request).observations]


def plain() -> Request:
    return as_request(by.Signer().send())


def older() -> Request:
    return as_request(by.OlderSigner().send())


def with_header(request: Request, name: bytes, value: bytes) -> Request:
    kept = [line for line in request.headers.lines if line[0].lower() != name.lower()]
    return request._replace(headers=Headers([*kept, (name, value)]))


def without(request: Request, name: bytes) -> Request:
    return request._replace(headers=Headers(line for line in request.headers.lines if line[0].lower() != name))


def claiming(request: Request, before: bytes, after: bytes) -> Request:
    """With a change in its Authorization header."""
    value = request.headers.get(b"authorization") or b""
    assert before in value
    return with_header(request, b"Authorization", value.replace(before, after))


def with_query(request: Request, before: bytes, after: bytes) -> Request:
    assert before in request.query
    return request._replace(query=request.query.replace(before, after))


GET = as_request(type("Get", (by.Signer,), {"request": by.GET})().send())

SHOWN: list[tuple[str, Request]] = [
    ("authorization-unreadable", with_header(plain(), b"Authorization", b"Bearer x")),
    ("header-not-there", claiming(plain(), b"content-type;host", b"content-type;host;x-not-there")),
    ("header-not-signed", claiming(plain(), b"content-type;host", b"content-type")),
    ("header-twice", plain()._replace(headers=Headers([*plain().headers.lines, (b"host", b"x")]))),
    ("timestamp-in-milliseconds", with_header(plain(), b"X-TC-Timestamp", b"1795324613000")),
    ("timestamp-in-milliseconds", with_query(older(), b"Timestamp=1795324613", b"Timestamp=1795324613000")),
    ("timestamp-no-number", with_header(plain(), b"X-TC-Timestamp", b"1795324613.5")),
    ("date-not-utc", claiming(plain(), b"2026-11-22", b"2026-11-23")),
    ("service-not-the-host-s", claiming(plain(), b"/ccc/", b"/cvm/")),
    ("other-terminator", claiming(plain(), b"tc3_request", b"aws4_request")),
    ("form-of-signature", claiming(plain(), b"Signature=", b"Signature=0")),
    ("form-of-signature", with_query(older(), b"Signature=", b"Signature=0")),
    ("blank-in-secret-id", claiming(plain(), by.ID.encode(), by.ID.encode() + b" ")),
    ("proxy", with_header(plain(), b"Via", b"1.1 proxy")),
    ("content-type-capitals", with_header(plain(), b"Content-Type", b"application/json; charset=UTF-8")),
    ("no-content-type", without(plain(), b"content-type")),
    ("path", plain()._replace(path=b"/v1")),
    ("query-of-a-post", plain()._replace(query=b"a=1")),
    ("body-of-a-get", GET._replace(body=b"{}")),
    ("no-body", plain()._replace(body=b"")),
    ("end-of-body", plain()._replace(body=by.BODY + b"\n")),
    ("byte-order-mark", plain()._replace(body=b"\xef\xbb\xbf" + by.BODY)),
    ("length-of-body", with_header(plain(), b"Content-Length", b"1")),
    ("digest-of-body", with_header(plain(), b"X-TC-Content-SHA256", b"0" * 64)),
    ("large-body", plain()._replace(body=b'{"a": "' + b"x" * 10_000 + b'"}')),
    ("brackets", with_query(older(), b"Callers.0=", b"Callers[0]=")),
    ("blank-in-signature", with_query(older(), b"Signature=", b"Signature=+")),
    ("unknown-method", with_query(older(), b"Nonce=", b"SignatureMethod=HmacMD5&Nonce=")),
]


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
