"""Which codes a refusal may carry, whatever it is for."""

from __future__ import annotations

from hypothesis import strategies as st

from ..http import Request
from .draft import TC3, Draft
from .drawing import ACTIONS, drafts, played
from .misfits import AS_JSON, missing, undeclared
from .property import Family
from .service import Service
from .worlds import AGENT, APP, CALLEE, open_world

codes = Family("codes", "which codes a refusal may carry")


def changed_afterwards(request: Request) -> Request:
    return request._replace(body=request.body + b" ")


_WRONG_PARAMETERS = (missing(AS_JSON) | undeclared(inside=False)).map(lambda each: each.draft)
_NOT_SIGNED = drafts(ACTIONS, schemes=(TC3,), methods=("POST",), most=0).map(
    lambda draft: draft.but(spoil=changed_afterwards)
)
_STALE = drafts(ACTIONS, most=0).map(lambda draft: draft.but(seconds=-100_000))
_REFUSED = _WRONG_PARAMETERS | _NOT_SIGNED | _STALE
"""Requests that are surely refused: for what is in them, for who asks, for when."""


@codes.holds("doc-common-errors", refusal="public-logs", draft=_REFUSED)
def every_code_is_a_known_one(service: Service, draft: Draft) -> None:
    """A refusal carries a code that the product or the vendor's common list documents, written exactly so."""
    reply = service.ask(draft)
    if not reply.error or reply.code not in service.api.errors:
        service.fail("a refusal with a documented code", repr(reply.error.get("Code")), reply)


_BUSINESS = ("CreateAIAgentCall", "HangUpCall", "DescribeTelSession", "DescribeAIAgentInfoList", "DescribeNumbers")
_NOWHERE = st.sampled_from([APP, APP + 1])


@codes.holds(
    "go-sdk-1.3.166", needs=("described world",), dials=True, action=played(*_BUSINESS), app=_NOWHERE,
    session=st.uuids().map(str),
)  # fmt: skip
def an_action_refuses_with_what_it_declares(service: Service, action: str, app: int, session: str) -> None:
    """What an action itself refuses (an app, an agent, a session that is not there) carries a code that it declares, or
    a common one; lists that the vendor's generator copied from another action are not held against it."""
    service.reset()
    service.describe(open_world())
    given = {"SdkAppId": app, "AIAgentId": AGENT + 1, "Callee": CALLEE, "SessionId": session,
             "PageSize": 10, "PageNumber": 0}  # fmt: skip
    known = service.api.actions[action]
    reply = service.ask(Draft(action, {name: given[name] for name in known.input.required}))
    common = {code for code, each in service.api.errors.items() if each.kind == "common"}
    if reply.code and known.errors_inherited_from is None and reply.code not in {*known.errors, *common}:
        service.fail(f"one of {', '.join(known.errors)}, or a common code", reply, reply)


PROPERTIES = (every_code_is_a_known_one, an_action_refuses_with_what_it_declares)
