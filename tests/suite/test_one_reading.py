"""What could be read in two ways, by a service or by one that is careless, does not go to a live target."""

from __future__ import annotations

from pathlib import Path

import pytest

from ccc_contract import load_api
from ccc_contract.client.credentials import Credential
from ccc_contract.http import Headers, Request
from ccc_contract.strict import decode
from ccc_contract.suite.calls import Allowed, OwnCalls
from ccc_contract.suite.draft import CALL, Draft
from ccc_contract.suite.harmless import IMPOSSIBLE_APP, NOBODY, UNASSIGNABLE, why_it_could_harm
from ccc_contract.suite.reply import Unreachable
from ccc_contract.suite.target import Own

API = load_api()
SOMEBODY = Credential("AKID-somebody-of-an-account", "a-key-of-somebody")
HOST = "ccc.tencentcloudapi.com"
HARMLESS_CALL = {**CALL, "SdkAppId": IMPOSSIBLE_APP, "Callee": UNASSIGNABLE}
READ = Draft(action="DescribeNumbers", params={"SdkAppId": IMPOSSIBLE_APP})
OLDER_CALL = Draft(scheme="HmacSHA1", method="GET")


def signed(draft: Draft, credential: Credential = SOMEBODY) -> Request:
    return draft.request(credential, 1795324797, HOST)


def with_line(request: Request, name: bytes, value: bytes) -> Request:
    return request._replace(headers=Headers(((name, value), *request.headers.lines)))


CLAIM = b"TC3-HMAC-SHA256 Credential=" + NOBODY.secret_id.encode() + b"/x"

TWO_READINGS = {
    "names twice, the harmless ones last": signed(
        Draft(body=b'{"SdkAppId":1400000001,"SdkAppId":1,"Callee":"13700000000","Callee":"0000000000000"}')
    ),
    "nobody's Authorization before somebody's": with_line(signed(Draft()), b"Authorization", CLAIM),
    "nobody's Authorization before a call of an older scheme": with_line(signed(OLDER_CALL), b"Authorization", CLAIM),
    "two Credentials in one": with_line(signed(OLDER_CALL), b"Authorization", CLAIM + b", Credential=AKID-other/x"),
    "a read with the query of a call": signed(READ.but(method="GET"))._replace(
        query=signed(OLDER_CALL).query.replace(b"SdkAppId=1400000001", b"SdkAppId=1")
    ),
    "a body behind a query": signed(READ.but(method="GET"))._replace(body=b'{"SdkAppId":1400000001}'),
    "a length that is not the body's": with_line(signed(READ), b"Content-Length", b"0"),
    "a length of its own, signed by nobody": with_line(signed(Draft(), NOBODY), b"Transfer-Encoding", b"chunked"),
    "another path": signed(READ)._replace(path=b"/v2"),
    "a host twice": with_line(signed(READ), b"Host", b"cvm.tencentcloudapi.com"),
}


@pytest.mark.parametrize("name", TWO_READINGS)
def test_what_has_two_readings_is_held_back(name: str) -> None:
    assert why_it_could_harm(TWO_READINGS[name], API) != ""


def call(**params: object) -> Draft:
    return Draft(params={**HARMLESS_CALL, **params})


CARELESS = {
    "digits above the line": call(Callee="¹³⁷⁰⁰⁰⁰⁰⁰⁰⁰"),
    "an emergency number in circles": call(Callee="①①⓪"),
    "an address of SIP": call(Callee="sip:alice@example.com"),
    "a callee in wide letters": Draft(params={**HARMLESS_CALL, "Ｃallee": 8613700000000}),
    "a number under a name that is not declared": call(Phone=8613700000000),
    "an app in wide letters": Draft(params={**HARMLESS_CALL, "ＳdkAppId": 1400000001}),
    "an app with a low line": call(sdk_app_id=1400000001),
    "an app with an exponent": call(SdkAppId="14e8"),
    "an app with zeros behind its point": call(SdkAppId="1400000001.00000"),
    "an app in hexadecimal": call(SdkAppId="0x53724e01"),
    "an app that is left of 64 bits": call(SdkAppId=2**64 + 1400000001),
    "a write in small letters": Draft(action="deletestaff", params={"StaffList": ["a"]}),
    "an action that nobody knows": Draft(action="PurgeEverything", params={}),
    "a write among the parameters of no action": Draft(params={"Action": "DeleteStaff"}, common={"Action": None}),
    "a call among the parameters of a read": READ.with_params(Action="CreateAIAgentCall", Callee="13700000000"),
}


@pytest.mark.parametrize("name", CARELESS)
def test_a_careless_reader_has_nothing_to_misread(name: str) -> None:
    assert why_it_could_harm(signed(CARELESS[name]), API) != ""


@pytest.mark.parametrize(
    "draft",
    [call(), READ, READ.but(method="GET"), READ.but(action="DescribeNothingOfThis"), READ.with_params(Unheard="x"),
     Draft(body=b""), Draft(method="PUT")],
    ids=["a call to nobody", "a read", "a read by GET", "an unknown read", "an undeclared parameter", "an empty body",
         "another method"],
)  # fmt: skip
def test_what_is_asked_of_a_live_target_still_passes(draft: Draft) -> None:
    assert why_it_could_harm(signed(draft), API) == ""


def test_json_is_plain_where_no_name_comes_twice() -> None:
    assert decode('{"A": 1, "B": {"A": 2}}', is_plain=True) == {"A": 1, "B": {"A": 2}}
    with pytest.raises(ValueError, match="a name twice"):
        decode('[{"A": 1, "A": 1}]', is_plain=True)


# --- calls of one's own ---------------------------------------------------------------------------------------------

OWN = Own(1400000001, 15, ("0086111",))


def test_an_own_callee_behind_another_one_is_not_covered(tmp_path: Path) -> None:
    calls = OwnCalls(Allowed(OWN, 3), tmp_path / "calls.sqlite")
    both = b'{"SdkAppId":1400000001,"AIAgentId":15,"Callee":"0086222","Callee":"0086111"}'
    assert calls.covers(signed(Draft(body=both.replace(b'"Callee":"0086222",', b""))))
    assert not calls.covers(signed(Draft(body=both)))


def test_where_calls_cannot_be_counted_none_is_placed(tmp_path: Path) -> None:
    book = tmp_path / "calls.sqlite"
    book.write_text("this is no database, and it is long enough to be looked at as one" * 20)
    call_of_ones_own = signed(Draft(params={"SdkAppId": OWN.app, "AIAgentId": OWN.agent, "Callee": OWN.callees[0]}))
    with pytest.raises(Unreachable, match="expected a file in which calls can be counted"):
        OwnCalls(Allowed(OWN, 3), book).count(call_of_ones_own)
