"""Placing calls, and ending them."""

from __future__ import annotations

from collections.abc import Mapping

from ccc_contract.errors import ApiError
from ccc_contract.model import JSON

from ..numbers import normalised
from ..reply import Delivery
from ..world.endings import HUNG_UP_BY_API
from ..world.rules import Attempt, Rule
from ..world.sessions import FINISHED, NoSession, Session
from .handlers import Scene, handles


@handles("CreateAIAgentCall")
def create_ai_agent_call(scene: Scene, params: Mapping[str, JSON]) -> dict[str, JSON]:
    """Dial one person with an AI agent; the answer carries only the id of the session that begins.

    Source: seed-page-2025.
    """
    world, settings = scene.world, scene.settings
    callee = normalised(params["Callee"])
    exempt = bool(scene.magic) and callee.startswith(scene.magic)
    attempt = Attempt(params["SdkAppId"], params["AIAgentId"], callee, params, scene.now, exempt)
    broken = world.judge(attempt, scene.rules, settings)
    if broken is not None:
        if settings.refused_attempts_count:
            world.count_attempt(attempt)
        raise _refusal(scene, attempt, broken)
    session_id = scene.new_session_id()
    world.place(session_id, attempt)
    if attempt.starts_at > scene.now:
        _wait(scene, attempt.starts_at - scene.now)
    return {"SessionId": session_id}


def _refusal(scene: Scene, attempt: Attempt, broken: Rule) -> ApiError:
    scene.exchange.hint = f"the rule {broken.name} of the account's world: {broken.arises}"
    if attempt.waits:
        _wait(scene, attempt.waits)
    if attempt.wrong:
        return scene.refusal(broken.code, "not-allowed", name=attempt.wrong)
    return scene.refusal(broken.code)


def _wait(scene: Scene, seconds: float) -> None:
    """Let the answer come so much later, by the world's clock: in a world that runs faster, sooner."""
    scene.exchange.delivery = Delivery(delay_seconds=seconds / (scene.exchange.account.clock.speed or 1.0))


@handles("HangUpCall")
def hang_up_call(scene: Scene, params: Mapping[str, JSON]) -> dict[str, JSON]:
    """End a call.  Source: doc-hang-up-call."""
    app_of(scene, params, "InternalError.DBError")
    try:
        session = session_of(scene, params)
    except NoSession:
        session = None
    if session is not None and session.status != FINISHED:
        scene.world.hang_up(session.session_id, scene.now, HUNG_UP_BY_API)
    elif scene.settings.hang_up_of_finished != "ok":
        raise scene.refusal(scene.settings.hang_up_of_finished)
    return {}


def app_of(scene: Scene, params: Mapping[str, JSON], code: str = "InvalidParameterValue.InstanceNotExist") -> None:
    """Raises the code where SdkAppId names no app."""
    if scene.world.app(params["SdkAppId"]) is None:
        raise scene.refusal(code)


def session_of(scene: Scene, params: Mapping[str, JSON]) -> Session:
    """The session that the parameters name, where it is of their app.  Raises NoSession."""
    session = scene.world.sessions.get(params["SessionId"])
    if session.app != params["SdkAppId"]:
        raise NoSession(session.session_id)
    return session
