"""Describing things as tables of keys: what a key holds, what it means, and how what was given is read.

A thing is a frozen dataclass whose fields are made by `key`; `read` makes one of decoded TOML or JSON, and `written`
is the way back.  One declaration gives the reading, its errors, the commented file of `ccc-mock init`, and the table
in the documentation.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from datetime import datetime
from typing import Any, NoReturn, TypeVar, cast

from ccc_contract.model import JSON
from ccc_contract.spelling import perhaps

from ..clock import parse_time
from ..numbers import is_number, normalised

Path = tuple[str | int, ...]
"""Where a value stands: keys, and positions in lists."""

T = TypeVar("T")


class WorldError(ValueError):
    """A description of a world is not one; the message says where, what was expected and what came."""

    def __init__(self, path: Path, expected: str, got: str, hint: str = "") -> None:
        super().__init__(f"{shown(path)}: expected {expected}, got {got}{f'; {hint}' if hint else ''}")
        self.path = path


@dataclass(frozen=True, slots=True)
class Kind:
    """What a key may hold: `says` completes "expected …"; `take` raises ValueError for what it may not."""

    says: str
    take: Callable[[JSON], Any]
    secret: bool = False
    """Is it kept out of errors?"""


def key(kind: Kind | type | tuple[type], says: str, default: Any = MISSING) -> Any:
    """A field of a described thing.  A type is a table, a tuple with a type is a list of tables."""
    metadata = {"kind": kind, "says": says}
    if isinstance(kind, tuple):
        return field(default=(), metadata=metadata)
    if isinstance(kind, type):
        return field(default_factory=kind, metadata=metadata)
    return field(metadata=metadata) if default is MISSING else field(default=default, metadata=metadata)


def read(thing: type[T], given: JSON, path: Path = ()) -> T:
    """Make one of decoded TOML or JSON.  Raises WorldError."""
    if not isinstance(given, Mapping):
        raise WorldError(path, "a table", told(given))
    known = {each.name: each for each in fields(thing)}  # type: ignore[arg-type]  # a dataclass: T cannot say so
    for name in given:
        if name not in known:
            expected = f"one of {', '.join(known)}"
            raise WorldError((*path, name), expected, "a key that is not known", perhaps(name, known))
    values = {name: _value(known[name], value, (*path, name)) for name, value in given.items()}
    for name, each in known.items():
        if name not in values and each.default is MISSING and each.default_factory is MISSING:
            raise WorldError((*path, name), cast(Kind, each.metadata["kind"]).says, "nothing")
    return thing(**values)


def _value(each: Field[Any], value: JSON, path: Path) -> Any:
    kind = each.metadata["kind"]
    if isinstance(kind, tuple):
        if not isinstance(value, list):
            raise WorldError(path, "a list of tables", told(value))
        return tuple(read(kind[0], item, (*path, n)) for n, item in enumerate(value))
    if isinstance(kind, type):
        return read(kind, value, path)
    try:
        return kind.take(value)
    except ValueError as reason:
        got = f"a text of {len(value)} characters" if kind.secret and isinstance(value, str) else told(value)
        raise WorldError(path, kind.says, got, str(reason)) from None


def written(thing: Any) -> dict[str, JSON]:
    """As JSON, every key: `read` makes the same thing of it again."""
    return {each.name: _plain(getattr(thing, each.name)) for each in fields(thing)}


def _plain(value: Any) -> JSON:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return written(value) if hasattr(value, "__dataclass_fields__") else value


def shown(path: Path) -> str:
    """`app[0].number[1].State`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{_clipped(part)}" for part in path)
    return text.removeprefix(".") or "the world"


def told(value: JSON) -> str:
    """A value in an error, short enough for a sentence: as TOML and JSON write it."""
    try:
        text = repr(value[:100]) if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    except (ValueError, RecursionError):  # a number of thousands of digits, lists within lists
        text = f"{'a number' if isinstance(value, int) else 'something'} beyond measure"
    return _clipped(text)


def _clipped(text: str) -> str:
    return text if len(text) <= 60 else text[:60] + "…"


# --- rows of a snapshot ----------------------------------------------------------------------------------------------

NONE = type(None)


def rows(given: JSON) -> list[JSON]:
    """A list.  Raises ValueError for anything else."""
    if not isinstance(given, list):
        raise ValueError(f"a list, got {told(given)}")
    return given


def row(given: JSON, *types: tuple[type, ...]) -> tuple[Any, ...]:
    """A list of values of these types, as a tuple.  Raises ValueError for others, and for what is beyond measure."""
    if not isinstance(given, list) or len(given) != len(types):
        raise ValueError(f"a list of {len(types)} values, got {told(given)}")
    for value, allowed in zip(given, types, strict=True):
        if type(value) not in allowed or (type(value) in (int, float) and not abs(value) < 2**63):
            raise ValueError(f"{' or '.join(each.__name__ for each in allowed)}, got {told(value)}")
    return tuple(given)


# --- kinds ---------------------------------------------------------------------------------------------------------


MAX_SECONDS = 366 * 86_400
"""The longest that anything takes."""


def _fail(hint: str = "") -> NoReturn:
    raise ValueError(hint)


def whole(least: int = 0, most: int = 2**63 - 1) -> Kind:
    says = f"a whole number from {least}" + (f" to {most}" if most < 2**63 - 1 else "")
    return Kind(says, lambda value: value if type(value) is int and least <= value <= most else _fail())


def one_of(*choices: str | int) -> Kind:
    def take(value: JSON) -> JSON:
        if type(value) in (str, int) and value in choices:
            return value
        return _fail(perhaps(value, map(str, choices)))

    return Kind(f"one of {', '.join(map(str, choices))}", take)


def _seconds(value: JSON) -> float:
    return float(value) if type(value) in (int, float) and 0 <= value <= MAX_SECONDS else _fail()


def _text(value: JSON) -> str:
    return str(value) if isinstance(value, str) and len(value) <= 1000 else _fail()


def _texts(value: JSON) -> tuple[str, ...]:
    return tuple(map(_text, value)) if isinstance(value, list | tuple) else _fail()


def _pattern(says: str, pattern: str, *, secret: bool = False) -> Kind:
    """A text of up to 1000 characters, all of which match."""
    return Kind(says, lambda value: text if re.fullmatch(pattern, text := _text(value)) else _fail(), secret)


def _number(value: JSON) -> str:
    if isinstance(value, str) and is_number(normalised(value)):
        return value
    return _fail()


def _moment(value: JSON) -> float:
    """Unix seconds; TOML has times of its own."""
    if isinstance(value, datetime):
        return parse_time(str(value.timestamp())) if value.tzinfo else _fail("it needs an offset such as +08:00")
    if type(value) not in (int, float, str):
        return _fail()
    return parse_time(str(value))


def optional(kind: Kind) -> Kind:
    """The same, or nothing: null in JSON, and no such key in TOML."""
    return Kind(kind.says, lambda value: None if value is None else kind.take(value), kind.secret)


FLAG = Kind("true or false", lambda value: value if type(value) is bool else _fail())
SECONDS = Kind("a number of seconds from 0", _seconds)
TEXT = Kind("a text", _text)
TEXTS = Kind("a list of texts", _texts)
SECRET_ID = _pattern("a SecretId without blanks, commas and slashes", r"[^\s,/]+", secret=True)
SECRET_KEY = _pattern("a SecretKey without blanks", r"\S+", secret=True)
TOKEN = _pattern("a token that is not blank", r"(?s).*\S.*", secret=True)
NUMBER = Kind("a telephone number such as 008613800000000", _number)
MOMENT = Kind("a Unix second or a time with its offset such as 2027-01-01T00:00:00+08:00", _moment)
_HOUR = "(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)"
HOURS = _pattern("hours such as 08:00-21:00, or an empty text for all day", f"({_HOUR}-{_HOUR})?")
