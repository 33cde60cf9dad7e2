"""A request as it is meant, before it is written and signed: what a property draws, changes and shows.  Pure.

Who sends it, when, and to which host are not part of it: the target adds them, so the same draft goes to any target.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from ..client.credentials import Credential
from ..http import Headers, Request
from ..model import JSON, VERSION
from ..signing import ALGORITHM, SigningKey, utc_date, work
from ..signing_v1 import work as work_older
from ..vectors.case import SCHEMES, TC3, Scheme
from .harmless import NOBODY
from .writing import FORM_TYPE, JSON_TYPE, WRITINGS, Writing, flattened

__all__ = ["CALL", "METHODS", "SCHEMES", "TC3", "Draft", "Method", "Scheme", "Signer", "Spoil"]

Method = Literal["POST", "GET"]
METHODS: tuple[Method, ...] = ("POST", "GET")
Signer = Literal["own", "another key", "nobody"]
Spoil = Callable[[Request], Request]
"""What is changed in a request after it was signed."""

CALL: Mapping[str, JSON] = {"SdkAppId": 1400000001, "AIAgentId": 15, "Callee": "008613700000000"}
"""What CreateAIAgentCall must have.  What may go to a live target is decided in harmless.py, not here."""

_NONCE = "11886"


def _with_another_key(own: Credential) -> Credential:
    return Credential(own.secret_id, f"{own.secret_key}-another", own.token)


_SIGNERS: Mapping[Signer, Callable[[Credential], Credential]] = {
    "own": lambda own: own,
    "another key": _with_another_key,
    "nobody": lambda own: NOBODY,
}


@dataclass(frozen=True)
class Draft:
    """CreateAIAgentCall in the current scheme, POST, as the client for Python writes it, until something is changed.

    Its repr shows only what differs from that, and makes the same draft again.
    """

    action: str = "CreateAIAgentCall"
    params: Mapping[str, JSON] = field(default_factory=lambda: CALL)
    scheme: Scheme = TC3
    method: Method = "POST"
    """The older schemes have their parameters in the query of a GET and in the form of a POST."""
    writing: str = "python"
    """One of WRITINGS."""
    common: Mapping[str, str | None] = field(default_factory=dict)
    """Common parameters by the vendor's name without X-TC- (Version, Region, Language, Token, Timestamp, Nonce, …), in
    place of the usual ones; None leaves one out."""
    headers: Mapping[str, str | None] = field(default_factory=dict)
    """Header lines added before it is signed, or in place of the usual ones; None leaves one out."""
    body: bytes | None = None
    """In place of what is written of `params` into a body."""
    query: bytes | None = None
    """In place of what is written of `params` into a query."""
    padding: int = 0
    """So many bytes more: blanks behind the JSON of a body, or letters in a parameter `Padding`."""
    seconds: int = 0
    """How far its timestamp is from the target's time; before it where negative."""
    signed: tuple[str, ...] = ("content-type", "host")
    """Of TC3: lower case, in ASCII order."""
    service: str = "ccc"
    date: str | None = None
    """Of the scope, in place of the timestamp's own."""
    signer: Signer = "own"
    """Who signs it: the target's own credential, one of the same SecretId with `another key`, or `nobody` (NOBODY)."""
    spoil: Spoil | None = None
    """Done to the signed request."""

    def but(self, **changes: object) -> Draft:
        return dataclasses.replace(self, **changes)  # type: ignore[arg-type]  # dataclasses checks the names

    def with_common(self, **common: str | None) -> Draft:
        return self.but(common={**self.common, **common})

    def with_headers(self, headers: Mapping[str, str | None]) -> Draft:
        return self.but(headers={**self.headers, **headers})

    def with_params(self, **params: JSON) -> Draft:
        return self.but(params={**self.params, **params})

    def without(self, *names: str) -> Draft:
        """Without these parameters of the action."""
        return self.but(params={name: value for name, value in self.params.items() if name not in names})

    def __repr__(self) -> str:
        plain = Draft()
        shown = []
        for each in dataclasses.fields(self):
            value = getattr(self, each.name)
            if value != getattr(plain, each.name):
                shown.append(f"{each.name}={getattr(value, '__name__', None) or repr(value)}")
        return f"Draft({', '.join(shown)})"

    @property
    def is_older(self) -> bool:
        return self.scheme != TC3

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The parameters of the action, as text."""
        padding = [("Padding", "a" * self.padding)] if self.padding else []
        return [*flattened(self.params), *padding]

    @property
    def way(self) -> tuple[Scheme, Method, str]:
        """How it goes out."""
        return self.scheme, self.method, self.writing

    def request(self, credential: Credential, now: float, host: str) -> Request:
        """Written and signed by `credential`, unless the draft says otherwise, at `now` (Unix seconds) for `host`."""
        signer = _SIGNERS[self.signer](credential)
        request = (_older if self.is_older else _current)(self, signer, int(now) + self.seconds, host)
        return request if self.spoil is None else self.spoil(request)


# --- the current scheme --------------------------------------------------------------------------------------------


def _current(draft: Draft, signer: Credential, timestamp: int, host: str) -> Request:
    writing = WRITINGS[draft.writing]
    query, body = _current_payload(draft, writing)
    usual = {"Action": draft.action, "Version": VERSION, "Timestamp": str(timestamp), "Token": signer.token or None}
    kind = (JSON_TYPE if draft.method == "POST" else FORM_TYPE) + writing.charset
    habits = {"Host": host, "Content-Type": kind, **_in_headers(usual), **dict(writing.headers)}
    lines = _lines({**habits, **_in_headers(draft.common), **draft.headers}, writing)
    request = Request(draft.method, b"/", query, Headers(lines), body)
    return _authorized(draft, request, signer, timestamp, writing)


def _in_headers(common: Mapping[str, str | None]) -> dict[str, str | None]:
    return {f"X-TC-{name}": value for name, value in common.items()}


def _current_payload(draft: Draft, writing: Writing) -> tuple[bytes, bytes]:
    """(query, body)."""
    query, body = draft.query or b"", draft.body or b""
    if draft.method == "GET" and draft.query is None:
        query = _pairs(draft.pairs, writing)
    if draft.method == "POST" and draft.body is None:
        body = writing.json(dict(draft.params)).encode("utf-8", "surrogatepass") + b" " * draft.padding
    return query, body


def _authorized(draft: Draft, request: Request, signer: Credential, timestamp: int, writing: Writing) -> Request:
    names = tuple(name.encode() for name in draft.signed)
    stamp = request.headers.get(b"x-tc-timestamp") or b""
    key = _key(signer.secret_key, draft.date or _date_of(stamp, timestamp), draft.service)
    signature = work(request if writing.port_is_signed else _without_port(request), names, stamp, key).signature
    value = (
        f"{ALGORITHM}{' ' * writing.blanks_after_algorithm}Credential={signer.secret_id}/{key.scope.decode()}, "
        f"SignedHeaders={';'.join(draft.signed)}, Signature={signature}"
    )
    return request._replace(headers=Headers((*request.headers.lines, (b"Authorization", value.encode()))))


_key = lru_cache(maxsize=64)(SigningKey.derive)


def _date_of(stamp: bytes, timestamp: int) -> str:
    return utc_date(int(stamp)) if stamp.isdigit() and len(stamp) < 12 else utc_date(timestamp)


def _without_port(request: Request) -> Request:
    lines = ((n, v.partition(b":")[0] if n.lower() == b"host" else v) for n, v in request.headers.lines)
    return request._replace(headers=Headers(lines))


def _lines(headers: Mapping[str, str | None], writing: Writing) -> tuple[tuple[bytes, bytes], ...]:
    kept: dict[str, tuple[bytes, bytes]] = {}
    for name, value in headers.items():
        kept.pop(name.lower(), None)
        if value is not None:
            shown = name.title() if writing.title_case else name
            kept[name.lower()] = shown.encode(), value.encode("utf-8", "surrogatepass")
    return tuple(kept.values())


# --- the older schemes ---------------------------------------------------------------------------------------------


def _older(draft: Draft, signer: Credential, timestamp: int, host: str) -> Request:
    writing = WRITINGS[draft.writing]
    pairs = _older_pairs(draft, signer, timestamp)
    headers: dict[str, str | None] = {"Host": host, **dict(writing.headers)}
    if draft.method == "POST":
        headers["Content-Type"] = FORM_TYPE + writing.charset
    bare = Request(draft.method, b"/", b"", Headers(_lines({**headers, **draft.headers}, writing)), b"")
    text = draft.query if draft.method == "GET" else draft.body
    if text is None:
        raw = {key.encode(): value.encode("utf-8", "surrogatepass") for key, value in pairs}
        signature = work_older(bare, raw, signer.secret_key).signature + writing.end_of_signature
        text = _pairs([*pairs, ("Signature", signature)], writing)
    return bare._replace(query=text) if draft.method == "GET" else bare._replace(body=text)


def _older_pairs(draft: Draft, signer: Credential, timestamp: int) -> list[tuple[str, str]]:
    usual = {
        "Action": draft.action,
        "Version": VERSION,
        "Timestamp": str(timestamp),
        "Nonce": _NONCE,
        "SecretId": signer.secret_id,
        "SignatureMethod": draft.scheme,
        "Token": signer.token or None,
    }
    common = {name: value for name, value in {**usual, **draft.common}.items() if value is not None}
    return [*draft.pairs, *common.items()]


def _pairs(pairs: list[tuple[str, str]], writing: Writing) -> bytes:
    in_order = sorted(pairs) if writing.in_order else pairs
    text = "&".join(
        f"{writing.quote(key.encode())}={writing.quote(value.encode('utf-8', 'surrogatepass'))}"
        for key, value in in_order
    )
    return text.encode()
