"""What a mutant is: a fake that is wrong in exactly one deliberate way, made of the parts of the true one.

A suite that finds nothing wrong with the true fake has only shown that it can pass.  That it can fail is shown by
fakes that are known to be wrong: for each of them some property must notice, over requests and replies alone.

The true fake knows nothing of this: a mutant changes what an endpoint is given (its stages, handlers, settings), what
comes to it, or what it answers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ccc_contract.http import Request
from ccc_contract.model import Api
from ccc_contract.reading import load_api

from ..checks.check import Check, Run
from ..domain import HANDLERS, Handler
from ..endpoint import Endpoint
from ..exchange import Exchange
from ..pipeline import Pipeline
from ..reply import Reply
from ..settings import Settings
from ..stages import STAGES, Stage

FAMILIES = (
    "envelope", "signature", "common", "parameters", "codes", "limit", "rules", "sessions", "reads", "languages",
    "sizes", "hostile",
)  # fmt: skip
"""What a mutant is wrong about; the properties of the contract have the same families."""

Twist = Callable[[Exchange, Reply], Reply]
"""What becomes of an answer that was decided."""


def _as_it_came(request: Request) -> Request:
    return request


def _as_it_is(exchange: Exchange, reply: Reply) -> Reply:
    return reply


@dataclass(frozen=True, slots=True)
class Parts:
    """What an endpoint is made of, as far as mutants change it."""

    settings: Settings = field(default_factory=Settings)
    api: Api = field(default_factory=load_api)
    stages: tuple[Stage, ...] = STAGES
    handlers: Mapping[str, Handler] = field(default_factory=lambda: HANDLERS)
    asked: Callable[[Request], Request] = _as_it_came
    """What becomes of a request before anything of it is read."""
    answered: Twist = _as_it_is


Make = Callable[[Parts], Parts]
"""The one thing that is made wrong.  Called once for each endpoint, so that what it remembers is the endpoint's own."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One wrong fake.

    `says` is one sentence on what it does wrong; `property` names the property of the contract that is to notice it
    when it runs alone.
    """

    name: str
    family: str
    says: str
    property: str
    make: Make

    def endpoint(self, **arguments: Any) -> Endpoint:
        """An endpoint that is wrong so, and else as `Endpoint` makes it of these arguments.

        Raises TypeError for `stages` and `handlers`, which are the mutant's own, and what Endpoint raises.
        """
        known = {name: arguments.pop(name) for name in ("settings", "api") if arguments.get(name) is not None}
        return _Wrong(self.make(Parts(**known)), arguments)


class _Wrong(Endpoint):
    """An endpoint of other parts."""

    def __init__(self, parts: Parts, arguments: Mapping[str, Any]) -> None:
        self._asked = parts.asked
        given = {name: value for name, value in arguments.items() if name not in ("settings", "api")}
        super().__init__(settings=parts.settings, api=parts.api, stages=parts.stages, handlers=parts.handlers, **given)
        self._services["ccc"] = _Twisting(parts.answered, parts.stages, self._backend, self.auth)

    def exchange(self, request: Request) -> Exchange:
        return super().exchange(self._asked(request))


class _Twisting(Pipeline):
    """A pipeline whose answers are changed before they are recorded: the journal has what was sent."""

    def __init__(self, answered: Twist, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._answered = answered

    def run(self, exchange: Exchange) -> None:
        super().run(exchange)
        if exchange.unsupported is None and not exchange.stood_in:
            exchange.reply = self._answered(exchange, exchange.reply)


# --- the ways to be wrong in one thing -------------------------------------------------------------------------------


def setting(**changes: Any) -> Make:
    """Another value of a setting."""
    return lambda parts: replace(parts, settings=replace(parts.settings, **changes))


def asking(change: Callable[[Request], Request]) -> Make:
    """Another request than the one that came."""
    return lambda parts: replace(parts, asked=change)


def answering(twist: Twist) -> Make:
    """Another reply than the one that was decided."""
    return lambda parts: replace(parts, answered=twist)


def handling(action: str, wrap: Callable[[Handler], Handler]) -> Make:
    """Another behaviour of one action; `wrap` is given the true one."""
    return lambda parts: replace(parts, handlers={**parts.handlers, action: wrap(parts.handlers[action])})


def around(check: str, wrap: Callable[[Run], Run]) -> Make:
    """Another run of one check; `wrap` is given the true one."""
    return lambda parts: _rearranged(parts, check, lambda true: (replace(true, run=wrap(true.run)),))


def without(check: str) -> Make:
    """One check is not made at all."""
    return lambda parts: _rearranged(parts, check, lambda true: ())


def moved(check: str, *, behind: str) -> Make:
    """One check is made later, or earlier: right behind another one."""

    def make(parts: Parts) -> Parts:
        (moving,) = (each for stage in parts.stages for each in stage.checks if each.name == check)
        return _rearranged(without(check)(parts), behind, lambda other: (other, moving))

    return make


def _rearranged(parts: Parts, name: str, change: Callable[[Check], tuple[Check, ...]]) -> Parts:
    """Other checks in the place of one."""
    stages = tuple(
        Stage(stage.name, tuple(each for check in stage.checks for each in _changed(check, name, change)))
        for stage in parts.stages
    )
    if stages == parts.stages:
        raise ValueError(f"no check {name!r} in the stages")
    return replace(parts, stages=stages)


def _changed(check: Check, name: str, change: Callable[[Check], tuple[Check, ...]]) -> tuple[Check, ...]:
    return change(check) if check.name == name else (check,)
