"""tccli, unmodified, over a real socket."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from ccc_mock.adapters.serving import ServedAccount

TCCLI = Path(sys.executable).parent / "tccli"


@pytest.fixture
def tccli(ccc_server: ServedAccount, tmp_path: Path):
    """Run `tccli ccc ACTION …` against the fake, with a home of its own."""

    def run(action: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        credentials = {
            "TENCENTCLOUD_SECRET_ID": ccc_server.secret_id,
            "TENCENTCLOUD_SECRET_KEY": ccc_server.secret_key,
        }
        return subprocess.run(
            [TCCLI, "ccc", action, "--endpoint", ccc_server.url, *arguments],
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


def test_a_call_is_placed(tccli, ccc_server: ServedAccount) -> None:
    answer = json.loads(tccli("CreateAIAgentCall", *CALL).stdout)
    entry = ccc_server.journal()[-1]
    assert entry["request_id"] == answer["RequestId"]
    assert entry["reply"]["body"]["Response"]["SessionId"] == answer["SessionId"]


def test_the_scheme_stays_in_the_host_header_and_is_signed(tccli, ccc_server: ServedAccount) -> None:
    tccli("CreateAIAgentCall", *CALL)
    assert ["host", ccc_server.url] in ccc_server.journal()[-1]["request"]["headers"]


def test_unicode_variables_arrive(tccli, ccc_server: ServedAccount) -> None:
    variables = [{"Key": "名字", "Value": '王先生 " 👩‍👩‍👧 <&>'}]
    run = tccli("CreateAIAgentCall", *CALL, "--Variables", json.dumps(variables))
    assert json.loads(run.stdout)["SessionId"]
    assert ccc_server.journal()[-1]["params"]["Variables"] == variables


@pytest.mark.parametrize(("language", "word"), [("zh-CN", "签名"), ("en-US", "signature")])
def test_a_refusal_comes_in_the_language_asked_for(tccli, language: str, word: str) -> None:
    run = tccli("CreateAIAgentCall", *CALL, "--language", language, TENCENTCLOUD_SECRET_KEY="another-key")
    match = raised(run)
    assert match["code"] == "AuthFailure.SignatureFailure"
    assert word in match["message"]
    assert len(match["request_id"]) == 36


def test_a_token_beside_a_permanent_key_is_refused(tccli) -> None:
    run = tccli("CreateAIAgentCall", *CALL, "--token", "a-token")
    assert raised(run)["code"] == "AuthFailure.TokenFailure"


def test_an_unknown_id_is_refused(tccli) -> None:
    run = tccli("CreateAIAgentCall", *CALL, TENCENTCLOUD_SECRET_ID="AKIDnobody")
    assert raised(run)["code"] == "AuthFailure.SecretIdNotFound"


def test_a_missing_member_is_refused_with_its_path(tccli) -> None:
    run = tccli("CreateAIAgentCall", *CALL, "--Variables", '[{"Key":"a"}]', "--language", "en-US")
    match = raised(run)
    assert (match["code"], "`Variables.0.Value`" in match["message"]) == ("MissingParameter", True)
