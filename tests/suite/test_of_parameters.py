"""The properties of parameters: what they draw is what it says, and something breaks each of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, Phase, find, settings

from ccc_contract.conform import violations
from ccc_contract.reading import load_api
from ccc_contract.suite import of_parameters
from ccc_contract.suite.drawing import params
from ccc_contract.suite.judging import judge
from ccc_contract.suite.misfits import AS_JSON, instead, missing, undeclared
from ccc_contract.suite.places import API, at_bounds, beyond, changed, params_with, places
from ccc_contract.suite.property import Property
from suite_targets import Send, target_of
from wrong_answers import refusing, speechless, told_as

HARMLESS_ONES = {"SdkAppId": 1, "Callee": "0000000000000"}
CALL = "CreateAIAgentCall"
MISSING, UNKNOWN = "MissingParameter", "UnknownParameter"
INVALID, VALUE = "InvalidParameter", "InvalidParameterValue"


# --- what is drawn -------------------------------------------------------------------------------------------------


def rules_of(action: str, params: object) -> list[tuple[str, str]]:
    return [(each.rule, each.path) for each in violations(API, API.actions[action].input, params)]


def test_there_is_a_right_request_with_each_place_of_each_action() -> None:
    assert {place.action for place in places()} == set(load_api().actions)
    assert {sum(isinstance(key, str) for key in place.path) for place in places()} == {1, 2, 3, 4}
    for place in places():
        assert not rules_of(place.action, params_with(place)), place


def test_what_is_at_a_bound_is_right_and_what_is_beyond_it_breaks_just_that() -> None:
    kinds = set()
    for place in places():
        for value in at_bounds(place):
            assert not rules_of(place.action, changed(params_with(place), place.path, value)), (place, value)
        for value in beyond(place):
            kinds.add(place.type if place.member.enum else place.type + " range")
            assert rules_of(place.action, changed(params_with(place), place.path, value)) == [("value", place.name)]
    assert kinds >= {"string", "int64", "list range", "string range", "uint64 range", "float range"}


def test_each_width_is_tried_to_its_ends() -> None:
    tried = {value for place in places() if place.type in ("int64", "uint64") for value in at_bounds(place)}
    assert tried >= {-(2**63), 2**63 - 1, 0, 2**64 - 1}


QUIET = settings(
    max_examples=100, database=None, derandomize=True, report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
SMALLEST = {
    "missing": (missing(AS_JSON), "DescribeActiveCarrierPrivilegeNumber", {}),
    "undeclared": (undeclared(inside=False), "DescribeActiveCarrierPrivilegeNumber", {"SdkAppId": 1, "Unheard": "x"}),
    "of another type": (
        instead(lambda place: ["x"], lambda place: place.type == "int64"), "DescribeCallInMetrics", {"SdkAppId": "x"}
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", SMALLEST)
def test_the_simplest_that_is_drawn_is_the_smallest_request(case: str) -> None:
    drawn, action, given = SMALLEST[case]
    simplest = settings(QUIET, max_examples=1, phases=[Phase.generate])  # it is the first that is tried
    draft = find(drawn, lambda each: True, settings=simplest).draft
    assert (draft.action, draft.params) == (action, given)
    assert (draft.writing, draft.method, draft.scheme) == ("python", "POST", "TC3-HMAC-SHA256")


def test_right_parameters_shrink_to_what_is_required_beside_what_matters() -> None:
    found = find(params(CALL), lambda each: "Callers" in each and each["AIAgentId"] > 4, settings=QUIET)
    assert found == {**HARMLESS_ONES, "AIAgentId": 5, "Callers": []}


# --- each can fail -------------------------------------------------------------------------------------------------

Wrong = Callable[[Send], Send]


def told(**codes: str) -> Wrong:
    return lambda answer: told_as(answer, codes)


def refused(code: str, message: str = "") -> Wrong:
    return lambda answer: refusing(answer, code, message)


WRONG: dict[str, Wrong] = {
    "what_fits_is_taken": refused(UNKNOWN),
    "what_is_just_allowed_is_taken": refused(INVALID),
    "each_clients_word_for_a_truth_is_read": refused(INVALID),
    "what_is_missing_is_told": told(MissingParameter=INVALID),
    "an_empty_text_is_not_missing": refused(MISSING),
    "an_undeclared_parameter_is_told": told(UnknownParameter=""),
    "an_undeclared_member_is_told": told(UnknownParameter=""),
    "names_are_told_apart_by_case": told(UnknownParameter=""),
    "what_is_missing_is_told_before_what_is_unknown": told(MissingParameter=UNKNOWN),
    "what_is_unknown_is_told_before_a_wrong_type": told(UnknownParameter=INVALID),
    "a_complaint_about_a_name_names_it": speechless,
    "a_complaint_about_a_type_names_its_place": speechless,
    "null_is_nothing": told(MissingParameter=""),
    "null_is_taken_for_what_is_optional": refused(VALUE),
    "what_is_beyond_a_bound_is_told": told(InvalidParameterValue=INVALID),
}
WRONG_OF_A_TYPE = told(InvalidParameter=VALUE)


@pytest.mark.parametrize("prop", of_parameters.PROPERTIES, ids=lambda prop: prop.name)
def test_something_breaks_it(prop: Property, answer: Send) -> None:
    wrong = WRONG.get(prop.name, WRONG_OF_A_TYPE)
    assert judge(prop, target_of(wrong(answer)), examples=10).outcome == "differs"


def test_what_differs_is_the_smallest_request_that_shows_it(answer: Send) -> None:
    verdict = judge(of_parameters.an_undeclared_parameter_is_told, target_of(told(UnknownParameter="")(answer)))
    (reply,) = verdict.heard
    assert reply.draft.params == {"SdkAppId": 1, "Unheard": "x"}
    assert (reply.draft.writing, reply.draft.method) == ("python", "POST")


def test_a_bound_is_told_from_what_the_action_says_itself(answer: Send) -> None:
    prop = of_parameters.what_is_just_allowed_is_taken
    of_another = refusing(answer, VALUE, "`Elsewhere` names nothing here")
    assert judge(prop, target_of(of_another), examples=10).outcome == "held"
