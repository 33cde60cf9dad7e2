"""A property of the contract: a law, where it is known from, what it takes to try it, and how it is tried."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hypothesis.stateful import RuleBasedStateMachine
from hypothesis.strategies import SearchStrategy

from .service import Service
from .target import Need, Target

Draws = SearchStrategy[Any] | Callable[[Target], SearchStrategy[Any]]
"""What is drawn for an argument; by the target, where it depends on what that plays."""


@dataclass(frozen=True, eq=False)
class Property:
    """Functions over requests and replies only: what a target is made of is never looked at."""

    name: str
    family: str
    law: str
    """One sentence: what holds."""
    source: str
    """A key of `Api.sources`."""
    confidence: str
    """One of CONFIDENCES."""
    needs: frozenset[Need]
    dials: bool
    """Can a request of it place a call, at a target that keeps to the contract?"""
    refusal: str
    """A key of `Api.sources` for why the service surely refuses each of its requests; "" where that is not known, and
    then it is not for a target that is real."""
    at_most: int | None
    """As many examples are enough, however many are asked for: one is expensive, or there is little to draw."""
    draws: Mapping[str, Draws] = field(repr=False)
    check: Callable[..., None] | None = field(repr=False, default=None)
    machine: Callable[[Service], RuleBasedStateMachine] | None = field(repr=False, default=None)
    """In place of `check`, where requests follow one another."""

    def strategies(self, target: Target) -> dict[str, SearchStrategy[Any]]:
        return {name: each if isinstance(each, SearchStrategy) else each(target) for name, each in self.draws.items()}


@dataclass(frozen=True)
class Family:
    """Properties that belong together."""

    name: str
    says: str
    """What of the service it is about."""

    def holds(
        self, source: str, confidence: str = "documented", *, needs: Iterable[Need] = (), dials: bool = False,
        refusal: str = "", at_most: int | None = None, **draws: Draws,
    ) -> Callable[[Callable[..., Any]], Property]:  # fmt: skip
        """Make a property of a function `(service, **drawn) -> None` that raises Violation, or of a state machine."""

        def made(law: Callable[..., Any]) -> Property:
            is_machine = inspect.isclass(law)
            return Property(
                name=law.__name__,
                family=self.name,
                law=" ".join((law.__doc__ or "").split()),
                source=source,
                confidence=confidence,
                needs=frozenset(needs),
                dials=dials,
                refusal=refusal,
                at_most=at_most,
                draws=draws,
                check=None if is_machine else law,
                machine=law if is_machine else None,
            )

        return made
