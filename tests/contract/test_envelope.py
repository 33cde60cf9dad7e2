"""The envelope: its one shape, and what is not taken for one."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccc_contract.envelope import CONTENT_TYPE, NotAnEnvelope, decode, failure, success
from ccc_contract.errors import ApiError

ID = "c5e3a3ca-6b5f-4a3c-9d6e-2f0a1b2c3d4e"

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
results = st.dictionaries(texts.filter(lambda name: name not in ("RequestId", "Error")), values, max_size=4)


def test_a_success_is_the_fields_then_the_request_id_compactly() -> None:
    assert success({"SessionId": "s", "Total": 2, "Tags": ["未", None]}, ID) == (
        f'{{"Response":{{"SessionId":"s","Total":2,"Tags":["未",null],"RequestId":"{ID}"}}}}'.encode()
    )


def test_a_success_without_fields_has_its_request_id() -> None:
    assert success({}, ID) == f'{{"Response":{{"RequestId":"{ID}"}}}}'.encode()


def test_a_failure_is_the_error_then_the_request_id() -> None:
    body = failure(ApiError("InvalidAction", "没有 `x` \"'\\"), ID).decode()
    error = '{"Code":"InvalidAction","Message":"没有 `x` \\"\'\\\\"}'
    assert body == f'{{"Response":{{"Error":{error},"RequestId":"{ID}"}}}}'


# With a charset the official Python SDK takes an error for an empty success (sdk-captures-2026-11).
def test_the_content_type_has_no_charset() -> None:
    assert CONTENT_TYPE == b"application/json"


@given(results)
def test_what_is_encoded_is_decoded(result: dict[str, Any]) -> None:
    assert decode(success(result, ID)) == (result, ID)


@given(results)
def test_the_body_is_the_compact_json_of_the_envelope(result: dict[str, Any]) -> None:
    expected = json.dumps({"Response": {**result, "RequestId": ID}}, ensure_ascii=False, separators=(",", ":"))
    assert success(result, ID) == expected.encode()


@given(texts.filter(bool), texts)
def test_a_failure_is_decoded_as_the_error_that_it_is(code: str, message: str) -> None:
    with pytest.raises(ApiError) as caught:
        decode(failure(ApiError(code, message), ID))
    assert (caught.value.code, caught.value.message) == (code, message)


def test_a_lone_surrogate_that_a_client_sent_does_not_break_the_answer() -> None:
    body = failure(ApiError("UnknownParameter", "The parameter `\ud800` is not known."), ID)
    assert "`?`" in json.loads(body)["Response"]["Error"]["Message"]


def test_fields_beside_the_known_ones_are_kept() -> None:
    body = b'{"Response":{"DeprecatedWarning":"w","RequestId":"r","Error":null}}'
    assert decode(body)[0]["DeprecatedWarning"] == "w"


NO_ENVELOPES: dict[str, bytes] = {
    "nothing": b"",
    "text": b"OK",
    "HTML": b"<html><h1>502 Bad Gateway</h1></html>",
    "no UTF-8": b'{"Response":{"RequestId":"\xff"}}',
    "a byte order mark": b'\xef\xbb\xbf{"Response":{"RequestId":"r"}}',
    "cut short": b'{"Response":{"RequestId":"r"',
    "two values": b'{"Response":{"RequestId":"r"}}{}',
    "a list": b"[]",
    "a number": b"1",
    "a text": b'"Response"',
    "null": b"null",
    "no Response": b'{"RequestId":"r"}',
    "another case": b'{"response":{"RequestId":"r"}}',
    "Response null": b'{"Response":null}',
    "Response a text": b'{"Response":"RequestId"}',
    "Response a number": b'{"Response":5}',
    "Response a list": b'{"Response":[]}',
    "Response a list of pairs": b'{"Response":[["RequestId","r"]]}',
    "no RequestId": b'{"Response":{"SessionId":"s"}}',
    "RequestId null": b'{"Response":{"RequestId":null}}',
    "RequestId a number": b'{"Response":{"RequestId":5}}',
    "Error without RequestId": b'{"Response":{"Error":{"Code":"C","Message":"M"}}}',
    "Error with a RequestId that is a number": b'{"Response":{"Error":{"Code":"C","Message":"M"},"RequestId":5}}',
    "Error without Code": b'{"Response":{"Error":{"Message":"M"},"RequestId":"r"}}',
    "Error without Message": b'{"Response":{"Error":{"Code":"C"},"RequestId":"r"}}',
    "Error a text": b'{"Response":{"Error":"Code","RequestId":"r"}}',
    "Error a list": b'{"Response":{"Error":[],"RequestId":"r"}}',
    "NaN": b'{"Response":{"Score":NaN,"RequestId":"r"}}',
    "Infinity": b'{"Response":{"Score":-Infinity,"RequestId":"r"}}',
    "a depth beyond reason": b'{"Response":' + b"[" * 100_000,
    "a number beyond reason": b'{"Response":{"N":' + b"9" * 5_000 + b',"RequestId":"r"}}',
    "the body of API 2.0": b'{"code":4000,"codeDesc":"InvalidParameter","message":"m"}',
}


@pytest.mark.parametrize("case", NO_ENVELOPES)
def test_what_is_no_envelope_is_refused_with_a_short_sentence(case: str) -> None:
    body = NO_ENVELOPES[case]
    with pytest.raises(NotAnEnvelope, match=r"^expected .*, got ") as caught:
        decode(body)
    assert len(str(caught.value)) < 400


def test_the_refusal_says_what_came() -> None:
    with pytest.raises(NotAnEnvelope, match=re.escape("got 26 bytes that start with b'<html>")):
        decode(b"<html>502 Bad Gate..</html>"[:26])


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")], ids=str)
def test_a_number_that_json_lacks_is_not_encoded(number: float) -> None:
    with pytest.raises(ValueError, match="JSON"):
        success({"Score": number}, ID)


def test_an_error_reads_as_code_and_message() -> None:
    error = ApiError("InvalidAction", "There is no such action.")
    assert str(error) == "InvalidAction: There is no such action."
    assert error.args == ("InvalidAction", "There is no such action.")
