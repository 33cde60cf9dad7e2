"""authenticate: is it who it says?"""

from __future__ import annotations

import hmac

from ccc_contract import signing_v1
from ccc_contract.signing import READINGS, UNSIGNED_PAYLOAD, Working, as_sent, hashed_payload, verify

from ..accounts import Credential, Grant
from ..auth import cure
from ..exchange import Exchange
from ..settings import Settings
from .check import Backend, check


@check(
    "secret-id", "AuthFailure.SecretIdNotFound",
    confidence="observed", source="public-logs", judges="key",
    evidence="an unknown SecretId is told although the signature is wrong too",
)  # fmt: skip
def secret_id_exists(exchange: Exchange, backend: Backend) -> None:
    claimed = exchange.secret_id if exchange.parameters.older else exchange.claim.secret_id
    grant = exchange.grant
    if grant is None or grant.disabled or grant.credential.secret_id != claimed:
        exchange.hint = cure(exchange.secret_id, backend.cure)
        raise exchange.refusal("AuthFailure.SecretIdNotFound", "secret-id")


@check(
    "text-size", "AuthFailure.SignatureFailure",
    confidence="inferred", source="public-logs",
    evidence="a query or a form that is too large is told as a signature that fails (public-logs), so in its place",
)  # fmt: skip
def text_is_not_too_large(exchange: Exchange, backend: Backend) -> None:
    if exchange.parameters.too_large:
        raise exchange.refusal("AuthFailure.SignatureFailure", "too-large")


@check(
    "signature", "AuthFailure.SignatureFailure",
    confidence="observed", source="sdk-vendor-tests", judges="key",
    evidence="needs the key, so after the look-up; a wrong token beside a good signature is told as such, so before "
    "the token",
)  # fmt: skip
def signature_matches(exchange: Exchange, backend: Backend) -> None:
    assert exchange.grant is not None  # secret_id_exists has passed
    verified = _verify_older if exchange.parameters.older else _verify
    matches, working = verified(exchange, exchange.grant, backend.settings)
    if not matches:
        exchange.mismatch = working
        raise exchange.refusal("AuthFailure.SignatureFailure", "signature")


def _verify(exchange: Exchange, grant: Grant, settings: Settings) -> tuple[bool, Working]:
    readings = READINGS if settings.capitals_may_be_signed_as_sent else _STRICT
    return verify(
        exchange.request, exchange.claim, timestamp=exchange.stamp, key_of=grant.signing_key, readings=readings
    )


def _verify_older(exchange: Exchange, grant: Grant, settings: Settings) -> tuple[bool, Working]:
    return signing_v1.verify(exchange.request, exchange.parameters.pairs, grant.credential.secret_key)


_STRICT = tuple(reading for reading in READINGS if reading is not as_sent)


@check(
    "digest", "InvalidParameterValue",
    confidence="assumed", source="teco", judges="signature",
    evidence="the catalogue has the code for it; its place after the signature is assumed",
)  # fmt: skip
def digest_matches(exchange: Exchange, backend: Backend) -> None:
    given = exchange.request.headers.get(b"x-tc-content-sha256")
    if not given or given == UNSIGNED_PAYLOAD or exchange.parameters.older:
        return
    if not hmac.compare_digest(given.strip().lower(), hashed_payload(exchange.request).encode()):
        raise exchange.refusal("InvalidParameterValue", "digest")


@check(
    "token", "AuthFailure.TokenFailure", "AuthFailure.SecretIdNotFound",
    confidence="observed", source="sdk-vendor-tests", judges="key",
    evidence="a wrong token beside a good signature and a bad business value is TokenFailure",
)  # fmt: skip
def token_matches(exchange: Exchange, backend: Backend) -> None:
    assert exchange.grant is not None  # secret_id_exists has passed
    given = exchange.parameters.common(b"Token") or b""  # an empty one is tolerated (sdk-vendor-tests)
    code = _token_verdict(given, exchange.grant.credential, backend.settings, exchange.signing_at)
    if code != "ok":
        raise exchange.refusal(code, "secret-id" if code.endswith("NotFound") else "token")
    exchange.proven = True


def _token_verdict(given: bytes, credential: Credential, settings: Settings, now: float) -> str:
    if credential.token is None:
        return settings.permanent_key_with_token if given else "ok"
    if not given:
        return settings.temporary_key_without_token
    if not hmac.compare_digest(given, credential.token.encode()):
        return "AuthFailure.TokenFailure"
    if credential.expires_at is not None and now >= credential.expires_at:
        return settings.expired_token
    return "ok"
