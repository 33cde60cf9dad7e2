"""What there is only so much of: agents, channels and minutes."""

from __future__ import annotations

from typing import Any

import pytest

from drafts import NOW
from worlds import APP, CALLEE, OWN, SECOND, World

QUOTA, BUSY, USED_UP = (
    "FailedOperation.AcquireQuota",
    "FailedOperation.CallerOverFrequency",
    "LimitExceeded.BasePackageExpired",
)
FREE = {"interval_calls": 0, "day_calls": 0, "concurrency": 0}
DAY = 86_400


def waited(world: World, **params: Any) -> tuple[str, float]:
    """What a call is told, and after how many seconds."""
    exchange = world.call(**params)
    return exchange.verdict, exchange.reply.delivery.delay_seconds


# --- agents -----------------------------------------------------------------------------------------------------------


def test_calls_that_wait_take_the_agents_in_the_order_in_which_they_become_free() -> None:
    world = World(rules={**FREE, "concurrency": 2})
    for at in (0, 1):  # until 35 and 36
        world.at(at)
        assert waited(world) == ("ok", 0)
    world.at(34)
    assert [waited(world), waited(world), waited(world)] == [("ok", 1), ("ok", 2), (QUOTA, 5)]
    assert [session.started_at - NOW for session in world.sessions] == [0, 1, 35, 36]


def test_a_call_that_will_wait_in_vain_takes_no_place() -> None:
    world = World(rules={**FREE, "concurrency": 1})
    world.call()
    world.at(20)
    assert [waited(world) for _ in range(3)] == [(QUOTA, 5)] * 3
    world.at(35)
    assert waited(world) == ("ok", 0)


def test_a_call_that_is_hung_up_frees_its_agent_for_the_next_at_once() -> None:
    world = World(rules={**FREE, "concurrency": 1})
    world.call()
    assert waited(world, AcquireTimeoutSecond=0) == (QUOTA, 0)
    world.ask("HangUpCall", SessionId=world.sessions[0].session_id)
    assert waited(world, AcquireTimeoutSecond=0) == ("ok", 0)


def test_concurrency_is_of_each_app_and_may_be_its_own() -> None:
    agent, number = [{"AIAgentId": 15}], [{"Number": OWN, "channels": 0}]
    apps = [{"SdkAppId": n, "agent": agent, "number": number, "concurrency": n} for n in (1, 2)]
    world = World(rules=FREE, app=[*apps, {"SdkAppId": 3, "agent": agent, "number": number, "concurrency": 0}])
    told = [[waited(world, SdkAppId=n, AcquireTimeoutSecond=0)[0] for _ in range(3)] for n in (1, 2, 3)]
    assert told == [["ok", QUOTA, QUOTA], ["ok", "ok", QUOTA], ["ok", "ok", "ok"]]


# --- channels ---------------------------------------------------------------------------------------------------------


def test_a_number_carries_as_many_calls_as_it_has_channels_whichever_app_calls() -> None:
    agent, number = [{"AIAgentId": 15}], [{"Number": SECOND}]
    world = World(
        rules={**FREE, "channels": 2},
        app=[{"SdkAppId": n, "agent": agent, "number": number} for n in (1, 2)],
    )
    assert [world.says(SdkAppId=n) for n in (1, 2, 1, 2)] == ["ok", "ok", BUSY, BUSY]
    world.at(35)
    assert world.says(SdkAppId=1) == "ok"


def test_a_call_goes_out_from_the_first_number_that_is_free() -> None:
    numbers = [{"Number": f"00860215506689{n}"} for n in range(3)]
    world = World(rules=FREE, app=[{"SdkAppId": APP, "agent": [{"AIAgentId": 15}], "number": numbers}])
    assert [world.says() for _ in range(4)] == ["ok", "ok", "ok", BUSY]
    assert [session.caller for session in world.sessions] == [each["Number"] for each in numbers]
    assert world.says(Callers=[numbers[1]["Number"]]) == BUSY


# --- minutes ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("talks", "calls"), [(60, 2), (60.5, 1), (61, 1), (1, 2), (0, 9), (120, 1), (500, 1)])
def test_each_minute_that_was_begun_is_used(talks: float, calls: int) -> None:
    world = World(rules=FREE, package=[{"minutes": 2}], callee=[{"number": CALLEE, "talks": talks}])
    for n in range(calls):
        world.at(n * 1000)
        assert world.says() == "ok"
    world.at(calls * 1000)
    assert world.says() == (USED_UP if talks else "ok")


def test_a_call_that_nobody_takes_uses_none() -> None:
    world = World(rules=FREE, package=[{"minutes": 1}], callee=[{"number": CALLEE, "ends": "notAnswer"}])
    for n in range(5):
        world.at(n * 100)
        assert world.says() == "ok"


@pytest.mark.parametrize(
    ("package", "said"),
    [
        ({"minutes": 0}, USED_UP),
        ({"minutes": 10, "used": 10}, USED_UP),
        ({"minutes": 10, "used": 9}, "ok"),
        ({"begins": NOW + 1}, USED_UP),
        ({"begins": NOW}, "ok"),
        ({"ends": NOW}, USED_UP),
        ({"ends": NOW + 1}, "ok"),
    ],
    ids=str,
)
def test_a_package_counts_from_its_beginning_until_its_end(package: dict[str, Any], said: str) -> None:
    assert World(package=[package]).says() == said
    assert World(package=[package, {}]).says() == "ok"


@pytest.mark.parametrize(("monthly", "said"), [(True, "ok"), (False, USED_UP)])
def test_minutes_are_new_in_each_month_or_never(monthly: bool, said: str) -> None:
    world = World(rules=FREE, package=[{"minutes": 1, "monthly": monthly}])
    assert world.says() == "ok"
    world.at(8 * DAY)
    assert world.says() == USED_UP
    world.at(9 * DAY)  # the first of December
    assert world.says() == said


def test_packages_are_used_one_after_another() -> None:
    world = World(rules=FREE, package=[{"minutes": 1}, {"minutes": 2}], callee=[{"number": CALLEE, "talks": 60}])
    told = []
    for n in range(4):
        world.at(n * 100)
        told.append(world.says())
    assert told == ["ok", "ok", "ok", USED_UP]


def test_without_a_package_minutes_are_not_looked_at() -> None:
    world = World(rules=FREE, callee=[{"number": CALLEE, "talks": 30 * DAY}])
    assert world.says() == "ok"
    world.at(31 * DAY)
    assert world.says() == "ok"


# --- the licence ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("ends", "said"), [(NOW + 1, "ok"), (NOW, "FailedOperation.AILicenseHasExpired")])
def test_a_licence_ends_with_its_moment(ends: int, said: str) -> None:
    assert World(licence={"ends": ends}).says() == said
