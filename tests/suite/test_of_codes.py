"""The properties of codes: something breaks each of them, and a copied list is not held against anybody."""

from __future__ import annotations

from ccc_contract.http import Request, Response
from ccc_contract.suite.judging import judge
from ccc_contract.suite.of_codes import an_action_refuses_with_what_it_declares, every_code_is_a_known_one
from suite_targets import Send, target_of
from wrong_answers import told_as

NO_APP = "InvalidParameterValue.InstanceNotExist"


def test_a_code_that_is_in_no_list_is_none(answer: Send) -> None:
    for code in ("AuthFailure.", "AUTHFAILURE.SIGNATUREEXPIRE", "AuthFailure.Whatever"):
        wrong = told_as(answer, {"AuthFailure.SignatureExpire": code})
        verdict = judge(every_code_is_a_known_one, target_of(wrong), examples=25)
        assert verdict.outcome == "differs", code
        assert code in verdict.why


def test_a_code_of_another_action_is_none_of_this_one(answer: Send) -> None:
    wrong = told_as(answer, {NO_APP: "FailedOperation.SeatStatusBusy"})
    verdict = judge(an_action_refuses_with_what_it_declares, target_of(wrong), examples=25)
    assert verdict.outcome == "differs"


def test_a_list_that_was_copied_from_another_action_is_not_looked_at(answer: Send) -> None:
    elsewhere = told_as(answer, {"InvalidParameterValue": NO_APP})

    def wrong(request: Request) -> Response:
        is_inherited = request.headers.get(b"x-tc-action") == b"DescribeNumbers"
        return elsewhere(request) if is_inherited else answer(request)

    assert judge(an_action_refuses_with_what_it_declares, target_of(wrong), examples=25).outcome == "held"
