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
    Mutant("stale-timestamp-accepted", "signature", "A timestamp may be as old as it likes.", "",
           around("age", _unless(_is_stale))),
    Mutant("future-timestamp-accepted", "signature", "A timestamp may lie ahead as far as it likes.", "",
           around("age", _unless(_is_early))),
    Mutant("signature-not-verified", "signature", "Any TC3 signature of a known SecretId is right.", "",
           around("signature", _unless(_is_newer))),
    Mutant("older-signature-not-verified", "signature", "Any HmacSHA1 or HmacSHA256 signature is right.", "",
           around("signature", _unless(_is_older))),
    Mutant("signature-verified-once", "signature", "A signature that was right once is right with any body.", "",
           _verified_once),
    Mutant("used-signature-refused", "signature", "A signature that was used before is refused.", "", _seen_before),
    Mutant("scope-date-not-checked", "signature", "The day of the scope need not be the timestamp's.", "",
           around("signature", _unless(_date_of_the_scope))),
    Mutant("scope-service-not-checked", "signature", "The scope may name another service.", "",
           around("scope", _scope_by_its_end)),
    Mutant("first-signed-header-only", "signature", "Of the signed headers only the first must be there.", "",
           around("authorization", _first_signed_header_only)),
    Mutant("capital-digits-accepted", "signature", "The digits of a signature may be capital letters.", "",
           around("signature", _unless(_in_capitals))),
    Mutant("signature-compared-in-part", "signature", "Only the first 16 digits of a signature are compared.", "",
           around("signature", _unless(_begins_the_same))),
    Mutant("digest-not-checked", "signature", "X-TC-Content-SHA256 is not held against the body.", "",
           without("digest")),
    Mutant("unsigned-payload-refused", "signature", "UNSIGNED-PAYLOAD is not known.", "",
           around("signature", _also(*_FAILS, _claims_no_payload))),
    Mutant("hmac-sha256-unknown", "signature", "SignatureMethod HmacSHA256 is not known.", "",
           around("signature", _also(*_FAILS, _is_hmac_sha256))),
    Mutant("two-blanks-refused", "signature", "Two blanks behind the algorithm, as .NET writes them, are refused.", "",
           around("authorization", _also("AuthFailure.InvalidAuthorization", "authorization", _has_two_blanks))),
    Mutant("unknown-secret-id-told-as-signature", "signature", "A SecretId that nobody has is told as a signature "
           "that does not match.", "", told_as("AuthFailure.SignatureFailure", at="secret-id")),
    Mutant("signature-before-timestamp", "signature", "The age of a timestamp is looked at behind the signature.", "",
           moved("age", behind="signature")),
    Mutant("token-not-checked", "signature", "No token is looked at.", "", without("token")),
    Mutant("token-behind-parameters", "signature", "The token is looked at behind the parameters.", "",
           moved("token", behind="type")),
)  # fmt: skip
