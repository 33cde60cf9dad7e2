"""Reading what an account has, and how its calls stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from ccc_contract.model import JSON

from ..world.sessions import RINGING, WAITING, NoSession
from .calls import app_of, session_of
from .handlers import Scene, handles

T = TypeVar("T")

OUTBOUND = 1  # PSTNSession.Direction


@handles("DescribeTelSession")
def describe_tel_session(scene: Scene, params: Mapping[str, JSON]) -> dict[str, JSON]:
    """How a call stands: `ringing`, `inProgress` or `finished`.  Source: doc-tel-session."""
    app_of(scene, params)
    try:
        session = session_of(scene, params)
    except NoSession:
        raise scene.refusal(scene.settings.unknown_session, "no-session") from None
    waits = session.status == WAITING  # which the vendor has no word for
    return {
        "Session": {
            "SessionID": session.session_id,
            "RoomID": "",
            "Caller": session.caller,
            "Callee": session.callee,
            "StartTimestamp": int(session.started_at),
            "RingTimestamp": 0 if waits else int(session.started_at),
            "AcceptTimestamp": int(session.accepted_at or 0),
            "StaffEmail": "",
            "StaffNumber": "",
            "SessionStatus": RINGING if waits else session.status,
            "Direction": OUTBOUND,
            "OutBoundCaller": session.caller,
            "OutBoundCallee": session.callee,
            "ProtectedCaller": "",
            "ProtectedCallee": "",
        }
    }


@handles("DescribeAIAgentInfoList")
def describe_ai_agent_info_list(scene: Scene, params: Mapping[str, JSON]) -> dict[str, JSON]:
    """The agents of an app, with the variables that they declare; pages count from 0."""
    app_of(scene, params)
    app = scene.world.app(params["SdkAppId"])
    agents = app.agent if app else ()
    shown = [
        {"AIAgentId": each.AIAgentId, "AIAgentName": each.AIAgentName, "VariableNames": list(each.VariableNames)}
        for each in page(agents, params["PageNumber"], params["PageSize"])
    ]
    return {"AIAgentInfoList": shown, "TotalCount": len(agents)}


@handles("DescribeNumbers")
def describe_numbers(scene: Scene, params: Mapping[str, JSON]) -> dict[str, JSON]:
    """The numbers that an app calls from; pages count from 0, of 20 unless the call says otherwise."""
    app_of(scene, params, "InvalidParameterValue")
    app = scene.world.app(params["SdkAppId"])
    numbers = app.number if app else ()
    shown = [
        {"Number": each.Number, "CallOutSkillGroupIds": [], "State": each.State, "CostType": each.CostType}
        for each in page(numbers, params.get("PageNumber") or 0, params.get("PageSize") or 20)
    ]
    return {"TotalCount": len(numbers), "Numbers": shown}


def page(things: Sequence[T], number: int, size: int) -> Sequence[T]:
    """Page `number`, from 0, of `size` things each; empty where there is no such page."""
    return things[number * size : (number + 1) * size] if size > 0 and number >= 0 else things[:0]
