"""execute: what the action does."""

from __future__ import annotations

from ..domain import World
from ..exchange import Exchange, NotSupportedByFake
from .check import Backend, check


@check(
    "behaviour",
    confidence="inferred", source="public-logs",
    evidence="business checks come after the gateway's own",
)  # fmt: skip
def action_behaves(exchange: Exchange, backend: Backend) -> None:
    handler = backend.handlers.get(exchange.action.name)
    if handler is None:
        raise NotSupportedByFake(
            f"ccc-mock knows the parameters of {exchange.action.name} but not what it does, so it does not answer; "
            "`ccc-mock actions` lists the actions that have behaviour"
        )
    world = World(exchange.account, backend.settings, exchange.received_at)
    exchange.result = handler(world, exchange.params)
