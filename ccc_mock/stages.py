"""The pipeline: which checks a request passes, in which order, and how sure we are of that order.

Rules:
1. A check does no I/O, does not sleep, does not read the clock (`exchange.received_at` was read once) and draws
   randomness only from the account.
2. A check refuses with `exchange.refusal(code, …)`; the code exists in the contract's data.
3. The order is observable (which error wins when two apply), so it is part of the contract: STAGES is the order, and
   each check carries the evidence for its place.  tests/mock/test_order.py violates each adjacent pair at once.
4. A bug is not a refusal: any other exception leaves the pipeline untouched.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from ccc_contract.conform import Rule, violations
from ccc_contract.model import Api
from ccc_contract.signing import (
    READINGS,
    SIGNED_AT_LEAST,
    TERMINATOR,
    UNSIGNED_PAYLOAD,
    MalformedAuthorization,
    as_sent,
    parse_authorization,
    verify,
)

from .accounts import Directory
from .domain import Handler, World
from .exchange import Exchange, NotSupportedByFake
from .settings import Settings

SERVICE = "ccc"
_REAL_DOMAIN = ".tencentcloudapi.com"


@dataclass(frozen=True, slots=True)
class Backend:
    """Everything that a check may consult beside its exchange."""

    api: Api
    settings: Settings
    directory: Directory
    handlers: Mapping[str, Handler]


@dataclass(frozen=True, slots=True)
class Check:
    """One step of the pipeline: `run` passes or raises; `confidence`, `source` and `evidence` are of its place."""

    name: str
    run: Callable[[Exchange, Backend], None]
    codes: tuple[str, ...]
    confidence: str
    source: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Stage:
    """Checks that belong together; the journal names the stage and the check that decided."""

    name: str
    checks: tuple[Check, ...]


def check(
    name: str, *codes: str, confidence: str, source: str, evidence: str
) -> Callable[[Callable[[Exchange, Backend], None]], Check]:
    """Make a check of a function."""
    return lambda run: Check(name, run, codes, confidence, source, evidence)


# --- frame: is it a request of this API at all? -------------------------------------------------------------------


@check(
    "method", "UnsupportedProtocol",
    confidence="assumed", source="doc-common-errors",
    evidence="the code's definition names the method; nothing can be parsed before it is known",
)  # fmt: skip
def method_is_served(exchange: Exchange, backend: Backend) -> None:
    method = exchange.request.method
    if method not in ("POST", "GET"):
        raise exchange.refusal("UnsupportedProtocol", "method", method=method)


@check(
    "product", "NoSuchProduct",
    confidence="assumed", source="doc-common-errors",
    evidence="routing follows the Host header (sdk-vendor-tests); its place before all parameters is assumed",
)  # fmt: skip
def product_is_known(exchange: Exchange, backend: Backend) -> None:
    host = host_name(exchange.request.headers.get(b"host") or b"")
    if is_real(host) and host.partition(".")[0] != SERVICE:
        raise exchange.refusal("NoSuchProduct", "product", host=host)


@check(
    "size", "RequestSizeLimitExceeded",
    confidence="assumed", source="doc-common-errors",
    evidence="the code's definition; that a packet is measured before it is read is assumed",
)  # fmt: skip
def size_is_allowed(exchange: Exchange, backend: Backend) -> None:
    limit = backend.settings.max_body_bytes
    if len(exchange.request.body) > limit:
        raise exchange.refusal("RequestSizeLimitExceeded", "size", limit=limit)


@check(
    "query", "InvalidParameter",
    confidence="observed", source="public-logs",
    evidence="a query of one bare word and nothing else is refused for its syntax, before any presence check",
)  # fmt: skip
def query_is_well_formed(exchange: Exchange, backend: Backend) -> None:
    if exchange.request.method == "GET" and any(b"=" not in pair for pair in _pairs(exchange.request.query)):
        raise exchange.refusal("InvalidParameter", "pair")


# --- identify: who says what, and when? ---------------------------------------------------------------------------

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
        _older_scheme(exchange)
    action, stamp, version = map(headers.get, _V3_PRESENCE)
    if not (action and stamp and version):
        lacking = next(name for header, name in _V3_PRESENCE.items() if not headers.get(header))
        raise exchange.refusal("MissingParameter", "common-header", name=lacking)
    exchange.action_name = action.decode("utf-8", "replace").strip()
    exchange.version = version.decode("utf-8", "replace").strip()
    exchange.stamp = stamp.strip()


def _older_scheme(exchange: Exchange) -> None:
    """A request without Authorization is one of the older signatures, whose parameters are in query or form."""
    request = exchange.request
    form = request.headers.text(b"content-type").startswith("application/x-www-form-urlencoded")
    text = request.query if request.method == "GET" else request.body if form else b""
    given = {pair.partition(b"=")[0].decode("utf-8", "replace") for pair in _pairs(text)}
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
    signed = claim.signed_headers
    lacking = [name for name in SIGNED_AT_LEAST if name not in signed] + [
        name for name in signed if name not in headers
    ]
    if lacking:
        shown = lacking[0].decode("utf-8", "replace")
        raise exchange.refusal("AuthFailure.InvalidAuthorization", "not-signed", name=shown)


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


_WHOLE_NUMBER = re.compile(rb"[0-9]{1,15}")


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


# --- route: does such an action exist? ----------------------------------------------------------------------------


@check(
    "version", "NoSuchVersion",
    confidence="assumed", source="assumed",
    evidence="before the SecretId is looked up: no observation",
)  # fmt: skip
def version_exists(exchange: Exchange, backend: Backend) -> None:
    if exchange.version != backend.api.version:
        raise exchange.refusal("NoSuchVersion", "version", version=exchange.version, service=SERVICE)


@check(
    "action", "InvalidAction",
    confidence="assumed", source="assumed",
    evidence="before the SecretId is looked up: no observation; names are compared with regard to case",
)  # fmt: skip
def action_exists(exchange: Exchange, backend: Backend) -> None:
    action = backend.api.actions.get(exchange.action_name)
    if action is None:
        raise exchange.refusal(
            "InvalidAction", "action", action=exchange.action_name, service=SERVICE, version=exchange.version
        )
    exchange.action = action


# The charset is signed by Java and by the documentation's example (sdk-captures-2026-11, doc-signature-v3).
_CONTENT_TYPES = {
    "POST": re.compile(rb"application/json(\s*;\s*charset=\"?utf-8\"?)?", re.IGNORECASE),
    "GET": re.compile(rb"application/x-www-form-urlencoded(\s*;.*)?", re.IGNORECASE),
}


@lru_cache(maxsize=64)
def _is_supported(method: str, content_type: bytes) -> bool:
    return _CONTENT_TYPES[method].fullmatch(content_type.strip()) is not None


@check(
    "content-type", "UnsupportedProtocol",
    confidence="inferred", source="public-logs",
    evidence="the refusal names the action, so the action is known by then; its place before the SecretId is assumed",
)  # fmt: skip
def content_type_is_supported(exchange: Exchange, backend: Backend) -> None:
    content_type = exchange.request.headers.get(b"content-type") or b""
    if not _is_supported(exchange.request.method, content_type):
        shown = content_type.decode("utf-8", "replace").partition(";")[0].strip()
        raise exchange.refusal("UnsupportedProtocol", "content-type", content_type=shown)


# --- authenticate: is it who it says? -----------------------------------------------------------------------------


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
    request = exchange.request
    given = request.headers.get(b"x-tc-content-sha256")
    if given and given != UNSIGNED_PAYLOAD:
        body = b"" if request.method == "GET" else request.body
        if not hmac.compare_digest(given.strip().lower(), hashlib.sha256(body).hexdigest().encode()):
            raise exchange.refusal("InvalidParameterValue", "digest")


@check(
    "token", "AuthFailure.TokenFailure",
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


# --- validate: are the parameters what the action takes? ----------------------------------------------------------


def _not_a_number(word: str) -> None:
    raise ValueError(f"{word} is no JSON")


_decode = json.JSONDecoder(parse_constant=_not_a_number).decode


@check(
    "body", "InvalidParameter",
    confidence="observed", source="public-logs",
    evidence="an empty body with a valid signature is told to be no JSON",
)  # fmt: skip
def body_is_an_object(exchange: Exchange, backend: Backend) -> None:
    if exchange.request.method == "GET":
        raise NotSupportedByFake(
            "ccc-mock does not read parameters from the query of a GET; send them as JSON with POST"
        )
    try:
        params = _decode(exchange.request.body.decode())
    except (ValueError, RecursionError):  # bytes that are no UTF-8, a BOM, bad JSON, a number or a depth beyond reason
        params = None
    if type(params) is not dict:
        raise exchange.refusal("InvalidParameter", "json")
    exchange.params = params


@check(
    "missing", "MissingParameter",
    confidence="assumed", source="assumed",
    evidence="after the body is read; that what is missing is told before what is unknown is assumed",
)  # fmt: skip
def nothing_is_missing(exchange: Exchange, backend: Backend) -> None:
    exchange.violations = violations(backend.api, exchange.action.input, exchange.params)
    _refuse(exchange, "missing", "MissingParameter")


@check(
    "unknown", "UnknownParameter",
    confidence="assumed", source="assumed",
    evidence="that what is unknown is told before a wrong type is assumed",
)  # fmt: skip
def nothing_is_unknown(exchange: Exchange, backend: Backend) -> None:
    _refuse(exchange, "unknown", "UnknownParameter")


@check(
    "type", "InvalidParameter",
    confidence="assumed", source="assumed",
    evidence="the gateway's last look at the parameters: assumed",
)  # fmt: skip
def types_fit(exchange: Exchange, backend: Backend) -> None:
    _refuse(exchange, "type", "InvalidParameter")


def _refuse(exchange: Exchange, rule: Rule, code: str) -> None:
    for violation in exchange.violations:
        if violation.rule == rule:
            raise exchange.refusal(code, rule, name=violation.path, expected=violation.expected)


# --- execute ------------------------------------------------------------------------------------------------------


@check(
    "behaviour",
    confidence="inferred", source="public-logs",
    evidence="business checks come after the gateway's own",
)  # fmt: skip
def action_behaves(exchange: Exchange, backend: Backend) -> None:
    handler = backend.handlers.get(exchange.action.name)
    if handler is None:
        raise NotSupportedByFake(
            f"ccc-mock knows the parameters of {exchange.action.name} but not what it does, so it does not answer; "
            "`ccc-mock actions` lists the actions that have behaviour"
        )
    world = World(exchange.account, backend.settings, exchange.received_at)
    exchange.result = handler(world, exchange.params)


STAGES: tuple[Stage, ...] = (
    Stage("frame", (method_is_served, product_is_known, size_is_allowed, query_is_well_formed)),
    Stage("identify", (
        common_parameters_are_there, authorization_is_well_formed, scope_is_of_this_service,
        timestamp_is_a_number, timestamp_is_fresh,
    )),
    Stage("route", (version_exists, action_exists, content_type_is_supported)),
    Stage("authenticate", (secret_id_exists, signature_matches, digest_matches, token_matches)),
    Stage("validate", (body_is_an_object, nothing_is_missing, nothing_is_unknown, types_fit)),
    Stage("execute", (action_behaves,)),
)  # fmt: skip


@lru_cache(maxsize=256)
def host_name(host: bytes) -> str:
    """The name in a Host header: without port, in lower case (tccli sends `http://` in front of it)."""
    bare = host.decode("utf-8", "replace").strip().lower().removeprefix("http://").removeprefix("https://")
    return re.sub(r":\d*$", "", bare)


def is_real(host: str) -> bool:
    """Is it a name of the real service (or of another product), rather than of a machine that runs the fake?"""
    return host.endswith(_REAL_DOMAIN)


def _pairs(text: bytes) -> list[bytes]:
    return [pair for pair in text.split(b"&") if pair]
