"""What lists show of an account that is described: all of it, once, page by page."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from hypothesis import reject
from hypothesis import strategies as st

from .. import conform
from ..model import JSON
from .draft import Draft
from .drawing import played
from .property import Family
from .reply import Reply
from .service import Service
from .worlds import APP, app, call, number, open_world

reads = Family("reads", "what lists show of an account")


class Listing(NamedTuple):
    """An action that lists, page by page from 0: the member of its answer, and how an app is described with so many."""

    shown_in: str
    """The member of the answer."""
    described_in: str
    """The key of an app."""
    element: Callable[[int], dict[str, JSON]]
    """The nth element, as it is described and as it is shown."""
    largest_page: int


def _agent(n: int) -> dict[str, JSON]:
    return {"AIAgentId": 7 * n + 1, "AIAgentName": f"agent {n}", "VariableNames": [f"order{n}"] * (n % 2)}


def _number(n: int) -> dict[str, JSON]:
    return {**number(f"0086215506{n:04}"), "State": (1, 2, 4, 5)[n % 4], "CostType": n % 2}


LISTINGS = {
    "DescribeAIAgentInfoList": Listing("AIAgentInfoList", "agent", _agent, 100),
    "DescribeNumbers": Listing("Numbers", "number", _number, 100),
}
MODEL = "tccli-3.1.189.1"

_holds = partial(
    reads.holds, MODEL, needs=("described world",), action=played(*LISTINGS), count=st.integers(0, 12), at_most=25
)
_sizes = st.integers(1, 5)


def _begin(service: Service, action: str, count: int) -> list[dict[str, JSON]]:
    """An app with so many, and nothing like it elsewhere in the account but in another app; they are returned."""
    listing = LISTINGS[action]
    described, others = ([listing.element(n) for n in each] for each in (range(count), range(100, 103)))
    apps = [{**app(app_id), listing.described_in: each} for app_id, each in ((APP, described), (APP + 1, others))]
    service.reset()
    service.describe(open_world(app=apps))
    return described


def _page(service: Service, action: str, page: int, size: int) -> tuple[list[JSON], Reply]:
    """What the page shows, nothing where that is no list; and the whole answer."""
    reply = service.answers(Draft(action, {"SdkAppId": APP, "PageNumber": page, "PageSize": size}))
    shown = reply.result.get(LISTINGS[action].shown_in)
    return shown if isinstance(shown, list) else [], reply


def _pages(count: int, size: int) -> int:
    """How many there are; the first one is there even where it is empty."""
    return max(1, -(-count // size))


def _key(element: JSON) -> str:
    return str(element.get("AIAgentId") or element.get("Number")) if isinstance(element, dict) else repr(element)


@_holds(size=_sizes)
def pages_partition_the_listing(service: Service, action: str, count: int, size: int) -> None:
    """All pages from 0 on together are the whole list, each element once."""
    described = _begin(service, action, count)
    pages = [_page(service, action, page, size)[0] for page in range(_pages(count, size))]
    shown = sorted(_key(element) for page in pages for element in page)
    if shown != sorted(map(_key, described)):
        service.fail(f"{sorted(map(_key, described))}, in pages of {size}", str(shown), service.heard[-1])


@_holds(size=_sizes, page=st.integers(0, 3))
def total_count_is_the_whole(service: Service, action: str, count: int, size: int, page: int) -> None:
    """TotalCount is how many there are, on each page."""
    _begin(service, action, count)
    reply = _page(service, action, page % _pages(count, size), size)[1]
    if reply.result.get("TotalCount") != count:
        service.fail(f"TotalCount {count}", repr(reply.result.get("TotalCount")), reply)


@_holds(size=_sizes, page=st.integers(0, 3))
def a_page_has_no_more_than_its_size(service: Service, action: str, count: int, size: int, page: int) -> None:
    """A page is never longer than PageSize."""
    _begin(service, action, count)
    shown, reply = _page(service, action, page % _pages(count, size), size)
    if len(shown) > size:
        service.fail(f"at most {size} elements", str(len(shown)), reply)


@_holds(count=st.just(0))
def what_is_empty_is_an_empty_list(service: Service, action: str, count: int) -> None:
    """Where there is nothing to list, the list is there and is empty."""
    _begin(service, action, count)
    reply = _page(service, action, 0, 10)[1]
    if reply.result.get(LISTINGS[action].shown_in) != []:
        service.fail("an empty list", str(reply.result), reply)


@_holds(size=_sizes, beyond=st.integers(0, 1000))
def behind_the_last_page_is_an_empty_one(service: Service, action: str, count: int, size: int, beyond: int) -> None:
    """A page behind the last one is an empty list, and no error."""
    _begin(service, action, count)
    reply = _page(service, action, _pages(count, size) + beyond, size)[1]
    if reply.result.get(LISTINGS[action].shown_in) != []:
        service.fail("an empty list", str(reply.result), reply)


@_holds()
def elements_are_shown_as_they_are(service: Service, action: str, count: int) -> None:
    """Each element of a list shows the numbers and texts that it has."""
    described = {_key(each): each for each in _begin(service, action, count)}
    shown, reply = _page(service, action, 0, LISTINGS[action].largest_page)
    for each in shown:
        whole = described.get(_key(each), {})
        if not whole or any(each.get(name) != value for name, value in whole.items()):
            service.fail(str(whole or "an element that was described"), str(each), reply)


@_holds()
def reading_changes_nothing(service: Service, action: str, count: int) -> None:
    """What is read twice is the same, but for the RequestId."""
    _begin(service, action, count)
    (_, first), (_, second) = (_page(service, action, 0, 10) for _ in range(2))
    if first.result != second.result:
        service.fail(str(first.result), str(second.result), second)


_ALL = ("CreateAIAgentCall", "HangUpCall", "DescribeTelSession", *LISTINGS)


@reads.holds(MODEL, needs=("described world",), dials=True, action=played(*_ALL), at_most=25)
def a_result_is_what_the_action_declares(service: Service, action: str) -> None:
    """A result has members that its action declares and no others, each of its type, at any depth; those that are
    always there are there."""
    service.reset()
    service.describe(open_world())
    reply = service.answers(_for_a_call(service, action))
    output = service.api.actions[action].output
    wrong = conform.violations(service.api, output, reply.fields)
    absent = [name for name in output.members if reply.fields.get(name) is None]
    if wrong or absent:
        service.fail("a result as declared", f"{'; '.join(map(str, wrong)) or absent}", reply)


def _for_a_call(service: Service, action: str) -> Draft:
    """A request for the action that succeeds: it is about a call that is placed for it, where it is about one."""
    if action == "CreateAIAgentCall":
        return call()
    if action in LISTINGS:
        return Draft(action, {"SdkAppId": APP, "PageNumber": 0, "PageSize": 10})
    placed = service.answers(call())
    if placed.has_no_behaviour:
        reject()
    return Draft(action, {"SdkAppId": APP, "SessionId": placed.result.get("SessionId", "")})


PROPERTIES = (
    pages_partition_the_listing, total_count_is_the_whole, a_page_has_no_more_than_its_size,
    what_is_empty_is_an_empty_list, behind_the_last_page_is_an_empty_one, elements_are_shown_as_they_are,
    reading_changes_nothing,
    a_result_is_what_the_action_declares,
)  # fmt: skip
