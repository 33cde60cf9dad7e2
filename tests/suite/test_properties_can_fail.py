"""For each property there is a target that differs: one that cannot fail would tell nothing."""

from __future__ import annotations

import json
import re

import pytest

from ccc_contract.http import Request, Response
from ccc_contract.model import CONFIDENCES, VERSION
from ccc_contract.reading import load_api
from ccc_contract.suite import of_common, of_envelope, of_hostile, of_identity, of_languages, of_signature, of_sizes
from ccc_contract.suite.harmless import NOBODY
from ccc_contract.suite.judging import judge
from ccc_contract.suite.of_common import MISSING
from ccc_contract.suite.of_signature import EXPIRED, FAILURE, INVALID, NOT_FOUND, TOKEN
from ccc_contract.suite.of_sizes import MIB, TOO_LARGE
from ccc_contract.suite.property import Property
from ccc_contract.suite.showing import snippet
from ccc_contract.suite.spoiling import Sending
from suite_targets import HOST, Send, target_of
from wrong_targets import (
    When,
    Wrong,
    answering,
    asking,
    breaking,
    letting_in,
    refusing,
    telling,
    with_body,
    with_errors,
    with_fields,
    with_successes,
)

FAMILIES = (of_envelope, of_signature, of_identity, of_common, of_languages, of_sizes, of_hostile)
NOBODY_ID = NOBODY.secret_id.encode()


def _typed(content_type: bytes) -> Wrong:
    return answering(lambda was: Response(was.status, ((b"Content-Type", content_type),), was.body))


def _has(name: bytes) -> When:
    return lambda request: name in request.headers


def _claims(text: bytes) -> When:
    return lambda request: text in (request.headers.get(b"authorization") or b"")


def _says(text: bytes) -> When:
    return lambda request: text in request.query + request.body


def _is_not_pythons(request: Request) -> bool:
    return b"user-agent" not in request.headers and b"authorization" in request.headers


def _lacks(text: bytes) -> When:
    return lambda request: b"authorization" not in request.headers and not _says(text)(request)


def _all_of(request: Request) -> bytes:
    return request.query + request.body + b"".join(name for name, _ in request.headers.lines)


def _regards(name: bytes, only: bytes) -> When:
    """Is there such a header, with another value?"""
    return lambda request: request.headers.get(b"x-tc-" + name) not in (None, only)


def _with_a_version(request: Request) -> Request:
    return request if b"x-tc-version" in request.headers else Sending("X-TC-Version", VERSION.encode())(request)


def _with_an_action(request: Request) -> Request:
    named = re.search(rb"(?:^|&)Action=(\w+)", request.query)
    if named is None or b"authorization" not in request.headers:
        return request
    return Sending("X-TC-Action", named[1])(request)


def _longer(length: int) -> When:
    return lambda request: len(request.body) > length


def _is_an_empty_post(request: Request) -> bool:
    return request.method == "POST" and b"authorization" in request.headers and not request.body.strip()


def _telling_the_key(answer: Send) -> Send:
    """Every refusal has the key of the account that was made last."""
    keys: list[str] = []

    def told(request: Request) -> Response:
        response = answer(request)
        if request.path == b"/_ccc/accounts" and request.method == "POST":
            keys.append(json.loads(response.body)["secret_key"])
        if request.path.startswith(b"/_ccc"):
            return response
        return Response(response.status, response.headers, response.body + keys[-1].encode())

    return told


def _repeating_what_came(answer: Send) -> Send:
    def told(request: Request) -> Response:
        response, claimed = answer(request), request.headers.get(b"authorization") or b""
        return Response(response.status, response.headers, response.body + claimed)

    return told


def _chinese_in_any_case(request: Request) -> Request:
    asked = request.headers.text(b"x-tc-language")
    return Sending("X-TC-Language", b"zh-CN")(request) if asked.lower().startswith("zh") else request


def _of_the_call_before(answer: Send) -> Send:
    """A call is answered in the language of the one before."""
    asked = [b"en-US"]

    def change(request: Request) -> Request:
        asked.append(request.headers.get(b"x-tc-language") or b"en-US")
        return Sending("X-TC-Language", asked[-2])(request)

    return asking(change)(answer)


def _in_ascii(request: Request) -> Request:
    return request._replace(body=request.body.decode("ascii", "replace").encode())


def _remembering(answer: Send) -> Send:
    """It refuses what came before."""
    seen: set[Request] = set()

    def is_known(request: Request) -> bool:
        known = request in seen
        seen.add(request)
        return known

    return refusing(is_known, FAILURE)(answer)


def _trusting(answer: Send) -> Send:
    """What was signed once is right for any body."""
    bodies: dict[bytes, bytes] = {}

    def first(request: Request) -> Request:
        claimed = request.headers.get(b"authorization") or b""
        return request._replace(body=bodies.setdefault(claimed, request.body))

    return asking(first)(answer)


def _without_what_was_added(request: Request) -> Request:
    added = b"&ZzAdded=1"
    return request._replace(query=request.query.removesuffix(added), body=request.body.removesuffix(added))


def _in_small_letters(request: Request) -> Request:
    head, word, digits = (request.headers.get(b"authorization") or b"").rpartition(b"Signature=")
    return Sending("Authorization", head + word + digits.lower())(request) if word else request


def _cut(request: Request) -> Request:
    """A header is read without its last hyphen."""
    return Sending("X-Ccc-More", (request.headers.get(b"x-ccc-more") or b"").rstrip(b"-"))(request)


def _with_what_is_signed(request: Request) -> Request:
    """A signed header that is not there counts as empty."""
    return request if b"x-ccc-more" in request.headers else Sending("X-Ccc-More", b"")(request)


WRONG: dict[Property, Wrong] = {
    # --- envelope
    of_envelope.every_answer_is_an_envelope: with_body(lambda body: body[:-1] + b',"code":0}'),
    of_envelope.every_answer_has_a_request_id: with_fields(lambda fields: {**fields, "RequestId": "1"}),
    of_envelope.a_request_id_is_a_text: with_fields(lambda fields: {**fields, "RequestId": 1}),
    of_envelope.no_two_answers_share_a_request_id: with_fields(
        lambda fields: {**fields, "RequestId": "6553f374-f257-4f3e-81eb-441fdab098a3"}
    ),
    of_envelope.every_answer_comes_with_http_200: answering(lambda was: Response(400, was.headers, was.body)),
    of_envelope.every_content_type_is_bare: _typed(b"application/json; charset=utf-8"),
    of_envelope.a_stated_length_is_that_of_the_body: answering(
        lambda was: Response(was.status, (*was.headers, (b"Content-Length", b"1")), was.body)
    ),
    of_envelope.every_answer_is_in_utf_8: with_body(lambda body: body.decode().encode("gbk", "replace")),
    of_envelope.an_error_is_a_code_and_a_message: with_errors(lambda error: {**error, "Message": ""}),
    of_envelope.beside_an_error_there_is_only_a_request_id: with_fields(lambda fields: {"SessionId": "", **fields}),
    of_envelope.a_success_has_no_error: with_successes(lambda fields: {**fields, "Error": None}),
    of_envelope.a_success_has_only_declared_members: with_successes(lambda fields: {"Code": 0, **fields}),
    # --- signature: who is let in
    of_signature.every_clients_writing_is_let_in: refusing(_is_not_pythons, INVALID),
    of_signature.each_scheme_is_let_in: refusing(_says(b"SignatureMethod=HmacSHA256"), FAILURE),
    of_signature.two_blanks_behind_the_algorithm_are_one: refusing(_claims(b"SHA256  "), INVALID),
    of_signature.a_signature_may_come_again: _remembering,
    of_signature.a_payload_may_be_left_unsigned: asking(Sending("X-TC-Content-SHA256", None)),
    of_signature.what_is_not_signed_may_change: refusing(_has(b"x-idempotency-key"), FAILURE),
    of_signature.more_headers_may_be_signed: refusing(_claims(b"host;"), INVALID),
    of_signature.an_empty_token_is_none: refusing(_has(b"x-tc-token"), TOKEN),
    of_signature.a_temporary_key_is_let_in_with_its_token: refusing(_has(b"x-tc-token"), TOKEN),
    # --- signature: what it protects
    of_signature.every_digit_of_a_signature_counts: letting_in(FAILURE),
    of_signature.every_digit_of_an_older_signature_counts: letting_in(FAILURE),
    of_signature.a_signature_is_in_small_letters: asking(_in_small_letters),
    of_signature.a_body_is_protected: asking(lambda request: request._replace(body=request.body.strip())),
    of_signature.a_query_is_protected: asking(lambda request: request._replace(query=request.query.strip(b"&"))),
    of_signature.every_older_parameter_is_protected: asking(_without_what_was_added),
    of_signature.a_signature_is_for_one_request: _trusting,
    of_signature.a_signed_header_is_protected: asking(_cut),
    of_signature.another_key_signs_otherwise: telling(FAILURE, NOT_FOUND),
    of_signature.the_day_of_a_scope_is_the_timestamps: telling(FAILURE, INVALID),
    of_signature.a_stated_digest_is_that_of_the_body: asking(Sending("X-TC-Content-SHA256", None)),
    of_signature.a_malformed_authorization_is_invalid: telling(INVALID, FAILURE),
    of_signature.content_type_and_host_must_be_signed: telling(INVALID, FAILURE),
    of_signature.a_signed_header_must_be_sent: asking(_with_what_is_signed),
    of_signature.the_service_of_a_scope_is_the_hosts: asking(Sending("Host", HOST.encode())),
    of_signature.a_scope_ends_with_tc3_request: telling(INVALID, FAILURE),
    # --- signature: who, when, which of two
    of_identity.a_stale_timestamp_expires: telling(EXPIRED, FAILURE),
    of_identity.a_timestamp_ahead_expires: letting_in(EXPIRED),
    of_identity.a_timestamp_expires_after_300_seconds: letting_in(EXPIRED),
    of_identity.a_timestamp_is_a_whole_number: telling("InvalidParameter", EXPIRED),
    of_identity.an_unknown_secret_id_is_not_found: telling(NOT_FOUND, FAILURE),
    of_identity.a_wrong_token_fails: letting_in(TOKEN),
    of_identity.a_missing_token_fails: telling(TOKEN, NOT_FOUND),
    of_identity.a_missing_action_is_told_before_a_malformed_authorization: refusing(
        lambda request: b"x-tc-action" not in request.headers, INVALID
    ),
    of_identity.a_stale_timestamp_is_told_before_an_unknown_secret_id: refusing(_claims(NOBODY_ID), NOT_FOUND),
    of_identity.an_unknown_secret_id_is_told_before_a_wrong_signature: telling(NOT_FOUND, FAILURE),
    of_identity.a_wrong_token_is_told_before_a_wrong_parameter: refusing(_says(b"NothingOfThis"), "UnknownParameter"),
    of_identity.a_wrong_signature_is_told_before_a_wrong_body: telling(FAILURE, "InvalidParameter"),
    # --- common
    of_common.an_action_must_be_named: telling(MISSING, "InvalidAction"),
    of_common.a_timestamp_must_be_there: telling(MISSING, EXPIRED),
    of_common.a_version_must_be_there: asking(_with_a_version),
    of_common.an_older_request_has_nonce_id_and_signature: refusing(_lacks(b"Nonce="), FAILURE),
    of_common.of_a_bare_request_the_timestamp_is_missed: with_errors(
        lambda error: {**error, "Message": error["Message"].replace("Timestamp", "Action")}
    ),
    of_common.a_query_does_not_name_the_action: asking(_with_an_action),
    of_common.another_version_is_not_served: letting_in("NoSuchVersion"),
    of_common.an_unknown_action_is_invalid: telling("InvalidAction", "NoSuchVersion"),
    of_common.an_actions_name_minds_its_case: letting_in("InvalidAction"),
    of_common.another_content_type_is_not_supported: telling("UnsupportedProtocol", "InvalidParameter"),
    of_common.another_method_is_not_supported: breaking(lambda request: request.method == "PUT", 405),
    of_common.a_product_that_is_not_there_is_told: asking(Sending("Host", HOST.encode())),
    of_common.no_region_is_needed: refusing(lambda request: b"egion" not in _all_of(request), MISSING),
    of_common.any_region_will_do: refusing(_regards(b"region", b"ap-guangzhou"), "UnsupportedRegion"),
    of_common.any_language_is_let_in: refusing(_regards(b"language", b"zh-CN"), "InvalidParameterValue"),
    of_common.any_client_may_ask: refusing(_regards(b"requestclient", b"SDK_PYTHON_3.1.177"), "InvalidParameter"),
    of_common.any_whole_nonce_will_do: refusing(_says(b"Nonce=0"), "InvalidParameter"),
    of_common.a_charset_makes_no_difference: refusing(
        lambda request: b"charset" in (request.headers.get(b"content-type") or b""), "UnsupportedProtocol"
    ),
    of_common.a_get_may_be_signed_with_tc3: refusing(
        lambda request: request.method == "GET" and b"authorization" in request.headers, "UnsupportedProtocol"
    ),
    of_common.other_headers_make_no_difference: refusing(_has(b"x-tc-nothing"), "InvalidParameter"),
    # --- languages
    of_languages.zh_cn_is_answered_in_chinese: asking(Sending("X-TC-Language", b"en-US")),
    of_languages.en_us_is_answered_in_english: asking(Sending("X-TC-Language", b"zh-CN")),
    of_languages.no_language_is_answered_in_english: _of_the_call_before,
    of_languages.another_language_is_answered_in_english: asking(_chinese_in_any_case),
    of_languages.codes_do_not_depend_on_the_language: with_errors(
        lambda error: error if error["Message"].isascii() else {**error, "Code": "FailedOperation"}
    ),
    of_languages.chinese_is_not_escaped: with_body(lambda body: json.dumps(json.loads(body)).encode()),
    of_languages.a_name_in_any_script_comes_back: with_body(lambda body: body.decode().encode("ascii", "replace")),
    of_languages.text_in_any_script_can_be_signed: asking(_in_ascii),
    # --- sizes
    of_sizes.five_megabytes_of_json_are_judged: refusing(_longer(MIB), TOO_LARGE),
    of_sizes.ten_mebibytes_of_json_are_judged: refusing(_longer(10 * MIB - 1), TOO_LARGE),
    of_sizes.one_byte_more_is_too_large: letting_in(TOO_LARGE),
    of_sizes.twice_as_much_is_too_large: breaking(_longer(12 * MIB), 413),
    of_sizes.a_query_below_32_kib_is_judged: refusing(lambda request: len(request.query) > 8192, FAILURE),
    of_sizes.a_longer_query_fails_as_a_signature: telling(FAILURE, TOO_LARGE),
    of_sizes.a_form_below_a_mebibyte_is_judged: refusing(_longer(32 * 1024), FAILURE),
    of_sizes.a_larger_form_fails_as_a_signature: letting_in(FAILURE),
    of_sizes.who_is_too_large_is_told_the_remedy: with_errors(lambda error: {**error, "Message": "too large"}),
    # --- hostile
    of_hostile.what_is_no_json_is_told_so: breaking(_says(b'"'), 400),
    of_hostile.an_empty_body_is_no_json: refusing(_is_an_empty_post, MISSING),
    of_hostile.json_must_be_an_object: refusing(lambda request: request.body == b"null", MISSING),
    of_hostile.json_has_no_byte_order_mark: refusing(_says(b"\xef\xbb\xbf{}"), MISSING),
    of_hostile.nothing_stands_behind_the_json: refusing(lambda request: request.body == b"{}x", MISSING),
    of_hostile.json_must_be_in_utf_8: refusing(_says(b"\xed\xa0\x80"), "UnknownParameter"),
    of_hostile.of_equal_names_the_last_counts: refusing(_says(b'"SdkAppId": [], '), "InvalidParameter"),
    of_hostile.a_number_beyond_its_type_is_refused: breaking(_says(b"NaN")),
    of_hostile.depth_is_refused: breaking(_longer(4_000), 413),
    of_hostile.half_a_character_is_refused: breaking(_says(b"\\ud800")),
    of_hostile.an_odd_name_is_refused: breaking(_says(b"..")),
    of_hostile.thousands_of_parameters_are_refused: breaking(_says(b"N999")),
    of_hostile.a_query_of_a_bare_word_is_malformed: telling("InvalidParameter", MISSING),
    of_hostile.no_pair_may_come_twice: letting_in("InvalidParameter"),
    of_hostile.no_name_in_a_query_may_be_empty: telling("InvalidParameter", "UnknownParameter"),
    of_hostile.garbage_in_a_query_is_refused: breaking(_says(b"%zz"), 400),
    of_hostile.many_headers_make_no_difference: refusing(_has(b"x-nothing-40"), "InvalidParameter"),
    of_hostile.bytes_in_a_header_are_refused: breaking(
        lambda request: not (request.headers.get(b"x-tc-version") or b"").isascii(), 400
    ),
    of_hostile.no_answer_tells_the_key: _telling_the_key,
    of_hostile.no_answer_repeats_the_signature: _repeating_what_came,
}


@pytest.mark.parametrize("prop", WRONG, ids=lambda prop: prop.name)
def test_a_wrong_target_differs(prop: Property, answer: Send) -> None:
    verdict = judge(prop, target_of(WRONG[prop](answer)), examples=25)
    assert verdict.outcome == "differs"
    compile("\n".join(snippet(verdict, "http://ccc.localhost/")), "pasted", "exec")


def test_there_is_a_wrong_target_for_each_property() -> None:
    assert [prop.name for family in FAMILIES for prop in family.PROPERTIES if prop not in WRONG] == []


def test_each_property_says_where_it_is_known_from() -> None:
    sources = load_api().sources.keys() | {""}
    for prop in (prop for family in FAMILIES for prop in family.PROPERTIES):
        assert prop.source in sources - {""}, prop.name
        assert prop.refusal in sources - {"assumed"}, prop.name
        assert prop.confidence in CONFIDENCES, prop.name
        assert (prop.source == "assumed") == (prop.confidence == "assumed"), prop.name
        assert prop.law.endswith("."), prop.name
