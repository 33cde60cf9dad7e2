"""A raw request is read as it was on the wire, and what copying does to one is told."""

from __future__ import annotations

import contextlib

import pytest

from captures import FIXTURES
from ccc_contract.http import Request
from ccc_mock.explaining.forms import request_of
from ccc_mock.explaining.reading import MAX_BYTES, Read, Unreadable

CAPTURES = sorted((FIXTURES / "sdk").glob("*.http"))

REQUEST = (
    b"POST / HTTP/1.1\r\nHost: ccc.tencentcloudapi.com\r\nContent-Type: application/json\r\n"
    b"Content-Length: 13\r\nX-TC-Region:\r\nx-a:  b \t\r\n\r\n" + b'{"Callee": 1}'
)


def read(text: bytes) -> Read:
    form, read = request_of(text)
    assert form == "raw"
    return read


def names(read: Read) -> list[str]:
    return [each.name for each in read.notes]


@pytest.mark.parametrize("file", CAPTURES, ids=lambda path: path.stem)
def test_every_captured_request_is_read_to_the_byte(file) -> None:
    raw = file.read_bytes()
    got = read(raw)
    head, _, body = raw.partition(b"\r\n\r\n")
    first, *lines = head.split(b"\r\n")
    assert got.request.body == body
    assert [b": ".join(line) for line in got.request.headers.lines] == [
        b": ".join(map(bytes.strip, line.split(b":", 1))) for line in lines
    ]
    target = first.split(b" ")[1].removeprefix(b"http://" + (got.request.headers.get(b"host") or b""))
    assert (got.request.path, got.request.query) == tuple(target.partition(b"?")[::2])
    assert (names(got), got.otherwise) == ([], ())


def test_line_feeds_do_for_line_ends() -> None:
    assert read(REQUEST.replace(b"\r\n", b"\n")).request == read(REQUEST).request


def test_values_are_taken_without_the_blanks_around_them() -> None:
    headers = read(REQUEST).request.headers
    assert (headers.get(b"x-tc-region"), headers.get(b"x-a")) == (b"", b"b")


def test_the_version_of_http_may_be_missing() -> None:
    assert read(REQUEST.replace(b" HTTP/1.1", b"")).request == read(REQUEST).request


@pytest.mark.parametrize("before", [b"\r\n", b"\n\n", b"  \n"])
def test_empty_lines_may_stand_before_it(before: bytes) -> None:
    got = read(before + REQUEST)
    assert got.request == read(REQUEST).request
    assert got.line == before.count(b"\n") + 1


def test_an_absolute_target_gives_path_query_and_where_it_is_missing_the_host() -> None:
    absolute = REQUEST.replace(b"POST / ", b"POST http://ccc.tencentcloudapi.com:80/?A=1 ")
    got = read(absolute.replace(b"Host: ccc.tencentcloudapi.com\r\n", b"")).request
    assert (got.path, got.query, got.headers.get(b"host")) == (b"/", b"A=1", b"ccc.tencentcloudapi.com")
    assert read(absolute).request.headers.get(b"host") == b"ccc.tencentcloudapi.com"


def test_http_2_gives_the_host_as_authority() -> None:
    got = read(b"POST / HTTP/2\n:authority: ccc.tencentcloudapi.com\n:method: POST\ncontent-type: a/b\n\n")
    assert got.request.headers.lines == ((b"Host", b"ccc.tencentcloudapi.com"), (b"content-type", b"a/b"))
    assert names(got) == ["host-of-target"]


# --- the body ---------------------------------------------------------------------------------------------------------


def test_content_length_says_where_the_body_ends() -> None:
    assert read(REQUEST + b"\n").request.body == b'{"Callee": 1}'
    assert names(read(REQUEST + b"\n")) == []
    more = read(REQUEST + b"\n### next\n")
    assert (more.request.body, names(more)) == (b'{"Callee": 1}', ["beyond-length"])


def test_a_body_that_lost_something_is_told() -> None:
    got = read(REQUEST[:-1])
    assert (got.request.body, names(got)) == (b'{"Callee": 1', ["short-body"])
    assert "13 bytes, and 12 are here" in got.notes[0].told("en-US")


def test_line_ends_that_copying_changed_are_put_back_where_the_length_proves_it() -> None:
    wire = b'POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\n{\r\n"A":1\r\n}'
    got = read(wire.replace(b"\r\n", b"\n"))
    assert (got.request.body, names(got)) == (b'{\r\n"A":1\r\n}', ["crlf-body"])


def test_without_a_length_the_last_line_feed_may_be_an_editors() -> None:
    got = read(b"POST / HTTP/1.1\nHost: h\n\n{}\n")
    ((otherwise, note),) = got.otherwise
    assert (got.request.body, names(got)) == (b"{}\n", ["last-line-feed"])
    assert (otherwise.body, note.name) == (b"{}", "without-line-feed")


def test_what_has_no_body_has_none() -> None:
    got = read(b"GET /?A=1 HTTP/1.1\nHost: h\n\n\n\n")
    assert (got.request.body, got.otherwise, names(got)) == (b"", (), [])


@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
def test_chunks_are_joined(end: bytes) -> None:
    chunks = b'4;x=y\r\n{"A"\r\n3\r\n:1}\r\n0\r\n\r\n'.replace(b"\r\n", end)
    got = read(b"POST / HTTP/1.1\nHost: h\nTransfer-Encoding: chunked\n\n" + chunks)
    assert (got.request.body, names(got)) == (b'{"A":1}', ["chunked"])


@pytest.mark.parametrize("body", [b"{}", b"9\r\n{}\r\n", b"2\r\n{}\r\n", b"FFFFFFFF\r\n{}"])
def test_what_is_in_no_chunks_is_taken_as_it_stands(body: bytes) -> None:
    got = read(b"POST / HTTP/1.1\nHost: h\nTransfer-Encoding: chunked\n\n" + body)
    assert (got.request.body, names(got)) == (body, ["not-chunked"])


def test_bytes_stay_bytes() -> None:
    odd = b"POST /?a=\xff HTTP/1.1\nHost: h\xe9\nX-A: \x00\x01\nContent-Length: 4\n\n\x00\xff\r\n"
    got = read(odd).request
    assert (got.query, got.body) == (b"a=\xff", b"\x00\xff\r\n")
    assert got.headers.lines[:2] == ((b"Host", b"h\xe9"), (b"X-A", b"\x00\x01"))


def test_a_value_that_was_wrapped_is_put_together() -> None:
    got = read(b"GET / HTTP/1.1\nAuthorization: TC3-HMAC-SHA256\n  Credential=a,\n\tSignature=b\nHost: h\n\n")
    assert got.request.headers.get(b"authorization") == b"TC3-HMAC-SHA256 Credential=a, Signature=b"
    assert names(got) == ["unfolded"]


# --- how a file may be written ----------------------------------------------------------------------------------------


def test_a_byte_order_mark_and_utf_16_are_read() -> None:
    text = REQUEST.decode()
    for encoded, note in ((text.encode("utf-8-sig"), "bom"), (text.encode("utf-16"), "utf-16")):
        got = read(encoded)
        assert (got.request, names(got)) == (read(REQUEST).request, [note])


# --- what cannot be read ----------------------------------------------------------------------------------------------

UNREADABLE = {
    b"": (1, "expected a request, got nothing"),
    b" \r\n\n": (1, "expected a request, got nothing"),
    b"hello": (1, "expected a raw HTTP request"),
    b"\x00\xff": (1, "expected a raw HTTP request"),
    b"HTTP/1.1 200 OK\r\n\r\n{}": (1, "this is an answer"),
    b"* Trying\n> POST / HTTP/1.1\n> Host: h\n>\n": (1, "what `curl -v` prints"),
    b"\nPOST / with blanks HTTP/1.1\nHost: h\n\n": (2, "expected a request line"),
    b"POST / HTTP/1.1\nHost: h\nsignature-without-a-colon\n\n": (3, "got 25 bytes that are neither"),
    b"POST / HTTP/1.1\nHost : h\n\n": (2, "got 8 bytes that are neither"),
    b"POST / HTTP/1.1\n: h\n\n": (2, "expected `Name: value`"),
    b"POST / HTTP/1.1\n folded\n\n": (2, "expected `Name: value`"),
    b"POST / HTTP/1.1\n" + b"a: b\n" * 1001: (1002, "more than 1000 lines"),
    b"\nPOST / HTTP/1.1\na: " + b"b" * 300_000: (2, "at most 262144 bytes of headers"),
    b"GET / " + b"A" * MAX_BYTES: (1, "expected at most"),
}


@pytest.mark.parametrize("text", UNREADABLE, ids=lambda text: repr(text[:30]))
def test_what_is_no_request_is_told_with_its_line_and_without_its_content(text: bytes) -> None:
    line, told = UNREADABLE[text]
    with pytest.raises(Unreadable) as refused:
        request_of(text)
    assert refused.value.line == line
    assert told in refused.value.told("en-US")
    assert "signature-without" not in refused.value.told("en-US")


@pytest.mark.parametrize("piece", [b"\n", b"a\n", b"a: b\n", b": \n", b" x\n", b"A", b"\r", b"\x00", b"0\n", b"1\na\n"])
def test_a_request_of_many_pieces_is_read_or_refused(piece: bytes) -> None:
    text = b"POST / HTTP/1.1\nHost: h\n" + piece * 100_000
    with contextlib.suppress(Unreadable):
        assert request_of(text)[1].request.method == "POST"


def test_a_request_shows_no_secret_in_its_repr() -> None:
    got = read(b"POST / HTTP/1.1\nHost: h\nX-TC-Token: very-secret\n\n")
    assert "very-secret" not in repr(got)
    assert isinstance(got.request, Request)
