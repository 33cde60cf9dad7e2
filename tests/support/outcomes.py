"""What a client made of an answer, as a value that can be held against another."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import requests
from tencentcloud.common.exception import TencentCloudSDKException


def of(send: Callable[[], Any], told: Callable[[Any], Any], host: str) -> Any:
    """What came of it; names of hosts and objects, which differ from run to run, are taken out."""
    try:
        return "answer", told(send())
    except Exception as error:
        return "raised", raised(error, host)


def raised(error: BaseException, host: str) -> list[tuple[type, str]]:
    """The error and what it was made of: types and messages."""
    chain: list[tuple[type, str]] = []
    each: Any = error
    while isinstance(each, BaseException):
        chain.append((type(each), neutral(str(each), host)))
        reason = getattr(each, "reason", None) or (each.args[0] if each.args else None)
        each = each.args[-1] if reason and not isinstance(reason, BaseException) and len(each.args) > 1 else reason
    if isinstance(error, TencentCloudSDKException):
        chain.append((type(error), f"{error.get_code()} {neutral(str(error.get_message()), host)}"))
    return chain


def neutral(text: str, host: str) -> str:
    name, _, port = host.partition(":")
    text = text.replace(host, "HOST").replace(name, "HOST")
    for number in (port,) if port else ("80", "443"):
        text = text.replace(f"port={number}", "port")
    return re.sub(r"0x[0-9a-f]+", "0x", text)


def of_requests(response: requests.Response) -> dict[str, Any]:
    """Everything of a response that a program can look at."""
    return {
        "status": (response.status_code, response.reason, response.ok),
        "headers": list(response.headers.items()),
        "raw headers": list(response.raw.headers.items()),
        "raw": (response.raw.status, response.raw.reason, response.raw.version, response.raw.version_string),
        "length": (response.raw.length_remaining, response.raw.tell(), response.raw.closed),
        "raw types": (type(response.raw), type(response.raw.retries)),
        "content": (response.content, response.encoding, response.apparent_encoding),
        "after": (response.raw.closed, response.raw.read(), response.raw.tell()),
        "path": (response.request.path_url, len(response.history), response.is_redirect, response.next),
        "adapter": type(response.connection),
        "cookies": (list(response.cookies), response.links),
        "asked": (response.request.method, response.request.body, sorted(response.request.headers)),
    }


def of_httpx(response: Any) -> dict[str, Any]:
    """Everything of a response of httpx or httpx2, whose body was read, that a program can look at."""
    return {
        "type": type(response),
        "status": (response.status_code, response.reason_phrase, response.http_version),
        "headers": response.headers.raw,
        "body": (response.content, response.encoding, response.charset_encoding),
        "state": (response.is_closed, response.is_stream_consumed, response.num_bytes_downloaded),
        "way": (response.request.url.raw_path, len(response.history), response.next_request is None),
        "extensions": sorted(response.extensions),
        "cookies": list(response.cookies),
    }
