"""authenticate: is it who it says?"""

from __future__ import annotations

import hmac

from ccc_contract.signing import READINGS, UNSIGNED_PAYLOAD, as_sent, hashed_payload, verify

from ..exchange import Exchange
from .check import Backend, check


@check(
    "secret-id", "AuthFailure.SecretIdNotFound",
    confidence="observed", source="public-logs",
    evidence="an unknown SecretId is told although the signature is wrong too",
)  # fmt: skip
def secret_id_exists(exchange: Exchange, backend: Backend) -> None:
    if exchange.grant is None or exchange.grant.credential.secret_id != exchange.claim.secret_id:
        raise exchange.refusal("AuthFailure.SecretIdNotFound", "secret-id")


@check(
    "signature", "AuthFailure.SignatureFailure",
    confidence="observed", source="sdk-vendor-tests",
    evidence="needs the key, so after the look-up; a wrong token beside a good signature is told as such, so before "
    "the token",
)  # fmt: skip
def signature_matches(exchange: Exchange, backend: Backend) -> None:
    assert exchange.grant is not None  # secret_id_exists has passed
    matches, working = verify(
        exchange.request,
        exchange.claim,
        timestamp=exchange.stamp,
        key_of=exchange.grant.signing_key,
        readings=READINGS if backend.settings.capitals_may_be_signed_as_sent else _STRICT,
    )
    if not matches:
        exchange.mismatch = working
        raise exchange.refusal("AuthFailure.SignatureFailure", "signature")


_STRICT = tuple(reading for reading in READINGS if reading is not as_sent)


@check(
    "digest", "InvalidParameterValue",
    confidence="assumed", source="teco",
    evidence="the catalogue has the code for it; its place after the signature is assumed",
)  # fmt: skip
def digest_matches(exchange: Exchange, backend: Backend) -> None:
    given = exchange.request.headers.get(b"x-tc-content-sha256")
    if not given or given == UNSIGNED_PAYLOAD:
        return
    if not hmac.compare_digest(given.strip().lower(), hashed_payload(exchange.request).encode()):
        raise exchange.refusal("InvalidParameterValue", "digest")


@check(
    "token", "AuthFailure.TokenFailure", "AuthFailure.SecretIdNotFound",
    confidence="observed", source="sdk-vendor-tests",
    evidence="a wrong token beside a good signature and a bad business value is TokenFailure",
)  # fmt: skip
def token_matches(exchange: Exchange, backend: Backend) -> None:
    assert exchange.grant is not None  # secret_id_exists has passed
    given = exchange.request.headers.get(b"x-tc-token") or b""  # an empty one is tolerated (sdk-vendor-tests)
    token = exchange.grant.credential.token
    if token is None:
        code = backend.settings.permanent_key_with_token if given else "ok"
    elif not given:
        code = backend.settings.temporary_key_without_token
    else:
        code = "ok" if hmac.compare_digest(given, token.encode()) else "AuthFailure.TokenFailure"
    if code != "ok":
        raise exchange.refusal(code, "secret-id" if code.endswith("NotFound") else "token")
    exchange.proven = True
