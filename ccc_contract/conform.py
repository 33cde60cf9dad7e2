"""Does a value have the shape that the model says?  Collects violations; never raises.

Rules, each with the path that the service names (dotted, list positions from zero: `Variables.0.Key`):

    missing   a required member is absent, or null (assumed: null counts as absent; no official client sends it)
    unknown   a member that the shape does not declare
    type      the JSON type does not fit: an integer where a string is declared, 1.0 or true for an integer,
              an integer outside of its width, a scalar for a list
    value     the type fits, but the value is outside of what is documented: a range, an enumeration, a length
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Literal, NamedTuple

from .model import JSON, Api, Member, Shape

Rule = Literal["missing", "unknown", "type", "value"]

MAX_VIOLATIONS_PER_OBJECT = 16
"""A million unknown keys are as wrong as sixteen, and cost a million times as much to tell."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One place where a value and its shape disagree.

    `expected` is the vendor's word for the type (`int64`, `uint64`, `string`, `bool`, `float`, `object`, `list`), or
    for the rule `value` the bound that is broken (`>= 1`, `<= 5 s`, `one of 0, 1`);
    `got` is JSON's word for what came (`string`, `integer`, `number`, `boolean`, `object`, `array`, `null`).
    """

    path: str
    rule: Rule
    expected: str
    got: str

    def __str__(self) -> str:
        return f"{self.path}: {self.rule}, expected {self.expected or 'nothing'}, got {self.got}"


def violations(api: Api, shape: Shape, value: Mapping[str, JSON]) -> list[Violation]:
    """Everything wrong with `value` as a `shape`: object by object what is missing, then unknown, then inside."""
    found: list[Violation] = []
    _object(api, shape, value, "", found)
    return found


def _object(api: Api, shape: Shape, value: Mapping[str, JSON], prefix: str, found: list[Violation]) -> None:
    expected = _expected(shape)
    for name in shape.required:
        if value.get(name) is None:
            found.append(Violation(prefix + name, "missing", shape.members[name].type, "nothing"))
    strangers, place = 0, len(found)
    for name, item in value.items():
        known = expected.get(name)
        if known is None:
            strangers += 1
        elif item is not None:
            plain, least, most, member, bounded = known
            fits = type(item) is plain
            if not fits or (most and not least <= item <= most):
                _item(api, member.type, member.of, item, prefix, name, found)
            if bounded:
                _judge(member, item, prefix + name, found)
    if strangers:
        found[place:place] = islice(_unknown(shape.members, value, prefix), MAX_VIOLATIONS_PER_OBJECT)


class _Expected(NamedTuple):
    """Most values fit, and this alone tells them from the rest."""

    plain: type | None
    least: int
    most: int
    """Of integers; 0 for everything else."""
    member: Member
    bounded: bool


@lru_cache(maxsize=1024)  # more than there are shapes
def _expected(shape: Shape) -> Mapping[str, _Expected]:
    return {
        name: _Expected(
            _PLAIN.get(member.type), *_INTEGERS.get(member.type, (0, 0)), member, member.constraint is not None
        )
        for name, member in shape.members.items()
    }


def _unknown(members: Mapping[str, Member], value: Mapping[str, JSON], prefix: str) -> Iterator[Violation]:
    return (Violation(prefix + name, "unknown", "", _word(value[name])) for name in value if name not in members)


def _item(api: Api, type_: str, of: str, item: JSON, prefix: str, name: str | int, found: list[Violation]) -> None:
    """Check one value; the path is only put together when it is needed."""
    if type_ == "list" and type(item) is list:
        _elements(api, of, item, f"{prefix}{name}.", found)
    elif type_ == "object" and type(item) is dict:
        _object(api, api.shapes[of], item, f"{prefix}{name}.", found)
    elif not _is_scalar(type_, item):
        found.append(Violation(f"{prefix}{name}", "type", type_, _word(item)))


def _is_scalar(type_: str, item: JSON) -> bool:
    """Is it a value of that scalar type?  Never for a list or an object."""
    bounds = _INTEGERS.get(type_)
    return type(item) in _SCALARS.get(type_, ()) and (bounds is None or bounds[0] <= item <= bounds[1])


def _elements(api: Api, of: str, items: list[JSON], prefix: str, found: list[Violation]) -> None:
    type_ = of if of in _SCALARS else "object"
    enough = len(found) + MAX_VIOLATIONS_PER_OBJECT
    for position, element in enumerate(items):
        if type_ != "string" or type(element) is not str:
            _item(api, type_, of, element, prefix, position, found)
            if len(found) >= enough:
                return


def _judge(member: Member, item: JSON, path: str, found: list[Violation]) -> None:
    """Hold one value against its documented bounds; one of another type breaks its type and nothing else."""
    if type(item) is list and member.type == "list":
        if member.max_items is not None and len(item) > member.max_items:
            found.append(Violation(path, "value", f"<= {member.max_items} elements", "array"))
        wrong = ((n, bound) for n, element in enumerate(item) if (bound := _broken_bound(member, element)))
        for position, bound in islice(wrong, MAX_VIOLATIONS_PER_OBJECT):
            found.append(Violation(f"{path}.{position}", "value", bound, _word(item[position])))
    elif _is_scalar(member.type, item) and (bound := _broken_bound(member, item)):
        found.append(Violation(path, "value", bound, _word(item)))


def _broken_bound(member: Member, item: JSON) -> str:
    """The bound that a scalar breaks, `""` for none; one of another type than the bound's is not judged."""
    unit = f" {member.unit}" if member.unit else ""
    if member.enum and type(item) is type(member.enum[0]) and item not in member.enum:
        return f"one of {', '.join(map(str, member.enum))}"
    if type(item) is str and member.max_length is not None:
        length = len(item.encode("utf-8", "replace")) if member.unit == "bytes" else len(item)
        return f"<= {member.max_length}{unit or ' characters'}" if length > member.max_length else ""
    if type(item) in (int, float):
        if member.minimum is not None and item < member.minimum:
            return f">= {member.minimum}{unit}"
        if member.maximum is not None and item > member.maximum:
            return f"<= {member.maximum}{unit}"
    return ""


_INTEGERS = {"int64": (-(2**63), 2**63 - 1), "uint64": (0, 2**64 - 1)}
_PLAIN: Mapping[str, type] = {"string": str, "bool": bool, "int64": int, "uint64": int}

_SCALARS: Mapping[str, frozenset[type]] = {
    "int64": frozenset({int}),
    "uint64": frozenset({int}),
    "string": frozenset({str}),
    "bool": frozenset({bool}),
    "float": frozenset({int, float}),
}
"""Vendor's type word → the Python types that JSON of that type decodes to (exactly: True is no integer)."""

_WORDS = {
    type(None): "null",
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    list: "array",
    dict: "object",
}


def _word(value: JSON) -> str:
    return _WORDS[type(value)]
