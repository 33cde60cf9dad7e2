"""What a record of a data file may hold, and complaints that name file, path and key.

Knows nothing of the API: a `Record` lists the keys an object must and may have, a `Kind` tells one kind of value, a
`Place` is where in which file they were looked for.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any, NamedTuple, NoReturn, cast

from .model import JSON, ModelError
from .spelling import nearest


class Place(NamedTuple):
    """A spot in a data file, for complaints."""

    file: str
    path: tuple[str, ...] = ()

    def at(self, *keys: str) -> Place:
        return Place(self.file, self.path + keys)

    def refuse(self, problem: str) -> NoReturn:
        raise ModelError(f"{self.file}: {'.'.join(self.path) or 'top level'}: {problem}")


def refuse_word(place: Place, what: str, word: str, known: Iterable[str]) -> NoReturn:
    close = nearest(word, known, count=1, cutoff=0.5)
    place.refuse(f'unknown {what} "{word}"' + (f'; nearest: "{close[0]}"' if close else ""))


def resolve(place: Place, what: str, word: str, known: Mapping[str, Any]) -> None:
    if word not in known:
        refuse_word(place, what, word, known)


class Kind(NamedTuple):
    """A kind of value: what to call it in a complaint, and how to tell it."""

    expected: str
    accepts: Callable[[JSON], bool]

    def refusal(self, value: JSON) -> str:
        return f"expected {self.expected}, got {json.dumps(value)}"


def one_of(words: Sequence[str]) -> Kind:
    return Kind("one of " + ", ".join(words), lambda value: isinstance(value, str) and value in words)


def _is_whole(value: JSON) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_count(value: JSON) -> bool:
    return _is_whole(value) and value >= 0


def _is_date(value: JSON) -> bool:
    try:
        return len(value) == 10 and bool(date.fromisoformat(value))
    except (TypeError, ValueError):
        return False


def _is_list_of(accepts: Callable[[JSON], bool]) -> Callable[[JSON], bool]:
    return lambda value: isinstance(value, list) and all(map(accepts, value))


def _is_text(value: JSON) -> bool:
    return isinstance(value, str) and value != ""


TEXT = Kind("a string that is not empty", _is_text)
TEXTS = Kind("a list of strings", _is_list_of(_is_text))
FLAG = Kind("true or false", lambda value: isinstance(value, bool))
WHOLE = Kind("a whole number", _is_whole)
COUNT = Kind("a whole number of at least 0", _is_count)
POSITIVE = Kind("a whole number of at least 1", lambda value: _is_count(value) and value > 0)
DATE = Kind("an ISO date such as 2026-11-22", _is_date)
SCALAR = Kind("a string, a number, true or false", lambda value: isinstance(value, str | int | float))
SCALARS = Kind("a list of strings or numbers", _is_list_of(SCALAR.accepts))
RECORD = Kind("an object", lambda value: isinstance(value, dict))
RECORDS = Kind("a list of objects", _is_list_of(RECORD.accepts))


class Record:
    """The keys an object must and may have, and the kind of each."""

    def __init__(self, must: Mapping[str, Kind], may: Mapping[str, Kind] = MappingProxyType({})) -> None:
        self.must = frozenset(must)
        self.kinds = {**must, **may}


def checked_kind(value: JSON, kind: Kind, place: Place) -> JSON:
    """The value itself, once it is of its kind."""
    if not kind.accepts(value):
        place.refuse(kind.refusal(value))
    return value


def checked(record: JSON, expected: Record, place: Place) -> dict[str, JSON]:
    """The record itself, once every key is known, present where it must be, and of its kind."""
    checked_kind(record, RECORD, place)
    for key, value in record.items():
        kind = expected.kinds.get(key)
        if kind is None:
            refuse_word(place, "key", key, expected.kinds)
        if not kind.accepts(value):
            place.at(key).refuse(kind.refusal(value))
    if not expected.must <= record.keys():
        key = next(key for key in expected.kinds if key in expected.must and key not in record)
        place.refuse(f'missing key "{key}": expected {expected.kinds[key].expected}')
    return cast("dict[str, JSON]", record)
