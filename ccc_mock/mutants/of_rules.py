"""Fakes that are wrong about the rules that a call must pass."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from ccc_contract.model import JSON

from ..domain import Handler, Scene
from ..settings import Settings
from ..world.rules import Attempt, Rule
from ..world.world import World
from .mutant import Make, Mutant, handling, setting
from .replies import told_as

_CALL = "CreateAIAgentCall"
_FIRST_VALUES = (
    "values,instance,permission,package,licence,number,blacklist,working-hours,blind-area,interval,day,channel,"
    "concurrency,trunk"
)
_FREQUENCY_BEFORE_LISTS = (
    "instance,permission,package,licence,number,interval,day,blacklist,working-hours,blind-area,channel,concurrency,"
    "values,trunk"
)


def _ruled(change: Callable[[Rule], Rule | None]) -> Make:
    """Other rules; None leaves one out."""
    kept: dict[tuple[Rule, ...], tuple[Rule, ...]] = {}  # a world knows its rules by their identity

    def rules_of(scene: Scene) -> tuple[Rule, ...]:
        if scene.rules not in kept:
            kept[scene.rules] = tuple(each for each in map(change, scene.rules) if each is not None)
        return kept[scene.rules]

    def wrap(true: Handler) -> Handler:
        def handle(scene: Scene, params: Mapping[str, JSON]) -> dict[str, JSON]:
            return true(replace(scene, rules=rules_of(scene)), params)

        return handle

    return handling(_CALL, wrap)


def _left_out(name: str) -> Make:
    return _ruled(lambda rule: None if rule.name == name else rule)


def _breaking(name: str, breaks: Callable[[Rule, Attempt, World, Settings], bool]) -> Make:
    """One rule is broken by something else."""

    def change(rule: Rule) -> Rule:
        if rule.name != name:
            return rule
        return replace(rule, breaks=lambda attempt, world, settings: breaks(rule, attempt, world, settings))

    return _ruled(change)


def _by_utc(rule: Rule, attempt: Attempt, world: World, settings: Settings) -> bool:
    return rule.breaks(replace(attempt, now=attempt.now - 8 * 3600), world, settings)


def _one_more(rule: Rule, attempt: Attempt, world: World, settings: Settings) -> bool:
    rules = world.description.rules
    counted = world.interval.count(attempt.callee, attempt.now - rules.interval_seconds)
    return rule.breaks(attempt, world, settings) and counted > rules.interval_calls


def _of_any_callee(rule: Rule, attempt: Attempt, world: World, settings: Settings) -> bool:
    """As if all calls of the account went to one number."""
    rules, since = world.description.rules, attempt.now - world.description.rules.interval_seconds
    placed = [session for session in world.sessions if session.started_at > since]
    return 0 < rules.interval_calls <= len(placed)


RULES = (
    Mutant("unknown-app-accepted", "rules", "A call of an app that does not exist is placed.", "",
           _left_out("instance")),
    Mutant("unknown-agent-accepted", "rules", "A call by an agent that does not exist is placed.", "",
           _left_out("values")),
    Mutant("values-before-app", "rules", "That the agent does not exist is told before that the app does not.", "",
           setting(rule_order=_FIRST_VALUES)),
    Mutant("frequency-before-blacklist", "rules", "How often a callee was called is told before that it is "
           "blacklisted.", "", setting(rule_order=_FREQUENCY_BEFORE_LISTS)),
    Mutant("blacklist-told-as-frequency", "rules", "A blacklisted callee is told as a caller that calls too often.", "",
           told_as("FailedOperation.CallerOverFrequency", of="FailedOperation.CalleeIsBlackUser")),
    Mutant("hours-by-utc", "rules", "Working hours are looked at by UTC.", "", _breaking("working-hours", _by_utc)),
    Mutant("interval-one-too-many", "rules", "A callee may be called once more within the interval.", "",
           _breaking("interval", _one_more)),
    Mutant("interval-of-all-callees", "rules", "The interval counts the calls to all callees together.", "",
           _breaking("interval", _of_any_callee)),
    Mutant("refused-attempts-count", "rules", "A call that a rule refused counts as one.", "",
           setting(refused_attempts_count=True)),
)  # fmt: skip
