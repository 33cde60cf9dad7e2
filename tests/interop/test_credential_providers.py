"""The official Python SDK's providers of credentials, unmodified: what they ask for is answered by the fake.

The endpoint of those that ask STS can be set, their protocol cannot (HTTPS) and neither can the CA that they trust: it
is certifi's, which is pointed at the fake's.  The address of a machine's metadata cannot be set either, so there the
fake stands as the proxy of the environment, in a process of its own: urllib reads the environment once.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import certifi
import pytest
from tencentcloud.ccc.v20200210 import ccc_client, models
from tencentcloud.common import credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile

from ccc_mock import DEFAULT_CREDENTIAL, Endpoint
from ccc_mock.adapters.serving import Served, serving

tls = pytest.importorskip("ccc_mock.adapters.tls", reason="needs the extra tls")

ARN = "qcs::cam::uin/100015158414:roleName/my-role"
KEYS = (DEFAULT_CREDENTIAL.secret_id, DEFAULT_CREDENTIAL.secret_key)


@pytest.fixture(scope="module")
def over_tls() -> Iterator[tuple[Served, Path]]:
    with tls.certified() as made, serving(Endpoint(), tls=made.context) as served:
        yield served, made.ca_file


@pytest.fixture
def trusted(over_tls: tuple[Served, Path], monkeypatch: pytest.MonkeyPatch) -> Served:
    """A fake over TLS that the SDK trusts."""
    served, ca_file = over_tls
    served.endpoint.accounts.default.reset()
    monkeypatch.setattr(certifi, "where", lambda: str(ca_file))
    return served


def place_a_call(served: Served, given: Any) -> str:
    call = models.CreateAIAgentCallRequest()
    call.SdkAppId, call.AIAgentId, call.Callee = 1400000000, 15, "008612300000000"
    profile = ClientProfile(httpProfile=HttpProfile(endpoint=served.host))
    return str(ccc_client.CccClient(given, "", profile).CreateAIAgentCall(call).SessionId)


def test_an_assumed_role_places_calls(trusted: Served) -> None:
    assumed = credential.STSAssumeRoleCredential(*KEYS, ARN, "my-session", endpoint=trusted.host)
    assert place_a_call(trusted, assumed)
    asked, placed = trusted.journal()
    assert (asked["action"], asked["verdict"], asked["verified"]) == ("AssumeRole", "ok", True)
    assert (placed["action"], placed["verdict"], placed["verified"]) == ("CreateAIAgentCall", "ok", True)
    assert placed["sub_account"] != asked["sub_account"]


def test_a_role_that_is_assumed_once_is_asked_for_once(trusted: Served) -> None:
    assumed = credential.STSAssumeRoleCredential(*KEYS, ARN, "my-session", 43_200, endpoint=trusted.host)
    for _ in range(3):
        place_a_call(trusted, assumed)
    actions = [entry["action"] for entry in trusted.journal()]
    assert actions == ["AssumeRole", *["CreateAIAgentCall"] * 3]


def test_a_wrong_key_gets_no_role(trusted: Served) -> None:
    assumed = credential.STSAssumeRoleCredential(KEYS[0], "another-key", ARN, "my-session", endpoint=trusted.host)
    with pytest.raises(TencentCloudSDKException) as caught:
        place_a_call(trusted, assumed)
    assert caught.value.code == "AuthFailure.SignatureFailure"


def test_a_web_identity_places_calls(trusted: Served) -> None:
    assumed = credential.OIDCRoleArnCredential(
        "ap-guangzhou", "my-provider", "my-token", ARN, "my-session", endpoint=trusted.host
    )
    assert place_a_call(trusted, assumed)
    asked, placed = trusted.journal()
    assert (asked["action"], asked["verified"], placed["verified"]) == ("AssumeRoleWithWebIdentity", False, True)


def test_a_pod_with_a_web_identity_places_calls(
    trusted: Served, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    token = tmp_path / "token"
    token.write_text("my-token")
    monkeypatch.setenv("TKE_REGION", "ap-guangzhou")
    monkeypatch.setenv("TKE_PROVIDER_ID", "my-provider")
    monkeypatch.setenv("TKE_WEB_IDENTITY_TOKEN_FILE", str(token))
    monkeypatch.setenv("TKE_ROLE_ARN", ARN)
    assumed = credential.DefaultTkeOIDCRoleArnProvider().get_credential()
    assumed.endpoint = trusted.host
    assert place_a_call(trusted, assumed)


ON_A_MACHINE = """
import sys
from tencentcloud.ccc.v20200210 import ccc_client, models
from tencentcloud.common import credential
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile

given = {provider}
call = models.CreateAIAgentCallRequest()
call.SdkAppId, call.AIAgentId, call.Callee = 1400000000, 15, "008612300000000"
client = ccc_client.CccClient(given, "", ClientProfile(httpProfile=HttpProfile(protocol="http")))
for _ in range(2):
    print(client.CreateAIAgentCall(call).SessionId)
"""
PROVIDERS = {
    "role": "credential.CVMRoleCredential()",
    "named role": "credential.CVMRoleCredential('my-role')",
    "chain": "credential.DefaultCredentialProvider().get_credential()",
}


@pytest.mark.parametrize("name", PROVIDERS)
def test_a_machine_with_a_role_places_calls_through_a_proxy(name: str, tmp_path: Path) -> None:
    """The program knows nothing of the fake: no endpoint, no key; only its protocol is HTTP."""
    with serving(Endpoint()) as served:
        kept = {key: value for key, value in os.environ.items() if "proxy" not in key.lower()}
        environment = {**kept, "http_proxy": served.url, "HTTP_PROXY": served.url, "HOME": str(tmp_path)}
        program = ON_A_MACHINE.format(provider=PROVIDERS[name])
        done = subprocess.run(
            [sys.executable, "-c", program], env=environment, capture_output=True, text=True, timeout=60
        )
        assert (done.returncode, done.stderr) == (0, "")
        entries = served.journal()
    asked = [entry["check"] for entry in entries if entry["stage"] == "metadata"]
    calls = [entry for entry in entries if entry["action"] == "CreateAIAgentCall"]
    assert asked == (["credential"] if name == "named role" else ["role", "credential"])
    assert [(entry["verdict"], entry["verified"]) for entry in calls] == [("ok", True)] * 2
    assert len(done.stdout.split()) == 2
