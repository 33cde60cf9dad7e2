"""HTTP as values: names without case, the first of equal lines, and no secrets in a repr."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ccc_contract.http import Headers, Request, Response

names = st.sampled_from([b"Host", b"host", b"HOST", b"X-Tc-Action", b"x-tc-action", b"1", b"x-\xc4", b"X-\xc4", b""])
lines = st.lists(st.tuples(names, st.binary(max_size=5)), max_size=6)


@given(lines)
@example([(b"host", b"1"), (b"host", b"2")])
@example([(b"HOST", b"1"), (b"host", b"2")])
@example([(b"host", b"1"), (b"Host", b"2")])
def test_the_first_line_of_a_name_counts_whatever_its_case(lines: list[tuple[bytes, bytes]]) -> None:
    headers = Headers(lines)
    for wanted in {name.lower() for name, _ in lines} | {b"absent"}:
        values = [value for name, value in lines if name.lower() == wanted]
        assert headers.get(wanted) == (values[0] if values else None)
        assert (wanted in headers) == bool(values)


@given(lines)
def test_lines_stay_as_they_came(lines: list[tuple[bytes, bytes]]) -> None:
    assert Headers(lines).lines == tuple(lines)
    assert len(Headers(lines)) == len(lines)


def test_headers_are_equal_when_their_lines_are() -> None:
    one, same, other = (Headers([(name, b"v")]) for name in (b"a", b"a", b"A"))
    assert one == same
    assert hash(one) == hash(same)
    assert one != other
    assert one != ((b"a", b"v"),)


def test_headers_may_be_read_from_any_iterable_once() -> None:
    assert Headers(line for line in [(b"A", b"1")]).get(b"a") == b"1"
    assert Headers().lines == ()


@pytest.mark.parametrize(
    ("value", "text"),
    [(b" \tzh-CN ", "zh-CN"), (b"", ""), ("未命名".encode(), "未命名"), (b"\xff", "\ufffd")],
    ids=["blanks", "empty", "UTF-8", "no UTF-8"],
)
def test_a_value_as_text_is_trimmed(value: bytes, text: str) -> None:
    assert Headers([(b"A", value)]).text(b"a", "default") == text


def test_a_header_that_is_not_there_has_the_default_text() -> None:
    assert (Headers().text(b"a"), Headers().text(b"a", "default")) == ("", "default")


def test_headers_of_text_are_sent_as_utf_8() -> None:
    assert Headers.of({"X-Name": "未"}).lines == ((b"X-Name", "未".encode()),)


def test_a_name_that_is_not_ascii_is_refused() -> None:
    with pytest.raises(UnicodeEncodeError):
        Headers.of({"näme": "1"})


def test_a_repr_shows_names_and_no_values() -> None:
    headers = Headers([(b"Authorization", b"canary"), (b"X-\xff", b"canary")])
    request = Request("POST", b"/" + b"p" * 200, b"canary=1", headers, b"canary")
    assert repr(headers) == "<Headers Authorization, X-\xff>"
    assert repr(request) == f"<Request POST {b'/' + b'p' * 79!r} 6 bytes>"


@pytest.mark.parametrize(
    ("path", "query", "target"),
    [(b"/", b"", b"/"), (b"/", b"A=1&B=?", b"/?A=1&B=?"), (b"http://h/", b"q", b"http://h/?q")],
)
def test_a_target_is_the_path_and_the_query(path: bytes, query: bytes, target: bytes) -> None:
    assert Request("GET", path, query, Headers(), b"").target == target


def test_a_post_from_text_goes_to_the_root_of_its_host() -> None:
    request = Request.post("h:1", {"X-Mine": "1"}, "未")
    assert (request.method, request.path, request.query, request.body) == ("POST", b"/", b"", "未".encode())
    assert request.headers.lines == ((b"host", b"h:1"), (b"X-Mine", b"1"))
    assert Request.post("h", {}, b"\xff").body == b"\xff"


def test_a_response_gives_headers_by_lower_case_name() -> None:
    response = Response(200, ((b"Content-Type", b"text/plain"), (b"Date", b"today")), b"\xffok")
    assert response.header == {b"content-type": b"text/plain", b"date": b"today"}
    assert response.text == "\ufffdok"
