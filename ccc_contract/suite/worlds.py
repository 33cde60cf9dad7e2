"""Accounts that a property describes: one app with what it needs, and every rule off that it does not name.  Pure.

docs/world.md has the form; that a fake reads it is part of the need "described world".
"""

from __future__ import annotations

from typing import Any

from ..model import JSON
from .draft import Draft

APP, AGENT = 1400000001, 15
CALLER, CALLEE, ANOTHER = "008602155066897", "008613700000000", "008613700000001"

_NO_RULES: dict[str, JSON] = {
    "working_hours": "", "blind_areas": [], "interval_calls": 0, "day_calls": 0, "channels": 0, "concurrency": 0,
}  # fmt: skip
_LONG = {"rings": 20, "talks": 3600}
"""What becomes of a call, unless a world says otherwise: it is taken after 20 s, and goes on for an hour."""


def open_world(**changes: JSON) -> dict[str, JSON]:
    """A world in which CALLEE can be called by AGENT of APP at any time; `changes` replaces whole parts of it."""
    return {"app": [app()], "rules": _NO_RULES, "callees": _LONG, **changes}


def ruled(**rules: JSON) -> dict[str, JSON]:
    """The same with these rules."""
    return open_world(rules={**_NO_RULES, **rules})


def app(app_id: int = APP, **changes: Any) -> dict[str, JSON]:
    """An app with one number and one agent."""
    return {"SdkAppId": app_id, "number": [number()], "agent": [{"AIAgentId": AGENT}], **changes}


def number(text: str = CALLER, **changes: Any) -> dict[str, JSON]:
    return {"Number": text, **changes}


def callee(text: str = CALLEE, **changes: Any) -> dict[str, JSON]:
    return {"number": text, **_LONG, **changes}


def call(**params: JSON) -> Draft:
    """A call that can be placed in an open world; `params` replaces what it has, or adds to it."""
    return Draft("CreateAIAgentCall", {"SdkAppId": APP, "AIAgentId": AGENT, "Callee": CALLEE, **params})
