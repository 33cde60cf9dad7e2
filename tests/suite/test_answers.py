"""What is judged of any answer: one table of answers that are wrong in one way each."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ccc_contract import Headers, Request, Response, load_api
from ccc_contract.suite.answers import JUDGEMENTS, TOLD_AS

API = load_api()
JSON_TYPE = ((b"content-type", b"application/json"),)
PARAMS = {"SdkAppId": 1400000001, "AIAgentId": 15, "Callee": "008613700000000"}
R = "00000000-0000-4000-8000-00000000000a"
DONE = {"SessionId": "s", "RequestId": R}


def request(params: Any = PARAMS) -> Request:
    body = params if isinstance(params, bytes) else json.dumps(params).encode()
    return Request("POST", b"/", b"", Headers(), body)


def answer(inside: Any = DONE, **changes: Any) -> Response:
    return Response(
        **{"status": 200, "headers": JSON_TYPE, "body": json.dumps({"Response": inside}).encode()} | changes
    )


def refusal(code: Any) -> Response:
    return answer({"Error": {"Code": code, "Message": "…"}, "RequestId": R})


def broken(came: Response, asked: Request | None = None, action: str = "CreateAIAgentCall") -> set[str]:
    asked = asked or request()
    return {name for name, judge in JUDGEMENTS.items() if judge(API, action, asked, came)}


@pytest.mark.parametrize(
    "came",
    [answer(), refusal("FailedOperation.CalleeIsBlackUser"), refusal("InternalError"), refusal("RequestLimitExceeded")],
)
def test_what_the_service_may_answer_is_not_complained_about(came: Response) -> None:
    assert broken(came) == set()


NOTHING_INSIDE = {"ccc_envelope", "ccc_request_id"}


@pytest.mark.parametrize(
    ("came", "names"),
    [
        (answer(status=500), {"ccc_http_200"}),
        (answer(headers=((b"content-type", b"application/json; charset=utf-8"),)), {"ccc_content_type"}),
        (answer(headers=()), {"ccc_content_type"}),
        (answer(headers=JSON_TYPE * 2), {"ccc_content_type"}),
        (answer(body=b""), NOTHING_INSIDE),
        (answer(body=b"\xff"), NOTHING_INSIDE),
        (answer(body=b"[" * 100_000), NOTHING_INSIDE),
        (answer(body=b'{"Response": NaN}'), NOTHING_INSIDE),
        (answer(body=b"[]"), NOTHING_INSIDE),
        (answer(None), NOTHING_INSIDE),
        (answer(body=json.dumps({"Response": {"RequestId": R}, "More": 1}).encode()), {"ccc_envelope"}),
        (answer({"SessionId": "s"}), {"ccc_request_id"}),
        (answer({**DONE, "RequestId": ""}), {"ccc_request_id"}),
        (answer({**DONE, "RequestId": 7}), {"ccc_request_id"}),
        (answer({**DONE, "RequestId": R.upper()}), {"ccc_request_id"}),
        (answer({**DONE, "RequestId": R.replace("-", "")}), {"ccc_request_id"}),
        (answer({**DONE, "Error": None}), {"ccc_envelope"}),
        (answer({**DONE, "Error": {"Code": "InternalError"}}), {"ccc_envelope"}),
        (refusal(7), {"ccc_envelope"}),
        (refusal(""), {"ccc_envelope"}),
        (answer({"Error": {"Code": "InternalError", "Message": ""}, "RequestId": R}), {"ccc_envelope"}),
        (answer({**DONE, "Error": {"Code": "InternalError", "Message": "…"}}), {"ccc_envelope"}),
        (refusal("FailedOperation.CurStatusNotAllowed"), {"ccc_declared_code"}),
        (refusal("Nonsense"), {"ccc_declared_code"}),
        (refusal("MissingParameter"), {"ccc_parameters"}),
        (refusal("UnknownParameter"), {"ccc_parameters"}),
    ],
)
def test_what_is_wrong_is_told_by_the_check_that_is_for_it(came: Response, names: set[str]) -> None:
    assert broken(came) == names


@pytest.mark.parametrize(
    "params",
    [{}, {**PARAMS, "SdkAppId": "1"}, {**PARAMS, "X": 1}, {**PARAMS, "AcquireTimeoutSecond": 6}, [], b"{", b""],
)
def test_parameters_that_are_none_are_not_to_be_taken(params: Any) -> None:
    assert broken(answer(), request(params)) == {"ccc_parameters"}
    assert broken(refusal("InternalError"), request(params)) == set()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"Callee": None}, "MissingParameter"),
        ({"X": 1}, "UnknownParameter"),
        ({"SdkAppId": "1"}, "InvalidParameter"),
        ({"AcquireTimeoutSecond": 6}, "InvalidParameterValue"),
    ],
)
def test_what_is_wrong_in_one_way_has_one_code(changes: dict[str, Any], code: str) -> None:
    asked = request({**PARAMS, **changes})
    told = {each for each in TOLD_AS.values() if not broken(refusal(each), asked)}
    assert told == {code}
    assert broken(refusal("FailedOperation"), asked) == set()
    assert broken(refusal("UnknownParameter"), request({"X": 1})) == set()


def test_a_list_of_codes_that_is_another_actions_says_nothing() -> None:
    assert broken(refusal("FailedOperation.Anything"), request({"SdkAppId": 1}), "DescribeNumbers") == set()
