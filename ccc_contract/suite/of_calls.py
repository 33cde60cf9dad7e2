"""A call that is really placed: the only family whose requests ring somebody, at numbers that their owner gave."""

from __future__ import annotations

from hypothesis import strategies as st

from .draft import Draft
from .property import Family
from .service import Service
from .target import Target

calls = Family("calls", "calls to numbers of one's own")


def _callees(target: Target) -> st.SearchStrategy[str]:
    return st.sampled_from(target.own.callees) if target.own else st.nothing()


@calls.holds("doc-create-ai-agent-call", needs=("own callees",), dials=True, callee=_callees)
def a_call_to_ones_own_number_can_be_watched_and_ended(service: Service, callee: str) -> None:
    """A call that is placed has a SessionId, is described under it with its callee, and is ended by HangUpCall."""
    own = service.target.own
    assert own is not None
    call = Draft(params={"SdkAppId": own.app, "AIAgentId": own.agent, "Callee": callee})
    placed = service.answers(call)
    session = placed.result.get("SessionId")
    if not isinstance(session, str) or not session:
        service.fail("a SessionId", repr(session), placed)
    about = {"SdkAppId": own.app, "SessionId": session}
    watched = service.answers(Draft(action="DescribeTelSession", params=about))
    told = watched.result.get("Session")
    if not isinstance(told, dict) or told.get("SessionID", told.get("SessionId")) != session:
        service.fail(f"the session {session}", repr(told), watched)
    service.answers(Draft(action="HangUpCall", params=about))


PROPERTIES = (a_call_to_ones_own_number_can_be_watched_and_ended,)
