"""Parameters that are wrong in one place: every member of every action, at every depth, as JSON and as text.

Whatever is sent is made of valid parameters by one change, so the code is known, and the message names the place.
The rows are those that integrators meet; what no source tells is listed by `ccc-mock fidelity`.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any, NamedTuple

import pytest

from answers import endpoint_for
from ccc_contract import Request, load_api
from ccc_contract.model import Member, Shape
from drafts import Draft
from older import SHA1, SHA256, OlderDraft, Pair, flattened, get_draft

API = load_api()
DIALLING = "CreateAIAgentCall"
"""The one action that has behaviour."""


# --- valid parameters ----------------------------------------------------------------------------------------------


class Place(NamedTuple):
    """A member of an action's input, or an element of one that is a list."""

    action: str
    path: tuple[str | int, ...]
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

    def __str__(self) -> str:
        return f"{self.action} {self.name}"


def places_of(action: str) -> Iterator[Place]:
    """Every place of an input, depth first."""
    yield from _places(action, API.actions[action].input, ())


def _places(action: str, shape: Shape, above: tuple[str | int, ...]) -> Iterator[Place]:
    for member in shape.members.values():
        path = (*above, member.name)
        yield Place(action, path, member.type, member.of, member)
        if member.type == "list":
            path = (*path, 0)
            yield Place(action, path, "object" if member.of in API.shapes else member.of, member.of, member)
        if member.of in API.shapes:
            yield from _places(action, API.shapes[member.of], path)


PLACES = [place for action in API.actions for place in places_of(action)]
DEEPEST = max(PLACES, key=lambda place: len(place.path)).action
FEW_PLACES = [place for place in PLACES if place.action in (DIALLING, DEEPEST)]

PLAIN: dict[str, Any] = {"int64": 1, "uint64": 1, "string": "x", "bool": True, "float": 0.5}


def valid(type_: str, of: str, member: Member) -> Any:
    """A value that the member allows; no list or object of it is empty, for in text those do not exist."""
    if type_ == "list":
        return [valid("object" if of in API.shapes else of, of, member)]
    if type_ == "object":
        return least(API.shapes[of])
    if member.enum:
        return member.enum[0]
    return PLAIN[type_] if member.minimum is None else member.minimum


def least(shape: Shape) -> dict[str, Any]:
    """What is required, or else the first member."""
    names = shape.required or tuple(shape.members)[:1]
    return {name: valid(member.type, member.of, member) for name in names for member in [shape.members[name]]}


@cache
def params_with(place: Place) -> dict[str, Any]:
    """The least that is valid and has that place."""
    action = API.actions[place.action].input
    params = {name: valid(member.type, member.of, member) for name in action.required
              for member in [action.members[name]]}  # fmt: skip
    here: Any = params
    shape = action
    for key in place.path:
        if isinstance(key, str):
            member = shape.members[key]
            if key not in here:
                here[key] = valid(member.type, member.of, member)
            shape = API.shapes.get(member.of, shape)
        here = here[key]
    return params


def put(params: dict[str, Any], path: tuple[str | int, ...], value: Any) -> dict[str, Any]:
    """The same with another value in one place."""
    changed = copy.deepcopy(params)
    here: Any = changed
    for key in path[:-1]:
        here = here[key]
    here[path[-1]] = value
    return changed


# --- forms of a request --------------------------------------------------------------------------------------------


def as_json(action: str, body: bytes) -> Request:
    return Draft(body=body).with_headers({"x-tc-action": action}).request()


def as_query(action: str, pairs: Iterable[Pair]) -> Request:
    return get_draft(pairs=pairs).with_headers({"x-tc-action": action}).request()


def older(method: str, signature_method: str) -> Callable[[str, Iterable[Pair]], Request]:
    def request(action: str, pairs: Iterable[Pair]) -> Request:
        return OlderDraft(method, signature_method, pairs=list(pairs)).with_common(Action=action).request()

    return request


TEXT_FORMS: dict[str, tuple[Callable[[str, Iterable[Pair]], Request], list[Place]]] = {
    "query": (as_query, PLACES),
    "older query": (older("GET", SHA1), FEW_PLACES),
    "older form": (older("POST", SHA256), FEW_PLACES),
}
"""Form → how it is asked, and the places that are tried: the rules are the same, so one form has the breadth."""


def literal(place: Place, text: str) -> Request:
    """JSON in which that text stands in that place."""
    before, _, after = _around(place)
    return as_json(place.action, f"{before}{text}{after}".encode("utf-8", "surrogatepass"))


@cache
def _around(place: Place) -> tuple[str, str, str]:
    return json.dumps(put(params_with(place), place.path, "\0here")).partition(json.dumps("\0here"))


@cache
def pairs_beside(place: Place) -> tuple[Pair, ...]:
    """The valid pairs without those of the place."""
    inside = f"{place.name}."
    return tuple(pair for pair in flattened(params_with(place))
                 if pair[0] != place.name and not pair[0].startswith(inside))  # fmt: skip


# --- what is told --------------------------------------------------------------------------------------------------

PAST_VALIDATION = "past validation"
ENDPOINT = endpoint_for()


def told(request: Request) -> tuple[str, str]:
    """The code and the message; all that is right comes to the question of what the action does."""
    exchange = ENDPOINT.exchange(request)
    if exchange.check == "behaviour":
        return PAST_VALIDATION, ""
    assert exchange.refused is not None
    return exchange.refused.code, exchange.refused.message


def check_refused(request: Request, code: str, name: str, what: object, carries: str = "") -> None:
    """With that code, and a message that has the name in backticks."""
    got, message = told(request)
    assert got == code, f"{what}: expected {code}, got {got} {message}"
    assert f"`{name}`" in message, f"{what}: expected `{name}` in {message!r}"
    assert carries in message, f"{what}: expected {carries} in {message!r}"


def check_passes(request: Request, what: object) -> None:
    got, message = told(request)
    assert got == PAST_VALIDATION, f"{what}: {got} {message}"


# --- the valid ones ------------------------------------------------------------------------------------------------


def test_there_are_places_at_four_depths_of_84_actions() -> None:
    assert {place.action for place in PLACES} == set(API.actions)
    assert {sum(isinstance(key, str) for key in place.path) for place in PLACES} == {1, 2, 3, 4}
    assert {place.type for place in PLACES} == {"int64", "uint64", "string", "bool", "float", "list", "object"}


def test_what_is_changed_was_valid_as_json() -> None:
    for place in PLACES:
        check_passes(as_json(place.action, json.dumps(params_with(place)).encode()), place)


@pytest.mark.parametrize("form", TEXT_FORMS)
def test_what_is_changed_was_valid_as_text(form: str) -> None:
    ask, places = TEXT_FORMS[form]
    for place in places:
        check_passes(ask(place.action, flattened(params_with(place))), place)


# --- types, as JSON ------------------------------------------------------------------------------------------------

INTEGERS = ("int64", "uint64")
NUMBERS = (*INTEGERS, "float")
SCALARS = (*NUMBERS, "string", "bool")
ANY = (*SCALARS, "list", "object")

# row → (types that are declared, what is sent in their place)
WRONG_TYPES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "a number for a text": (("string",), ("0", "1.5", "1e3")),
    "a text for a number": (NUMBERS, ('""', '"1"', '"-1"', '"1.5"', '"x"', '"null"')),
    "a fraction for an integer": (INTEGERS, ("1.5", "-0.5", "0.1")),
    "a whole number written as a fraction": (INTEGERS, ("1.0", "0.0", "-0.0", "1e3", "1E0", "10e-1")),
    "a negative number for an unsigned one": (("uint64",), ("-1", "-9223372036854775808")),
    "a number beyond 64 bits": (("int64",), ("9223372036854775808", "-9223372036854775809", "9" * 40)),
    "a number beyond 64 bits without sign": (("uint64",), ("18446744073709551616", "9" * 40)),
    "a boolean for a number": (NUMBERS, ("true", "false")),
    "a number for a boolean": (("bool",), ("0", "1", "1.0")),
    "a text for a boolean": (("bool",), ('"true"', '"False"', '"1"', '""')),
    "a boolean for a text": (("string",), ("true", "false")),
    "a list for a scalar": (SCALARS, ("[]", '["x"]', "[1]", "[null]")),
    "an object for a scalar": (SCALARS, ("{}", '{"Key":"x"}')),
    "a scalar for a list": (("list",), ('"x"', '""', "1", "true", '"[]"', '"x,y"')),
    "an object for a list": (("list",), ("{}", '{"0":"x"}')),
    "a scalar for an object": (("object",), ('"x"', '""', '"{}"', "1", "false")),
    "a list for an object": (("object",), ("[]", "[{}]")),
}  # fmt: skip


@pytest.mark.parametrize("row", WRONG_TYPES)
def test_a_wrong_type_is_refused_with_path_and_type(row: str) -> None:
    declared, literals = WRONG_TYPES[row]
    for place in PLACES:
        if place.type in declared:
            for text in literals:
                what = f"{place} = {text}"
                check_refused(literal(place, text), "InvalidParameter", place.name, what, f"`{place.type}`")


def test_null_in_a_list_is_of_no_type() -> None:
    for place in PLACES:
        if place.is_element:
            check_refused(literal(place, "null"), "InvalidParameter", place.name, place)


FITTING: dict[str, tuple[str, ...]] = {
    "int64": ("0", "-0", "-1", "9223372036854775807", "-9223372036854775808"),
    "uint64": ("0", "9223372036854775808", "18446744073709551615"),
    "float": ("0", "-1", "1.5", "1e3", "1E-3", "1e308", "18446744073709551616"),
    "string": ('""', '" "', '"1"', r'"\u0000\ud800"', '"平台😀"', json.dumps("x" * 5000)),
    "bool": ("true", "false"),
    "list": ("[]",),
}  # fmt: skip
"""The ends of each type; of texts, that any passes the gateway, even an empty one where one is required."""


def test_what_fits_a_type_passes_where_nothing_else_is_documented() -> None:
    for place in PLACES:
        if place.member.constraint is None:
            for text in FITTING.get(place.type, ()):
                check_passes(literal(place, text), f"{place} = {text}")


# --- types, as text ------------------------------------------------------------------------------------------------

NO_INTEGERS = ("", " 1", "1 ", "+1", "-", "1.0", "1e3", "0x1", "1_0", "１", "x", "true", "1\n", "9" * 30)

WRONG_TEXTS: dict[str, tuple[str, ...]] = {
    "int64": (*NO_INTEGERS, "9223372036854775808", "-9223372036854775809"),
    "uint64": (*NO_INTEGERS, "-1", "18446744073709551616"),
    "float": ("", " 1", "+", "x", "1,5", "nan", "inf", "-Infinity", "1e999", "0x1p3", "1_0.5", "１.5", "true"),
    "bool": ("", "yes", "off", "t", "2", "-1", "01", " true", "true ", "真"),
    "list": ("", "x", '["x"]', "x,y"),
    "object": ("", "x", "{}", '{"Key":"x"}'),
}  # fmt: skip

RIGHT_TEXTS: dict[str, tuple[str, ...]] = {
    "int64": ("0", "-1", "9223372036854775807", "-9223372036854775808"),
    "uint64": ("0", "18446744073709551615"),
    "float": ("0", "-1", "1.5", "1e3", "1E-3"),
    "bool": ("true", "True", "TRUE", "tRuE", "false", "False", "FALSE", "0", "1"),
    "string": ("", " ", "1", "null", "{}", "a=b&c%41+\0", "平台😀"),
}


class Flat(NamedTuple):
    """Pairs in a place where they do not belong: the types that are declared there, and what is told."""

    types: tuple[str, ...]
    pairs: Callable[[str], list[Pair]]
    """By the place's name."""
    told: str = "{}"
    """The name that the message has, with the place's in it."""


LISTS_OF_SCALARS, LISTS_OF_OBJECTS, LISTS = ("list of scalars",), ("list of objects",), ("list",)

STRUCTURES: dict[str, Flat] = {
    "positions from one": Flat(LISTS, lambda name: [(f"{name}.1", "1")]),
    "a gap": Flat(LISTS, lambda name: [(f"{name}.0", "1"), (f"{name}.2", "1")]),
    "a far position": Flat(LISTS, lambda name: [(f"{name}.0", "1"), (f"{name}.{10**30}", "1")]),
    "two zeros": Flat(LISTS, lambda name: [(f"{name}.00", "1")]),
    "one position, written twice": Flat(LISTS, lambda name: [(f"{name}.0", "1"), (f"{name}.00", "1")]),
    "a negative position": Flat(LISTS, lambda name: [(f"{name}.-1", "1")]),
    "a position with a sign": Flat(LISTS, lambda name: [(f"{name}.+0", "1")]),
    "a position of other digits": Flat(LISTS, lambda name: [(f"{name}.０", "1")]),
    "a name for a position": Flat(LISTS, lambda name: [(f"{name}.x", "1")]),
    "a name beside a position": Flat(LISTS, lambda name: [(f"{name}.0", "1"), (f"{name}.x", "1")]),
    "nothing for a position": Flat(LISTS, lambda name: [(f"{name}.", "1")]),
    "two dots before a position": Flat(LISTS, lambda name: [(f"{name}..0", "1")]),
    "a dot behind a position": Flat(LISTS_OF_SCALARS, lambda name: [(f"{name}.0.", "1")], "{}.0"),
    "a list in a list": Flat(LISTS_OF_SCALARS, lambda name: [(f"{name}.0.0", "1")], "{}.0"),
    "an object as a text in a list": Flat(LISTS_OF_OBJECTS, lambda name: [(f"{name}.0", "{}")], "{}.0"),
    "a list and a scalar of one name": Flat(LISTS, lambda name: [(name, "1"), (f"{name}.0", "1")], "{}.0"),
    "a scalar and a list of one name": Flat(LISTS, lambda name: [(f"{name}.0", "1"), (name, "1")]),
    "a position in a scalar": Flat(SCALARS, lambda name: [(f"{name}.0", "1")]),
    "a member in a scalar": Flat(SCALARS, lambda name: [(f"{name}.Key", "1")]),
    "a dot behind a scalar": Flat(SCALARS, lambda name: [(f"{name}.", "1")]),
    "a scalar beside its position": Flat(SCALARS, lambda name: [(name, "1"), (f"{name}.0", "1")], "{}.0"),
    "a value in no UTF-8": Flat(("string",), lambda name: [(name, b"\xff")]),
    "a value of half a character": Flat(("string",), lambda name: [(name, "平".encode()[:2])]),
    "half a surrogate pair": Flat(("string",), lambda name: [(name, b"\xed\xa0\x80")]),
}  # fmt: skip


def kinds(place: Place) -> tuple[str, ...]:
    if place.type == "list":
        return (place.type, "list of objects" if place.of in API.shapes else "list of scalars")
    return (place.type,)


@pytest.mark.parametrize("form", TEXT_FORMS)
@pytest.mark.parametrize("row", STRUCTURES)
def test_pairs_that_do_not_nest_as_declared_are_refused(row: str, form: str) -> None:
    ask, places = TEXT_FORMS[form]
    flat, tried = STRUCTURES[row], 0
    for place in places:
        if set(flat.types) & set(kinds(place)) and not (place.is_element and place.type == "object"):
            request = ask(place.action, [*pairs_beside(place), *flat.pairs(place.name)])
            check_refused(
                request, "InvalidParameter", flat.told.format(place.name), f"{place}: {flat.pairs(place.name)}"
            )
            tried += 1
    assert tried


# --- missing, null, unknown ----------------------------------------------------------------------------------------


def required(place: Place) -> bool:
    return place.member.required and not place.is_element


def without(place: Place) -> dict[str, Any]:
    """Valid but for the place, which is not there."""
    changed = copy.deepcopy(params_with(place))
    here: Any = changed
    for key in place.path[:-1]:
        here = here[key]
    del here[place.path[-1]]
    return changed


def test_a_required_member_that_is_missing_is_told_at_every_depth() -> None:
    for place in filter(required, PLACES):
        request = as_json(place.action, json.dumps(without(place)).encode())
        check_refused(request, "MissingParameter", place.name, place)


def test_a_required_member_that_is_null_is_missing() -> None:
    for place in filter(required, PLACES):
        check_refused(literal(place, "null"), "MissingParameter", place.name, place)


def test_a_member_that_is_not_required_may_be_null() -> None:
    for place in PLACES:
        if not place.member.required and not place.is_element:
            check_passes(literal(place, "null"), place)


@pytest.mark.parametrize("form", TEXT_FORMS)
def test_a_required_member_that_is_missing_is_told_of_a_text(form: str) -> None:
    ask, places = TEXT_FORMS[form]
    for place in filter(required, places):
        above = ".".join(map(str, place.path[:-1]))
        # In text an object without members is not there either.
        if not above or any(str(name).startswith(f"{above}.") for name, _ in pairs_beside(place)):
            check_refused(ask(place.action, pairs_beside(place)), "MissingParameter", place.name, place)


@pytest.mark.parametrize("action", [name for name, action in API.actions.items() if not action.input.required])
def test_an_empty_object_is_right_where_nothing_is_required(action: str) -> None:
    check_passes(as_json(action, b"{}"), action)


@pytest.mark.parametrize("action", [name for name, action in API.actions.items() if action.input.required])
def test_an_empty_object_lacks_the_first_required_member(action: str) -> None:
    check_refused(as_json(action, b"{}"), "MissingParameter", API.actions[action].input.required[0], action)


def objects() -> Iterator[tuple[Place, tuple[str | int, ...], Shape]]:
    """Every object there is, the input itself included: a place in its action, its path, and its shape."""
    for action in API.actions.values():
        first = next(iter(places_of(action.name)))
        yield first, (), action.input
    for place in PLACES:
        if place.type == "object":
            yield place, place.path, API.shapes[place.of]


def undeclared(shape: Shape) -> Iterator[str]:
    """Names that are not in a shape: some that nobody has heard of, and its own in another case or spelt otherwise."""
    names = {"Unheard", "", " ", "0", "平台", "\ud800"}
    for name in shape.members:
        names |= {name.swapcase(), name[0].lower() + name[1:], f"{name} ", f"{name}s"}
    yield from sorted(names - set(shape.members))


UNSHOWN = {"\ud800": "?"}
"""What stands in a message for a name that cannot be shown."""


def test_an_undeclared_name_is_told_at_every_depth() -> None:
    for place, path, shape in objects():
        for name in undeclared(shape):
            params = put(params_with(place), (*path, name), "x")
            expected = ".".join(map(str, (*path, UNSHOWN.get(name, name))))
            what = f"{place.action} {expected!r}"
            check_refused(as_json(place.action, json.dumps(params).encode()), "UnknownParameter", expected, what)


def test_an_undeclared_name_is_told_before_its_value_is_looked_at() -> None:
    for text in ("null", "[]", "{}", "1.5", '{"Key":{"Key":1}}'):
        body = json.dumps(params_with(PLACES[0]))[:-1] + f', "Unheard": {text}}}'
        check_refused(as_json(PLACES[0].action, body.encode()), "UnknownParameter", "Unheard", text)


@pytest.mark.parametrize("form", TEXT_FORMS)
def test_an_undeclared_name_is_told_of_a_text(form: str) -> None:
    ask, places = TEXT_FORMS[form]
    actions = {place.action for place in places}
    for place, path, shape in objects():
        if place.action in actions:
            for name in undeclared(shape):
                if name and name.isprintable():
                    expected = ".".join(map(str, (*path, name)))
                    request = ask(place.action, [*flattened(params_with(place)), (expected, "x")])
                    check_refused(request, "UnknownParameter", expected, f"{place.action} {expected!r}")


# PHP's client writes these, and signs them as the word `Array`; signed as they are, nobody knows such names.
@pytest.mark.parametrize("form", TEXT_FORMS)
def test_positions_in_brackets_are_undeclared_names(form: str) -> None:
    ask, places = TEXT_FORMS[form]
    for place in places:
        if place.type == "list" and len(place.path) == 1:
            name = f"{place.name}[0]"
            request = ask(place.action, [*flattened(params_with(place)), (name, "x")])
            check_refused(request, "UnknownParameter", name, name)


@pytest.mark.parametrize("form", TEXT_FORMS)
def test_a_name_with_dots_in_front_is_unknown(form: str) -> None:
    ask, _ = TEXT_FORMS[form]
    pairs = [("SdkAppId", "1"), ("AIAgentId", "1"), ("Callee", "x")]
    for name in (".Callee", "..Callee", ".0", ".", ".."):
        check_refused(ask(DIALLING, [*pairs, (name, "x")]), "UnknownParameter", name, name)


# --- values --------------------------------------------------------------------------------------------------------


def bounded(place: Place) -> Iterator[tuple[Any, bool]]:
    """Values at and just beyond what is documented of a place, and whether they are allowed.

    What the type refuses already is not among them.
    """
    member = place.member
    if place.type == "list":
        if member.max_items is not None:
            one: Any = params_with(place)
            for key in place.path:
                one = one[key]
            yield list(one) * member.max_items, True
            yield list(one) * (member.max_items + 1), False
        return
    for value in member.enum:
        yield value, True
    if member.enum:
        for value in strangers(member.enum):
            if not (place.type == "uint64" and value == -1):
                yield value, False
    if member.minimum is not None:
        yield member.minimum, True
        if member.minimum > 0 or place.type != "uint64":
            yield member.minimum - 1, False
    if member.maximum is not None:
        yield member.maximum, True
        yield member.maximum + 1, False
    if member.max_length is not None:
        yield "x" * member.max_length, True
        yield "x" * (member.max_length + 1), False
        in_bytes = member.unit == "bytes"
        yield "平" * (member.max_length // 3 if in_bytes else member.max_length), True
        yield "平" * (member.max_length // 3 + 1 if in_bytes else member.max_length + 1), False


def strangers(enum: tuple[Any, ...]) -> list[Any]:
    """Values of the same type that are not in it."""
    if isinstance(enum[0], bool):
        return [value for value in (True, False) if value not in enum]
    if isinstance(enum[0], str):
        near = {"", "unheard", *(value.swapcase() for value in enum), *(f"{value} " for value in enum)}
        return sorted(near - set(enum))
    return sorted({min(enum) - 1, max(enum) + 1, 2**63 - 1, *range(min(enum), max(enum))} - set(enum))


BOUNDED = [place for place in PLACES if any(True for _ in bounded(place))]


def test_there_are_bounds_of_every_kind() -> None:
    members = [place.member for place in BOUNDED]
    assert len(members) >= 80
    for kind in ("enum", "minimum", "maximum", "max_length", "max_items"):
        assert any(getattr(member, kind) not in (None, ()) for member in members), kind


def check_value(request: Request, place: Place, value: Any, allowed: bool) -> None:
    what = f"{place} = {str(value)[:60]!r}"
    if allowed:
        check_passes(request, what)
    else:
        check_refused(request, "InvalidParameterValue", place.name, what)


def test_values_at_a_bound_pass_and_those_beyond_are_refused() -> None:
    for place in BOUNDED:
        for value, allowed in bounded(place):
            check_value(literal(place, json.dumps(value)), place, value, allowed)


@pytest.mark.parametrize("form", TEXT_FORMS)
def test_values_of_a_text_are_held_against_the_same_bounds(form: str) -> None:
    ask, places = TEXT_FORMS[form]
    for place in places:
        for value, allowed in bounded(place):
            pairs = [*pairs_beside(place), *flattened(value, place.name)]
            check_value(ask(place.action, pairs), place, value, allowed)


# --- a body that is no JSON object ---------------------------------------------------------------------------------

RIGHT = b'{"SdkAppId":1,"AIAgentId":1,"Callee":"x"}'


def right_but(text: bytes) -> bytes:
    """A call with that for its Callee."""
    return b'{"SdkAppId":1,"AIAgentId":1,"Callee":%b}' % text


NO_JSON: dict[str, bytes] = {
    "nothing": b"",
    "blanks": b" \t\r\n",
    "an empty text": b'""',
    "a text": b'"{}"',
    "a list": b"[]",
    "a list of the parameters": b"[%b]" % RIGHT,
    "a number": b"1",
    "null": b"null",
    "a boolean": b"true",
    "a form": b"SdkAppId=1&AIAgentId=1&Callee=x",
    "cut short": RIGHT[:-1],
    "cut within a text": RIGHT[:-3],
    "too long": RIGHT + b"}",
    "twice": RIGHT + RIGHT,
    "with a NUL behind": RIGHT + b"\0",
    "with a byte order mark": b"\xef\xbb\xbf" + RIGHT,
    "in UTF-16": RIGHT.decode().encode("utf-16"),
    "in UTF-16 without its mark": RIGHT.decode().encode("utf-16-le"),
    "in UTF-32": RIGHT.decode().encode("utf-32"),
    "in GBK": right_but('"中文"'.encode("gbk")),
    "a byte that is never UTF-8": right_but(b'"\xff"'),
    "a lone continuation": right_but(b'"\x80"'),
    "a character cut short": right_but(b'"\xe5\xb9"'),
    "an overlong slash": right_but(b'"\xc0\xaf"'),
    "an overlong NUL": right_but(b'"\xc0\x80"'),
    "half a surrogate pair in bytes": right_but(b'"\xed\xa0\x80"'),
    "beyond Unicode": right_but(b'"\xf5\x80\x80\x80"'),
    "no UTF-8 in a key": b'{"\xff":1}',
    "a comma before the end": b'{"SdkAppId":1,}',
    "a comma before the beginning": b'{,"SdkAppId":1}',
    "no comma": b'{"SdkAppId":1 "AIAgentId":1}',
    "no colon": b'{"SdkAppId" 1}',
    "no value": b'{"SdkAppId":}',
    "a bare key": b"{SdkAppId:1}",
    "single quotes": b"{'SdkAppId':1}",
    "a comment": b'{"SdkAppId":1}//x',
    "NaN": b'{"SdkAppId":NaN}',
    "Infinity": b'{"SdkAppId":Infinity}',
    "-Infinity": b'{"SdkAppId":-Infinity}',
    "True": b'{"SdkAppId":True}',
    "a leading zero": b'{"SdkAppId":01}',
    "a plus": b'{"SdkAppId":+1}',
    "hexadecimal": b'{"SdkAppId":0x1}',
    "a dot in front": b'{"SdkAppId":.5}',
    "a dot behind": b'{"SdkAppId":1.}',
    "full-width digits": '{"SdkAppId":１}'.encode(),
    "beyond every float": b'{"SdkAppId":1e999}',
    "beyond every float, negative": b'{"SdkAppId":-1e999}',
    "a line feed in a text": right_but(b'"\n"'),
    "a NUL in a text": right_but(b'"\0"'),
    "an unknown escape": right_but(rb'"\x41"'),
    "an escape cut short": right_but(rb'"\u12"'),
    "a no-break space around": "\u00a0{}".encode(),
    "a form feed around": b"\f{}",
    "a line separator around": "{}\u2028".encode(),
    "a list never closed": right_but(b"[" * 1_000),
    "deep": b'{"A":%b%b}' % (b"[" * 100_000, b"]" * 100_000),
    "deep in objects": b'{"A":' * 100_000 + b"1" + b"}" * 100_000,
}


@pytest.mark.parametrize("case", NO_JSON)
def test_a_body_that_is_no_json_object_is_told_as_such(case: str) -> None:
    code, message = told(as_json(DIALLING, NO_JSON[case]))
    assert code == "InvalidParameter"
    assert "JSON" in message
    assert "content-type=application/json" in message


JSON: dict[str, bytes] = {
    "as it is": RIGHT,
    "with blanks around": b" \t\r\n" + RIGHT + b"\n",
    "with blanks within": json.dumps(json.loads(RIGHT), indent=2).encode(),
    "in any order": b'{"Callee":"x","AIAgentId":1,"SdkAppId":1}',
    "with escapes for letters": right_but(rb'"\u0078"').replace(b"Callee", rb"\u0043allee"),
    "with an escaped slash": right_but(rb'"\/"'),
    "with half a surrogate pair": right_but(rb'"\ud800"'),
    "with a NUL": right_but(rb'"\u0000"'),
    "with a byte order mark in a text": right_but('"\ufeff"'.encode()),
    "with a text of ten kilobytes": right_but(b'"%b"' % (b"x" * 10_000)),
}  # fmt: skip


@pytest.mark.parametrize("case", JSON)
def test_whatever_is_json_is_read(case: str) -> None:
    check_passes(as_json(DIALLING, JSON[case]), case)


# --- keys twice ----------------------------------------------------------------------------------------------------


def test_of_a_json_key_twice_the_last_one_counts_at_every_depth() -> None:
    for place in PLACES:
        if not place.is_element and place.type in ("string", "bool", *NUMBERS):
            right, key = json.dumps(valid(place.type, place.of, place.member)), json.dumps(place.path[-1])
            check_passes(literal(place, f"[[]], {key}: {right}"), place)
            check_refused(literal(place, f"{right}, {key}: [[]]"), "InvalidParameter", place.name, place)


@pytest.mark.parametrize("form", TEXT_FORMS)
def test_a_key_twice_in_a_text_is_refused_even_with_the_same_value(form: str) -> None:
    ask, places = TEXT_FORMS[form]
    for place in places:
        if place.type in SCALARS:
            (pair,) = flattened(valid(place.type, place.of, place.member), place.name)
            request = ask(place.action, [*pairs_beside(place), pair, pair])
            check_refused(request, "InvalidParameter", place.name, place)


@pytest.mark.parametrize("text", [b"Callee=x&Callee=", b"Callee=x&%43allee=x", b"Calle+=x&Calle%20=x", b"=&="])
def test_a_key_twice_is_found_once_it_is_decoded_and_before_the_signature(text: bytes) -> None:
    request = get_draft().but(query=text, secret_key="another").request()
    exchange = ENDPOINT.exchange(request)
    assert (exchange.verdict, exchange.stage, exchange.check) == ("InvalidParameter", "frame", "pairs")
