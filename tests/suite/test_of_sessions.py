"""The properties of sessions: a target that shows or ends calls wrongly breaks the one that is about it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from ccc_contract.http import Request, Response
from ccc_contract.suite import of_sessions
from ccc_contract.suite.judging import judge
from ccc_contract.suite.property import Property
from suite_targets import Send, target_of
from wrong_answers import Fields, refusing, rewritten

PROPERTIES = {prop.name: prop for prop in of_sessions.PROPERTIES}
Wrong = Callable[[Send], Send]


def placing(change: Callable[[str], Any]) -> Wrong:
    """Another SessionId in the answer to a call."""

    def fields(request: Request, given: Fields) -> Fields:
        return {**given, "SessionId": change(given["SessionId"])} if "SessionId" in given else given

    return lambda answer: rewritten(answer, fields)


def showing(**members: Callable[[Any], Any]) -> Wrong:
    """Other members of the Session that is shown."""

    def fields(request: Request, given: Fields) -> Fields:
        for name, change in members.items():
            if "Session" in given:
                given["Session"][name] = change(given["Session"][name])
        return given

    return lambda answer: rewritten(answer, fields)


def action_of(request: Request) -> bytes:
    return request.headers.get(b"x-tc-action") or b""


def ending_nothing(answer: Send) -> Send:
    def wrong(request: Request) -> Response:
        if action_of(request) != b"HangUpCall":
            return answer(request)
        return Response(200, ((b"Content-Type", b"application/json"),), b'{"Response":{"RequestId":"1"}}')

    return wrong


def ending_all(answer: Send) -> Send:
    """Whoever hangs up once ends every call."""
    over: list[bool] = []
    finished = showing(SessionStatus=lambda status: "finished")(answer)

    def wrong(request: Request) -> Response:
        if request.path.startswith(b"/_ccc"):
            over.clear()
        elif action_of(request) == b"HangUpCall":
            over.append(True)
        return (finished if over else answer)(request)

    return wrong


def answering_once(action: bytes, code: str) -> Wrong:
    """The second request for an action is refused."""

    def wrapped(answer: Send) -> Send:
        seen: list[bool] = []

        def wrong(request: Request) -> Response:
            if request.path.startswith(b"/_ccc/reset"):
                seen.clear()
            if action_of(request) != action:
                return answer(request)
            seen.append(True)
            return (refusing(answer, code) if len(seen) > 1 else answer)(request)

        return wrong

    return wrapped


def forgetting(answer: Send) -> Send:
    def wrong(request: Request) -> Response:
        response = answer(request)
        over = b'"finished"' in response.body and action_of(request) == b"DescribeTelSession"
        return refusing(answer, of_sessions.NO_SESSION[0])(request) if over else response

    return wrong


def anybodys(answer: Send) -> Send:
    """Whatever is not found is shown as the call that was looked at before, or as one that is over."""

    def wrong(request: Request) -> Response:
        response = answer(request)
        if b"InstanceNotExist" not in response.body:
            return response
        shown = {"Response": {"Session": {"SessionStatus": "finished"}, "RequestId": "1"}}
        return Response(200, response.headers, json.dumps(shown).encode())

    return wrong


WRONG: dict[str, Wrong] = {
    "session_ids_are_unique": placing(lambda session: "6bb56a09-2787-40bc-80c5-dc6dab783eff"),
    "a_session_id_is_a_uuid": placing(lambda session: int(session[:8], 16)),
    "a_call_is_shown_under_its_id": showing(SessionID=str.upper),
    "a_call_shows_whom_it_rings": showing(Callee=lambda number: number.removeprefix("0086")),
    "a_call_shows_when_it_began": showing(StartTimestamp=lambda moment: moment * 1000),
    "a_call_rings_is_talked_and_is_over": showing(SessionStatus=str.upper),
    "a_call_that_nobody_takes_is_never_talked": showing(AcceptTimestamp=lambda moment: 1),
    "a_call_that_is_hung_up_is_over": ending_nothing,
    "hanging_up_ends_that_call_alone": ending_all,
    "a_call_may_be_hung_up_again": answering_once(b"HangUpCall", "InternalError.DBError"),
    "a_call_that_is_over_is_still_shown": forgetting,
    "a_session_that_never_was_is_refused": anybodys,
    "a_session_is_its_apps": anybodys,
    "a_session_is_its_accounts": anybodys,
}


@pytest.mark.parametrize("name", [name for name in PROPERTIES if name != of_sessions.THE_MODEL.name])
def test_something_breaks_it(name: str, answer: Send) -> None:
    assert judge(PROPERTIES[name], target_of(WRONG[name](answer)), examples=25).outcome == "differs"


def test_the_model_finds_the_shortest_way_to_show_it(answer: Send) -> None:
    verdict = judge(of_sessions.THE_MODEL, target_of(ending_nothing(answer)), examples=40)
    assert [reply.draft.action for reply in verdict.heard] == ["CreateAIAgentCall", "HangUpCall", "DescribeTelSession"]


PLAYED = (of_sessions.session_ids_are_unique, of_sessions.a_call_that_is_hung_up_is_over, of_sessions.THE_MODEL)


@pytest.mark.parametrize("prop", PLAYED, ids=lambda prop: prop.name)
def test_a_target_that_plays_no_calls_is_not_judged_for_them(prop: Property, answer: Send) -> None:
    def silent(request: Request) -> Response:
        return answer(request) if request.path.startswith(b"/_ccc") else Response(501, (), b"")

    assert judge(prop, target_of(silent), examples=3).outcome == "not run"
