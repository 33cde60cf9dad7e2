"""Fakes that are wrong about calls: their ids, how they stand, and how they end."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ccc_contract.errors import ApiError
from ccc_contract.model import JSON

from ..domain import Handler, Scene
from ..numbers import normalised
from ..world.endings import HUNG_UP_BY_API
from ..world.sessions import FINISHED, NoSession, Session
from .mutant import Make, Mutant, Parts, handling, setting

_CALL, _END, _SHOW = "CreateAIAgentCall", "HangUpCall", "DescribeTelSession"

Params = Mapping[str, JSON]
Result = dict[str, JSON]


def _shown(change: Callable[[Result], Result]) -> Make:
    """Another session is shown."""

    def wrap(true: Handler) -> Handler:
        def handle(scene: Scene, params: Params) -> Result:
            return {"Session": change(true(scene, params)["Session"])}

        return handle

    return handling(_SHOW, wrap)


def _first_id(parts: Parts) -> Parts:
    first: list[str] = []

    def wrap(true: Handler) -> Handler:
        def handle(scene: Scene, params: Params) -> Result:
            first.append(true(scene, params)["SessionId"])
            del first[1:]
            return {"SessionId": first[0]}

        return handle

    return handling(_CALL, wrap)(parts)


def _goes_on(true: Handler) -> Handler:
    def handle(scene: Scene, params: Params) -> Result:
        return {}

    return handle


def _all_end(true: Handler) -> Handler:
    def handle(scene: Scene, params: Params) -> Result:
        for session in scene.world.sessions:
            if session.status != FINISHED:
                scene.world.hang_up(session.session_id, scene.now, HUNG_UP_BY_API)
        return true(scene, params)

    return handle


def _session_of(scene: Scene, params: Params) -> Session | None:
    try:
        return scene.world.sessions.get(params["SessionId"])
    except NoSession:
        return None


def _of_any_app(true: Handler) -> Handler:
    def handle(scene: Scene, params: Params) -> Result:
        session = _session_of(scene, params)
        return true(scene, params if session is None else {**params, "SdkAppId": session.app})

    return handle


def _of_any_account(parts: Parts) -> Parts:
    told: dict[str, Result] = {}

    def placing(true: Handler) -> Handler:
        def handle(scene: Scene, params: Params) -> Result:
            result = true(scene, params)
            shown = parts.handlers[_SHOW](scene, {**params, "SessionId": result["SessionId"]})
            told[result["SessionId"]] = shown
            return result

        return handle

    def showing(true: Handler) -> Handler:
        def handle(scene: Scene, params: Params) -> Result:
            try:
                return true(scene, params)
            except ApiError:
                if params["SessionId"] not in told:
                    raise
                return told[params["SessionId"]]

        return handle

    return handling(_SHOW, showing)(handling(_CALL, placing)(parts))


def _made_up(true: Handler) -> Handler:
    """Whatever is asked for has finished."""

    def handle(scene: Scene, params: Params) -> Result:
        if _session_of(scene, params) is not None:
            return true(scene, params)
        return {"Session": {"SessionID": params["SessionId"], "SessionStatus": FINISHED}}

    return handle


def _ended_is_forgotten(true: Handler) -> Handler:
    def handle(scene: Scene, params: Params) -> Result:
        session = _session_of(scene, params)
        if session is not None and session.status == FINISHED:
            raise scene.refusal(scene.settings.unknown_session, "no-session")
        return true(scene, params)

    return handle


def _as_a_number(true: Handler) -> Handler:
    def handle(scene: Scene, params: Params) -> Result:
        true(scene, params)
        return {"SessionId": scene.world.sessions.count}

    return handle


SESSIONS = (
    Mutant("session-ids-repeat", "sessions", "Every call gets the SessionId of the first.",
           "session_ids_are_unique", _first_id),
    Mutant("session-id-is-a-number", "sessions", "A SessionId is a number, and no text.",
           "a_session_id_is_a_uuid", handling(_CALL, _as_a_number)),
    Mutant("ended-call-goes-on", "sessions", "HangUpCall says that it is done and ends nothing.",
           "a_call_that_is_hung_up_is_over", handling(_END, _goes_on)),
    Mutant("one-end-ends-all", "sessions", "HangUpCall ends every call of the account.",
           "hanging_up_ends_that_call_alone", handling(_END, _all_end)),
    Mutant("second-end-refused", "sessions", "To end a call that has finished is refused.",
           "a_call_may_be_hung_up_again", setting(hang_up_of_finished="InternalError.DBError")),
    Mutant("ended-call-forgotten", "sessions", "A call that has finished is not there any more.",
           "a_call_that_is_over_is_still_shown", handling(_SHOW, _ended_is_forgotten)),
    Mutant("unknown-session-shown", "sessions", "A session that never was is shown as finished.",
           "a_session_that_never_was_is_refused", handling(_SHOW, _made_up)),
    Mutant("app-of-a-session-ignored", "sessions", "A session is shown to another app of the account.",
           "a_session_is_its_apps", handling(_SHOW, _of_any_app)),
    Mutant("sessions-of-others-shown", "sessions", "A session is shown to another account.",
           "a_session_is_its_accounts", _of_any_account),
    Mutant("callee-rewritten", "sessions", "A session shows the callee in another spelling than it was sent.",
           "a_call_shows_whom_it_rings", _shown(lambda shown: {**shown, "Callee": normalised(shown["Callee"])})),
    Mutant("status-in-capitals", "sessions", "SessionStatus is written in capitals.",
           "a_call_rings_is_talked_and_is_over",
           _shown(lambda shown: {**shown, "SessionStatus": shown["SessionStatus"].upper()})),
    Mutant("times-in-milliseconds", "sessions", "StartTimestamp counts milliseconds.",
           "a_call_shows_when_it_began",
           _shown(lambda shown: {**shown, "StartTimestamp": shown["StartTimestamp"] * 1000})),
)  # fmt: skip
