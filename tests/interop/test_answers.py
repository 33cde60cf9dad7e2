"""What the official Python client and tccli make of each kind of answer, beside what was measured of them.

fixtures/sdk_answers.json has the rows (sdk-captures-2026-11) and the step that makes the fake answer so.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from tencentcloud.ccc.v20200210 import ccc_client, models
from tencentcloud.common import credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile

from captures import FIXTURES
from ccc_mock.adapters.serving import ServedAccount

ROWS: list[dict[str, Any]] = json.loads((FIXTURES / "sdk_answers.json").read_bytes())["rows"]
WITHOUT_A_STEP = {"connection refused", "untrusted certificate"}
"""Where nobody answers at all: tests/adapters/test_serve.py and test_tls.py have them."""

STEPS = [row for row in ROWS if row["step"] is not None]
WHOLE = os.environ.get("CI") in ("1", "true")

# What the client may take, in the order of the measurement: its timeout was 2 s, and the answers took 5 s.
TIMEOUT_SECONDS = 1

TCCLI = Path(sys.executable).parent / "tccli"


def test_every_row_that_is_an_answer_has_its_step() -> None:
    assert {row["answer"] for row in ROWS if row["step"] is None} == WITHOUT_A_STEP
    assert len(ROWS) == 43


def measured(row: dict[str, Any], client: str) -> str:
    """The cell of the table, without the number of requests that arrived."""
    return re.sub(r" ×\d+$", "", str(row["made_of_it"][client]))


def code_of(step: str) -> str:
    return re.split(r"[+@*]", step)[0]


@pytest.mark.parametrize("row", STEPS, ids=lambda row: row["answer"])
def test_the_python_client_makes_of_it_what_was_measured(ccc_server: ServedAccount, row: dict[str, Any]) -> None:
    ccc_server.plan(row["step"])
    assert python_outcome(ccc_server, code_of(row["step"])) == measured(row, "python")


def python_outcome(server: ServedAccount, code: str) -> str:
    """In the words of the measurement."""
    http = HttpProfile(protocol="http", endpoint=server.host, reqTimeout=TIMEOUT_SECONDS)
    client = ccc_client.CccClient(
        credential.Credential(server.secret_id, server.secret_key), "", ClientProfile(httpProfile=http)
    )
    call = models.CreateAIAgentCallRequest()
    call.SdkAppId, call.AIAgentId, call.Callee = 1400000000, 15, "0086138"
    try:
        answer = client.CreateAIAgentCall(call)
    except TencentCloudSDKException as error:
        known = error.code == code and error.requestId == server.journal()[0]["request_id"]
        return "API error ✓" if known else str(error.code)
    except Exception as error:
        return type(error).__name__
    if answer.SessionId is None:
        return "success, SessionId null"
    return "ok" if answer.RequestId else "ok, RequestId null"


QUICK = [
    row for row in STEPS if row["answer"] in ("success JSON", "Error, `application/json`", "HTTP 502 html", "`{}`")
]


def test_tccli_makes_of_it_what_was_measured(ccc_server: ServedAccount, tmp_path: Path) -> None:
    rows = STEPS if WHOLE else QUICK
    accounts = [ccc_server.served.account() for _ in rows]
    for account, row in zip(accounts, rows, strict=True):
        account.plan(row["step"])
    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(lambda pair: tccli_outcome(*pair, tmp_path), zip(accounts, rows, strict=True)))
    expected = {row["answer"]: measured(row, "tccli") for row in rows}
    assert {row["answer"]: outcome for row, outcome in zip(rows, outcomes, strict=True)} == expected


def tccli_outcome(account: ServedAccount, row: dict[str, Any], home: Path) -> str:
    """In the words of the measurement; tccli exits with 255 for what it takes for a failure."""
    own = home / account.account.uin
    own.mkdir()
    words = ["--SdkAppId", "1400000000", "--AIAgentId", "15", "--Callee", "0086138", "--timeout", str(TIMEOUT_SECONDS)]
    environment = {"TENCENTCLOUD_SECRET_ID": account.secret_id, "TENCENTCLOUD_SECRET_KEY": account.secret_key}
    run = subprocess.run(
        [TCCLI, "ccc", "CreateAIAgentCall", "--endpoint", account.url, *words],
        env={**os.environ, **environment, "HOME": str(own), "USERPROFILE": str(own)},
        capture_output=True, text=True, encoding="utf-8", timeout=60,
    )  # fmt: skip
    if run.returncode == 0:
        answer = json.loads(run.stdout or "{}")
        if not answer.get("SessionId"):
            return "success, SessionId null"
        return "ok" if answer.get("RequestId") else "ok, RequestId null"
    told = re.search(r"code:(\S*) message:", run.stdout + run.stderr)
    if told is None:
        return f"exit {run.returncode}: {(run.stdout + run.stderr)[-200:]}"
    known = told[1] == code_of(row["step"]) and account.journal()[0]["request_id"] in run.stdout + run.stderr
    return "API error ✓" if known else told[1]
