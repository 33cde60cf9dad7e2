"""One account as a file describes it, served as a process: fourteen codes by what an official client does, no plan.

A story each.  Nobody waits: what a story needs to happen first, happens when it moves the world's clock.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException

from ccc_contract.reading import load_api
from ccc_mock.catalogue import code_rows
from ccc_mock.world.rules import RULES
from official import Account
from process import Process, serve

WORLD = Path(__file__).parents[2] / "fixtures/worlds/one_account.toml"

ANYBODY = "008613700000000"
BLACKLISTED, IN_XINJIANG, ALWAYS_BUSY, TALKS_TWENTY_MINUTES = (f"00861380000000{n}" for n in (1, 2, 3, 4))
ONE_CHANNEL, BROKEN, IN_ARREARS, NOT_OWN = (f"008602155066{n}" for n in (898, 899, 900, 901))

Story = Callable[..., None]
STORIES: dict[str, str] = {}


def arises(code: str) -> Callable[[Story], Story]:
    """The story ends with that code."""

    def told(story: Story) -> Story:
        assert code not in STORIES
        STORIES[code] = story.__name__
        return story

    return told


@pytest.fixture(scope="module")
def process() -> Iterator[Process]:
    with serve("--quiet", "--world", str(WORLD)) as process:
        yield process


@pytest.fixture
def account(process: Process) -> Iterator[Account]:
    """As it was made, at ten in the morning of a Monday, and without a plan from beginning to end."""
    process.control("POST", "/reset")
    process.control("PUT", "/clock", {"world": "2026-11-23T10:00:00+08:00"})
    account = Account(process)
    yield account
    assert process.control("GET", "/plans")["plans"] == []
    assert not any(entry["plan"] for entry in process.control("GET", "/journal")["entries"])


# --- fourteen stories -------------------------------------------------------------------------------------------------


@arises("InvalidParameterValue.InstanceNotExist")
def test_an_app_of_somebody_else(account: Account) -> None:
    assert account.refused(SdkAppId=1400000003).code == "InvalidParameterValue.InstanceNotExist"


@arises("InvalidParameterValue")
def test_an_agent_that_the_app_does_not_have(account: Account) -> None:
    assert account.call(AIAgentId=16)
    error = account.refused(AIAgentId=20)  # an agent of the account's other app
    assert error.code == "InvalidParameterValue"
    assert "AIAgentId" in error.message


@arises("FailedOperation.PermissionDenied")
def test_an_app_that_may_not_call(account: Account) -> None:
    assert account.refused(SdkAppId=1400000002, AIAgentId=20).code == "FailedOperation.PermissionDenied"


@arises("LimitExceeded.BasePackageExpired")
def test_twenty_minutes_are_talked_and_no_more_are_left_in_this_month(account: Account) -> None:
    account.call(TALKS_TWENTY_MINUTES)
    account.call(ANYBODY)  # the minutes are used when the call ends, not when it begins
    account.later(minutes=21)
    assert account.refused(ANYBODY).code == "LimitExceeded.BasePackageExpired"
    account.at("2026-12-01T08:00:00+08:00")
    assert account.call(ANYBODY)


@arises("FailedOperation.AILicenseHasExpired")
def test_the_licence_ends_with_the_year(account: Account) -> None:
    account.at("2026-12-31T20:59:59+08:00")
    assert account.call()
    account.at("2026-12-31T23:59:59+08:00")
    assert account.refused().code == "FailedOperation.CalloutRuleNotWorkTime"
    account.later(seconds=1)
    assert account.refused().code == "FailedOperation.AILicenseHasExpired"


@arises("FailedOperation.NoCallOutNumber")
def test_a_caller_in_arrears_one_not_of_ones_own_and_one_of_somebody_else(account: Account) -> None:
    for caller in (IN_ARREARS, NOT_OWN, "008607551234567"):
        assert account.refused(Callers=[caller]).code == "FailedOperation.NoCallOutNumber"
    assert account.session(account.call(Callers=[IN_ARREARS, ONE_CHANNEL]))["caller"] == ONE_CHANNEL


@arises("FailedOperation.CalleeIsBlackUser")
def test_somebody_who_complained_in_whatever_spelling(account: Account) -> None:
    for spelling in (BLACKLISTED, "+8613800000001", "138 0000 0001"):
        assert account.refused(spelling).code == "FailedOperation.CalleeIsBlackUser"


@arises("FailedOperation.CalloutRuleNotWorkTime")
def test_ten_past_ten_in_the_evening(account: Account) -> None:
    account.at("22:10")
    assert account.refused().code == "FailedOperation.CalloutRuleNotWorkTime"
    account.later(hours=9, minutes=49, seconds=59)
    assert account.refused().code == "FailedOperation.CalloutRuleNotWorkTime"
    account.later(seconds=1)
    assert account.call()
    account.at("20:59:59")
    assert account.call()
    account.later(seconds=1)
    assert account.refused().code == "FailedOperation.CalloutRuleNotWorkTime"


@arises("FailedOperation.CalloutRuleBlindArea")
def test_somebody_in_xinjiang_and_somebody_in_tibet(account: Account) -> None:
    for callee in (IN_XINJIANG, "00869912345678", "0086089112345678"):
        assert account.refused(callee).code == "FailedOperation.CalloutRuleBlindArea"
    assert account.call("0086089812345678")  # Hainan


@arises("FailedOperation.CalloutRuleMaxCallCountCalleeIntervalTime")
def test_a_fourth_call_within_five_minutes(account: Account) -> None:
    for _ in range(3):
        account.call(ALWAYS_BUSY)
        account.later(minutes=1)
    account.later(minutes=1, seconds=59)
    assert account.refused(ALWAYS_BUSY).code == "FailedOperation.CalloutRuleMaxCallCountCalleeIntervalTime"
    account.later(seconds=1)
    assert account.call(ALWAYS_BUSY)  # the first call is five minutes ago
    assert account.refused(ALWAYS_BUSY).code == "FailedOperation.CalloutRuleMaxCallCountCalleeIntervalTime"


@arises("FailedOperation.CalloutRuleMaxCallCountCalleePerDayAppID")
def test_a_sixth_call_within_a_day(account: Account) -> None:
    for _ in range(5):
        account.call(ALWAYS_BUSY)
        account.later(hours=1)
    assert account.refused(ALWAYS_BUSY).code == "FailedOperation.CalloutRuleMaxCallCountCalleePerDayAppID"
    account.later(hours=18, minutes=59, seconds=59)
    assert account.refused(ALWAYS_BUSY).code == "FailedOperation.CalloutRuleMaxCallCountCalleePerDayAppID"
    account.later(seconds=1)
    assert account.call(ALWAYS_BUSY)


@arises("FailedOperation.CallerOverFrequency")
def test_a_second_call_from_a_number_with_one_channel(account: Account) -> None:
    first = account.call(Callers=[ONE_CHANNEL])
    assert account.refused(Callers=[ONE_CHANNEL]).code == "FailedOperation.CallerOverFrequency"
    account.sdk.HangUpCall(SdkAppId=1400000001, SessionId=first)
    assert account.call(Callers=[ONE_CHANNEL])


@arises("FailedOperation.AcquireQuota")
def test_a_fourth_call_at_a_time(account: Account) -> None:
    calls = [account.call(f"00861370000000{n}") for n in range(3)]
    error = account.refused("008613700000003", AcquireTimeoutSecond=0)
    assert error.code == "FailedOperation.AcquireQuota"
    account.sdk.HangUpCall(SdkAppId=1400000001, SessionId=calls[0])
    assert account.call("008613700000003", AcquireTimeoutSecond=0)


@arises("FailedOperation.CallOutFailed")
def test_a_number_whose_trunk_is_broken(account: Account) -> None:
    assert account.refused(Callers=[BROKEN]).code == "FailedOperation.CallOutFailed"
    assert account.session(account.call(Callers=[BROKEN, ONE_CHANNEL]))["caller"] == ONE_CHANNEL


# --- waiting for an agent ---------------------------------------------------------------------------------------------


def test_a_call_that_waits_for_an_agent_begins_when_one_is_free(account: Account) -> None:
    for n in range(3):
        account.call(f"00861370000000{n}")  # each rings for five seconds, and ends after 35
    account.later(seconds=34.75)
    began = time.monotonic()
    waited = account.call("008613700000003", AcquireTimeoutSecond=1)
    assert time.monotonic() - began >= 0.25
    assert account.session(waited)["started_at"] == account.session(waited)["answers_at"] - 5
    at_ten = 1795399200
    assert account.session(waited)["started_at"] == at_ten + 35


def test_in_a_world_that_runs_faster_an_agent_is_free_sooner(account: Account, process: Process) -> None:
    for n in range(3):
        account.call(f"00861370000000{n}")
    account.later(seconds=31)
    process.control("PUT", "/clock", {"speed": 20})
    began = time.monotonic()
    assert account.call("008613700000003", AcquireTimeoutSecond=5)  # four seconds of the world
    assert time.monotonic() - began < 3.5


def test_a_call_that_waits_in_vain_is_refused_after_the_wait(account: Account, process: Process) -> None:
    for _ in range(3):
        account.call(TALKS_TWENTY_MINUTES)
    process.control("PUT", "/clock", {"speed": 10})
    began = time.monotonic()
    assert account.refused("008613700000003", AcquireTimeoutSecond=3).code == "FailedOperation.AcquireQuota"
    assert time.monotonic() - began >= 0.3
    assert process.control("GET", "/sessions")["count"] == 3


def test_nobody_else_waits_while_a_call_does(account: Account) -> None:
    for n in range(3):
        account.call(f"00861370000000{n}")
    account.later(seconds=33.5)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(Account(account.process).call, "008613700000003", AcquireTimeoutSecond=5)
        while account.control("GET", "/sessions")["count"] < 4:
            pass
        assert account.refused(BLACKLISTED).code == "FailedOperation.CalleeIsBlackUser"
        assert not waiting.done()
        assert waiting.result()


# --- fifteen is fourteen and one --------------------------------------------------------------------------------------


def test_every_rule_has_its_story_and_every_declared_code_arises_so_or_is_internal_error() -> None:
    declared = load_api().actions["CreateAIAgentCall"].errors
    assert len(declared) == 15
    assert len(STORIES) == len(RULES) == 14
    assert set(STORIES) == {rule.code for rule in RULES} == set(declared) - {"InternalError"}


def test_the_table_of_codes_names_the_rule_for_each_and_only_a_plan_for_internal_error() -> None:
    ways = {row["code"]: row["provoke"] for row in code_rows(load_api())}
    for code in STORIES:
        assert ways[code]["world"], code
    assert ways["InternalError"]["world"] == []
    assert ways["InternalError"]["plan"] == ["InternalError"]


def test_internal_error_comes_by_a_plan_in_that_world_too(process: Process, account: Account) -> None:
    process.control("POST", "/plans", {"plan": "InternalError"})
    assert account.refused().code == "InternalError"
    assert account.call()
    process.control("POST", "/reset")


# --- the file itself --------------------------------------------------------------------------------------------------


def test_the_account_is_exactly_what_the_file_says(account: Account) -> None:
    agents = account.sdk.DescribeAIAgentInfoList(SdkAppId=1400000001, PageNumber=0, PageSize=10)
    assert [(each.AIAgentId, each.VariableNames) for each in agents.AIAgentInfoList] == [
        (15, ["orderId", "customer"]),
        (16, []),
    ]
    numbers = account.sdk.DescribeNumbers(SdkAppId=1400000001)
    assert [(each.Number[-3:], each.State, each.CostType) for each in numbers.Numbers] == [
        ("897", 1, 1), ("898", 1, 1), ("899", 1, 1), ("900", 2, 1), ("901", 1, 0),
    ]  # fmt: skip
    with pytest.raises(TencentCloudSDKException, match="InvalidParameterValue"):
        account.sdk.DescribeNumbers(SdkAppId=1400000003)
