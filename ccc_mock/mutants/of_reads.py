"""Fakes that are wrong about lists: which page has what, how many there are, and what stands in each."""

from __future__ import annotations

from collections.abc import Callable, Mapping

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


def _from_one(true: Handler, scene: Scene, params: Mapping[str, JSON], name: str) -> Result:
    return true(scene, {**params, "PageNumber": _number_of(params) - 1})


def _without_the_last(true: Handler, scene: Scene, params: Mapping[str, JSON], name: str) -> Result:
    result = true(scene, params)
    return {**result, name: result[name][:-1]}


def _with_the_one_before(true: Handler, scene: Scene, params: Mapping[str, JSON], name: str) -> Result:
    """The last of a page is also the first of the next one."""
    result, number = true(scene, params), _number_of(params)
    before = true(scene, {**params, "PageNumber": number - 1})[name] if number else []
    return {**result, name: [*before[-1:], *result[name]]}


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


READS = (
    Mutant("pages-count-from-one", "reads", "The first page is page 1.", "", _both(_from_one)),
    Mutant("last-of-a-page-lost", "reads", "Every page lacks its last element.", "", _both(_without_the_last)),
    Mutant("pages-overlap", "reads", "The last of a page is the first of the next one, too.", "",
           _both(_with_the_one_before)),
    Mutant("total-of-the-page", "reads", "TotalCount is how many the page has.", "", _both(_counted_by_page)),
    Mutant("page-size-ignored", "reads", "Every page has everything.", "", _both(_all_at_once)),
    Mutant("null-for-an-empty-page", "reads", "A page with nothing on it is null, and no empty list.", "",
           _both(_null_for_none)),
    Mutant("page-behind-the-end-refused", "reads", "A page behind the last one is refused.", "",
           _both(_nothing_behind_the_end)),
    Mutant("element-lacks-its-first-member", "reads", "The elements of a list lack their first member.", "",
           _each(lambda element: dict(list(element.items())[1:]))),
    Mutant("numbers-as-text", "reads", "Numbers in the elements of a list are texts.", "",
           _each(lambda element: {name: str(value) if type(value) is int else value
                                  for name, value in element.items()})),
)  # fmt: skip
