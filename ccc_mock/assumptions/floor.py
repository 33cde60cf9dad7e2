"""The floor: every assumption that can be judged, and the exchanges whose answers rest on one."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from ..exchange import Exchange
from ..fidelity import Point, points
from ..pipeline import Pipeline
from .case import Case, Shadow, Twins
from .places import Matters, place_of
from .readings import READ
from .turned import rule, setting

if TYPE_CHECKING:
    from ..metadata import Metadata

DOCUMENTED = "documented"
LEVELS = (DOCUMENTED,)
"""Nothing that is assumed may decide an answer."""

UNJUDGED: Mapping[str, str] = {
    "inject/plan": "it is ours: the service has no plans, and what a plan tells is the test's own claim",
    "scope-service-locally": "it is of the fake's own address; the service's hosts are judged",
    "entry-region": "it is of host names that the service does not have",
    "rate-ceilings": "nobody published the numbers, so any call might be beyond them",
    "rate-counts": "a call that was refused before counts for later ones, at another service for others",
    "sessions": "it is what the callee does: describe it (docs/world.md)",
    "ring-timeout": "it shows in `ccc.sessions`, and in no answer",
    "minutes": "what a call used shows when a package ends, after any number of calls",
    "counting-begins": "it shows where a world is described anew while calls are counted",
    "acquire": "when an agent becomes free is told by calls that have not ended",
    "internal-error": "only a plan tells it, and that is the test's own claim",
    "sts-roles": "the fake knows no roles: whether one exists is the test's own claim",
    "sts-sub-account": "it shows in no answer but that of a rate",
    "metadata": "a machine is the test's own claim",
    "raw-utf8": "both spellings are one value of JSON",
}
"""What is assumed and not judged, and why not."""


class Assumption(NamedTuple):
    """A point that is assumed, and whether it decided an exchange."""

    point: Point
    matters: Matters


def _judged() -> Iterator[Assumption]:
    judges = {"setting": setting, "rule": rule, "reading": READ.__getitem__}
    for point in points():
        if point.confidence == "assumed" and point.name not in UNJUDGED:
            judge = place_of(point.name.partition("/")[2]) if point.kind == "order" else judges[point.kind](point.name)
            yield Assumption(point, judge)


ASSUMPTIONS: Mapping[str, Assumption] = {each.point.name: each for each in _judged()}
"""By name, as `ccc-mock fidelity` tells them."""


@dataclass(slots=True)
class Found:
    """An assumption that decided something: the first exchange, and how many there were."""

    point: Point
    n: int
    """Its number in the journal."""
    action: str
    verdict: str
    otherwise: str
    count: int = 1


class Floor:
    """Watches an endpoint (`endpoint.watch = floor.watch`), and finds what rests on an assumption.

    Not locked: an exchange is watched under its account's lock.
    """

    def __init__(self, accepted: Collection[str] = ()) -> None:
        self.found: dict[str, Found] = {}
        self._looked_for = [each for name, each in ASSUMPTIONS.items() if name not in accepted]
        self._twins: dict[Pipeline, Twins] = {}
        self._shadows: dict[str, Shadow] = {}

    def watch(self, exchange: Exchange, service: Pipeline | Metadata) -> None:
        """Run an exchange, and run it again with each opposite reading."""
        if type(service) is not Pipeline:  # the metadata of a machine; or a wrong fake, which assumes nothing
            service.run(exchange)
            return
        before = exchange.account.copied()
        service.run(exchange)
        twins = self._twins.setdefault(service, Twins(service))
        shadow = self._shadows.setdefault(before.uin, Shadow())
        case = Case(exchange, twins, before, shadow)
        for each in self._looked_for:
            otherwise = each.matters(case)
            if otherwise:
                self._note(each.point, exchange, otherwise)

    def _note(self, point: Point, exchange: Exchange, otherwise: str) -> None:
        known = self.found.get(point.name)
        if known is not None:
            known.count += 1
            return
        n = exchange.account.journal.last + 1
        self.found[point.name] = Found(point, n, exchange.action_name, exchange.verdict, otherwise)
