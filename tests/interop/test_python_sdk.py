"""The official Python SDK, unmodified, over a real socket: what it gets and what it raises."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from tencentcloud.ccc.v20200210 import ccc_client, ccc_client_async, models
from tencentcloud.common import credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile

from ccc_mock import Endpoint
from ccc_mock.adapters.serving import ServedAccount, serving

EXAMPLE: dict[str, Any] = {
    "SdkAppId": 1400000000,
    "AIAgentId": 15,
    "Callee": "008612300000000",
    "Callers": ["008601012345678", "008601012345679"],
    "PromptVariables": [{"Key": "foo", "Value": "bar"}],
}
"""The example of the documentation page (seed-page-2025)."""


class Caller:
    """The SDK pointed at the fake by its endpoint and protocol, and nothing else."""

    def __init__(self, server: ServedAccount, **changes: Any) -> None:
        self.server = server
        self.changes = changes

    def __call__(self, params: dict[str, Any]) -> Any:
        request = models.CreateAIAgentCallRequest()
        request.from_json_string(json.dumps(params))
        return self._send(request)

    def _client(self, kind: Callable[..., Any]) -> Any:
        changes = self.changes
        http = HttpProfile(
            protocol="http",
            endpoint=changes.get("endpoint", self.server.host),
            proxy=changes.get("proxy"),
            reqMethod=changes.get("method", "POST"),
        )
        profile = ClientProfile(changes.get("signed_by"), httpProfile=http, language=changes.get("language", "zh-CN"))
        secret_id = changes.get("secret_id", self.server.secret_id)
        secret_key = changes.get("secret_key", self.server.secret_key)
        return kind(credential.Credential(secret_id, secret_key, changes.get("token")), "", profile)

    def _send(self, request: Any) -> Any:
        return self._client(ccc_client.CccClient).CreateAIAgentCall(request)

    def call_json(self, action: str, params: dict[str, Any]) -> Any:
        return self._client(ccc_client.CccClient).call_json(action, params)


class AsyncCaller(Caller):
    def _send(self, request: Any) -> Any:
        async def send() -> Any:
            client = self._client(ccc_client_async.CccClient)
            try:
                return await client.CreateAIAgentCall(request)
            finally:
                await client.close()

        return asyncio.run(send())


@pytest.fixture(params=[Caller, AsyncCaller], ids=["sync", "async"])
def caller(request: pytest.FixtureRequest, ccc_server: ServedAccount) -> Callable[..., Caller]:
    return lambda **changes: request.param(ccc_server, **changes)


def refused(call: Callable[[], Any]) -> TencentCloudSDKException:
    with pytest.raises(TencentCloudSDKException) as caught:
        call()
    return caught.value


def test_the_documentations_example_gets_a_session_id(caller: Callable[..., Caller], ccc_server: ServedAccount) -> None:
    answer = caller()(EXAMPLE)
    assert len(answer.SessionId) == 36
    (entry,) = ccc_server.journal()
    assert entry["request_id"] == answer.RequestId
    assert entry["params"] == EXAMPLE
    assert entry["verdict"] == "ok"


FORMS = [
    {"signed_by": scheme, "method": method}
    for scheme in ("TC3-HMAC-SHA256", "HmacSHA1", "HmacSHA256")
    for method in ("GET", "POST")
]
every_form = pytest.mark.parametrize("form", FORMS, ids=lambda form: " ".join(form.values()))
EVERYTHING = {
    **EXAMPLE,
    "PromptVariables": [
        {"Key": f"k{n}", "Value": text} for n, text in enumerate(["你好 👩‍👩‍👧", "a&b=c;d+e%20f/?#~*'", ""])
    ],
    "MaxRingTimeoutSecond": 30,
}


@every_form
def test_every_form_that_the_client_can_be_set_to_send_gets_a_session_id(
    caller: Callable[..., Caller], ccc_server: ServedAccount, form: dict[str, str]
) -> None:
    assert caller(**form)(EVERYTHING).SessionId
    (entry,) = ccc_server.journal()
    assert entry["params"] == EVERYTHING
    assert entry["request"]["method"] == form["method"]


@every_form
@pytest.mark.parametrize(("language", "word"), [("zh-CN", "签名"), ("en-US", "signature")])
def test_every_form_is_refused_under_another_key(
    caller: Callable[..., Caller], form: dict[str, str], language: str, word: str
) -> None:
    error = refused(lambda: caller(**form, language=language, secret_key="another-key")(EXAMPLE))
    assert error.code == "AuthFailure.SignatureFailure"
    assert word in error.message


@every_form
def test_in_every_form_a_token_is_right_wrong_missing_and_ended(
    ccc_server: ServedAccount, form: dict[str, str]
) -> None:
    account = ccc_server.served.account(duration_seconds=100)
    assert Caller(account, **form, token=account.token)(EXAMPLE).SessionId
    for token in (f"{account.token}err", None):
        assert refused(lambda token=token: Caller(account, **form, token=token)(EXAMPLE)).code == TOKEN
    account.clock.set_skew(100)
    assert refused(lambda: Caller(account, **form, token=account.token)(EXAMPLE)).code == TOKEN


TOKEN = "AuthFailure.TokenFailure"


# Megabytes under the older scheme or in a query are what integrators meet first (public-logs).
@pytest.mark.parametrize(
    "form",
    [form for form in FORMS if form != {"signed_by": "TC3-HMAC-SHA256", "method": "POST"}],
    ids=lambda form: " ".join(form.values()),
)
def test_what_is_too_large_for_its_form_is_told_the_remedy(caller: Callable[..., Caller], form: dict[str, str]) -> None:
    long = {
        **EXAMPLE,
        "PromptVariables": [{"Key": "k", "Value": "x" * (40_000 if form["method"] == "GET" else 1_100_000)}],
    }
    error = refused(lambda: caller(**form)(long))
    assert error.code == "AuthFailure.SignatureFailure"
    assert "TC3-HMAC-SHA256" in error.message
    assert caller()(long).SessionId


@every_form
def test_in_every_form_an_underscore_changes_nothing(ccc_server: ServedAccount, form: dict[str, str]) -> None:
    error = refused(lambda: Caller(ccc_server, **form).call_json("CreateAIAgentCall", {**EXAMPLE, "a_b": "1"}))
    assert error.code == "UnknownParameter"
    assert "`a_b`" in error.message


@pytest.mark.parametrize("language", ["zh-CN", "en-US"])
def test_both_languages_succeed(caller: Callable[..., Caller], language: str) -> None:
    assert caller(language=language)(EXAMPLE).SessionId


@pytest.mark.parametrize(("language", "word"), [("zh-CN", "签名"), ("en-US", "signature")])
def test_a_refusal_is_told_in_the_language_of_the_profile(
    caller: Callable[..., Caller], language: str, word: str
) -> None:
    error = refused(lambda: caller(language=language, secret_key="another-key")(EXAMPLE))
    assert error.code == "AuthFailure.SignatureFailure"
    assert word in error.message


@pytest.mark.parametrize(
    "text",
    [
        "",
        "你好，请问是王先生吗？",
        "emoji 👩‍👩‍👧 and \U0010ffff",
        "quotes \" ' \\ / <b>&amp;</b>",
        "lines\r\n\ttabs\x00\x1f\x7f",
        "separators \u2028\u2029\ufeff\u200d",
        "%41+%2B?a=b&c=d;${name}{{name}}",
        '{"Response":{"Error":{"Code":"InternalError"}}}',
        "x" * 100_000,
    ],
    ids=lambda text: text[:12].encode("unicode_escape").decode() or "empty",
)
def test_hostile_variables_arrive_as_they_were_sent(
    caller: Callable[..., Caller], ccc_server: ServedAccount, text: str
) -> None:
    variables = [{"Key": "name", "Value": text}]
    assert caller()({**EXAMPLE, "Variables": variables}).SessionId
    assert ccc_server.journal()[-1]["params"]["Variables"] == variables


def test_both_generations_of_parameters_are_taken(caller: Callable[..., Caller]) -> None:
    today = {
        "SdkAppId": 1400000000,
        "AIAgentId": 15,
        "Callee": "008612300000000",
        "Variables": [{"Key": "foo", "Value": "bar"}],
        "MaxRingTimeoutSecond": 15,
        "AcquireTimeoutSecond": 3,
    }
    assert caller()(today).SessionId
    assert caller()({**EXAMPLE, **today}).SessionId


def test_a_temporary_credential_needs_its_token(caller: Callable[..., Caller], ccc_server: ServedAccount) -> None:
    from ccc_mock import Credential

    temporary = Credential("AKID-temporary-" + ccc_server.account.uin, "its-key", "its-token")
    ccc_server.served.endpoint.accounts.add(ccc_server.account, temporary)
    given = {"secret_id": temporary.secret_id, "secret_key": temporary.secret_key}
    assert caller(**given, token="its-token")(EXAMPLE).SessionId
    assert refused(lambda: caller(**given, token="its-tokenerr")(EXAMPLE)).code == "AuthFailure.TokenFailure"
    assert refused(lambda: caller(**given)(EXAMPLE)).code == "AuthFailure.TokenFailure"


REFUSALS: dict[str, tuple[dict[str, Any], dict[str, Any], str, str, str]] = {
    # (changes, params, code, what the message carries, stage)
    "size": (
        {},
        {"Variables": [{"Key": "k", "Value": "x" * 11_000_000}]},
        "RequestSizeLimitExceeded",
        "10485760",
        "frame",
    ),
    "unknown id": ({"secret_id": "AKIDnobody"}, {}, "AuthFailure.SecretIdNotFound", "SecretId", "authenticate"),
    "wrong key": ({"secret_key": "wrong"}, {}, "AuthFailure.SignatureFailure", "", "authenticate"),
    "token on a permanent key": ({"token": "x"}, {}, "AuthFailure.TokenFailure", "", "authenticate"),
    "missing": ({}, {"Callee": None}, "MissingParameter", "`Callee`", "validate"),
    "nested missing": ({}, {"Variables": [{"Key": "k"}]}, "MissingParameter", "`Variables.0.Value`", "validate"),
    "type": ({}, {"SdkAppId": "1400000000"}, "InvalidParameter", "`SdkAppId`", "validate"),
    "element": ({}, {"Callers": ["1", 2]}, "InvalidParameter", "`Callers.1`", "validate"),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_a_refusal_is_the_sdks_own_exception(
    caller: Callable[..., Caller], ccc_server: ServedAccount, case: str
) -> None:
    changes, params, code, carries, stage = REFUSALS[case]
    error = refused(lambda: caller(language="en-US", **changes)({**EXAMPLE, **params}))
    assert error.code == code
    assert carries in error.message
    default = ccc_server.served.endpoint.accounts.default
    entries = ccc_server.journal() or [
        entry.as_json(ccc_server.served.endpoint.redaction, "") for entry in default.journal.page(limit=1000).entries
    ]
    assert (entries[-1]["request_id"], entries[-1]["stage"]) == (error.requestId, stage)
    assert (entries[-1]["verdict"], entries[-1]["why"]) == (code, error.message)


# The async client of 3.1.195 hands `proxies` to httpx, which httpx 0.28 no longer takes: through a proxy only sync.
def test_another_product_is_not_served(ccc_server: ServedAccount) -> None:
    proxied = Caller(ccc_server, endpoint="cvm.tencentcloudapi.com", proxy=ccc_server.url)
    error = refused(lambda: proxied(EXAMPLE))
    assert (error.code, len(error.requestId)) == ("NoSuchProduct", 36)


def test_as_a_proxy_it_answers_for_the_real_host_name() -> None:
    with serving(Endpoint()) as served:  # beside `ccc_server` the guard stops what names the real host
        account = served.account()
        proxied = Caller(account, endpoint="ccc.ap-guangzhou.tencentcloudapi.com", proxy=served.url)
        assert proxied(EXAMPLE).SessionId
    assert ["host", "ccc.ap-guangzhou.tencentcloudapi.com"] in account.journal()[-1]["request"]["headers"]


def test_an_undeclared_parameter_is_unknown(ccc_server: ServedAccount) -> None:
    error = refused(lambda: Caller(ccc_server).call_json("CreateAIAgentCall", {**EXAMPLE, "Calle": "1"}))
    assert error.code == "UnknownParameter"
    assert "`Calle`" in error.message


def test_an_unknown_action_is_invalid(ccc_server: ServedAccount) -> None:
    error = refused(lambda: Caller(ccc_server).call_json("CreateAIAgentCal", EXAMPLE))
    assert error.code == "InvalidAction"
    assert "action=`CreateAIAgentCal`" in error.message


def test_another_version_does_not_exist(ccc_server: ServedAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ccc_client.CccClient, "_apiVersion", "2019-01-01")
    error = refused(lambda: Caller(ccc_server)(EXAMPLE))
    assert error.code == "NoSuchVersion"
    assert "version=`2019-01-01`" in error.message


@pytest.mark.parametrize("seconds", [-301, 301])
def test_a_timestamp_more_than_five_minutes_away_has_expired(
    caller: Callable[..., Caller], ccc_server: ServedAccount, seconds: int
) -> None:
    ccc_server.clock.freeze(int(time.time()) + seconds + (1 if seconds > 0 else 0))
    error = refused(lambda: caller()(EXAMPLE))
    assert error.code == "AuthFailure.SignatureExpire"
    assert str(int(ccc_server.clock.signing())) in error.message


def test_a_world_that_is_a_day_ahead_makes_no_signature_stale(
    caller: Callable[..., Caller], ccc_server: ServedAccount
) -> None:
    ccc_server.clock.advance(86_400)
    assert caller()(EXAMPLE).SessionId
    ccc_server.clock.freeze_world(0)
    assert caller()(EXAMPLE).SessionId
    (tomorrow, epoch) = ccc_server.ledger.calls()
    assert tomorrow.at > time.time() + 86_000
    assert epoch.at == 0


@pytest.mark.ccc(allow="unsupported")
def test_an_action_without_behaviour_is_no_answer_of_the_service(ccc_server: ServedAccount) -> None:
    error = refused(lambda: Caller(ccc_server).call_json("DescribeCallInMetrics", {"SdkAppId": 1400000000}))
    assert error.code == "ServerNetworkError"
    assert "DescribeCallInMetrics" in str(error.message)
    assert "ccc-mock" in str(error.message)


def test_an_action_without_behaviour_is_checked_first(ccc_server: ServedAccount) -> None:
    error = refused(lambda: Caller(ccc_server).call_json("DescribeCallInMetrics", {}))
    assert error.code == "MissingParameter"


def test_thirty_two_threads_get_thirty_two_sessions(ccc_server: ServedAccount) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(lambda _: Caller(ccc_server)(EXAMPLE), range(32)))
    assert len({answer.SessionId for answer in answers}) == 32
    assert len({answer.RequestId for answer in answers}) == 32
