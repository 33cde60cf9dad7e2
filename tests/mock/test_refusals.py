"""Every refusal: its code, what its sentence carries in both languages, and the check that decides."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import oracle
from answers import (
    CODES_OF,
    EXPIRED,
    INVALID,
    NOT_FOUND,
    PARAMETER,
    SIGNATURE,
    TOKEN,
    VALUE,
    endpoint_for,
    newest,
    refused,
    session_id,
)
from ccc_mock import DEFAULT_CREDENTIAL, Endpoint, Settings
from drafts import DEEP, ENDED, EXAMPLE, FORM, NOW, TEMPORARY, Draft
from older import OlderDraft, get_draft


class Refusal(NamedTuple):
    """A request, the code it gets, and what the message carries in both languages."""

    draft: Draft | OlderDraft
    code: str
    carries: tuple[str, ...] = ()
    settings: Settings = Settings()


NOTHING_BUT_THE_FACT = ("AuthFailure.SignatureFailure", "AuthFailure.SecretIdNotFound", "AuthFailure.TokenFailure")

NO_JSON = ("JSON", "content-type=application/json")

VALID_DRAFT = Draft()


def sent(draft: Draft = VALID_DRAFT, **headers: str) -> Draft:
    """With these headers."""
    return draft.with_headers({name.replace("_", "-"): value for name, value in headers.items()})


def asked(**params: Any) -> Draft:
    """With these parameters."""
    return Draft().with_params(params)


def older(**common: str) -> OlderDraft:
    """In the older scheme, with these common parameters."""
    return OlderDraft().with_common(**common)


def in_language(draft: Draft | OlderDraft, tag: str) -> Draft | OlderDraft:
    """Asking for its answer in that language."""
    if isinstance(draft, OlderDraft):
        return draft.with_common(Language=tag)
    return draft.with_headers({"x-tc-language": tag})


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
    "an octet stream": Refusal(
        sent(content_type="application/octet-stream"), "UnsupportedProtocol",
        ("not support Content-Type=`application/octet-stream`",)),
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
    "out of range": Refusal(asked(AcquireTimeoutSecond=6), "InvalidParameterValue", ("`AcquireTimeoutSecond`", "5")),
    "an expired token": Refusal(
        Draft().by(ENDED).with_headers({"x-tc-token": ENDED.token or ""}), TOKEN),
    "too many values": Refusal(Draft(), "InvalidParameter", NO_JSON, Settings(max_values=7)),
    "type inside": Refusal(
        asked(Variables=[{"Key": "a", "Value": 1}]), "InvalidParameter", ("`Variables.0.Value`", "`string`")),
    # The query of a GET, newer scheme.
    "a repeated key": Refusal(get_draft(pairs=[("Callee", "1"), ("Callee", "1")]), PARAMETER, ("`Callee`",)),
    "an empty key": Refusal(get_draft(pairs=[("", "1")]), PARAMETER),
    "a query that is too large": Refusal(
        get_draft({"Callee": "1" * 33_000}), SIGNATURE, ("`TC3-HMAC-SHA256`",)),
    "a query with another key": Refusal(get_draft().but(secret_key="another-key"), SIGNATURE),
    "a GET with JSON": Refusal(
        sent(Draft(method="GET")), "UnsupportedProtocol", ("Content-Type=`application/json`",)),
    "common parameters in the query of a newer GET": Refusal(
        get_draft({**EXAMPLE, "Region": "a"}), "UnknownParameter", ("`Region`",)),
    "a gap in an array": Refusal(
        get_draft(pairs=[("Callers.0", "1"), ("Callers.2", "1")]), PARAMETER, ("`Callers`", "0")),
    "no UTF-8 in a query": Refusal(get_draft(pairs=[("Callee", b"\xff")]), PARAMETER, ("`Callee`", "UTF-8")),
    "a query that is too deep": Refusal(get_draft(pairs=[("Variables" + ".0" * 9_000, "1")]), PARAMETER),
    "an object as text": Refusal(
        sent(get_draft({"SdkAppId": 1, "SessionId": "a", "Command": "ServerPushText", "ServerPushText": "{}"}),
             x_tc_action="ControlAIConversation"), PARAMETER, ("`ServerPushText`", "json")),
    "text for a number in a query": Refusal(
        get_draft({**EXAMPLE, "SdkAppId": "1.0"}), PARAMETER, ("`SdkAppId`", "`int64`")),
    "too many pairs": Refusal(
        get_draft(), PARAMETER, (" 2 ",), Settings(max_pairs=2)),
    # The older scheme.
    "no nonce": Refusal(OlderDraft().without_common("Nonce"), "MissingParameter", ("`Nonce`",)),
    "no id": Refusal(OlderDraft(secret_id=None), "MissingParameter", ("`SecretId`",)),
    "an empty signature": Refusal(OlderDraft(signature=""), "MissingParameter", ("`Signature`",)),
    "no action in a form": Refusal(
        OlderDraft(method="POST").without_common("Action"), "MissingParameter", ("`Action`",)),
    "an older timestamp that is no number": Refusal(older(Timestamp="now"), PARAMETER, ("`Timestamp`", "`uint64`")),
    "a nonce that is no number": Refusal(older(Nonce="abc"), PARAMETER, ("`Nonce`", "`uint64`")),
    "an older timestamp that is too old": Refusal(
        older(Timestamp=str(NOW - 301)), EXPIRED, ("`Timestamp`", str(NOW))),
    "an unknown method of signing, judged": Refusal(
        OlderDraft(signature_method="HmacMD5"), VALUE, ("`SignatureMethod`",), Settings(common_values_are_judged=True)),
    "another older version": Refusal(older(Version="2017-03-12"), "NoSuchVersion", ("version=`2017-03-12`",)),
    "another older action": Refusal(older(Action="CreateCal"), "InvalidAction", ("action=`CreateCal`",)),
    "an unknown id in the older scheme": Refusal(OlderDraft(secret_id="AKID-nobody"), NOT_FOUND),
    "an older signature by another key": Refusal(OlderDraft(secret_key="another-key"), SIGNATURE),
    "a plus sign that was not encoded": Refusal(OlderDraft(signature="EliP9YW3pW28FpsEdkXt/+WcGeI="), SIGNATURE),
    "brackets, as PHP sends them": Refusal(
        OlderDraft(pairs=[("Callers[0]", "1")], key_as_signed=lambda key: key.removesuffix(b"[0]")), SIGNATURE),
    "a form that is too large": Refusal(
        OlderDraft(method="POST").with_params({"Callee": "1" * 1_048_576}), SIGNATURE, ("`TC3-HMAC-SHA256`",)),
    "a form that is much too large": Refusal(
        OlderDraft(method="POST", appended=b"&a" * 5_500_000), "RequestSizeLimitExceeded", ("10485760",)),
    "a wrong older token": Refusal(OlderDraft().by(TEMPORARY).with_common(Token="a"), TOKEN),
    "no older token": Refusal(OlderDraft().by(TEMPORARY), TOKEN),
    "an older token beside a permanent key": Refusal(older(Token="a"), TOKEN),
    "an older token that has ended": Refusal(OlderDraft().by(ENDED).with_common(Token=ENDED.token or ""), TOKEN),
    "missing in the older scheme": Refusal(
        OlderDraft().without_param("Callee"), "MissingParameter", ("`Callee`",)),
    "unknown in the older scheme": Refusal(
        OlderDraft().with_params({"Calle": "1"}), "UnknownParameter", ("`Calle`",)),
    "out of range in the older scheme": Refusal(
        OlderDraft().with_params({"AcquireTimeoutSecond": 6}), VALUE, ("`AcquireTimeoutSecond`", "5")),
}  # fmt: skip


@pytest.mark.parametrize("language", ["en-US", "zh-CN"])
@pytest.mark.parametrize("case", REFUSALS)
def test_a_refusal_has_its_code_and_carries_what_integrators_search_for(case: str, language: str) -> None:
    refusal = REFUSALS[case]
    endpoint = endpoint_for(refusal.settings)
    error = refused(endpoint, in_language(refusal.draft, language).request())
    assert error.code == refusal.code
    for carried in refusal.carries:
        assert carried in error.message
    if error.code in NOTHING_BUT_THE_FACT and not refusal.carries:
        assert "`" not in error.message
    entry = newest(endpoint)
    assert error.code in CODES_OF[entry.stage, entry.check]
    assert (entry.verdict, entry.why) == (error.code, error.message)


@pytest.mark.parametrize("case", REFUSALS)
def test_a_refusal_is_told_in_the_language_asked_for(case: str) -> None:
    refusal = REFUSALS[case]
    messages = [
        refused(endpoint_for(refusal.settings), draft.request()).message
        for draft in (refusal.draft, *(in_language(refusal.draft, tag) for tag in LANGUAGES))
    ]
    without, english, chinese = messages
    assert without == english
    assert english.isascii()
    # English in both languages (sdk-vendor-tests).
    assert (chinese == english) == ("Content-Type=" in english)
    assert chinese.isascii() == ("Content-Type=" in english)


LANGUAGES = ("en-US", "zh-CN")


@pytest.mark.parametrize("draft", [Draft(params={}), OlderDraft(params={})], ids=["newer", "older"])
@pytest.mark.parametrize("tag", ["de-DE", "zh", "ZH-CN", ""])
def test_any_other_language_is_english(draft: Draft | OlderDraft, tag: str) -> None:
    assert refused(endpoint_for(), in_language(draft, tag).request()).message == "The parameter `SdkAppId` is missing."


# What cannot be read cannot ask for Chinese.
@pytest.mark.parametrize(
    "draft", [OlderDraft(text=b""), OlderDraft(method="POST", headers={"content-type": "text/plain"})]
)
def test_without_authorization_and_parameters_the_timestamp_is_missed(draft: OlderDraft) -> None:
    error = refused(endpoint_for(), draft.request())
    assert (error.code, error.message) == ("MissingParameter", "The parameter `Timestamp` is missing.")


@pytest.mark.parametrize("appended", [b"&bareword", b"&Callee=1", b"&=1"])
def test_a_malformed_query_is_told_in_the_language_that_it_asks_for(appended: bytes) -> None:
    draft = OlderDraft(appended=appended).with_common(Language="zh-CN")
    assert not refused(endpoint_for(), draft.request()).message.isascii()


def test_every_check_that_refuses_has_a_case_here() -> None:
    decided = set()
    for refusal in REFUSALS.values():
        endpoint = endpoint_for(refusal.settings)
        endpoint.handle(refusal.draft.request())
        decided.add((newest(endpoint).stage, newest(endpoint).check))
    decided |= {("admit", "rate"), ("admit", "permission")}  # test_limits.py, test_order.py
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
