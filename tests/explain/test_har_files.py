"""A HAR file is read entry by entry, and what it lacks is told."""

from __future__ import annotations

import base64
import contextlib
import json
from typing import Any

import pytest

from ccc_mock.explaining.forms import request_of
from ccc_mock.explaining.reading import Read, Unreadable

TEXT = '{"Callee": "0086", "Text": "中文"}'
SIGNED = [
    {"name": "Content-Type", "value": "application/json"},
    {"name": "Authorization", "value": "TC3-HMAC-SHA256 Credential=…"},
    {"name": "X-TC-Action", "value": "CreateAIAgentCall"},
]


def har_request(**changes: Any) -> dict[str, Any]:
    """One `request` as Chrome exports it over HTTP/2."""
    return {
        "method": "POST",
        "url": "https://ccc.tencentcloudapi.com/",
        "httpVersion": "http/2.0",
        "headers": [{"name": ":authority", "value": "ccc.tencentcloudapi.com"}, *SIGNED],
        "queryString": [],
        "cookies": [],
        "headersSize": -1,
        "bodySize": len(TEXT.encode()),
        "postData": {"mimeType": "application/json", "text": TEXT},
        **changes,
    }


def har(*requests: dict[str, Any]) -> bytes:
    entries = [{"startedDateTime": "2026-11-22T05:00:00Z", "request": each, "response": {}} for each in requests]
    log = {"version": "1.2", "creator": {"name": "test", "version": "1"}, "entries": entries}
    return json.dumps({"log": log}, indent=2).encode()


def read(text: bytes, entry: int | None = None) -> Read:
    form, read = request_of(text, entry=entry)
    assert form == "har"
    return read


ELSEWHERE = har_request(url="https://example.com/", headers=[])


@pytest.mark.parametrize(
    "text",
    [har(har_request()), json.dumps({"request": har_request()}).encode(), json.dumps(har_request()).encode(),
     json.dumps([{"request": har_request()}]).encode()],
    ids=["file", "entry", "request", "list of entries"],
)  # fmt: skip
def test_a_file_an_entry_and_a_request_are_read(text: bytes) -> None:
    got = read(text)
    assert (got.request.method, got.request.target, got.request.body) == ("POST", b"/", TEXT.encode())
    assert got.request.headers.lines[0] == (b"Host", b"ccc.tencentcloudapi.com")
    assert got.request.headers.get(b"content-type") == b"application/json"
    assert got.notes == ()


def test_the_url_gives_host_and_query() -> None:
    got = read(har(har_request(method="GET", url="http://127.0.0.1:8679/?A=%2f+1#x", headers=SIGNED))).request
    assert (got.headers.get(b"host"), got.path, got.query) == (b"127.0.0.1:8679", b"/", b"A=%2f+1")


def test_a_body_in_base64_is_its_bytes() -> None:
    raw = b"\x00\xff" + TEXT.encode()
    data = {"mimeType": "x", "text": base64.b64encode(raw).decode(), "encoding": "base64"}
    assert read(har(har_request(postData=data))).request.body == raw


def test_half_of_a_surrogate_pair_is_what_a_browser_sends_of_it() -> None:
    got = read(json.dumps(har_request(postData={"text": "a\ud83d \ud83d\ude00"})).encode())
    assert got.request.body == "a� \U0001f600".encode()


def test_parameters_without_text_are_put_together_and_told() -> None:
    data = {"mimeType": "x", "params": [{"name": "Action", "value": "a b"}, {"name": "Nonce", "value": "1"}]}
    got = read(har(har_request(postData=data)))
    assert (got.request.body, [each.name for each in got.notes]) == (b"Action=a+b&Nonce=1", ["from-params"])


def test_a_body_that_was_not_exported_is_told() -> None:
    headers = [*SIGNED, {"name": "content-length", "value": "70"}]
    got = read(har(har_request(postData=None, headers=headers)))
    assert [each.told("en-US").partition(",")[0] for each in got.notes] == ["Content-Length says 70 bytes"]


def test_of_several_entries_the_one_to_the_service_is_taken_with_its_line() -> None:
    text = har(ELSEWHERE, har_request(), ELSEWHERE)
    got = read(text)
    assert got.request.headers.get(b"host") == b"ccc.tencentcloudapi.com"
    assert [each.told("en-US") for each in got.notes] == ["of 3 requests, number 2 is the one to the service"]
    assert text.splitlines()[got.line - 1].strip() == b'"request": {'


def test_of_several_to_the_service_one_is_picked_by_its_number() -> None:
    text = har(har_request(), ELSEWHERE, har_request(method="GET", postData=None))
    with pytest.raises(Unreadable) as several:
        read(text)
    assert several.value.told("en-US").endswith("--entry N picks one: 1 CreateAIAgentCall, 3 CreateAIAgentCall")
    assert read(text, entry=3).request.method == "GET"
    assert read(text, entry=2).request.headers.get(b"host") == b"example.com"


def _broken(**changes: Any) -> bytes:
    return json.dumps(har_request(**changes)).encode()


UNREADABLE = {
    "broken": (b'{"log":\n {"entries": [}', 2, "breaks at column 15"),
    "deep": (b"[" * 200_000, 1, "nested too deeply"),
    "a long number": (b'{"a": ' + b"1" * 10_000 + b"}", 1, "number without end"),
    "no har": (b'{"a": 1}', 1, "the whole is none of them"),
    "no entries": (b'{"log": {"entries": []}}', 1, "it has none"),
    "an entry that is none": (b'[{"request": 1}]', 1, "0 is none of them"),
    "no method": (_broken(method=None), 1, "`.method`: expected a text"),
    "a method that is none": (_broken(method="P O"), 1, "`.method`: expected POST, GET"),
    "a url that is none": (_broken(url=1), 1, "`.url`: expected a text"),
    "headers": (_broken(headers={}), 1, "`.headers`: expected a list"),
    "a header": (_broken(headers=["a"]), 1, "`.headers.0`: expected {name, value}"),
    "a value": (_broken(headers=[{"name": "a", "value": 1}]), 1, "`.headers.0.value`: expected a text"),
    "a body": (_broken(postData={"text": 1}), 1, "`.postData.text`: expected a text"),
    "base64": (_broken(postData={"text": "!", "encoding": "base64"}), 1, "`.postData.text`: expected base64"),
    "none to the service": (har(ELSEWHERE, ELSEWHERE), 1, "there are 2 requests, and none is to the service"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_is_no_har_is_told_with_its_place(name: str) -> None:
    text, line, told = UNREADABLE[name]
    with pytest.raises(Unreadable) as refused:
        request_of(text)
    assert (refused.value.line, told in refused.value.told("en-US")) == (line, True), refused.value.told("en-US")


def test_an_entry_that_is_not_there_is_told() -> None:
    with pytest.raises(Unreadable) as refused:
        read(har(har_request()), entry=2)
    assert refused.value.told("en-US") == "there is no request 2; there are 1"


def test_bytes_that_are_no_utf_8_stay_as_they_are() -> None:
    text = _broken(postData={"text": "caf?"}).replace(b"?", b"\xe9")
    assert read(text).request.body == b"caf\xe9"


@pytest.mark.parametrize("piece", [b"[", b'{"request":{', b'"', b"\\", b'[{"request":{"method":"GET","url":"/"}},'])
def test_a_file_of_many_pieces_is_read_or_refused(piece: bytes) -> None:
    with contextlib.suppress(Unreadable):
        request_of(b"[" + piece * 100_000)
