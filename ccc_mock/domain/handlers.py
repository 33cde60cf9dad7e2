"""The register of actions that have behaviour."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from ccc_contract.model import JSON

from ..accounts import Account
from ..settings import Settings


class World(NamedTuple):
    """What a handler may look at and change: the caller's account at the moment of the call."""

    account: Account
    settings: Settings
    now: float


Handler = Callable[[World, Mapping[str, JSON]], dict[str, JSON]]
"""(world, checked parameters) → the fields of the answer, RequestId aside.  Raises ApiError before any change."""

HANDLERS: dict[str, Handler] = {}


def handles(action: str) -> Callable[[Handler], Handler]:
    """Let a function be what `action` does."""

    def register(handler: Handler) -> Handler:
        if action in HANDLERS:
            raise ValueError(f"{action} has a handler already: {HANDLERS[action].__name__}")
        HANDLERS[action] = handler
        return handler

    return register
