"""Rate limits over sockets, as a process and under the official client."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from tencentcloud.ccc.v20200210 import ccc_client, models
from tencentcloud.common import credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.common.retry import StandardRetryer

from process import serve

OVER = "RequestLimitExceeded"


def test_of_200_connections_at_once_exactly_twenty_pass() -> None:
    with serve("--rate-limit", "--quiet", "--at", str(int(time.time()))) as process:
        with ThreadPoolExecutor(200) as pool:
            codes = Counter(pool.map(lambda _: process.call().code, range(200)))
        assert codes == {None: 20, OVER: 180}
        process.control("PUT", "/clock", {"advance": 1})
        assert process.call().code is None


def test_a_limit_of_an_action_is_a_flag_or_its_twin() -> None:
    at = str(int(time.time()))
    for flags, twins in (
        (["--limit", "CreateAIAgentCall=1"], {}),
        ([], {"CCC_MOCK_LIMIT": "HangUpCall=9 CreateAIAgentCall=1"}),
    ):
        with serve("--at", at, *flags, **twins) as process:
            assert [process.call().code for _ in range(2)] == [None, OVER]


def test_without_the_flag_nothing_is_limited() -> None:
    with serve("--at", str(int(time.time()))) as process:
        assert {process.call().code for _ in range(25)} == {None}


# A fault of the official retryer (sdk-source): behind a failure it takes a success for another one.
def test_the_official_retryer_dials_on_behind_a_refusal_although_the_call_was_placed() -> None:
    with serve("--limit", "CreateAIAgentCall=1") as process:
        call = models.CreateAIAgentCallRequest()
        call.SdkAppId, call.AIAgentId, call.Callee = 1400000000, 15, "0086138"
        known = credential.Credential(process.hello["secret_id"], process.hello["secret_key"])
        http = HttpProfile(protocol="http", endpoint=process.host)
        process.control("PUT", "/clock", {"at": int(time.time())})
        client = ccc_client.CccClient(known, "", ClientProfile(httpProfile=http, language="en-US"))
        assert client.CreateAIAgentCall(call).SessionId
        with pytest.raises(TencentCloudSDKException) as caught:
            client.CreateAIAgentCall(call)
        assert caught.value.code == OVER
        process.control("PUT", "/clock", {"real": True})
        process.control("POST", "/plans", {"plan": OVER})
        patient = ClientProfile(httpProfile=http, retryer=StandardRetryer(max_attempts=3), language="en-US")
        with pytest.raises(TencentCloudSDKException) as caught:
            ccc_client.CccClient(known, "", patient).CreateAIAgentCall(call)
        assert caught.value.code == OVER
        assert process.control("GET", "/ledger")["count"] == 3  # one before, and two that nobody was told of
