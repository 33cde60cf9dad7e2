"""The endpoint: what it answers, what it refuses and how it says so, and where it has no answer."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

import pytest

import oracle
from answers import endpoint_for, newest, refused, session_id
from ccc_contract import ApiError, load_api
from ccc_contract.model import Api, Member, Shape
from ccc_mock import DEFAULT_CREDENTIAL, Clock, Endpoint, NotSupportedByFake, Settings
from ccc_mock.domain import HANDLERS
from drafts import CAPITALS, DEEP, NOW, TEMPORARY, TOKENED, Draft

ANSWERED = "CreateAIAgentCall"
"""The one action that has behaviour."""


# --- success -------------------------------------------------------------------------------------------------------

UUID_4 = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def test_a_call_gets_its_session_id_then_the_request_id(endpoint: Endpoint) -> None:
    reply = endpoint.handle(Draft().request())
    pattern = rb'\{"Response":\{"SessionId":"%b","RequestId":"(%b)"\}\}' % (UUID_4.pattern, UUID_4.pattern)
    match = re.fullmatch(pattern, reply.body)
    assert match is not None
    assert newest(endpoint).request_id.encode() == match[1]


@pytest.mark.parametrize("draft", [Draft(), Draft(secret_key="wrong")], ids=["success", "refusal"])
def test_every_answer_is_http_200_with_a_date_and_json(endpoint: Endpoint, draft: Draft) -> None:
    reply = endpoint.handle(draft.request())
    assert reply.status == 200
    assert reply.headers == (
        (b"Date", b"Sun, 22 Nov 2026 05:16:53 GMT"),
        (b"Content-Type", b"application/json"),
    )


def test_a_refusal_is_the_error_then_a_request_id(endpoint: Endpoint) -> None:
    reply = endpoint.handle(Draft(secret_key="wrong").request())
    pattern = rb'\{"Response":\{"Error":\{"Code":"[A-Za-z.]+","Message":"[^"]+"\},"RequestId":"%b"\}\}' % UUID_4.pattern
    assert re.fullmatch(pattern, reply.body)


# Clients retry with the same bytes (sdk-captures-2026-11).
def test_the_same_request_twice_places_two_calls(endpoint: Endpoint) -> None:
    request = Draft().request()
    assert session_id(endpoint, request) != session_id(endpoint, request)


def test_the_fake_without_arguments_is_open_to_the_well_known_credential() -> None:
    endpoint = Endpoint()
    now = str(int(endpoint.accounts.default.clock.signing()))
    assert session_id(endpoint, Draft().with_headers({"x-tc-timestamp": now}).request())


BODY = b'{"SdkAppId":1,"AIAgentId":1,"Callee":""}'
DIGEST = hashlib.sha256(BODY).hexdigest()

TOLERATED: dict[str, Draft] = {
    "another path": Draft(path=b"/v3/anything"),
    "a query beside a post": Draft(query=b"bareword"),
    "no region": Draft(),
    "an empty region": Draft().with_headers({"x-tc-region": ""}),
    "any region": Draft().with_headers({"x-tc-region": "mars-north"}),
    "an empty token": Draft().with_headers({"x-tc-token": ""}),
    "an unknown common header": Draft().with_headers({"x-tc-unheard-of": "1", "x-idempotency-key": "x"}),
    "an unknown language": Draft().with_headers({"x-tc-language": "de-DE"}),
    "more signed headers": Draft(signed=("content-type", "host", "x-tc-action")),
    "a charset": Draft().with_headers({"content-type": "application/json; charset=utf-8"}),
    "a charset in capitals": Draft().with_headers({"content-type": "application/json;charset=UTF-8"}),
    "the right digest": Draft(body=BODY).with_headers({"x-tc-content-sha256": DIGEST}),
    "the right digest in capitals": Draft(body=BODY).with_headers({"x-tc-content-sha256": DIGEST.upper()}),
    "the oldest timestamp": Draft().with_headers({"x-tc-timestamp": str(NOW - 300)}),
    "the newest timestamp": Draft().with_headers({"x-tc-timestamp": str(NOW + 300)}),
    "a regional host": Draft(host="ccc.ap-guangzhou.tencentcloudapi.com"),
    "the international host": Draft(host="ccc.intl.tencentcloudapi.com"),
    "a host with its port": Draft(host="ccc.tencentcloudapi.com:443"),
    "a host in capitals": Draft(host="CCC.TENCENTCLOUDAPI.COM", lower=False),
    "an address": Draft(host="127.0.0.1:8679", service="127"),
    "a URL in place of a host": Draft(host="http://127.0.0.1:8679"),
    "null for what is not required": Draft().with_params({"Callers": None}),
    "a key twice": Draft(body=b'{"SdkAppId":"1","SdkAppId":1,"AIAgentId":1,"Callee":""}'),
    "an empty text": Draft().with_params({"Callee": ""}),
}


@pytest.mark.parametrize("case", TOLERATED)
def test_what_the_service_tolerates_succeeds(endpoint: Endpoint, case: str) -> None:
    assert session_id(endpoint, TOLERATED[case].request())


def test_a_temporary_credential_with_its_token_succeeds(endpoint: Endpoint) -> None:
    draft = Draft().by(TEMPORARY).with_headers({"x-tc-token": TEMPORARY.token or ""})
    assert session_id(endpoint, draft.request())


# --- where the fake has no answer ----------------------------------------------------------------------------------

API = load_api()
WITHOUT_BEHAVIOUR = [name for name in API.actions if name not in HANDLERS]
EMPTY: dict[str, Any] = {"int64": 0, "uint64": 0, "string": "", "bool": False, "float": 0, "list": []}


def least(api: Api, shape: Shape) -> dict[str, Any]:
    """The least that fits a shape: what is required, and of that the least that is documented."""
    return {name: least_of(api, shape.members[name]) for name in shape.required}


def least_of(api: Api, member: Member) -> Any:
    if member.type == "object":
        return least(api, api.shapes[member.of])
    if member.enum and member.type != "list":
        return member.enum[0]
    return EMPTY[member.type] if member.minimum is None else member.minimum


def test_79_actions_have_no_behaviour_yet() -> None:
    assert len(WITHOUT_BEHAVIOUR) == 79


@pytest.mark.parametrize("action", WITHOUT_BEHAVIOUR)
def test_an_action_without_behaviour_is_no_answer_of_the_service(endpoint: Endpoint, action: str) -> None:
    draft = Draft(params=least(API, API.actions[action].input)).with_headers({"x-tc-action": action})
    with pytest.raises(NotSupportedByFake, match=f"ccc-mock knows the parameters of {action} but not what it does"):
        endpoint.handle(draft.request())


@pytest.mark.parametrize("action", [name for name in WITHOUT_BEHAVIOUR if API.actions[name].input.required])
def test_an_action_without_behaviour_has_its_parameters_checked(endpoint: Endpoint, action: str) -> None:
    required = API.actions[action].input.required
    draft = Draft(params={}).with_headers({"x-tc-action": action})
    assert f"`{required[0]}`" in refused(endpoint, draft.request()).message


# The official SDKs wrap every Exception in their own, which a test could take for an answer.
def test_not_supported_is_no_exception_that_a_client_catches() -> None:
    assert issubclass(NotSupportedByFake, BaseException)
    assert not issubclass(NotSupportedByFake, Exception)


def test_an_exchange_without_an_answer_is_a_501_in_plain_text_and_in_the_journal(endpoint: Endpoint) -> None:
    draft = Draft(params={"SdkAppId": 1}).with_headers({"x-tc-action": "DescribeCallInMetrics"})
    exchange = endpoint.exchange(draft.request())
    assert exchange.reply.status == 501
    assert dict(exchange.reply.headers)[b"Content-Type"] == b"text/plain"
    assert b"DescribeCallInMetrics" in exchange.reply.body
    entry = newest(endpoint)
    assert (entry.verdict, entry.stage, entry.check, entry.status) == ("not-supported", "execute", "behaviour", 501)
    assert entry.why == str(exchange.unsupported)


def test_a_handler_that_fails_is_not_taken_for_a_refusal() -> None:
    def broken(world: object, params: object) -> dict[str, Any]:
        raise ZeroDivisionError

    endpoint = Endpoint(clock=Clock(at=NOW), handlers={ANSWERED: broken})
    with pytest.raises(ZeroDivisionError):
        endpoint.handle(Draft().request())


def test_a_handler_refuses_with_an_error_of_its_action() -> None:
    def refusing(world: object, params: object) -> dict[str, Any]:
        raise ApiError("FailedOperation.CallOutFailed", "No line.")

    endpoint = Endpoint(clock=Clock(at=NOW), handlers={ANSWERED: refusing})
    assert refused(endpoint, Draft().request()).code == "FailedOperation.CallOutFailed"
    assert newest(endpoint).sub_account == endpoint.accounts.default.grants[0].sub_account


# --- what the journal keeps of a signature that does not match -----------------------------------------------------


def test_on_a_mismatch_the_journal_keeps_the_steps_that_the_client_can_compare(endpoint: Endpoint) -> None:
    draft = Draft().with_headers({"x-tc-language": "zh-CN"})
    endpoint.handle(draft.but(secret_key="another-key").request())
    entry = newest(endpoint)
    assert entry.canonical_request == draft.steps.canonical_request
    assert entry.string_to_sign == draft.steps.string_to_sign


def test_on_a_mismatch_in_capitals_the_steps_are_those_of_the_rule() -> None:
    endpoint = endpoint_for(Settings(capitals_may_be_signed_as_sent=False))
    endpoint.handle(CAPITALS.request())
    assert newest(endpoint).canonical_request == CAPITALS.but(lower=True).steps.canonical_request


@pytest.mark.parametrize(
    "draft",
    [Draft(), Draft(secret_id="AKID-nobody"), TOKENED, Draft(params={})],
    ids=["success", "no such id", "wrong token", "missing parameter"],
)
def test_where_no_signature_fails_no_steps_are_kept(endpoint: Endpoint, draft: Draft) -> None:
    endpoint.handle(draft.request())
    entry = newest(endpoint)
    assert (entry.canonical_request, entry.string_to_sign) == (b"", b"")
    assert "canonical_request" not in entry.as_json(endpoint.redaction, "1")


def test_the_right_signature_is_told_to_nobody(endpoint: Endpoint) -> None:
    draft = Draft(signed=(*oracle.OBLIGATORY, "x-tc-token")).with_headers({"x-tc-token": "canary-token"})
    wrong = draft.but(secret_key="another-key")
    reply = endpoint.handle(wrong.request())
    shown = json.dumps(newest(endpoint).as_json(endpoint.redaction, "1"))
    assert "canonical_request" in shown
    for secret in (draft.steps.signature, wrong.steps.signature, DEFAULT_CREDENTIAL.secret_key, "canary-token"):
        assert secret not in shown
        assert secret.encode() not in reply.body


STRANGE_BODIES = {
    "deep": b'{"a":%b%b}' % (b"[" * 900, b"]" * 900),
    "deep in a secret": b'{"APIKey":%b%b}' % (b"[" * 900, b"]" * 900),
    "too deep": DEEP,
    "NaN": b'{"a":NaN}',
    "infinite": b'{"a":-Infinity}',
    "a number beyond every float": b'{"a":1e999}',
    "half a surrogate pair": b'{"a":"\\ud800"}',
    "bytes": bytes(range(256)),
}


@pytest.mark.parametrize("case", STRANGE_BODIES)
def test_whatever_was_sent_can_be_shown_as_json(endpoint: Endpoint, case: str) -> None:
    endpoint.handle(Draft(body=STRANGE_BODIES[case]).request())
    assert json.dumps(newest(endpoint).as_json(endpoint.redaction, "1"), allow_nan=False)


# --- who proved to be whom -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("draft", "proven"),
    [
        (Draft(), True),
        (Draft(params={}), True),
        (Draft(secret_key="another-key"), False),
        (TOKENED, False),
        (Draft().with_headers({"x-tc-version": "2019-01-01"}), False),
    ],
    ids=["success", "after the token", "wrong key", "wrong token", "before the look-up"],
)
def test_a_sub_account_stands_in_the_journal_once_it_is_proven(endpoint: Endpoint, draft: Draft, proven: bool) -> None:
    endpoint.handle(draft.request())
    first, *_ = endpoint.accounts.default.grants
    assert newest(endpoint).sub_account == (first.sub_account if proven else "")
