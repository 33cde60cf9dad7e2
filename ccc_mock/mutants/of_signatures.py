"""Fakes that are wrong about signatures: what they take, what they refuse, and which of two mistakes they tell."""

from __future__ import annotations

import re
from collections.abc import Callable

from ccc_contract.errors import ApiError
from ccc_contract.signing import (
    TERMINATOR,
    UNSIGNED_PAYLOAD,
    MalformedAuthorization,
    parse_authorization,
    utc_date,
    verify,
)

from ..checks.check import Backend, Run
from ..exchange import Exchange
from ..parameters import COMMON
from .mutant import Mutant, Parts, around, moved, without
from .replies import told_as

Judges = Callable[[Exchange], bool]


def _unless(forgiven: Judges) -> Callable[[Run], Run]:
    """A check that lets pass, too, what it should not."""

    def wrap(true: Run) -> Run:
        def run(exchange: Exchange, backend: Backend) -> None:
            try:
                true(exchange, backend)
            except ApiError:
                if not forgiven(exchange):
                    raise
                exchange.mismatch, exchange.hint = None, ""

        return run

    return wrap


def _also(code: str, key: str, refused: Judges) -> Callable[[Run], Run]:
    """A check that refuses, too, what it should not."""

    def wrap(true: Run) -> Run:
        def run(exchange: Exchange, backend: Backend) -> None:
            if refused(exchange):
                raise exchange.refusal(code, key, part="Algorithm")
            true(exchange, backend)

        return run

    return wrap


def _is_stale(exchange: Exchange) -> bool:
    return int(exchange.stamp) < exchange.signing_at


def _is_early(exchange: Exchange) -> bool:
    return int(exchange.stamp) > exchange.signing_at


def _is_newer(exchange: Exchange) -> bool:
    return not exchange.parameters.older


def _is_older(exchange: Exchange) -> bool:
    return exchange.parameters.older


def _date_of_the_scope(exchange: Exchange) -> bool:
    """Would the signature be right, if the day of its scope need not be the timestamp's?"""
    if exchange.parameters.older or exchange.grant is None:
        return False
    claim, key_of = exchange.claim, exchange.grant.signing_key
    claimed_today = claim._replace(date=utc_date(int(exchange.stamp)))
    return verify(
        exchange.request, claimed_today, timestamp=exchange.stamp, key_of=lambda _, service: key_of(claim.date, service)
    )[0]


def _in_capitals(exchange: Exchange) -> bool:
    if exchange.parameters.older or exchange.mismatch is None:
        return False
    return exchange.claim.signature.lower() == exchange.mismatch.signature


def _begins_the_same(exchange: Exchange) -> bool:
    if exchange.parameters.older or exchange.mismatch is None:
        return False
    return exchange.claim.signature[:16] == exchange.mismatch.signature[:16]


def _scope_by_its_end(true: Run) -> Run:
    def run(exchange: Exchange, backend: Backend) -> None:
        if not exchange.parameters.older and exchange.claim.terminator != TERMINATOR:
            true(exchange, backend)

    return run


def _scope_by_its_service(true: Run) -> Run:
    def run(exchange: Exchange, backend: Backend) -> None:
        if exchange.parameters.older or exchange.claim.terminator == TERMINATOR:
            true(exchange, backend)

    return run


def _signs_more(exchange: Exchange) -> bool:
    names = (exchange.request.headers.get(b"authorization") or b"").partition(b"SignedHeaders=")[2].partition(b",")[0]
    return names.count(b";") > 1


def _has_a_stranger(exchange: Exchange) -> bool:
    """A header that is neither the vendor's own nor one of HTTP's, and is not signed."""
    signed = () if exchange.parameters.older else exchange.claim.signed_headers
    names = (name.lower() for name, _ in exchange.request.headers.lines)
    return any(name.startswith(b"x-") and name not in signed and name not in _KNOWN for name in names)


_KNOWN = {
    b"x-tc-content-sha256",
    b"x-tc-traceid",
    b"x-ccc-mock-plan",
    *(header for header in COMMON.values() if header),
}


def _first_signed_header_only(true: Run) -> Run:
    """The others are neither asked for nor looked for."""

    def run(exchange: Exchange, backend: Backend) -> None:
        try:
            true(exchange, backend)
        except ApiError:
            if exchange.parameters.older or not _has_its_first_header(exchange):
                raise

    return run


def _has_its_first_header(exchange: Exchange) -> bool:
    try:
        exchange.claim = parse_authorization(exchange.request.headers.get(b"authorization") or b"")
    except MalformedAuthorization:
        return False
    return exchange.claim.signed_headers[0] in exchange.request.headers


def _claims_no_payload(exchange: Exchange) -> bool:
    return exchange.request.headers.get(b"x-tc-content-sha256") == UNSIGNED_PAYLOAD


def _is_hmac_sha256(exchange: Exchange) -> bool:
    return exchange.parameters.older and exchange.parameters.pairs.get(b"SignatureMethod") == b"HmacSHA256"


def _has_two_blanks(exchange: Exchange) -> bool:
    return re.match(rb"TC3-HMAC-SHA256[ \t]{2}", exchange.request.headers.get(b"authorization") or b"") is not None


def _seen_before(parts: Parts) -> Parts:
    seen: set[bytes] = set()

    def is_used(exchange: Exchange) -> bool:
        signature = exchange.request.headers.get(b"authorization") or exchange.parameters.pairs.get(b"Signature") or b""
        known = signature in seen
        seen.add(signature)
        return known

    return around("signature", _also("AuthFailure.SignatureFailure", "signature", is_used))(parts)


def _verified_once(parts: Parts) -> Parts:
    """A signature that was right once is right for whatever is sent with it."""
    right: set[bytes] = set()

    def wrap(true: Run) -> Run:
        def run(exchange: Exchange, backend: Backend) -> None:
            signature = exchange.request.headers.get(b"authorization")
            if signature is None or signature not in right:
                true(exchange, backend)
                right.add(signature or b"")

        return run

    return around("signature", wrap)(parts)


_FAILS = "AuthFailure.SignatureFailure", "signature"

SIGNATURE = (
    Mutant("stale-timestamp-accepted", "signature", "A timestamp may be as old as it likes.",
           "a_stale_timestamp_expires", around("age", _unless(_is_stale))),
    Mutant("future-timestamp-accepted", "signature", "A timestamp may lie ahead as far as it likes.",
           "a_timestamp_ahead_expires", around("age", _unless(_is_early))),
    Mutant("signature-not-verified", "signature", "Any TC3 signature of a known SecretId is right.",
           "a_body_is_protected", around("signature", _unless(_is_newer))),
    Mutant("older-signature-not-verified", "signature", "Any HmacSHA1 or HmacSHA256 signature is right.",
           "every_digit_of_an_older_signature_counts", around("signature", _unless(_is_older))),
    Mutant("signature-verified-once", "signature", "A signature that was right once is right with any body.",
           "a_signature_is_for_one_request", _verified_once),
    Mutant("used-signature-refused", "signature", "A signature that was used before is refused.",
           "a_signature_may_come_again", _seen_before),
    Mutant("scope-date-not-checked", "signature", "The day of the scope need not be the timestamp's.",
           "the_day_of_a_scope_is_the_timestamps", around("signature", _unless(_date_of_the_scope))),
    Mutant("scope-service-not-checked", "signature", "The scope may name another service.",
           "the_service_of_a_scope_is_the_hosts", around("scope", _scope_by_its_end)),
    Mutant("scope-end-not-checked", "signature",
           "A scope that does not end with tc3_request is told as a wrong signature.",
           "a_scope_ends_with_tc3_request", around("scope", _scope_by_its_service)),
    Mutant("malformed-told-as-signature", "signature",
           "An Authorization that cannot be read is told as a wrong signature.",
           "a_malformed_authorization_is_invalid", told_as("AuthFailure.SignatureFailure", at="authorization")),
    Mutant("authorization-before-action", "signature",
           "That an Authorization cannot be read is told before that the action is missing.",
           "a_missing_action_is_told_before_a_malformed_authorization", moved("presence", behind="authorization")),
    Mutant("two-signed-headers-only", "signature", "To sign more than two headers is refused.",
           "more_headers_may_be_signed",
           around("authorization", _also("AuthFailure.InvalidAuthorization", "authorization", _signs_more))),
    Mutant("unsigned-header-refused", "signature", "A header of one's own that is not signed is refused.",
           "what_is_not_signed_may_change",
           around("scope", _also("AuthFailure.InvalidAuthorization", "authorization", _has_a_stranger))),
    Mutant("first-signed-header-only", "signature", "Of the signed headers only the first must be there.",
           "content_type_and_host_must_be_signed", around("authorization", _first_signed_header_only)),
    Mutant("capital-digits-accepted", "signature", "The digits of a signature may be capital letters.",
           "a_signature_is_in_small_letters", around("signature", _unless(_in_capitals))),
    Mutant("signature-compared-in-part", "signature", "Only the first 16 digits of a signature are compared.",
           "every_digit_of_a_signature_counts", around("signature", _unless(_begins_the_same))),
    Mutant("digest-not-checked", "signature", "X-TC-Content-SHA256 is not held against the body.",
           "a_stated_digest_is_that_of_the_body", without("digest")),
    Mutant("unsigned-payload-refused", "signature", "UNSIGNED-PAYLOAD is not known.",
           "a_payload_may_be_left_unsigned", around("signature", _also(*_FAILS, _claims_no_payload))),
    Mutant("hmac-sha256-unknown", "signature", "SignatureMethod HmacSHA256 is not known.",
           "each_scheme_is_let_in", around("signature", _also(*_FAILS, _is_hmac_sha256))),
    Mutant("two-blanks-refused", "signature", "Two blanks behind the algorithm, as .NET writes them, are refused.",
           "two_blanks_behind_the_algorithm_are_one",
           around("authorization", _also("AuthFailure.InvalidAuthorization", "authorization", _has_two_blanks))),
    Mutant("unknown-secret-id-told-as-signature", "signature",
           "A SecretId that nobody has is told as a signature that does not match.",
           "an_unknown_secret_id_is_not_found", told_as("AuthFailure.SignatureFailure", at="secret-id")),
    Mutant("signature-before-timestamp", "signature", "The age of a timestamp is looked at behind the signature.",
           "a_stale_timestamp_is_told_before_an_unknown_secret_id", moved("age", behind="signature")),
    Mutant("token-not-checked", "signature", "No token is looked at.",
           "a_wrong_token_fails", without("token")),
    Mutant("token-behind-parameters", "signature", "The token is looked at behind the parameters.",
           "a_wrong_token_is_told_before_a_wrong_parameter", moved("token", behind="type")),
)  # fmt: skip
