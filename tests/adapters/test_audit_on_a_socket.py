"""The audit of calls over a real socket, in real time."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import httpx
import pytest
from tencentcloud.common.exception import TencentCloudSDKException

from ccc_mock import DEFAULT_CREDENTIAL, Endpoint
from ccc_mock.adapters.serving import ServedAccount, serving
from sdk import a_call, client_of
from signing_by_hand import BODY, signed_headers


@pytest.fixture
def account() -> Iterator[ServedAccount]:
    with serving(Endpoint()) as served:
        yield ServedAccount(served, served.endpoint.accounts.default, DEFAULT_CREDENTIAL)


def impatient(account: ServedAccount, seconds: float) -> None:
    with contextlib.suppress(httpx.ReadTimeout):
        httpx.post(account.url, content=BODY, headers=signed_headers(account, account.host), timeout=seconds)


@pytest.mark.parametrize(("delay", "patience", "rules"), [("60s", 0.4, ("dialled-twice",)), ("10ms", 30, ())])
def test_whether_a_slow_answer_was_waited_for_is_known(
    account: ServedAccount, delay: str, patience: float, rules: tuple[str, ...]
) -> None:
    account.plan(f"ok+delay({delay}), ok")
    impatient(account, patience)
    impatient(account, 30)
    assert account.audit_retries().rules == rules
    assert len(account.ledger.calls()) == 2


def test_the_sdk_that_is_asked_again_at_once_is_found(account: ServedAccount) -> None:
    account.plan("FailedOperation.CalleeIsBlackUser*2")
    client = client_of(account, protocol="http", endpoint=account.host)
    for _ in range(2):
        with pytest.raises(TencentCloudSDKException, match="CalleeIsBlackUser"):
            client.CreateAIAgentCall(a_call())
    assert account.audit_retries().rules == ("cannot-succeed",)
