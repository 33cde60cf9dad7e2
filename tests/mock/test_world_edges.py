"""The edges of rules, to the second: where the naive world and ours could be wrong by the same one."""

from __future__ import annotations

from typing import Any

import pytest

from ccc_contract import load_api
from ccc_mock import Clock, Endpoint, Settings
from ccc_mock.clock import parse_world_time
from ccc_mock.world.description import described
from drafts import NOW
from drawn_worlds import APPS, OPEN, calling

CALL = {"SdkAppId": APPS[0], "AIAgentId": 15, "Callee": "13800000001"}
ACTIONS = load_api().actions


def make_endpoint(
    world: dict[str, Any] | None = None, rules: dict[str, Any] | None = None, **settings: Any
) -> Endpoint:
    description = {**OPEN, **(world or {}), "rules": {**OPEN["rules"], **(rules or {})}}
    return Endpoint(clock=Clock(at=NOW), settings=Settings(**settings), world=described(description, ACTIONS))


def verdict(endpoint: Endpoint, at: float, **params: Any) -> str:
    """Of a call at that time of the world."""
    endpoint.accounts.default.clock.freeze_world(at)
    return endpoint.exchange(calling({**CALL, **params}).request()).verdict.rpartition(".")[2]


DAY, NIGHT = "08:00-21:00", "21:00-08:00"


@pytest.mark.parametrize(
    ("hours", "at", "inside"),
    [
        (DAY, "07:59:59", False), (DAY, "08:00:00", True), (DAY, "20:59:59", True), (DAY, "21:00:00", False),
        (NIGHT, "07:59:59", True), (NIGHT, "08:00:00", False), (NIGHT, "20:59:59", False), (NIGHT, "21:00:00", True),
        ("00:00-24:00", "00:00:00", True), ("00:00-24:00", "23:59:59", True),
    ],
)  # fmt: skip
def test_hours_begin_with_their_first_second_and_end_before_their_last(hours: str, at: str, inside: bool) -> None:
    endpoint = make_endpoint(rules={"working_hours": hours})
    assert (verdict(endpoint, parse_world_time(at, NOW)) == "ok") == inside


@pytest.mark.parametrize("setting", ["interval", "day"])
@pytest.mark.parametrize(("before", "told"), [(0.5, False), (0.0, True)])
def test_a_window_is_left_when_it_is_as_long_ago_as_it_is_long(setting: str, before: float, told: bool) -> None:
    rules = {"interval_calls": 2} if setting == "interval" else {"day_calls": 2}
    seconds = 300 if setting == "interval" else 86_400
    endpoint = make_endpoint(rules=rules)
    assert [verdict(endpoint, NOW) for _ in range(2)] == ["ok", "ok"]
    assert (verdict(endpoint, NOW + seconds - before) == "ok") == told


def test_a_calendar_day_has_its_first_second_and_not_the_last_one_before() -> None:
    midnight = parse_world_time("00:00", NOW)
    endpoint = make_endpoint(rules={"day_calls": 2}, day_is="calendar")
    assert [verdict(endpoint, midnight - 0.5) for _ in range(3)][:2] == ["ok", "ok"]
    assert [verdict(endpoint, midnight) for _ in range(2)] == ["ok", "ok"]
    assert verdict(endpoint, midnight + 86_399) == "CalloutRuleMaxCallCountCalleePerDayAppID"
    assert verdict(endpoint, midnight + 86_400) == "ok"


def test_a_licence_has_ended_at_its_end() -> None:
    endpoint = make_endpoint({"licence": {"ends": NOW + 1}})
    assert [verdict(endpoint, NOW + 0.5), verdict(endpoint, NOW + 1)] == ["ok", "AILicenseHasExpired"]


def test_a_package_counts_from_its_beginning_and_no_more_at_its_end() -> None:
    endpoint = make_endpoint({"package": [{"minutes": 9, "begins": NOW + 1, "ends": NOW + 2}]})
    over = "BasePackageExpired"
    assert [verdict(endpoint, NOW + at) for at in (0.5, 1, 1.5, 2)] == [over, "ok", "ok", over]


@pytest.mark.parametrize(("State", "CostType", "told"), [
    (1, 1, "ok"), (2, 1, "NoCallOutNumber"), (4, 1, "NoCallOutNumber"), (5, 1, "NoCallOutNumber"),
    (1, 0, "NoCallOutNumber"),
])  # fmt: skip
def test_a_call_goes_out_from_a_usable_number_of_ones_own(State: int, CostType: int, told: str) -> None:
    number = {"Number": "02155066897", "State": State, "CostType": CostType}
    app = {"SdkAppId": APPS[0], "number": [number], "agent": [{"AIAgentId": 15}]}
    endpoint = make_endpoint({"app": [app]})
    assert verdict(endpoint, NOW) == told
    assert verdict(endpoint, NOW, Callers=["+8602155066897"]) == told


@pytest.mark.parametrize(("patience", "told"), [(0, "AcquireQuota"), (4, "AcquireQuota"), (5, "ok")])
def test_a_call_waits_exactly_as_long_as_it_says(patience: int, told: str) -> None:
    endpoint = make_endpoint(rules={"concurrency": 1})
    assert verdict(endpoint, NOW) == "ok"  # until NOW + 35
    assert verdict(endpoint, NOW + 30, AcquireTimeoutSecond=patience) == told


def test_a_call_behind_one_that_waits_has_to_wait_for_that() -> None:
    endpoint = make_endpoint(rules={"concurrency": 1})
    assert [verdict(endpoint, NOW), verdict(endpoint, NOW + 31)] == ["ok", "ok"]
    assert [verdict(endpoint, NOW + 32), verdict(endpoint, NOW + 64.5)] == ["AcquireQuota", "AcquireQuota"]
    assert verdict(endpoint, NOW + 65) == "ok"


def test_the_last_hours_of_the_calendar_are_no_crash() -> None:
    rules = {"working_hours": "00:00-24:00", "day_calls": 2}
    endpoint = make_endpoint({"package": [{"minutes": 9}]}, rules, day_is="calendar")
    assert verdict(endpoint, parse_world_time("9999-12-31T23:59:00Z", NOW)) == "ok"


def test_a_zero_of_ones_own_is_any_number_where_the_rules_have_one() -> None:
    number = {"Number": "02155066897", "channels": 0}
    app = {"SdkAppId": APPS[0], "concurrency": 0, "number": [number], "agent": [{"AIAgentId": 15}]}
    endpoint = make_endpoint({"app": [app]}, {"channels": 1, "concurrency": 1})
    assert [verdict(endpoint, NOW) for _ in range(3)] == ["ok", "ok", "ok"]


def test_minutes_are_whole_ones_and_those_used_before_are_gone() -> None:
    endpoint = make_endpoint({"package": [{"minutes": 3, "used": 2, "monthly": False}]})
    assert verdict(endpoint, NOW) == "ok"  # it talks for 30 s
    assert verdict(endpoint, NOW + 60) == "BasePackageExpired"
    assert verdict(endpoint, NOW + 86_400 * 31) == "BasePackageExpired"


def test_monthly_minutes_are_new_in_each_month() -> None:
    endpoint = make_endpoint({"package": [{"minutes": 1, "monthly": True}]})
    assert [verdict(endpoint, NOW), verdict(endpoint, NOW + 60)] == ["ok", "BasePackageExpired"]
    assert verdict(endpoint, parse_world_time("2026-12-01T00:00:00+08:00", NOW)) == "ok"


@pytest.mark.parametrize("code", ["0990", "0999", "0901", "0909", "990"])
def test_area_codes_of_a_blind_area(code: str) -> None:
    endpoint = make_endpoint(rules={"blind_areas": ["XJ"]})
    assert verdict(endpoint, NOW, Callee=code + "2345678") == "CalloutRuleBlindArea"
