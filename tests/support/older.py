"""Requests with their parameters as text, before they are signed: the older scheme, and the newer one's GET.

Lists and objects are flattened as official clients do: `Callers.0=0086…&Variables.0.Key=a`.  The older scheme is signed
here, from the published rule alone (doc-signature-v1) and by nothing of ours:

    StringToSign = METHOD host "/?" key=value&key=value…     all parameters but Signature, by key in byte order, decoded
    Signature    = BASE64(HMAC(SecretKey, StringToSign))     SHA-1 unless SignatureMethod is HmacSHA256
"""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import hmac
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_from_bytes

from ccc_contract.http import Headers, Request
from ccc_mock import DEFAULT_CREDENTIAL, Credential
from drafts import EXAMPLE, FORM, HOST, NOW, VERSION, Draft

Text = str | bytes
Pair = tuple[Text, Text]

SHA1, SHA256 = "HmacSHA1", "HmacSHA256"


def flattened(params: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Parameters as pairs, in their order: positions count from zero, a boolean is `true`, None is left out.

    An empty list or object has no pair, so it is not there.
    """
    if isinstance(params, Mapping | list):
        items = params.items() if isinstance(params, Mapping) else enumerate(params)
        for key, value in items:
            yield from flattened(value, f"{name}.{key}" if name else str(key))
    elif params is not None:
        yield name, str(params).lower() if isinstance(params, bool) else str(params)


def percent(raw: bytes) -> str:
    """RFC 3986: everything but letters, digits and `-_.~` is encoded."""
    return quote_from_bytes(raw, safe="")


def encoded(pairs: Iterable[Pair], quote: Callable[[bytes], str] = percent) -> bytes:
    """Pairs as they stand in a query or a form, in their order."""
    return "&".join(f"{quote(raw(key))}={quote(raw(value))}" for key, value in pairs).encode()


def raw(text: Text) -> bytes:
    """In UTF-8, half a surrogate pair included."""
    return text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")


def get_draft(params: Mapping[str, Any] = EXAMPLE, *, pairs: Iterable[Pair] | None = None) -> Draft:
    """A GET of the newer scheme: common parameters in headers, the others in the query.  `pairs` replace `params`."""
    query = encoded(flattened(params) if pairs is None else pairs)
    return Draft(method="GET", query=query, body=b"").with_headers({"content-type": FORM})


def _common() -> dict[str, Text]:
    return {"Action": "CreateAIAgentCall", "Version": VERSION, "Timestamp": str(NOW), "Nonce": "11886"}


@dataclass(frozen=True)
class OlderDraft:
    """CreateAIAgentCall in the older scheme, by the default credential at NOW, until something is changed."""

    method: str = "GET"
    """Parameters stand in the query of a GET, in the form that is the body of any other."""
    signature_method: Text | None = None
    """Left out, it means HmacSHA1; so does every other word than HmacSHA256."""
    host: str = HOST
    path: bytes = b"/"
    common: Mapping[str, Text] = field(default_factory=_common)
    """The common parameters without SecretId, SignatureMethod and Signature, which have fields of their own."""
    params: Mapping[str, Any] = field(default_factory=lambda: EXAMPLE)
    pairs: Sequence[Pair] | None = None
    """In place of `params`, already flat, in any order and as often as wanted."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Beside Host, and the Content-Type of a form."""
    secret_id: Text | None = DEFAULT_CREDENTIAL.secret_id
    """None leaves it out."""
    secret_key: str = DEFAULT_CREDENTIAL.secret_key
    signature: Text | None = None
    """In place of the one that signs; `b""` leaves the parameter empty."""
    ending: str = ""
    """Behind the signature: Ruby ends it with a line feed."""
    key_as_signed: Callable[[bytes], bytes] = bytes
    """How a key stands in the string to sign: Python and Java write a dot for `_`."""
    signed_host: str | None = None
    """In place of `host`, in the string to sign only."""
    quote: Callable[[bytes], str] = percent
    appended: bytes = b""
    """Behind the text, as it is, and not signed: `&bareword`."""
    text: bytes | None = None
    """In place of everything that is put together of pairs, the signature included."""

    def but(self, **changes: Any) -> OlderDraft:
        return dataclasses.replace(self, **changes)

    def by(self, credential: Credential) -> OlderDraft:
        """Signed by another credential, without its token."""
        return self.but(secret_id=credential.secret_id, secret_key=credential.secret_key)

    def with_common(self, **common: Text) -> OlderDraft:
        return self.but(common={**self.common, **common})

    def without_common(self, *names: str) -> OlderDraft:
        return self.but(common={name: value for name, value in self.common.items() if name not in names})

    def with_params(self, params: Mapping[str, Any]) -> OlderDraft:
        return self.but(params={**self.params, **params})

    def without_param(self, name: str) -> OlderDraft:
        return self.but(params={key: value for key, value in self.params.items() if key != name})

    def for_action(self, action: str, params: Mapping[str, Any]) -> OlderDraft:
        return self.with_common(Action=action).but(params=params)

    @property
    def signed_pairs(self) -> list[tuple[bytes, bytes]]:
        """Every parameter but Signature, in the order in which they are sent."""
        own = {"SecretId": self.secret_id, "SignatureMethod": self.signature_method}
        named = {**self.common, **{name: value for name, value in own.items() if value is not None}}
        rest = flattened(self.params) if self.pairs is None else self.pairs
        return [(raw(key), raw(value)) for key, value in (*named.items(), *rest)]

    @property
    def string_to_sign(self) -> bytes:
        by_key = sorted(self.signed_pairs, key=lambda pair: pair[0])
        pairs = b"&".join(self.key_as_signed(key) + b"=" + value for key, value in by_key)
        return self.method.encode() + (self.signed_host or self.host).encode() + b"/?" + pairs

    @property
    def right_signature(self) -> str:
        method = None if self.signature_method is None else raw(self.signature_method)
        digest = hashlib.sha256 if method == SHA256.encode() else hashlib.sha1
        return base64.b64encode(hmac.new(self.secret_key.encode(), self.string_to_sign, digest).digest()).decode()

    @property
    def parameters(self) -> bytes:
        """The query or the form, as it is on the wire."""
        if self.text is not None:
            return self.text
        signature = raw(self.right_signature + self.ending) if self.signature is None else raw(self.signature)
        return encoded((*self.signed_pairs, (b"Signature", signature)), self.quote) + self.appended

    def request(self) -> Request:
        """Signed, as the endpoint takes it."""
        if self.method == "GET":
            return Request("GET", self.path, self.parameters, Headers.of({"host": self.host, **self.headers}), b"")
        lines = {"host": self.host, "content-type": FORM, **self.headers}
        return Request(self.method, self.path, b"", Headers.of(lines), self.parameters)
