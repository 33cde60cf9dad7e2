"""The user's own canonical request and string to sign: where they begin to differ, and by which mistake."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import oracle
from captures import TC3, Captured, captured
from ccc_contract.http import Headers, Request
from ccc_contract.reading import load_api
from ccc_mock.explaining import raw
from ccc_mock.explaining.comparing import escaped, first_difference, masked
from ccc_mock.explaining.intermediates import Compared, Sides, belong_together
from ccc_mock.forensics.diagnosis import Secret
from ccc_mock.redaction import Redaction

REDACTION = Redaction(load_api())
ALL = [each for each in captured(TC3) if each.known["expected"] == "valid" and each.known["canonical_request"]]
POST = next(each for each in ALL if each.name == "python__tc3_post__http_prod")


def request_of(capture: Captured) -> Request:
    pieces = capture.pieces
    return Request(pieces.method, pieces.path, pieces.query, Headers(pieces.headers), pieces.body)


def sides(capture: Captured = POST, secret: Secret | None = None) -> Sides:
    return Sides(request_of(capture), REDACTION, secret)


def canonical(capture: Captured = POST) -> bytes:
    return capture.recorded.canonical_request


def string(capture: Captured = POST) -> bytes:
    return capture.recorded.string_to_sign


def key_of(capture: Captured) -> Secret:
    return Secret(capture.known["secret_id"], capture.known["secret_key"])


# --- what is the same -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("capture", ALL, ids=lambda capture: capture.name)
def test_what_official_clients_computed_is_ours(capture: Captured) -> None:
    compared = sides(capture).canonical(canonical(capture))
    assert (compared.difference, compared.made, compared.remarks) == (None, (), ())
    against = sides(capture, key_of(capture)).string(string(capture), canonical(capture))
    assert against is not None
    assert (against.difference, [each.name for each in against.remarks]) == (None, ["string-signed"])
    alone = sides(capture).string(string(capture))
    assert alone is not None
    assert (alone.difference, alone.remarks) == (None, ())


# --- where they begin to differ ---------------------------------------------------------------------------------------


@given(st.binary(max_size=80), st.binary(max_size=80))
def test_the_first_byte_that_differs_is_the_first(one: bytes, other: bytes) -> None:
    found = first_difference(one, other, REDACTION)
    if one == other:
        assert found is None
        return
    assert found is not None
    at = found.offset
    assert one[:at] == other[:at]
    assert one[at : at + 1] != other[at : at + 1]
    assert found.line == one[:at].count(b"\n") + 1
    assert found.column == len(one[:at].split(b"\n")[-1]) + 1


def test_both_sides_are_shown_with_the_byte_in_brackets() -> None:
    theirs = canonical().replace(b"application/json", b"application/json; charset=utf-8")
    difference = sides().canonical(theirs).difference
    assert difference is not None
    assert (difference.line, difference.column) == (4, 30)
    assert difference.ours.endswith(r"application/json[\n]host:ccc.tencentcloudapi…")
    assert difference.theirs.endswith(r"application/json[;] charset=utf-8\nhost:ccc.…")


def test_bytes_are_shown_escaped() -> None:
    assert escaped("a\n\r\t\\中\x00".encode()) == r"a\n\r\t\\\xe4\xb8\xad\x00"
    found = first_difference(b"a", b"ab", REDACTION)
    assert found is not None
    assert (found.ours, found.theirs) == ("a[end]", "a[b]")


def test_secrets_are_not_shown() -> None:
    lines = b'GET\n/\nA=1&Password=hush&SecretId=AKIDx\nx-tc-token:abc=hush&d\nhost:h\n\nhost\n{"a":"hush"}'
    assert b"hush" not in masked(lines, REDACTION)
    assert b"AKIDx" not in masked(lines, REDACTION)
    assert len(masked(lines, REDACTION)) == len(lines)
    older = b"POST127.0.0.1:80/?Action=a&Staffs.0.Password=hush&Token=hush"
    assert masked(older, REDACTION) == b"POST127.0.0.1:80/?Action=a&Staffs.0.Password=****&Token=****"
    found = first_difference(b"x-tc-token:hush1", b"x-tc-token:hush2", REDACTION)
    assert found is not None
    assert (found.ours, found.theirs) == ("x-tc-token:****[*]", "x-tc-token:****[*]")


def test_of_a_line_that_nobody_would_sign_only_the_beginning_is_looked_at() -> None:
    line = b"A=1&" * 1_000_000 + b"Password=hush"
    assert masked(line, REDACTION) == line[: 1024 * 1024] + b"*" * (len(line) - 1024 * 1024)


def test_a_long_text_is_compared_and_not_named() -> None:
    compared = sides().canonical(canonical().replace(b"POST", b"post") + b"x" * 20_000)
    assert (names(compared), compared.is_ours) == ([], False)
    against = sides().string(string() + b"x" * 20_000)
    assert against is not None
    assert (names(against), against.is_ours) == ([], False)


def test_what_official_clients_sign_is_shown_as_it_is() -> None:
    for capture in ALL:
        assert masked(canonical(capture), REDACTION) == canonical(capture)


# --- by which mistake -------------------------------------------------------------------------------------------------

MISTAKEN = {
    "charset": (lambda text: text.replace(b"/json\n", b"/json; charset=utf-8\n"), ["content-type-charset"]),
    "no empty line": (lambda text: text.replace(b"\n\ncontent-type;", b"\ncontent-type;"), ["no-empty-line"]),
    "crlf": (lambda text: text.replace(b"\n", b"\r\n"), ["crlf"]),
    "method": (lambda text: text.replace(b"POST\n", b"post\n"), ["method-case"]),
    "upper-case digest": (lambda text: text[:-64] + text[-64:].upper(), ["upper-case-hex"]),
    "two of them": (
        lambda text: text.replace(b"POST\n", b"post\n").replace(b"/json\n", b"/json; charset=utf-8\n"),
        ["method-case", "content-type-charset"],
    ),
    "nothing known": (lambda text: text.replace(b"host:ccc.", b"host:xyz."), []),
}


def names(compared: Compared) -> list[str]:
    return [each.name for each in compared.made]


@pytest.mark.parametrize("name", MISTAKEN)
def test_a_known_mistake_is_named_without_a_key(name: str) -> None:
    mistake, made = MISTAKEN[name]
    compared = sides().canonical(mistake(canonical()))
    assert not compared.is_ours
    assert sorted(names(compared)) == sorted(made)


def test_a_mistake_with_the_string_is_named() -> None:
    lines = string().split(b"\n")
    local = b"\n".join([lines[0], lines[1], b"2026-11-23/ccc/tc3_request", lines[3]])
    compared = sides().string(local)
    assert compared is not None
    assert names(compared) == ["local-date"]
    assert compared.difference is not None
    assert (compared.difference.line, compared.difference.column) == (3, 10)


def test_the_string_is_compared_with_what_the_users_own_canonical_request_gives() -> None:
    """One mistake, told once: behind a canonical request that differs its hash must differ, too."""
    theirs = canonical().replace(b"/json\n", b"/json; charset=utf-8\n")
    their_string = string()[:-64] + hashlib.sha256(theirs).hexdigest().encode()
    compared = sides().string(their_string, theirs)
    assert compared is not None
    assert compared.difference is None
    alone = sides().string(their_string)
    assert alone is not None
    assert not alone.is_ours


# --- what a file does to a text ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\n\n"])
def test_a_line_feed_at_the_end_may_be_the_files(end: bytes) -> None:
    for compared in (sides().canonical(canonical() + end), sides().string(string() + end)):
        assert compared is not None
        assert compared.is_ours
        assert compared.difference is not None
        assert [each.name for each in compared.remarks] == ["file-line-feed"]


def test_a_text_as_a_debugger_shows_it_is_told() -> None:
    compared = sides().canonical(canonical().replace(b"\n", rb"\n"))
    assert "file-escaped" in [each.name for each in compared.remarks]


def test_the_hash_in_the_string_belongs_to_the_canonical_request_or_not() -> None:
    def found(text: bytes, other: bytes) -> list[str]:
        return [each.name for each in belong_together(text, other)]

    assert found(canonical(), string()) == []
    assert found(canonical() + b"\n", string() + b"\n") == []
    assert found(canonical(), string()[:-64] + string()[-64:].upper()) == []
    assert found(canonical().replace(b"POST", b"post"), string()) == ["hash-of-another"]
    with_end = string()[:-64] + hashlib.sha256(canonical() + b"\n").hexdigest().encode()
    assert found(canonical() + b"\n", with_end) == ["hash-with-line-feed"]


# --- with the key -----------------------------------------------------------------------------------------------------


def test_the_users_string_tells_whether_the_key_is_right() -> None:
    """The signature is made here by hand: over a string with a mistake in it, and with a wrong key."""
    mistaken = string().replace(b"/ccc/", b"/cvm/")
    for secret_key, name in (("right", "string-signed"), ("wrong", "string-not-signed")):
        key = b"TC3" + secret_key.encode()
        for step in (POST.known["scope_date"], "ccc", "tc3_request"):
            key = hmac.digest(key, step.encode(), "sha256")
        signature = hmac.digest(key, mistaken, "sha256").hex()
        lines = [
            (name_, value.replace(POST.known["signature"].encode(), signature.encode()))
            for name_, value in POST.pieces.headers
        ]
        request = request_of(POST)._replace(headers=Headers(lines))
        compared = Sides(request, REDACTION, Secret(POST.known["secret_id"], "right")).string(mistaken + b"\n")
        assert compared is not None
        assert [each.name for each in compared.remarks] == [name]


def test_a_key_that_is_derived_for_the_scope_in_the_string_is_right() -> None:
    """Whoever takes the local date takes it for the key, too: the key is not what is wrong."""
    mistaken = string().replace(b"2026-11-22/", b"2026-11-23/")
    key = b"TC3right"
    for step in ("2026-11-23", "ccc", "tc3_request"):
        key = hmac.digest(key, step.encode(), "sha256")
    signature = hmac.digest(key, mistaken, "sha256").hex().encode()
    lines = [(name, value.replace(POST.known["signature"].encode(), signature)) for name, value in POST.pieces.headers]
    request = request_of(POST)._replace(headers=Headers(lines))
    compared = Sides(request, REDACTION, Secret(POST.known["secret_id"], "right")).string(mistaken)
    assert compared is not None
    assert [each.name for each in compared.remarks] == ["string-signed"]


@pytest.mark.parametrize("capture", captured("HmacSHA1", "HmacSHA256")[::7], ids=lambda capture: capture.name)
def test_the_older_scheme_has_a_string_to_sign_only(capture: Captured) -> None:
    theirs = capture.known["string_to_sign"].encode()
    compared = sides(capture, key_of(capture)).string(theirs)
    assert compared is not None
    assert [each.name for each in compared.remarks] == ["string-signed"]


# --- hostile ----------------------------------------------------------------------------------------------------------


@settings(max_examples=20)
@given(st.binary(max_size=200), st.binary(max_size=200))
def test_any_bytes_can_be_compared(theirs: bytes, other: bytes) -> None:
    assert sides().canonical(theirs).of == "canonical_request"
    assert sides().string(other, theirs) is not None


@pytest.mark.parametrize("stamp", [b"", b"x", b"9" * 30])
def test_without_a_timestamp_there_is_no_string(stamp: bytes) -> None:
    lines = [(name, stamp if name.lower() == b"x-tc-timestamp" else value) for name, value in POST.pieces.headers]
    found = Sides(request_of(POST)._replace(headers=Headers(lines)), REDACTION)
    assert found.string(b"x") is None
    assert found.canonical(canonical()).difference is None


def test_without_a_claim_the_headers_that_must_be_signed_are_taken() -> None:
    request = raw.message(b"POST / HTTP/1.1\nHost: h\nContent-Type: a/b\nAuthorization: x\n\n").request
    expected = oracle.steps(
        oracle.Pieces("POST", b"/", request.headers.lines, b""), "k", stamp="1", date="1970-01-01", service="ccc"
    )
    assert Sides(request, REDACTION).canonical(expected.canonical_request).difference is None
