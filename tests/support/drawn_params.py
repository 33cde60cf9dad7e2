"""Parameters that an action's shape allows, drawn from the model."""

from __future__ import annotations

from functools import cache
from typing import Any

from hypothesis import strategies as st

from ccc_contract import load_api
from ccc_contract.model import Shape
from ccc_contract.suite.drawing import scalars

API = load_api()

TEXTS = st.text(max_size=8) | st.sampled_from(
    ["", " ", "null", "张三", "\U0001f600", "\ud800", "\x00", '"\\/', "\u2028"]
)


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
        return scalars(member, member.type, TEXTS)
    elements = objects(API.shapes[member.of]) if member.of in API.shapes else scalars(member, member.of, TEXTS)
    return st.lists(elements, max_size=min(3, member.max_items or 3))
