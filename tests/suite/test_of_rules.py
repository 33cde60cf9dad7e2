"""The properties of the rules: a target that has a rule not, or has it wrong, breaks the one that is about it."""

from __future__ import annotations

import pytest

from ccc_contract.http import Request, Response
from ccc_contract.suite import of_rules
from ccc_contract.suite.judging import judge
from ccc_contract.suite.property import Property
from ccc_mock import Endpoint
from ccc_mock.answering import answering
from ccc_mock.domain import calls
from ccc_mock.limits import Limits
from ccc_mock.settings import Settings
from suite_targets import Send, target_of
from wrong_answers import refusing, told_as

FAILED = "FailedOperation."
PROPERTIES = {prop.name: prop for prop in of_rules.PROPERTIES}

OVERLOOKED = {
    "an_app_that_is_not_there_is_told": of_rules.NO_APP,
    "agents_are_looked_for_in_an_app": of_rules.NO_APP,
    "an_agent_that_is_not_there_is_told": of_rules.VALUE,
    "an_app_that_may_not_call_is_told": FAILED + "PermissionDenied",
    "where_no_minutes_are_left_it_is_told": "LimitExceeded.BasePackageExpired",
    "a_licence_that_has_ended_is_told": FAILED + "AILicenseHasExpired",
    "without_a_usable_number_nobody_is_called": FAILED + "NoCallOutNumber",
    "only_numbers_of_the_app_are_called_from": FAILED + "NoCallOutNumber",
    "a_broken_trunk_is_told": FAILED + "CallOutFailed",
    "a_number_carries_as_many_calls_as_it_has_channels": of_rules.BUSY,
    "an_app_has_as_many_calls_as_its_agents_hold": of_rules.FULL,
    "who_has_no_number_is_told": of_rules.VALUE,
    "who_complained_is_not_called": FAILED + "CalleeIsBlackUser",
    "nobody_is_called_out_of_hours": FAILED + "CalloutRuleNotWorkTime",
    "who_lives_in_a_blind_area_is_not_called": FAILED + "CalloutRuleBlindArea",
    "nobody_is_called_too_often_within_minutes": of_rules.TOO_OFTEN,
    "nobody_is_called_too_often_within_a_day": of_rules.TOO_OFTEN_TODAY,
}
"""Property → the code of the rule that it is about."""


@pytest.mark.parametrize("name", OVERLOOKED)
def test_a_target_that_does_not_look_breaks_it(name: str, answer: Send) -> None:
    wrong = told_as(answer, {OVERLOOKED[name]: ""})
    assert judge(PROPERTIES[name], target_of(wrong), examples=3).outcome == "differs"


@pytest.mark.parametrize("name", OVERLOOKED)
def test_a_target_that_tells_it_by_another_code_breaks_it(name: str, answer: Send) -> None:
    wrong = told_as(answer, {OVERLOOKED[name]: "FailedOperation"})
    assert judge(PROPERTIES[name], target_of(wrong), examples=3).outcome == "differs"


@pytest.mark.parametrize("prop", of_rules.PROPERTIES, ids=lambda prop: prop.name)
def test_a_target_that_lets_nobody_call_breaks_it(prop: Property, answer: Send) -> None:
    wrong = refusing(answer, OVERLOOKED.get(prop.name, of_rules.BUSY))
    assert judge(prop, target_of(wrong), examples=3).outcome == "differs"


# --- what counts ---------------------------------------------------------------------------------------------------


def after_one_call(answer: Send, code: str) -> Send:
    """Nobody is called a second time, whoever it is, until a reset."""
    placed: list[Request] = []

    def wrong(request: Request) -> Response:
        if request.path.startswith(b"/_ccc/reset"):
            placed.clear()
        response = (refusing(answer, code) if placed else answer)(request)
        if b'"SessionId"' in response.body and not request.path.startswith(b"/_ccc"):
            placed.append(request)
        return response

    return wrong


COUNTED_TOGETHER = {
    "callees_are_counted_apart": of_rules.TOO_OFTEN,
    "after_the_interval_somebody_may_be_called_again": of_rules.TOO_OFTEN,
    "a_day_is_counted_by_app": of_rules.TOO_OFTEN_TODAY,
}


@pytest.mark.parametrize("name", COUNTED_TOGETHER)
def test_a_target_that_counts_all_together_breaks_it(name: str, answer: Send) -> None:
    wrong = after_one_call(answer, COUNTED_TOGETHER[name])
    verdict = judge(PROPERTIES[name], target_of(wrong), examples=12)
    assert verdict.outcome == "differs"
    assert [bool(reply.code) for reply in verdict.heard] == [False, True]


def test_a_target_that_counts_each_spelling_apart_breaks_it(answer: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "normalised", lambda number: number)
    verdict = judge(of_rules.a_callee_is_one_in_every_spelling, target_of(answer), examples=12)
    assert verdict.outcome == "differs"


def with_settings(**changes: object) -> Send:
    return answering(Endpoint(limits=Limits(), settings=Settings(**changes)))  # type: ignore[arg-type]


def test_a_target_that_counts_refused_attempts_breaks_it() -> None:
    verdict = judge(
        of_rules.what_was_refused_is_not_counted, target_of(with_settings(refused_attempts_count=True)), examples=12
    )
    assert verdict.outcome == "differs"


def test_a_calendar_day_or_the_last_24_hours_both_are_a_day() -> None:
    target = target_of(with_settings(day_is="calendar"))
    assert judge(of_rules.nobody_is_called_too_often_within_a_day, target, examples=12).outcome == "held"


def test_a_target_whose_refusals_hold_a_line_breaks_it(answer: Send) -> None:
    seen: list[bool] = []

    def wrong(request: Request) -> Response:
        if request.path.startswith(b"/_ccc"):
            seen.clear()
            return answer(request)
        response = (refusing(answer, of_rules.BUSY) if seen else answer)(request)
        if b"CalleeIsBlackUser" in response.body:
            seen.append(True)
        return response

    verdict = judge(of_rules.what_was_refused_holds_no_line, target_of(wrong), examples=3)
    assert verdict.outcome == "differs"


def test_a_target_whose_clock_is_not_beijings_breaks_the_hours(answer: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    from ccc_mock.world import rules

    monkeypatch.setattr(rules, "second_of_day", lambda moment: moment % 86_400)
    verdict = judge(of_rules.nobody_is_called_out_of_hours, target_of(answer), examples=1)
    assert verdict.outcome == "differs"


def test_each_property_has_something_that_breaks_it() -> None:
    others = {
        "a_callee_is_one_in_every_spelling", "what_was_refused_is_not_counted", "what_was_refused_holds_no_line"
    }  # fmt: skip
    assert {*OVERLOOKED, *COUNTED_TOGETHER, *others} == set(PROPERTIES)


def test_all_of_them_dial() -> None:
    assert all(prop.dials and not prop.refusal for prop in of_rules.PROPERTIES)
