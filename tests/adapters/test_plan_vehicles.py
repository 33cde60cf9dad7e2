"""The same plan by every way in which it can be said, told to the official Python SDK over a real socket."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tencentcloud.ccc.v20200210 import ccc_client, models
from tencentcloud.common import credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile

from ccc_contract import load_api
from ccc_mock import Endpoint
from ccc_mock.adapters.serving import Served, ServedAccount, serving
from process import CCC_MOCK, Process, serve

API = load_api()
FAILED = "FailedOperation.CallOutFailed"
BLACK = "FailedOperation.CalleeIsBlackUser"
PLAN = f"callee=0086138*: {BLACK}; {FAILED}*2, RequestLimitExceeded, ok+delay(1ms), InternalError+status(200)"
HAPPENS = [FAILED, FAILED, "RequestLimitExceeded", "ok", "InternalError", "ok"]
"""What six calls to another number are told; the first one to 138… is told BLACK."""


class Phone:
    """The official SDK, pointed at a fake."""

    def __init__(self, host: str, secret_id: str, secret_key: str, language: str = "en-US") -> None:
        profile = ClientProfile(httpProfile=HttpProfile(protocol="http", endpoint=host), language=language)
        self.client = ccc_client.CccClient(credential.Credential(secret_id, secret_key), "", profile)

    def call(self, callee: str = "008613900000000", **headers: str) -> Any:
        request = models.CreateAIAgentCallRequest()
        request.SdkAppId, request.AIAgentId, request.Callee = 1400000000, 15, callee
        request.headers = {name.replace("_", "-"): value for name, value in headers.items()} or None
        return self.client.CreateAIAgentCall(request)

    def told(self, callee: str = "008613900000000", **headers: str) -> str:
        """`ok`, or the code of the SDK's exception."""
        try:
            assert self.call(callee, **headers).SessionId
        except TencentCloudSDKException as error:
            return str(error.code)
        return "ok"


def phone_of(process: Process) -> Phone:
    return Phone(process.host, process.hello["secret_id"], process.hello["secret_key"])


@contextlib.contextmanager
def by_flag(folder: Path) -> Iterator[Phone]:
    with serve("--plan", PLAN) as process:
        yield phone_of(process)


@contextlib.contextmanager
def by_two_flags(folder: Path) -> Iterator[Phone]:
    first, second = PLAN.split("; ")
    with serve("--plan", first, "--plan", second) as process:
        yield phone_of(process)


@contextlib.contextmanager
def by_file(folder: Path) -> Iterator[Phone]:
    file = folder / "plans.txt"
    first, second = PLAN.split("; ")
    file.write_text(
        f"# 测试: not, a plan\r\n\r\n  {first}  \r\n\t# more; of it\r\n{second}\r\n", "utf-8-sig", newline=""
    )
    with serve("--plan", f"@{file}") as process:
        yield phone_of(process)


@contextlib.contextmanager
def by_environment(folder: Path) -> Iterator[Phone]:
    with serve(CCC_MOCK_PLAN=PLAN) as process:
        yield phone_of(process)


@contextlib.contextmanager
def by_control(folder: Path) -> Iterator[Phone]:
    with serve() as process:
        assert len(process.control("POST", "/plans", {"plan": PLAN})["plans"]) == 2
        yield phone_of(process)


@contextlib.contextmanager
def by_python(folder: Path) -> Iterator[Phone]:
    with serving(Endpoint()) as served:
        account = served.account()
        served.endpoint.plan(PLAN, account.account)
        yield Phone(account.host, account.secret_id, account.secret_key)


@pytest.mark.parametrize("vehicle", [by_flag, by_two_flags, by_file, by_environment, by_control, by_python])
def test_the_same_text_does_the_same_wherever_it_is_written(vehicle: Callable[[Path], Any], tmp_path: Path) -> None:
    with vehicle(tmp_path) as phone:
        assert phone.told("+86 138-0000-0000") == BLACK
        assert [phone.told() for _ in HAPPENS] == HAPPENS
        assert phone.told("+86 138-0000-0000") == "ok"


def test_a_header_holds_the_step_of_this_call() -> None:
    with serve() as process:
        phone = phone_of(process)
        for step in (FAILED, "RequestLimitExceeded", "ok+delay(1ms)", "InternalError+status(200)"):
            expected = step.partition("+")[0]
            assert phone.told(X_CCC_Mock_Plan=step) == expected
            assert phone.told() == "ok"


def test_a_header_names_a_plan_of_control() -> None:
    with serve() as process:
        process.control("POST", "/plans", {"plan": f"callee=nobody: {FAILED}, InternalError", "name": "mine"})
        phone = phone_of(process)
        assert [phone.told(), *(phone.told(X_CCC_Mock_Plan="mine") for _ in range(3))] == [
            "ok", FAILED, "InternalError", "ok",
        ]  # fmt: skip


def test_a_number_is_a_step_unless_told_otherwise() -> None:
    with serve() as process:
        phone = phone_of(process)
        assert [phone.told(f"{start}0001") for start in ("00861230000", "+861230000", "1230000")] == [FAILED] * 3
        assert [phone.told("008612300000000"), phone.told("008612300009999")] == ["ok", "ok"]
        process.control("POST", "/plans", {"plan": "InternalError"})
        assert [phone.told("008612300000001") for _ in range(2)] == ["InternalError", FAILED]
    for off in ({"CCC_MOCK_MAGIC": "0"}, {}):
        with serve(*([] if off else ["--no-magic"]), **off) as process:
            assert phone_of(process).told("008612300000001") == "ok"
    for on in ({"CCC_MOCK_MAGIC_PREFIX": "+86199000"}, {}):
        with serve(*([] if on else ["--magic-prefix", "0086199000"]), **on) as process:
            assert [phone_of(process).told(f"{start}0001") for start in ("199000", "00861230000")] == [FAILED, "ok"]


def test_a_variable_holds_one_text_and_an_empty_one_none() -> None:
    with serve(CCC_MOCK_PLAN=f"  {FAILED} ,  ok  ") as process:
        (plan,) = process.control("GET", "/plans")["plans"]
        assert plan["plan"] == f"{FAILED} ,  ok"
    with serve(CCC_MOCK_PLAN="") as process:
        assert process.control("GET", "/plans")["plans"] == []


def test_a_warning_is_a_line_of_its_own() -> None:
    inherited = next(action for action in API.actions.values() if action.errors_inherited_from)
    code = next(code for code in inherited.errors if API.errors[code].kind == "product")
    with serve("--plan", f"action={inherited.name}: {code}") as process:
        warning, _ = process.stop()
    assert warning["log"] == "warning"
    assert inherited.name in warning["message"]


BAD_FLAGS: dict[str, tuple[tuple[str, ...], dict[str, str], str]] = {
    "empty": (("--plan", ""), {}, "--plan: position 0: expected a plan"),
    "unknown code": (("--plan", "ok, Failed.CallOutFailed"), {}, "position 4: CreateAIAgentCall declares no code"),
    "unknown fault": (("--plan", "ok+rest"), {}, "did you mean reset"),
    "second of two": (("--plan", "ok", "--plan", "ok+"), {}, "position 3"),
    "environment": ((), {"CCC_MOCK_PLAN": "ok, okay"}, "--plan: position 4: "),
    "no file": (("--plan", "@/no/such/file"), {}, "cannot read /no/such/file"),
    "a folder": (("--plan", "@/"), {}, "cannot read /"),
    "short prefix": (("--magic-prefix", "12"), {}, "--magic-prefix: expected 3 to 16 digits"),
    "long prefix": (("--magic-prefix", "1" * 17), {}, "3 to 16 digits"),
    "country alone": (("--magic-prefix", "0086"), {}, "3 to 16 digits"),
    "letters": (("--magic-prefix", "+86abc"), {}, "3 to 16 digits"),
    "other digits": (("--magic-prefix", "١٢٣٤"), {}, "3 to 16 digits"),
    "twin": ((), {"CCC_MOCK_MAGIC_PREFIX": "x"}, "3 to 16 digits"),
    "magic": ((), {"CCC_MOCK_MAGIC": "perhaps"}, "perhaps"),
}


def usage_error(*arguments: str, **environment: str) -> str:
    result = subprocess.run(
        [*CCC_MOCK, *arguments], env={**os.environ, **environment}, capture_output=True, encoding="utf-8", timeout=30
    )
    assert (result.returncode, result.stdout) == (2, "")
    (line,) = result.stderr.splitlines()
    return line


@pytest.mark.parametrize("case", BAD_FLAGS)
def test_a_flag_that_cannot_be_read_is_one_sentence(case: str) -> None:
    arguments, environment, told = BAD_FLAGS[case]
    assert told in usage_error("serve", "--port", "0", *arguments, **environment)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"# nothing\n\n", "holds no plan"),
        (b"ok\n# x\n ok, okay\n", "line 3: position 4: CreateAIAgentCall declares no code 'okay'"),
        (b"ok+content-type(\nok)\n", "line 1: position 16: expected a ) for each ("),
        (b"ok\xff", "it is not UTF-8"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_with_its_line(tmp_path: Path, content: bytes, told: str) -> None:
    file = tmp_path / "plans"
    file.write_bytes(content)
    assert told in usage_error("serve", "--plan", f"@{file}")


# --- all codes ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en-US", "zh-CN"])
def test_every_code_reaches_the_official_sdk(account: ServedAccount, language: str) -> None:
    steps = ", ".join(f"!{code}" for code in API.errors)
    asked = ask(account, "POST", "/plans", {"plan": steps})
    assert len(asked["plans"]) == 1
    phone = Phone(account.host, account.secret_id, account.secret_key, language)
    seen = []
    for _ in API.errors:
        with pytest.raises(TencentCloudSDKException) as caught:
            phone.call()
        seen.append((caught.value.code, caught.value.message, caught.value.requestId))
    journal = [(entry["verdict"], entry["why"], entry["request_id"]) for entry in account.journal()]
    assert seen == journal
    assert [(code, message) for code, message, _ in seen] == [
        (error.code, error.meaning(language)) for error in API.errors.values()
    ]
    used = ask(account, "GET", "/plans")["plans"][0]["used_by"]
    assert [(f"!{code}", request_id) for code, _, request_id in seen] == [
        (use["step"], use["request_id"]) for use in used
    ]
    assert ask(account, "GET", "/ledger")["count"] == 0


def ask(account: ServedAccount, method: str, path: str, body: Any = None) -> Any:
    """Control, by the account's own token and nothing else."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {account.account.control_token}"}
    request = urllib.request.Request(f"{account.url}/_ccc{path}", data, headers, method=method)
    with urllib.request.urlopen(request, timeout=5) as answer:
        return json.load(answer)


def test_two_teams_on_one_server_plan_for_themselves() -> None:
    with serve("--control-token", "owner") as process:
        owner = {"Authorization": "Bearer owner"}
        a, b = (process.control("POST", "/accounts", **owner) for _ in range(2))
        tokens = [{"Authorization": f"Bearer {team['control_token']}"} for team in (a, b)]
        process.control("POST", "/plans", {"plan": f"{FAILED}*"}, **tokens[0])
        phones = [Phone(process.host, team["secret_id"], team["secret_key"]) for team in (a, b)]
        assert [phone.told() for phone in phones] == [FAILED, "ok"]
        assert [process.control("GET", "/ledger", **token)["count"] for token in tokens] == [0, 1]
        with pytest.raises(urllib.error.HTTPError) as refused:
            process.control("DELETE", f"/plans?account={a['account']}", **tokens[1])
        assert refused.value.code == 403
        refused.value.close()
        assert phones[0].told() == FAILED


# --- lists ----------------------------------------------------------------------------------------------------------


def run(*arguments: str) -> str:
    return subprocess.run([*CCC_MOCK, *arguments], capture_output=True, encoding="utf-8", timeout=30, check=True).stdout


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_list_of_codes_is_that_of_control(served: Served, language: str) -> None:
    rows = json.loads(run("errors", "--json", "--lang", language))
    with urllib.request.urlopen(f"{served.url}/_ccc/errors?lang={language}", timeout=5) as answer:
        assert rows == json.load(answer)["errors"]
    told = run("errors", "--lang", language)
    for row in rows:
        assert f"{row['code']}  [" in told
        assert row["meaning"] in told
        assert all(number in told for number in row["provoke"]["magic"])


def test_codes_can_be_asked_for_one_by_one() -> None:
    rows = json.loads(run("errors", "--json", BLACK, "InternalError"))
    assert [row["code"] for row in rows] == [BLACK, "InternalError"]
    assert run("errors", BLACK).splitlines()[0] == f"{BLACK}  [product]"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("FailedOperation.CallOutFail",), f"did you mean {FAILED}"),
        (("InternalError", "nope" * 1000), "no code 'nope"),
        (("--lang", "fr"), "'en', 'zh'"),
    ],
)
def test_an_unknown_code_or_language_is_one_sentence(arguments: tuple[str, ...], told: str) -> None:
    assert told in usage_error("errors", *arguments)


def test_the_list_of_faults_has_each_of_them() -> None:
    from ccc_mock.plans.faults import FAULTS, written

    told = run("faults").splitlines()
    assert [line.split("@")[0].strip() for line in told] == [written(fault) for fault in FAULTS.values()]
    assert [row["fault"] for row in json.loads(run("faults", "--json"))] == list(FAULTS)
