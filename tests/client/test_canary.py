"""Whatever happens, no key, token, signature or whole number is in a log, a text, a repr or a traceback."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator

import httpx2
import pytest

import ccc_mock
from ccc_contract import ApiError, CccError, Client, Credential, Retries

SECRET_KEY, TOKEN, CALLEE = "canary-key-9f3", "canary-token-7c1", "008613812345678"
PARAMS = {"SdkAppId": 1400000000, "AIAgentId": 15, "Callee": CALLEE}

PLANS = [
    "ok", "ok+reset@after", "ok+reset@before", "InternalError", "RequestLimitExceeded, ok", "ok+page(502)",
    "ok+garbage", "FailedOperation.CalleeIsBlackUser", "AuthFailure.SignatureFailure", "ok+missing(SessionId)",
    "ok+truncate(30)", "ok+content-type(text/html)", "ok+redirect", "ok+empty",
]  # fmt: skip


@pytest.fixture
def everything(caplog: pytest.LogCaptureFixture) -> Iterator[list[str]]:
    """Texts to look through; what was logged by anybody is put to them at the end."""
    caplog.set_level(logging.DEBUG)
    yield (texts := [])
    texts += [record.getMessage() + str(vars(record)) for record in caplog.records]
    assert texts
    for text in texts:
        for canary in (SECRET_KEY, TOKEN, CALLEE, CALLEE[4:], "Signature="):
            assert canary not in text


def told(error: BaseException) -> list[str]:
    chain = [error, *filter(None, (error.__cause__, error.__context__))]
    texts = ["".join(traceback.format_exception(error)), *map(str, chain), *map(repr, chain)]
    return texts + [repr(value) for each in chain if isinstance(each, CccError) for value in vars(each).values()]


KEY = {"secret_id": "AKID-canary-not-a-real-id", "secret_key": SECRET_KEY, "token": TOKEN}


@pytest.mark.parametrize("plan", PLANS)
def test_no_outcome_of_a_call_shows_them(plan: str, everything: list[str]) -> None:
    with ccc_mock.fake(world={"sub_account": [{"name": "canary", "credential": [KEY]}]}) as fake:
        fake.plan(plan)
        client = Client(
            Credential(**KEY),
            retries=Retries(attempts=2, base_seconds=0),
            on_attempt=lambda attempt: everything.append(repr(attempt)),
        )
        with client:
            try:
                placed = client.create_ai_agent_call(sdk_app_id=1400000000, ai_agent_id=15, callee=CALLEE)
                everything.append(repr(placed))
            except CccError as error:
                everything += told(error)
            everything += [repr(client), repr(client._flow), repr(client._flow.keys), repr(client._flow.signer)]
        assert fake.calls[-1].params == PARAMS  # the canaries were really there


def test_what_the_service_repeats_of_a_call_is_not_shown_either(everything: list[str]) -> None:
    message = f"callee {CALLEE} is refused"
    body = f'{{"Response":{{"Error":{{"Code":"FailedOperation.X","Message":"{message}"}},"RequestId":"r"}}}}'
    for kind in ("application/json", "text/html"):
        answer = httpx2.Response(200, headers={"content-type": kind}, content=body.encode())
        transport = httpx2.MockTransport(lambda request, answer=answer: answer)
        with httpx2.Client(transport=transport) as http, pytest.raises(CccError) as caught:
            Client(Credential(**KEY), http=http).call("CreateAIAgentCall", PARAMS)
        error = caught.value
        everything += [str(error), repr(error), "".join(traceback.format_exception(error))]
        assert CALLEE in (error.message if isinstance(error, ApiError) else error.answer.text)  # whole in data


def test_parameters_that_were_not_sent_are_not_shown(everything: list[str]) -> None:
    with httpx2.Client(transport=httpx2.MockTransport(lambda request: httpx2.Response(500))) as http:
        client = Client(Credential(**KEY), http=http)
        for params in ({"Callee": CALLEE}, {**PARAMS, CALLEE: 1}, {**PARAMS, "Callers": CALLEE}):
            try:
                client.call("CreateAIAgentCall", params)
            except CccError as error:
                everything += [str(error), repr(error), "".join(traceback.format_exception(error))]
