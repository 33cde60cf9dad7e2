"""Requests that are wrong in one place, as properties draw them: one change of a right one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from hypothesis import strategies as st

from ..model import JSON
from .draft import TC3, Draft, Method, Scheme
from .drawing import ACTIONS, drafts, params
from .places import ABSENT, API, Path, Place, changed, params_with, places, tangible
from .writing import WRITINGS

Way = tuple[Scheme, Method]
AS_JSON: tuple[Way, ...] = ((TC3, "POST"),)
AS_TEXT: tuple[Way, ...] = (
    (TC3, "GET"), ("HmacSHA1", "GET"), ("HmacSHA1", "POST"), ("HmacSHA256", "GET"), ("HmacSHA256", "POST")
)  # fmt: skip


@dataclass(frozen=True)
class Misfit:
    """A request with one place changed, and how the service names that place: `Variables.0.Key`."""

    name: str
    draft: Draft
    place: Place = field(repr=False)


Change = Callable[[Place], Sequence[tuple[Path, JSON]]]
"""What is put into parameters that have the place, and where; ABSENT takes it out."""


def _instead(values: Callable[[Place], Iterable[JSON]]) -> Change:
    return lambda place: [(place.path, value) for value in values(place)]


def misfits(
    change: Change, where: Callable[[Place], object] = lambda place: True, ways: Sequence[Way] = AS_JSON
) -> st.SearchStrategy[Misfit]:
    """One of these changes in one of these places, beside up to two other parameters, in one of these ways."""
    return st.deferred(lambda: _drawn(change, tuple(each for each in places() if where(each) and change(each)), ways))


@st.composite
def _drawn(draw: st.DrawFn, change: Change, where: tuple[Place, ...], ways: Sequence[Way]) -> Misfit:
    place = draw(st.sampled_from(where))
    path, value = draw(st.sampled_from(change(place)))
    scheme, method = draw(st.sampled_from(ways))
    others = draw(st.just({}) | params(place.action, most=2))
    if method == "GET" or scheme != TC3:
        others = tangible(API.actions[place.action].input, others)
    least = params_with(place)
    right = {**least, **others, str(place.path[0]): least[str(place.path[0])]}
    writing = draw(st.sampled_from(tuple(WRITINGS)))
    draft = Draft(place.action, changed(right, path, value), scheme, method, writing)
    return Misfit(".".join(map(str, path)), draft, place)


def instead(
    values: Callable[[Place], Iterable[JSON]],
    where: Callable[[Place], object] = lambda place: True,
    ways: Sequence[Way] = AS_JSON,
) -> st.SearchStrategy[Misfit]:
    """One of these values in the place of a right one."""
    return misfits(_instead(values), where, ways)


def _taken_out(place: Place) -> Sequence[tuple[Path, JSON]]:
    return [(place.path, ABSENT)]


def missing(ways: Sequence[Way]) -> st.SearchStrategy[Misfit]:
    """Something required is not there; in a text not where it is all there is of an object, which would go with it."""
    in_text = any(way not in AS_JSON for way in ways)
    return misfits(_taken_out, lambda each: each.is_required and not (in_text and _is_alone(each)), ways)


def _is_alone(place: Place) -> bool:
    return place.is_inside and len(_shape_around(place)) == 1


def _shape_around(place: Place) -> JSON:
    there: JSON = params_with(place)
    for key in place.path[:-1]:
        there = there[key]
    return there


STRANGERS = ("Unheard", "X", "SdkAppID", "ClientToken")
"""Names that no shape declares: our own, a client's spelling, and what other products take."""


def _beside_it(place: Place) -> Sequence[tuple[Path, JSON]]:
    return [((*place.path[:-1], name), "x") for name in STRANGERS if name not in _members_around(place)]


def _members_around(place: Place) -> Iterable[str]:
    shape = API.actions[place.action].input
    for key in place.path[:-1]:
        if isinstance(key, str):
            shape = API.shapes[shape.members[key].of]
    return shape.members


def undeclared(*, inside: bool, ways: Sequence[Way] = (*AS_JSON, *AS_TEXT)) -> st.SearchStrategy[Misfit]:
    """A name that is not declared beside those that are: among the parameters, or inside of one."""
    return misfits(_beside_it, lambda each: not each.is_element and each.is_inside == inside, ways)


def in_another_case() -> st.SearchStrategy[Misfit]:
    """An optional parameter under a name that differs from its own in the case of its letters only."""

    def renamed(place: Place) -> Sequence[tuple[Path, JSON]]:
        names = {place.member.name.lower(), place.member.name.swapcase()} - set(_members_around(place))
        value = params_with(place)[place.member.name] if not place.is_inside else None
        return [((name,), value) for name in sorted(names)]

    return misfits(renamed, lambda each: not each.is_inside and not each.member.required).map(
        lambda each: Misfit(each.name, each.draft.without(str(each.place.path[0])), each.place)
    )


def fitting(ways: Sequence[Way] = (*AS_JSON, *AS_TEXT), most: int = 6) -> st.SearchStrategy[Draft]:
    """What all 84 actions may be called with, in these ways."""
    return st.sampled_from(ways).flatmap(
        lambda way: drafts(ACTIONS, schemes=way[:1], methods=way[1:], most=most).map(_seen)
    )


def _seen(draft: Draft) -> Draft:
    if draft.method == "POST" and not draft.is_older:
        return draft
    return draft.but(params=tangible(API.actions[draft.action].input, draft.params))
