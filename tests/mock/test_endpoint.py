"""The endpoint: what it answers, what it refuses and how it says so, and where it has no answer."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
import uuid
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import oracle
from captures import TC3, Captured, captured
from ccc_contract import ApiError, Request, load_api
from ccc_contract.envelope import decode
from ccc_contract.model import Api, Shape
from ccc_mock import DEFAULT_CREDENTIAL, Clock, Credential, Endpoint, NotSupportedByFake, Settings
from ccc_mock.journal import Entry
from ccc_mock.stages import STAGES
from drafts import FORM, NOW, TEMPORARY, Draft, as_request

CODES_OF = {(stage.name, check.name): check.codes for stage in STAGES for check in stage.checks}
ANSWERED = "CreateAIAgentCall"
"""The one action that has behaviour."""


def newest(endpoint: Endpoint) -> Entry:
    """The last exchange of the default account."""
    return endpoint.accounts.default.journal.page().entries[-1]


def session_id(endpoint: Endpoint, request: Request) -> str:
    """Of a success."""
    result, _ = decode(endpoint.handle(request).body)
    return str(result["SessionId"])


def refused(endpoint: Endpoint, request: Request) -> ApiError:
    with pytest.raises(ApiError) as caught:
        decode(endpoint.handle(request).body)
    return caught.value


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
    now = str(int(endpoint.accounts.default.clock.now()))
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


# --- official clients ----------------------------------------------------------------------------------------------

POSTS = captured(TC3, http_method="POST")
SKIPPED = captured("SKIP")
NOT_JUDGED_YET = captured("HmacSHA1", "HmacSHA256") + captured(TC3, http_method="GET")


def name_of(capture: Captured) -> str:
    return capture.name


def endpoint_of(capture: Captured) -> Endpoint:
    """A fake that knows the capture's credential, at the moment of the capture."""
    known = capture.known
    credential = Credential(known["secret_id"], known["secret_key"], known["token"])
    return Endpoint(credentials=[credential], clock=Clock(at=known["timestamp"] or NOW))


def test_there_are_110_posts_12_unsigned_and_178_of_other_forms() -> None:
    assert (len(POSTS), len(SKIPPED), len(NOT_JUDGED_YET)) == (110, 12, 178)
    assert {capture.known["hostform"] for capture in POSTS} == {"ip", "name", "prod"}
    assert {capture.known["token"] is None for capture in POSTS} == {True, False}
    assert any(capture.known["content_sha256_header"] for capture in POSTS)


@pytest.mark.parametrize("capture", POSTS, ids=name_of)
def test_what_an_official_client_sent_succeeds(capture: Captured) -> None:
    endpoint = endpoint_of(capture)
    assert session_id(endpoint, as_request(capture.pieces))
    entry = newest(endpoint)
    assert entry.params == capture.known["params"]
    assert (entry.action, entry.at) == (capture.known["action"], capture.known["timestamp"])


@pytest.mark.parametrize("capture", POSTS, ids=name_of)
def test_what_an_official_client_sent_is_refused_under_another_key(capture: Captured) -> None:
    endpoint = endpoint_of(capture)
    (grant,) = endpoint.accounts.default.grants
    grant.credential = dataclasses.replace(grant.credential, secret_key="another-key")
    assert refused(endpoint, as_request(capture.pieces)).code == "AuthFailure.SignatureFailure"


@pytest.mark.parametrize("capture", SKIPPED, ids=name_of)
def test_a_request_that_skips_its_signature_is_refused(capture: Captured) -> None:
    error = refused(endpoint_of(capture), as_request(capture.pieces))
    assert error.code == "AuthFailure.InvalidAuthorization"


@pytest.mark.parametrize("capture", NOT_JUDGED_YET, ids=name_of)
def test_a_form_that_is_not_judged_yet_is_no_answer_of_the_service(capture: Captured) -> None:
    endpoint = endpoint_of(capture)
    with pytest.raises(NotSupportedByFake, match="ccc-mock does not"):
        endpoint.handle(as_request(capture.pieces))
    assert newest(endpoint).verdict == "not-supported"


# --- refusals ------------------------------------------------------------------------------------------------------


class Refusal(NamedTuple):
    """A request, the code it gets, and what the message carries in both languages."""

    draft: Draft
    code: str
    carries: tuple[str, ...] = ()
    settings: Settings = Settings()


NOTHING_BUT_THE_FACT = ("AuthFailure.SignatureFailure", "AuthFailure.SecretIdNotFound", "AuthFailure.TokenFailure")

INVALID = "AuthFailure.InvalidAuthorization"
EXPIRED = "AuthFailure.SignatureExpire"
SIGNATURE = "AuthFailure.SignatureFailure"
NOT_FOUND = "AuthFailure.SecretIdNotFound"
TOKEN = "AuthFailure.TokenFailure"
NO_JSON = ("JSON", "content-type=application/json")
DEEP = b'{"SdkAppId":' + b"[" * 100_000 + b"]" * 100_000 + b"}"

VALID_DRAFT = Draft()


def sent(draft: Draft = VALID_DRAFT, **headers: str) -> Draft:
    """With these headers."""
    return draft.with_headers({name.replace("_", "-"): value for name, value in headers.items()})


def asked(**params: Any) -> Draft:
    """With these parameters."""
    return Draft().with_params(params)


REFUSALS: dict[str, Refusal] = {
    "method": Refusal(Draft(method="PUT"), "UnsupportedProtocol", ("`PUT`",)),
    "method in lower case": Refusal(Draft(method="post"), "UnsupportedProtocol", ("`post`",)),
    "another product's host": Refusal(Draft(host="cvm.tencentcloudapi.com"), "NoSuchProduct", ("cvm.",)),
    "too big": Refusal(Draft(trailing_blanks=99), "RequestSizeLimitExceeded", ("99",), Settings(max_body_bytes=99)),
    "bare word in the query": Refusal(
        sent(Draft(method="GET", query=b"A=1&bare"), content_type=FORM), "InvalidParameter", ("`=`",)),
    "no action": Refusal(Draft().without_header("x-tc-action"), "MissingParameter", ("header", "`X-TC-Action`")),
    "no timestamp": Refusal(
        Draft().without_header("x-tc-timestamp"), "MissingParameter", ("header", "`X-TC-Timestamp`")),
    "no version": Refusal(Draft().without_header("x-tc-version"), "MissingParameter", ("header", "`X-TC-Version`")),
    "another scheme": Refusal(Draft(authorization=b"Bearer abc"), INVALID, ("`Authorization`", "`Algorithm`")),
    "an empty authorization": Refusal(Draft(authorization=b""), INVALID, ("`Authorization`", "`Algorithm`")),
    "no credential": Refusal(Draft(authorization=b"TC3-HMAC-SHA256 abc"), INVALID, ("`Authorization`", "`Credential`")),
    "host not signed": Refusal(
        Draft(signed=("content-type",)), INVALID, ("`Authorization`", "`SignedHeaders`", "`host`")),
    "content type not signed": Refusal(
        Draft(signed=("host",)), INVALID, ("`Authorization`", "`SignedHeaders`", "`content-type`")),
    "signed header not sent": Refusal(
        Draft(signed=("content-type", "host", "x-mine")), INVALID, ("`Authorization`", "`x-mine`")),
    "no content type": Refusal(Draft().without_header("content-type"), INVALID, ("`Authorization`", "`content-type`")),
    "another terminator": Refusal(
        Draft(terminator="tc4_request"), INVALID, ("`Authorization`", "`Terminator`", "Credential")),
    "another service": Refusal(Draft(service="cvm"), INVALID, ("`Authorization`", "`Service`", "Credential")),
    "a timestamp that is no number": Refusal(
        sent(x_tc_timestamp="soon"), "InvalidParameter", ("`X-TC-Timestamp`", "`uint64`")),
    "a negative timestamp": Refusal(
        sent(x_tc_timestamp="-1"), "InvalidParameter", ("`X-TC-Timestamp`", "`uint64`")),
    "a timestamp with a fraction": Refusal(
        sent(x_tc_timestamp=f"{NOW}.0"), "InvalidParameter", ("`X-TC-Timestamp`", "`uint64`")),
    "too old": Refusal(sent(x_tc_timestamp=str(NOW - 301)), EXPIRED, ("`Timestamp`", str(NOW))),
    "too new": Refusal(sent(x_tc_timestamp=str(NOW + 301)), EXPIRED, ("`Timestamp`", str(NOW))),
    "in milliseconds": Refusal(
        sent(Draft(date="2026-11-22"), x_tc_timestamp=f"{NOW}000"), EXPIRED, ("`Timestamp`", str(NOW))),
    "in nanoseconds": Refusal(
        sent(Draft(date="2026-11-22"), x_tc_timestamp=f"{NOW}000000000"), EXPIRED, ("`Timestamp`", str(NOW))),
    "another version": Refusal(
        sent(x_tc_version="2019-01-01"), "NoSuchVersion", ("version=`2019-01-01`", "service=`ccc`")),
    "another action": Refusal(
        sent(x_tc_action="CreateCal"), "InvalidAction",
        ("action=`CreateCal`", "service=`ccc`", "version=`2020-02-10`")),
    "an action by its case": Refusal(
        sent(x_tc_action="createAIAgentCall"), "InvalidAction", ("action=`createAIAgentCall`",)),
    "text": Refusal(
        sent(content_type="text/plain"), "UnsupportedProtocol", ("Content-Type=`text/plain`",)),
    "multipart": Refusal(
        sent(content_type="multipart/form-data; boundary=abc"), "UnsupportedProtocol",
        ("not support Content-Type=`multipart/form-data`",)),
    "a form with a newer signature": Refusal(
        sent(content_type=FORM), "UnsupportedProtocol", (f"Content-Type=`{FORM}`",)),
    "another charset": Refusal(
        sent(content_type="application/json; charset=gbk"), "UnsupportedProtocol", ("application/json",)),
    "unknown id": Refusal(Draft(secret_id="AKID-nobody"), NOT_FOUND, ("SecretId",)),
    # A stray blank is among the documented causes of this code (doc-common-errors).
    "a blank after the id": Refusal(Draft(secret_id=DEFAULT_CREDENTIAL.secret_id + " "), NOT_FOUND, ("SecretId",)),
    "an ideographic blank after the id": Refusal(
        Draft(secret_id=DEFAULT_CREDENTIAL.secret_id + "\u3000"), NOT_FOUND, ("SecretId",)),
    "another key": Refusal(Draft(secret_key="another-key"), SIGNATURE),
    "another day": Refusal(Draft(date="2026-11-23"), SIGNATURE),
    "only the header names another day": Refusal(
        Draft(authorization=oracle.authorization(
            DEFAULT_CREDENTIAL.secret_id, Draft().steps.signature,
            date="2026-11-21", service="ccc", signed=oracle.OBLIGATORY, terminator="tc3_request",
        )), SIGNATURE),
    "a signature cut short": Refusal(
        Draft(authorization=oracle.authorization(
            DEFAULT_CREDENTIAL.secret_id, Draft().steps.signature[:-1],
            date="2026-11-22", service="ccc", signed=oracle.OBLIGATORY, terminator="tc3_request",
        )), SIGNATURE),
    "a wrong digest": Refusal(
        sent(x_tc_content_sha256="0" * 64), "InvalidParameterValue", ("`X-TC-Content-SHA256`",)),
    "a wrong token": Refusal(
        sent(Draft().by(TEMPORARY), x_tc_token=f"{TEMPORARY.token}err"), TOKEN),
    "a token cut short": Refusal(sent(Draft().by(TEMPORARY), x_tc_token=(TEMPORARY.token or "")[:-1]), TOKEN),
    "no token": Refusal(Draft().by(TEMPORARY), TOKEN),
    "a token beside a permanent key": Refusal(sent(x_tc_token="a"), TOKEN),
    "an empty body": Refusal(Draft(body=b""), "InvalidParameter", NO_JSON),
    "a body of two quotes": Refusal(Draft(body=b'""'), "InvalidParameter", NO_JSON),
    "a list": Refusal(Draft(body=b"[]"), "InvalidParameter", NO_JSON),
    "a number": Refusal(Draft(body=b"1"), "InvalidParameter", NO_JSON),
    "null": Refusal(Draft(body=b"null"), "InvalidParameter", NO_JSON),
    "cut short": Refusal(Draft(body=b'{"SdkAppId":1'), "InvalidParameter", NO_JSON),
    "a byte order mark": Refusal(Draft(body=b"\xef\xbb\xbf{}"), "InvalidParameter", NO_JSON),
    "no UTF-8": Refusal(Draft(body=b'{"Callee":"\xff"}'), "InvalidParameter", NO_JSON),
    "UTF-16": Refusal(Draft(body="{}".encode("utf-16")), "InvalidParameter", NO_JSON),
    "NaN": Refusal(Draft(body=b'{"SdkAppId":NaN}'), "InvalidParameter", NO_JSON),
    "a number beyond every float": Refusal(Draft(body=b'{"SdkAppId":1e999}'), "InvalidParameter", NO_JSON),
    "too many digits": Refusal(Draft(body=b'{"SdkAppId":%b}' % (b"9" * 5000)), "InvalidParameter", NO_JSON),
    "too deep": Refusal(Draft(body=DEEP), "InvalidParameter", NO_JSON),
    "a form": Refusal(Draft(body=b"SdkAppId=1&AIAgentId=1"), "InvalidParameter", NO_JSON),
    "missing": Refusal(Draft().without_param("Callee"), "MissingParameter", ("`Callee`",)),
    "null for a required one": Refusal(asked(Callee=None), "MissingParameter", ("`Callee`",)),
    "no parameters": Refusal(Draft(params={}), "MissingParameter", ("`SdkAppId`",)),
    "missing inside": Refusal(
        asked(Variables=[{"Key": "a", "Value": ""}, {"Key": "b"}]), "MissingParameter", ("`Variables.1.Value`",)),
    "unknown": Refusal(asked(Calle="1"), "UnknownParameter", ("`Calle`",)),
    "unknown by its case": Refusal(asked(callee="1"), "UnknownParameter", ("`callee`",)),
    "unknown inside": Refusal(
        asked(Variables=[{"Key": "a", "Value": "", "Kind": 1}]), "UnknownParameter", ("`Variables.0.Kind`",)),
    "text for a number": Refusal(asked(SdkAppId="1"), "InvalidParameter", ("`SdkAppId`", "`int64`")),
    "number for a text": Refusal(asked(Callee=110), "InvalidParameter", ("`Callee`", "`string`")),
    "a negative id": Refusal(asked(AIAgentId=-1), "InvalidParameter", ("`AIAgentId`", "`uint64`")),
    "text for a list": Refusal(asked(Callers="1"), "InvalidParameter", ("`Callers`", "`list`")),
    "number in a list": Refusal(asked(Callers=["1", 2]), "InvalidParameter", ("`Callers.1`", "`string`")),
    "type inside": Refusal(
        asked(Variables=[{"Key": "a", "Value": 1}]), "InvalidParameter", ("`Variables.0.Value`", "`string`")),
}  # fmt: skip


def endpoint_for(settings: Settings) -> Endpoint:
    return Endpoint(credentials=(DEFAULT_CREDENTIAL, TEMPORARY), clock=Clock(at=NOW), settings=settings)


@pytest.mark.parametrize("language", ["en-US", "zh-CN"])
@pytest.mark.parametrize("case", REFUSALS)
def test_a_refusal_has_its_code_and_carries_what_integrators_search_for(case: str, language: str) -> None:
    refusal = REFUSALS[case]
    endpoint = endpoint_for(refusal.settings)
    error = refused(endpoint, refusal.draft.with_headers({"x-tc-language": language}).request())
    assert error.code == refusal.code
    for carried in refusal.carries:
        assert carried in error.message
    if error.code in NOTHING_BUT_THE_FACT:
        assert "`" not in error.message
    entry = newest(endpoint)
    assert error.code in CODES_OF[entry.stage, entry.check]
    assert (entry.verdict, entry.why) == (error.code, error.message)


@pytest.mark.parametrize("case", REFUSALS)
def test_a_refusal_is_told_in_the_language_asked_for(case: str) -> None:
    refusal = REFUSALS[case]
    messages = [
        refused(endpoint_for(refusal.settings), draft.request()).message
        for draft in (refusal.draft, *(refusal.draft.with_headers({"x-tc-language": tag}) for tag in LANGUAGES))
    ]
    without, english, chinese, unknown = messages
    assert without == english == unknown
    assert english.isascii()
    # English in both languages (sdk-vendor-tests).
    assert (chinese == english) == ("Content-Type=" in english)
    assert chinese.isascii() == ("Content-Type=" in english)


LANGUAGES = ("en-US", "zh-CN", "de-DE")


def test_every_check_that_refuses_has_a_case_here() -> None:
    decided = set()
    for refusal in REFUSALS.values():
        endpoint = endpoint_for(refusal.settings)
        endpoint.handle(refusal.draft.request())
        decided.add((newest(endpoint).stage, newest(endpoint).check))
    assert decided >= {place for place, codes in CODES_OF.items() if codes}


@pytest.mark.parametrize("length", [150, 1_000, 1_000_000])
def test_a_message_repeats_only_the_beginning_of_what_is_long(endpoint: Endpoint, length: int) -> None:
    message = refused(endpoint, Draft().with_params({"x" * length: 1}).request()).message
    assert "`xxxxxxxx" in message
    assert len(message) < 300


def test_a_message_repeats_no_control_characters(endpoint: Endpoint) -> None:
    message = refused(endpoint, Draft().with_params({"\x1b[2J\r\n\u202e`{name}": 1}).request()).message
    assert "`?[2J???`{name}`" in message


# --- parameters, by one mutation of valid ones ---------------------------------------------------------------------

VALID = {
    "SdkAppId": st.integers(-(2**63), 2**63 - 1),
    "AIAgentId": st.integers(0, 2**64 - 1),
    "Callee": st.text(max_size=20),
    "Callers": st.lists(st.text(max_size=5), max_size=3),
    "Variables": st.lists(
        st.fixed_dictionaries({"Key": st.text(max_size=5), "Value": st.text(max_size=5)}), max_size=3
    ),
    "MaxRingTimeoutSecond": st.integers(-(2**63), 2**63 - 1),
}
REQUIRED = ("SdkAppId", "AIAgentId", "Callee")
valid_params = st.fixed_dictionaries(
    {name: VALID[name] for name in REQUIRED},
    optional={name: strategy for name, strategy in VALID.items() if name not in REQUIRED},
)


@given(valid_params)
def test_valid_parameters_place_a_call_and_stand_in_the_journal(params: dict[str, Any]) -> None:
    endpoint = endpoint_for(Settings())
    assert session_id(endpoint, Draft(params=params).request())
    assert newest(endpoint).params == params


@settings(max_examples=60)
@given(valid_params, st.sampled_from(REQUIRED), st.sampled_from(["missing", "unknown", "type"]))
def test_one_mutation_of_valid_parameters_is_refused_by_its_name(params: dict[str, Any], name: str, rule: str) -> None:
    if rule == "missing":
        code = "MissingParameter"
        del params[name]
    elif rule == "unknown":
        code, name = "UnknownParameter", f"{name}s"
        params[name] = ""
    else:
        code = "InvalidParameter"
        params[name] = [params[name]]
    error = refused(endpoint_for(Settings()), Draft(params=params).request())
    assert error.code == code
    assert f"`{name}`" in error.message


# --- settings ------------------------------------------------------------------------------------------------------


def outcome(settings: Settings, draft: Draft) -> str:
    """`ok`, the form of the SessionId, or the code."""
    return endpoint_for(settings).exchange(draft.request()).verdict


OLD = Draft().with_headers({"x-tc-timestamp": str(NOW - 301)})
SOON = Draft().with_headers({"x-tc-timestamp": "soon"})
TOKENED = Draft().with_headers({"x-tc-token": "a"})
CAPITALS = Draft(host="CCC.Tencentcloudapi.com", lower=False)

# setting → (another value, a request, its verdict by default, its verdict then)
TURNED: dict[str, tuple[Any, Draft, str, str]] = {
    "skew_seconds": (301, OLD, EXPIRED, "ok"),
    "max_body_bytes": (100, Draft(), "ok", "RequestSizeLimitExceeded"),
    "timestamp_not_a_number": (EXPIRED, SOON, "InvalidParameter", EXPIRED),
    "temporary_key_without_token": (NOT_FOUND, Draft().by(TEMPORARY), TOKEN, NOT_FOUND),
    "permanent_key_with_token": ("ok", TOKENED, TOKEN, "ok"),
    "capitals_may_be_signed_as_sent": (False, CAPITALS, "ok", SIGNATURE),
}


@pytest.mark.parametrize("name", TURNED)
def test_a_setting_changes_the_verdict_that_it_names(name: str) -> None:
    value, draft, by_default, then = TURNED[name]
    assert outcome(Settings(), draft) == by_default
    assert outcome(Settings(**{name: value}), draft) == then


@pytest.mark.parametrize("name", TURNED)
def test_a_setting_turned_refuses_with_codes_that_its_check_lists(name: str) -> None:
    value, draft, _, then = TURNED[name]
    exchange = endpoint_for(Settings(**{name: value})).exchange(draft.request())
    assert then in ("ok", *CODES_OF[exchange.stage, exchange.check])


@pytest.mark.parametrize(("form", "length"), [("dashed", 36), ("dashless", 32)])
def test_a_session_id_is_a_version_4_uuid_in_the_form_that_is_set(form: str, length: int) -> None:
    text = session_id(endpoint_for(Settings(session_id=form)), Draft().request())
    assert len(text) == length
    assert text == (str(uuid.UUID(text)) if form == "dashed" else uuid.UUID(text).hex)
    assert uuid.UUID(text).version == 4


def test_every_setting_is_turned_here() -> None:
    assert {each.name for each in dataclasses.fields(Settings)} == {*TURNED, "session_id"}


def test_an_expired_message_carries_the_skew_that_is_set() -> None:
    assert "more than 10 seconds" in refused(endpoint_for(Settings(skew_seconds=10)), OLD.request()).message


# --- where the fake has no answer ----------------------------------------------------------------------------------

API = load_api()
WITHOUT_BEHAVIOUR = [name for name in API.actions if name != ANSWERED]
EMPTY: dict[str, Any] = {"int64": 0, "uint64": 0, "string": "", "bool": False, "float": 0, "list": []}


def least(api: Api, shape: Shape) -> dict[str, Any]:
    """The least that fits a shape: what is required, and of that the least."""
    return {
        name: least(api, api.shapes[shape.members[name].of])
        if shape.members[name].type == "object"
        else EMPTY[shape.members[name].type]
        for name in shape.required
    }


def test_83_actions_have_no_behaviour_yet() -> None:
    assert len(WITHOUT_BEHAVIOUR) == 83


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
    draft = Draft(params={"SdkAppId": 1}).with_headers({"x-tc-action": "DescribeNumbers"})
    exchange = endpoint.exchange(draft.request())
    assert exchange.reply.status == 501
    assert dict(exchange.reply.headers)[b"Content-Type"] == b"text/plain"
    assert b"DescribeNumbers" in exchange.reply.body
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
    first, _ = endpoint.accounts.default.grants
    assert newest(endpoint).sub_account == (first.sub_account if proven else "")
