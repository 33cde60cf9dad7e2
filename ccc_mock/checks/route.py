"""route: does such an action exist?"""

from __future__ import annotations

import re
from functools import lru_cache

from ..exchange import Exchange
from .check import Backend, check


@check(
    "version", "NoSuchVersion",
    confidence="assumed", source="assumed",
    evidence="before the SecretId is looked up: no observation",
)  # fmt: skip
def version_exists(exchange: Exchange, backend: Backend) -> None:
    if exchange.version != backend.api.version:
        raise exchange.refusal("NoSuchVersion", "version", version=exchange.version, service=backend.service)


@check(
    "action", "InvalidAction",
    confidence="assumed", source="assumed",
    evidence="before the SecretId is looked up: no observation; names are compared with regard to case",
)  # fmt: skip
def action_exists(exchange: Exchange, backend: Backend) -> None:
    action = backend.api.actions.get(exchange.action_name)
    if action is None:
        name, service = exchange.action_name, backend.service
        raise exchange.refusal("InvalidAction", "action", action=name, service=service, version=exchange.version)
    exchange.action = action


# The charset is signed by Java and by the documentation's example (sdk-captures-2026-11, doc-signature-v3).
_CONTENT_TYPES = {
    "POST": re.compile(rb"application/json(\s*;\s*charset=\"?utf-8\"?)?", re.IGNORECASE),
    "GET": re.compile(rb"application/x-www-form-urlencoded(\s*;.*)?", re.IGNORECASE),
}


@lru_cache(maxsize=64)
def _is_supported(method: str, content_type: bytes) -> bool:
    return _CONTENT_TYPES[method].fullmatch(content_type) is not None


@check(
    "content-type", "UnsupportedProtocol",
    confidence="inferred", source="public-logs",
    evidence="the refusal names the action, so the action is known by then; its place before the SecretId is assumed",
)  # fmt: skip
def content_type_is_supported(exchange: Exchange, backend: Backend) -> None:
    if exchange.parameters.older:  # its parameters have been read, and most clients send no type with a GET
        return
    content_type = exchange.request.headers.get(b"content-type") or b""
    if not _is_supported(exchange.request.method, content_type.strip()[:200]):  # what is kept must be bounded
        shown = content_type.decode("utf-8", "replace").strip()
        if not shown.startswith("application/json"):  # there it is the parameter that is not supported
            shown = shown.partition(";")[0].strip()
        raise exchange.refusal("UnsupportedProtocol", "content-type", content_type=shown)
