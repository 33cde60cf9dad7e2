"""What came back is judged more strictly than official clients do: never a silent success."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccc_contract import Response, load_api
from ccc_contract.client.answers import judged
from ccc_contract.errors import ApiError, NotAnAnswer
from flowing import answer, response

API = load_api()
DIAL, READ = API.actions["CreateAIAgentCall"], API.actions["DescribeNumbers"]
JSON = "application/json"


def problem(came: Response, action: str = "CreateAIAgentCall", *, check: bool = True) -> str:
    with pytest.raises(NotAnAnswer) as caught:
        judged(API, API.actions[action], came, check=check)
    assert caught.value.answer is came
    return str(caught.value)


def test_a_success_is_its_fields_and_its_request_id() -> None:
    got = judged(API, DIAL, answer(SessionId="s"), check=True)
    assert (dict(got), got.request_id) == ({"SessionId": "s"}, "rid")


def test_an_answer_shows_its_names_and_no_values() -> None:
    assert repr(judged(API, DIAL, answer(SessionId="s"), check=True)) == "<Answer rid SessionId>"


@pytest.mark.parametrize("kind", [JSON, "application/json; charset=utf-8", "Application/JSON ;charset=GBK"])
def test_a_charset_makes_no_other_type(kind: str) -> None:
    assert judged(API, DIAL, answer(kind=kind, SessionId="s"), check=True)


@pytest.mark.parametrize("kind", ["text/html", "text/plain", "", "application/jsonp", "text/json"])
def test_another_type_is_no_answer(kind: str) -> None:
    assert "expected HTTP 200 and application/json, got 200" in problem(answer(kind=kind, SessionId="s"))


@pytest.mark.parametrize("status", [201, 204, 302, 400, 429, 500, 502])
def test_another_status_is_no_answer_even_around_an_envelope(status: int) -> None:
    assert f"got {status} and application/json" in problem(answer(status, SessionId="s"))


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{}", b"[]", b"null", b"{", b'{"Response":null}', b'{"Response":[]}', b'{"Response":{"SessionId":"s"}}',
        b'{"Response":{"SessionId":"s","RequestId":null}}', b'{"Response":{"SessionId":"s","RequestId":"r"}} ',
        b'{"SessionId":"s","RequestId":"r"}', b"\xff\xfe", b'{"Response":{"Error":{},"RequestId":"r"}}',
        b'{"Response":{"Error":{"Code":"","Message":""},"RequestId":"r"}}',
        b'{"Response":{"Error":{"Code":5,"Message":""},"RequestId":"r"}}', b"[" * 100_000,
        b'{"Response":{"SessionId":NaN,"RequestId":"r"}}', b'{"Response":{"RequestId":"r"},"Other":1}',
    ],
    ids=lambda body: repr(body[:40]),
)  # fmt: skip
def test_what_is_no_envelope_is_no_answer(body: bytes) -> None:
    if body.endswith(b"} "):  # a blank at the end is none of the things that make it another form
        assert judged(API, DIAL, response(body), check=True)
    else:
        problem(response(body))


@given(st.binary(max_size=300))
def test_whatever_bytes_come_they_are_judged(body: bytes) -> None:
    with pytest.raises((NotAnAnswer, ApiError)):
        judged(API, DIAL, response(body), check=True)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(values)
def test_whatever_a_success_carries_it_needs_a_session(result: Any) -> None:
    body = json.dumps({"Response": {"RequestId": "r", "Other": result}}).encode()
    with pytest.raises(NotAnAnswer, match="SessionId: missing"):
        judged(API, DIAL, response(body), check=True)


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("value", [None, "", 0])
@pytest.mark.parametrize(
    ("action", "name"),
    [
        ("CreateAIAgentCall", "SessionId"), ("CreateAICall", "SessionId"), ("CreateCallOutSession", "SessionId"),
        ("CreateIVRSession", "SessionId"), ("CreateAutoCalloutTask", "TaskId"),
        ("CreatePredictiveDialingCampaign", "CampaignId"), ("CreateAgentCruiseDialingCampaign", "CampaignId"),
    ],
)  # fmt: skip
def test_what_dials_names_what_it_began_whatever_is_switched_off(
    action: str, name: str, value: object, check: bool
) -> None:
    assert f"a success that is none (RequestId rid): {name}: missing" in problem(
        answer(**{name: value}), action, check=check
    )


def test_a_field_of_another_type_is_told_with_its_path() -> None:
    came = answer(TotalCount="0", Numbers=[{"Number": 5}])
    assert "TotalCount: type, expected uint64, got string; Numbers.0.Number: type" in problem(came, "DescribeNumbers")
    assert judged(API, READ, came, check=False)


def test_a_field_that_nobody_knows_yet_is_let_through() -> None:
    assert judged(API, DIAL, answer(SessionId="s", Brand={"new": 1}), check=True)["Brand"] == {"new": 1}


@pytest.mark.parametrize(
    "action", [action for action in API.actions.values() if not action.dials], ids=lambda a: a.name
)
def test_a_field_that_must_be_there_is_missed(action: Any) -> None:
    needed = [m.name for m in action.output.members.values() if m.output_required and not m.nullable]
    if not needed:
        assert judged(API, action, answer(), check=True)
    else:
        assert all(f"{name}: missing" in problem(answer(), action.name) for name in needed[:8])


def test_what_came_is_kept_whole_and_shown_only_as_a_start() -> None:
    came = response(b"callee 008613800000000 and more of it" + b"x" * 1000)
    assert "00138" not in problem(came)
    assert "0000000" not in problem(came)


def test_a_refusal_has_code_message_and_request_id() -> None:
    with pytest.raises(ApiError) as caught:
        judged(API, DIAL, answer(Error={"Code": "A.B", "Message": "m"}), check=True)
    assert (caught.value.code, caught.value.message, caught.value.request_id) == ("A.B", "m", "rid")


def test_what_a_plain_text_says_is_told() -> None:
    came = response(b"ccc-mock knows the parameters, but not\nwhat it does to 008613800000000.", 501, "text/plain")
    assert problem(came).endswith(": ccc-mock knows the parameters, but not what it does to 00…00.")


@pytest.mark.parametrize("body", [b"", b"\x1b[2J", b"\xff\xfe\x00"])
def test_a_text_that_could_move_a_cursor_is_not(body: bytes) -> None:
    assert problem(response(body, 501, "text/plain")).endswith(f"{len(body)} bytes")
