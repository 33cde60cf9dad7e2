"""Every setting of the world changes what it says it does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ccc_mock import Endpoint, Settings
from ccc_mock.settings import knobs
from ccc_mock.world.rules import RULES
from worlds import APP, BROKEN, CALLEE, OWN, World, result

BLACK = "FailedOperation.CalleeIsBlackUser"
LATE = "FailedOperation.CalloutRuleNotWorkTime"
AREA = "FailedOperation.CalloutRuleBlindArea"
INTERVAL = "FailedOperation.CalloutRuleMaxCallCountCalleeIntervalTime"
DAY = "FailedOperation.CalloutRuleMaxCallCountCalleePerDayAppID"
QUOTA = "FailedOperation.AcquireQuota"
NOT_EXIST = "InvalidParameterValue.InstanceNotExist"

HOUR = 3600
MORNING, NIGHT, NEXT_MORNING = -4 * HOUR, 10 * HOUR, 20 * HOUR
"""From NOW, which is 13:16:53: 09:16:53, 23:16:53, 09:16:53."""
BUSY = {"number": CALLEE, "ends": "busy"}


def blacklisted_at_night(settings: Settings) -> str:
    world = World(settings, callee=[{"number": CALLEE, "blacklisted": True}])
    world.at(NIGHT)
    return world.says()


def after_three_that_failed(settings: Settings) -> str:
    world = World(settings)
    assert [world.says(Callers=[BROKEN]) for _ in range(3)] == ["FailedOperation.CallOutFailed"] * 3
    return world.says()


def at_night(settings: Settings) -> str:
    world = World(settings)
    world.at(NIGHT)
    return world.says()


def the_morning_after_five(settings: Settings) -> str:
    world = World(settings, callee=[BUSY])
    for n in range(5):
        world.at(6 * HOUR + n * 300)  # from 19:16:53 on
        assert world.says() == "ok"
    world.at(NEXT_MORNING)
    return world.says()


def blacklisted(settings: Settings) -> str:
    world = World(settings, callee=[{"number": CALLEE, "blacklisted": True}])
    said = world.says()
    return said if said != "ok" else f"ends with {world.sessions[0].end_status}"


def hanging_up_twice(settings: Settings) -> str:
    world = World(settings)
    session_id = result(world.call())["SessionId"]
    assert world.ask("HangUpCall", SessionId=session_id).verdict == "ok"
    return world.ask("HangUpCall", SessionId=session_id).verdict


def asking_for_nobody(settings: Settings) -> str:
    return World(settings).ask("DescribeTelSession", SessionId="1001").verdict


def full_for_five_seconds(settings: Settings) -> str:
    """An app whose only agent is talking, and will be for five seconds more."""
    world = World(settings, rules={"concurrency": 1})
    assert world.says() == "ok"
    world.at(30)
    exchange = world.call()
    return f"{exchange.verdict} after {exchange.reply.delivery.delay_seconds:g} s"


NAMES = [rule.name for rule in RULES]
HOURS_FIRST = ",".join(sorted(NAMES, key=lambda name: name != "working-hours"))

TURNED: dict[str, tuple[Any, Callable[[Settings], str], str, str]] = {
    "rule_order": (HOURS_FIRST, blacklisted_at_night, BLACK, LATE),
    "refused_attempts_count": (True, after_three_that_failed, "ok", INTERVAL),
    "own_numbers_are_subject": (False, at_night, LATE, "ok"),
    "day_is": ("calendar", the_morning_after_five, DAY, "ok"),
    "blocked_calls": ("accept", blacklisted, BLACK, "ends with 108"),
    "hang_up_of_finished": ("InternalError.DBError", hanging_up_twice, "ok", "InternalError.DBError"),
    "unknown_session": ("InternalError.DBError", asking_for_nobody, NOT_EXIST, "InternalError.DBError"),
    "acquire_seconds": (4, full_for_five_seconds, "ok after 5 s", f"{QUOTA} after 4 s"),
}
"""Setting → (another value, what is done, what is said by default, what is said then)."""


@pytest.mark.parametrize("name", TURNED)
def test_a_setting_of_the_world_changes_what_it_says(name: str) -> None:
    value, done, by_default, then = TURNED[name]
    assert done(Settings()) == by_default
    assert done(Settings(**{name: value})) == then


# --- rule_order -------------------------------------------------------------------------------------------------------


def test_the_usual_order_is_that_of_the_list_of_rules() -> None:
    assert Settings().rule_order.split(",") == NAMES


@pytest.mark.parametrize(
    "order",
    ["", "instance", ",".join(NAMES[1:]), ",".join([*NAMES, "values"]), ",".join([*NAMES[1:], "trunks"]), "x" * 10_000],
    ids=["empty", "one", "one too few", "one twice", "one unknown", "long"],
)
def test_an_order_that_is_none_is_refused_with_the_names(order: str) -> None:
    with pytest.raises(ValueError, match="rule_order: expected each of instance,permission") as caught:
        Endpoint(settings=Settings(rule_order=order))
    assert len(str(caught.value)) < 700


def test_an_order_may_have_blanks() -> None:
    Endpoint(settings=Settings(rule_order=", ".join(NAMES)))


@pytest.mark.parametrize("name", NAMES)
def test_whichever_rule_comes_first_its_code_does(name: str) -> None:
    """An account in which each rule but `instance` is broken, or the first one; concurrency waits in vain."""
    order = ",".join(sorted(NAMES, key=lambda other: other != name))
    code = next(rule.code for rule in RULES if rule.name == name)
    world = World(
        Settings(rule_order=order, refused_attempts_count=True, own_numbers_are_subject=True),
        rules={"interval_calls": 1, "day_calls": 1, "concurrency": 1},
        callee=[{"number": CALLEE, "blacklisted": True, "area": "XJ"}],
        licence={"ends": 1},
        package=[{"minutes": 0}],
        app=[
            {"SdkAppId": APP, "permitted": name != "permission"},
            {"SdkAppId": 2, "concurrency": 1, "agent": [{"AIAgentId": 1}],
             "number": [{"Number": OWN, "channels": 1, "trunk": "broken" if name == "trunk" else "ok"}]},
        ],
    )  # fmt: skip
    world.at(NIGHT)
    params: dict[str, Any] = {"SdkAppId": 2, "AIAgentId": 404, "AcquireTimeoutSecond": 0}
    if name in ("interval", "day"):
        world.says(**params)  # counts, as it is refused
    if name in ("channel", "concurrency"):
        _occupy(world)
    if name in ("instance", "permission", "number"):
        params["SdkAppId"] = APP if name != "instance" else 3
    assert world.says(**params) == code


def _occupy(world: World) -> None:
    now = world.account.clock.world()
    world.account.world.sessions.place("1", 2, 1, OWN, CALLEE, now, now + 5, now + 35, 1, "user")


# --- refused_attempts_count -------------------------------------------------------------------------------------------


def test_a_refused_attempt_counts_for_the_day_too() -> None:
    world = World(Settings(refused_attempts_count=True))
    for n in range(5):
        world.at(n * 300)
        world.says(Callers=[BROKEN])
    world.at(5 * 300)
    assert world.says() == DAY


# --- own_numbers_are_subject ------------------------------------------------------------------------------------------


def test_own_numbers_that_are_not_subject_are_free_of_all_rules_for_calling_out() -> None:
    described: dict[str, Any] = {
        "rules": {"concurrency": 0, "channels": 0}, "callee": [{**BUSY, "area": "XZ"}],
    }  # fmt: skip
    assert World(**described).says() == AREA
    free = World(Settings(own_numbers_are_subject=False), **described)
    free.at(NIGHT)
    assert [free.says() for _ in range(10)] == ["ok"] * 10


def test_own_numbers_that_are_not_subject_still_keep_the_black_list() -> None:
    free = World(Settings(own_numbers_are_subject=False), callee=[{"number": CALLEE, "blacklisted": True}])
    assert free.says() == BLACK


# --- day_is -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("day_is", "last_refused"), [("rolling", 24 * HOUR - 1), ("calendar", None)])
def test_a_day_begins_at_midnight_or_is_as_long_as_one(day_is: str, last_refused: int | None) -> None:
    world = World(Settings(day_is=day_is), rules={"working_hours": "", "day_calls": 1}, callee=[BUSY])
    midnight = 24 * HOUR - (13 * HOUR + 16 * 60 + 53)
    world.at(midnight - 60)
    assert world.says() == "ok"
    world.at(midnight - 1)
    assert world.says() == DAY
    world.at(midnight)
    assert world.says() == ("ok" if day_is == "calendar" else DAY)
    if last_refused:
        world.at(midnight - 60 + last_refused)
        assert world.says() == DAY
        world.at(midnight - 60 + last_refused + 1)
        assert world.says() == "ok"


def test_the_first_second_of_a_calendar_day_counts_for_it() -> None:
    world = World(Settings(day_is="calendar"), rules={"working_hours": "", "day_calls": 1}, callee=[BUSY])
    midnight = 24 * HOUR - (13 * HOUR + 16 * 60 + 53)
    world.at(midnight)
    assert world.says() == "ok"
    world.at(midnight + 24 * HOUR - 1)
    assert world.says() == DAY
    world.at(midnight + 24 * HOUR)
    assert world.says() == "ok"


# --- blocked_calls ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("described", "before", "at", "status"),
    [
        ({"callee": [{"number": CALLEE, "blacklisted": True}]}, 0, 0, 108),
        ({"callee": [BUSY]}, 3, 10, 109),
        ({"callee": [BUSY], "rules": {"day_calls": 3, "interval_calls": 0}}, 3, 10, 109),
        ({"callee": [{"number": CALLEE, "area": "XJ"}]}, 0, 0, 110),
        ({}, 0, NIGHT, 111),
    ],
    ids=["black list", "interval", "day", "area", "hours"],
)
def test_a_blocked_call_that_is_accepted_ends_at_once_with_its_status(
    described: dict[str, Any], before: int, at: float, status: int
) -> None:
    world = World(Settings(blocked_calls="accept"), **described)
    for _ in range(before):
        assert world.says() == "ok"
    world.at(at)
    session_id = result(world.call())["SessionId"]
    session = world.sessions[-1]
    assert (session.session_id, session.status, session.end_status) == (session_id, "finished", status)
    assert (session.accepted_at, session.hung_up_by) == (None, "system")
    told = result(world.ask("DescribeTelSession", SessionId=session_id))["Session"]
    assert (told["SessionStatus"], told["AcceptTimestamp"]) == ("finished", 0)


def test_what_is_no_matter_of_blocking_is_refused_all_the_same() -> None:
    world = World(Settings(blocked_calls="accept"))
    assert world.says(Callers=[BROKEN]) == "FailedOperation.CallOutFailed"
    assert world.says(SdkAppId=1) == NOT_EXIST


def test_a_blocked_call_that_is_accepted_is_still_refused_for_what_is_wrong_with_it() -> None:
    world = World(Settings(blocked_calls="accept"), callee=[{"number": CALLEE, "blacklisted": True}])
    assert world.says(AIAgentId=404) == "InvalidParameterValue"
    assert world.says(Callers=[BROKEN]) == "FailedOperation.CallOutFailed"
    assert world.sessions == []


def test_a_call_that_several_rules_block_ends_with_the_status_of_the_first() -> None:
    described: dict[str, Any] = {"callee": [{"number": CALLEE, "blacklisted": True, "area": "XJ"}]}
    for order, status in ((",".join(NAMES), 108), (HOURS_FIRST, 111)):
        world = World(Settings(blocked_calls="accept", rule_order=order), **described)
        world.at(NIGHT)
        assert world.says() == "ok"
        assert world.sessions[0].end_status == status


# --- hang_up_of_finished, unknown_session -----------------------------------------------------------------------------


def test_hanging_up_what_never_was_is_as_hanging_up_twice() -> None:
    for said in ("ok", "InternalError.DBError"):
        assert World(Settings(hang_up_of_finished=said)).ask("HangUpCall", SessionId="1001").verdict == said


@pytest.mark.parametrize("said", [NOT_EXIST, "InvalidParameter.InstanceNotExist", "InternalError.DBError"])
def test_a_session_that_never_was_is_told_in_each_way(said: str) -> None:
    exchange = World(Settings(unknown_session=said)).ask("DescribeTelSession", SessionId="1001")
    assert exchange.verdict == said
    assert exchange.verdict in exchange.action.errors


# --- acquire_seconds --------------------------------------------------------------------------------------------------


def test_a_call_that_says_how_long_it_waits_waits_so_long() -> None:
    for seconds, said in ((5, "ok"), (4, QUOTA), (0, QUOTA)):
        world = World(Settings(acquire_seconds=60), rules={"concurrency": 1})
        world.call()
        world.at(30)
        exchange = world.call(AcquireTimeoutSecond=seconds)
        assert (exchange.verdict, exchange.reply.delivery.delay_seconds) == (said, float(seconds))


# --- values_are_judged ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [-1, -2, -3, -(2**63)])
def test_there_is_no_page_below_the_first_even_where_values_are_not_judged(number: int) -> None:
    world = World(Settings(values_are_judged=False), app=[
        {"SdkAppId": APP, "agent": [{"AIAgentId": n} for n in range(1, 6)]},
    ])  # fmt: skip
    told = result(world.ask("DescribeAIAgentInfoList", PageNumber=number, PageSize=2))
    assert told == {"AIAgentInfoList": [], "TotalCount": 5}


def test_every_setting_of_the_world_is_turned_here() -> None:
    names = [name for name, _, _ in knobs()]
    assert set(names[names.index("rule_order") :]) == set(TURNED)
