"""What properties draw: actions, parameters that their shapes allow, and requests written and signed in every way."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from functools import cache
from typing import Any

from hypothesis import strategies as st

from ..model import JSON, Member, Shape
from ..reading import load_api
from .draft import METHODS, SCHEMES, Draft, Method, Scheme
from .harmless import HARMLESS
from .target import Target
from .writing import WRITINGS

API = load_api()
ACTIONS = tuple(API.actions)
READS = tuple(name for name, action in API.actions.items() if action.effect == "read")
DIALLING = tuple(name for name, action in API.actions.items() if action.dials)

CENTRAL = ("CreateAIAgentCall", "DescribeTelSession", "HangUpCall", "DescribeNumbers", "DescribeAIAgentInfoList")
"""Half of what is drawn over all actions is about these: a fake that plays few plays the life of a call."""

_WIDTHS = {"int64": (-(2**63), 2**63 - 1), "uint64": (0, 2**64 - 1)}
# No lone surrogates: those are no text, and a family of its own tries them.
_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8) | st.sampled_from(
    ["", " ", "null", "张三", "\U0001f600", "\x00", '"\\/', "\u2028", "<&>", "a+b %41~*"]
)


def params(action: str, *, most: int = 6) -> st.SearchStrategy[dict[str, JSON]]:
    """What the action may be called with: all that it must have and up to `most` of the rest, in any order."""
    return _objects(API.actions[action].input, most)


@cache
def _objects(shape: Shape, most: int, least: int = 0) -> st.SearchStrategy[dict[str, JSON]]:
    return _drawn_objects(shape, most, least)


def _inner(shape: Shape) -> st.SearchStrategy[dict[str, JSON]]:
    """Never empty: nothing in a query can say that there is an empty object, or an empty list."""
    return _objects(shape, 6, 0 if shape.required else 1)


@st.composite
def _drawn_objects(draw: st.DrawFn, shape: Shape, most: int, least: int) -> dict[str, JSON]:
    optional = [name for name in shape.members if name not in shape.required]
    chosen = []
    if optional and most:
        chosen = draw(st.lists(st.sampled_from(optional), min_size=least, max_size=most, unique=True))
    return {name: draw(values(shape.members[name])) for name in (*shape.required, *chosen)}


@cache
def values(member: Member) -> st.SearchStrategy[Any]:
    """What a member may be; who could be called is not drawn but harmless."""
    if member.name in HARMLESS:
        return st.just(HARMLESS[member.name])
    if member.type == "object":
        return _inner(API.shapes[member.of])
    if member.type != "list":
        return scalars(member, member.type)
    elements = _inner(API.shapes[member.of]) if member.of in API.shapes else scalars(member, member.of)
    return st.lists(elements, min_size=1 if member.required else 0, max_size=min(3, member.max_items or 3))


def scalars(member: Member, kind: str, texts: st.SearchStrategy[str] = _TEXTS) -> st.SearchStrategy[Any]:
    """A value of the type `kind` that the bounds of the member allow; a text is one of `texts`."""
    if member.enum:
        return st.sampled_from(member.enum)
    if kind == "bool":
        return st.booleans()
    if kind == "string":
        most = 8 if member.max_length is None else member.max_length // 4  # bytes, where that is the unit
        return texts.filter(lambda text: len(text) <= most)
    if kind == "float":
        return st.floats(member.minimum, member.maximum, allow_nan=False, allow_infinity=False) | st.just(
            member.minimum or 0
        )
    least, most = _WIDTHS[kind]
    return st.integers(
        least if member.minimum is None else member.minimum, most if member.maximum is None else member.maximum
    )


def drafts(
    actions: Collection[str] = ACTIONS,
    *,
    schemes: Iterable[Scheme] = SCHEMES,
    methods: Iterable[Method] = METHODS,
    writings: Iterable[str] = tuple(WRITINGS),
    most: int = 2,
) -> st.SearchStrategy[Draft]:
    """Good requests for one of `actions`, with up to `most` optional parameters, in each of these ways."""
    return _drawn_drafts(tuple(actions), tuple(schemes), tuple(methods), tuple(writings), most)


@st.composite
def _drawn_drafts(
    draw: st.DrawFn, actions: tuple[str, ...], schemes: tuple[Scheme, ...], methods: tuple[Method, ...],
    writings: tuple[str, ...], most: int,
) -> Draft:  # fmt: skip
    central = [name for name in CENTRAL if name in actions]
    action = draw(st.sampled_from(central) | st.sampled_from(actions) if central else st.sampled_from(actions))
    return Draft(
        action=action,
        params=draw(params(action, most=most)),
        scheme=draw(st.sampled_from(schemes)),
        method=draw(st.sampled_from(methods)),
        writing=draw(st.sampled_from(writings)),
    )


def played(*only: str) -> Callable[[Target], st.SearchStrategy[str]]:
    """Actions that the target answers with results: of `only`, where those are given."""

    def actions(target: Target) -> st.SearchStrategy[str]:
        wanted = only or READS
        known = [name for name in wanted if target.plays is None or name in target.plays]
        return st.sampled_from(known) if known else st.nothing()

    return actions
