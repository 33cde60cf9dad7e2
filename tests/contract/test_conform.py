"""Which values fit a shape: the matrix of facts at every depth, and a naive checker beside the real one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ccc_contract import load_api
from ccc_contract.conform import MAX_VIOLATIONS_PER_OBJECT, Violation, violations
from ccc_contract.model import Api, Member, Shape

# --- a shape that holds every type at every depth ------------------------------------------------------------------

SCALARS = ("int64", "uint64", "string", "bool", "float")


def _every_type() -> Shape:
    members = [
        Member("Need", "string", required=True),
        *(Member(f"A_{type_}", type_) for type_ in SCALARS),
        *(Member(f"Some_{type_}", "list", of=type_) for type_ in SCALARS),
        Member("Child", "object", of="Every"),
        Member("Children", "list", of="Every"),
    ]
    return Shape("Every", {member.name: member for member in members}, ("Need",), "assumed", "assumed")


EVERY = _every_type()
TINY = Api("", {}, {"Every": EVERY}, {}, {}, frozenset(), frozenset())
FITS: dict[str, Any] = {"Need": ""}

# Where the value under test stands: path, with each number a position in a list.
DEPTHS = ["", "Child.", "Children.0.", "Children.2.", "Child.Child.", "Children.1.Child.Children.0."]


def placed(value: Any, prefix: str) -> dict[str, Any]:
    """`value` under `prefix`, inside of values that fit."""
    steps = [step for step in prefix.split(".") if step]
    for step in reversed(steps):
        value = [FITS] * int(step) + [value] if step.isdigit() else {**FITS, step: value}
    return value


def found(value: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    return [(each.path, each.rule, each.expected, each.got) for each in violations(TINY, EVERY, value)]


at_every_depth = pytest.mark.parametrize("depth", DEPTHS, ids=lambda depth: depth or "top")

BIG = 2**63

# §9 of the facts: value → the one thing wrong with it (path, rule, expected, got).
WRONG: dict[str, tuple[dict[str, Any], tuple[str, str, str, str]]] = {
    "required missing": ({}, ("Need", "missing", "string", "nothing")),
    "required null": ({"Need": None}, ("Need", "missing", "string", "nothing")),
    "undeclared": ({**FITS, "Ned": 1}, ("Ned", "unknown", "", "integer")),
    "undeclared null": ({**FITS, "Ned": None}, ("Ned", "unknown", "", "null")),
    "undeclared object": ({**FITS, "Ned": {}}, ("Ned", "unknown", "", "object")),
    "undeclared by its case": ({**FITS, "need": ""}, ("need", "unknown", "", "string")),
    "integer for string": ({"Need": 5}, ("Need", "type", "string", "integer")),
    "string for int64": ({**FITS, "A_int64": "5"}, ("A_int64", "type", "int64", "string")),
    "string for uint64": ({**FITS, "A_uint64": ""}, ("A_uint64", "type", "uint64", "string")),
    "string for float": ({**FITS, "A_float": "0.5"}, ("A_float", "type", "float", "string")),
    "string for bool": ({**FITS, "A_bool": "true"}, ("A_bool", "type", "bool", "string")),
    "scalar for list": ({**FITS, "Some_string": "a"}, ("Some_string", "type", "list", "string")),
    "object for list": ({**FITS, "Some_string": {"0": "a"}}, ("Some_string", "type", "list", "object")),
    "object for string": ({"Need": {}}, ("Need", "type", "string", "object")),
    "list for string": ({"Need": [""]}, ("Need", "type", "string", "array")),
    "list for object": ({**FITS, "Child": [FITS]}, ("Child", "type", "object", "array")),
    "text for object": ({**FITS, "Child": "{}"}, ("Child", "type", "object", "string")),
    "negative for uint64": ({**FITS, "A_uint64": -1}, ("A_uint64", "type", "uint64", "integer")),
    "above int64": ({**FITS, "A_int64": BIG}, ("A_int64", "type", "int64", "integer")),
    "below int64": ({**FITS, "A_int64": -BIG - 1}, ("A_int64", "type", "int64", "integer")),
    "above uint64": ({**FITS, "A_uint64": 2 * BIG}, ("A_uint64", "type", "uint64", "integer")),
    "1.5 for an integer": ({**FITS, "A_int64": 1.5}, ("A_int64", "type", "int64", "number")),
    "1.0 for an integer": ({**FITS, "A_uint64": 1.0}, ("A_uint64", "type", "uint64", "number")),
    "1e3 for an integer": ({**FITS, "A_int64": 1e3}, ("A_int64", "type", "int64", "number")),
    "true for an integer": ({**FITS, "A_int64": True}, ("A_int64", "type", "int64", "boolean")),
    "false for uint64": ({**FITS, "A_uint64": False}, ("A_uint64", "type", "uint64", "boolean")),
    "true for float": ({**FITS, "A_float": True}, ("A_float", "type", "float", "boolean")),
    "integer for bool": ({**FITS, "A_bool": 1}, ("A_bool", "type", "bool", "integer")),
    "element of a list": ({**FITS, "Some_string": ["a", 1]}, ("Some_string.1", "type", "string", "integer")),
    "first element": ({**FITS, "Some_uint64": [-1, 1]}, ("Some_uint64.0", "type", "uint64", "integer")),
    "null in a list": ({**FITS, "Some_int64": [None]}, ("Some_int64.0", "type", "int64", "null")),
    "boolean in a list": ({**FITS, "Some_float": [0, 0.5, True]}, ("Some_float.2", "type", "float", "boolean")),
    "number in a list": ({**FITS, "Some_bool": [True, 0]}, ("Some_bool.1", "type", "bool", "integer")),
    "text in a list of objects": ({**FITS, "Children": ["{}"]}, ("Children.0", "type", "object", "string")),
    "null in a list of objects": ({**FITS, "Children": [FITS, None]}, ("Children.1", "type", "object", "null")),
}

RIGHT: dict[str, dict[str, Any]] = {
    "an empty text for a required one": FITS,
    "null for what is not required": {**FITS, "A_int64": None, "Child": None, "Children": None},
    "the ends of int64": {**FITS, "Some_int64": [-BIG, BIG - 1]},
    "the ends of uint64": {**FITS, "Some_uint64": [0, 2 * BIG - 1]},
    "a negative int64": {**FITS, "A_int64": -1},
    "an integer for a float": {**FITS, "Some_float": [0, -1, 0.5]},
    "empty lists": {**FITS, **{f"Some_{type_}": [] for type_ in SCALARS}, "Children": []},
    "one of each": {**FITS, "A_int64": 1, "A_uint64": 1, "A_string": "a", "A_bool": False, "A_float": 1.5},
}


@at_every_depth
@pytest.mark.parametrize("case", WRONG)
def test_one_thing_wrong_is_told_with_its_path(case: str, depth: str) -> None:
    value, (path, *rest) = WRONG[case]
    assert found(placed(value, depth)) == [(depth + path, *rest)]


@at_every_depth
@pytest.mark.parametrize("case", RIGHT)
def test_what_fits_has_no_violation(case: str, depth: str) -> None:
    assert found(placed(RIGHT[case], depth)) == []


def test_of_one_rule_the_documents_order_is_told() -> None:
    wrong_types = {**FITS, "A_bool": 1, "A_int64": "", "A_string": 1}
    assert [path for path, *_ in found(wrong_types)] == ["A_bool", "A_int64", "A_string"]
    unknown = {**FITS, "b": 1, "a": 1}
    assert [path for path, *_ in found(unknown)] == ["b", "a"]


def test_a_violation_reads_as_a_sentence() -> None:
    assert str(Violation("Callers.0", "type", "string", "integer")) == "Callers.0: type, expected string, got integer"
    assert str(Violation("Calle", "unknown", "", "string")) == "Calle: unknown, expected nothing, got string"


# --- against a naive checker ---------------------------------------------------------------------------------------

API = load_api()
DEEP = "CreateAutoCalloutTask"

JSON_TYPES: dict[str, Any] = {
    "string": lambda value: isinstance(value, str),
    "bool": lambda value: value is True or value is False,
    "int64": lambda value: isinstance(value, int) and not isinstance(value, bool) and -(2**63) <= value < 2**63,
    "uint64": lambda value: isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**64,
    "float": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
}


def naive(shape: Shape, value: dict[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """(path, rule) of everything wrong, in no particular order; says everything twice that it can say twice."""
    for member in shape.members.values():
        if member.required and (member.name not in value or value[member.name] is None):
            yield ".".join((*path, member.name)), "missing"
    for name, item in value.items():
        if name not in shape.members:
            yield ".".join((*path, name)), "unknown"
        elif item is not None:
            member = shape.members[name]
            yield from naive_item(member.type, member.of, item, (*path, name))
            yield from naive_bounds(member, item, (*path, name))


def naive_bounds(member: Member, item: Any, path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if member.type == "list":
        items = item if isinstance(item, list) else []
        if len(items) > (member.max_items or 10**9):
            yield ".".join(path), "value"
        for position, element in enumerate(items):
            if member.enum and type(element) is type(member.enum[0]) and element not in member.enum:
                yield ".".join((*path, str(position))), "value"
    elif JSON_TYPES.get(member.type, lambda value: False)(item):
        low = member.minimum is not None and item < member.minimum
        high = member.maximum is not None and item > member.maximum
        long = member.max_length is not None and len(item) > member.max_length
        if low or high or long or (member.enum and item not in member.enum):
            yield ".".join(path), "value"


def naive_item(type_: str, of: str, item: Any, path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if type_ == "list" and isinstance(item, list):
        for position, element in enumerate(item):
            yield from naive_item(of if of in JSON_TYPES else "object", of, element, (*path, str(position)))
    elif type_ == "object" and isinstance(item, dict):
        yield from naive(API.shapes[of], item, path)
    elif type_ in ("list", "object") or not JSON_TYPES[type_](item):
        yield ".".join(path), "type"


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.floats(allow_nan=False)
    | st.sampled_from([2**63, 2**64])
    | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["Key", "Value"]), inner, max_size=2),
    max_leaves=4,
)

FITTING: dict[str, st.SearchStrategy[Any]] = {
    "string": st.text(max_size=5),
    "bool": st.booleans(),
    "int64": st.integers(-(2**63), 2**63 - 1),
    "uint64": st.integers(0, 2**64 - 1),
    "float": st.floats(allow_nan=False, allow_infinity=False) | st.integers(-9, 9),
}


def fitting(type_: str, of: str) -> st.SearchStrategy[Any]:
    if type_ == "list":
        return st.lists(mostly_fitting(of if of in FITTING else "object", of), max_size=3)
    return objects(API.shapes[of]) if type_ == "object" else FITTING[type_]


def mostly_fitting(type_: str, of: str) -> st.SearchStrategy[Any]:
    return st.integers(0, 5).flatmap(lambda die: anything if die == 0 else fitting(type_, of))


@st.composite
def objects(draw: st.DrawFn, shape: Shape) -> dict[str, Any]:
    """Some of the members that may be there, most of those that must, and now and then one that may not."""
    optional = [name for name in shape.members if name not in shape.required]
    chosen = draw(st.lists(st.sampled_from(optional), max_size=4, unique=True)) if optional else []
    forgotten = draw(st.sets(st.sampled_from(shape.required), max_size=1)) if shape.required else set()
    value = {}
    for name in draw(st.permutations([*(set(shape.required) - forgotten), *chosen])):
        member = shape.members[name]
        value[name] = draw(mostly_fitting(member.type, member.of))
    return value | draw(
        st.just({}) | st.dictionaries(st.sampled_from(["x", "Sdkappid", "", "a.b"]), anything, max_size=2)
    )


def check_against_the_naive_one(action: str, value: dict[str, Any]) -> None:
    shape = API.actions[action].input
    assert sorted((each.path, each.rule) for each in violations(API, shape, value)) == sorted(naive(shape, value))


@given(objects(API.actions["CreateAIAgentCall"].input))
@example({"SdkAppId": 2**63, "AIAgentId": 2**64, "Callee": None, "Variables": [{"Key": ""}], "x": 1})
def test_a_naive_checker_finds_the_same_in_a_call(value: dict[str, Any]) -> None:
    check_against_the_naive_one("CreateAIAgentCall", value)


@settings(max_examples=60)
@given(objects(API.actions[DEEP].input))
@example({"TriggerStrategy": [{"InterfaceConfig": {"HeaderParams": [{"Key": 1}], "BasicAuth": {"x": 1}}}]})
def test_a_naive_checker_finds_the_same_at_depth(value: dict[str, Any]) -> None:
    check_against_the_naive_one(DEEP, value)


# --- bounded work --------------------------------------------------------------------------------------------------

MILLION = 1_000_000


def test_of_a_million_unknown_keys_sixteen_are_told() -> None:
    value = {**FITS, **dict.fromkeys(map(str, range(MILLION)))}
    assert [path for path, *_ in found(value)] == [str(n) for n in range(MAX_VIOLATIONS_PER_OBJECT)]


def test_of_a_million_wrong_elements_sixteen_are_told() -> None:
    assert len(found({**FITS, "Some_string": [0] * MILLION})) == MAX_VIOLATIONS_PER_OBJECT
    assert len(found({**FITS, "Children": [{}] * MILLION})) == MAX_VIOLATIONS_PER_OBJECT


def test_of_many_objects_with_many_unknown_keys_few_are_told() -> None:
    crowded = {**FITS, **dict.fromkeys(map(str, range(1000)))}
    told = found({**FITS, "Children": [{**crowded, "Children": [crowded] * 1000}] * 1000})
    assert MAX_VIOLATIONS_PER_OBJECT <= len(told) <= 4 * MAX_VIOLATIONS_PER_OBJECT


def test_what_is_wrong_after_a_million_right_elements_is_found() -> None:
    assert [path for path, *_ in found({**FITS, "Some_string": [""] * MILLION + [0]})] == [f"Some_string.{MILLION}"]
