"""Place, watch, end: a call as the official SDK sees it, moved by the world's clock, by its script and by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException

from ccc_mock.world.endings import ENDINGS
from official import Account
from process import Process, serve

TEN = 1795399200.0
"""2026-11-23T10:00:00+08:00."""
CALLEE = "008613700000000"
APP = 1400000001
AGENTS = [{"AIAgentId": 15 + n, "AIAgentName": f"agent {n}", "VariableNames": ["orderId"]} for n in range(5)]
NUMBERS = [{"Number": f"008602155066{n:03}", "channels": 100} for n in range(25)]
WORLD: dict[str, Any] = {
    "rules": {"concurrency": 0, "interval_calls": 0, "day_calls": 0},
    "app": [{"SdkAppId": APP, "agent": AGENTS, "number": NUMBERS}],
}


@pytest.fixture(scope="module")
def process() -> Iterator[Process]:
    with serve("--quiet", "--no-rate-limit") as process:
        yield process


@pytest.fixture
def account(process: Process) -> Account:
    """WORLD, at ten in the morning."""
    account = Account.fresh(process)
    account.control("PUT", "/world", WORLD)
    account.at(TEN)
    return account


def scripted(account: Account, **script: Any) -> str:
    """A call to somebody of whom this is described; gives its SessionId."""
    account.control("PUT", "/world", {**WORLD, "callee": [{"number": CALLEE, **script}]})
    return account.call(CALLEE)


# --- by itself --------------------------------------------------------------------------------------------------------


def test_a_call_rings_is_taken_and_is_hung_up_by_the_api(account: Account) -> None:
    session_id = account.call(CALLEE)
    told = account.sdk.DescribeTelSession(SdkAppId=APP, SessionId=session_id).Session
    assert (told.SessionID, told.SessionStatus, told.Direction) == (session_id, "ringing", 1)
    assert (told.Caller, told.Callee) == ("008602155066000", CALLEE)
    assert (told.StartTimestamp, told.RingTimestamp, told.AcceptTimestamp) == (TEN, TEN, 0)

    account.later(seconds=5)
    told = account.sdk.DescribeTelSession(SdkAppId=APP, SessionId=session_id).Session
    assert (told.SessionStatus, told.AcceptTimestamp) == ("inProgress", TEN + 5)

    account.later(seconds=7)
    account.sdk.HangUpCall(SdkAppId=APP, SessionId=session_id)
    assert account.status(session_id) == "finished"
    assert account.events() == [(TEN, "ringing", None), (TEN + 5, "inProgress", None), (TEN + 12, "finished", 231)]
    session = account.session(session_id)
    assert (session["end_status"], session["end"], session["hung_up_by"]) == (231, "callTerminatedByAPI", "system")


def test_a_call_that_nobody_ends_ends_by_its_script(account: Account) -> None:
    session_id = account.call(CALLEE)
    account.later(hours=10)
    assert account.status(session_id) == "finished"
    assert account.events() == [(TEN, "ringing", None), (TEN + 5, "inProgress", None), (TEN + 35, "finished", 1)]
    assert account.session(session_id)["hung_up_by"] == "user"


def test_things_happen_between_requests_at_the_moment_when_they_are_due(account: Account) -> None:
    account.call(CALLEE)
    account.later(seconds=2)
    account.call("008613700000001")
    assert account.control("GET", "/sessions")["next_due"] == TEN + 5
    account.later(seconds=98)
    assert [(at - TEN, status) for at, status, _ in account.events()] == [
        (0, "ringing"), (2, "ringing"), (5, "inProgress"), (7, "inProgress"), (35, "finished"), (37, "finished"),
    ]  # fmt: skip
    assert account.control("GET", "/sessions")["next_due"] is None


@pytest.mark.parametrize("word", ENDINGS)
def test_a_callee_does_what_its_script_says(account: Account, word: str) -> None:
    ending = ENDINGS[word]
    session_id = scripted(account, ends=word)
    account.later(seconds=ending.rings - 0.5)
    assert account.status(session_id) == "ringing"
    account.later(seconds=0.5)
    if ending.answered:
        assert account.status(session_id) == "inProgress"
        account.later(seconds=29.5)
        assert account.status(session_id) == "inProgress"
        account.later(seconds=0.5)
    assert account.status(session_id) == "finished"
    session = account.session(session_id)
    assert (session["end_status"], session["end"], session["hung_up_by"]) == (ending.status, word, ending.side)
    assert (session["accepted_at"] is not None) == ending.answered


def test_the_words_for_what_happens_often_are_the_documented_numbers() -> None:
    often = {"ok": 1, "notAnswer": 202, "userReject": 203, "powerOff": 204, "busy": 206, "voiceMailReached": 222}
    assert {word: ENDINGS[word].status for word in often} == often
    assert len({ending.status for ending in ENDINGS.values()}) == len(ENDINGS)


def test_a_script_says_how_long_it_rings_and_is_talked(account: Account) -> None:
    session_id = scripted(account, rings=12, talks=90.5)
    account.later(hours=1)
    session = account.session(session_id)
    assert (session["accepted_at"], session["ended_at"]) == (TEN + 12, TEN + 102.5)


def test_a_script_for_all_the_others(account: Account) -> None:
    account.control("PUT", "/world", {**WORLD, "callees": {"ends": "busy", "rings": 0}})
    session_id = account.call(CALLEE)
    assert account.status(session_id) == "finished"
    assert account.session(session_id)["end"] == "busy"


@pytest.mark.parametrize(
    ("patience", "script", "ends_after", "end"),
    [
        (4, {}, 4, "notAnswer"),
        (5, {}, 35, "ok"),
        (15, {"ends": "notAnswer"}, 15, "notAnswer"),
        (90, {"ends": "notAnswer"}, 60, "notAnswer"),
        (1, {"ends": "busy"}, 1, "notAnswer"),
        (2, {"ends": "busy"}, 2, "busy"),
    ],
)
def test_it_rings_no_longer_than_max_ring_timeout_second(
    account: Account, patience: int, script: dict[str, Any], ends_after: float, end: str
) -> None:
    account.control("PUT", "/world", {**WORLD, "callee": [{"number": CALLEE, **script}]})
    session_id = account.call(CALLEE, MaxRingTimeoutSecond=patience)
    account.later(hours=1)
    session = account.session(session_id)
    assert (session["ended_at"], session["end"]) == (TEN + ends_after, end)


# --- by the api -------------------------------------------------------------------------------------------------------


def test_a_call_is_hung_up_while_it_rings(account: Account) -> None:
    session_id = account.call(CALLEE)
    account.later(seconds=1)
    account.sdk.HangUpCall(SdkAppId=APP, SessionId=session_id)
    account.later(hours=1)
    session = account.session(session_id)
    assert (session["accepted_at"], session["ended_at"], session["end_status"]) == (None, TEN + 1, 231)


def test_hanging_up_twice_changes_nothing(account: Account) -> None:
    session_id = account.call(CALLEE)
    account.sdk.HangUpCall(SdkAppId=APP, SessionId=session_id)
    before = account.session(session_id), account.events()
    account.later(seconds=1)
    account.sdk.HangUpCall(SdkAppId=APP, SessionId=session_id)
    assert (account.session(session_id), account.events()) == before


def test_a_call_is_not_hung_up_nor_shown_by_the_name_of_another_app(account: Account) -> None:
    account.control("PUT", "/world", {**WORLD, "app": [*WORLD["app"], {"SdkAppId": 1400000002}]})
    session_id = account.call(CALLEE)
    account.sdk.HangUpCall(SdkAppId=1400000002, SessionId=session_id)
    assert account.status(session_id) == "ringing"
    with pytest.raises(TencentCloudSDKException, match=r"InvalidParameterValue\.InstanceNotExist"):
        account.status(session_id, 1400000002)


def test_a_call_of_another_account_is_nobodys_business(account: Account, process: Process) -> None:
    session_id = account.call(CALLEE)
    other = Account.fresh(process)
    with pytest.raises(TencentCloudSDKException, match=r"InvalidParameterValue\.InstanceNotExist"):
        other.status(session_id)
    assert other.refuses("GET", f"/sessions/{session_id}")[0] == 404
    assert other.refuses("POST", f"/sessions/{session_id}", {"hang_up": True})[0] == 404
    assert account.status(session_id) == "ringing"


# --- beside a plan ----------------------------------------------------------------------------------------------------


def test_a_call_whose_answer_is_lost_rings_all_the_same_and_can_be_found_and_ended(account: Account) -> None:
    account.control("POST", "/plans", {"plan": "ok+reset@after"})
    assert account.refused(CALLEE).code == "ClientNetworkError"
    (session,) = account.control("GET", "/sessions")["sessions"]
    assert (session["status"], session["callee"]) == ("ringing", CALLEE)
    account.sdk.HangUpCall(SdkAppId=APP, SessionId=session["session_id"])
    assert account.status(session["session_id"]) == "finished"
    (call,) = account.control("GET", "/ledger")["calls"]
    assert (call["session_id"], call["lost"]) == (session["session_id"], True)


def test_a_planned_code_comes_first_and_leaves_the_world_as_it_was(account: Account) -> None:
    account.control("POST", "/plans", {"plan": "FailedOperation.CallOutFailed"})
    before = account.control("GET", "/snapshot")
    assert account.refused(CALLEE, SdkAppId=1400000009).code == "FailedOperation.CallOutFailed"
    assert account.refused(CALLEE, SdkAppId=1400000009).code == "InvalidParameterValue.InstanceNotExist"
    assert account.control("GET", "/snapshot") == before


# --- by hand ----------------------------------------------------------------------------------------------------------


def test_a_call_is_taken_by_hand_and_talks_as_its_script_says(account: Account) -> None:
    session_id = scripted(account, rings=50, talks=10)
    account.later(seconds=1)
    answer = account.control("POST", f"/sessions/{session_id}", {"answer": True})
    assert answer["session"]["status"] == "inProgress"
    assert account.status(session_id) == "inProgress"
    account.later(hours=1)
    session = account.session(session_id)
    assert (session["accepted_at"], session["ended_at"], session["end"]) == (TEN + 1, TEN + 11, "ok")


def test_a_call_that_would_be_busy_is_taken_by_hand_and_talks_so_long(account: Account) -> None:
    session_id = scripted(account, ends="busy")
    account.control("POST", f"/sessions/{session_id}", {"answer": 3.5})
    account.later(seconds=3)
    assert account.status(session_id) == "inProgress"
    account.later(seconds=1)
    session = account.session(session_id)
    assert (session["ended_at"], session["end_status"], session["hung_up_by"]) == (TEN + 3.5, 1, "user")


@pytest.mark.parametrize(
    ("how", "status", "end", "by"),
    [
        (True, 231, "callTerminatedByAPI", "system"),
        ("busy", 206, "busy", "user"),
        ("llmasrError", 226, "llmasrError", "system"),
        (206, 206, "busy", "user"),
        (111, 111, "restrictedTime", "system"),
        (0, 0, "0", "system"),
        (99_999, 99_999, "99999", "system"),
    ],
)
def test_a_call_ends_by_hand(account: Account, how: Any, status: int, end: str, by: str) -> None:
    session_id = account.call(CALLEE)
    account.later(seconds=6)
    account.control("POST", f"/sessions/{session_id}", {"hang_up": how})
    session = account.session(session_id)
    assert session["ended_at"] == TEN + 6
    assert (session["end_status"], session["end"], session["hung_up_by"]) == (status, end, by)
    assert account.status(session_id) == "finished"


@pytest.mark.parametrize("word", [*ENDINGS, "restrictedCallee", "tooManyRequest", "restrictedArea", "restrictedTime"])
def test_every_word_that_is_told_can_be_said(account: Account, word: str) -> None:
    session_id = account.call(CALLEE)
    account.control("POST", f"/sessions/{session_id}", {"hang_up": word})
    assert account.session(session_id)["end"] == word


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({}, "expected exactly one of answer, hang_up, got 0"),
        ({"answer": True, "hang_up": True}, "expected exactly one of answer, hang_up, got 2"),
        ({"hang_up": "buzy"}, "hang_up: expected an EndStatus such as 206 or busy, got 'buzy'; did you mean busy?"),
        ({"hang_up": ""}, "hang_up: expected an EndStatus such as 206 or busy, got ''"),
        ({"hang_up": False}, "hang_up: expected an EndStatus such as 206 or busy, got false"),
        ({"hang_up": None}, "hang_up: expected an EndStatus such as 206 or busy, got null"),
        ({"hang_up": 206.0}, "hang_up: expected an EndStatus such as 206 or busy, got 206.0"),
        ({"hang_up": -1}, "hang_up: expected an EndStatus such as 206 or busy, got -1"),
        ({"hang_up": 100_000}, "hang_up: expected an EndStatus such as 206 or busy, got 100000"),
        ({"hang_up": ["busy"]}, 'hang_up: expected an EndStatus such as 206 or busy, got ["busy"]'),
        ({"hang_up": 10**4000}, "hang_up: expected an EndStatus such as 206 or busy, got 1000"),
        ({"answer": False}, "answer: expected true, or how many seconds they talk, got false"),
        ({"answer": None}, "answer: expected true, or how many seconds they talk, got null"),
        ({"answer": -1}, "answer: expected true, or how many seconds they talk, got -1"),
        ({"answer": float("nan")}, "answer: expected true, or how many seconds they talk, got NaN"),
        ({"answer": 10**400}, "answer: expected true, or how many seconds they talk, got 1000"),
        ({"answer": "10"}, "answer: expected true, or how many seconds they talk, got 10"),
        ({"hangup": True}, "body: unknown key hangup; did you mean hang_up?"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_wrong_move_says_what_is_expected_and_changes_nothing(
    account: Account, body: dict[str, Any], sentence: str
) -> None:
    session_id = account.call(CALLEE)
    status, said = account.refuses("POST", f"/sessions/{session_id}", body)
    assert status == 400
    assert said.startswith(sentence)
    assert account.status(session_id) == "ringing"


def test_what_has_happened_cannot_be_changed_by_hand(account: Account) -> None:
    session_id = account.call(CALLEE)
    account.later(seconds=5)
    status, said = account.refuses("POST", f"/sessions/{session_id}", {"answer": True})
    assert (status, said) == (409, f"session {session_id} does not ring: it is inProgress")
    account.later(seconds=30)
    assert account.refuses("POST", f"/sessions/{session_id}", {"answer": True})[0] == 409
    status, said = account.refuses("POST", f"/sessions/{session_id}", {"hang_up": "busy"})
    assert (status, said) == (409, f"session {session_id} has finished")
    assert account.session(session_id)["end"] == "ok"


@pytest.mark.parametrize("name", ["adcf61b8-dbb9-4c20-87bf-c0744c04bade", "x" * 5000, "%00", "1"])
def test_a_session_that_never_was_is_not_found(account: Account, name: str) -> None:
    assert account.refuses("GET", f"/sessions/{name}")[0] == 404
    assert account.refuses("POST", f"/sessions/{name}", {"hang_up": True})[0] == 404


# --- lists ------------------------------------------------------------------------------------------------------------


def agents(account: Account, number: int, size: int) -> list[int]:
    told = account.sdk.DescribeAIAgentInfoList(SdkAppId=APP, PageNumber=number, PageSize=size)
    assert told.TotalCount == 5
    return [each.AIAgentId for each in told.AIAgentInfoList]


@pytest.mark.parametrize(
    ("number", "size", "found"),
    [
        (0, 2, [15, 16]),
        (1, 2, [17, 18]),
        (2, 2, [19]),
        (3, 2, []),
        (0, 5, [15, 16, 17, 18, 19]),
        (0, 100, [15, 16, 17, 18, 19]),
        (1, 5, []),
        (0, 0, []),
        (0, -1, []),
        (2**63 - 1, 100, []),
    ],
)
def test_pages_of_agents(account: Account, number: int, size: int, found: list[int]) -> None:
    assert agents(account, number, size) == found


@pytest.mark.parametrize(("number", "size"), [(-1, 2), (-2, 2), (0, 101)])
def test_a_page_of_agents_that_cannot_be(account: Account, number: int, size: int) -> None:
    with pytest.raises(TencentCloudSDKException, match="InvalidParameterValue"):
        agents(account, number, size)


def numbers(account: Account, **page: int) -> list[str]:
    told = account.sdk.DescribeNumbers(SdkAppId=APP, **page)
    assert told.TotalCount == 25
    return [each.Number for each in told.Numbers]


ALL = [str(each["Number"]) for each in NUMBERS]


@pytest.mark.parametrize(
    ("page", "found"),
    [
        ({}, ALL[:20]),
        ({"PageNumber": 1}, ALL[20:]),
        ({"PageNumber": 2}, []),
        ({"PageSize": 7}, ALL[:7]),
        ({"PageNumber": 3, "PageSize": 7}, ALL[21:]),
        ({"PageNumber": 4, "PageSize": 7}, []),
        ({"PageNumber": 1, "PageSize": 0}, ALL[20:]),  # none is the usual 20
        ({"PageSize": 2**64 - 1}, ALL),
        ({"PageNumber": 2**64 - 1, "PageSize": 2**64 - 1}, []),
    ],
    ids=str,
)
def test_pages_of_numbers(account: Account, page: dict[str, int], found: list[str]) -> None:
    assert numbers(account, **page) == found


def test_a_page_of_numbers_below_the_first_is_refused(account: Account) -> None:
    with pytest.raises(TencentCloudSDKException):
        numbers(account, PageNumber=-1)


def test_lists_of_an_app_that_nobody_described(account: Account, process: Process) -> None:
    with pytest.raises(TencentCloudSDKException, match=r"InvalidParameterValue\.InstanceNotExist"):
        account.sdk.DescribeAIAgentInfoList(SdkAppId=1400000009, PageNumber=0, PageSize=10)
    anywhere = Account.fresh(process, world="open").sdk
    assert anywhere.DescribeAIAgentInfoList(SdkAppId=1400000009, PageNumber=0, PageSize=10).TotalCount == 1
    assert anywhere.DescribeNumbers(SdkAppId=1400000009).TotalCount == 1
