"""How many calls pass in a second, and what counts together.

Nothing is asked here that could ring: actions that read, with an app that need not exist.  Whether one is answered does
not matter, only whether the limit refuses it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from hypothesis import strategies as st

from ..client.credentials import Credential
from .draft import Draft
from .drawing import API, READS
from .property import Family
from .reply import Reply
from .service import Service
from .worlds import open_world

limit = Family("limit", "how many calls pass in a second, and what counts together")

BEYOND = "RequestLimitExceeded"
SOURCE = "doc-rate-limit"
_HERE, _THERE = "ccc.ap-guangzhou.tencentcloudapi.com", "ccc.ap-shanghai.tencentcloudapi.com"
REGIONS = ("ap-guangzhou", "ap-shanghai", "ap-beijing", "")

_holds = partial(limit.holds, at_most=12)
"""An example takes twenty requests and more, and there is little to draw."""

actions = st.sampled_from(sorted(READS, key=lambda name: (len(API.actions[name].input.required), name)))
"""Those that take least come first."""


def _draft(action: str) -> Draft:
    """What the action must have, and no more: texts, for nothing is looked at behind the limit."""
    given = {"string": "x", "list": [], "object": {}}
    members = API.actions[action].input
    return Draft(action, {name: given.get(members.members[name].type, 1) for name in members.required})


def _most(action: str) -> int:
    return API.actions[action].limit_per_second


def _begin(service: Service) -> None:
    """A second of which nothing is used."""
    service.at(service.now // 1 + 2)


def _use_up(service: Service, drafts: Iterable[Draft]) -> None:
    """Raises Violation where one of these is refused by the limit."""
    for n, draft in enumerate(drafts):
        reply = service.ask_at_once(draft)
        if reply.code.startswith(BEYOND):
            service.fail(f"that call {n + 1} of a second passes", reply, reply)


def _passes(service: Service, draft: Draft, why: str) -> None:
    reply = service.ask_at_once(draft)
    if reply.code.startswith(BEYOND):
        service.fail(f"that it passes: {why}", reply, reply)


def _is_beyond(service: Service, draft: Draft) -> Reply:
    reply = service.ask_at_once(draft)
    if reply.code != BEYOND:
        service.fail(BEYOND, reply, reply)
    return reply


def _all(action: str, **changes: object) -> Sequence[Draft]:
    """As many as pass."""
    return [_draft(action).but(**changes)] * _most(action)


@_holds(SOURCE, needs=("moved clock",), action=actions)
def as_many_as_documented_pass(service: Service, action: str) -> None:
    """In a second, as many calls of an action pass as its documentation says."""
    _begin(service)
    _use_up(service, _all(action))


@_holds(SOURCE, needs=("moved clock",), action=actions, more=st.integers(1, 3))
def one_more_is_refused(service: Service, action: str, more: int) -> None:
    """Whatever is beyond that is RequestLimitExceeded, and that is the code: the limit is the sub-account's."""
    _begin(service)
    for draft in _all(action):
        service.ask_at_once(draft)
    for _ in range(more):
        _is_beyond(service, _draft(action))


@_holds(SOURCE, needs=("moved clock",), action=actions, more=st.integers(0, 3))
def the_next_second_is_a_new_one(service: Service, action: str, more: int) -> None:
    """A second later as many pass again, however many were refused before."""
    _begin(service)
    for draft in [*_all(action), *_all(action)[:more]]:
        service.ask_at_once(draft)
    service.later(1)
    _use_up(service, _all(action))


@_holds(SOURCE, "inferred", needs=("moved clock",), action=actions, tenths=st.integers(1, 9))
def seconds_are_those_of_the_clock(service: Service, action: str, tenths: int) -> None:
    """A window begins with the second of the service's clock, not with the first call in it."""
    _begin(service)
    service.later(tenths / 10)
    _use_up(service, _all(action))
    service.later(1 - tenths / 10)
    _use_up(service, _all(action))


@_holds("public-logs", "observed", needs=("moved clock",), action=actions, more=st.integers(1, 5))
def a_refusal_tells_how_many_came(service: Service, action: str, more: int) -> None:
    """What is refused counts, too: the message has how many calls came in this second, and how many may."""
    _begin(service)
    for draft in [*_all(action), *_all(action)[: more - 1]]:
        service.ask_at_once(draft)
    reply = _is_beyond(service, _draft(action))
    if f"`{_most(action) + more}`" not in reply.message or f"`{_most(action)}`" not in reply.message:
        service.fail(f"`{_most(action) + more}` and `{_most(action)}` in the message", reply, reply)


@_holds(SOURCE, needs=("moved clock",), pair=st.lists(actions, min_size=2, max_size=2, unique=True))
def actions_are_counted_apart(service: Service, pair: list[str]) -> None:
    """What one action has used up, another one has not."""
    _begin(service)
    for draft in _all(pair[0]):
        service.ask_at_once(draft)
    _passes(service, _draft(pair[1]), "another action is counted apart")


@_holds(SOURCE, needs=("moved clock", "fresh credential"), action=actions)
def accounts_are_counted_apart(service: Service, action: str) -> None:
    """What one account has used up, another one has not, from the same address."""
    other = service.another
    _begin(service)
    other.at(service.now)
    for draft in _all(action):
        service.ask_at_once(draft)
    _passes(other, _draft(action), "another account is counted apart")


def _with_two_sub_accounts(service: Service) -> list[Credential]:
    """Two keys of one sub-account, and one of another; no other account has them."""
    keys = [Credential(f"AKID-of-{service.account}-{name}", f"key-{name}") for name in ("one", "one-again", "two")]
    described = [{"secret_id": each.secret_id, "secret_key": each.secret_key} for each in keys]
    two = [{"name": "one", "credential": described[:2]}, {"name": "two", "credential": described[2:]}]
    service.describe(open_world(sub_account=two))
    return keys


@_holds(SOURCE, needs=("moved clock", "described world"), action=actions)
def sub_accounts_are_counted_apart(service: Service, action: str) -> None:
    """What one sub-account of an account has used up, another one of it has not."""
    one, _, two = _with_two_sub_accounts(service)
    _begin(service)
    for draft in _all(action):
        service.by(one).ask_at_once(draft)
    _passes(service.by(two), _draft(action), "another sub-account is counted apart")


@_holds(SOURCE, needs=("moved clock", "described world"), action=actions)
def the_keys_of_a_sub_account_are_counted_together(service: Service, action: str) -> None:
    """What is used up with one key of a sub-account is used up for its other keys."""
    one, again, _ = _with_two_sub_accounts(service)
    _begin(service)
    for draft in _all(action):
        service.by(one).ask_at_once(draft)
    _is_beyond(service.by(again), _draft(action))


@_holds(SOURCE, needs=("moved clock",), action=actions)
def entries_are_counted_apart(service: Service, action: str) -> None:
    """What is used up through the host name of one region is not used up through that of another."""
    _begin(service)
    for draft in _all(action, headers={"Host": _HERE}):
        service.ask_at_once(draft)
    _passes(service, _draft(action).but(headers={"Host": _THERE}), "another entry region is counted apart")


@_holds(SOURCE, needs=("moved clock",), action=actions, regions=st.lists(st.sampled_from(REGIONS), min_size=2))
def the_region_that_is_asked_for_is_not_what_counts(service: Service, action: str, regions: list[str]) -> None:
    """Calls through one host name count together, whatever their X-TC-Region says."""
    _begin(service)
    for n in range(_most(action)):
        service.ask_at_once(_draft(action).with_common(Region=regions[n % len(regions)]))
    _is_beyond(service, _draft(action).with_common(Region=regions[-1]))


@_holds(SOURCE, "inferred", needs=("moved clock",), action=actions, at_most=6)
def who_is_not_let_in_uses_nothing_up(service: Service, action: str) -> None:
    """Calls whose signature does not verify count for nobody: the limit is that of a sub-account, and none is known
    yet."""
    _begin(service)
    service.ask_at_once(_draft(action).but(signer="another key"))
    _use_up(service, _all(action))


@_holds(SOURCE, "inferred", needs=("moved clock",), action=actions)
def wrong_parameters_use_it_up(service: Service, action: str) -> None:
    """Calls that are refused for their parameters count as any other."""
    _begin(service)
    for draft in _all(action):
        service.ask_at_once(draft.with_params(Unheard="x"))
    _is_beyond(service, _draft(action))


PROPERTIES = (
    as_many_as_documented_pass, one_more_is_refused, the_next_second_is_a_new_one, seconds_are_those_of_the_clock,
    a_refusal_tells_how_many_came, actions_are_counted_apart, accounts_are_counted_apart,
    sub_accounts_are_counted_apart, the_keys_of_a_sub_account_are_counted_together, entries_are_counted_apart,
    the_region_that_is_asked_for_is_not_what_counts, who_is_not_let_in_uses_nothing_up, wrong_parameters_use_it_up,
)  # fmt: skip
