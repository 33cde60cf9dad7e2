"""HmacSHA1 and HmacSHA256 a second time, so that the first can be compared with it.  Imports nothing of ours.

Written from the published rule alone (doc-signature-v1):

    StringToSign = METHOD host "/?" key=value&key=value…   every parameter but Signature, by key in byte order, decoded
    signature    = BASE64(HMAC(SecretKey, StringToSign))   SHA-1, or SHA-256 where SignatureMethod says HmacSHA256
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from oracle import Pieces

FORM = b"application/x-www-form-urlencoded"


def text_of(pieces: Pieces) -> bytes:
    """Where the parameters stand: the query of a GET, the form of a POST; Java adds a charset to the form's type."""
    if pieces.method == "GET":
        return pieces.query
    media_type = (pieces.header("content-type") or b"").split(b";")[0].strip(b" \t").lower()
    return pieces.body if media_type == FORM else b""


class Pair(NamedTuple):
    """Decoded."""

    key: bytes
    value: bytes | None
    """None where there is no `=`."""


@lru_cache(maxsize=16)
def pairs(text: bytes) -> tuple[Pair, ...]:
    """The pairs in their order.  That nothing between two `&` is no pair is assumed."""
    return tuple([_pair(piece) for piece in text.split(b"&") if piece])


@lru_cache(maxsize=4096)
def _pair(piece: bytes) -> Pair:
    key, equals, value = piece.partition(b"=")
    return Pair(_decoded(key), _decoded(value) if equals else None)


def _decoded(text: bytes) -> bytes:
    """`+` is a blank, `%41` a byte."""
    return _ESCAPE.sub(lambda match: bytes.fromhex(match[1].decode()), text.replace(b"+", b" "))


_ESCAPE = re.compile(rb"%([0-9A-Fa-f]{2})")


@lru_cache(maxsize=16)
def is_well_formed(text: bytes) -> bool:
    """No pair without `=`, no empty key, no key twice."""
    found = pairs(text)
    keys = {pair.key for pair in found if pair.key and pair.value is not None}
    return len(keys) == len(found)


def parameters(pieces: Pieces) -> Mapping[bytes, bytes]:
    """Value by key; what has no `=` is left out."""
    return _parameters(text_of(pieces))


@lru_cache(maxsize=16)
def _parameters(text: bytes) -> Mapping[bytes, bytes]:
    return {pair.key: pair.value for pair in pairs(text) if pair.value is not None}


def string_to_sign(pieces: Pieces) -> bytes:
    """What is signed: the host as it was sent, with its port (sdk-captures-2026-11)."""
    host = (pieces.header("host") or b"").strip(b" \t")
    signed = sorted((key, value) for key, value in parameters(pieces).items() if key != b"Signature")
    return pieces.method.encode() + host + b"/?" + b"&".join(key + b"=" + value for key, value in signed)


def signature(pieces: Pieces, secret_key: str) -> bytes:
    method = parameters(pieces).get(b"SignatureMethod")
    digest = hashlib.sha256 if method == b"HmacSHA256" else hashlib.sha1
    return base64.b64encode(hmac.new(secret_key.encode(), string_to_sign(pieces), digest).digest())


def is_signed(pieces: Pieces, secrets: Mapping[str, str]) -> bool:
    """Is it signed by the one it names?  `secrets` are SecretKey by SecretId.

    Ruby's client ends the signature with a line feed (sdk-source).
    """
    given = parameters(pieces)
    secret_key = secrets.get(given.get(b"SecretId", b"").decode("latin-1"))
    if secret_key is None or not is_well_formed(text_of(pieces)):
        return False
    return given.get(b"Signature", b"").strip() == signature(pieces, secret_key)
