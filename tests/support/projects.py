"""Projects that have ccc-mock installed."""

from __future__ import annotations

from typing import Protocol

import pytest

CALLING = '''
    """Production code: it knows nothing of any fake."""

    from tencentcloud.ccc.v20200210 import ccc_client, models
    from tencentcloud.common.credential import Credential
    from tencentcloud.common.profile.client_profile import ClientProfile
    from tencentcloud.common.profile.http_profile import HttpProfile


    def client_of(account, kind=ccc_client.CccClient, retryer=None, language="en-US", **http):
        credential = Credential(account.secret_id, account.secret_key)
        return kind(credential, "", ClientProfile(httpProfile=HttpProfile(**http), retryer=retryer, language=language))


    def over_a_socket(account):
        return client_of(account, protocol="http", endpoint=account.host)


    def a_call(callee="008613800000000"):
        call = models.CreateAIAgentCallRequest()
        call.SdkAppId, call.AIAgentId, call.Callee = 1400000000, 15, callee
        return call


    def dial(account, callee="008613800000000"):
        return client_of(account).CreateAIAgentCall(a_call(callee))
'''


class Run(Protocol):
    """Run the project's tests; `plugins` are those that it has beside ccc-mock's."""

    def __call__(self, *arguments: str, plugins: tuple[str, ...] = ()) -> pytest.RunResult: ...
