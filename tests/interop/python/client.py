"""What the official Python client makes of each case: `python client.py sync|async CASES RESULTS`."""

from __future__ import annotations

import asyncio
import inspect
import json
import os
import platform
import sys
from collections.abc import Awaitable, Callable
from importlib.metadata import version
from typing import Any

from tencentcloud.ccc.v20200210 import ccc_client, ccc_client_async, models
from tencentcloud.common.common_client import CommonClient
from tencentcloud.common.common_client_async import CommonClient as AsyncCommonClient
from tencentcloud.common.credential import Credential
from tencentcloud.common.exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.common.retry import StandardRetryer
from tencentcloud.common.retry_async import StandardRetryer as AsyncStandardRetryer

Case = dict[str, Any]
Send = Callable[[Case], "Any | Awaitable[Any]"]

CA_FILE = os.environ.get("CA_FILE")


def at_once(attempt: int) -> int:
    return 0


async def at_once_async(attempt: int) -> int:
    return 0


def profile_of(case: Case, certification: str | None, retryer: Any) -> ClientProfile:
    http = HttpProfile(
        protocol=case["scheme"],
        endpoint=case["endpoint"],
        reqMethod=case["method"],
        reqTimeout=case["timeout"],
        proxy=case["proxy"],
        certification=certification,
    )
    retryer = retryer if case["retries"] else None
    profile = ClientProfile(case["signed_by"], httpProfile=http, language=case["language"], retryer=retryer)
    profile.unsignedPayload = case["unsigned_payload"]
    return profile


def request_of(case: Case) -> Any:
    request = models.CreateAIAgentCallRequest()
    request.from_json_string(json.dumps(case["params"]))
    return request


def send(case: Case) -> Any:
    settings = (Credential(case["secret_id"], case["secret_key"], case["token"]), case["region"])
    profile = profile_of(case, CA_FILE, StandardRetryer(3, at_once))
    if case["generic"]:
        client = CommonClient("ccc", case["version"], *settings, profile)
        return client.call_json(case["action"], case["params"], options={"SkipSign": case["skip_sign"]})["Response"]
    client = ccc_client.CccClient(*settings, profile)
    return [vars(client.CreateAIAgentCall(request_of(case))) for _ in range(case["calls"])][-1]


async def send_async(case: Case) -> Any:
    settings = (Credential(case["secret_id"], case["secret_key"], case["token"]), case["region"])
    # It takes a certification for the client's own certificate.
    profile = profile_of(case, None, AsyncStandardRetryer(3, at_once_async))
    if case["generic"]:
        async with AsyncCommonClient("ccc", case["version"], *settings, profile) as client:
            options = {"SkipSign": case["skip_sign"]}
            answer = await client.call_and_deserialize(case["action"], case["params"], opts=options)
            return answer["Response"]
    async with ccc_client_async.CccClient(*settings, profile) as client:
        return [vars(await client.CreateAIAgentCall(request_of(case))) for _ in range(case["calls"])][-1]


async def outcome(case: Case, sending: Send) -> dict[str, Any]:
    try:
        answer = sending(case)
        answer = await answer if inspect.isawaitable(answer) else answer
    except TencentCloudSDKException as error:
        return raised(error, own=True, code=error.code, request_id=error.requestId, message=as_text(error.message))
    except Exception as error:
        return raised(error, own=False, message=str(error))
    fields = {name.removeprefix("_"): value for name, value in answer.items()}
    return {"ok": {name: fields.get(name) for name in ("SessionId", "RequestId")}}


def raised(error: Exception, **more: Any) -> dict[str, Any]:
    return {"raised": {"class": type(error).__name__, **more}}


def as_text(message: str | bytes | None) -> str | None:
    return message.decode("utf-8", "replace") if isinstance(message, bytes) else message


async def main(mode: str, cases_file: str, results_file: str) -> None:
    sending: Send = {"sync": send, "async": send_async}[mode]
    packages = ("tencentcloud-sdk-python-common", "tencentcloud-sdk-python-ccc")
    stack = "requests" if mode == "sync" else "httpx"
    about = [f"{name} {version(name)}" for name in (*packages, stack)]
    with open(cases_file, encoding="utf-8") as cases, open(results_file, "w", encoding="utf-8") as results:
        results.write(json.dumps({"about": [*about, f"Python {platform.python_version()}"]}) + "\n")
        for case in json.load(cases):
            results.write(json.dumps({"case": case["case"], **await outcome(case, sending)}) + "\n")


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
