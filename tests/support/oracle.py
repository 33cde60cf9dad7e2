"""TC3-HMAC-SHA256 a second time, so that the first can be compared with it.  Imports nothing of ours.

Written from the published rule alone (doc-signature-v3):

    CanonicalRequest = METHOD \\n "/" \\n QUERY \\n HEADERS \\n SIGNED \\n HEX(SHA256(payload))
    StringToSign     = TC3-HMAC-SHA256 \\n timestamp \\n date/service/tc3_request \\n HEX(SHA256(CanonicalRequest))
    key              = HMAC(HMAC(HMAC("TC3" + SecretKey, date), service), "tc3_request")
"""

from __future__ import annotations

import datetime
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

ALGORITHM = "TC3-HMAC-SHA256"
UNSIGNED = b"UNSIGNED-PAYLOAD"
OBLIGATORY = ("content-type", "host")


class Pieces(NamedTuple):
    """An HTTP request taken apart and otherwise untouched."""

    method: str
    target: bytes
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes

    @property
    def path(self) -> bytes:
        return self.target.split(b"?", 1)[0]

    @property
    def query(self) -> bytes:
        return self.target.split(b"?", 1)[1] if b"?" in self.target else b""

    def header(self, wanted: str) -> bytes | None:
        """The first line of that name."""
        return _first_lines(self.headers).get(wanted)


@lru_cache(maxsize=16)
def _first_lines(headers: tuple[tuple[bytes, bytes], ...]) -> dict[str, bytes]:
    return {name.decode("latin-1").lower(): value for name, value in reversed(headers)}


class Steps(NamedTuple):
    """One computation, in the order in which it is made."""

    canonical_request: bytes
    hashed_canonical_request: str
    string_to_sign: bytes
    signature: str


class Claim(NamedTuple):
    """The parts of an Authorization header as the official clients write it."""

    secret_id: str
    date: str
    service: str
    terminator: str
    signed: tuple[str, ...]
    signature: str


def parse(raw: bytes) -> Pieces:
    """Take the bytes of one request apart."""
    head, _, body = raw.partition(b"\r\n\r\n")
    first, *lines = head.split(b"\r\n")
    method, target, _ = first.split(b" ")
    headers = tuple((line.split(b":", 1)[0], line.split(b":", 1)[1].strip(b" \t")) for line in lines)
    return Pieces(method.decode(), target, headers, body)


def claim(pieces: Pieces) -> Claim:
    """Read the Authorization header of a well-formed request."""
    value = (pieces.header("authorization") or b"").decode()
    fields = dict(word.rstrip(",").split("=", 1) for word in value.split()[1:])
    secret_id, date, service, terminator = fields["Credential"].split("/")
    return Claim(secret_id, date, service, terminator, tuple(fields["SignedHeaders"].split(";")), fields["Signature"])


def utc_date(timestamp: int) -> str:
    return datetime.datetime.fromtimestamp(timestamp, datetime.UTC).date().isoformat()


def steps(
    pieces: Pieces,
    secret_key: str,
    *,
    stamp: str,
    date: str,
    service: str,
    signed: Iterable[str] = OBLIGATORY,
    terminator: str = "tc3_request",
    host: str | None = None,
    lower: bool = True,
) -> Steps:
    """Compute a signature.

    What only some clients do: `host` is signed in place of the Host header, and `lower=False` leaves values as sent.
    """
    names = sorted(signed)
    block = b""
    for name in names:
        value = pieces.header(name) or b""
        if name == "host" and host is not None:
            value = host.encode()
        value = value.strip(b" \t")
        block += name.encode() + b":" + (_ascii_lower(value) if lower else value) + b"\n"
    get = pieces.method.upper() == "GET"
    payload = b"" if get else pieces.body
    if pieces.header("x-tc-content-sha256") == UNSIGNED:
        payload = UNSIGNED
    canonical = b"\n".join(
        [
            pieces.method.upper().encode(),
            b"/",
            pieces.query if get else b"",
            block,
            ";".join(names).encode(),
            hashlib.sha256(payload).hexdigest().encode(),
        ]
    )
    hashed = hashlib.sha256(canonical).hexdigest()
    to_sign = "\n".join([ALGORITHM, stamp, f"{date}/{service}/{terminator}", hashed]).encode()
    key = _signing_key(secret_key, date, service, terminator)
    return Steps(canonical, hashed, to_sign, hmac.digest(key, to_sign, "sha256").hex())


@lru_cache(maxsize=256)
def _signing_key(secret_key: str, *scope: str) -> bytes:
    key = b"TC3" + secret_key.encode()
    for part in scope:
        key = hmac.digest(key, part.encode(), "sha256")
    return key


# Blanks: .NET sends two after the algorithm (sdk-source), otherwise assumed.
_AUTHORIZATION = re.compile(
    rb"TC3-HMAC-SHA256 +"
    rb"Credential=([^/, ]+)/([0-9]{4}-[0-9]{2}-[0-9]{2})/([^/, ]+)/([^/, ]+), *"
    rb"SignedHeaders=([^, ]+), *"
    rb"Signature=([^, ]+)"
)


@lru_cache(maxsize=256)
def tolerant_claim(value: bytes) -> Claim | None:
    """Read an Authorization header as the service is thought to; None where it is not of the published form."""
    match = _AUTHORIZATION.fullmatch(value)
    if match is None:
        return None
    secret_id, date, service, terminator, names, signature = (part.decode("latin-1") for part in match.groups())
    return Claim(secret_id, date, service, terminator, tuple(names.lower().split(";")), signature)


def is_signed(pieces: Pieces, secrets: Mapping[str, str]) -> bool:
    """Is it signed by the one it names, by the rule or as official clients do?  `secrets` are SecretKey by SecretId.

    Beside the rule: Node.js signs the host without its port (sdk-captures-2026-11); no client puts anything into lower
    case, so values are accepted as sent too (sdk-source; that the service does is assumed).
    """
    claimed = tolerant_claim(pieces.header("authorization") or b"")
    stamp = (pieces.header("x-tc-timestamp") or b"").decode("latin-1")
    if claimed is None or claimed.secret_id not in secrets or not re.fullmatch("[0-9]{1,12}", stamp):
        return False
    if not all_signed_are_there(pieces, claimed.signed):
        return False
    if (claimed.date, claimed.terminator) != (utc_date(int(stamp)), "tc3_request"):
        return False
    return any(
        steps(
            pieces,
            secrets[claimed.secret_id],
            stamp=stamp,
            date=claimed.date,
            service=claimed.service,
            signed=claimed.signed,
            host=host,
            lower=lower,
        ).signature
        == claimed.signature
        for host, lower in _readings(pieces, claimed.signed)
    )


def all_signed_are_there(pieces: Pieces, signed: Iterable[str]) -> bool:
    """Are the obligatory headers among those signed, and all of them among those sent?"""
    names = set(signed)
    return names.issuperset(OBLIGATORY) and all(pieces.header(name) is not None for name in names)


def _readings(pieces: Pieces, signed: Iterable[str]) -> Iterable[tuple[str | None, bool]]:
    """(host in place of the Host header, lower) for each way to sign that can tell two apart here."""
    host = (pieces.header("host") or b"").decode("latin-1")
    hosts = (None, re.sub(":[0-9]+$", "", host)) if ":" in host else (None,)
    capitals = any(re.search(b"[A-Z]", pieces.header(name) or b"") for name in signed)
    return [(signed_host, lower) for signed_host in hosts for lower in ((True, False) if capitals else (True,))]


def authorization(
    secret_id: str, signature: str, *, date: str, service: str, signed: Iterable[str], terminator: str
) -> bytes:
    """The header's value, as the official clients lay it out."""
    scope = f"{secret_id}/{date}/{service}/{terminator}"
    return f"{ALGORITHM} Credential={scope}, SignedHeaders={';'.join(signed)}, Signature={signature}".encode()


def _ascii_lower(value: bytes) -> bytes:
    return value.translate(_LOWER)


_LOWER = bytes(byte + 32 if 65 <= byte <= 90 else byte for byte in range(256))
