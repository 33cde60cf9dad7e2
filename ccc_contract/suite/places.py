"""Every place of every action's parameters, what may stand there, and what may not.  Pure.

A wrong request is a right one with one place changed, so the code that it gets is known.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from ..model import JSON, Member, Shape
from ..reading import load_api
from .harmless import HARMLESS

API = load_api()
Path = tuple[str | int, ...]

_LEAST: dict[str, JSON] = {"int64": 1, "uint64": 1, "string": "x", "bool": True, "float": 0.5}
WIDTHS = {"int64": (-(2**63), 2**63 - 1), "uint64": (0, 2**64 - 1)}


class Place(NamedTuple):
    """A member of an action's input at any depth, or the first element of one that is a list."""

    action: str
    path: Path
    type: str
    of: str
    member: Member
    """Of an element, the list's."""

    @property
    def name(self) -> str:
        """As the service names it: `Variables.0.Key`."""
        return ".".join(map(str, self.path))

    @property
    def is_element(self) -> bool:
        return isinstance(self.path[-1], int)

    @property
    def is_inside(self) -> bool:
        """Is it a part of a parameter, and none itself?"""
        return len(self.path) > 1

    @property
    def is_required(self) -> bool:
        return self.member.required and not self.is_element

    def __repr__(self) -> str:
        return f"<{self.action} {self.name}>"


def _places(action: str, shape: Shape, above: Path) -> Iterator[Place]:
    for member in shape.members.values():
        path: Path = (*above, member.name)
        yield Place(action, path, member.type, member.of, member)
        if member.type == "list":
            path = (*path, 0)
            yield Place(action, path, "object" if member.of in API.shapes else member.of, member.of, member)
        if member.of in API.shapes:
            yield from _places(action, API.shapes[member.of], path)


# --- right parameters ----------------------------------------------------------------------------------------------


def least_value(type_: str, of: str, member: Member) -> JSON:
    """A small value that the member allows, and that nobody could be called by; no list or object of it is empty, for
    in a query those do not exist."""
    if member.name in HARMLESS:
        harmless = HARMLESS[member.name]
        return harmless[0] if member.type == "list" != type_ else harmless
    if type_ == "list":
        return [least_value("object" if of in API.shapes else of, of, member)]
    if type_ == "object":
        return least(API.shapes[of])
    if member.enum:
        return member.enum[0]
    return _LEAST[type_] if member.minimum is None else member.minimum


def least(shape: Shape) -> dict[str, JSON]:
    """What is required, or else the first member."""
    return {name: _of(shape.members[name]) for name in shape.required or tuple(shape.members)[:1]}


def _of(member: Member) -> JSON:
    return least_value(member.type, member.of, member)


def params_with(place: Place) -> dict[str, JSON]:
    """The least that is right and has that place."""
    shape = API.actions[place.action].input
    params: dict[str, JSON] = {name: _of(shape.members[name]) for name in shape.required}
    here: Any = params
    for key in place.path:
        if isinstance(key, str):
            member = shape.members[key]
            here.setdefault(key, _of(member))
            shape = API.shapes.get(member.of, shape)
        here = here[key]
    return params


def changed(params: JSON, path: Path, value: JSON) -> Any:
    """The same with another value in one place; with nothing there, where that is ABSENT."""
    key, *rest = path
    there: Any = dict(params) if isinstance(params, dict) else list(params)
    if rest:
        there[key] = changed(there[key], tuple(rest), value)
    elif value is ABSENT:
        del there[key]
    else:
        there[key] = value
    return there


ABSENT = object()


def tangible(shape: Shape, params: JSON) -> dict[str, JSON]:
    """The same without empty lists and objects, of which nothing is seen in a query or a form."""
    return {name: _tangible(shape.members[name], value) for name, value in params.items()}


def _tangible(member: Member, value: JSON) -> JSON:
    inside = API.shapes.get(member.of)
    if value in ([], {}):
        return _of(member)
    if inside is None:
        return value
    if member.type == "object":
        return tangible(inside, value)
    return [tangible(inside, each) if each else least(inside) for each in value]


# --- values at a bound, and beyond it ------------------------------------------------------------------------------


def at_bounds(place: Place) -> list[JSON]:
    """What is allowed just so: the ends of a range or of the type's width, each word of an enumeration, the longest
    text, the longest list."""
    member, one = place.member, least_value(place.type, place.of, place.member)
    if place.type == "list":
        return [one * member.max_items] if member.max_items else []
    if member.enum:
        return list(member.enum)
    if member.max_length is not None:
        return ["x" * member.max_length, "平" * (member.max_length // (3 if member.unit == "bytes" else 1))]
    least_, most = WIDTHS.get(place.type, (None, None))
    ends = (least_ if member.minimum is None else member.minimum, most if member.maximum is None else member.maximum)
    return [end for end in ends if end is not None]


def beyond(place: Place) -> list[JSON]:
    """The first that documented bounds do not allow; of the right type, and within its width."""
    member, one = place.member, least_value(place.type, place.of, place.member)
    if place.type == "list":
        return [one * (member.max_items + 1)] if member.max_items else []
    if member.enum:
        return [value for value in _strangers(member.enum) if place.type != "uint64" or value >= 0]
    if member.max_length is not None:
        return ["x" * (member.max_length + 1)]
    below = [] if member.minimum in (None, WIDTHS.get(place.type, (None,))[0]) else [(member.minimum or 0) - 1]
    return below if member.maximum is None else [member.maximum + 1, *below]


def _strangers(enum: tuple[Any, ...]) -> list[JSON]:
    """Values of the same type that are not in it."""
    if isinstance(enum[0], bool):
        return [value for value in (True, False) if value not in enum]
    if isinstance(enum[0], str):
        return [value for value in ("unheard", "", enum[0].swapcase()) if value not in enum]
    return [max(enum) + 1, min(enum) - 1]


# --- all of them ---------------------------------------------------------------------------------------------------


@cache
def places() -> tuple[Place, ...]:
    """Those of all actions; what takes the smallest request comes first, so that this is what a failure shrinks to."""
    found = [place for name, action in API.actions.items() for place in _places(name, action.input, ())]
    return tuple(sorted(found, key=lambda place: (len(place.path), len(json.dumps(params_with(place))))))
