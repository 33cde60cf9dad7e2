"""A served fake tells a real client's mistake where it is looked for, and the client gets what the service answers."""

from __future__ import annotations

import time

import pytest
from tencentcloud.ccc.v20200210 import ccc_client, models
from tencentcloud.common.credential import Credential
from tencentcloud.common.exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile

import wrong_signers as by
from process import Process, serve
from wire import Answer, exchange

CREDENTIAL = ("--credential", f"{by.ID}:{by.KEY}", "--credential", f"{by.OTHER_ID}:{by.OTHER_KEY}")


def sent_by(signer: type[by.Signer], process: Process) -> Answer:
    """What the fake answers to what that client sends now."""
    now = type("Now", (signer,), {"stamp": int(time.time())})
    sent = now().send()
    head = "".join(f"{name}: {value}\r\n" for name, value in sent.headers.items())
    first = f"{sent.method} {sent.path} HTTP/1.1\r\n{head}Content-Length: {len(sent.body)}\r\nConnection: close\r\n\r\n"
    return exchange(process.host, first.encode() + sent.body)


@pytest.mark.parametrize("signer", [by.CharsetMissing, by.WithSpaces, by.OldKey, by.both(by.NoPrefix, by.NoEmptyLine)])
def test_the_header_the_journal_and_the_line_say_the_same(signer: type[by.Signer]) -> None:
    with serve(*CREDENTIAL, "--set", "diagnosis_header=yes") as process:
        answer = sent_by(signer, process)
        (entry,) = process.control("GET", "/journal")["entries"]
        (line,) = [line for line in process.stop() if "verdict" in line]
    assert answer.code == "AuthFailure.SignatureFailure"
    headers = {name.lower(): value for name, value in answer.headers}
    told = entry["diagnosis"]["told"]["en-US"]
    assert " ".join(sorted(made["name"] for made in entry["diagnosis"]["found"])) == " ".join(
        sorted(signer.mistake.split())
    )
    assert line["diagnosis"] == told
    assert headers["x-ccc-mock-diagnosis"].startswith(told[0][:80])
    assert by.KEY not in str(entry) + str(line) + str(answer)


@pytest.mark.parametrize("header", ["yes", "no"])
def test_an_official_client_raises_what_it_always_raises(header: str) -> None:
    with serve("--quiet", "--set", f"diagnosis_header={header}") as process:
        profile = ClientProfile(httpProfile=HttpProfile(protocol="http", endpoint=process.host))
        client = ccc_client.CccClient(Credential(process.hello["secret_id"], "another"), "", profile)
        with pytest.raises(TencentCloudSDKException) as refused:
            client.CreateAIAgentCall(models.CreateAIAgentCallRequest())
    assert refused.value.code == "AuthFailure.SignatureFailure"
