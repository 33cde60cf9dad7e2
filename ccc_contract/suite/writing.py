"""How official clients write the same request: spacing, escapes, order, names of headers.  Pure.

None of it may matter to the service, so a property draws it like any other input.

Sources: sdk-captures-2026-11, where the requests of five clients were recorded; sdk-source for PHP, Ruby, C++ and .NET.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote_from_bytes

from ..model import JSON

JSON_TYPE, FORM_TYPE = "application/json", "application/x-www-form-urlencoded"

_compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def _escaping(characters: str) -> Callable[[JSON], str]:
    """Compact, in UTF-8, but for these characters."""
    table = {ord(each): f"\\u{ord(each):04x}" for each in characters}
    return lambda params: _compact(params).translate(table)


def _with_slashes_escaped(params: JSON) -> str:
    return _compact(params).replace("/", "\\/")


def _form(safe: str, blank: str = "+") -> Callable[[bytes], str]:
    """Percent-encoding that leaves `safe` beside letters, digits and `-_.` (and `~`, which Python never encodes)."""

    def quoted(raw: bytes) -> str:
        text = quote_from_bytes(raw, safe=safe).replace("%20", blank)
        return text if "~" in safe else text.replace("~", "%7E")

    return quoted


@dataclass(frozen=True)
class Writing:
    """The habits of one client."""

    name: str
    json: Callable[[JSON], str] = field(repr=False, default=_compact)
    quote: Callable[[bytes], str] = field(repr=False, default=_form("~*"))
    in_order: bool = False
    """Pairs go out sorted by key."""
    title_case: bool = False
    """Names of headers are X-Tc-Action, not X-TC-Action."""
    charset: str = ""
    """Behind the content type, which is signed so."""
    port_is_signed: bool = True
    blanks_after_algorithm: int = 1
    end_of_signature: str = ""
    """Of the older schemes."""
    headers: tuple[tuple[str, str], ...] = ()
    """Beside what the API asks for."""


_PYTHON = Writing(
    "python", json.dumps, _form("~"),
    headers=(("X-TC-RequestClient", "SDK_PYTHON_3.1.177"), ("User-Agent", "python-requests/2.34.2"),
             ("X-TC-TraceId", "6553f374-f257-4f3e-81eb-441fdab098a3")),
)  # fmt: skip
_NODE = Writing(
    "node", _escaping("\u200d\u2028\u007f"), _form("~*", "%20"), port_is_signed=False,
    headers=(("X-TC-RequestClient", "SDK_NODEJS_4.1.313"), ("Accept", "*/*")),
)  # fmt: skip
_GO = Writing(
    "go", _escaping("<>&\u2028\u2029"), _form("~"), in_order=True, title_case=True,
    headers=(("X-TC-RequestClient", "SDK_GO_1.3.166"), ("User-Agent", "Go-http-client/1.1")),
)  # fmt: skip
_JAVA = Writing(
    "java", _escaping("\u2028\u2029"), _form("*"), charset="; charset=utf-8",
    headers=(("X-TC-RequestClient", "SDK_JAVA_3.2.11"), ("User-Agent", "okhttp/3.12.13")),
)  # fmt: skip
_PHP = Writing("php", _with_slashes_escaped, _form(""), headers=(("X-TC-RequestClient", "SDK_PHP_3.0"),))
_RUBY = Writing(
    "ruby", quote=_form("*"), title_case=True, end_of_signature="\n", headers=(("User-Agent", "Ruby"),)
)  # fmt: skip
_CPP = Writing("cpp", headers=(("X-TC-RequestClient", "SDK_CPP_3.0"),))
_DOTNET = Writing("dotnet", blanks_after_algorithm=2, headers=(("X-TC-RequestClient", "SDK_NET_3.0"),))

WRITINGS: Mapping[str, Writing] = {each.name: each for each in (_PYTHON, _NODE, _GO, _JAVA, _PHP, _RUBY, _CPP, _DOTNET)}
"""Name → habits.  tccli sends through the client for Python."""


def flattened(params: JSON, name: str = "") -> Iterator[tuple[str, str]]:
    """Parameters as pairs, in their order: positions count from zero, a boolean is `true`, null is left out.

    An empty list or object has no pair, so it is not there.
    """
    if isinstance(params, Mapping | list | tuple):
        items = params.items() if isinstance(params, Mapping) else enumerate(params)
        for key, value in items:
            yield from flattened(value, f"{name}.{key}" if name else str(key))
    elif params is not None:
        yield name, str(params).lower() if isinstance(params, bool) else str(params)
