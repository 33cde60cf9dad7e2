"""What may go to a live target: judged on the very bytes, and rather held back than sent."""

from __future__ import annotations

import pytest
from hypothesis import given

from ccc_contract import load_api
from ccc_contract.http import Headers, Request
from ccc_contract.suite.draft import CALL, Draft
from ccc_contract.suite.drawing import READS, drafts
from ccc_contract.suite.harmless import HARMLESS, IMPOSSIBLE_APP, NOBODY, UNASSIGNABLE, why_it_could_harm
from ccc_contract.suite.service import Credential

API = load_api()
SOMEBODY = Credential("AKID-somebody-of-an-account", "a-key-of-somebody")
NOBODYS_CALL = {**CALL, "SdkAppId": IMPOSSIBLE_APP, "Callee": UNASSIGNABLE}


def harm(draft: Draft, credential: Credential = SOMEBODY) -> str:
    return why_it_could_harm(draft.request(credential, 1795324797, "ccc.tencentcloudapi.com"), API)


@given(drafts(actions=("CreateAIAgentCall", *READS), most=6))
def test_whatever_is_drawn_of_a_call_or_a_read_is_harmless(draft: Draft) -> None:
    assert harm(draft) == ""


@given(drafts())
def test_what_cannot_verify_may_ask_for_anything(draft: Draft) -> None:
    assert harm(draft, NOBODY) == ""


HARMFUL = {
    "a call": Draft(),
    "an app that could exist": Draft(params={**NOBODYS_CALL, "SdkAppId": 1400000001}),
    "an app that could exist, as text": Draft(params={**NOBODYS_CALL, "SdkAppId": " 1400000001 "}),
    "an app that could exist, as a float": Draft(params={**NOBODYS_CALL, "SdkAppId": 1400000001.0}),
    "an app under another spelling": Draft(params={**NOBODYS_CALL, "sdkappid ": 1400000001}),
    "a callee that could be assigned": Draft(params={**NOBODYS_CALL, "Callee": "008613700000000"}),
    "a callee with blanks between": Draft(params={**NOBODYS_CALL, "Callee": "0086 137 0000 0000"}),
    "a callee in other digits": Draft(params={**NOBODYS_CALL, "Callee": "１３７００００００００"}),
    "a short code": Draft(params={**NOBODYS_CALL, "Callee": "110"}),
    "a callee as a number": Draft(params={**NOBODYS_CALL, "Callee": 13700000000}),
    "a callee beside the callee": Draft(params={**NOBODYS_CALL, "callee": "13700000000"}),
    "a number anywhere": Draft(params={**NOBODYS_CALL, "Variables": [{"Key": "Callee", "Value": "13700000000"}]}),
    "a callee given twice": Draft(body=b'{"SdkAppId":1,"AIAgentId":15,"Callee":"000000000","Callee":"13700000000"}'),
    "no JSON": Draft(body=b'{"SdkAppId":1400000001,"Callee":"13700000000",}'),
    "a query beside the body": Draft(params=NOBODYS_CALL, query=b"Callee=13700000000&SdkAppId=1400000001"),
    "a write": Draft(action="DeleteStaff", params={"SdkAppId": IMPOSSIBLE_APP, "StaffList": ["a@b.c"]}),
    "a resumed campaign": Draft(action="ResumePredictiveDialingCampaign", params={"SdkAppId": 1, "CampaignId": 1}),
    "an action in other letters": Draft(action="createaiagentcall"),
    "a read of an app that could exist": Draft(action="DescribeNumbers", params={"SdkAppId": 1400000001}),
}


@pytest.mark.parametrize("method", ["POST", "GET"])
@pytest.mark.parametrize("scheme", ["TC3-HMAC-SHA256", "HmacSHA1"])
@pytest.mark.parametrize("name", HARMFUL)
def test_what_could_ring_or_change_something_is_held_back(name: str, scheme: str, method: str) -> None:
    draft = HARMFUL[name]
    if (draft.body or draft.query) and (scheme, method) != ("TC3-HMAC-SHA256", "POST"):
        pytest.skip("about a body of JSON")
    assert harm(draft.but(scheme=scheme, method=method)) != ""


def test_an_action_named_twice_is_held_back() -> None:
    request = Draft(action="DescribeNumbers", params={"SdkAppId": 1}).request(SOMEBODY, 0, "h")
    twice = Headers((*request.headers.lines, (b"x-tc-action", b"CreateAIAgentCall")))
    assert why_it_could_harm(request._replace(headers=twice), API) != ""


def test_what_stands_for_nobody_is_what_is_drawn() -> None:
    assert HARMLESS["SdkAppId"] == IMPOSSIBLE_APP
    assert HARMLESS["Callee"] == UNASSIGNABLE
    assert why_it_could_harm(Request("GET", b"/", b"", Headers(), b""), API) == ""
