"""identify: who says what, and when?"""

from __future__ import annotations

import re
from typing import NoReturn

from ccc_contract.signing import SIGNED_AT_LEAST, TERMINATOR, MalformedAuthorization, parse_authorization

from ..exchange import Exchange, NotSupportedByFake
from .check import SERVICE, Backend, check, host_name, is_real, pairs

# In the order in which they are missed.
_V3_PRESENCE = {b"x-tc-action": "X-TC-Action", b"x-tc-timestamp": "X-TC-Timestamp", b"x-tc-version": "X-TC-Version"}
_V1_PRESENCE = ("Timestamp", "Nonce", "SecretId", "Signature", "Action", "Version")


@check(
    "presence", "MissingParameter",
    confidence="observed", source="public-logs",
    evidence="an Authorization of any kind without X-TC-Action is refused for the missing header, before its form is "
    "read; without Authorization the older scheme is taken, and Timestamp is missed first",
)  # fmt: skip
def common_parameters_are_there(exchange: Exchange, backend: Backend) -> None:
    headers = exchange.request.headers
    if b"authorization" not in headers:
        _refuse_older_scheme(exchange)
    action, stamp, version = map(headers.get, _V3_PRESENCE)
    if not (action and stamp and version):
        lacking = next(name for header, name in _V3_PRESENCE.items() if not headers.get(header))
        raise exchange.refusal("MissingParameter", "common-header", name=lacking)
    exchange.action_name = action.decode("utf-8", "replace").strip()
    exchange.version = version.decode("utf-8", "replace").strip()
    exchange.stamp = stamp.strip()


def _refuse_older_scheme(exchange: Exchange) -> NoReturn:
    """A request without Authorization is one of the older signatures, whose parameters are in query or form."""
    request = exchange.request
    form = request.headers.text(b"content-type").startswith("application/x-www-form-urlencoded")
    text = request.query if request.method == "GET" else request.body if form else b""
    given = {pair.partition(b"=")[0].decode("utf-8", "replace") for pair in pairs(text)}
    for name in _V1_PRESENCE:
        if name not in given:
            raise exchange.refusal("MissingParameter", "missing", name=name)
    raise NotSupportedByFake(
        "ccc-mock does not judge HmacSHA1 and HmacSHA256 signatures (requests without an Authorization header); "
        "sign with TC3-HMAC-SHA256"
    )


@check(
    "authorization", "AuthFailure.InvalidAuthorization",
    confidence="assumed", source="doc-common-errors",
    evidence="after presence (public-logs); its place before the timestamp is assumed",
)  # fmt: skip
def authorization_is_well_formed(exchange: Exchange, backend: Backend) -> None:
    headers = exchange.request.headers
    try:
        claim = exchange.claim = parse_authorization(headers.get(b"authorization") or b"")
    except MalformedAuthorization as malformed:
        raise exchange.refusal("AuthFailure.InvalidAuthorization", "authorization", part=malformed.part) from None
    for name in SIGNED_AT_LEAST:
        if name not in claim.signed_headers:
            raise _not_signed(exchange, name)
    for name in claim.signed_headers:
        if headers.get(name) is None:
            raise _not_signed(exchange, name)


def _not_signed(exchange: Exchange, name: bytes) -> Exception:
    shown = name.decode("utf-8", "replace")
    return exchange.refusal("AuthFailure.InvalidAuthorization", "not-signed", name=shown)


@check(
    "scope", "AuthFailure.InvalidAuthorization",
    confidence="observed", source="public-logs",
    evidence="a wrong service in the scope is told although the key was valid; with the grammar, before the timestamp: "
    "assumed",
)  # fmt: skip
def scope_is_of_this_service(exchange: Exchange, backend: Backend) -> None:
    claim = exchange.claim
    if claim.terminator != TERMINATOR:
        raise exchange.refusal("AuthFailure.InvalidAuthorization", "scope", part="Terminator")
    # Six of eight SDKs take the label from the endpoint, `127` for 127.0.0.1: it can only be judged on real names.
    if claim.service != SERVICE and is_real(host_name(exchange.request.headers.get(b"host") or b"")):
        raise exchange.refusal("AuthFailure.InvalidAuthorization", "scope", part="Service")


_WHOLE_NUMBER = re.compile(rb"[0-9]{1,20}")


@check(
    "timestamp", "InvalidParameter", "AuthFailure.SignatureExpire",
    confidence="assumed", source="assumed",
    evidence="it must be read before its age can be judged; the code is a setting",
)  # fmt: skip
def timestamp_is_a_number(exchange: Exchange, backend: Backend) -> None:
    if _WHOLE_NUMBER.fullmatch(exchange.stamp):
        return
    code = backend.settings.timestamp_not_a_number
    if code == "InvalidParameter":
        raise exchange.refusal(code, "timestamp", name="X-TC-Timestamp")
    raise _expired(exchange, backend)


@check(
    "age", "AuthFailure.SignatureExpire",
    confidence="documented", source="doc-signature-v3",
    evidence="the documentation's own example, with a fictional key and a timestamp of 2019, is said to be told that "
    "it has expired: before the SecretId is looked up",
)  # fmt: skip
def timestamp_is_fresh(exchange: Exchange, backend: Backend) -> None:
    if abs(int(exchange.received_at) - int(exchange.stamp)) > backend.settings.skew_seconds:
        raise _expired(exchange, backend)


def _expired(exchange: Exchange, backend: Backend) -> Exception:
    now, skew = int(exchange.received_at), backend.settings.skew_seconds
    return exchange.refusal("AuthFailure.SignatureExpire", "expired", now=now, skew=skew)
