"""Placing calls."""

from __future__ import annotations

from collections.abc import Mapping

from ccc_contract.model import JSON

from .handlers import World, handles


@handles("CreateAIAgentCall")
def create_ai_agent_call(world: World, params: Mapping[str, JSON]) -> dict[str, JSON]:
    """Dial one person with an AI agent; the answer carries only the id of the session that begins.

    Source: seed-page-2025.
    """
    session_id = world.account.new_uuid()
    return {"SessionId": session_id.replace("-", "") if world.settings.session_id == "dashless" else session_id}
