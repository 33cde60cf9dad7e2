"""A refusal, of whatever kind, changes nothing of the world; every call that is placed changes it."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccc_contract import load_api
from ccc_mock import DEFAULT_CREDENTIAL, Clock, Credential, Endpoint, Limits, Settings
from ccc_mock.world.description import described
from drafts import ENDED, NOW, TEMPORARY, Draft
from drawn_worlds import APPS, CALLS, DESCRIPTIONS, OPEN, STRICT, calling

DENIED = Credential("AKID-ccc-mock-denied", "ccc-mock-denied-key")
EXAMPLE = {"SdkAppId": APPS[0], "AIAgentId": 15, "Callee": "13800000001"}
ACTIONS = load_api().actions


def endpoint_of(description: Mapping[str, Any], limits: Limits | None = None, **changes: Any) -> Endpoint:
    denied = {"secret_id": DENIED.secret_id, "secret_key": DENIED.secret_key}
    sub_account = {"name": "looks", "deny": ["CreateAIAgentCall"], "credential": [denied]}
    return Endpoint(
        credentials=(DEFAULT_CREDENTIAL, TEMPORARY, ENDED),
        clock=Clock(at=NOW),
        settings=Settings(**changes),
        world=described({**description, "sub_account": [sub_account]}, ACTIONS),
        limits=limits,
    )


def state(endpoint: Endpoint) -> dict[str, Any]:
    """Everything of the world, at its time."""
    account = endpoint.accounts.default
    with account.lock:
        return copy.deepcopy(account.world_now().snapshot())


def check_unchanged(endpoint: Endpoint, draft: Draft, code: str) -> None:
    before = state(endpoint)
    assert endpoint.exchange(draft.request()).verdict == code
    assert state(endpoint) == before


# --- before the rules ------------------------------------------------------------------------------------------------

CALL = calling(EXAMPLE)
BEFORE_THE_RULES: Mapping[str, tuple[Draft, str]] = {
    "no such action": (CALL.with_headers({"x-tc-action": "CreateAIAgentCal"}), "InvalidAction"),
    "no such version": (CALL.with_headers({"x-tc-version": "2020-02-11"}), "NoSuchVersion"),
    "unknown SecretId": (CALL.but(secret_id="AKID-ccc-mock-nobody"), "AuthFailure.SecretIdNotFound"),
    "wrong key": (CALL.but(secret_key="another"), "AuthFailure.SignatureFailure"),
    "stale": (CALL.with_headers({"x-tc-timestamp": str(NOW - 301)}), "AuthFailure.SignatureExpire"),
    "no token": (CALL.by(TEMPORARY), "AuthFailure.TokenFailure"),
    "ended": (CALL.by(ENDED).with_headers({"x-tc-token": str(ENDED.token)}), "AuthFailure.TokenFailure"),
    "denied": (CALL.by(DENIED), "AuthFailure.UnauthorizedOperation"),
    "no JSON": (CALL.but(body=b"{"), "InvalidParameter"),
    "missing": (CALL.without_param("Callee"), "MissingParameter"),
    "unknown": (CALL.with_params({"Colour": 1}), "UnknownParameter"),
    "type": (CALL.with_params({"SdkAppId": "1"}), "InvalidParameter"),
    "value": (CALL.with_params({"AcquireTimeoutSecond": 6}), "InvalidParameterValue"),
}
"""What is sent → the code."""


@pytest.mark.parametrize("what", BEFORE_THE_RULES)
@pytest.mark.parametrize("counted", [False, True], ids=["", "refused attempts count"])
def test_a_refusal_before_the_rules_changes_nothing(what: str, counted: bool) -> None:
    endpoint = endpoint_of(STRICT, refused_attempts_count=counted)
    endpoint.handle(calling(EXAMPLE).request())
    check_unchanged(endpoint, *BEFORE_THE_RULES[what])


def test_a_call_beyond_the_limit_changes_nothing() -> None:
    endpoint = endpoint_of(OPEN, Limits(actions={"CreateAIAgentCall": 1}))
    endpoint.handle(CALL.request())
    check_unchanged(endpoint, CALL, "RequestLimitExceeded")


@pytest.mark.parametrize("step", ["InternalError", "AuthFailure.TokenFailure", "FailedOperation.CallOutFailed"])
def test_a_planned_code_changes_nothing(step: str) -> None:
    endpoint = endpoint_of(STRICT, refused_attempts_count=True)
    endpoint.plan(step)
    check_unchanged(endpoint, CALL, step)


@pytest.mark.parametrize("step", ["ok+reset", "ok+close", "ok+page(502)"])
def test_a_fault_in_place_of_the_service_changes_nothing(step: str) -> None:
    endpoint = endpoint_of(STRICT)
    endpoint.plan(step)
    check_unchanged(endpoint, CALL, "fault")


@pytest.mark.parametrize("step", ["InternalError@after", "ok+close@after", "ok+page(502)@after"])
def test_an_answer_that_is_spoiled_afterwards_has_changed_the_world(step: str) -> None:
    endpoint = endpoint_of(STRICT)
    endpoint.plan(step)
    before = state(endpoint)
    endpoint.exchange(CALL.request())
    assert state(endpoint)["sessions"]["count"] == before["sessions"]["count"] + 1


# --- the rules -------------------------------------------------------------------------------------------------------

NUMBER = {"Number": "02155066897"}
APP = {"SdkAppId": APPS[0], "number": [NUMBER], "agent": [{"AIAgentId": 15}]}


def app(**changes: Any) -> dict[str, Any]:
    return {"app": [{**APP, **changes}]}


def ruled(**rules: Any) -> dict[str, Any]:
    return {"rules": {**OPEN["rules"], **rules}}


RULES: Mapping[str, tuple[dict[str, Any], int]] = {
    "InvalidParameterValue.InstanceNotExist": ({"exists": "named"}, 0),
    "FailedOperation.PermissionDenied": (app(permitted=False), 0),
    "LimitExceeded.BasePackageExpired": ({"package": [{"minutes": 0}]}, 0),
    "FailedOperation.AILicenseHasExpired": ({"licence": {"ends": NOW}}, 0),
    "FailedOperation.NoCallOutNumber": (app(number=[{**NUMBER, "State": 2}]), 0),
    "FailedOperation.CalleeIsBlackUser": ({"callee": [{"number": "13800000001", "blacklisted": True}]}, 0),
    "FailedOperation.CalloutRuleNotWorkTime": (ruled(working_hours="21:00-08:00"), 0),
    "FailedOperation.CalloutRuleBlindArea": (
        {**ruled(blind_areas=["XJ"]), "callee": [{"number": "13800000001", "area": "XJ"}]}, 0,
    ),
    "FailedOperation.CalloutRuleMaxCallCountCalleeIntervalTime": (ruled(interval_calls=2), 2),
    "FailedOperation.CalloutRuleMaxCallCountCalleePerDayAppID": (ruled(day_calls=2), 2),
    "FailedOperation.CallerOverFrequency": (ruled(channels=2), 2),
    "FailedOperation.AcquireQuota": (ruled(concurrency=2), 2),
    "InvalidParameterValue": (app(agent=[]), 0),
    "FailedOperation.CallOutFailed": (app(number=[{**NUMBER, "trunk": "broken"}]), 0),
}  # fmt: skip
"""The code → a world that refuses with it, after so many calls before."""


@pytest.mark.parametrize("code", RULES)
def test_a_refusal_of_a_rule_changes_nothing(code: str) -> None:
    world, before = RULES[code]
    endpoint = endpoint_of({**OPEN, **world})
    for _ in range(before):
        assert endpoint.exchange(CALL.request()).verdict == "ok"
    check_unchanged(endpoint, CALL, code)
    check_unchanged(endpoint, CALL, code)


@pytest.mark.parametrize("code", RULES)
def test_where_refused_attempts_count_a_rules_refusal_counts_once_and_changes_nothing_else(code: str) -> None:
    world, calls = RULES[code]
    world = {**OPEN, **world}
    world["rules"] = {**world["rules"], "day_calls": world["rules"]["day_calls"] or 1000}
    endpoint = endpoint_of(world, refused_attempts_count=True)
    for _ in range(calls):
        endpoint.exchange(CALL.request())
    before = state(endpoint)
    assert endpoint.exchange(CALL.request()).verdict == code
    check_counted_only(before, state(endpoint))


BLOCKED = [code for code in RULES if "CalloutRule" in code or code.endswith("CalleeIsBlackUser")]


@pytest.mark.parametrize("code", BLOCKED)
def test_a_blocked_call_that_is_accepted_changes_the_world_and_ends_at_once(code: str) -> None:
    world, before = RULES[code]
    endpoint = endpoint_of({**OPEN, **world}, blocked_calls="accept")
    for _ in range(before):
        endpoint.exchange(CALL.request())
    count = state(endpoint)["sessions"]["count"]
    exchange = endpoint.exchange(CALL.request())
    assert exchange.verdict == "ok"
    after = state(endpoint)
    assert after["sessions"]["count"] == count + 1
    assert after["sessions"]["finished"][-1][1] == exchange.result["SessionId"]


@pytest.mark.parametrize("code", [code for code in RULES if code not in BLOCKED])
def test_what_is_no_blocking_rule_is_refused_also_where_blocked_calls_are_accepted(code: str) -> None:
    world, before = RULES[code]
    endpoint = endpoint_of({**OPEN, **world}, blocked_calls="accept")
    for _ in range(before):
        endpoint.exchange(CALL.request())
    check_unchanged(endpoint, CALL, code)


COUNTED_BY = {"interval": "interval_calls", "day": "day_calls"}


def check_counted_only(before: dict[str, Any], after: dict[str, Any]) -> None:
    rules = before["description"]["rules"]
    for name, value in before.items():
        if name in COUNTED_BY:
            since = before["at"] - (rules["interval_seconds"] if name == "interval" else 86_400)
            assert times(after[name], since) == times(value, since) + (rules[COUNTED_BY[name]] > 0)
        else:
            assert after[name] == value


def times(counted: list[Any], since: float) -> int:
    """How many there are; what is too old may go whenever something is counted."""
    return sum(at > since for _, times_of_key in counted for at in times_of_key)


# --- all of it -------------------------------------------------------------------------------------------------------

Spoil = Callable[[Draft], Draft]
SPOILS: tuple[Spoil, ...] = (
    lambda draft: draft,
    lambda draft: draft,
    lambda draft: draft,
    lambda draft: draft.but(secret_key="another"),
    lambda draft: draft.by(DENIED),
    lambda draft: draft.without_param("AIAgentId"),
    lambda draft: draft.with_params({"AcquireTimeoutSecond": 6}),
    lambda draft: draft.with_headers({"x-ccc-mock-plan": "InternalError"}),
    lambda draft: draft.with_headers({"x-ccc-mock-plan": "ok+page(500)"}),
)
SETTINGS = st.fixed_dictionaries({
    "refused_attempts_count": st.booleans(),
    "blocked_calls": st.sampled_from(["refuse", "accept"]),
    "own_numbers_are_subject": st.booleans(),
    "day_is": st.sampled_from(["rolling", "calendar"]),
})  # fmt: skip
RULES_CODES = frozenset(RULES)


@settings(max_examples=150)
@given(
    description=st.sampled_from([OPEN, STRICT]) | DESCRIPTIONS,
    changes=SETTINGS,
    attempts=st.lists(
        st.tuples(CALLS, st.sampled_from(SPOILS), st.sampled_from([0, 0, 1, 40, 86_400])), min_size=1, max_size=15
    ),
)
def test_only_what_is_placed_changes_the_world(
    description: dict[str, Any], changes: dict[str, Any], attempts: list[tuple[dict[str, Any], Spoil, int]]
) -> None:
    endpoint = endpoint_of(description, Limits(actions={"CreateAIAgentCall": 6}), **changes)
    clock = endpoint.accounts.default.clock
    for params, spoil, later in attempts:
        clock.freeze_world(clock.world() + later)
        before = state(endpoint)
        draft = spoil(calling(params))
        exchange = endpoint.exchange(draft.request())
        after = state(endpoint)
        of_a_rule = exchange.verdict in RULES_CODES and (exchange.stage, exchange.check) == ("execute", "behaviour")
        if exchange.verdict == "ok":
            assert exchange.placed
            assert after["sessions"]["count"] == before["sessions"]["count"] + 1
            assert exchange.result["SessionId"] in {row[1] for row in rows(after)} - {row[1] for row in rows(before)}
        elif of_a_rule and changes["refused_attempts_count"]:
            check_counted_only(before, after)
        else:
            assert after == before


def rows(snapshot: dict[str, Any]) -> list[Any]:
    return [*snapshot["sessions"]["live"], *snapshot["sessions"]["finished"]]
