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
from collections.abc import Iterable
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
        for name, value in self.headers:
            if name.decode("latin-1").lower() == wanted:
                return value
        return None


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
    key = b"TC3" + secret_key.encode()
    for part in (date, service, terminator):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return Steps(canonical, hashed, to_sign, hmac.new(key, to_sign, hashlib.sha256).hexdigest())


def authorization(
    secret_id: str, signature: str, *, date: str, service: str, signed: Iterable[str], terminator: str
) -> bytes:
    """The header's value, as the official clients lay it out."""
    scope = f"{secret_id}/{date}/{service}/{terminator}"
    return f"{ALGORITHM} Credential={scope}, SignedHeaders={';'.join(signed)}, Signature={signature}".encode()


def _ascii_lower(value: bytes) -> bytes:
    return bytes(byte + 32 if 65 <= byte <= 90 else byte for byte in value)
