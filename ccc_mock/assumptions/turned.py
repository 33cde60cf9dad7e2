"""Settings and rules: the exchange is run again with each other value, and without the rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from ..pipeline import Pipeline
from ..settings import Settings, knobs
from ..world.rules import RULES, in_order
from .case import Case
from .places import Matters

BOUNDLESS = 10**12
"""The opposite of a bound that is ours: none."""

_KNOWN: Mapping[str, Mapping[str, Any]] = {name: known for name, _, known in knobs()}


def setting(name: str) -> Matters:
    """Would another value of a setting have changed the answer?"""

    def matters(case: Case) -> str:
        settings = case.twins.pipeline.backend.settings
        found = (_with_value(case, name, value) for value in opposites(name, getattr(settings, name)))
        return next(filter(None, found), "")

    return _refused_attempts_count if name == "refused_attempts_count" else matters


def opposites(name: str, value: Any) -> Iterator[Any]:
    """The other values that a setting may have; of an order, each rule in front."""
    if name == "rule_order":
        names = [each.strip() for each in value.split(",")]
        yield from (",".join(sorted(names, key=lambda each: each != first)) for first in names[1:])
    elif type(value) is bool:
        yield not value
    elif type(value) is int:
        yield BOUNDLESS
    else:
        yield from (each for each in _KNOWN[name]["choices"] if each != value)


def _with_value(case: Case, name: str, value: Any) -> str:
    return case.otherwise(case.twins.with_((name, value), lambda pipeline: _turned(pipeline, name, value)))


def _turned(pipeline: Pipeline, name: str, value: Any) -> Pipeline:
    settings: Settings = replace(pipeline.backend.settings, **{name: value})
    return pipeline.but(settings=settings, rules=in_order(settings.rule_order))


def _refused_attempts_count(case: Case) -> str:
    """What an earlier attempt counted shows later, so what would be counted is kept beside the account."""
    name, account = "refused_attempts_count", case.exchange.account
    value = not getattr(case.twins.pipeline.backend.settings, name)
    pipeline = case.twins.with_((name, value), lambda pipeline: _turned(pipeline, name, value))
    again = case.again(pipeline, prepare=lambda copied: case.shadow.stands_in(account, copied))
    case.shadow.keep(account, again.account)
    return case.differs(again)


def rule(name: str) -> Matters:
    """Would it have been told something else if no such rule were?"""

    def without(pipeline: Pipeline) -> Pipeline:
        return pipeline.but(rules=tuple(each for each in pipeline.backend.rules if each.name != name))

    assert any(each.name == name for each in RULES), name
    return lambda case: case.otherwise(case.twins.with_(("rule", name), without))
