"""TC3-HMAC-SHA256: the signature of API 3.0, for whoever makes one and for whoever checks one.  Pure.

    CanonicalRequest = METHOD \\n "/" \\n QUERY \\n HEADERS \\n SIGNED \\n HEX(SHA256(payload))
    StringToSign     = "TC3-HMAC-SHA256" \\n timestamp \\n date/service/tc3_request \\n HEX(SHA256(CanonicalRequest))
    signature        = HEX(HMAC(HMAC(HMAC(HMAC("TC3" + SecretKey, date), service), "tc3_request"), StringToSign))

QUERY is the raw query of a GET and empty for a POST; HEADERS is `name:value\\n` for each signed header, both in lower
case, the value trimmed, in ASCII order; SIGNED is the names joined by `;`.

Sources: doc-signature-v3; the vectors under fixtures/tc3 (published ones, with intermediates) and fixtures/sdk
(requests that official clients sent).  What clients do beyond the rule is in READINGS.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import time
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from .http import Headers, Request

ALGORITHM = "TC3-HMAC-SHA256"
TERMINATOR = "tc3_request"
SIGNED_AT_LEAST = (b"content-type", b"host")

UNSIGNED_PAYLOAD = b"UNSIGNED-PAYLOAD"
"""As the value of X-TC-Content-SHA256: the body is not signed, and this word is hashed in its place."""


class Authorization(NamedTuple):
    """What an Authorization header claims: who signed, for which day and service, which headers, the signature."""

    secret_id: str
    date: str
    service: str
    terminator: str
    signed_headers: tuple[bytes, ...]
    """Names in lower case and ASCII order, whatever order they were listed in."""
    signature: str

    def __repr__(self) -> str:
        return f"<Authorization {self.date}/{self.service}>"


class MalformedAuthorization(ValueError):
    """The header is not of the documented form; `part` names what is wrong in the vendor's word."""

    def __init__(self, part: str) -> None:
        super().__init__(part)
        self.part = part


class Working(NamedTuple):
    """Each step of one computation, so that two of them can be compared step by step."""

    canonical_request: bytes
    string_to_sign: bytes
    signature: str

    def __repr__(self) -> str:
        return f"<Working {len(self.canonical_request)} bytes>"

    @property
    def hashed_canonical_request(self) -> str:
        return hashlib.sha256(self.canonical_request).hexdigest()


# One or more blanks after the algorithm (.NET sends two), any number after a comma: sdk-captures-2026-11.
# A blank may stray into the SecretId, which is then one that nobody has (doc-common-errors).
_CREDENTIAL = rb"([^/,]+)/(\d{4}-\d\d-\d\d)/([^/,\s]+)/([^/,\s]+)"
_HEAD = re.compile(rb"TC3-HMAC-SHA256[ \t]+Credential=" + _CREDENTIAL + rb",[ \t]*SignedHeaders=([^,\s]+),[ \t]*")
_SEPARATOR = re.compile(rb"[,\s]")
# What each part looks like behind its `=`, in the order in which they are looked at when the whole does not match.
_PARTS = (
    ("Credential", re.compile(_CREDENTIAL + rb"(?![^,])")),
    ("SignedHeaders", re.compile(rb"[^,\s]+(?![^,])")),
    ("Signature", re.compile(rb"[^,\s]+$")),
)


def parse_authorization(value: bytes) -> Authorization:
    """Read the value of an Authorization header.

    Raises MalformedAuthorization.  That the three parts come in this order is assumed: every official client
    writes them so.
    """
    # All day long a client repeats everything but the signature.
    head, _, signature = value.strip().rpartition(b"Signature=")
    if not head or not signature or _SEPARATOR.search(signature):
        raise MalformedAuthorization(_wrong_part(value.strip()))
    parse = _parse_head if len(head) <= _KEPT_BYTES else _parse_head.__wrapped__
    return Authorization(*parse(head), signature.decode("utf-8", "replace"))


_KEPT_BYTES = 1024
"""What is longer is not kept for the next request: strangers choose how long it is."""


@lru_cache(maxsize=256)
def _parse_head(head: bytes) -> tuple[str, str, str, str, tuple[bytes, ...]]:
    match = _HEAD.fullmatch(head)
    if match is None:
        raise MalformedAuthorization(_wrong_part(head + b"Signature=0"))
    *texts, names = match.groups()
    secret_id, date, service, terminator = (text.decode("utf-8", "replace") for text in texts)
    signed = sorted(names.lower().split(b";"))
    if len(set(signed)) < len(signed):  # each time it is named, a header's value would be signed once more
        raise MalformedAuthorization("SignedHeaders")
    return secret_id, date, service, terminator, tuple(signed)


def _wrong_part(value: bytes) -> str:
    if not re.match(rb"TC3-HMAC-SHA256(?![^ \t])", value):
        return "Algorithm"
    for name, form in _PARTS:
        _, label, after = value.partition(name.encode() + b"=")
        if not label or not form.match(after):
            return name
    return "order"


def claimed_secret_id(headers: Headers) -> str:
    """The SecretId that an Authorization header names, well-formed or not; "" without one."""
    _, _, rest = (headers.get(b"authorization") or b"").partition(b"Credential=")
    return rest.partition(b"/")[0].decode("utf-8", "replace")


@lru_cache(maxsize=8)
def _date_of_day(day: int) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(day * 86400))


def utc_date(timestamp: int) -> str:
    """The day of the credential scope: the UTC date of the timestamp (a local date fails: public-logs)."""
    return _date_of_day(timestamp // 86400)


class SigningKey(NamedTuple):
    """The derived key that signs one day's requests to one service, and the scope that it is for."""

    scope: bytes
    key: bytes
    inner: bytes
    outer: bytes

    @classmethod
    def derive(cls, secret_key: str, date: str, service: str) -> SigningKey:
        key = ("TC3" + secret_key).encode()
        for step in (date, service, TERMINATOR):
            key = hmac.digest(key, step.encode(), "sha256")
        return cls(f"{date}/{service}/{TERMINATOR}".encode(), key, *pads(key))

    def sign(self, text: bytes) -> str:
        """HEX(HMAC-SHA256(key, text)), with the pads of RFC 2104 worked out once: hmac.digest takes twice as long."""
        return hashlib.sha256(self.outer + hashlib.sha256(self.inner + text).digest()).hexdigest()

    def __repr__(self) -> str:
        return f"<SigningKey {self.scope.decode()}>"


_IPAD = bytes(byte ^ 0x36 for byte in range(256))
_OPAD = bytes(byte ^ 0x5C for byte in range(256))


def pads(key: bytes) -> tuple[bytes, bytes]:
    """What HMAC-SHA256 with a key hashes first, within and without (RFC 2104)."""
    block = (hashlib.sha256(key).digest() if len(key) > 64 else key).ljust(64, b"\0")
    return block.translate(_IPAD), block.translate(_OPAD)


KeyOf = Callable[[str, str], SigningKey]
"""(date, service) → the key; deriving one takes four HMACs, so whoever checks many keeps them."""


def hashed_payload(request: Request) -> str:
    """HEX(SHA256(payload)): the body of a POST, nothing for a GET, the word UNSIGNED-PAYLOAD where it is claimed."""
    if request.headers.get(b"x-tc-content-sha256") == UNSIGNED_PAYLOAD:
        return hashlib.sha256(UNSIGNED_PAYLOAD).hexdigest()
    return hashlib.sha256(b"" if request.method == "GET" else request.body).hexdigest()


Reading = Callable[[bytes, bytes], bytes]
"""How the value of a signed header is taken: (name, value as received) → value in the canonical request."""


def by_the_rule(name: bytes, value: bytes) -> bytes:
    """Lower case, trimmed (doc-signature-v3)."""
    return value.strip().lower()


def host_without_port(name: bytes, value: bytes) -> bytes:
    """Node.js sends `host:port` and signs `host` (sdk-captures-2026-11)."""
    value = by_the_rule(name, value)
    return _PORT.sub(b"", value) if name == b"host" else value


def as_sent(name: bytes, value: bytes) -> bytes:
    """Trimmed only: official clients lower-case nothing, so a capitalised endpoint is signed as it is written.

    That the service accepts it is assumed."""
    return value.strip()


_PORT = re.compile(rb":\d+$")

READINGS: tuple[Reading, ...] = (by_the_rule, host_without_port, as_sent)
"""Tried in this order; the first whose signature is the client's wins."""


def work(
    request: Request,
    names: tuple[bytes, ...],
    timestamp: bytes,
    key: SigningKey,
    reading: Reading = by_the_rule,
    payload_hash: str | None = None,
) -> Working:
    """Compute the signature of `request` over the headers `names` (lower case, in order), keeping each step.

    A header that is not there counts as empty.  `payload_hash` saves computing `hashed_payload` again.
    """
    get = request.headers.get
    values = tuple([get(name) or b"" for name in names])
    header_block = _header_block if sum(map(len, values)) <= _KEPT_BYTES else _header_block.__wrapped__
    canonical = b"%b\n/\n%b\n%b\n%b" % (
        request.method.encode(),
        request.query if request.method == "GET" else b"",
        header_block(names, values, reading),
        (payload_hash or hashed_payload(request)).encode(),
    )
    digest = hashlib.sha256(canonical).hexdigest().encode()
    to_sign = b"TC3-HMAC-SHA256\n%b\n%b\n%b" % (timestamp, key.scope, digest)
    return Working(canonical, to_sign, key.sign(to_sign))


# Content-Type and Host, which is all that official clients sign, are the same in each request of a client.
@lru_cache(maxsize=256)
def _header_block(names: tuple[bytes, ...], values: tuple[bytes, ...], reading: Reading) -> bytes:
    lines = [b"%b:%b\n" % (name, reading(name, value)) for name, value in zip(names, values, strict=True)]
    return b"%b\n%b" % (b"".join(lines), b";".join(names))


def verify(
    request: Request,
    claim: Authorization,
    *,
    timestamp: bytes,
    key_of: KeyOf,
    readings: Sequence[Reading] = READINGS,
) -> tuple[bool, Working]:
    """Is the claimed signature one that the key makes?  Compared in constant time.

    `timestamp` is the digits of X-TC-Timestamp as sent; the date is the timestamp's own, so that a scope with
    another day cannot match.  Returns the working that matched, or else the one by the rule.
    """
    date = utc_date(int(timestamp))
    key = key_of(date, claim.service)
    payload_hash = hashed_payload(request)
    claimed = claim.signature.encode("utf-8", "replace")
    workings = []
    for reading in readings:
        working = work(request, claim.signed_headers, timestamp, key, reading, payload_hash)
        if hmac.compare_digest(working.signature.encode(), claimed) and claim.date == date:
            return True, working
        workings.append(working)
    return False, workings[0]


def sign(
    request: Request,
    secret_id: str,
    secret_key: str,
    *,
    timestamp: int,
    service: str = "ccc",
    also: Iterable[bytes] = (),
    key: SigningKey | None = None,
) -> Request:
    """`request` with X-TC-Timestamp and Authorization added.

    `timestamp` is Unix seconds; `also` names further headers to sign beside content-type and host; `key` is the day's
    derived key, for who keeps it.
    """
    names = tuple(sorted({*SIGNED_AT_LEAST, *also}))
    stamp = str(timestamp).encode()
    request = _with(request, (b"x-tc-timestamp", stamp))
    key = key or SigningKey.derive(secret_key, utc_date(timestamp), service)
    working = work(request, names, stamp, key)
    value = (
        f"{ALGORITHM} Credential={secret_id}/{key.scope.decode()}, "
        f"SignedHeaders={b';'.join(names).decode()}, Signature={working.signature}"
    )
    return _with(request, (b"authorization", value.encode()))


def _with(request: Request, line: tuple[bytes, bytes]) -> Request:
    kept: Iterable[tuple[bytes, bytes]] = request.headers.lines
    if line[0] in request.headers:
        kept = (pair for pair in kept if pair[0].lower() != line[0])
    headers = Headers((*kept, line))
    return Request(request.method, request.path, request.query, headers, request.body, request.client)
