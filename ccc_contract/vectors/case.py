"""A case of the vector suite: a request, how it is signed step by step, and what the service says to it.  Pure.

Positive cases are for whoever writes a signer: the request and the credential are given, each step is known.  Negative
cases are for whoever checks signatures: a signed request that is wrong in one way, and the code that it is answered
with.  The cases themselves are in positive.py and negative.py.

Sources: doc-signature-v3, doc-signature-v1; each case cites where it is known from, and how surely.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import quote

from ..http import Headers, Request
from ..signing import ALGORITHM, TERMINATOR, SigningKey, utc_date, work
from ..signing_v1 import METHODS
from ..signing_v1 import work as work_older

Scheme = Literal["TC3-HMAC-SHA256", "HmacSHA1", "HmacSHA256"]
TC3: Scheme = "TC3-HMAC-SHA256"
SCHEMES: tuple[Scheme, ...] = (TC3, "HmacSHA1", "HmacSHA256")
Kind = Literal["positive", "negative"]

STEPS = (
    "canonical_request",
    "hashed_canonical_request",
    "string_to_sign",
    "secret_date",
    "secret_service",
    "secret_signing",
    "signature",
    "authorization",
)
"""Every intermediate, in the order in which it is computed; the older schemes have the third and the seventh only."""

SECRET_STEPS = ("secret_date", "secret_service", "secret_signing")
"""Whoever has one of these can sign for a day, so they are never repeated in a report."""


@dataclass(frozen=True)
class Signer:
    """A credential; none that is used here opens anything."""

    secret_id: str
    secret_key: str
    token: str | None = None

    def __repr__(self) -> str:
        return f"<Signer …{self.secret_id[-4:]}>"


@dataclass(frozen=True)
class Question:
    """What a signer is given: a request that lacks nothing but its signature, and what to sign it with."""

    scheme: Scheme
    request: Request
    signer: Signer
    timestamp: int
    """Unix seconds; stands in the request as well."""
    service: str = "ccc"
    signed_headers: tuple[str, ...] = ("content-type", "host")
    """Names in lower case and ASCII order.  Of TC3 only."""
    parameters: tuple[tuple[str, str], ...] = field(default=(), repr=False)  # a SecretId and a token are among them
    """Every parameter, decoded, in the order in which it is sent.  Of the older schemes only."""


@dataclass(frozen=True)
class Steps:
    """One computation.  None is a step that the scheme does not have; keys are in hexadecimal digits."""

    string_to_sign: bytes
    signature: str
    canonical_request: bytes | None = None
    hashed_canonical_request: str | None = None
    secret_date: str | None = None
    secret_service: str | None = None
    secret_signing: str | None = None
    authorization: str | None = None

    def __repr__(self) -> str:
        return f"<Steps {len(self.string_to_sign)} bytes to sign>"

    def texts(self) -> dict[str, bytes]:
        """Name → value of each step that there is, in the order of STEPS."""
        found = {name: getattr(self, name) for name in STEPS}
        return {name: _in_bytes(value) for name, value in found.items() if value is not None}


def _in_bytes(value: str | bytes) -> bytes:
    return value.encode() if isinstance(value, str) else value


@dataclass(frozen=True)
class Case:
    """One vector.  `steps` are by the rule, over the request as it is sent; `signed` is what is sent."""

    name: str
    about: str
    kind: Kind
    question: Question
    steps: Steps
    signed: Request
    now: int
    """The service's time, in Unix seconds, at which `code` is its answer."""
    code: str | None
    """None: the request is accepted."""
    source: str
    confidence: str
    mistaken: Steps | None = None
    """What a client computed that made this mistake; None where the signature is by the rule."""

    @property
    def differs_at(self) -> str | None:
        """The first step at which the mistake shows."""
        if self.mistaken is None:
            return None
        mine = self.mistaken.texts()
        return next(name for name, value in self.steps.texts().items() if mine[name] != value)


# --- how a step comes about ----------------------------------------------------------------------------------------


def derived_keys(secret_key: str, *scope: str) -> tuple[bytes, ...]:
    """SecretDate, SecretService and SecretSigning: each HMAC is the key of the next."""
    key, keys = f"TC3{secret_key}".encode(), []
    for part in scope:
        key = hmac.digest(key, part.encode(), "sha256")
        keys.append(key)
    return tuple(keys)


def hexadecimal(digest: bytes) -> str:
    return digest.hex()


def _same(text: bytes) -> bytes:
    return text


Change = Callable[[bytes], bytes]


def tc3_steps(
    question: Question,
    *,
    canonical: Change = _same,
    to_sign: Change = _same,
    keys: Callable[..., tuple[bytes, ...]] = derived_keys,
    key: Change = _same,
    written: Callable[[bytes], str] = hexadecimal,
    date: str | None = None,
    service: str | None = None,
    terminator: str = TERMINATOR,
) -> Steps:
    """Sign by the rule; each argument replaces one step, which is how a mistake is made.

    `canonical` and `to_sign` change a text, `keys` derives the keys, `key` changes the last one before it is used, and
    `written` writes the last digest as text.
    """
    signer = question.signer
    scope = (date or utc_date(question.timestamp), service or question.service, terminator)
    canonical_request = canonical(canonical_request_of(question))
    hashed = hashlib.sha256(canonical_request).hexdigest()
    text = to_sign("\n".join((ALGORITHM, str(question.timestamp), "/".join(scope), hashed)).encode())
    derived = keys(signer.secret_key, *scope)
    signature = written(hmac.digest(key(derived[-1]), text, "sha256"))
    secret_date, secret_service, secret_signing = (each.hex() for each in derived)
    return Steps(
        canonical_request=canonical_request,
        hashed_canonical_request=hashed,
        string_to_sign=text,
        secret_date=secret_date,
        secret_service=secret_service,
        secret_signing=secret_signing,
        signature=signature,
        authorization=(
            f"{ALGORITHM} Credential={signer.secret_id}/{'/'.join(scope)}, "
            f"SignedHeaders={';'.join(question.signed_headers)}, Signature={signature}"
        ),
    )


def canonical_request_of(question: Question) -> bytes:
    names = tuple(name.encode() for name in question.signed_headers)
    key = SigningKey.derive(question.signer.secret_key, utc_date(question.timestamp), question.service)
    return work(question.request, names, str(question.timestamp).encode(), key).canonical_request


def older_steps(question: Question, *, to_sign: Change = _same) -> Steps:
    """Sign by HmacSHA1 or HmacSHA256; `to_sign` replaces the string to sign, which is how a mistake is made."""
    pairs = {key.encode(): value.encode() for key, value in question.parameters}
    text = to_sign(work_older(question.request, pairs, question.signer.secret_key).string_to_sign)
    digest = hmac.digest(question.signer.secret_key.encode(), text, METHODS[question.scheme])
    return Steps(string_to_sign=text, signature=base64.b64encode(digest).decode())


def steps_of(question: Question) -> Steps:
    """Each step by the rule."""
    return tc3_steps(question) if question.scheme == TC3 else older_steps(question)


# --- what is sent --------------------------------------------------------------------------------------------------


def with_authorization(request: Request, value: str) -> Request:
    """`request` with that Authorization header, behind the others."""
    return request._replace(headers=Headers((*request.headers.lines, (b"Authorization", value.encode()))))


def with_signature(request: Request, signature: str) -> Request:
    """A request of the older schemes with its Signature, encoded, as the last parameter."""
    pair = b"&Signature=" + quote(signature, safe="").encode()
    if request.method == "GET":
        return request._replace(query=request.query + pair)
    return with_length(request._replace(body=request.body + pair))


def with_length(request: Request) -> Request:
    """`request` with the Content-Length of its body, where it has one."""
    lines = [line for line in request.headers.lines if line[0].lower() != b"content-length"]
    if request.method == "POST":
        lines.append((b"Content-Length", str(len(request.body)).encode()))
    return request._replace(headers=Headers(lines))


def signed(question: Question, steps: Steps) -> Request:
    """What is sent by whoever computed these steps."""
    if steps.authorization is not None:
        return with_authorization(question.request, steps.authorization)
    return with_signature(question.request, steps.signature)
