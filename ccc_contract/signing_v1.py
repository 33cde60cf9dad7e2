"""HmacSHA1 and HmacSHA256: the older signatures, which official clients can still be set to send.  Pure.

    StringToSign = METHOD host "/?" key=value&key=value…     all parameters but Signature, by key in byte order, decoded
    signature    = BASE64(HMAC(SecretKey, StringToSign))     SHA-1 unless SignatureMethod is HmacSHA256

Sources: doc-signature-v1; the vectors in fixtures/tc3 (published ones) and fixtures/sdk (what official clients sent).
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Callable, Mapping

from .http import Request
from .signing import Working

METHODS = {"HmacSHA1": "sha1", "HmacSHA256": "sha256"}
"""SignatureMethod → digest."""

Reading = Callable[[bytes], bytes]
"""How a key stands in the string to sign."""


def as_sent(key: bytes) -> bytes:
    return key


def dot_for_underscore(key: bytes) -> bytes:
    """Python and Java write `_` as `.` into the string to sign (sdk-source), a rule of the API before this one."""
    return key.replace(b"_", b".")


READINGS: tuple[Reading, ...] = (as_sent, dot_for_underscore)
"""Tried in this order; the first whose signature is the client's wins."""


def digest_of(signature_method: bytes | None) -> str:
    """Only the very word HmacSHA256 switches; anything else is SHA-1 (doc-common-params)."""
    return METHODS["HmacSHA256"] if signature_method == b"HmacSHA256" else METHODS["HmacSHA1"]


def string_to_sign(method: str, host: bytes, pairs: Mapping[bytes, bytes], reading: Reading = as_sent) -> bytes:
    """What is signed: `pairs` are all parameters, decoded; Signature is left out."""
    lines = [b"%b=%b" % (reading(key), value) for key, value in sorted(pairs.items()) if key != b"Signature"]
    return b"%b%b/?%b" % (method.encode(), host, b"&".join(lines))


def work(request: Request, pairs: Mapping[bytes, bytes], secret_key: str, reading: Reading = as_sent) -> Working:
    """Compute the signature over `pairs` and the Host header as sent; there is no canonical request."""
    host = (request.headers.get(b"host") or b"").strip()
    to_sign = string_to_sign(request.method, host, pairs, reading)
    digest = hmac.digest(secret_key.encode(), to_sign, digest_of(pairs.get(b"SignatureMethod")))
    return Working(b"", to_sign, base64.b64encode(digest).decode())


def verify(request: Request, pairs: Mapping[bytes, bytes], secret_key: str) -> tuple[bool, Working]:
    """Is `Signature` one that the key makes?  Compared in constant time; Ruby ends it with a line feed.

    Returns the working that matched, or else the one by the rule.
    """
    claimed = pairs.get(b"Signature", b"").strip()
    readings = READINGS if any(b"_" in key for key in pairs) else (as_sent,)
    workings = []
    for reading in readings:
        working = work(request, pairs, secret_key, reading)
        if hmac.compare_digest(working.signature.encode(), claimed):
            return True, working
        workings.append(working)
    return False, workings[0]
