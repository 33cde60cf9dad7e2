"""The properties of lists: a target that pages or shows wrongly breaks the one that is about it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ccc_contract.http import Request
from ccc_contract.suite import of_reads
from ccc_contract.suite.judging import judge
from suite_targets import Send, target_of
from wrong_answers import Fields, refusing, rewritten

PROPERTIES = {prop.name: prop for prop in of_reads.PROPERTIES}
Wrong = Callable[[Send], Send]
LISTS = ("AIAgentInfoList", "Numbers")


def listing(change: Callable[[list[Fields]], object]) -> Wrong:
    """Another list than the one that would be shown."""

    def fields(request: Request, given: Fields) -> Fields:
        return {name: change(value) if name in LISTS else value for name, value in given.items()}

    return lambda answer: rewritten(answer, fields)


def counting_the_page(answer: Send) -> Send:
    def fields(request: Request, given: Fields) -> Fields:
        shown = next((given[name] for name in LISTS if name in given), None)
        return given if shown is None else {**given, "TotalCount": len(shown)}

    return rewritten(answer, fields)


def never_twice_the_same(answer: Send) -> Send:
    asked: list[Request] = []

    def fields(request: Request, given: Fields) -> Fields:
        asked.append(request)
        return {**given, "TotalCount": len(asked)} if "TotalCount" in given else given

    return rewritten(answer, fields)


WRONG: dict[str, Wrong] = {
    "pages_partition_the_listing": listing(lambda shown: shown[:-1]),
    "total_count_is_the_whole": counting_the_page,
    "a_page_has_no_more_than_its_size": listing(lambda shown: shown * 2),
    "what_is_empty_is_an_empty_list": listing(lambda shown: shown or None),
    "behind_the_last_page_is_an_empty_one": listing(lambda shown: shown or [{}]),
    "elements_are_shown_as_they_are": listing(lambda shown: [dict(list(each.items())[1:]) for each in shown]),
    "reading_changes_nothing": never_twice_the_same,
    "a_result_is_what_the_action_declares": lambda answer: rewritten(
        answer, lambda request, given: {**given, "Extra": 1}
    ),
}


@pytest.mark.parametrize("name", PROPERTIES)
def test_something_breaks_it(name: str, answer: Send) -> None:
    assert judge(PROPERTIES[name], target_of(WRONG[name](answer)), examples=25).outcome == "differs"


def test_a_page_behind_the_last_one_that_is_refused_breaks_it(answer: Send) -> None:
    wrong = refusing(answer, "InvalidParameterValue", when=lambda request: b'"PageNumber": 0' not in request.body)
    prop = of_reads.behind_the_last_page_is_an_empty_one
    assert judge(prop, target_of(wrong), examples=25).outcome == "differs"


@pytest.mark.parametrize(
    "change",
    [
        lambda shown: [{**each, "State": str(each.get("State"))} for each in shown],
        lambda shown: [{**each, "Extra": 1} for each in shown],
    ],
    ids=["a number as text", "an undeclared member"],
)
def test_what_is_inside_of_a_list_is_looked_at(change: Callable[[list[Fields]], object], answer: Send) -> None:
    prop = of_reads.a_result_is_what_the_action_declares
    assert judge(prop, target_of(listing(change)(answer)), examples=25).outcome == "differs"


def test_pages_may_be_in_any_order(answer: Send) -> None:
    backwards = listing(lambda shown: shown[::-1])(answer)
    assert judge(of_reads.pages_partition_the_listing, target_of(backwards), examples=25).outcome == "held"
