"""Fakes that are wrong about the rules that a call must pass."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from ccc_contract.model import JSON

from ..domain import Handler, Scene
from ..numbers import normalised
from ..settings import Settings
from ..world.counts import DAY_SECONDS
from ..world.rules import Attempt, Rule
from ..world.world import World
from .mutant import Make, Mutant, handling, setting
from .replies import told_as

_CALL = "CreateAIAgentCall"


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


def _called_at_any_time(rule: Rule, attempt: Attempt, world: World, settings: Settings) -> bool:
    """As if no call ever left the interval."""
    placed = [session for session in world.sessions if normalised(session.callee) == attempt.callee]
    return 0 < world.description.rules.interval_calls <= len(placed)


def _from_any_app(rule: Rule, attempt: Attempt, world: World, settings: Settings) -> bool:
    since = attempt.now - DAY_SECONDS
    counted = sum(world.day.count((app, attempt.callee), since) for app in world.apps)
    return 0 < world.description.rules.day_calls <= counted


def _unless_callers_are_named(rule: Rule, attempt: Attempt, world: World, settings: Settings) -> bool:
    return not attempt.callers and rule.breaks(attempt, world, settings)


def _agent_first(true: Handler) -> Handler:
    """Agents are looked for in all apps, and before the app is."""

    def handle(scene: Scene, params: Mapping[str, JSON]) -> dict[str, JSON]:
        known = {agent.AIAgentId for app in scene.world.apps.values() for agent in app.agent}
        if params["AIAgentId"] not in known and not scene.world.anything_exists:
            raise scene.refusal("InvalidParameterValue", "not-allowed", name="AIAgentId")
        return true(scene, params)

    return handle


RULES = (
    Mutant("unknown-app-accepted", "rules", "A call of an app that does not exist is placed.",
           "an_app_that_is_not_there_is_told", _left_out("instance")),
    Mutant("unknown-agent-accepted", "rules", "A call by an agent that does not exist is placed.",
           "an_agent_that_is_not_there_is_told", _left_out("values")),
    Mutant("agent-before-app", "rules", "An agent that is in no app is told before an app that does not exist.",
           "agents_are_looked_for_in_an_app", handling(_CALL, _agent_first)),
    Mutant("blacklist-told-as-frequency", "rules", "A blacklisted callee is told as a caller that calls too often.",
           "who_complained_is_not_called",
           told_as("FailedOperation.CallerOverFrequency", of="FailedOperation.CalleeIsBlackUser")),
    Mutant("permission-ignored", "rules", "An app that may not call does.",
           "an_app_that_may_not_call_is_told", _left_out("permission")),
    Mutant("minutes-ignored", "rules", "Calls go on when no minutes are left.",
           "where_no_minutes_are_left_it_is_told", _left_out("package")),
    Mutant("licence-ignored", "rules", "Calls go on when the licence has ended.",
           "a_licence_that_has_ended_is_told", _left_out("licence")),
    Mutant("no-number-needed", "rules", "An app without a usable number calls.",
           "without_a_usable_number_nobody_is_called", _left_out("number")),
    Mutant("foreign-callers-used", "rules", "Numbers in Callers need not be the app's own.",
           "only_numbers_of_the_app_are_called_from", _breaking("number", _unless_callers_are_named)),
    Mutant("broken-trunk-used", "rules", "A call goes out over a trunk that is broken.",
           "a_broken_trunk_is_told", _left_out("trunk")),
    Mutant("channels-without-end", "rules", "A number carries any number of calls.",
           "a_number_carries_as_many_calls_as_it_has_channels", _left_out("channel")),
    Mutant("agents-without-end", "rules", "An app's agents hold any number of calls.",
           "an_app_has_as_many_calls_as_its_agents_hold", _left_out("concurrency")),
    Mutant("blind-areas-called", "rules", "Callees in a blind area are called.",
           "who_lives_in_a_blind_area_is_not_called", _left_out("blind-area")),
    Mutant("hours-by-utc", "rules", "Working hours are looked at by UTC.",
           "nobody_is_called_out_of_hours", _breaking("working-hours", _by_utc)),
    Mutant("interval-one-too-many", "rules", "A callee may be called once more within the interval.",
           "nobody_is_called_too_often_within_minutes", _breaking("interval", _one_more)),
    Mutant("interval-of-all-callees", "rules", "The interval counts the calls to all callees together.",
           "callees_are_counted_apart", _breaking("interval", _of_any_callee)),
    Mutant("interval-never-ends", "rules", "A call counts for the interval for good.",
           "after_the_interval_somebody_may_be_called_again", _breaking("interval", _called_at_any_time)),
    Mutant("day-without-end", "rules", "A callee may be called any number of times a day.",
           "nobody_is_called_too_often_within_a_day", _left_out("day")),
    Mutant("day-of-all-apps", "rules", "The calls of a day are counted for all apps together.",
           "a_day_is_counted_by_app", _breaking("day", _from_any_app)),
    Mutant("refused-attempts-count", "rules", "A call that a rule refused counts as one.",
           "what_was_refused_is_not_counted", setting(refused_attempts_count=True)),
)  # fmt: skip
