"""What becomes of a call that was placed: how it is shown, how it ends, who may look.

The worlds are described, so that it is known what a callee does.  They are looked at half a second beside each change:
whether one has happened in its very moment is nobody's promise.
"""

from __future__ import annotations

import re
from functools import partial
from typing import Any, NamedTuple

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, rule

from ..model import JSON
from .draft import Draft
from .drawing import played
from .property import Family, Property
from .reply import Reply
from .service import Service
from .worlds import ANOTHER, APP, CALLEE, app, call, callee, open_world

sessions = Family("sessions", "what becomes of a call that was placed")

RINGING, IN_PROGRESS, FINISHED = "ringing", "inProgress", "finished"
STATES = (RINGING, IN_PROGRESS, FINISHED)
"""In their order.  A fourth, seatJoining, is for calls that wait for a person."""

NO_SESSION = (
    "InvalidParameterValue.InstanceNotExist", "InvalidParameter.InstanceNotExist", "InternalError.DBError"
)  # fmt: skip
"""What DescribeTelSession declares."""

TEL, SEED, HANG_UP = "doc-tel-session", "seed-page-2025", "doc-hang-up-call"
_holds = partial(sessions.holds, needs=("described world", "moved clock"), dials=True, at_most=25)

callees = st.sampled_from([CALLEE, ANOTHER, "+8613700000002", "13700000003"])
few = st.integers(1, 3)


def _begin(service: Service, **changes: JSON) -> None:
    service.reset()
    service.describe(open_world(**changes))


def _place(service: Service, whom: str = CALLEE, app_id: int = APP) -> str:
    reply = service.answers(call(Callee=whom, SdkAppId=app_id))
    session: str = reply.result.get("SessionId", "")
    return session


def _look(session: str, app_id: int = APP) -> Draft:
    return Draft("DescribeTelSession", {"SdkAppId": app_id, "SessionId": session})


def _hang_up(session: str) -> Draft:
    return Draft("HangUpCall", {"SdkAppId": APP, "SessionId": session})


def _shown(service: Service, session: str) -> tuple[dict[str, JSON], Reply]:
    """How it is described, and the whole answer."""
    reply = service.answers(_look(session))
    shown = reply.result.get("Session")
    if not isinstance(shown, dict):
        service.fail("a Session", repr(shown), reply)
    return shown, reply


def _shows(service: Service, session: str, **members: Any) -> None:
    """Raises Violation unless it is described with these members."""
    shown, reply = _shown(service, session)
    got = {name: shown.get(name) for name in members}
    if got != members:
        service.fail(str(members), str(got), reply)


# --- its id --------------------------------------------------------------------------------------------------------


@_holds(SEED, whom=callees, count=st.integers(2, 5))
def session_ids_are_unique(service: Service, whom: str, count: int) -> None:
    """Each call gets a SessionId of its own, also one to the same callee."""
    _begin(service)
    placed = [_place(service, whom) for _ in range(count)]
    if len(set(placed)) < count:
        service.fail(f"{count} SessionIds", str(placed), service.heard[-1])


_UUID = re.compile(r"[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}")


@_holds(SEED, "inferred", whom=callees)
def a_session_id_is_a_uuid(service: Service, whom: str) -> None:
    """A SessionId is a text: a UUID in lower case, with dashes or without."""
    _begin(service)
    session: JSON = _place(service, whom)
    if not isinstance(session, str) or not _UUID.fullmatch(session):
        service.fail("a UUID", repr(session), service.heard[-1])


# --- how it is shown -----------------------------------------------------------------------------------------------


@_holds(TEL, whom=callees)
def a_call_is_shown_under_its_id(service: Service, whom: str) -> None:
    """A call can be looked at as soon as it is placed, and SessionID is the id that it was asked by."""
    _begin(service)
    session = _place(service, whom)
    _shows(service, session, SessionID=session)


@_holds(TEL, "inferred", whom=callees)
def a_call_shows_whom_it_rings(service: Service, whom: str) -> None:
    """Callee is the number as it was sent, and the call goes out."""
    _begin(service)
    _shows(service, _place(service, whom), Callee=whom, Direction=1)


@_holds(TEL, before=st.integers(0, 1000))
def a_call_shows_when_it_began(service: Service, before: int) -> None:
    """StartTimestamp is the Unix second in which the call was placed, however long ago that is."""
    _begin(service)
    service.later(before)
    began, session = int(service.now), _place(service)
    service.later(before)
    _shows(service, session, StartTimestamp=began)


@_holds(TEL, rings=st.integers(1, 30), talks=st.integers(1, 30))
def a_call_rings_is_talked_and_is_over(service: Service, rings: int, talks: int) -> None:
    """SessionStatus is `ringing` until somebody takes the call, `inProgress` until they end it, then `finished`."""
    _begin(service, callee=[callee(rings=rings, talks=talks)])
    session = _place(service)
    _shows(service, session, SessionStatus=RINGING, AcceptTimestamp=0)
    service.later(rings + 0.5)
    _shows(service, session, SessionStatus=IN_PROGRESS)
    service.later(talks)
    _shows(service, session, SessionStatus=FINISHED)


@_holds(TEL, "inferred", rings=st.integers(1, 30), ends=st.sampled_from(["notAnswer", "userReject", "busy"]))
def a_call_that_nobody_takes_is_never_talked(service: Service, rings: int, ends: str) -> None:
    """Where nobody takes a call it is `finished` after it rang, and AcceptTimestamp stays 0."""
    _begin(service, callee=[callee(rings=rings, ends=ends)])
    session = _place(service)
    service.later(rings + 0.5)
    _shows(service, session, SessionStatus=FINISHED, AcceptTimestamp=0)


# --- how it ends ---------------------------------------------------------------------------------------------------


@_holds(HANG_UP, rings=st.booleans())
def a_call_that_is_hung_up_is_over(service: Service, rings: bool) -> None:
    """HangUpCall ends a call, whether it rings or is talked."""
    _begin(service)
    session = _place(service)
    service.later(1 if rings else 30)
    service.answers(_hang_up(session))
    _shows(service, session, SessionStatus=FINISHED)


@_holds(HANG_UP, others=few, whom=callees)
def hanging_up_ends_that_call_alone(service: Service, others: int, whom: str) -> None:
    """Other calls go on, also those to the same callee."""
    _begin(service)
    session, *rest = [_place(service, whom) for _ in range(others + 1)]
    service.answers(_hang_up(session))
    for each in rest:
        _shows(service, each, SessionStatus=RINGING)


@_holds("assumed", "assumed", times=few)
def a_call_may_be_hung_up_again(service: Service, times: int) -> None:
    """To hang up a call that is over is no error, and changes nothing."""
    _begin(service)
    session = _place(service)
    for _ in range(times + 1):
        service.answers(_hang_up(session))
    _shows(service, session, SessionStatus=FINISHED)


@_holds(TEL, "inferred", hours=st.integers(0, 23))
def a_call_that_is_over_is_still_shown(service: Service, hours: int) -> None:
    """Hours after its end a call is still described, as `finished`."""
    _begin(service)
    session = _place(service)
    service.answers(_hang_up(session))
    service.later(hours * 3600)
    _shows(service, session, SessionStatus=FINISHED)


# --- who may look --------------------------------------------------------------------------------------------------


@sessions.holds(
    TEL, "inferred", needs=("described world",), action=played("DescribeTelSession"), session=st.uuids().map(str)
)
def a_session_that_never_was_is_refused(service: Service, action: str, session: str) -> None:
    """DescribeTelSession refuses an id that no call got, with one of the codes that it declares."""
    _begin(service)
    service.refuses(_look(session), *NO_SESSION)


@_holds("doc-cam-actions", "inferred", whom=callees)
def a_session_is_its_apps(service: Service, whom: str) -> None:
    """Another app of the account does not see the call."""
    _begin(service, app=[app(), app(APP + 1)])
    session = _place(service, whom)
    service.refuses(_look(session, APP + 1), *NO_SESSION)


@_holds(TEL, "inferred", needs=("described world", "fresh credential"), whom=callees)
def a_session_is_its_accounts(service: Service, whom: str) -> None:
    """Another account does not see the call, under the same SdkAppId either."""
    other = service.another
    for each in (service, other):
        _begin(each)
    other.refuses(_look(_place(service, whom)), *NO_SESSION)


# --- all of it together --------------------------------------------------------------------------------------------


class _Placed(NamedTuple):
    """What the naive model knows of a call."""

    at: float
    over: bool = False
    """Was it hung up?"""


_RINGS, _TALKS = 7.5, 31.0
_waits = st.sampled_from([0, 1, 7, 8, 30, 31, 38, 39, 3600])


class calls_go_as_a_naive_model_says(RuleBasedStateMachine):  # a law, not a noun
    """Whatever is placed, awaited, looked at and hung up: each call rings 7.5 s, is talked 31 s, and is over."""

    calls: Bundle[str] = Bundle("calls")

    def __init__(self, service: Service) -> None:
        super().__init__()
        self.service = service
        self.placed: dict[str, _Placed] = {}

    @initialize(target=calls, whom=callees)
    def place_the_first(self, whom: str) -> str:
        _begin(self.service, callees={"rings": _RINGS, "talks": _TALKS})
        return self.place(whom)

    @rule(target=calls, whom=callees)
    def place_another(self, whom: str) -> str:
        return self.place(whom)

    def place(self, whom: str) -> str:
        session = _place(self.service, whom)
        if session in self.placed:
            self.service.fail("another SessionId than before", session, self.service.heard[-1])
        self.placed[session] = _Placed(self.service.now)
        return session

    @rule(seconds=_waits)
    def wait(self, seconds: int) -> None:
        self.service.later(seconds)

    @rule(session=calls)
    def look(self, session: str) -> None:
        _shows(self.service, session, SessionID=session, SessionStatus=self._status(session))

    @rule(session=calls)
    def hang_up(self, session: str) -> None:
        if self._status(session) != FINISHED:
            self.service.answers(_hang_up(session))
            self.placed[session] = self.placed[session]._replace(over=True)

    def _status(self, session: str) -> str:
        placed = self.placed[session]
        lasted = self.service.now - placed.at
        if placed.over or lasted > _RINGS + _TALKS:
            return FINISHED
        return RINGING if lasted < _RINGS else IN_PROGRESS


THE_MODEL: Property = _holds(TEL, at_most=60)(calls_go_as_a_naive_model_says)

PROPERTIES = (
    session_ids_are_unique, a_session_id_is_a_uuid, a_call_is_shown_under_its_id, a_call_shows_whom_it_rings,
    a_call_shows_when_it_began, a_call_rings_is_talked_and_is_over, a_call_that_nobody_takes_is_never_talked,
    a_call_that_is_hung_up_is_over, hanging_up_ends_that_call_alone, a_call_may_be_hung_up_again,
    a_call_that_is_over_is_still_shown, a_session_that_never_was_is_refused, a_session_is_its_apps,
    a_session_is_its_accounts, THE_MODEL,
)  # fmt: skip
