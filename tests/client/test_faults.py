"""Each fault is exactly one exception of the client's, and docs/client-faults.md tells which."""

from __future__ import annotations

from functools import cache

import pytest

from calling import WAYS, Way
from ccc_contract import errors, load_api
from ccc_mock import PlanError
from ccc_mock.plans.faults import FAULTS
from ccc_mock.plans.grammar import parse
from client_faults import ACTIONS, ATTEMPTS, CHANGES, DIALS, READS, STEPS, Found, Measured, measure, table, told

WITH_EFFECTS = (DIALS, CHANGES)
each_way = pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)


@cache
def measured(way: Way) -> Measured:
    return measure(way)


def of(way: Way, *actions: str) -> dict[str, Found]:
    """What was found on these actions, by a name that says where."""
    return {f"{step} on {action}": measured(way)[step, action] for step in STEPS for action in actions}


@cache
def moment_of(step: str) -> str:
    ((strike,),) = (each.strikes for each in parse(f"ok+{step}", load_api()).drafts[0].steps)
    return str(strike.moment)


def can_strike(step: str) -> bool:
    try:
        parse(f"ok+{step}", load_api())
    except PlanError:
        return False
    return True


def test_the_steps_are_each_fault_at_each_moment_at_which_it_can_strike() -> None:
    written = {step.partition("@")[0] for step in STEPS}
    possible = {
        (step.partition("(")[0], moment)
        for step in written
        for moment in ("before", "after")
        if can_strike(f"{step}@{moment}")
    }
    assert {name for name, _ in possible} == set(FAULTS)
    assert {(step.partition("(")[0].partition("@")[0], moment_of(step)) for step in STEPS} == possible


def test_the_page_tells_what_was_measured() -> None:
    assert told() == table(measured(WAYS[0]))


@pytest.mark.parametrize("way", WAYS[1:], ids=lambda way: way.name)
def test_every_other_way_finds_the_same(way: Way) -> None:
    assert of(way, *ACTIONS) == of(WAYS[0], *ACTIONS)


@each_way
def test_an_action_with_effects_is_sent_once_and_happens_as_the_moment_says(way: Way) -> None:
    found = of(way, *WITH_EFFECTS)
    assert {name for name, each in found.items() if each.sent != 1} == set()
    expected = {f"{step} on {action}": int(moment_of(step) == "after") for step in STEPS for action in WITH_EFFECTS}
    assert {name: each.done for name, each in found.items()} == expected


@each_way
def test_an_action_with_effects_is_answered_or_its_outcome_is_unknown(way: Way) -> None:
    assert {each.raised for each in of(way, *WITH_EFFECTS).values()} == {"", "CallOutcomeUnknown"}


@each_way
def test_a_read_is_tried_again_and_never_in_doubt(way: Way) -> None:
    found = of(way, READS).values()
    assert {(each.raised, each.phase, each.sent) for each in found} == {
        ("", "", 1),
        ("AnswerTimeout", "receive", ATTEMPTS),
        ("AnswerLost", "receive", ATTEMPTS),
        ("NotAnAnswer", "answer", ATTEMPTS),
    }


def test_every_class_that_was_found_is_documented() -> None:
    found = {name for each in of(WAYS[0], *ACTIONS).values() for name in (each.raised, each.reason) if name}
    documented = [line.partition("── ")[2].split()[0] for line in (errors.__doc__ or "").splitlines() if "── " in line]
    assert found <= set(documented)
    assert len(documented) == len(set(documented))


def test_a_fault_is_the_same_one_thing_on_every_action_that_it_touches() -> None:
    for step in STEPS:
        found = {each.reason for each in (measured(WAYS[0])[step, action] for action in ACTIONS) if each.raised}
        assert len(found) <= 1, step
