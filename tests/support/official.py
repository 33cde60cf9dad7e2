"""The official Python SDK, unmodified, against an account of a served fake, and control over that account."""

from __future__ import annotations

import json
from typing import Any
from urllib.error import HTTPError

import pytest
from tencentcloud.ccc.v20200210 import ccc_client, models
from tencentcloud.common.credential import Credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile

from process import Process


class Sdk:
    """`sdk.HangUpCall(SdkAppId=…, SessionId=…)` sends the action and gives the SDK's answer."""

    def __init__(self, host: str, secret_id: str, secret_key: str, token: str | None = None) -> None:
        profile = ClientProfile(httpProfile=HttpProfile(protocol="http", endpoint=host), language="en-US")
        self.client = ccc_client.CccClient(Credential(secret_id, secret_key, token), "", profile)

    def __getattr__(self, action: str) -> Any:
        def send(**params: Any) -> Any:
            request = getattr(models, f"{action}Request")()
            request.from_json_string(json.dumps(params))
            return getattr(self.client, action)(request)

        return send

    def call(self, callee: str = "008613700000000", **params: Any) -> str:
        """Place a call by agent 15 of app 1400000001, unless `params` say otherwise; gives its SessionId."""
        everything = {"SdkAppId": 1400000001, "AIAgentId": 15, "Callee": callee, **params}
        return str(self.CreateAIAgentCall(**everything).SessionId)

    def refused(self, callee: str = "008613700000000", **params: Any) -> TencentCloudSDKException:
        """What such a call is refused with."""
        with pytest.raises(TencentCloudSDKException) as caught:
            self.call(callee, **params)
        return caught.value


class Account:
    """One account of a served fake: the SDK at its front, control behind it.  `made` is what POST /accounts gave."""

    def __init__(self, process: Process, made: dict[str, Any] | None = None) -> None:
        self.process = process
        self.made = made or process.hello
        self.sdk = Sdk(process.host, self.made["secret_id"], self.made["secret_key"], self.made.get("token"))
        self.call, self.refused = self.sdk.call, self.sdk.refused

    @classmethod
    def fresh(cls, process: Process, **body: Any) -> Account:
        return cls(process, process.control("POST", "/accounts", body))

    def control(self, method: str, path: str, body: Any = None) -> Any:
        if "account" in self.made:
            path += f"{'&' if '?' in path else '?'}account={self.made['account']}"
        return self.process.control(method, path, body)

    def refuses(self, method: str, path: str, body: Any = None) -> tuple[int, str]:
        """The status and the sentence that control refuses this with."""
        with pytest.raises(HTTPError) as caught:
            self.control(method, path, body)
        with caught.value as answer:
            return answer.code, str(json.load(answer)["error"])

    def at(self, time_of_day: str | float) -> None:
        self.control("PUT", "/clock", {"world": time_of_day})

    def later(self, **times: float) -> None:
        """`later(minutes=1, seconds=59)` moves the world's clock."""
        units = {"seconds": 1, "minutes": 60, "hours": 3600}
        self.control("PUT", "/clock", {"advance": sum(units[unit] * n for unit, n in times.items())})

    def session(self, session_id: str) -> dict[str, Any]:
        return dict(self.control("GET", f"/sessions/{session_id}")["session"])

    def status(self, session_id: str, app: int = 1400000001) -> str:
        """What DescribeTelSession tells the SDK."""
        return str(self.sdk.DescribeTelSession(SdkAppId=app, SessionId=session_id).Session.SessionStatus)

    def events(self) -> list[tuple[float, str, int | None]]:
        """(when, what became of it, EndStatus) of each change."""
        told = self.control("GET", "/events")["events"]
        return [(event["at"], event["status"], event["end_status"]) for event in told]
