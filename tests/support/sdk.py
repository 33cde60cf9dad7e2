"""The official Python SDK, as production code uses it."""

from __future__ import annotations

from typing import Any

from tencentcloud.ccc.v20200210 import ccc_client, models
from tencentcloud.common.credential import Credential
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile

from ccc_mock.surface import AccountSurface


def client_of(
    account: AccountSurface,
    kind: Any = ccc_client.CccClient,
    *,
    timeout: float = 60,
    connected_ahead: int = 0,
    **http: Any,
) -> Any:
    """A client with the credentials of that account; `http` are further settings of its HttpProfile."""
    credential = Credential(account.secret_id, account.secret_key, account.token)
    settings = HttpProfile(reqTimeout=timeout, **http)
    settings.pre_conn_pool_size = connected_ahead
    return kind(credential, "", ClientProfile(httpProfile=settings))


def a_call(callee: str = "008613800000000") -> models.CreateAIAgentCallRequest:
    call = models.CreateAIAgentCallRequest()
    call.SdkAppId, call.AIAgentId, call.Callee = 1400000000, 15, callee
    return call
