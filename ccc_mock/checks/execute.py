"""execute: what the action does."""

from __future__ import annotations

from ..domain import Scene
from ..exchange import Exchange, NotSupportedByFake
from .check import Backend, check, refuse_first
from .inject import planned_refusal


@check(
    "value", "InvalidParameterValue",
    confidence="inferred", source="doc-common-errors",
    evidence="ranges and enumerations are of each action's own documentation, so they are judged behind the gateway",
)  # fmt: skip
def values_are_allowed(exchange: Exchange, backend: Backend) -> None:
    if backend.settings.values_are_judged:
        refuse_first(exchange, "value", "InvalidParameterValue")


@check(
    "planned",
    confidence="inferred", source="public-logs",
    evidence="a planned code of the action comes where the action's own checks do",
)  # fmt: skip
def nothing_is_planned(exchange: Exchange, backend: Backend) -> None:
    drawn = exchange.planned
    if drawn is not None and drawn.step.refused_with is not None:
        raise planned_refusal(exchange, backend)


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
    scene = Scene(exchange, backend.api, backend.settings, backend.rules, backend.magic)
    exchange.account.world.advance(exchange.received_at)
    exchange.result = handler(scene, exchange.params)
    exchange.placed = exchange.action.dials
