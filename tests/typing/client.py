"""The HTTP clients that a caller may pass are those of both libraries, and fit by their form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_type

import httpx
import httpx2

from ccc_contract import AsyncClient, Client, Credential
from ccc_contract.client import Answer, PlacedCall

KEY = Credential("AKIDx", "y")


def threads() -> None:
    Client(KEY, http=httpx2.Client())
    Client(KEY, http=httpx.Client(proxy="http://127.0.0.1:1"))
    Client(KEY, http=httpx2.AsyncClient())  # type: ignore[arg-type]
    Client(KEY, http=object())  # type: ignore[arg-type]
    with Client(lambda: KEY) as client:
        fields: Mapping[str, object] = client.call("DescribeNumbers", {"SdkAppId": 1})
        assert fields
        placed = client.create_ai_agent_call(sdk_app_id=1, ai_agent_id=2, callee="3", variables={"a": "b"})
        assert_type(placed, PlacedCall)
        client.create_ai_agent_call(sdk_app_id="1", ai_agent_id=2, callee="3")  # type: ignore[arg-type]


async def tasks() -> None:
    async def renewed() -> Credential:
        return KEY

    AsyncClient(KEY, http=httpx2.AsyncClient())
    AsyncClient(KEY, http=httpx.AsyncClient())
    AsyncClient(KEY, http=httpx.Client())  # type: ignore[arg-type]
    async with AsyncClient(renewed) as client:
        assert_type(await client.call("DescribeNumbers"), Answer)
