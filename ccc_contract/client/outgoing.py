"""One call as the bytes that go out: checked, written, signed.  Pure.

Written as official clients write it: POST / with JSON in ASCII, `content-type` and `host` signed, X-TC headers beside.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import urlsplit

from ..conform import violations
from ..errors import InvalidCall
from ..http import Headers, Request
from ..model import JSON, VERSION, Action, Api, Evidence, Shape
from ..signing import SigningKey, sign, utc_date
from ..spelling import perhaps
from .credentials import Credential

HOST = "ccc.tencentcloudapi.com"
SERVICE = "ccc"
LANGUAGES = ("zh-CN", "en-US")
MAX_BODY_BYTES = 10 * 1024 * 1024
"""Of a request with TC3-HMAC-SHA256 (doc-request-structure)."""

_ENDPOINT, _REGION, _LANGUAGE = "TENCENTCLOUD_ENDPOINT", "TENCENTCLOUD_REGION", "TENCENTCLOUD_LANGUAGE"


@dataclass(frozen=True, kw_only=True)
class Target:
    """Where calls go: scheme, host (with its port), and the common parameters that every call carries.

    Raises ValueError, which says what was expected and where it came from.
    """

    url: str = f"https://{HOST}/"
    region: str = ""
    language: str = ""
    host: str = field(init=False, default=HOST)

    def __post_init__(self) -> None:
        url, host = _endpoint(self.url)
        object.__setattr__(self, "url", url)
        object.__setattr__(self, "host", host)
        if self.region and not (self.region.isascii() and self.region.replace("-", "").isalnum()):
            raise ValueError(f"region: expected a name such as ap-shanghai, got {self.region!r}")
        if self.language and self.language not in LANGUAGES:
            raise ValueError(f"language: expected one of {', '.join(LANGUAGES)}, got {self.language!r}")

    @classmethod
    def of(
        cls, endpoint: str | None, region: str | None, language: str | None, environ: Mapping[str, str] | None = None
    ) -> Target:
        """Arguments first, then TENCENTCLOUD_ENDPOINT, _REGION and _LANGUAGE, then the service itself."""
        environ = os.environ if environ is None else environ

        def chosen(given: str | None, variable: str, default: str) -> str:
            return given if given is not None else environ.get(variable) or default

        return cls(
            url=chosen(endpoint, _ENDPOINT, HOST),
            region=chosen(region, _REGION, ""),
            language=chosen(language, _LANGUAGE, ""),
        )


def _endpoint(text: str) -> tuple[str, str]:
    """(URL, host with port) of what people write: a host name, or a URL without a path."""
    wrong = f"endpoint: expected a host name or http(s)://host[:port], got {text!r}"
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        port = parts.port
    except ValueError as error:
        raise ValueError(f"{wrong} ({error})") from None
    beyond = parts.path not in ("", "/") or parts.query or parts.fragment or "@" in parts.netloc
    plain = parts.netloc.isascii() and parts.netloc.isprintable() and " " not in parts.netloc
    if parts.scheme not in ("http", "https") or not parts.hostname or beyond or not plain:
        raise ValueError(wrong)
    usual = {"http": 80, "https": 443}[parts.scheme]
    host = parts.netloc.rpartition(":")[0] if port == usual else parts.netloc
    return f"{parts.scheme}://{host}/", host


# --- the body ------------------------------------------------------------------------------------------------------

_encode = json.JSONEncoder(ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode


def body_of(api: Api, action: Action, params: Mapping[str, JSON], *, check: bool) -> bytes:
    """The parameters as JSON.

    Raises InvalidCall: with `check`, every violation of the model; without, only what JSON cannot hold.
    """
    try:
        text = _encode(dict(params))
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidCall(action.name, problem=f"expected parameters that JSON can hold, got: {error}") from error
    if check:
        # Of what was written, not of what was given: tuples, enumerations and subclasses of str are JSON by now.
        found = violations(api, action.input, json.loads(text))
        if found:
            raise InvalidCall(action.name, found)
    if len(text) > MAX_BODY_BYTES:
        raise InvalidCall(action.name, problem=f"expected at most {MAX_BODY_BYTES} bytes of JSON, got {len(text)}")
    return text.encode("ascii")


_UNKNOWN = Evidence("assumed", "assumed", "an action that this version of the model does not have")


def action_of(api: Api, name: str, *, check: bool) -> Action:
    """The action of that name; without `check` one that the model does not have is taken for one that may do anything.

    Raises InvalidCall.
    """
    known = api.actions.get(name)
    if known is not None:
        return known
    if check or not (name.isascii() and name.isalnum()):
        problem = f"expected one of the {len(api.actions)} actions"
        raise InvalidCall(name, problem="; ".join(filter(None, (problem, perhaps(name, api.actions, count=3)))))
    return _undescribed(name)


@lru_cache(maxsize=64)
def _undescribed(name: str) -> Action:
    shape = Shape(name, {}, (), "assumed", "assumed")
    return Action(
        name=name, input=shape, output=shape, errors=(), errors_inherited_from=None, limit_per_second=20,
        effect="write", dials=True, family="undescribed", since="", status="", source="assumed", confidence="assumed",
        evidence=dict.fromkeys(("role", "since", "errors", "limit"), _UNKNOWN),
    )  # fmt: skip


# --- the request ---------------------------------------------------------------------------------------------------


class Signer:
    """Makes signed requests to one target, and keeps the day's key: deriving one takes four HMACs."""

    def __init__(self, target: Target, *, agent: str) -> None:
        lines = {"host": target.host, "content-type": "application/json", "x-tc-version": VERSION}
        optional = {"x-tc-region": target.region, "x-tc-language": target.language, "x-tc-requestclient": agent}
        self._lines = _encoded({**lines, **{name: value for name, value in optional.items() if value}})
        self._kept: tuple[tuple[str, str], SigningKey] | None = None

    def request(self, action: Action, body: bytes, credential: Credential, timestamp: int) -> Request:
        """The whole request, signed for that Unix second."""
        own = {"x-tc-action": action.name, **({"x-tc-token": credential.token} if credential.token else {})}
        request = Request("POST", b"/", b"", Headers.lowered((*self._lines, *_encoded(own))), body)
        key = self._key(credential.secret_key, utc_date(timestamp))
        return sign(request, credential.secret_id, credential.secret_key, timestamp=timestamp, key=key)

    def _key(self, secret_key: str, date: str) -> SigningKey:
        kept = self._kept  # once: another thread may replace it
        if kept is None or kept[0] != (secret_key, date):
            kept = self._kept = ((secret_key, date), SigningKey.derive(secret_key, date, SERVICE))
        return kept[1]


def _encoded(lines: Mapping[str, str]) -> tuple[tuple[bytes, bytes], ...]:
    return tuple((name.encode(), value.encode()) for name, value in lines.items())
