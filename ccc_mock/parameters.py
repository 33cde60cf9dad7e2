"""Where a request says what: common parameters in headers or among the others, parameters as JSON or as text.

A request without an Authorization header is of the older scheme, HmacSHA1 or HmacSHA256 (public-logs): its common
parameters stand among the others, in the query of a GET or in the form of a POST.  A GET of the newer scheme has its
parameters in the query and the common ones in headers; a POST has JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from ccc_contract import strict
from ccc_contract.http import Request
from ccc_contract.model import JSON, Action, Api
from ccc_contract.pairs import MalformedPairs, first, nested, parse
from ccc_contract.signing import claimed_secret_id

from .settings import Settings

FORM = "application/x-www-form-urlencoded"

# Their names in the older scheme, and the headers that carry them in the newer one.
COMMON: Mapping[bytes, bytes | None] = {
    b"Action": b"x-tc-action",
    b"Version": b"x-tc-version",
    b"Region": b"x-tc-region",
    b"Timestamp": b"x-tc-timestamp",
    b"Token": b"x-tc-token",
    b"Language": b"x-tc-language",
    b"RequestClient": b"x-tc-requestclient",
    b"Nonce": None,
    b"SecretId": None,
    b"Signature": None,
    b"SignatureMethod": None,
}
"""Every common parameter (doc-common-params); those without a header are in the Authorization header, or not at all."""


_NONE: Mapping[bytes, bytes] = MappingProxyType({})


class Parameters(NamedTuple):
    """A request's parameters as far as they can be read before anything is judged."""

    request: Request
    older: bool
    """No Authorization header: HmacSHA1 or HmacSHA256."""
    text: bytes | None = None
    """The query of a GET or the form of the older scheme, as sent; None where parameters are JSON."""
    pairs: Mapping[bytes, bytes] = _NONE
    """`text`, decoded; only the common ones where it is malformed or too large."""
    malformed: MalformedPairs | None = None
    too_large: bool = False
    """`text` is longer than the scheme may send."""

    def __repr__(self) -> str:
        return f"<Parameters of {self.request!r}>"

    def common(self, name: bytes) -> bytes | None:
        """A common parameter by its name in the older scheme (`Token`), wherever this request has it."""
        if self.older:
            return self.pairs.get(name)
        header = COMMON[name]
        return None if header is None else self.request.headers.get(header)

    def wire_name(self, name: bytes) -> str:
        """How that common parameter is called in this request: `Timestamp` or `X-TC-Timestamp`."""
        return name.decode() if self.older else f"X-TC-{name.decode()}"

    @property
    def secret_id(self) -> str:
        """Who claims to send it, well-formed or not; "" where nobody does."""
        if self.older:
            return self.pairs.get(b"SecretId", b"").decode("utf-8", "replace")
        return claimed_secret_id(self.request.headers)


def read(request: Request, settings: Settings, *, unsigned: bool = False) -> Parameters:
    """Read what has to be known before the first check: who asks, and whether the text can be read at all.

    Where requests may be `unsigned`, the header of the action tells the newer scheme as well.
    """
    headers = request.headers
    older = b"authorization" not in headers and not (unsigned and b"x-tc-action" in headers)
    if request.method == "GET":
        text, limit = request.query, settings.max_query_bytes
    elif older:
        text, limit = _form(request), settings.max_form_bytes
    else:
        return Parameters(request, older)
    if len(text) > limit:
        return Parameters(request, older, text, _common_ones(text), too_large=True)
    try:
        if text.count(b"&") >= settings.max_pairs:
            raise MalformedPairs("too-many")
        pairs = parse(text, bare_keys=settings.key_without_equals == "ok")
    except MalformedPairs as malformed:
        return Parameters(request, older, text, _common_ones(text), malformed)
    return Parameters(request, older, text, pairs)


def _form(request: Request) -> bytes:
    """The body, where it is a form: Java adds a charset to the type (sdk-captures-2026-11)."""
    media_type = request.headers.text(b"content-type").partition(";")[0]
    return request.body if media_type.strip().lower() == FORM else b""


def _common_ones(text: bytes) -> dict[bytes, bytes]:
    found = ((name, first(text, name)) for name in COMMON)
    return {name: value for name, value in found if value is not None}


def decode(parameters: Parameters, api: Api, action: Action, settings: Settings) -> dict[str, JSON]:
    """The parameters of the action, without the common ones.

    Raises MalformedPairs for text and ValueError or RecursionError for JSON that cannot be read.
    """
    if parameters.text is None:
        params = strict.decode(parameters.request.body.decode(), max_values=settings.max_values)
        if type(params) is not dict:
            raise ValueError("no object")
        return params
    pairs = parameters.pairs
    if parameters.older:
        pairs = {name: value for name, value in pairs.items() if name not in COMMON}
    return nested(api, action.input, pairs)
