"""One call from its first attempt to its end: what is sent again, when, and what its caller is told."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from ccc_contract.client import Attempt, Pace, Retries
from ccc_contract.client.flow import Renew, Send
from ccc_contract.client.outgoing import Target
from ccc_contract.errors import (
    AnswerLost,
    AnswerTimeout,
    ApiError,
    CalleeRefused,
    CallOutcomeUnknown,
    CccError,
    CredentialError,
    CredentialRefused,
    InvalidCall,
    NotAnAnswer,
    NotSent,
    RateLimited,
    SendFailed,
    ServiceFailed,
    TransportError,
    TryLater,
)
from ccc_contract.http import Headers
from flowing import KEY, START, Performed, answer, no, response

DIAL, DIALLED = "CreateAIAgentCall", {"SdkAppId": 1400000000, "AIAgentId": 15, "Callee": "008613800000000"}
HANG_UP, HUNG_UP = "HangUpCall", {"SdkAppId": 1400000000, "SessionId": "s"}
READ, ASKED = "DescribeNumbers", {"SdkAppId": 1400000000}
OK, READ_OK = answer(SessionId="s-1"), answer(TotalCount=0, Numbers=[])

LOST = [SendFailed, AnswerLost, AnswerTimeout, NotAnAnswer]


@pytest.fixture
def performed() -> Performed:
    return Performed()


# --- what is sent again --------------------------------------------------------------------------------------------


def test_a_success_is_sent_once(performed: Performed) -> None:
    got = performed.call(performed.flow(), DIAL, DIALLED, [OK])
    assert (got["SessionId"], got.request_id, got.attempts) == ("s-1", "rid", 1)
    assert len(performed.sent) == 1


@pytest.mark.parametrize("code", ["RequestLimitExceeded", "RequestLimitExceeded.UinLimitExceeded"])
@pytest.mark.parametrize(("action", "params", "good"), [(DIAL, DIALLED, OK), (READ, ASKED, READ_OK)])
def test_what_was_refused_for_its_rate_is_sent_again(
    performed: Performed, action: str, params: dict[str, Any], good: Any, code: str
) -> None:
    assert performed.call(performed.flow(), action, params, [no(code), no(code), good]).attempts == 3
    assert performed.waits == [0.5, 1.0]


def test_what_never_left_is_sent_again(performed: Performed) -> None:
    assert performed.call(performed.flow(), DIAL, DIALLED, [NotSent("x"), NotSent("x", phase="pool"), OK]).attempts == 3


@pytest.mark.parametrize("kind", LOST)
def test_a_read_that_nobody_answered_is_sent_again(performed: Performed, kind: type[TransportError]) -> None:
    assert performed.call(performed.flow(), READ, ASKED, [kind("x"), READ_OK]).attempts == 2


@pytest.mark.parametrize("code", ["InternalError", "InternalError.DBError", "ServiceUnavailable"])
def test_a_read_that_the_service_failed_is_sent_again(performed: Performed, code: str) -> None:
    assert performed.call(performed.flow(), READ, ASKED, [no(code), READ_OK]).attempts == 2


@pytest.mark.parametrize("kind", LOST)
@pytest.mark.parametrize(("action", "params"), [(DIAL, DIALLED), (HANG_UP, HUNG_UP)])
def test_an_action_with_effects_that_nobody_answered_is_not_sent_again(
    performed: Performed, action: str, params: dict[str, Any], kind: type[TransportError]
) -> None:
    with pytest.raises(CallOutcomeUnknown) as caught:
        performed.call(performed.flow(), action, params, [kind("x", answer=None)])
    assert type(caught.value.reason) is kind
    assert caught.value.dials == (action == DIAL)
    assert len(performed.sent) == 1


@pytest.mark.parametrize("code", ["InternalError", "InternalError.DBError"])
def test_an_action_with_effects_that_the_service_failed_may_have_happened(performed: Performed, code: str) -> None:
    with pytest.raises(CallOutcomeUnknown) as caught:
        performed.call(performed.flow(), DIAL, DIALLED, [no(code)])
    assert isinstance(caught.value.reason, ServiceFailed)
    assert (caught.value.reason.code, caught.value.reason.request_id) == (code, "rid")
    assert caught.value.answer is not None
    assert caught.value.__cause__ is caught.value.reason


@pytest.mark.parametrize("code", ["ServiceUnavailable", "FailedOperation.CalloutRuleNotWorkTime"])
def test_what_may_succeed_later_is_left_to_the_caller(performed: Performed, code: str) -> None:
    with pytest.raises(TryLater):
        performed.call(performed.flow(), DIAL, DIALLED, [no(code)])
    assert performed.waits == []


@pytest.mark.parametrize("action", [DIAL, READ])
def test_a_refusal_that_stays_is_told_at_once(performed: Performed, action: str) -> None:
    with pytest.raises(CalleeRefused) as caught:
        performed.call(
            performed.flow(), action, DIALLED if action == DIAL else ASKED, [no("FailedOperation.CalleeIsLimited")]
        )
    assert (caught.value.action, caught.value.attempts) == (action, 1)


# --- asked for by name ---------------------------------------------------------------------------------------------

NAMED = Retries(even_if_unknown=[DIAL], draw=lambda least, most: 0.0)


@pytest.mark.parametrize("first", [AnswerLost("x"), no("InternalError"), response(b"", 502, "text/html")])
def test_an_action_that_is_named_is_sent_again_after_an_unknown_outcome(performed: Performed, first: Any) -> None:
    assert performed.call(performed.flow(retries=NAMED), DIAL, DIALLED, [first, OK]).attempts == 2


def test_another_action_than_the_one_named_is_not(performed: Performed) -> None:
    with pytest.raises(CallOutcomeUnknown):
        performed.call(performed.flow(retries=NAMED), HANG_UP, HUNG_UP, [AnswerLost("x")])


@pytest.mark.parametrize(
    "last", [no("FailedOperation.CalleeIsBlackUser"), [NotSent("x")] * 3, [AnswerTimeout("y")] * 3]
)
def test_a_doubt_stays_whatever_a_later_attempt_is_answered(performed: Performed, last: Any) -> None:
    lost = AnswerLost("the first")
    with pytest.raises(CallOutcomeUnknown) as caught:
        performed.call(
            performed.flow(retries=NAMED), DIAL, DIALLED, [lost, *(last if isinstance(last, list) else [last])]
        )
    assert caught.value.reason is lost
    assert caught.value.attempts == len(performed.sent)
    assert "then ended with" in caught.value.__notes__[0]


def test_a_doubt_stays_when_the_key_ends_before_the_next_attempt(performed: Performed) -> None:
    given = iter([KEY.__class__("id", "key", "token", START + 0.1)])

    def renew() -> Any:
        return next(given, None)

    flow = performed.flow(retries=NAMED, credential=renew)
    performed.seconds_each = 1.0
    with pytest.raises(CallOutcomeUnknown) as caught:
        performed.call(flow, DIAL, DIALLED, [AnswerLost("x")])
    assert "CredentialError" in caught.value.__notes__[0]


# --- waits and the deadline ----------------------------------------------------------------------------------------


def test_waits_double_up_to_their_cap(performed: Performed) -> None:
    retries = Retries(attempts=7, base_seconds=1, cap_seconds=5, draw=lambda least, most: most)
    with pytest.raises(RateLimited):
        performed.call(performed.flow(retries=retries), DIAL, DIALLED, [no("RequestLimitExceeded")] * 7)
    assert performed.waits == [1, 2, 4, 5, 5, 5]


def test_a_wait_is_drawn_from_nothing_to_all_of_it(performed: Performed) -> None:
    drawn: list[tuple[float, float]] = []
    retries = Retries(attempts=3, draw=lambda least, most: drawn.append((least, most)) or 0.1)
    performed.call(performed.flow(retries=retries), DIAL, DIALLED, [no("RequestLimitExceeded")] * 2 + [OK])
    assert drawn == [(0.0, 0.5), (0.0, 1.0)]
    assert performed.waits == [0.1, 0.1]


@pytest.mark.parametrize(
    ("hint", "least"),
    [("3", 3.0), (" 3 ", 3.0), ("Sun, 22 Nov 2026 05:17:03 GMT", 10.0), ("Sun, 22 Nov 2020 05:17:03 GMT", 0.0)],
)
def test_what_the_server_asks_for_is_waited_first(performed: Performed, hint: str, least: float) -> None:
    busy = response(b"<html>", 503, "text/html", {"Retry-After": hint})
    performed.call(performed.flow(), READ, ASKED, [busy, READ_OK])
    assert performed.waits == [least + 0.5]


@pytest.mark.parametrize(
    "hint",
    [
        "Mon, 01 Jan 99999999999999999999 00:00:00 GMT",
        "Mon, 01 Jan 0001 00:00:00 +2359",
        "",
        "soon",
        "-1",
        "1.5",
        "٣",
        "9" * 400 + "x",
        "Mon, 99 Foo 2026",
    ],
)
def test_a_hint_that_is_none_is_no_hint(performed: Performed, hint: str) -> None:
    busy = response(b"<html>", 503, "text/html", {"Retry-After": hint})
    performed.call(performed.flow(), READ, ASKED, [busy, READ_OK])
    assert performed.waits == [0.5]


@pytest.mark.parametrize("hint", ["119.9", "9999999999999999999"])
def test_a_wait_that_would_go_past_the_deadline_is_not_begun(performed: Performed, hint: str) -> None:
    busy = no("RequestLimitExceeded", Retry_After=hint.partition(".")[0] + "9")
    with pytest.raises(RateLimited) as caught:
        performed.call(performed.flow(), DIAL, DIALLED, [busy])
    assert performed.waits == []
    assert "deadline" in caught.value.__notes__[0]


def test_no_attempt_gets_more_than_what_is_left_of_the_deadline(performed: Performed) -> None:
    performed.seconds_each = 4.0
    retries = Retries(deadline_seconds=10, base_seconds=0)
    with pytest.raises(AnswerTimeout):
        performed.call(performed.flow(retries=retries, attempt_seconds=5), READ, ASKED, [AnswerTimeout("x")] * 3)
    assert [send.seconds for send in performed.sent] == [5, 5, 2]


def test_one_attempt_is_one_attempt(performed: Performed) -> None:
    with pytest.raises(RateLimited):
        performed.call(performed.flow(retries=Retries(attempts=1)), DIAL, DIALLED, [no("RequestLimitExceeded")])


@pytest.mark.parametrize(
    "wrong",
    [
        {"attempts": 0}, {"base_seconds": -1}, {"cap_seconds": float("nan")}, {"deadline_seconds": 0},
    ],
)  # fmt: skip
def test_retries_that_cannot_be_right_say_so(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=f"{next(iter(wrong))}: expected"):
        Retries(**wrong)


def test_a_name_in_place_of_names_says_so() -> None:
    with pytest.raises(TypeError, match=r'write \["CreateAIAgentCall"\]'):
        Retries(even_if_unknown="CreateAIAgentCall")


# --- each attempt --------------------------------------------------------------------------------------------------


def header(send: Send, name: bytes) -> bytes:
    return send.request.headers.get(name) or b""


def test_each_attempt_is_signed_afresh(performed: Performed) -> None:
    retries = Retries(base_seconds=5, draw=lambda least, most: most)
    performed.call(performed.flow(retries=retries), DIAL, DIALLED, [no("RequestLimitExceeded"), OK])
    stamps = [header(send, b"x-tc-timestamp") for send in performed.sent]
    assert stamps == [str(int(START)).encode(), str(int(START) + 5).encode()]
    assert header(performed.sent[0], b"authorization") != header(performed.sent[1], b"authorization")


def test_the_hook_sees_every_attempt(performed: Performed) -> None:
    performed.seconds_each = 0.25
    performed.call(performed.flow(), DIAL, DIALLED, [NotSent("x"), no("RequestLimitExceeded"), OK])
    seen = [(each.number, each.request_id, type(each.error), each.next_in_seconds) for each in performed.attempts]
    assert seen == [(1, "", NotSent, 0.5), (2, "rid", RateLimited, 1.0), (3, "rid", type(None), None)]
    assert {each.seconds for each in performed.attempts} == {0.25}


def test_a_hook_that_raises_loses_no_answer(performed: Performed, caplog: pytest.LogCaptureFixture) -> None:
    def raises(attempt: Attempt) -> None:
        raise RuntimeError("the hook's own")

    flow = performed.flow(on_attempt=raises)
    assert performed.call(flow, DIAL, DIALLED, [no("RequestLimitExceeded"), OK])["SessionId"] == "s-1"
    assert caplog.text.count("on_attempt raised") == 2


def test_a_pace_spaces_the_attempts_of_all_flows_that_share_it() -> None:
    pace = Pace(0.5)  # of 20 a second: one every 0.1 s
    first, second = Performed(), Performed()
    for performed in (first, second):
        performed.call(performed.flow(pace=pace), DIAL, DIALLED, [OK])
    assert (first.waits, second.waits) == ([], [pytest.approx(0.1)])


def test_a_turn_after_the_deadline_is_not_waited_for(performed: Performed) -> None:
    pace = Pace(0.25)  # of 20 a second: one every 0.2 s
    flow = performed.flow(pace=pace, retries=Retries(deadline_seconds=0.15))
    performed.call(flow, DIAL, DIALLED, [OK])
    with pytest.raises(NotSent) as caught:
        performed.call(flow, DIAL, DIALLED)
    assert caught.value.phase == "pace"
    assert performed.waits == []


# --- before anything is sent ---------------------------------------------------------------------------------------


def test_every_violation_is_told_at_once_with_its_path(performed: Performed) -> None:
    params = {"SdkAppId": "1", "Callee": 5, "Variables": [{"Key": "k", "Value": 1}], "Other": 1}
    with pytest.raises(InvalidCall) as caught:
        performed.call(performed.flow(), DIAL, params)
    found = {(violation.path, violation.rule) for violation in caught.value.violations}
    assert found == {
        ("AIAgentId", "missing"), ("Other", "unknown"), ("SdkAppId", "type"), ("Callee", "type"),
        ("Variables.0.Value", "type"),
    }  # fmt: skip
    assert performed.sent == []


def test_without_the_check_it_is_sent_as_it_is(performed: Performed) -> None:
    performed.call(performed.flow(check_parameters=False), DIAL, {"Other": [1, None]}, [OK])
    assert performed.sent[0].request.body == b'{"Other":[1,null]}'


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("value", [float("nan"), object(), b"bytes", {1, 2}])
def test_what_json_cannot_hold_is_told(performed: Performed, value: object, check: bool) -> None:
    with pytest.raises(InvalidCall, match="expected parameters that JSON can hold"):
        performed.call(performed.flow(check_parameters=check), READ, {"SdkAppId": value})


def test_parameters_without_an_end_are_told(performed: Performed) -> None:
    endless: dict[str, Any] = {}
    endless["Variables"] = [endless]
    with pytest.raises(InvalidCall, match="expected parameters that JSON can hold"):
        performed.call(performed.flow(), DIAL, endless)


def test_more_than_the_service_takes_is_told(performed: Performed) -> None:
    with pytest.raises(InvalidCall, match="expected at most 10485760 bytes of JSON, got"):
        performed.call(performed.flow(check_parameters=False), READ, {"A": "x" * 10 * 1024 * 1024})


def test_tuples_and_enumerations_are_what_json_makes_of_them(performed: Performed) -> None:
    class Callee(str):
        __slots__ = ()

    performed.call(performed.flow(), DIAL, {**DIALLED, "Callee": Callee("1"), "Callers": ("2",)}, [OK])
    assert json.loads(performed.sent[0].request.body) == {**DIALLED, "Callee": "1", "Callers": ["2"]}


def test_an_action_that_there_is_not_names_the_nearest(performed: Performed) -> None:
    with pytest.raises(InvalidCall, match=r"one of the 84 actions; did you mean CreateAIAgentCall"):
        performed.call(performed.flow(), "CreateAiAgentcall", {})


@pytest.mark.parametrize("action", ["", "a b", "A\r\nX-Evil: 1", "É"])
def test_no_header_is_made_of_what_is_no_name(performed: Performed, action: str) -> None:
    with pytest.raises(InvalidCall):
        performed.call(performed.flow(check_parameters=False), action, {})


def test_an_action_that_the_model_does_not_know_yet_is_taken_for_one_that_dials(performed: Performed) -> None:
    with pytest.raises(CallOutcomeUnknown) as caught:
        performed.call(performed.flow(check_parameters=False), "CreateHologramCall", {}, [AnswerLost("x")])
    assert caught.value.dials


def test_what_the_caller_has_set_stands_in_headers(performed: Performed) -> None:
    target = Target(url="http://127.0.0.1:8679", region="ap-shanghai", language="en-US")
    performed.call(performed.flow(target=target), DIAL, DIALLED, [OK])
    headers: Headers = performed.sent[0].request.headers
    told = {name: headers.text(name) for name in (b"host", b"x-tc-region", b"x-tc-language", b"x-tc-version")}
    assert list(told.values()) == ["127.0.0.1:8679", "ap-shanghai", "en-US", "2020-02-10"]


def test_nothing_is_sent_without_a_key(performed: Performed) -> None:
    with pytest.raises(CredentialError) as caught:
        performed.call(performed.flow(credential=lambda: "AKID"), DIAL, DIALLED)
    assert isinstance(caught.value, CccError)
    assert caught.value.action == DIAL
    assert performed.sent == []


@pytest.mark.parametrize(
    ("date", "notes"),
    [
        ("Sun, 22 Nov 2026 05:26:53 GMT", ["this machine's clock is about 600 s behind the service's"]),
        ("Sun, 22 Nov 2026 05:06:53 GMT", ["this machine's clock is about 600 s ahead of the service's"]),
        ("yesterday", None),
    ],
)
def test_a_clock_that_is_wrong_is_told_with_the_difference(
    performed: Performed, date: str, notes: list[str] | None
) -> None:
    with pytest.raises(CredentialRefused) as caught:
        performed.call(performed.flow(), DIAL, DIALLED, [no("AuthFailure.SignatureExpire", Date=date)])
    assert getattr(caught.value, "__notes__", None) == notes


# --- logging -------------------------------------------------------------------------------------------------------


def test_the_log_has_request_ids_and_codes(performed: Performed, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "ccc_contract")
    performed.call(performed.flow(), DIAL, DIALLED, [no("RequestLimitExceeded"), OK])
    assert [record.levelname for record in caplog.records] == ["WARNING", "DEBUG"]
    assert "CreateAIAgentCall attempt 1: RequestLimitExceeded, RequestId rid, 0 ms, again in 0.50 s" in caplog.text
    assert "CreateAIAgentCall attempt 2: ok, RequestId rid" in caplog.text


def test_an_unknown_code_of_the_service_is_still_a_refusal(performed: Performed) -> None:
    with pytest.raises(ApiError) as caught:
        performed.call(performed.flow(), DIAL, DIALLED, [no("Brand.New")])
    assert type(caught.value) is ApiError


@pytest.mark.parametrize("phase", ["pace", "prepare"])
def test_what_goes_no_better_a_second_time_is_told_at_once(performed: Performed, phase: Any) -> None:
    with pytest.raises(NotSent):
        performed.call(performed.flow(), DIAL, DIALLED, [NotSent("the HTTP client is closed", phase=phase)])
    assert performed.waits == []


def test_a_key_is_renewed_before_a_turn_is_taken(performed: Performed) -> None:
    """Many who wait for one key would else go out at once when it comes."""
    pace = Pace(0.5)
    pace.reserve(performed.flow().api.actions[DIAL], 0.0, 9.0)
    steps = performed.flow(credential=lambda: KEY, pace=pace).steps(DIAL, DIALLED)
    assert isinstance(next(steps), Renew)
    steps.close()
