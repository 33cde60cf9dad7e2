"""Who may call, as the description of a world says it: through the official SDK, with credentials that come and go."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from typing import Any

import pytest
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException

from official import Account, Sdk
from process import Process, serve

APP = 1400000001
NUMBERS_OF_RULES = ("interval_calls", "day_calls", "channels", "concurrency")
WORLD: dict[str, Any] = {"exists": "anything", "rules": dict.fromkeys(NUMBERS_OF_RULES, 0) | {"working_hours": ""}}
NOT_FOUND, TOKEN, DENIED = (
    "AuthFailure.SecretIdNotFound",
    "AuthFailure.TokenFailure",
    "AuthFailure.UnauthorizedOperation",
)
OVER = "RequestLimitExceeded"
_COUNT = itertools.count()


@pytest.fixture(scope="module")
def process() -> Iterator[Process]:
    with serve("--quiet") as process:
        yield process


@pytest.fixture
def account(process: Process) -> Account:
    return Account.fresh(process)


def credential(**more: Any) -> dict[str, Any]:
    n = next(_COUNT)
    return {"secret_id": f"AKID-ccc-mock-test-{n}", "secret_key": f"ccc-mock-test-key-{n}", **more}


def describe(account: Account, *sub_accounts: dict[str, Any]) -> None:
    account.control("PUT", "/world", {**WORLD, "sub_account": list(sub_accounts)})


def sdk(account: Account, of: dict[str, Any], **changes: Any) -> Sdk:
    given = {**of, **changes}
    return Sdk(account.process.host, given["secret_id"], given["secret_key"], given.get("token"))


def code(sdk: Sdk) -> str:
    """What a call gets: `ok`, or the code."""
    try:
        sdk.call()
    except TencentCloudSDKException as error:
        return str(error.code)
    return "ok"


# --- what opens an account --------------------------------------------------------------------------------------------


def test_a_described_credential_opens_the_account_beside_its_own(account: Account) -> None:
    named = credential()
    assert code(sdk(account, named)) == NOT_FOUND
    describe(account, {"name": "the night shift", "credential": [named]})
    session_id = sdk(account, named).call()
    assert account.session(session_id)["app"] == APP
    assert account.call()
    assert code(sdk(account, named, secret_key="another")) == "AuthFailure.SignatureFailure"


def test_a_temporary_credential_takes_its_token_until_it_ends_by_the_signing_hand(account: Account) -> None:
    ends = int(time.time()) + 1000
    temporary = credential(token="ccc-mock-test-token", ends=ends)
    describe(account, {"credential": [temporary]})
    assert code(sdk(account, temporary)) == "ok"
    assert code(sdk(account, temporary, token=None)) == TOKEN
    assert code(sdk(account, temporary, token="another")) == TOKEN
    account.control("PUT", "/clock", {"world": ends + 86_400})
    assert code(sdk(account, temporary)) == "ok"  # the world's hand does not end it
    account.control("PUT", "/clock", {"skew": 200})
    assert code(sdk(account, temporary)) == "ok"
    describe(account, {"credential": [{**temporary, "ends": ends - 900}]})
    assert code(sdk(account, temporary)) == TOKEN
    account.control("PUT", "/clock", {"skew": 0})
    assert code(sdk(account, temporary)) == "ok"


def test_a_disabled_credential_is_none(account: Account) -> None:
    named = credential()
    describe(account, {"credential": [{**named, "disabled": True}]})
    assert code(sdk(account, named)) == NOT_FOUND
    describe(account, {"credential": [named]})
    assert code(sdk(account, named)) == "ok"


# --- what access management denies ------------------------------------------------------------------------------------


def test_a_denied_action_is_told_with_request_id_action_and_resource(account: Account) -> None:
    named = credential()
    describe(account, {"deny": ["CreateAIAgentCall"], "credential": [named]})
    error = sdk(account, named).refused()
    assert error.code == DENIED
    assert f"[request id:{error.requestId}]" in error.message
    assert "ccc:CreateAIAgentCall" in error.message
    assert f"qcs::ccc:uin/{account.made['account']}:*" in error.message
    assert sdk(account, named).DescribeNumbers(SdkAppId=APP).TotalCount == 1
    assert account.control("GET", "/sessions")["count"] == 0


def test_a_star_denies_every_action(account: Account) -> None:
    named = credential()
    describe(account, {"deny": ["*"], "credential": [named]}, {"credential": [free := credential()]})
    assert code(sdk(account, named)) == DENIED
    with pytest.raises(TencentCloudSDKException, match=DENIED):
        sdk(account, named).DescribeNumbers(SdkAppId=APP)
    assert code(sdk(account, free)) == "ok"


# --- limits -----------------------------------------------------------------------------------------------------------


def test_two_credentials_of_a_sub_account_share_its_rate_limit_and_those_of_another_do_not(account: Account) -> None:
    day, night, other = credential(), credential(), credential()
    describe(account, {"credential": [day, night]}, {"credential": [other]})
    account.at(time.time())
    first, second = sdk(account, day), sdk(account, night)
    told = [code(each) for _ in range(10) for each in (first, second)]
    assert told == ["ok"] * 20
    assert [code(first), code(second), code(sdk(account, other))] == [OVER, OVER, "ok"]
    account.later(seconds=1)
    assert code(second) == "ok"


def test_describing_a_sub_account_again_does_not_begin_its_second_anew(account: Account) -> None:
    day, night = credential(), credential()
    describe(account, {"credential": [day]}, {"credential": [night]})
    account.at(time.time())
    first = sdk(account, day)
    assert [code(first) for _ in range(20)] == ["ok"] * 20
    account.control("PUT", "/world", account.control("GET", "/world")["world"])
    assert code(first) == OVER
    describe(account, {"name": "first now", "credential": [night]}, {"name": "second", "credential": [day]})
    assert code(first) == OVER
    assert code(sdk(account, night)) == "ok"


def test_a_sub_account_that_is_divided_is_two_of_which_the_first_goes_on(account: Account) -> None:
    day, night = credential(), credential()
    describe(account, {"credential": [day, night]})
    account.at(time.time())
    assert [code(sdk(account, day)) for _ in range(20)] == ["ok"] * 20
    describe(account, {"credential": [day]}, {"credential": [night]})
    assert [code(sdk(account, each)) for each in (day, night)] == [OVER, "ok"]


# --- another description ----------------------------------------------------------------------------------------------


def test_another_description_replaces_the_sub_accounts_and_leaves_the_accounts_own(account: Account) -> None:
    before, after = credential(), credential()
    describe(account, {"credential": [before]})
    describe(account, {"credential": [after]})
    assert [code(sdk(account, each)) for each in (before, after)] == [NOT_FOUND, "ok"]
    account.control("PUT", "/world", {"base": "open"})
    assert code(sdk(account, after)) == NOT_FOUND
    assert account.call()


def test_a_reset_brings_back_what_the_account_began_with(account: Account) -> None:
    named = credential()
    describe(account, {"credential": [named]})
    account.control("POST", "/reset")
    assert code(sdk(account, named)) == NOT_FOUND
    assert account.call()


@pytest.mark.parametrize("whose", ["of the account itself", "of another account", "of another described one", "twice"])
def test_a_secret_id_that_is_taken_is_refused_and_nothing_changes(
    account: Account, process: Process, whose: str
) -> None:
    kept, named, other = credential(), credential(), Account.fresh(process)
    describe(account, {"credential": [kept]})
    describe(other, {"credential": [named]})
    before = account.control("GET", "/world")
    taken = {
        "of the account itself": {**named, "secret_id": account.made["secret_id"]},
        "of another account": {**named, "secret_id": other.made["secret_id"]},
        "of another described one": named,
        "twice": (twice := credential()),
    }[whose]
    more = [twice] if whose == "twice" else []
    body = {**WORLD, "sub_account": [{"credential": [credential(), *more]}, {"credential": [taken]}]}
    status, said = account.refuses("PUT", "/world", body)
    assert status == 400
    place = "sub_account[1].credential[0].secret_id"
    assert said == f"{place}: expected a SecretId that no other credential has, got one that is taken"
    assert account.control("GET", "/world") == before
    assert [code(sdk(account, kept)), code(sdk(other, named))] == ["ok", "ok"]


def test_a_sub_account_may_keep_its_secret_id_with_another_key(account: Account) -> None:
    named = credential()
    describe(account, {"credential": [named]})
    describe(account, {"credential": [{**named, "secret_key": "rotated"}]})
    assert code(sdk(account, named)) == "AuthFailure.SignatureFailure"
    assert code(sdk(account, named, secret_key="rotated")) == "ok"


def test_a_removed_account_takes_its_described_credentials_along(account: Account, process: Process) -> None:
    named, other = credential(), Account.fresh(process)
    describe(account, {"credential": [named]})
    account.control("DELETE", "/accounts")
    assert code(sdk(other, named)) == NOT_FOUND
    describe(other, {"credential": [named]})
    assert code(sdk(other, named)) == "ok"


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (
            {"secret_id": ""},
            "secret_id: expected a SecretId without blanks, commas and slashes, got a text of 0 characters",
        ),
        (
            {"secret_id": "a/b"},
            "secret_id: expected a SecretId without blanks, commas and slashes, got a text of 3 characters",
        ),
        (
            {"secret_id": "a,b"},
            "secret_id: expected a SecretId without blanks, commas and slashes, got a text of 3 characters",
        ),
        ({"secret_key": "a b"}, "secret_key: expected a SecretKey without blanks, got a text of 3 characters"),
        ({"secret_key": 5}, "secret_key: expected a SecretKey without blanks, got 5"),
        ({"token": " "}, "token: expected a token that is not blank, got a text of 1 characters"),
        ({"ends": 5}, "ends: expected a token beside it: a permanent credential does not end, got 5"),
    ],
)
def test_what_is_no_credential_is_refused_with_its_place(
    account: Account, wrong: dict[str, Any], sentence: str
) -> None:
    body = {**WORLD, "sub_account": [{"credential": [credential(), {**credential(), **wrong}]}]}
    status, said = account.refuses("PUT", "/world", body)
    assert (status, said) == (400, f"sub_account[0].credential[1].{sentence}")


def test_a_snapshot_brings_back_the_credentials_that_it_describes(account: Account, process: Process) -> None:
    before, after = credential(), credential()
    describe(account, {"credential": [before]})
    snapshot = account.control("GET", "/snapshot")
    describe(account, {"credential": [after]})
    account.control("PUT", "/snapshot", snapshot)
    assert [code(sdk(account, each)) for each in (before, after)] == ["ok", NOT_FOUND]

    describe(account)
    other = Account.fresh(process)
    describe(other, {"credential": [before]})
    world = account.control("GET", "/snapshot")
    assert account.refuses("PUT", "/snapshot", snapshot)[0] == 400
    assert {**account.control("GET", "/snapshot"), "at": world["at"]} == world  # its time went on


# --- accounts by POST /_ccc/accounts ----------------------------------------------------------------------------------


def test_a_made_account_is_open_strict_or_as_the_servers_own() -> None:
    with serve("--quiet", "--world", "strict") as process:
        made = {base: Account.fresh(process, **({"world": base} if base else {})) for base in ("open", "strict", None)}
        for account in made.values():
            account.at("2026-11-22T22:10:00+08:00")
        late = "FailedOperation.CalloutRuleNotWorkTime"
        assert made["open"].call()
        assert made["strict"].refused().code == late
        assert made[None].refused().code == late
        status, said = Account(process).refuses("POST", "/accounts", {"world": "stict"})
        assert (status, said) == (400, "world: expected open or strict, got stict")


def test_a_made_account_has_the_world_of_the_server_without_its_sub_accounts(tmp_path: Any) -> None:
    file = tmp_path / "world.toml"
    file.write_text(
        "[[app]]\nSdkAppId = 1400000001\n[[sub_account]]\n[[sub_account.credential]]\n"
        'secret_id = "AKID-ccc-mock-of-the-file"\nsecret_key = "ccc-mock-of-the-file"\n'
    )
    with serve("--quiet", "--world", str(file)) as process:
        account = Account.fresh(process)
        world = account.control("GET", "/world")["world"]
        assert [app["SdkAppId"] for app in world["app"]] == [1400000001]
        assert world["sub_account"] == []
        named = Sdk(process.host, "AKID-ccc-mock-of-the-file", "ccc-mock-of-the-file")
        assert code(named) == "FailedOperation.NoCallOutNumber"
        process.control("POST", "/reset")
        assert code(named) == "FailedOperation.NoCallOutNumber"
