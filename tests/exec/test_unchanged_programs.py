"""Programs that name the service's own host, and nothing of a fake, under `ccc-mock exec`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from ccc_mock.clock import BEIJING
from executing import another_server, another_tls_server, execute, python

BIN = Path(sys.executable).parent

SDK = """
from tencentcloud.ccc.v20200210 import ccc_client, ccc_client_async, models
from tencentcloud.common.credential import EnvironmentVariableCredential

credential = EnvironmentVariableCredential().get_credential()
call = models.CreateAIAgentCallRequest()
call.SdkAppId, call.AIAgentId, call.Callee = 1400000000, 15, "008613800000000"
"""

CLIENTS = (
    SDK
    + """
import asyncio, json, subprocess, urllib.request
import aiohttp, httpx, requests
from tencentcloud.common.credential import CVMRoleCredential, STSAssumeRoleCredential
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile

def sync(**settings):
    client = ccc_client.CccClient(credential, "ap-shanghai", ClientProfile(httpProfile=HttpProfile(**settings)))
    return client.CreateAIAgentCall(call).SessionId

async def in_async():
    async with ccc_client_async.CccClient(credential, "ap-shanghai") as client:
        return (await client.CreateAIAgentCall(call)).SessionId

def with_key_of(credential):
    return ccc_client.CccClient(credential, "ap-shanghai").CreateAIAgentCall(call).SessionId

async def in_aiohttp():
    async with aiohttp.ClientSession(trust_env=True) as session:
        async with session.get("https://ccc.tencentcloudapi.com/") as answer:
            return (await answer.json())["Response"]["Error"]["Code"]

ROLE = "qcs::cam::uin/100015158414:roleName/my-role"

def asked_with(ask):
    return json.loads(ask("https://ccc.tencentcloudapi.com/"))["Response"]["Error"]["Code"]

def curl(url):
    return subprocess.run(["curl", "--silent", "--show-error", "--fail", url], check=True, capture_output=True).stdout

session = requests.Session()
print(json.dumps({
    "sync": sync(), "plain": sync(protocol="http"), "async": asyncio.run(in_async()),
    "requests": asked_with(lambda url: requests.get(url).text),
    "httpx": asked_with(lambda url: httpx.get(url).text),
    "urllib": asked_with(lambda url: urllib.request.urlopen(url).read()),
    "curl": asked_with(curl),
    "a region": session.get("https://ccc.ap-guangzhou.tencentcloudapi.com/").status_code,
    "a region nobody knows": session.get("https://ccc.xx-nowhere.tencentcloudapi.com/").status_code,
    "aiohttp": asyncio.run(in_aiohttp()),
    "assumed": with_key_of(STSAssumeRoleCredential(credential.secret_id, credential.secret_key, ROLE, "session")),
    "metadata": with_key_of(CVMRoleCredential()),
    "role": session.get("http://metadata.tencentyun.com/latest/meta-data/cam/security-credentials/").text,
}))
"""
)


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], str]:
    """What the clients got, and what was told at the end."""
    home = tmp_path_factory.mktemp("home")
    run = execute(*python(CLIENTS), HOME=str(home))
    assert run.returncode == 0, run.stderr
    assert list(home.iterdir()) == []
    return json.loads(run.stdout), run.stderr


@pytest.mark.parametrize("client", ["sync", "async", "plain", "assumed", "metadata"])
def test_an_official_client_places_its_call(ran: tuple[dict[str, Any], str], client: str) -> None:
    assert len(ran[0][client]) == 36


@pytest.mark.parametrize("client", ["requests", "httpx", "aiohttp", "urllib", "curl"])
def test_a_client_trusts_and_meets_the_fake(ran: tuple[dict[str, Any], str], client: str) -> None:
    assert ran[0][client] == "MissingParameter"


def test_regions_and_the_metadata_meet_it_too(ran: tuple[dict[str, Any], str]) -> None:
    got = ran[0]
    assert (got["a region"], got["a region nobody knows"], got["role"]) == (200, 200, "ccc-mock-role")


def test_at_the_end_it_is_told_what_was_called(ran: tuple[dict[str, Any], str]) -> None:
    told = ran[1].splitlines()
    assert told[0] == "ccc-mock exec: 16 calls met the fake:"
    assert "      5  ccc.tencentcloudapi.com  CreateAIAgentCall  ok" in told
    assert "      1  ccc.xx-nowhere.tencentcloudapi.com  GET /  MissingParameter" in told
    assert not any("refused" in line for line in told)


def test_tccli_places_its_call(tmp_path: Path) -> None:
    call = ("--SdkAppId", "1400000000", "--AIAgentId", "15", "--Callee", "008612300000000")
    run = execute("--", str(BIN / "tccli"), "ccc", "CreateAIAgentCall", *call, HOME=str(tmp_path))
    assert len(json.loads(run.stdout)["SessionId"]) == 36
    assert "1  ccc.tencentcloudapi.com  CreateAIAgentCall  ok" in run.stderr


def test_options_of_serve_say_what_the_fake_is() -> None:
    program = (
        SDK
        + """
import os
for _ in range(2):
    try:
        print(ccc_client.CccClient(credential, "").CreateAIAgentCall(call).SessionId)
    except Exception as error:
        print(error.code)
print(os.environ["TENCENTCLOUD_SECRET_ID"], os.environ.get("TENCENTCLOUD_TOKEN"))
"""
    )
    options = ("--plan", "FailedOperation.CalleeIsBlackUser, ok", "--seed", "7", "--credential", "AKID-own:own-key")
    runs = [
        execute(*options, *python(program), TENCENTCLOUD_SECRET_ID="AKID-real", TENCENTCLOUD_TOKEN="real")
        for _ in range(2)
    ]
    refused, placed, credential = runs[0].stdout.splitlines()
    assert refused == "FailedOperation.CalleeIsBlackUser"
    assert len(placed) == 36
    assert credential == "AKID-own None"  # somebody's token does not go with a key of the fake's
    assert runs[0].stdout == runs[1].stdout
    told = (
        "CreateAIAgentCall  FailedOperation.CalleeIsBlackUser  (planned, plan-1: FailedOperation.CalleeIsBlackUser)\n"
    )
    assert told in runs[0].stderr
    assert "own-key" not in runs[0].stderr


def test_a_test_under_it_reaches_control_directly() -> None:
    program = (
        SDK
        + """
import json, os, urllib.request
control = os.environ["CCC_MOCK_URL"] + "/_ccc/"
urllib.request.urlopen(control + "plans", json.dumps({"plan": "InternalError"}).encode()).read()
try:
    ccc_client.CccClient(credential, "").CreateAIAgentCall(call)
except Exception as error:
    print(error.code, len(json.load(urllib.request.urlopen(control + "journal"))["entries"]))
"""
    )
    assert execute(*python(program)).stdout == "InternalError 1\n"


# --- whom it lets through ------------------------------------------------------------------------------------------

ELSEWHERE = """
import sys, requests
for url in sys.argv[1:]:
    try:
        print(requests.get(url).text.split()[:2])
    except requests.exceptions.ProxyError as error:
        print(str(error).partition("Tunnel connection failed: ")[2].rstrip("')"))
"""


def test_a_second_server_is_reached_with_the_flag_and_trusted_by_the_users_own_bundle() -> None:
    with another_tls_server() as (host, ca_file), another_server() as plain:
        urls = [f"https://{host}/a?b", f"http://{plain}/c?d"]
        run = execute("--allow", "127.0.0.2", *python(ELSEWHERE), *urls, SSL_CERT_FILE=str(ca_file))
    assert run.stdout.splitlines() == ["['GET', '/a?b']", "['GET', '/c?d']"], run.stderr
    told = ["ccc-mock exec: 2 connections let through to the real host:", f"      1  {host}", f"      1  {plain}"]
    assert run.stderr.splitlines()[-3:] == told


def test_without_the_flag_it_is_refused_and_the_flag_is_told() -> None:
    with another_tls_server() as (host, ca_file):
        run = execute(*python(ELSEWHERE), *[f"https://{host}/"] * 2, SSL_CERT_FILE=str(ca_file))
    refused = "403 ccc-mock exec lets nothing through to 127.0.0.2: --allow 127.0.0.2 would"
    assert run.stdout.splitlines() == [refused] * 2
    told = ["ccc-mock exec: 2 connections refused; what would let them through:", f"      2  {host}  --allow 127.0.0.2"]
    assert run.stderr.splitlines()[-2:] == told


def test_a_client_with_roots_of_its_own_is_told_of() -> None:
    program = "import requests; requests.get('https://ccc.tencentcloudapi.com/', verify='/etc/hostname')"
    with another_tls_server() as (_, ca_file):
        run = execute(*python(program.replace("/etc/hostname", str(ca_file))))
    assert run.returncode == 1
    assert "ccc-mock exec: no call met the fake" in run.stderr
    assert "a client refuses the certificate (tlsv1 alert unknown ca)" in run.stderr.splitlines()[-1]


# --- what it leaves alone ------------------------------------------------------------------------------------------


def test_nothing_is_written_but_in_a_temporary_folder_and_that_is_removed(tmp_path: Path) -> None:
    home, temporary, work = (tmp_path / name for name in ("home", "temporary", "work"))
    for folder in (home, temporary, work):
        folder.mkdir()
    program = (
        SDK
        + """
import os
print(ccc_client.CccClient(credential, "").CreateAIAgentCall(call).SessionId, os.environ["SSL_CERT_FILE"])
"""
    )
    run = execute(*python(program), HOME=str(home), TMPDIR=str(temporary), cwd=work)
    session, bundle = run.stdout.split()
    assert len(session) == 36
    assert Path(bundle).parent.parent == temporary
    assert [list(folder.iterdir()) for folder in (home, temporary, work)] == [[], [], []]


def test_the_environment_is_otherwise_as_it_was(tmp_path: Path) -> None:
    given = {"OTHER": "a b", "NO_PROXY": "internal.test,.tencentcloudapi.com", "PYTHONPATH": str(tmp_path)}
    run = execute(*python("import json, os; print(json.dumps(dict(os.environ)))"), **given)
    got = json.loads(run.stdout)
    assert got["OTHER"] == "a b"
    assert got["NO_PROXY"] == got["no_proxy"] == "internal.test,localhost,127.0.0.1,::1"
    assert got["PYTHONPATH"].split(os.pathsep)[1:] == [str(tmp_path)]
    assert len({got[each] for name in ("http_proxy", "https_proxy", "all_proxy") for each in (name, name.upper())}) == 1


def test_no_exception_of_the_users_leads_a_client_past_the_fake() -> None:
    hosts = ("ccc.xx-foo.tencentcloudapi.com", "ccc.ap-singapore.internal.tencentcloudapi.com")
    program = "import sys, requests\nfor host in sys.argv[1:]: print(requests.get('https://' + host).status_code)"
    run = execute(*python(program), *hosts, NO_PROXY=",".join(hosts), no_proxy=".xx-foo.tencentcloudapi.com")
    assert run.stdout.split() == ["200", "200"], run.stderr


def test_the_world_stands_where_it_is_told_and_the_sdk_signs_with_its_own_time() -> None:
    program = (
        SDK
        + """
for _ in range(2):
    try:
        print(ccc_client.CccClient(credential, "").CreateAIAgentCall(call).SessionId)
    except Exception as error:
        print(error.code)
"""
    )
    today = datetime.now(BEIJING).date()
    at = {hour: ("--world", "strict", "--at", f"{today}T{hour}+08:00") for hour in ("22:10:00", "11:00:00")}
    late, by_day = (execute(*options, *python(program)) for options in at.values())
    assert late.stdout.split() == ["FailedOperation.CalloutRuleNotWorkTime"] * 2, late.stderr
    assert len(by_day.stdout.split()[0]) == 36, by_day.stderr


def test_a_python_of_which_no_import_is_ours_runs_under_it() -> None:
    # -I reads neither PYTHONPATH nor any site of the user's: the variables for OpenSSL are what is left.
    program = "import urllib.request as u; print(u.urlopen('https://ccc.tencentcloudapi.com/').status)"
    run = execute("--", sys.executable, "-I", "-c", program)
    assert run.stdout == "200\n", run.stderr


def test_output_and_input_are_the_commands_own() -> None:
    from process import CCC_MOCK

    run = subprocess.run(
        [*CCC_MOCK, "exec", "--quiet", "cat", "-"], input=b"\x00\xff bytes", capture_output=True, timeout=60
    )
    assert (run.stdout, run.stderr, run.returncode) == (b"\x00\xff bytes", b"", 0)
