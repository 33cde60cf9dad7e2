"""Parameters as text, in the query of a GET or in a form: `Callers.0=0086…&Variables.0.Key=a`.  Pure.

Lists and objects are flattened: the parts of a name are joined by dots, positions count from zero without a gap.
All values are text, so they are read by the type that the model declares.

Sources: teco (positions, repeated and empty keys), public-logs (a key without `=`), sdk-captures-2026-11 (how values
are written: `True`, `true` and `1`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from string import hexdigits
from typing import Any, Literal

from .model import JSON, Api, Shape

Rule = Literal["no-equals", "empty-key", "repeated", "too-many", "index", "encoding", "too-deep"]


class MalformedPairs(ValueError):
    """The text breaks a rule; `name` is the parameter where there is one."""

    def __init__(self, rule: Rule, name: str = "") -> None:
        super().__init__(f"{rule} {name}".strip())
        self.rule = rule
        self.name = name


MAX_DEPTH = 16
"""How many dots a name may have: no shape of the API is nested deeper than four levels."""

MAX_PARTS = 100_000
"""How many dots all names together may have."""


def parse(text: bytes, *, bare_keys: bool = False) -> dict[bytes, bytes]:
    """Split and decode: `+` is a blank, `%41` a byte.  Empty pieces do not count.

    `bare_keys` takes a piece without `=` for an empty value, as Ruby's client signs it (sdk-captures-2026-11).
    Raises MalformedPairs.
    """
    pairs: dict[bytes, bytes] = {}
    for piece in text.replace(b"+", b" ").split(b"&"):
        key, equals, value = piece.partition(b"=")
        if not equals and piece and not bare_keys:
            raise MalformedPairs("no-equals")
        if b"%" in piece:
            key, value = unescaped(key), unescaped(value)
        if not key and piece:
            raise MalformedPairs("empty-key")
        if key in pairs:
            raise MalformedPairs("repeated", key.decode("utf-8", "replace"))
        if piece:
            pairs[key] = value
    return pairs


def first(text: bytes, key: bytes) -> bytes | None:
    """The decoded value of the first `key` in a text that cannot be parsed, or is too long to be."""
    start = 0 if text.startswith(key + b"=") else text.find(b"&" + key + b"=") + 1
    if start == 0 and not text.startswith(key + b"="):
        return None
    start += len(key) + 1
    end = text.find(b"&", start)
    value = text[start : len(text) if end < 0 else end]
    return unescaped(value[:MAX_COMMON_BYTES].replace(b"+", b" "))


MAX_COMMON_BYTES = 4096
"""What is read of a common parameter in a text that is not parsed."""


_ESCAPE = re.compile(rb"%([0-9A-Fa-f]{2})")
_BYTES = {f"{high}{low}".encode(): bytes.fromhex(high + low) for high in hexdigits for low in hexdigits}


def unescaped(raw: bytes) -> bytes:
    """`%41` → `A`; what is no escape stays.  In blocks and by C: urllib takes seconds and gigabytes for much `%`."""
    blocks, start = [], 0
    while start < len(raw):
        end = start + _BLOCK_BYTES
        across = _ESCAPE.match(raw, end - 2) or _ESCAPE.match(raw, end - 1)
        end = across.end() if across else end
        parts = _ESCAPE.split(raw[start:end])
        parts[1::2] = map(_BYTES.__getitem__, parts[1::2])
        blocks.append(b"".join(parts))
        start = end
    return b"".join(blocks)


_BLOCK_BYTES = 16 * 1024


def nested(api: Api, shape: Shape, pairs: Mapping[bytes, bytes]) -> dict[str, JSON]:
    """Unflatten decoded pairs into an object as `shape` declares it, each text read by its type.

    A text that its type cannot read stays text, and a name that the shape does not declare stays where it is, so that
    `conform.violations` finds both.  Raises MalformedPairs.
    """
    dots = [key.count(b".") for key in pairs]
    if max(dots, default=0) > MAX_DEPTH or sum(dots) > MAX_PARTS:
        raise MalformedPairs("too-deep")
    tree: dict[str, Any] = {}
    for key, value in pairs.items():
        name = _text(key, key)
        *parents, last = name.split(".")
        if name.startswith("."):  # no member has an empty name: this one is unknown as a whole
            parents, last = [], name
        place = tree
        for parent in parents:
            place = place.setdefault(parent, {})
            if type(place) is not dict:
                raise MalformedPairs("repeated", name)
        if last in place:
            raise MalformedPairs("repeated", name)
        place[last] = _text(value, key)
    return _object(api, shape, tree, "")


def _text(raw: bytes, key: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise MalformedPairs("encoding", key.decode("utf-8", "replace")) from None


def _object(api: Api, shape: Shape, tree: dict[str, Any], prefix: str) -> dict[str, JSON]:
    members = shape.members
    return {
        name: _value(api, members[name].type, members[name].of, node, prefix + name) if name in members else node
        for name, node in tree.items()
    }


def _value(api: Api, type_: str, of: str, node: Any, path: str) -> JSON:
    if type(node) is str:
        return _SCALARS.get(type_, str)(node)
    if type_ == "object":
        return _object(api, api.shapes[of], node, f"{path}.")
    if type_ == "list" and all(_POSITION.fullmatch(name) for name in node):
        return _elements(api, of, node, path)
    return node


def _elements(api: Api, of: str, node: dict[str, Any], path: str) -> list[JSON]:
    positions = [str(position) for position in range(len(node))]
    if not node.keys() >= set(positions):
        raise MalformedPairs("index", path)
    type_ = "object" if of in api.shapes else of
    return [_value(api, type_, of, node[position], f"{path}.{position}") for position in positions]


_POSITION = re.compile(r"0|[1-9][0-9]*")
_WHOLE = re.compile(r"-?[0-9]{1,20}")
_NUMBER = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,3})?")
_BOOLS = {"true": True, "1": True, "false": False, "0": False}


def _integer(text: str) -> JSON:
    return int(text) if _WHOLE.fullmatch(text) else text


def _float(text: str) -> JSON:
    number = float(text) if _NUMBER.fullmatch(text) else math.inf
    return number if math.isfinite(number) else text


def _bool(text: str) -> JSON:
    return _BOOLS.get(text.lower(), text)


_SCALARS = {"int64": _integer, "uint64": _integer, "float": _float, "bool": _bool}
"""How a text is read: Python writes `True`, Go, Java and Node.js `true`, PHP `0` (sdk-captures-2026-11)."""
