"""Requests that are wrong in one way, and the code that the service answers: for whoever checks signatures.  Pure.

A mistake is made in one of three places: in a step of the signature (`_misstep`), between signing and sending
(`_changed`), or in what is claimed of the signature (`_claiming`).  Confidence is that of the code, not of the rule
that is broken: that an unknown SecretId is told as such was seen, that a signature in base64 is told as a wrong one
follows.
"""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import hmac
import json
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from ..http import Request
from .case import (
    Case,
    Question,
    Signer,
    Steps,
    derived_keys,
    older_steps,
    signed,
    steps_of,
    tc3_steps,
    with_authorization,
)
from .positive import CODE, INFERRED, OBSERVED, SEEN, TECO, V1, V3, unsigned
from .requests import (
    CALL,
    EVENING,
    FLAT_CALL,
    HOST,
    NOW,
    PERMANENT,
    TEMPORARY,
    call_with,
    compact,
    encoded,
    flat_call_with,
    get,
    older,
    older_of,
    post,
    with_header,
    without_header,
)

FAILURE, EXPIRE = "AuthFailure.SignatureFailure", "AuthFailure.SignatureExpire"
INVALID, NOT_FOUND = "AuthFailure.InvalidAuthorization", "AuthFailure.SecretIdNotFound"
TOKEN, MISSING = "AuthFailure.TokenFailure", "MissingParameter"
LOGS, ERRORS, TESTS = "public-logs", "doc-common-errors", "sdk-vendor-tests"
DOCUMENTED, ASSUMED = "documented", "assumed"
SKEW_SECONDS = 300


class Wrong(NamedTuple):
    """What is sent, and what the client computed where that is not by the rule."""

    question: Question
    signed: Request
    mistaken: Steps | None = None
    now: int = NOW


class Row(NamedTuple):
    about: str
    wrong: Wrong
    code: str
    source: str
    confidence: str


def _misstep(question: Question, compute: Callable[[Question], Steps]) -> Wrong:
    """A step is computed otherwise."""
    mistaken = compute(question)
    return Wrong(question, signed(question, mistaken), mistaken, question.timestamp)


def _changed(original: Question, sent: Question) -> Wrong:
    """One thing is signed, another one sent: `sent`, with the signature that `original` has."""
    mistaken = steps_of(original)
    return Wrong(sent, signed(dataclasses.replace(original, request=sent.request), mistaken), mistaken, sent.timestamp)


def _claiming(question: Question, old: str, new: str, *, now: int | None = None) -> Wrong:
    """The signature is good; `old` in the Authorization header is replaced by `new`."""
    value = steps_of(question).authorization or ""
    return Wrong(question, with_authorization(question.request, value.replace(old, new)), now=now or question.timestamp)


def _sent(question: Question, *, now: int | None = None) -> Wrong:
    """Signed by the rule: what is wrong is the request, the credential or the time."""
    return Wrong(question, signed(question, steps_of(question)), now=now or question.timestamp)


def _by_another_key(question: Question, secret_key: str) -> Wrong:
    signer = dataclasses.replace(question.signer, secret_key=secret_key)
    return _misstep(question, lambda asked: steps_of(dataclasses.replace(asked, signer=signer)))


# --- keys that are derived in another way --------------------------------------------------------------------------


def _without_prefix(secret_key: str, *scope: str) -> tuple[bytes, ...]:
    key, keys = secret_key.encode(), []
    for part in scope:
        key = hmac.digest(key, part.encode(), "sha256")
        keys.append(key)
    return tuple(keys)


def _service_first(secret_key: str, date: str, service: str, terminator: str) -> tuple[bytes, ...]:
    return derived_keys(secret_key, service, date, terminator)


def _hexadecimal_chain(secret_key: str, *scope: str) -> tuple[bytes, ...]:
    key, keys = f"TC3{secret_key}".encode(), []
    for part in scope:
        keys.append(hmac.digest(key, part.encode(), "sha256"))
        key = _hexadecimal(keys[-1])
    return tuple(keys)


def _hexadecimal(key: bytes) -> bytes:
    """A key taken as its digits, as a shell does that calls openssl without -binary."""
    return key.hex().encode()


def _arguments_swapped(secret_key: str, *scope: str) -> tuple[bytes, ...]:
    """HMAC with key and message in each other's place."""
    key, keys = f"TC3{secret_key}".encode(), []
    for part in scope:
        key = hmac.digest(part.encode(), key, "sha256")
        keys.append(key)
    return tuple(keys)


# --- texts that are put together in another way --------------------------------------------------------------------


def _replaced(old: str, new: str) -> Callable[[bytes], bytes]:
    return lambda text: text.replace(old.encode(), new.encode())


def _last_line_in_capitals(text: bytes) -> bytes:
    lines, _, digest = text.rpartition(b"\n")
    return lines + b"\n" + digest.upper()


def _query_hashed(text: bytes) -> bytes:
    lines, _, _ = text.rpartition(b"\n")
    return lines + b"\n" + hashlib.sha256(_QUERY.encode()).hexdigest().encode()


def _payload_as_word(text: bytes) -> bytes:
    return text.rpartition(b"\n")[0] + b"\nUNSIGNED-PAYLOAD"


def _canonical_request_in_full(question: Question) -> Steps:
    whole = steps_of(question).canonical_request or b""
    return tc3_steps(question, to_sign=lambda text: text.rpartition(b"\n")[0] + b"\n" + whole)


def _encoded_values(question: Question) -> Steps:
    """The older string to sign, of values as they are on the wire."""
    host = question.request.headers.text(b"host")
    text = encoded(sorted(question.parameters))
    return older_steps(question, to_sign=lambda _: f"{question.request.method}{host}/?{text}".encode())


def _sorted_without_case(question: Question) -> Steps:
    pairs = sorted(question.parameters, key=lambda pair: pair[0].lower())
    text = "&".join(f"{key}={value}" for key, value in pairs)
    return older_steps(question, to_sign=lambda _: f"{question.request.method}{HOST}/?{text}".encode())


_BY_PHP = (*FLAT_CALL, ("Callers[0]", "008601012345678"), ("Callers[1]", "008601012345679"))


def _as_php_signs(question: Question) -> Steps:
    kept = [pair for pair in question.parameters if "[" not in pair[0]]
    text = "&".join(f"{key}={value}" for key, value in sorted([*kept, ("Callers", "Array")]))
    return older_steps(question, to_sign=lambda _: f"{question.request.method}{HOST}/?{text}".encode())


_CHARSET = "application/json; charset=utf-8"
_WITH_ACTION = ("content-type", "host", "x-tc-action")
_QUERY = encoded(FLAT_CALL)
_NAMED = "张三"
_UNKNOWN = Signer("AKID-ccc-vectors-nobodys-id", "ccc-vectors-nobodys-key")
_TEMPORARY_ALTERED = dataclasses.replace(TEMPORARY, token="ccc-vectors-temporary-tokenerr")
_TOKENLESS = dataclasses.replace(TEMPORARY, token=None)
_WITH_TOKEN = dataclasses.replace(PERMANENT, token="ccc-vectors-temporary-token")

TC3: Mapping[str, Row] = {
    # --- the canonical request
    "body-serialised-again": Row(
        "The hash is of JSON without blanks; what is sent has them.",
        _changed(post(compact(CALL)), post(json.dumps(CALL))), FAILURE, V3, INFERRED),
    "body-escaped-again": Row(
        "The hash is of characters, what is sent are \\u escapes.",
        _changed(post(compact(call_with(_NAMED))), post(json.dumps(call_with(_NAMED), separators=(",", ":")))),
        FAILURE, V3, INFERRED),
    "body-line-feed-added": Row(
        "A line feed that a tool adds behind the body.",
        _changed(post(compact(CALL)), post(compact(CALL) + "\n")), FAILURE, V3, INFERRED),
    "body-of-query": Row(
        "The query of a GET is hashed as its payload, too.",
        _misstep(get(_QUERY), lambda asked: tc3_steps(asked, canonical=_query_hashed)), FAILURE, V3, INFERRED),
    "charset-added": Row(
        "A library adds a charset to the Content-Type behind the signer's back.",
        _changed(post(), post(content_type=_CHARSET)), FAILURE, V3, DOCUMENTED),
    "charset-dropped": Row(
        "The charset is signed and not sent.", _changed(post(content_type=_CHARSET), post()), FAILURE, V3, INFERRED),
    "host-of-another-region": Row(
        "One region's host is signed, another's is called.",
        _changed(post(host="ccc.ap-guangzhou.tencentcloudapi.com"), post(host="ccc.ap-shanghai.tencentcloudapi.com")),
        FAILURE, V3, INFERRED),
    "host-port-only-signed": Row(
        "A port is signed that the Host header does not have.",
        _changed(post(host=f"{HOST}:443"), post()), FAILURE, V3, INFERRED),
    "header-changed": Row(
        "A signed header is changed on its way.",
        _changed(post(action="CreateAICall", signed_headers=_WITH_ACTION), post(signed_headers=_WITH_ACTION)),
        FAILURE, V3, INFERRED),
    "query-sorted": Row(
        "The query is signed sorted and sent unsorted.",
        _changed(get(encoded(sorted(FLAT_CALL))), get(_QUERY)), FAILURE, SEEN, INFERRED),
    "query-decoded": Row(
        "The query is signed decoded and sent encoded.",
        _misstep(get(encoded(flat_call_with("a b"))), lambda asked: tc3_steps(asked, canonical=_replaced("%20", " "))),
        FAILURE, V3, INFERRED),
    "query-encoded-again": Row(
        "A blank is signed as %20 and sent as `+`.",
        _changed(get(encoded(flat_call_with("a b"))), get(encoded(flat_call_with("a b"), blank="+"))),
        FAILURE, SEEN, INFERRED),
    "method-lower-case": Row(
        "The method is signed as `post`.",
        _misstep(post(), lambda asked: tc3_steps(asked, canonical=_replaced("POST", "post"))), FAILURE, V3, INFERRED),
    "path-not-root": Row(
        "A path is signed that is not `/`.",
        _misstep(post(), lambda asked: tc3_steps(asked, canonical=_replaced("POST\n/\n", "POST\n/v3/\n"))),
        FAILURE, V3, INFERRED),
    "blank-line-missing": Row(
        "The empty line between the headers and their names is missing.",
        _misstep(post(), lambda asked: tc3_steps(asked, canonical=_replaced(f"{HOST}\n\n", f"{HOST}\n"))),
        FAILURE, V3, INFERRED),
    "crlf": Row(
        "Lines end with CR LF.",
        _misstep(post(), lambda asked: tc3_steps(asked, canonical=_replaced("\n", "\r\n"))), FAILURE, V3, INFERRED),
    "payload-hash-capitals": Row(
        "The digest of the payload is in capitals.",
        _misstep(post(), lambda asked: tc3_steps(asked, canonical=_last_line_in_capitals)), FAILURE, V3, INFERRED),
    "unsigned-payload-as-word": Row(
        "UNSIGNED-PAYLOAD stands in the canonical request, and not its digest.",
        _misstep(unsigned(post()), lambda asked: tc3_steps(asked, canonical=_payload_as_word)),
        FAILURE, SEEN, INFERRED),
    "unsigned-payload-without-header": Row(
        "The payload is left unsigned, and no header says so.",
        _changed(unsigned(post()), post()), FAILURE, SEEN, INFERRED),
    # --- the string to sign
    "local-date": Row(
        "The date is Beijing's, where it is past midnight already.",
        _misstep(post(timestamp=EVENING), lambda asked: tc3_steps(asked, date="2026-11-23")), FAILURE, LOGS, INFERRED),
    "timestamp-another": Row(
        "The timestamp that is signed is a second older than the one that is sent.",
        _changed(post(timestamp=NOW - 1), post(timestamp=NOW)), FAILURE, V3, INFERRED),
    "string-ends-with-line-feed": Row(
        "A line feed behind the string to sign, as `echo` adds it.",
        _misstep(post(), lambda asked: tc3_steps(asked, to_sign=lambda text: text + b"\n")), FAILURE, V3, INFERRED),
    "string-of-canonical-request": Row(
        "The canonical request itself stands in the string to sign, and not its hash.",
        _misstep(post(), _canonical_request_in_full), FAILURE, V3, INFERRED),
    # --- the keys
    "key-without-prefix": Row(
        "The chain begins with the bare key, without TC3.",
        _misstep(post(), lambda asked: tc3_steps(asked, keys=_without_prefix)), FAILURE, V3, INFERRED),
    "key-service-first": Row(
        "The chain takes the service before the date.",
        _misstep(post(), lambda asked: tc3_steps(asked, keys=_service_first)), FAILURE, V3, INFERRED),
    "key-hexadecimal-chain": Row(
        "Each key of the chain is taken as its hexadecimal digits.",
        _misstep(post(), lambda asked: tc3_steps(asked, keys=_hexadecimal_chain, key=_hexadecimal)),
        FAILURE, V3, INFERRED),
    "key-arguments-swapped": Row(
        "Key and message are swapped in each HMAC.",
        _misstep(post(), lambda asked: tc3_steps(asked, keys=_arguments_swapped)), FAILURE, V3, INFERRED),
    "key-with-line-feed": Row(
        "The key has a line feed at its end, as it was read from a file.",
        _by_another_key(post(), f"{PERMANENT.secret_key}\n"), FAILURE, LOGS, INFERRED),
    "key-another": Row("The key is another's.", _by_another_key(post(), TEMPORARY.secret_key), FAILURE, LOGS, OBSERVED),
    # --- the signature
    "signature-capitals": Row(
        "The signature is in upper-case digits.",
        _misstep(post(), lambda asked: tc3_steps(asked, written=lambda digest: digest.hex().upper())),
        FAILURE, V3, INFERRED),
    "signature-base64": Row(
        "The signature is in base64, as the older schemes have it.",
        _misstep(post(), lambda asked: tc3_steps(asked, written=lambda digest: base64.b64encode(digest).decode())),
        FAILURE, V3, INFERRED),
    # --- the time
    "expired": Row(
        "The timestamp is 301 seconds behind the service's time.", _sent(post(), now=NOW + SKEW_SECONDS + 1),
        EXPIRE, V3, DOCUMENTED),
    "from-the-future": Row(
        "The timestamp is 301 seconds ahead.", _sent(post(), now=NOW - SKEW_SECONDS - 1), EXPIRE, V3, INFERRED),
    "timestamp-milliseconds": Row(
        "The timestamp counts milliseconds; the date is that of the seconds.",
        _misstep(post(timestamp=NOW * 1000), lambda asked: tc3_steps(asked, date="2026-11-22"))._replace(now=NOW),
        EXPIRE, V3, INFERRED),
    # --- the credential
    "secret-id-unknown": Row("Nobody has that SecretId.", _sent(post(signer=_UNKNOWN)), NOT_FOUND, LOGS, OBSERVED),
    "secret-id-with-blank": Row(
        "A blank behind the SecretId, as it is copied from a page.",
        _claiming(post(), PERMANENT.secret_id, f"{PERMANENT.secret_id} "), NOT_FOUND, ERRORS, DOCUMENTED),
    "secret-id-and-key-swapped": Row(
        "Id and key are in each other's place.",
        _sent(post(signer=Signer(PERMANENT.secret_key, PERMANENT.secret_id))), NOT_FOUND, LOGS, INFERRED),
    "token-altered": Row(
        "The token of a temporary credential is changed at its end.", _sent(post(signer=_TEMPORARY_ALTERED)),
        TOKEN, TESTS, OBSERVED),
    "token-missing": Row(
        "A temporary credential without its token.", _sent(post(signer=_TOKENLESS)), TOKEN, "assumed", ASSUMED),
    "token-beside-permanent-key": Row(
        "A permanent credential with a token.", _sent(post(signer=_WITH_TOKEN)), TOKEN, "assumed", ASSUMED),
    # --- the Authorization header
    "authorization-of-another-scheme": Row(
        "The algorithm is AWS's.", _claiming(post(), "TC3-HMAC-SHA256", "AWS4-HMAC-SHA256"), INVALID, ERRORS, INFERRED),
    "authorization-skip": Row(
        "`SKIP`, which only actions take that need no signature.",
        Wrong(post(), with_authorization(post().request, "SKIP")), INVALID, CODE, ASSUMED),
    "authorization-without-signature": Row(
        "The header ends behind its SignedHeaders.",
        _claiming(post(), f", Signature={steps_of(post()).signature}", ""), INVALID, ERRORS, INFERRED),
    "date-without-hyphens": Row(
        "The date of the scope is written 20261122, as AWS has it.",
        _claiming(post(), "2026-11-22", "20261122"), INVALID, ERRORS, INFERRED),
    "service-of-another-product": Row(
        "The scope names another product's service than the host.",
        _misstep(post(), lambda asked: tc3_steps(asked, service="cvm")), INVALID, LOGS, OBSERVED),
    "terminator-of-another-scheme": Row(
        "The scope ends with aws4_request.",
        _misstep(post(), lambda asked: tc3_steps(asked, terminator="aws4_request")), INVALID, V3, INFERRED),
    "host-not-signed": Row(
        "Only content-type is signed.", _sent(post(signed_headers=("content-type",))), INVALID, V3, INFERRED),
    "signed-header-not-sent": Row(
        "x-tc-region is listed among the signed headers and is not sent.",
        _sent(post(signed_headers=("content-type", "host", "x-tc-region"))), INVALID, V3, INFERRED),
    # --- common parameters
    "timestamp-missing": Row(
        "There is no X-TC-Timestamp.", _sent(without_header(post(), "x-tc-timestamp")), MISSING, LOGS, INFERRED),
    "action-missing": Row(
        "There is no X-TC-Action.", _sent(without_header(post(), "x-tc-action")), MISSING, LOGS, OBSERVED),
    "digest-of-another-body": Row(
        "X-TC-Content-SHA256 is the digest of something else.",
        _sent(with_header(post(), "X-TC-Content-SHA256", "0" * 64)), "InvalidParameterValue", TECO, INFERRED),
}  # fmt: skip

OLDER: Mapping[str, Row] = {
    "older-values-encoded": Row(
        "Values are signed as they are on the wire, encoded.",
        _misstep(older("GET", "HmacSHA256", flat_call_with("a b&c")), _encoded_values), FAILURE, V1, INFERRED),
    "older-sorted-without-case": Row(
        "Sorted without regard to case.", _misstep(older("GET", "HmacSHA256", (*FLAT_CALL, ("a", "1"))),
        _sorted_without_case), FAILURE, V1, INFERRED),
    "older-method-of-the-other": Row(
        "A POST signed as a GET.",
        _misstep(older("POST", "HmacSHA1"), lambda asked: older_steps(asked, to_sign=_replaced("POST", "GET"))),
        FAILURE, V1, INFERRED),
    "older-host-without-port": Row(
        "The host is signed without the port that is sent.",
        _misstep(older("GET", "HmacSHA1", host="127.0.0.1:8679"),
            lambda asked: older_steps(asked, to_sign=_replaced(":8679", ""))), FAILURE, SEEN, INFERRED),
    "older-digest-of-the-other": Row(
        "SignatureMethod says HmacSHA256, the digest is HmacSHA1's.",
        _misstep(older("GET", "HmacSHA256"), lambda asked: dataclasses.replace(older_steps(asked),
            signature=older_steps(dataclasses.replace(asked, scheme="HmacSHA1")).signature)), FAILURE, V1, INFERRED),
    "older-array-by-php": Row(
        "An array in brackets, signed as the word Array, as PHP's client does.",
        _misstep(older("POST", "HmacSHA1", _BY_PHP), _as_php_signs), FAILURE, SEEN, INFERRED),
    "older-key-another": Row(
        "The key is another's.", _by_another_key(older("POST", "HmacSHA256"), TEMPORARY.secret_key),
        FAILURE, LOGS, INFERRED),
    "older-expired": Row(
        "The timestamp is 301 seconds behind.", _sent(older("GET", "HmacSHA1"), now=NOW + SKEW_SECONDS + 1),
        EXPIRE, "doc-common-params", INFERRED),
    "older-nonce-missing": Row(
        "There is no Nonce.", _sent(older_of("GET", "HmacSHA1", tuple(
            pair for pair in older("GET", "HmacSHA1").parameters if pair[0] != "Nonce"))), MISSING, LOGS, INFERRED),
    "older-secret-id-unknown": Row(
        "Nobody has that SecretId.", _sent(older("GET", "HmacSHA256", signer=_UNKNOWN)), NOT_FOUND, LOGS, INFERRED),
    "older-token-altered": Row(
        "The token is changed at its end.", _sent(older("POST", "HmacSHA256", signer=_TEMPORARY_ALTERED)),
        TOKEN, TESTS, OBSERVED),
}  # fmt: skip


def negative() -> Iterable[Case]:
    for name, row in {**TC3, **OLDER}.items():
        question, sent, mistaken, now = row.wrong
        yield Case(
            name, row.about, "negative", question, steps_of(question), sent, now=now, code=row.code,
            source=row.source, confidence=row.confidence, mistaken=mistaken,
        )  # fmt: skip
