"""A described account at NOW, in process, and what its actions say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ccc_contract.envelope import decode
from ccc_contract.reading import load_api
from ccc_mock import Clock, Endpoint, Settings
from ccc_mock.exchange import Exchange
from ccc_mock.world.description import described
from ccc_mock.world.sessions import Session
from drafts import NOW, Draft

APP, AGENT, CALLEE = 1400000001, 15, "008613700000000"
OWN, SECOND, BROKEN = "008602155066897", "008602155066898", "008602155066899"

ONE_APP: Mapping[str, Any] = {
    "app": [
        {
            "SdkAppId": APP,
            "agent": [{"AIAgentId": AGENT}],
            "number": [
                {"Number": OWN, "channels": 100},
                {"Number": SECOND, "channels": 1},
                {"Number": BROKEN, "trunk": "broken"},
            ],
        }
    ],
}
"""An app with an agent and three numbers: of many channels, of one, and with a broken trunk."""


class World:
    """An account that is so described, at NOW (13:16:53 in Beijing), asked by drafts."""

    def __init__(self, settings: Settings | None = None, /, **described_as: Any) -> None:
        self.endpoint = Endpoint(
            settings=settings,
            clock=Clock(at=NOW),
            world=described({**ONE_APP, **described_as}, load_api().actions),
        )
        self.account = self.endpoint.accounts.default

    def ask(self, action: str, draft: Draft | None = None, **params: Any) -> Exchange:
        draft = (draft or Draft()).with_headers({"x-tc-action": action}).but(params={"SdkAppId": APP, **params})
        return self.endpoint.exchange(draft.request())

    def call(self, callee: str = CALLEE, draft: Draft | None = None, **params: Any) -> Exchange:
        return self.ask("CreateAIAgentCall", draft, **{"AIAgentId": AGENT, "Callee": callee, **params})

    def says(self, callee: str = CALLEE, **params: Any) -> str:
        """`ok`, or the code of such a call."""
        return self.call(callee, **params).verdict

    def at(self, seconds: float) -> None:
        """So many seconds after NOW, by the world's hand."""
        self.account.clock.freeze_world(NOW + seconds)

    @property
    def sessions(self) -> list[Session]:
        return list(self.account.world_now().sessions)

    @property
    def kept(self) -> dict[str, Any]:
        """Everything that the world keeps."""
        return self.account.world_now().snapshot()


def result(exchange: Exchange) -> dict[str, Any]:
    """The fields of a success."""
    fields, _ = decode(exchange.reply.body)
    return fields
