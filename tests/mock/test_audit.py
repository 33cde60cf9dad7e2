"""What the audit says of sequences of calls: each rule by what breaks it, what just keeps to it, and by its doubt."""

from __future__ import annotations

import inspect
import itertools
import json
import random
import re
import threading
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ccc_mock
from captures import FIXTURES, captured
from ccc_contract import load_api, sign
from ccc_contract.http import Request
from ccc_contract.model import CONFIDENCES
from ccc_mock import Clock, Credential, Endpoint
from ccc_mock.audit import RULES, Audit, UnsoundRetries, audit, repeats, spacing, storms
from ccc_mock.audit.attempts import ANSWERED, REFUSED, UNKNOWN, attempts
from ccc_mock.plans.grammar import parse
from ccc_mock.strategies import words_for
from drafts import HOST, NOW
from sequences import CALLEE, Sequence, callees, in_turn, sent_by

API = load_api()
WAITS = (0.7, 1.9, 4.1)
"""That grow, and follow no rule."""


def numbers(found: Audit, rule: str) -> list[tuple[int, ...]]:
    return [finding.entries for finding in found.of(rule)]


def doubts(found: Audit) -> dict[str, str]:
    return {each.rule: each.why for each in found.not_judged}


# --- what was asked again ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "step",
    ["ok+reset@after", "ok+close@after", "ok+close(7)", "ok+truncate", "ok+garbage", "ok+empty", "ok+braces", "ok+bare",
     "ok+status(500)", "ok+content-length(9999)", "ok+missing(SessionId)", "ok+null(SessionId)", "ok+delay(61s)",
     "InternalError@after", "FailedOperation.CallOutFailed@after"],
)  # fmt: skip
def test_who_repeats_what_had_dialled_has_dialled_twice(step: str) -> None:
    found = Sequence(f"{step}, ok").calls(0, 1.3).audit()
    assert numbers(found, "dialled-twice") == [(1, 2)]
    assert not found.of("unknown-outcome")


@pytest.mark.parametrize("step", ["ok+reset@before", "ok+page(502)", "ok+page(429)", "InternalError", "ok+redirect"])
def test_who_repeats_what_may_have_dialled_might_have_dialled_twice(step: str) -> None:
    found = Sequence(f"{step}, ok").calls(0, 1.3).audit()
    assert found.rules == ("unknown-outcome",)
    assert numbers(found, "unknown-outcome") == [(1, 2)]


@pytest.mark.parametrize("step", ["ok", "ok+extra", "ok+chunked", "ok+gzip", "ok+lower-case", "ok+drop", "ok+date(5m)"])
def test_two_calls_that_were_answered_are_two_calls(step: str) -> None:
    found = Sequence(f"{step}, ok").calls(0, 0.3).audit()
    assert not found
    assert (found.calls, found.retried) == (2, 0)


@pytest.mark.parametrize("word", words_for())
def test_what_the_ledger_takes_for_lost_the_audit_does_too(word: str) -> None:
    sequence = Sequence(f"{word}, ok").calls(0, 1.3)
    duplicates = sequence.endpoint.accounts.default.ledger.duplicates()
    assert bool(sequence.audit().of("dialled-twice")) == bool(duplicates)


def test_the_doubt_of_one_attempt_is_that_of_all_that_follow() -> None:
    found = Sequence("ok+reset@after, RequestLimitExceeded, ok").calls(0, 1.3, 3.9).audit()
    assert numbers(found, "dialled-twice") == [(1, 3)]


def test_a_read_may_be_repeated_whatever_was_lost() -> None:
    asked = {"action": "DescribeTelSession", "SdkAppId": 1400000000, "SessionId": "x"}
    found = Sequence("action=DescribeTelSession: ok+reset, InternalError, ok").calls(0, 1.3, 3.9, **asked).audit()
    assert found.retried == 1
    assert not found


def test_an_action_that_changes_something_may_not_even_where_it_dials_nobody() -> None:
    asked = {"action": "HangUpCall", "SdkAppId": 1400000000, "SessionId": "x"}
    found = Sequence("action=HangUpCall: InternalError, ok").calls(0, 1.3, **asked).audit()
    assert found.rules == ("unknown-outcome",)


def test_a_slow_answer_that_was_waited_for_is_no_doubt() -> None:
    slow = Sequence("ok+delay(5s), ok").calls(0, 7)
    assert slow.audit().rules == ("dialled-twice",)
    assert slow.audit(lost=slow.endpoint.accounts.default.ledger.unheard).rules == ()


def test_a_success_behind_a_failure_ends_a_sound_loop() -> None:
    assert not Sequence("RequestLimitExceeded, ok").calls(0, 1.3).audit()


def test_who_goes_on_after_a_success_has_kept_an_old_error() -> None:
    found = Sequence("RequestLimitExceeded, ok").calls(0, 1, 3).audit()
    assert found.rules == ("success-repeated",)
    assert numbers(found, "success-repeated") == [(2, 3)]
    assert "The phone rang again." in found.findings[0].what


def test_who_reads_again_behind_a_success_only_looks_what_has_become_of_it() -> None:
    sequence = Sequence("RequestLimitExceeded, ok*3").calls(0, 1, 2, 3, action="DescribeNumbers", SdkAppId=1400000000)
    assert [entry["verdict"] for entry in sequence.endpoint.journal()] == ["RequestLimitExceeded", "ok", "ok", "ok"]
    found = sequence.audit()
    assert (found.retried, found.rules) == (1, ())


def test_a_call_long_after_the_success_is_another_one() -> None:
    assert not Sequence("RequestLimitExceeded, ok").calls(0, 1, 30).audit()


def test_at_one_frozen_instant_nobody_knows_whether_it_is_another_call() -> None:
    found = Sequence("RequestLimitExceeded, ok").calls(0, 0, 0).audit(sleeping_moves_time=False)
    assert not found
    assert "#3 repeats #2" in doubts(found)["success-repeated"]


@pytest.mark.parametrize(
    "code", sorted(code for code, known in API.errors.items() if known.retry == "never" and "Auth" not in code)
)
def test_a_code_that_cannot_succeed_is_not_to_be_repeated(code: str) -> None:
    found = Sequence(f"!{code}*2, ok").calls(0, 0.7, 2.6).audit()
    assert numbers(found, "cannot-succeed") == [(1, 2, 3)]


@pytest.mark.parametrize(
    "code", sorted(code for code, known in API.errors.items() if known.retry in ("later", "unknown"))
)
def test_one_for_which_waiting_may_help_is(code: str) -> None:
    assert not Sequence(f"!{code}*2, ok").calls(0, 0.7, 2.6).audit()


def test_a_request_that_was_corrected_is_another_one() -> None:
    refused = Sequence("UnsupportedRegion, ok")
    refused.calls(0).calls(1.3, headers={"x-tc-region": "ap-shanghai"})
    assert not refused.audit()


def test_so_is_one_that_the_fake_itself_refused_and_then_let_pass() -> None:
    """Another key, another world: what the fake refuses of its own accord it does not let pass the next time."""
    sequence = Sequence()
    for second in (0, 1.3):
        sequence.at(second).send(sequence.signed(secret_key="another"))
    assert [entry["verdict"] for entry in sequence.endpoint.journal()] == ["AuthFailure.SignatureFailure"] * 2
    assert numbers(sequence.calls(3.9).audit(), "cannot-succeed") == [(1, 2)]


def test_another_person_is_no_repetition_and_another_spelling_of_a_number_is() -> None:
    other = Sequence("FailedOperation.CalleeIsBlackUser*2").to("008613800000000", 0).to("008613800000001", 1)
    assert not other.audit()
    same = Sequence("FailedOperation.CalleeIsBlackUser*2").to("008613800000000", 0).to("+86 138 0000 0000", 1)
    assert numbers(same.audit(), "cannot-succeed") == [(1, 2)]


@pytest.mark.parametrize(("plan", "found"), [("{code}, {code}", ["cannot-succeed"]), ("{code}, ok", [])])
def test_a_clock_is_corrected_once_the_code_is_another(plan: str, found: list[str]) -> None:
    sequence = Sequence(plan.format(code="AuthFailure.SignatureExpire")).calls(0, 1.3)
    assert [*sequence.audit().rules] == found


def test_the_same_token_is_not_to_be_tried_again() -> None:
    same = Sequence("AuthFailure.TokenFailure, ok").calls(0, 1.3)
    assert same.audit().rules == ("cannot-succeed",)
    assert "#2 asked for the same again, unchanged, after #1 (AuthFailure.TokenFailure)" in str(same.audit())


def test_a_request_that_is_sent_a_second_time_carries_its_old_signature() -> None:
    resent = Sequence("RequestLimitExceeded*2, ok")
    request = resent.signed()
    for second in (0, 0.8, 2.9):
        resent.at(second).send(request)
    found = resent.audit()
    assert found.rules == ("old-signature",)
    assert numbers(found, "old-signature") == [(1, 2, 3)]
    assert "2.9 s later" in found.findings[0].what
    assert "Signature=" not in str(found)


@pytest.mark.parametrize(
    "name", ["go__sha1_get__http_prod", "go__sha256_post__http_prod", "java__sha1_post__http_prod"]
)
def test_a_signature_of_the_older_scheme_is_known_again(name: str) -> None:
    """It stands in the query or in the form; with a nonce that is another each time."""
    (capture,) = [each for each in captured("HmacSHA1", "HmacSHA256") if each.name == name]
    resent = of(capture, "RequestLimitExceeded*2, ok")
    for second in (0, 0.8, 2.9):
        resent.at(second).send(sent_by(capture))
    assert [entry["verified"] for entry in resent.endpoint.journal()] == [True] * 3
    assert numbers(resent.audit(), "old-signature") == [(1, 2, 3)]


def test_what_is_not_signed_has_no_old_signature() -> None:
    unsigned = Sequence("RequestLimitExceeded*2, ok", auth="off")
    for second in (0, 0.8, 2.9):
        bare = Request.post(HOST, {"x-tc-action": "CreateAIAgentCall", "authorization": "SKIP"}, b"{}")
        unsigned.at(second).send(bare)
    found = unsigned.audit()
    assert found.calls == 3
    assert not found.of("old-signature")


def test_two_requests_of_one_second_may_have_equal_signatures() -> None:
    assert not Sequence("RequestLimitExceeded, ok").calls(0.1, 0.8).audit().of("old-signature")


# --- how it was spread over time -----------------------------------------------------------------------------------


def test_who_comes_back_at_once_twice_waits_for_nothing() -> None:
    assert numbers(Sequence("RequestLimitExceeded*2, ok").calls(0, 0, 0.004).audit(), "no-wait") == [(2, 3)]


def test_one_short_wait_can_be_drawn_and_two_calls_with_one_each_hardly() -> None:
    once = Sequence("RequestLimitExceeded, ok").calls(0, 0.003).audit()
    assert not once
    assert "too few to tell" in doubts(once)["no-wait"]
    first, second = callees(2)
    twice = Sequence("RequestLimitExceeded, ok, RequestLimitExceeded, ok").to(first, 0, 0.003).to(second, 5, 5.003)
    assert numbers(twice.audit(), "no-wait") == [(2, 4)]


def test_a_clock_that_stands_still_shows_no_wait_and_nothing_is_said_of_it() -> None:
    found = Sequence("RequestLimitExceeded*5, ok").calls(0, 0, 0, 0, 0, 0).audit(sleeping_moves_time=False)
    assert not found
    assert {rule for rule, why in doubts(found).items() if "clock does not run" in why} == {
        "no-wait", "no-growth", "no-jitter", "storm",
    }  # fmt: skip


def test_a_clock_that_was_set_back_shows_no_wait_either() -> None:
    sequence = Sequence("RequestLimitExceeded, ok").calls(100)
    sequence.clock.freeze(NOW)
    found = sequence.calls(0).audit()
    assert found.retried == 1
    assert "clock does not run" in doubts(found)["no-wait"]


def test_a_world_that_runs_faster_is_no_patience() -> None:
    hurried = Sequence("RequestLimitExceeded*2, ok").calls(0, 0.6, 1.2)
    assert not hurried.audit().of("no-wait")
    assert hurried.audit(speed=100.0).of("no-wait")


def plan_of(attempts: int) -> str:
    return f"RequestLimitExceeded*{attempts - 1}, ok"


@pytest.mark.parametrize(
    ("waits", "broken"),
    [((2, 2, 2, 2), True), ((8, 4, 2, 1), True), ((1, 2, 4, 8), False), ((1, 2, 4, 4), False),
     ((0.48, 0.12, 0.05, 0.03), False)],
)  # fmt: skip
def test_waits_that_stay_the_same_do_not_grow(waits: tuple[float, ...], broken: bool) -> None:
    found = Sequence(plan_of(5)).calls(0, *itertools.accumulate(waits)).audit()
    assert numbers(found, "no-growth") == ([(1, 2, 3, 4, 5)] if broken else [])


def test_three_waits_are_too_few_to_say_that_they_do_not_grow() -> None:
    found = Sequence(plan_of(4)).calls(0, 2, 4, 6).audit()
    assert not found.of("no-growth")
    assert "no call had 4 waits in a row" in doubts(found)["no-growth"]


@pytest.mark.parametrize("waits", [(1, 2, 4, 8), (1, 1, 1, 1), (0.5, 1.5, 4.5, 13.5), (1, 2, 4, 5, 5, 5)])
def test_waits_that_follow_a_rule_exactly_are_not_drawn(waits: tuple[float, ...]) -> None:
    times = (0, *itertools.accumulate(waits))
    assert Sequence(f"RequestLimitExceeded*{len(waits)}, ok").calls(*times).audit().of("no-jitter")


@pytest.mark.parametrize(
    "waits",
    [
        (1.1, 2.4, 4.2, 8.9),
        (0.3, 0.9, 1.1, 3.9),
        (1, 2.3, 5, 5),
        (2.31, 4.11, 8.2, 9),
        (1, 2, 4, 5),
        (1.1, 2.24, 4.41, 8.9),
    ],
)
def test_waits_that_nearly_follow_one_may_be(waits: tuple[float, ...]) -> None:
    times = (0, *itertools.accumulate(waits))
    assert not Sequence(f"RequestLimitExceeded*{len(waits)}, ok").calls(*times).audit()


def test_four_calls_that_wait_as_long_are_not_drawn_and_three_are_too_few() -> None:
    def found(count: int, *waits: float) -> Audit:
        sequence = Sequence(", ".join(["RequestLimitExceeded, ok"] * count))
        for n, callee in enumerate(callees(count)):
            sequence.to(callee, 10 * n, 10 * n + waits[n % len(waits)])
        return sequence.audit()

    assert numbers(found(4, 1.0, 1.005), "no-jitter") == [(2, 4, 6, 8)]
    assert not found(4, 0.4, 0.9).of("no-jitter")
    assert "too few" in doubts(found(3, 1.0))["no-jitter"]


def test_what_the_first_waits_of_all_show_is_not_told_of_each_again() -> None:
    sequence = Sequence("RequestLimitExceeded*")
    for n, callee in enumerate(callees(4)):
        sequence.to(callee, *(100 * n + second for second in (0, 1, 3, 7, 15)))
    assert numbers(sequence.audit(), "no-jitter") == [(2, 7, 12, 17)]


def test_more_than_ten_attempts_or_five_minutes_are_no_deadline() -> None:
    many = [1.1 * n * n for n in range(12)]
    assert numbers(Sequence("RequestLimitExceeded*").calls(*many).audit(), "no-deadline") == [tuple(range(1, 13))]
    assert Sequence("RequestLimitExceeded*").calls(0, 70, 190, 420).audit().of("no-deadline")
    assert not Sequence("RequestLimitExceeded*").calls(*many[:9]).audit().of("no-deadline")
    in_the_end = Sequence(plan_of(12)).calls(*many).audit()
    assert in_the_end.of("no-deadline")
    assert "no-deadline" not in doubts(in_the_end)


def test_who_never_gave_up_has_not_shown_that_it_would() -> None:
    assert "let a plan fail for ever" in doubts(Sequence("RequestLimitExceeded, ok").calls(0, 1).audit())["no-deadline"]
    assert "no-deadline" not in doubts(Sequence("RequestLimitExceeded*").calls(0, 1).audit())


def test_who_asks_again_a_quarter_of_an_hour_later_is_in_no_loop() -> None:
    assert Sequence("FailedOperation.CalleeIsBlackUser*2").calls(0, 900).audit().retried == 0


def test_workers_that_keep_step_are_a_storm() -> None:
    people = callees(8)
    when = [(0.01 * n, callee) for n, callee in enumerate(people)]
    again = [(1 + 0.004 * n, callee) for n, callee in enumerate(people)]
    found = in_turn(Sequence("RequestLimitExceeded*8, ok*8"), when + again).audit()
    assert numbers(found, "storm") == [tuple(range(9, 17))]
    assert "8 calls that were waiting came back within 50 ms." in found.of("storm")[0].what


def test_workers_that_come_back_together_beyond_the_limit_are_one_however_they_draw() -> None:
    people, chance = callees(30), random.Random(1)
    when = [(0.3 * chance.random(), callee) for callee in people]
    again = [(1 + 0.9 * chance.random(), callee) for callee in people]
    found = in_turn(Sequence("RequestLimitExceeded*30, ok*30"), when + again).audit()
    (entries,) = numbers(found, "storm")
    assert 20 < len(entries) <= 30
    assert "20 pass" in found.of("storm")[0].what


def test_a_few_others_beside_them_hide_no_storm_and_many_do() -> None:
    def found(beside: int) -> Audit:
        people = callees(10 + beside)
        when = [(0.001 * n, callee) for n, callee in enumerate(people)]
        again = [(1 + 0.004 * n, callee) for n, callee in enumerate(people[:10])]
        again += [(1.3, callee) for callee in people[10:]]
        return in_turn(Sequence(f"RequestLimitExceeded*{len(people)}, ok*99"), when + again).audit()

    assert found(1).of("storm")[0].what.endswith("within 50 ms, and 1 soon before or after.")
    assert not found(4).of("storm")


def test_so_many_as_the_limit_lets_pass_are_none_and_neither_is_one_call_alone() -> None:
    people = callees(20)
    when = [(0.01 * n, callee) for n, callee in enumerate(people)]
    again = [(1 + 0.04 * n, callee) for n, callee in enumerate(people)]
    assert not in_turn(Sequence("RequestLimitExceeded*20, ok*20"), when + again).audit().of("storm")
    assert not Sequence("RequestLimitExceeded*").calls(*(0.03 * n for n in range(30))).audit().of("storm")


def test_two_calls_that_hammer_are_one_and_nothing_is_left_in_doubt() -> None:
    when = [(0.05 * n + begin, callee) for begin, callee in zip((0, 0.02), callees(2), strict=True) for n in range(20)]
    found = in_turn(Sequence("RequestLimitExceeded*"), when).audit()
    assert "attempts of 2 calls came back within a second; 20 pass." in found.of("storm")[0].what
    assert "storm" not in doubts(found)


def test_workers_that_spread_themselves_are_none() -> None:
    people, chance = callees(12), random.Random(1)
    when = [(0.3 * chance.random(), callee) for callee in people]
    again = [(1 + 2 * chance.random(), callee) for callee in people]
    found = in_turn(Sequence("RequestLimitExceeded*12, ok*12"), when + again).audit()
    assert not found
    assert "storm" not in doubts(found)


def test_one_after_the_other_is_no_storm_however_fast() -> None:
    sequence = Sequence(", ".join(["RequestLimitExceeded, ok"] * 6))
    for n, callee in enumerate(callees(6)):
        sequence.to(callee, 0.006 * n, 0.006 * n + 0.003)
    assert sequence.audit().rules == ("no-wait",)


# --- what official clients do --------------------------------------------------------------------------------------


@pytest.fixture
def by_go() -> Any:
    """A request of the official Go client, which it signs once and sends as often as it likes (sdk-source)."""
    return next(each for each in captured("TC3-HMAC-SHA256") if each.name == "go__tc3_post__http_prod")


@pytest.fixture
def by_java() -> Any:
    return next(each for each in captured("TC3-HMAC-SHA256") if each.name == "java__tc3_post__http_prod")


def of(capture: Any, plan: str) -> Sequence:
    known = capture.known
    key = Credential(known["secret_id"], known["secret_key"])
    return Sequence(plan, began=known["timestamp"], credentials=[key])


def test_go_waits_1_2_4_8_seconds_for_the_rate_and_sends_the_signature_of_the_first(by_go: Any) -> None:
    """RateLimitExceededMaxRetries=5 with ExponentialBackoff, its default (sdk-source)."""
    sequence = of(by_go, "RequestLimitExceeded*5, ok")
    for second in (0, 1, 3, 7, 15, 31):
        sequence.at(second).send(sent_by(by_go))
    found = sequence.audit()
    assert found.rules == ("old-signature", "no-jitter")
    assert numbers(found, "old-signature") == [(1, 2, 3, 4, 5, 6)]


def test_go_with_nine_retries_ends_in_an_expired_signature_that_is_its_own(by_go: Any) -> None:
    sequence = of(by_go, "RequestLimitExceeded*9, ok")
    for n in range(10):
        sequence.at(2**n - 1).send(sent_by(by_go))
    assert sequence.endpoint.journal()[-1]["verdict"] == "AuthFailure.SignatureExpire"
    assert set(sequence.audit().rules) == {"old-signature", "no-jitter", "no-deadline"}


def java(sequence: Sequence, capture: Any, attempts: int) -> Audit:
    """`client.retry(request, n)`: whatever came, again after one second, signed anew (sdk-source)."""
    dropped = (b"authorization", b"x-tc-timestamp")
    for second in range(attempts):
        sequence.at(second)
        sent = sent_by(capture)
        lines = [line for line in sent.headers.lines if line[0].lower() not in dropped]
        bare = sent._replace(headers=type(sent.headers)(lines))
        key = capture.known["secret_id"], capture.known["secret_key"]
        sequence.send(sign(bare, *key, timestamp=int(sequence.clock.signing())))
    return sequence.audit()


def test_java_repeats_what_cannot_succeed_each_second(by_java: Any) -> None:
    found = java(of(by_java, "FailedOperation.CalleeIsBlackUser*"), by_java, 5)
    assert found.rules == ("cannot-succeed", "no-growth", "no-jitter")
    assert numbers(found, "cannot-succeed") == [(1, 2, 3, 4, 5)]


def test_java_dials_a_second_time(by_java: Any) -> None:
    assert java(of(by_java, "ok+reset@after, ok"), by_java, 2).rules == ("dialled-twice",)


# --- what is made of it --------------------------------------------------------------------------------------------


def test_where_nothing_was_tried_again_there_is_nothing_to_judge() -> None:
    found = Sequence().audit()
    assert (bool(found), len(found), list(found), found.not_judged) == (False, 0, [], ())
    assert str(found) == "retries: no findings in 0 calls, 0 of them tried again"


def test_a_finding_names_entries_action_reason_and_what_to_do() -> None:
    (finding,) = Sequence("FailedOperation.CalleeIsBlackUser*2").calls(0, 1.3).audit()
    rule = RULES["cannot-succeed"]
    assert (finding.rule, finding.action, finding.entries) == ("cannot-succeed", "CreateAIAgentCall", (1, 2))
    assert (finding.reason, finding.to_do) == (rule.reason, rule.to_do)
    for told in ("cannot-succeed", "#1", "#2", "CalleeIsBlackUser"):
        assert told in str(finding)


def test_check_raises_an_assertion_that_tells_all_of_it() -> None:
    found = Sequence("ok+reset@after, ok").calls(0, 1.3).audit()
    with pytest.raises(AssertionError, match="dialled-twice: #2 dialled the same person again") as raised:
        found.check()
    assert isinstance(raised.value, UnsoundRetries)
    assert str(raised.value) == str(found)
    Sequence().audit().check()


def test_its_repr_is_short_enough_for_pytest_not_to_cut_it() -> None:
    found = Sequence("ok+reset@after, FailedOperation.CalleeIsBlackUser*5, ok").calls(0, 0, 0, 0, 0, 0, 0).audit()
    assert len(repr(found)) < 240
    assert repr(found).startswith("<Audit: dialled-twice #1, #7; ")


def test_a_rule_is_ignored_by_its_name_and_with_a_reason() -> None:
    sequence = Sequence("FailedOperation.CalleeIsBlackUser*2").calls(0, 1.3)
    found = sequence.audit(ignore={"cannot-succeed": "the list is edited meanwhile"})
    assert not found
    assert found.ignored[0].finding.entries == (1, 2)
    assert "Ignored: the list is edited meanwhile" in " ".join(str(found).split())


def test_what_is_ignored_and_unjudged_is_not_told_twice() -> None:
    found = Sequence("RequestLimitExceeded, ok").calls(0, 1).audit(ignore={"storm": "one worker"})
    assert "storm" not in doubts(found)


@pytest.mark.parametrize(
    ("ignore", "message"),
    [({"no-jiter": "x"}, "no rule 'no-jiter'; did you mean no-jitter"), ({"storm": " "}, "expected the reason"),
     ({"storm": None}, "expected the reason")],
)  # fmt: skip
def test_a_rule_that_there_is_not_and_one_without_a_reason_are_refused(ignore: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Sequence().audit(ignore=ignore)


def test_it_can_be_read_by_entry() -> None:
    found = Sequence("ok+reset@after, FailedOperation.CalleeIsBlackUser, ok").calls(0, 0, 0).audit()
    assert found.by_entry() == {
        1: "dialled-twice",
        2: "cannot-succeed, no-wait",
        3: "dialled-twice, cannot-succeed, no-wait",
    }


def test_it_is_the_same_as_json() -> None:
    found = Sequence("ok+reset@after, ok").calls(0, 1.3).audit(ignore={"dialled-twice": "known"})
    form = json.loads(json.dumps(found.as_json()))
    assert (form["calls"], form["retried"], form["findings"]) == (2, 1, [])
    assert form["ignored"][0]["entries"] == [1, 2]
    assert {each["rule"] for each in form["not_judged"]} <= set(RULES)


def test_no_number_key_or_signature_is_told() -> None:
    found = Sequence("ok+reset@after, FailedOperation.CalleeIsBlackUser*2, ok").calls(0, 0, 0, 0).audit()
    told = f"{found!r} {found} {found.as_json()}"
    for secret in (CALLEE, "13800000000", "TC3-HMAC", ccc_mock.DEFAULT_CREDENTIAL.secret_key):
        assert secret not in told
    assert told.isascii()


# --- the table -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.name)
def test_every_rule_has_a_reason_a_source_and_something_to_do(rule: Any) -> None:
    assert rule.source in API.sources
    assert rule.confidence in CONFIDENCES
    assert rule.reason.endswith(".")
    assert rule.to_do.endswith(".")
    assert inspect.getmodule(rule.find) in (repeats, spacing, storms)


def test_docs_have_every_rule_in_this_order_and_every_bound() -> None:
    told = (FIXTURES.parent / "docs" / "audit.md").read_text("utf-8")
    assert re.findall(r"^\| `([a-z-]+)` \|", told, re.MULTILINE) == list(RULES)
    assert f"within {spacing.NO_WAIT_SECONDS * 1e3:.0f} ms" in told
    assert f"more than {spacing.MAX_ATTEMPTS} attempts" in told
    assert f"more than {spacing.MAX_SECONDS / 60:.0f} minutes" in told
    assert f"at least {repeats.RESENT_SECONDS} s later" in told
    assert f"within {storms.TOGETHER_SECONDS * 1e3:.0f} ms" in told


def test_no_action_takes_a_token_by_which_a_repetition_could_be_known() -> None:
    """What `dialled-twice` rests on."""
    names = {name for action in API.actions.values() for name in action.input.members}
    assert not [name for name in names if "token" in name.lower() or "idempot" in name.lower()]


# --- whatever comes ------------------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from([0.0, 0.003, 0.4, 1.0, 2.0, 700.0]), st.integers(0, 2), st.sampled_from(words_for())),
        max_size=12,
    ),
    st.booleans(),
)
def test_it_judges_any_sequence_and_names_only_entries_that_are_there(steps: Any, moves: bool) -> None:
    sequence, second = Sequence(", ".join(word for _, _, word in steps)), 0.0
    for wait, who, _ in steps:
        second += wait
        sequence.to(callees(3)[who], second)
    found = sequence.audit(sleeping_moves_time=moves)
    for finding in found:
        assert set(finding.entries) <= set(range(1, len(steps) + 1))
        assert list(finding.entries) == sorted(set(finding.entries))
    if sequence.endpoint.accounts.default.ledger.duplicates() and not any(wait == 700.0 for wait, _, _ in steps):
        assert found.of("dialled-twice")
    assert str(found)


@pytest.mark.parametrize(
    "request_",
    [Request.post("x", {}), Request.post("x", {"x-tc-action": "\x1b[2JNo"}, b"\xff" * 100_000),
     Request("GET", b"/", b"Action=CreateAIAgentCall&Signature=x&Nonce=%ff", Request.post("x", {}).headers, b""),
     Request.post("x", {"x-tc-action": "CreateAIAgentCall", "content-type": "application/json"}, b"[" * 50_000)],
    ids=["empty", "hostile", "older", "deep"],
)  # fmt: skip
def test_what_is_no_call_at_all_is_judged_like_any_other(request_: Request) -> None:
    endpoint = Endpoint(clock=Clock(at=NOW))
    for _ in range(3):
        endpoint.exchange(request_)
    found = audit(endpoint.accounts.default.journal.page().entries, endpoint.api)
    assert "\x1b" not in f"{found} {found!r}"


def test_a_full_journal_is_judged_in_moments_and_says_what_it_dropped() -> None:
    sequence = Sequence("RequestLimitExceeded*")
    for n in range(1100):
        sequence.to(callees(50)[n % 50], 0.01 * n)
    page = sequence.endpoint.accounts.default.journal.page(limit=1000)
    found = audit(page.entries, sequence.endpoint.api, dropped=page.dropped)
    assert (found.calls, found.dropped) == (1000, 100)
    assert "100 older calls dropped by the journal" in str(found)
    assert {"no-deadline", "no-growth", "no-jitter", "storm"} <= set(found.rules)


def test_a_plan_with_a_name_that_looks_like_a_step_is_no_harm() -> None:
    sequence = Sequence()
    sequence.endpoint.plan("ok+reset@after", name="a: b: c")
    assert sequence.calls(0, 1.3).audit().calls == 2


@pytest.mark.parametrize(
    ("plan", "outcome"),
    [("ok", ANSWERED), ("RequestLimitExceeded", REFUSED), ("RequestLimitExceeded+reset@after", UNKNOWN),
     ("100%: InternalError", UNKNOWN), ("ok+gzip+reset(5)", UNKNOWN), ("ok+close(99999)", ANSWERED)],
)  # fmt: skip
def test_what_a_client_could_know_of_an_attempt(plan: str, outcome: str) -> None:
    sequence = Sequence(plan).calls(0)
    (attempt,) = attempts(sequence.endpoint.accounts.default.journal.page().entries, API)
    assert attempt.outcome == outcome


def test_an_audit_while_others_call_sees_whole_entries() -> None:
    with ccc_mock.fake(auth="off") as ccc:
        done = threading.Event()
        request = Sequence().signed()

        def call() -> None:
            for _ in range(200):
                ccc.endpoint.exchange(request)
            done.set()

        thread = threading.Thread(target=call)
        thread.start()
        while not done.is_set():
            ccc.audit_retries()
        thread.join()
        assert ccc.audit_retries().calls == 200


def test_steps_are_read_whatever_action_they_were_written_for() -> None:
    for word in words_for("HangUpCall"):
        assert parse(f"action=*: {word}", API).drafts
