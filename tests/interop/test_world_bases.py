"""The worlds that nobody described, and the file that `ccc-mock init` writes: served, under the official SDK."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException

from official import Account
from process import CCC_MOCK, serve

EXAMPLE: dict[str, Any] = {
    "SdkAppId": 1400000000,
    "AIAgentId": 15,
    "Callee": "008612300000000",
    "Callers": ["008601012345678", "008601012345679"],
    "PromptVariables": [{"Key": "foo", "Value": "bar"}],
}
"""The example of the documentation page (seed-page-2025)."""

NO_SUCH_APP, NO_SUCH_AGENT = 1400000404, 999999404


def code(account: Account, **params: Any) -> str:
    """What the example gets with these changes: `ok`, or the code."""
    try:
        account.sdk.CreateAIAgentCall(**EXAMPLE | params)
    except TencentCloudSDKException as error:
        return str(error.code)
    return "ok"


# --- open -------------------------------------------------------------------------------------------------------------


def test_in_the_open_world_the_example_works_any_number_of_times_day_and_night() -> None:
    with serve("--quiet", "--no-rate-limit") as process:
        account = Account(process)
        for hour in range(24):
            account.at(f"{hour:02}:59")
            assert [code(account) for _ in range(6)] == ["ok"] * 6
        for area in ("0086099112345678", "00868911234567"):
            assert code(account, Callee=area) == "ok"
        assert [code(account, Callee="008613800138000") for _ in range(10)] == ["ok"] * 10
        assert process.control("GET", "/sessions")["count"] == 24 * 6 + 2 + 10


def test_in_the_open_world_every_id_exists_but_the_reserved_ones() -> None:
    with serve("--quiet") as process:
        account = Account(process)
        for app in (1, 1400000000, 1500098925, 2**63 - 1):
            assert code(account, SdkAppId=app, AIAgentId=app) == "ok"
        assert code(account, SdkAppId=NO_SUCH_APP) == "InvalidParameterValue.InstanceNotExist"
        assert code(account, AIAgentId=NO_SUCH_AGENT) == "InvalidParameterValue"
        for action, params in (
            ("DescribeTelSession", {"SessionId": "1001"}),
            ("DescribeAIAgentInfoList", {"PageNumber": 0, "PageSize": 1}),
        ):
            with pytest.raises(TencentCloudSDKException, match=r"InvalidParameterValue\.InstanceNotExist"):
                getattr(account.sdk, action)(SdkAppId=NO_SUCH_APP, **params)
        for action, params, said in (
            ("HangUpCall", {"SessionId": "1001"}, "InternalError.DBError"),
            ("DescribeNumbers", {}, "InvalidParameterValue"),
        ):
            with pytest.raises(TencentCloudSDKException) as caught:
                getattr(account.sdk, action)(SdkAppId=NO_SUCH_APP, **params)
            assert caught.value.code == said


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_reserved_ids_are_listed_by_ccc_mock_errors(language: str) -> None:
    printed = subprocess.run([*CCC_MOCK, "errors", "--lang", language], capture_output=True, text=True, check=True)
    by_code = {block.split("  ")[0].strip(): block for block in printed.stdout.split("\n\n")}
    assert str(NO_SUCH_APP) in by_code["InvalidParameterValue.InstanceNotExist"]
    assert str(NO_SUCH_AGENT) in by_code["InvalidParameterValue"]


# --- strict -----------------------------------------------------------------------------------------------------------


def test_in_the_strict_world_every_id_exists_and_the_documented_rules_are_on() -> None:
    with serve("--quiet", "--world", "strict") as process:
        account = Account(process)
        callee = "008613800138000"
        account.at("2026-11-23T07:59:59+08:00")
        assert code(account) == "FailedOperation.CalloutRuleNotWorkTime"
        account.at("2026-11-23T08:00:00+08:00")
        assert code(account, Callee="0086099112345678") == "FailedOperation.CalloutRuleBlindArea"
        assert code(account, SdkAppId=NO_SUCH_APP) == "InvalidParameterValue.InstanceNotExist"
        assert code(account, AIAgentId=NO_SUCH_AGENT) == "InvalidParameterValue"
        assert code(account, Callee="nobody") == "InvalidParameterValue"

        assert [code(account, Callee=callee) for _ in range(2)] == ["ok", "ok"]  # two Callers, a channel each
        assert code(account, Callee=callee) == "FailedOperation.CallerOverFrequency"
        assert code(account, Callee=callee, Callers=["008601012345670"]) == "ok"
        assert code(account, Callee=callee) == "FailedOperation.CalloutRuleMaxCallCountCalleeIntervalTime"
        other = {"Callee": "008613800138001", "Callers": ["008601012345671"], "AcquireTimeoutSecond": 0}
        assert code(account, **other) == "FailedOperation.AcquireQuota"
        assert code(account, **other, SdkAppId=1400000001) == "ok"  # concurrency is of an app
        account.later(minutes=5)
        assert [code(account, Callee=callee) for _ in range(2)] == ["ok", "ok"]
        account.later(minutes=5)
        assert code(account, Callee=callee) == "FailedOperation.CalloutRuleMaxCallCountCalleePerDayAppID"
        assert code(account, Callee=callee, SdkAppId=1400000001) == "ok"


def test_in_the_strict_world_the_example_is_not_counted_and_still_keeps_the_other_rules() -> None:
    with serve("--quiet", "--world", "strict") as process:
        account = Account(process)
        account.at("2026-11-23T08:00:00+08:00")
        for _ in range(8):
            assert code(account) == "ok"
            account.later(seconds=40)
        account.at("22:10")
        assert code(account) == "FailedOperation.CalloutRuleNotWorkTime"


def test_the_strict_world_has_the_minutes_of_a_package() -> None:
    with serve("--quiet", "--world", "strict", "--no-rate-limit") as process:
        account = Account(process)
        world = account.control("GET", "/world")["world"]
        assert [(package["minutes"], package["monthly"]) for package in world["package"]] == [(8000, True)]
        account.at("2026-11-23T08:00:00+08:00")
        account.sdk.CreateAIAgentCall(**EXAMPLE)
        (session,) = account.control("GET", "/sessions")["sessions"]
        account.control("POST", f"/sessions/{session['session_id']}", {"answer": 8000 * 60})
        account.at("2026-11-29T08:00:00+08:00")
        assert code(account) == "LimitExceeded.BasePackageExpired"
        account.at("2026-12-01T08:00:00+08:00")
        assert code(account) == "ok"


# --- a file -----------------------------------------------------------------------------------------------------------


def test_the_file_that_init_writes_is_served(tmp_path: Path) -> None:
    file = tmp_path / "w.toml"
    subprocess.run([*CCC_MOCK, "init", str(file)], check=True, capture_output=True)
    with serve("--quiet", "--world", str(file)) as process:
        account = Account(process)
        account.at("2026-11-23T08:00:00+08:00")
        assert code(account, Callers=[]) == "ok"
        assert code(account) == "FailedOperation.NoCallOutNumber"
        assert code(account, Callee="008613800000001", Callers=[]) == "FailedOperation.CalleeIsBlackUser"
        assert code(account, Callee="008613800000003", Callers=[]) == "FailedOperation.CalloutRuleBlindArea"
        assert code(account, SdkAppId=1400000001) == "InvalidParameterValue.InstanceNotExist"
        before = account.control("GET", "/world")
        assert account.control("PUT", "/world", before["world"]) == before


def test_the_file_can_come_from_the_environment_and_begins_with_a_mark(tmp_path: Path) -> None:
    file = tmp_path / "w.toml"
    file.write_text("# 一个账号\n[[app]]\nSdkAppId = 1400000000\n", encoding="utf-8-sig")
    with serve("--quiet", CCC_MOCK_WORLD=str(file)) as process:
        assert code(Account(process)) == "FailedOperation.NoCallOutNumber"


def test_an_empty_file_is_an_account_that_has_nothing(tmp_path: Path) -> None:
    file = tmp_path / "w.toml"
    file.touch()
    with serve("--quiet", "--world", str(file)) as process:
        assert code(Account(process)) == "InvalidParameterValue.InstanceNotExist"


UNKNOWN = "[rules]\n\nchanels = 1\n"
TAKEN = """[[sub_account]]
[[sub_account.credential]]
secret_id = "AKID-ccc-mock-not-a-real-id"
secret_key = "k"
"""


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (UNKNOWN, "line 3: rules.chanels: expected one of"),
        (TAKEN, "line 3: sub_account[0].credential[0].secret_id: expected a SecretId that no other credential has"),
    ],
    ids=["an unknown key", "the server's own SecretId"],
)
def test_a_file_that_is_wrong_is_told_as_usage_and_nothing_is_served(tmp_path: Path, content: str, said: str) -> None:
    file = tmp_path / "w.toml"
    file.write_text(content)
    ended = subprocess.run(
        [*CCC_MOCK, "serve", "--port", "0", "--world", str(file)], capture_output=True, text=True, timeout=30
    )
    assert (ended.returncode, ended.stdout) == (2, "")
    (line,) = ended.stderr.splitlines()
    assert line.startswith(f"ccc-mock: --world: {file} {said}")


def test_a_world_and_its_sessions_survive_another_description() -> None:
    with serve("--quiet") as process:
        account = Account(process)
        session_id = account.call(Callers=["008602155066897"])
        account.control("PUT", "/world", json.loads('{"app": [{"SdkAppId": 1400000001}]}'))
        assert account.status(session_id) in ("ringing", "inProgress")
        assert account.refused().code == "FailedOperation.NoCallOutNumber"
