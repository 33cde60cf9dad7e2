"""The register of actions that have behaviour."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ccc_contract.errors import ApiError
from ccc_contract.model import JSON

if TYPE_CHECKING:
    from ccc_contract.model import Api

    from ..exchange import Exchange
    from ..settings import Settings
    from ..world.rules import Rule
    from ..world.world import World


@dataclass(slots=True)
class Scene:
    """What a handler may look at and change: the caller's account at the moment of the call."""

    exchange: Exchange
    api: Api
    settings: Settings
    rules: tuple[Rule, ...]
    magic: str
    """What magic numbers begin with; "" where there are none."""

    @property
    def world(self) -> World:
        return self.exchange.account.world

    @property
    def now(self) -> float:
        """The world's time."""
        return self.exchange.received_at

    def new_session_id(self) -> str:
        session_id = self.exchange.account.new_uuid()
        return session_id.replace("-", "") if self.settings.session_id == "dashless" else session_id

    def refusal(self, code: str, key: str = "", **values: Any) -> ApiError:
        """The error to raise: with the sentence of `key`, else with what the code means."""
        if key:
            return self.exchange.refusal(code, key, **values)
        return ApiError(code, self.api.errors[code].meaning(self.exchange.language))


Handler = Callable[[Scene, Mapping[str, JSON]], dict[str, JSON]]
"""(scene, checked parameters) → the fields of the answer, RequestId aside.  Raises ApiError before any change."""

HANDLERS: dict[str, Handler] = {}


def handles(action: str) -> Callable[[Handler], Handler]:
    """Let a function be what `action` does."""

    def register(handler: Handler) -> Handler:
        if action in HANDLERS:
            raise ValueError(f"{action} has a handler already: {HANDLERS[action].__name__}")
        HANDLERS[action] = handler
        return handler

    return register
