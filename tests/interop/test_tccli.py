"""tccli, unmodified, over a real socket."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from ccc_contract import load_api
from ccc_mock import Credential, Endpoint
from ccc_mock.adapters.serving import ServedAccount, serving

Run = Callable[..., subprocess.CompletedProcess[str]]
TCCLI = Path(sys.executable).parent / "tccli"


@pytest.fixture
def tccli(ccc_server: ServedAccount, tmp_path: Path) -> Run:
    """Run `tccli ccc ACTION …` against the fake, with a home of its own."""

    def run(action: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        credentials = {
            "TENCENTCLOUD_SECRET_ID": ccc_server.secret_id,
            "TENCENTCLOUD_SECRET_KEY": ccc_server.secret_key,
        }
        return subprocess.run(
            [TCCLI, "ccc", action, "--endpoint", ccc_server.url, *arguments],  # of two endpoints the last counts
            env={"HOME": str(tmp_path), "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", **credentials, **environment},
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=60,
        )

    return run


CALL = ("--SdkAppId", "1400000000", "--AIAgentId", "15", "--Callee", "008612300000000")
RAISED = re.compile(r"code:(?P<code>\S+) message:(?P<message>.*) requestId:(?P<request_id>\S+)")


def raised(run: subprocess.CompletedProcess[str]) -> re.Match[str]:
    assert run.returncode == 255
    match = RAISED.search(run.stdout + run.stderr)
    assert match is not None, run.stdout + run.stderr
    return match


def test_a_call_is_placed(tccli: Run, ccc_server: ServedAccount) -> None:
    answer = json.loads(tccli("CreateAIAgentCall", *CALL).stdout)
    entry = ccc_server.journal()[-1]
    assert entry["request_id"] == answer["RequestId"]
    assert entry["reply"]["body"]["Response"]["SessionId"] == answer["SessionId"]


def test_the_scheme_stays_in_the_host_header_and_is_signed(tccli: Run, ccc_server: ServedAccount) -> None:
    tccli("CreateAIAgentCall", *CALL)
    assert ["host", ccc_server.url] in ccc_server.journal()[-1]["request"]["headers"]


def test_unicode_variables_arrive(tccli: Run, ccc_server: ServedAccount) -> None:
    variables = [{"Key": "名字", "Value": '王先生 " 👩‍👩‍👧 <&>'}]
    run = tccli("CreateAIAgentCall", *CALL, "--Variables", json.dumps(variables))
    assert json.loads(run.stdout)["SessionId"]
    assert ccc_server.journal()[-1]["params"]["Variables"] == variables


@pytest.mark.parametrize(("language", "word"), [("zh-CN", "签名"), ("en-US", "signature")])
def test_a_refusal_comes_in_the_language_asked_for(tccli: Run, language: str, word: str) -> None:
    run = tccli("CreateAIAgentCall", *CALL, "--language", language, TENCENTCLOUD_SECRET_KEY="another-key")
    match = raised(run)
    assert match["code"] == "AuthFailure.SignatureFailure"
    assert word in match["message"]
    assert len(match["request_id"]) == 36


@pytest.mark.parametrize("language", ["zh-CN", "en-US"])
def test_both_languages_succeed(tccli: Run, language: str) -> None:
    assert json.loads(tccli("CreateAIAgentCall", *CALL, "--language", language).stdout)["SessionId"]


def test_a_temporary_credential_needs_its_token(tccli: Run, ccc_server: ServedAccount) -> None:
    temporary = Credential("AKID-temporary-" + ccc_server.account.uin, "its-key", "its-token")
    ccc_server.served.endpoint.accounts.add(ccc_server.account, temporary)
    keys = {"TENCENTCLOUD_SECRET_ID": temporary.secret_id, "TENCENTCLOUD_SECRET_KEY": temporary.secret_key}
    assert json.loads(tccli("CreateAIAgentCall", *CALL, TENCENTCLOUD_TOKEN="its-token", **keys).stdout)["SessionId"]
    assert raised(tccli("CreateAIAgentCall", *CALL, **keys))["code"] == "AuthFailure.TokenFailure"


def test_another_product_is_not_served(tccli: Run, ccc_server: ServedAccount) -> None:
    elsewhere = ("--endpoint", "http://cvm.tencentcloudapi.com")
    assert raised(tccli("CreateAIAgentCall", *CALL, *elsewhere, HTTP_PROXY=ccc_server.url))["code"] == "NoSuchProduct"


def test_a_timestamp_far_away_has_expired(tccli: Run, ccc_server: ServedAccount) -> None:
    ccc_server.clock.set_skew(302)
    assert raised(tccli("CreateAIAgentCall", *CALL))["code"] == "AuthFailure.SignatureExpire"


def test_an_action_that_the_service_lacks_is_invalid(tccli: Run, ccc_server: ServedAccount) -> None:
    without = {name: action for name, action in load_api().actions.items() if name != "CreateAIAgentCall"}
    credential = ccc_server.credential
    with serving(Endpoint(api=replace(load_api(), actions=without), credentials=[credential])) as older:
        run = tccli("CreateAIAgentCall", *CALL, "--endpoint", older.url)
    assert raised(run)["code"] == "InvalidAction"


def test_a_token_beside_a_permanent_key_is_refused(tccli: Run) -> None:
    run = tccli("CreateAIAgentCall", *CALL, "--token", "a-token")
    assert raised(run)["code"] == "AuthFailure.TokenFailure"


def test_an_unknown_id_is_refused(tccli: Run) -> None:
    run = tccli("CreateAIAgentCall", *CALL, TENCENTCLOUD_SECRET_ID="AKIDnobody")
    assert raised(run)["code"] == "AuthFailure.SecretIdNotFound"


def test_a_missing_member_is_refused_with_its_path(tccli: Run) -> None:
    run = tccli("CreateAIAgentCall", *CALL, "--Variables", '[{"Key":"a"}]', "--language", "en-US")
    match = raised(run)
    assert (match["code"], "`Variables.0.Value`" in match["message"]) == ("MissingParameter", True)
