"""What may be shown of an exchange, and how.

* Signatures, tokens and members marked secret appear only as keyed digests: equal ones stay equal, and nobody who
  lacks the key of this process can try guesses against them.
* A SecretId shows its last four characters.
* Phone numbers are whole in data (a test asks who was called) and shortened wherever something is printed.
* Of headers, the values of those that are known to be harmless are shown, all others as digests.

Everything that leaves the journal goes through here.
"""

from __future__ import annotations

import hmac
import json
import math
import os
import re
from functools import lru_cache

from ccc_contract.http import Headers
from ccc_contract.model import JSON, Api
from ccc_contract.pairs import parse, unescaped
from ccc_contract.signing import MalformedAuthorization, parse_authorization
from ccc_contract.signing_v1 import string_to_sign

_NO_NAME = re.compile(rb"[\s\"'{}:,;<>\\]")
"""In what stands before a `=` and is no name: JSON or a header, say, in place of a query."""

_SECRET_WORD = re.compile(r"secret|token|passw|signature|api_?key|authori[sz]ation|cookie|credential|private", re.I)

_HARMLESS_HEADERS = frozenset(
    b"""accept accept-encoding accept-language cache-control connection content-length content-type date expect host
    keep-alive pragma te transfer-encoding user-agent x-tc-action x-tc-content-sha256 x-tc-language x-tc-region
    x-tc-requestclient x-tc-timestamp x-tc-traceid x-tc-version""".split()
)


_MAX_DEPTH = 64
"""No shape of the API is nested deeper than a few levels; what is, is shown as `…`."""


_MAX_NAME = 100
"""Characters: no member has a longer name, and what has is taken for a secret without being read."""

_MAX_QUERY = 64 * 1024
"""Bytes of a query that are shown: twice of what the service takes."""


class Redaction:
    """The rules above, for the members that an API model marks and with one digest key (random by default)."""

    def __init__(self, api: Api, key: bytes = b"") -> None:
        self._secret, self._harmless = _marked(api)
        self._key = key or os.urandom(32)

    def digest(self, value: bytes | str) -> str:
        """What stands in place of a secret."""
        raw = value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value
        return "digest:" + hmac.digest(self._key, raw, "sha256").hex()[:16]

    def is_secret(self, name: str) -> bool:
        """By the model for the names it knows, by the word for all others."""
        if len(name) > _MAX_NAME:
            return True
        folded = name.casefold()
        return folded in self._secret or (folded not in self._harmless and bool(_SECRET_WORD.search(folded)))

    def params(self, value: JSON, depth: int = 0) -> JSON:
        """Decoded parameters (or an answer) with every secret member replaced, as JSON that any reader takes."""
        if depth > _MAX_DEPTH:
            return "…"
        if isinstance(value, dict):
            return {
                name: self._secret_value(item) if self.is_secret(name) else self.params(item, depth + 1)
                for name, item in value.items()
            }
        if isinstance(value, list):
            return [self.params(item, depth + 1) for item in value]
        return value if not isinstance(value, float) or math.isfinite(value) else str(value)

    def _secret_value(self, value: JSON) -> JSON:
        if value is None or isinstance(value, str):
            return None if value is None else self.digest(value)
        try:
            return self.digest(json.dumps(value, sort_keys=True))
        except RecursionError:
            return "digest:…"

    def header(self, name: bytes, value: bytes) -> str:
        if name == b"authorization":
            return self.authorization(value)
        if name in _HARMLESS_HEADERS:
            return value.decode("utf-8", "replace")
        return self.digest(value) if value else ""

    def authorization(self, value: bytes) -> str:
        """A well-formed TC3 header without its signature; anything else is a digest, for it may be a key."""
        try:
            claim = parse_authorization(value)
        except MalformedAuthorization:
            return self.digest(value) if value else ""
        return (
            f"TC3-HMAC-SHA256 Credential={last_four(claim.secret_id)}/{claim.date}/{claim.service}/{claim.terminator}, "
            f"SignedHeaders={b';'.join(claim.signed_headers).decode('utf-8', 'replace')}, "
            f"Signature={self.digest(claim.signature)}"
        )

    def query(self, query: bytes) -> str:
        """A raw query string with the values of secret parameters replaced; a piece without a name is a digest."""
        shown = "&".join(map(self._pair, query[:_MAX_QUERY].split(b"&"))) if query else ""
        return shown if len(query) <= _MAX_QUERY else f"{shown}…"

    def canonical_request(self, canonical: bytes) -> str:
        """A canonical request; its query and its header values follow the rules above."""
        method, uri, query, *headers, signed, payload = canonical.split(b"\n")
        shown = (self._signed_line(line) for line in headers)
        texts = [_shown(method), self._uri(uri), self.query(query), *shown, _shown(signed), _shown(payload)]
        return "\n".join(texts)

    def _uri(self, uri: bytes) -> str:
        """A path; what stands behind its `?`, where a client signed the whole target, is a query."""
        path, mark, query = uri.partition(b"?")
        return f"{_shown(path)}{_shown(mark)}{self.query(query)}"

    def string_to_sign(self, method: str, headers: Headers, text: bytes) -> str:
        """The string to sign of the older scheme, made anew: the values in it are not to be told apart any more."""
        pairs = parse(text, bare_keys=True)
        shown = {name: self._value(name, value).encode() for name, value in pairs.items()}
        return _shown(string_to_sign(method, headers.get(b"host") or b"", shown))

    def _pair(self, pair: bytes) -> str:
        name, equals, value = pair.partition(b"=")
        if not equals:
            return self.digest(pair) if pair else ""
        plain = unescaped(name.replace(b"+", b" "))
        if _NO_NAME.search(plain):
            return self.digest(pair)
        if plain == b"SecretId":
            value = unescaped(value)
        return f"{_shown(name)}={self._value(plain, value)}"

    def _value(self, name: bytes, value: bytes) -> str:
        """The value of a parameter in text, by the last part of its name (`Staffs.0.Password`, `a[Password]`)."""
        plain = name.decode("utf-8", "replace")
        if plain == "SecretId":
            return last_four(_shown(value))
        last = re.split(r"[.\[\]]+", plain.rstrip("]"))[-1]
        return self.digest(value) if self.is_secret(last) else _shown(value)

    def _signed_line(self, line: bytes) -> str:
        name, colon, value = line.partition(b":")
        return f"{_shown(name)}:{self.header(name, value)}" if colon else _shown(line)


@lru_cache(maxsize=8)  # a fake for each test: its model is the same, and has thousands of names
def _marked(api: Api) -> tuple[frozenset[str], frozenset[str]]:
    """The names of secret members, and those of all others."""
    secret = frozenset(name.casefold() for name in api.secret_names)
    known = (name.casefold() for shape in api.shapes.values() for name in shape.members)
    return secret, frozenset(known) - secret


def last_four(secret_id: str) -> str:
    """What is shown of a SecretId, and of whatever was sent in its place."""
    return "…" + secret_id[-4:] if len(secret_id) > 8 else "…"


_NUMBER = re.compile(r"\+?[0-9][0-9 -]{2,30}")


def shortened_number(number: JSON) -> str:
    """A phone number as it may be printed: `00861******5678`; of anything else only its length."""
    if not isinstance(number, str):
        return "?"
    if not _NUMBER.fullmatch(number):
        return f"<{len(number)} characters>"
    head, tail = min(5, len(number) // 3), min(4, len(number) // 3)
    return number[:head] + "*" * (len(number) - head - tail) + number[len(number) - tail :]


def printable(text: str, limit: int = 80) -> str:
    """One line that cannot move a terminal's cursor, of bounded length."""
    clipped = text if len(text) <= limit else text[: limit - 1] + "…"
    return "".join(character if character.isprintable() else "?" for character in clipped)


def _shown(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")
