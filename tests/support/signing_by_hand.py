"""A signed call for clients that are no SDK."""

from __future__ import annotations

import time

from ccc_contract import Request, sign
from ccc_mock.surface import AccountSurface

BODY = b'{"SdkAppId": 1400000000, "AIAgentId": 15, "Callee": "008613800000000"}'


def signed_headers(
    account: AccountSurface,
    host: str = "ccc.tencentcloudapi.com",
    body: bytes = BODY,
    action: str = "CreateAIAgentCall",
) -> dict[str, str]:
    """The headers of a call with that body, Host among them."""
    common = {"content-type": "application/json", "x-tc-action": action, "x-tc-version": "2020-02-10"}
    request = sign(Request.post(host, common, body), account.secret_id, account.secret_key, timestamp=int(time.time()))
    return {name.decode(): value.decode() for name, value in request.headers.lines}
