"""identify: who says what, and when?"""

from __future__ import annotations

import re
from collections.abc import Iterable

from ccc_contract import signing_v1
from ccc_contract.signing import SIGNED_AT_LEAST, TERMINATOR, MalformedAuthorization, parse_authorization

from ..exchange import Exchange
from ..languages import CHINESE, ENGLISH
from ..parameters import COMMON
from .check import Backend, check, host_name, is_real

# In the order in which they are missed.
_NEWER = (b"Action", b"Timestamp", b"Version")
_OLDER = (b"Timestamp", b"Nonce", b"SecretId", b"Signature", b"Action", b"Version")
_HEADERS = tuple(COMMON[name] or b"" for name in _NEWER)


def _action_is_there(exchange: Exchange, backend: Backend) -> None:
    """All that is asked of a request that need not be signed; without a version it is of this one."""
    action, version = map(exchange.parameters.common, (b"Action", b"Version"))
    if not action:
        raise _missing(exchange, (b"Action",))
    exchange.action_name = action.decode("utf-8", "replace").strip()
    exchange.version = (version or backend.api.version.encode()).decode("utf-8", "replace").strip()


@check(
    "presence", "MissingParameter",
    confidence="observed", source="public-logs", unsigned=_action_is_there,
    evidence="an Authorization of any kind without X-TC-Action is refused for the missing header, before its form is "
    "read; without Authorization the older scheme is taken, and Timestamp is missed first",
)  # fmt: skip
def common_parameters_are_there(exchange: Exchange, backend: Backend) -> None:
    parameters = exchange.parameters
    if parameters.older:
        action, stamp, version = map(parameters.pairs.get, _NEWER)
        complete = all(map(parameters.pairs.get, _OLDER))
    else:
        action, stamp, version = map(exchange.request.headers.get, _HEADERS)
        complete = True
    if not (action and stamp and version and complete):
        raise _missing(exchange, _OLDER if parameters.older else _NEWER)
    exchange.action_name = action.decode("utf-8", "replace").strip()
    exchange.version = version.decode("utf-8", "replace").strip()
    exchange.stamp = stamp.strip()


def _missing(exchange: Exchange, names: Iterable[bytes]) -> Exception:
    parameters = exchange.parameters
    name = next(name for name in names if not parameters.common(name))
    key = "missing" if parameters.older else "common-header"
    return exchange.refusal("MissingParameter", key, name=parameters.wire_name(name))


@check(
    "authorization", "AuthFailure.InvalidAuthorization",
    confidence="assumed", source="doc-common-errors", judges="signature",
    evidence="after presence (public-logs); its place before the timestamp is assumed",
)  # fmt: skip
def authorization_is_well_formed(exchange: Exchange, backend: Backend) -> None:
    if exchange.parameters.older:
        return
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
    confidence="observed", source="public-logs", judges="signature",
    evidence="a wrong service in the scope is told although the key was valid; with the grammar, before the timestamp: "
    "assumed",
)  # fmt: skip
def scope_is_of_this_service(exchange: Exchange, backend: Backend) -> None:
    if exchange.parameters.older:
        return
    claim = exchange.claim
    if claim.terminator != TERMINATOR:
        raise exchange.refusal("AuthFailure.InvalidAuthorization", "scope", part="Terminator")
    # Six of eight SDKs take the label from the endpoint, `127` for 127.0.0.1: it can only be judged on real names.
    if claim.service != backend.service and is_real(host_name(exchange.request.headers.get(b"host") or b"")):
        raise exchange.refusal("AuthFailure.InvalidAuthorization", "scope", part="Service")


_WHOLE_NUMBER = re.compile(rb"[0-9]{1,20}")


@check(
    "numbers", "InvalidParameter", "AuthFailure.SignatureExpire",
    confidence="assumed", source="assumed", judges="signature",
    evidence="the timestamp must be read before its age can be judged; the code is a setting.  With it the older "
    "scheme's Nonce",
)  # fmt: skip
def timestamp_and_nonce_are_numbers(exchange: Exchange, backend: Backend) -> None:
    older = exchange.parameters.older
    if not _WHOLE_NUMBER.fullmatch(exchange.stamp):
        code = backend.settings.timestamp_not_a_number
        if code == "InvalidParameter":
            raise exchange.refusal(code, "number", name=exchange.parameters.wire_name(b"Timestamp"))
        raise _expired(exchange, backend)
    if older and not _WHOLE_NUMBER.fullmatch(exchange.parameters.pairs[b"Nonce"]):
        raise exchange.refusal("InvalidParameter", "number", name="Nonce")


@check(
    "age", "AuthFailure.SignatureExpire",
    confidence="documented", source="doc-signature-v3", judges="signature",
    evidence="the documentation's own example, with a fictional key and a timestamp of 2019, is said to be told that "
    "it has expired: before the SecretId is looked up",
)  # fmt: skip
def timestamp_is_fresh(exchange: Exchange, backend: Backend) -> None:
    if abs(int(exchange.signing_at) - int(exchange.stamp)) > backend.settings.skew_seconds:
        raise _expired(exchange, backend)


def _expired(exchange: Exchange, backend: Backend) -> Exception:
    now, skew = int(exchange.signing_at), backend.settings.skew_seconds
    moved = exchange.account.clock.moved()
    if moved:
        exchange.hint = f"{moved}; what moves the world alone is `PUT /_ccc/clock` with `world` or `advance`"
    return exchange.refusal("AuthFailure.SignatureExpire", "expired", now=now, skew=skew)


@check(
    "common-values", "InvalidParameterValue",
    confidence="assumed", source="teco",
    evidence="the catalogue's explanation of the code; off by default, because the page on common parameters says "
    "otherwise of SignatureMethod",
)  # fmt: skip
def common_values_are_documented(exchange: Exchange, backend: Backend) -> None:
    if not backend.settings.common_values_are_judged:
        return
    common = exchange.parameters.common
    for name, documented in _DOCUMENTED.items():
        if (common(name) or documented[0]) not in documented:
            wire_name = exchange.parameters.wire_name(name)
            raise exchange.refusal("InvalidParameterValue", "common-value", name=wire_name)


_DOCUMENTED = {
    b"Language": (ENGLISH.encode(), CHINESE.encode()),
    b"SignatureMethod": tuple(method.encode() for method in signing_v1.METHODS),
}
