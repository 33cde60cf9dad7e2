"""A request for each thing that may be odd about one, by the name under which it is seen."""

from __future__ import annotations

import wrong_signers as by
from by_hand import as_request
from ccc_contract.http import Headers, Request


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
