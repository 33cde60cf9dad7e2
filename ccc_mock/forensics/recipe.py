"""How a client signs, as values: each piece as it writes it, so that a mistake is a changed piece and mistakes add up.

`Canonical` and `Signing` are the two halves of TC3-HMAC-SHA256, `Older` is HmacSHA1 and HmacSHA256.  What comes out of
a recipe by the rule is what `ccc_contract.signing` computes; that is tested over all that official clients sent.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from ccc_contract.http import Request
from ccc_contract.pairs import MalformedPairs, parse
from ccc_contract.signing import (
    TERMINATOR,
    Authorization,
    MalformedAuthorization,
    Reading,
    Working,
    by_the_rule,
    hashed_payload,
    pads,
    parse_authorization,
    utc_date,
)
from ccc_contract.signing_v1 import digest_of

from .writing import Style


class Canonical(NamedTuple):
    """The pieces of a canonical request."""

    method: bytes
    uri: bytes
    query: bytes
    headers: tuple[tuple[bytes, bytes], ...]
    """(name, value) of each line, as they stand in it."""
    signed: bytes
    """The line of SignedHeaders."""
    payload: bytes
    """The last line."""
    style: Style | None = None
    """How the JSON is written whose hash `payload` is; None where it is no such hash."""
    colon: bytes = b":"
    gap: bytes = b"\n"
    """Between the last header and the empty place before SignedHeaders."""
    eol: bytes = b"\n"
    end: bytes = b""

    @property
    def text(self) -> bytes:
        method, uri, query, headers, signed, payload, _, colon, gap, eol, end = self
        block = eol.join([name + colon + value for name, value in headers]) + gap
        return eol.join((method, uri, query, block, signed, payload)) + end


class Signing(NamedTuple):
    """The pieces of a string to sign, of the key, and of what is made of both."""

    stamp: bytes
    scope: bytes
    secret: bytes
    chain: tuple[bytes, ...]
    """What is derived with, in this order."""
    prefix: bytes = b"TC3"
    link: str = "raw"
    """How a derived key goes on: see LINKS."""
    algorithm: bytes = b"TC3-HMAC-SHA256"
    digest: str = "hex"
    """How the canonical request stands in the string: see FORMS."""
    order: tuple[int, int, int] = (0, 1, 2)
    """Of algorithm, timestamp and scope."""
    eol: bytes = b"\n"
    end: bytes = b""
    output: str = "hex"
    """How the signature is written: see OUTPUTS."""


class Recipe(NamedTuple):
    """A signature of TC3-HMAC-SHA256."""

    canonical: Canonical
    signing: Signing


class Older(NamedTuple):
    """The pieces of a signature of the older scheme."""

    method: bytes
    host: bytes
    path: bytes
    pairs: tuple[tuple[bytes, bytes], ...]
    secret: bytes
    digest: str
    prefix: bytes = b""
    end: bytes = b""
    output: str = "base64"

    @property
    def text(self) -> bytes:
        pairs = b"&".join([key + b"=" + value for key, value in self.pairs])
        return self.method + self.host + self.path + pairs + self.end


def _upper_hex(raw: bytes) -> bytes:
    return raw.hex().upper().encode()


OUTPUTS: Mapping[str, Callable[[bytes], bytes]] = {
    "hex": lambda raw: raw.hex().encode(),
    "HEX": _upper_hex,
    "base64": base64.b64encode,
    "base64url": base64.urlsafe_b64encode,
    "base64 of hex": lambda raw: base64.b64encode(raw.hex().encode()),
    # The sender did not encode `+`, and whoever reads a form takes it for a blank.
    "base64, + as blank": lambda raw: base64.b64encode(raw).replace(b"+", b" "),
    "base64, encoded twice": lambda raw: _percent(base64.b64encode(raw)),
}


def _percent(text: bytes) -> bytes:
    return text.replace(b"+", b"%2B").replace(b"/", b"%2F").replace(b"=", b"%3D")


FORMS: Mapping[str, Callable[[bytes], bytes]] = {
    "hex": lambda text: hashlib.sha256(text).hexdigest().encode(),
    "HEX": lambda text: _upper_hex(hashlib.sha256(text).digest()),
    "base64": lambda text: base64.b64encode(hashlib.sha256(text).digest()),
    "unhashed": lambda text: text,
    "hashed twice": lambda text: hashlib.sha256(hashlib.sha256(text).hexdigest().encode()).hexdigest().encode(),
}

LINKS: Mapping[str, Callable[[bytes, bytes], bytes]] = {
    "raw": lambda key, message: hmac.digest(key, message, "sha256"),
    "hex": lambda key, message: hmac.digest(key, message, "sha256").hex().encode(),
    "base64": lambda key, message: base64.b64encode(hmac.digest(key, message, "sha256")),
    "swapped": lambda key, message: hmac.digest(message, key, "sha256"),
}


def key_of(signing: Signing) -> bytes:
    """The derived key."""
    key, link = signing.prefix + signing.secret, LINKS[signing.link]
    for step in signing.chain:
        key = link(key, step)
    return key


def head_of(signing: Signing) -> bytes:
    """The string to sign up to the hash, which is its last line."""
    eol, lines = signing.eol, (signing.algorithm, signing.stamp, signing.scope)
    first, second, third = signing.order
    return lines[first] + eol + lines[second] + eol + lines[third] + eol


def string_to_sign(canonical: Canonical, signing: Signing) -> bytes:
    return head_of(signing) + FORMS[signing.digest](canonical.text) + signing.end


Step = Callable[[bytes], bytes]
"""Line of the hash → signature."""


class Steps:
    """The last step of each way to sign: a search takes thousands, so what can be is worked out once."""

    def __init__(self) -> None:
        self._pads: dict[tuple[bytes, bytes, tuple[bytes, ...], str], tuple[bytes, bytes]] = {}
        self._lines: dict[tuple[str, bytes], bytes] = {}

    def of(self, signing: Signing) -> Step:
        head, end, output = head_of(signing), signing.end, OUTPUTS[signing.output]
        if signing.link == "swapped":
            key = key_of(signing)
            return lambda line: output(hmac.digest(head + line + end, key, "sha256"))
        inner, outer = self._padded(signing)
        inner, sha256 = inner + head, hashlib.sha256
        if signing.output == "hex":
            return lambda line: sha256(outer + sha256(inner + line + end).digest()).hexdigest().encode()
        return lambda line: output(sha256(outer + sha256(inner + line + end).digest()).digest())

    def line(self, text: bytes, form: str) -> bytes:
        """The line of the hash of a canonical request that is signed in many ways."""
        line = self._lines.get((form, text))
        if line is None:
            line = self._lines[form, text] = FORMS[form](text)
        return line

    def _padded(self, signing: Signing) -> tuple[bytes, bytes]:
        name = signing.prefix, signing.secret, signing.chain, signing.link
        if name not in self._pads:
            self._pads[name] = pads(key_of(signing))
        return self._pads[name]

    def __repr__(self) -> str:
        return "<Steps>"


def signature_of(recipe: Recipe) -> bytes:
    return Steps().of(recipe.signing)(FORMS[recipe.signing.digest](recipe.canonical.text))


def signature_of_older(older: Older) -> bytes:
    return OUTPUTS[older.output](hmac.digest(older.prefix + older.secret, older.text, older.digest))


def working(recipe: Recipe | Older) -> Working:
    """Its steps, as they are shown."""
    if isinstance(recipe, Older):
        return Working(b"", recipe.text, signature_of_older(recipe).decode())
    to_sign = string_to_sign(recipe.canonical, recipe.signing)
    return Working(recipe.canonical.text, to_sign, signature_of(recipe).decode())


def canonical_by_the_rule(
    request: Request, names: Iterable[bytes], reading: Reading = by_the_rule, *, payload: bytes = b""
) -> Canonical:
    """The canonical request of what came; `payload` saves hashing it again."""
    names, get = tuple(names), request.headers.get
    return Canonical(
        method=request.method.encode(),
        uri=b"/",
        query=request.query if request.method == "GET" else b"",
        headers=tuple([(name, reading(name, get(name) or b"")) for name in names]),
        signed=b";".join(names),
        payload=payload or hashed_payload(request).encode(),
    )


def claim_of(request: Request) -> Authorization | None:
    """What the Authorization header claims; None where it is not there, or of another form."""
    try:
        return parse_authorization(request.headers.get(b"authorization") or b"")
    except MalformedAuthorization:
        return None


def date_of(claim: Authorization, stamp: bytes) -> str:
    """The timestamp's own date; the claimed one where the timestamp cannot be of our days."""
    return utc_date(int(stamp)) if len(stamp) <= DIGITS_OF_SECONDS else claim.date


DIGITS_OF_SECONDS = 11
"""More digits are no Unix seconds of this millennium."""


def signing_by_the_rule(claim: Authorization, stamp: bytes, secret_key: str) -> Signing:
    """As the gateway takes it: the date is the timestamp's own, service and key are those that are claimed."""
    scope = (date_of(claim, stamp), claim.service, TERMINATOR)
    parts = tuple(each.encode() for each in scope)
    return Signing(stamp=stamp, scope=b"/".join(parts), secret=secret_key.encode(), chain=parts)


def pairs_of(request: Request) -> dict[bytes, bytes]:
    """The parameters of a request of the older scheme, decoded; none where they cannot be read."""
    text = request.query if request.method == "GET" else request.body
    if text.count(b"&") >= READ_PAIRS or len(text) > READ_BYTES:
        return {}
    try:
        return parse(text, bare_keys=True)
    except MalformedPairs:
        return {}


READ_PAIRS = 10_000
READ_BYTES = 1024 * 1024
"""Beyond these no signature of the older scheme is judged (doc-signature-v1), nor read here."""


def older_by_the_rule(request: Request, pairs: Mapping[bytes, bytes], secret_key: str) -> Older:
    return Older(
        method=request.method.encode(),
        host=(request.headers.get(b"host") or b"").strip(),
        path=b"/?",
        pairs=tuple(sorted([pair for pair in pairs.items() if pair[0] != b"Signature"])),
        secret=secret_key.encode(),
        digest=digest_of(pairs.get(b"SignatureMethod")),
    )
