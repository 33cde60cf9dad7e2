"""Parameters that an action's shape allows, drawn from the model."""

from __future__ import annotations

from functools import cache
from typing import Any

from hypothesis import strategies as st

from ccc_contract import load_api
from ccc_contract.model import Member, Shape

API = load_api()

TEXTS = st.text(max_size=8) | st.sampled_from(
    ["", " ", "null", "张三", "\U0001f600", "\ud800", "\x00", '"\\/', "\u2028"]
)
WIDTHS = {"int64": (-(2**63), 2**63 - 1), "uint64": (0, 2**64 - 1)}


def params(action: str) -> st.SearchStrategy[dict[str, Any]]:
    """What the action may be called with: all that it must have and some of the rest, in any order."""
    return objects(API.actions[action].input)


@st.composite
def objects(draw: st.DrawFn, shape: Shape) -> dict[str, Any]:
    optional = [name for name in shape.members if name not in shape.required]
    chosen = draw(st.lists(st.sampled_from(optional), max_size=6, unique=True)) if optional else []
    return {name: draw(_values(shape, name)) for name in draw(st.permutations([*shape.required, *chosen]))}


@cache
def _values(shape: Shape, name: str) -> st.SearchStrategy[Any]:
    member = shape.members[name]
    if member.type == "object":
        return objects(API.shapes[member.of])
    if member.type != "list":
        return _scalars(member, member.type)
    elements = objects(API.shapes[member.of]) if member.of in API.shapes else _scalars(member, member.of)
    return st.lists(elements, max_size=min(3, member.max_items or 3))


def _scalars(member: Member, kind: str) -> st.SearchStrategy[Any]:
    if member.enum:
        return st.sampled_from(member.enum)
    if kind == "bool":
        return st.booleans()
    if kind == "string":
        most = 8 if member.max_length is None else member.max_length // 4  # bytes, where that is the unit
        return TEXTS.filter(lambda text: len(text) <= most)
    if kind == "float":
        return st.floats(member.minimum, member.maximum, allow_nan=False, allow_infinity=False) | st.just(
            member.minimum or 0
        )
    least, most = WIDTHS[kind]
    return st.integers(
        least if member.minimum is None else member.minimum, most if member.maximum is None else member.maximum
    )
