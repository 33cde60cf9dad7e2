"""Fakes that are wrong about lists: which page has what, how many there are, and what stands in each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import count

from ccc_contract.model import JSON

from ..domain import Handler, Scene
from .mutant import Make, Mutant, Parts, handling

_LISTS = {"DescribeAIAgentInfoList": "AIAgentInfoList", "DescribeNumbers": "Numbers"}
_EVERYTHING = {"PageNumber": 0, "PageSize": 1_000_000}

Result = dict[str, JSON]
Page = Callable[[Handler, Scene, Mapping[str, JSON], str], Result]
"""(true handler, scene, parameters, name of the list) → the answer."""


def _both(page: Page) -> Make:
    """Another page of agents, and of numbers."""

    def make(parts: Parts) -> Parts:
        for action, name in _LISTS.items():
            parts = handling(action, lambda true, name=name: _paging(page, true, name))(parts)  # type: ignore[misc]
        return parts

    return make


def _paging(page: Page, true: Handler, name: str) -> Handler:
    return lambda scene, params: page(true, scene, params, name)


def _each(change: Callable[[Result], Result]) -> Make:
    """Other elements of the lists."""

    def page(true: Handler, scene: Scene, params: Mapping[str, JSON], name: str) -> Result:
        result = true(scene, params)
        return {**result, name: [change(each) for each in result[name]]}

    return _both(page)


def _number_of(params: Mapping[str, JSON]) -> int:
    number: int = params.get("PageNumber") or 0
    return number


def _without_the_last(true: Handler, scene: Scene, params: Mapping[str, JSON], name: str) -> Result:
    result = true(scene, params)
    return {**result, name: result[name][:-1]}


def _counted_by_page(true: Handler, scene: Scene, params: Mapping[str, JSON], name: str) -> Result:
    result = true(scene, params)
    return {**result, "TotalCount": len(result[name])}


def _all_at_once(true: Handler, scene: Scene, params: Mapping[str, JSON], name: str) -> Result:
    return true(scene, {**params, **_EVERYTHING})


def _null_for_none(true: Handler, scene: Scene, params: Mapping[str, JSON], name: str) -> Result:
    result = true(scene, params)
    return {**result, name: result[name] or None}


def _nothing_behind_the_end(true: Handler, scene: Scene, params: Mapping[str, JSON], name: str) -> Result:
    result = true(scene, params)
    if not result[name] and _number_of(params):
        raise scene.refusal("InvalidParameterValue", "not-allowed", name="PageNumber")
    return result


def _turning(parts: Parts) -> Parts:
    times = count()

    def page(true: Handler, scene: Scene, params: Mapping[str, JSON], name: str) -> Result:
        result = true(scene, params)
        return {**result, name: result[name][::-1]} if next(times) % 2 else result

    return _both(page)(parts)


def _in_words(element: Result) -> Result:
    return {name: str(value) if type(value) is int else value for name, value in element.items()}


READS = (
    Mutant("last-of-a-page-lost", "reads", "Every page lacks its last element.",
           "pages_partition_the_listing", _both(_without_the_last)),
    Mutant("total-of-the-page", "reads", "TotalCount is how many the page has.",
           "total_count_is_the_whole", _both(_counted_by_page)),
    Mutant("page-size-ignored", "reads", "Every page has everything.",
           "a_page_has_no_more_than_its_size", _both(_all_at_once)),
    Mutant("null-for-an-empty-page", "reads", "A page with nothing on it is null, and no empty list.",
           "what_is_empty_is_an_empty_list", _both(_null_for_none)),
    Mutant("page-behind-the-end-refused", "reads", "A page behind the last one is refused.",
           "behind_the_last_page_is_an_empty_one", _both(_nothing_behind_the_end)),
    Mutant("order-turns", "reads", "Every second time a list is shown the other way round.",
           "reading_changes_nothing", _turning),
    Mutant("element-lacks-its-last-member", "reads", "The elements of a list lack their last member.",
           "elements_are_shown_as_they_are", _each(lambda element: dict(list(element.items())[:-1]))),
    Mutant("numbers-as-text", "reads", "Numbers in the elements of a list are texts.",
           "a_result_is_what_the_action_declares", _each(_in_words)),
)  # fmt: skip
