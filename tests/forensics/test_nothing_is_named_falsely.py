"""What official clients sent, with something changed in it: what is named reproduces the signature, or nothing is."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

import oracle
from captures import TC3, Captured, captured
from ccc_contract.http import Headers, Request
from ccc_mock.forensics import Secret, diagnose
from drafts import as_request
from older import SHA1, SHA256

CAPTURES = captured(TC3, SHA1, SHA256)
# Their difference lies in the key, or in what is made of the signature; the others leave both by the rule.
BY_OTHER_KEYS = {
    "secret-blank", "secret-cut", "id-for-key", "other-key", "key-prefix", "key-with-prefix", "key-order", "key-steps",
    "key-as-text", "hmac-swapped", "upper-case-hex", "base64-for-hex", "hex-for-base64", "signature-badly-encoded",
    "other-digest", "local-date", "form-of-date", "other-service", "other-terminator",
}  # fmt: skip


def secret_of(capture: Captured) -> Secret:
    return Secret(capture.known["secret_id"], capture.known["secret_key"])


def signature_of(request: Request) -> bytes:
    authorization = request.headers.get(b"authorization")
    return b"" if authorization is None else authorization.rpartition(b"Signature=")[2]


def test_what_an_official_client_signed_fits() -> None:
    for capture in CAPTURES:
        assert diagnose(as_request(capture.pieces), [secret_of(capture)]).fits, capture.name


@settings(max_examples=40)
@given(capture=st.sampled_from(captured(TC3)), place=st.integers(0, 63), digit=st.integers(1, 15))
def test_a_changed_signature_is_explained_by_nothing(capture: Captured, place: int, digit: int) -> None:
    request = as_request(capture.pieces)
    signature = signature_of(request).decode()
    other = f"{(int(signature[place], 16) + digit) % 16:x}"
    changed = with_signature(request, signature[:place] + other + signature[place + 1 :])
    diagnosis = diagnose(changed, [secret_of(capture)])
    assert (diagnosis.found, diagnosis.fits, diagnosis.theirs) == ((), False, None)


def with_signature(request: Request, signature: str) -> Request:
    before, _, _ = (request.headers.get(b"authorization") or b"").rpartition(b"Signature=")
    lines = [line for line in request.headers.lines if line[0].lower() != b"authorization"]
    return request._replace(headers=Headers([*lines, (b"Authorization", before + b"Signature=" + signature.encode())]))


@st.composite
def corrupted(draw: st.DrawFn) -> tuple[Captured, Request]:
    """A capture with one piece of it changed: a byte of the body or of the query, or the value of a header."""
    capture = draw(st.sampled_from(CAPTURES))
    request = as_request(capture.pieces)
    kind = draw(st.sampled_from(["body", "query", "header", "method", "behind"]))
    if kind == "body" and request.body:
        return capture, request._replace(body=_with_a_byte(draw, request.body))
    if kind == "query" and request.query:
        return capture, request._replace(query=_with_a_byte(draw, request.query))
    if kind == "method":
        return capture, request._replace(method="GET" if request.method == "POST" else "POST")
    if kind == "behind":
        return capture, request._replace(body=request.body + draw(st.sampled_from([b"\n", b" ", b"\r\n", b"x"])))
    lines = list(request.headers.lines)
    place = draw(st.integers(0, len(lines) - 1))
    value = draw(st.sampled_from([b"", b"x", b"application/json; charset=utf-8", b"localhost", lines[place][1] + b"1"]))
    lines[place] = (lines[place][0], value)
    return capture, request._replace(headers=Headers(lines))


def _with_a_byte(draw: st.DrawFn, text: bytes) -> bytes:
    place = draw(st.integers(0, len(text) - 1))
    return text[:place] + bytes([draw(st.integers(0, 255))]) + text[place + 1 :]


@settings(max_examples=80)
@given(corrupted())
def test_what_is_named_reproduces_the_client_s_signature(drawn: tuple[Captured, Request]) -> None:
    capture, request = drawn
    diagnosis = diagnose(request, [secret_of(capture)])
    if not diagnosis.found:
        assert (diagnosis.theirs is None) == (not diagnosis.fits)
        return
    assert diagnosis.theirs is not None
    names = {made.name for made in diagnosis.found}
    if names & BY_OTHER_KEYS:
        return  # so are they made by hand, and named, in test_mistakes.py
    assert by_hand(capture, request, diagnosis.theirs.string_to_sign) in (signature_of(request), None)


def by_hand(capture: Captured, request: Request, string_to_sign: bytes) -> bytes | None:
    """The signature of that text by the rule, with nothing of ours; None in the older scheme."""
    if not signature_of(request):
        return None
    claim: Any = oracle.tolerant_claim(request.headers.get(b"authorization") or b"")
    key = b"TC3" + capture.known["secret_key"].encode()
    stamp = int(string_to_sign.split(b"\n")[1])
    for part in (oracle.utc_date(stamp), claim.service, "tc3_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return hmac.new(key, string_to_sign, hashlib.sha256).hexdigest().encode()


def test_php_s_lists_are_named() -> None:
    """Recorded of PHP's client (sdk-captures-2026-11): it signs the word Array, and sends brackets."""
    from by_hand import SECRETS, as_request, names
    from wrong_signers import Php

    assert names(diagnose(as_request(Php().send()), SECRETS)) == ["arrays-the-php-way"]
