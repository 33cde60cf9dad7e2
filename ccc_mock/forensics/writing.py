"""The same JSON, written otherwise: what a client may have hashed before something wrote its body anew."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from itertools import islice, permutations
from math import factorial
from typing import Any, NamedTuple

from ccc_contract import strict

MAX_BYTES = 8 * 1024
MAX_VALUES = 500
MAX_BRACKETS = 100
"""A larger body is not written anew: that would take longer than a search may.  Those of this service are small."""

MAX_MEMBERS = 4
"""Of so many members all 24 orders are tried; of more, the sorted and the reversed one."""

LIKELY_ORDERS = 3
"""As sent, sorted, reversed."""


class Style(NamedTuple):
    """One way to write JSON, each part by its name in the tables below."""

    order: str
    blanks: str
    escapes: str


_SENT = "as sent"

# name → (separators, indent)
_BLANKS: Mapping[str, tuple[tuple[str, str], int | None]] = {
    "`,` `:`": ((",", ":"), None),
    "`, ` `: `": ((", ", ": "), None),
    "2 blanks a level": ((",", ": "), 2),
    "4 blanks a level": ((",", ": "), 4),
}


def _html(text: str) -> str:
    """Go's own encoder."""
    return _HTML.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


_HTML = re.compile("[<>&\u2028\u2029]")

# name → (only ASCII, what is escaped besides): the official clients differ in nothing else (sdk-captures-2026-11).
_ESCAPES: Mapping[str, tuple[bool, Callable[[str], str]]] = {
    "UTF-8": (False, str),
    "\\uXXXX": (True, str),
    "UTF-8, \\u003c": (False, _html),
    "UTF-8, \\/": (False, lambda text: text.replace("/", "\\/")),
    "\\uXXXX, \\/": (True, lambda text: text.replace("/", "\\/")),
}


class Writings:
    """A body in every style; each is written once, and only when it is asked for."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._texts: dict[Style, bytes] = {}
        self._hashes: dict[Style, bytes] = {}

    @cached_property
    def value(self) -> dict[str, Any] | None:
        """The JSON object that the body is; None where it is none, or too large to be written anew."""
        body = self._body
        if not 2 < len(body) <= MAX_BYTES or body.count(b"[") + body.count(b"{") > MAX_BRACKETS:
            return None
        try:
            value = strict.decode(self._body.decode(), max_values=MAX_VALUES)
        except (ValueError, RecursionError):
            return None
        return value if isinstance(value, dict) and value else None

    @cached_property
    def sent(self) -> Style | None:
        """How the body is written as it came; None where by no table."""
        if self.value is None:
            return None
        lines = b"\n" in self._body  # only with an indent are there any
        likely = [name for name, (_, indent) in _BLANKS.items() if lines is (indent is not None)]
        styles = (Style(_SENT, blanks, escapes) for blanks in likely for escapes in _ESCAPES)
        return next((style for style in styles if self.text(style) == self._body), None)

    @cached_property
    def orders(self) -> tuple[str, ...]:
        """Names of the orders that its members may have had."""
        members = len(self.value or ())
        if members < 2:
            return (_SENT,)
        rarer = range(1, factorial(members)) if members <= MAX_MEMBERS else ()
        return (_SENT, "sorted", "reversed", *map(str, rarer))

    def others(self, style: Style, *parts: str) -> Iterator[Style]:
        """The styles that differ in each of these parts, and in nothing else; the rarer orders only by themselves."""
        choices: dict[str, tuple[str, ...]] = {
            "order": self.orders if len(parts) == 1 else self.orders[:LIKELY_ORDERS],
            "blanks": tuple(_BLANKS),
            "escapes": tuple(_ESCAPES),
        }
        found = [style]
        for part in parts:
            found = [
                each._replace(**{part: choice})
                for choice in choices[part]
                for each in found
                if choice != getattr(style, part)
            ]
        yield from found

    def every(self) -> Iterator[Style]:
        """All of them, but for the rarer orders."""
        for order in self.orders[:2]:
            for blanks in _BLANKS:
                for escapes in _ESCAPES:
                    yield Style(order, blanks, escapes)

    def text(self, style: Style) -> bytes:
        if style not in self._texts:
            self._texts[style] = self._written(style)
        return self._texts[style]

    def hashed(self, style: Style) -> bytes:
        """HEX(SHA256) of the body in that style."""
        if style not in self._hashes:
            self._hashes[style] = hashlib.sha256(self.text(style)).hexdigest().encode()
        return self._hashes[style]

    def names(self, style: Style) -> list[str]:
        """The members in the order of that style, by their names."""
        return list(self._ordered(self.value or {}, style.order))

    def _written(self, style: Style) -> bytes:
        separators, indent = _BLANKS[style.blanks]
        only_ascii, further = _ESCAPES[style.escapes]
        value = self._ordered(self.value or {}, style.order)
        try:
            text = json.dumps(
                value,
                ensure_ascii=only_ascii,
                separators=separators,
                indent=indent,
                sort_keys=style.order == "sorted",
            )
        except RecursionError:  # with an indent it is Python that writes, and it does not get as deep as C reads
            return self._body
        return further(text).encode("utf-8", "surrogatepass")

    def _ordered(self, value: dict[str, Any], order: str) -> dict[str, Any]:
        if order == "reversed":
            return dict(reversed(value.items()))
        if order.isdigit():
            names = next(islice(permutations(value), int(order), None), tuple(value))
            return {name: value[name] for name in names}
        return value
