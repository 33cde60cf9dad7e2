"""Parameters as text: how a query or a form is split, decoded, and unflattened by the model."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, quote, quote_plus, unquote_to_bytes

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ccc_contract.model import Api, Member, Shape
from ccc_contract.pairs import MalformedPairs, first, nested, parse, unescaped

# --- splitting and decoding ----------------------------------------------------------------------------------------

DECODED: dict[bytes, dict[bytes, bytes]] = {
    b"": {},
    b"a=1": {b"a": b"1"},
    b"a=": {b"a": b""},
    b"a==": {b"a": b"="},
    b"a=1&b=2": {b"a": b"1", b"b": b"2"},
    b"&a=1&&b=2&": {b"a": b"1", b"b": b"2"},
    b"a=+%20%2B": {b"a": b"  +"},
    b"a%3d1=b%26c": {b"a=1": b"b&c"},
    b"a=%E4%BD%A0": {b"a": "你".encode()},
    b"a=%e4%bd%a0": {b"a": "你".encode()},
    b"a=%zz%4": {b"a": b"%zz%4"},
    b"a=\xff%00": {b"a": b"\xff\0"},
    b"a;b=1;2": {b"a;b": b"1;2"},
}


@pytest.mark.parametrize("text", DECODED)
def test_a_text_is_split_and_decoded(text: bytes) -> None:
    assert parse(text) == DECODED[text]


MALFORMED: dict[bytes, tuple[str, str]] = {
    b"bareword": ("no-equals", ""),
    b"a=1&Region": ("no-equals", ""),
    b"=1": ("empty-key", ""),
    b"a=1&=": ("empty-key", ""),
    b"a=1&a=1": ("repeated", "a"),
    b"a=1&%61=2": ("repeated", "a"),
    b"a+b=1&a%20b=": ("repeated", "a b"),
}


@pytest.mark.parametrize("text", MALFORMED)
def test_a_malformed_text_is_refused_by_the_rule_that_it_breaks(text: bytes) -> None:
    with pytest.raises(MalformedPairs) as caught:
        parse(text)
    assert (caught.value.rule, caught.value.name) == MALFORMED[text]


def test_a_bare_key_can_be_taken_for_an_empty_value() -> None:
    assert parse(b"Region&a=1", bare_keys=True) == {b"Region": b"", b"a": b"1"}


@given(st.binary(max_size=60))
@example(b"%%41=%2&a=+")
def test_what_the_standard_library_reads_is_read_alike(text: bytes) -> None:
    found = parse_qsl(text.decode("latin-1"), keep_blank_values=True, encoding="latin-1")
    expected = [(key.encode("latin-1"), value.encode("latin-1")) for key, value in found]
    keys = [key for key, _ in expected]
    bare = any(piece and b"=" not in piece for piece in text.split(b"&"))
    if bare or len(set(keys)) < len(keys) or b"" in keys:
        with pytest.raises(MalformedPairs):
            parse(text)
    else:
        assert list(parse(text).items()) == expected


@given(st.lists(st.tuples(st.text(min_size=1, max_size=4), st.text(max_size=4)), max_size=4), st.booleans())
def test_first_finds_what_parse_finds(pairs: list[tuple[str, str]], plus: bool) -> None:
    encode = quote_plus if plus else quote
    text = "&".join(f"{encode(key, safe='')}={encode(value, safe='')}" for key, value in pairs).encode()
    for key, value in reversed(dict(reversed(pairs)).items()):
        plain = quote(key, safe="") == key
        assert first(text, key.encode()) == (value.encode() if plain else None)


@pytest.mark.parametrize("lead", range(4))
@pytest.mark.parametrize("unit", [b"%41", b"%", b"%4", b"%zz", b"a%42"])
def test_a_long_text_is_unescaped_as_the_standard_library_does(unit: bytes, lead: int) -> None:
    raw = b"x" * lead + unit * 20_000
    assert unescaped(raw) == unquote_to_bytes(raw)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b"", None),
        (b"SecretId", None),
        (b"SecretId=", b""),
        (b"xSecretId=1&SecretId=2&SecretId=3", b"2"),
        (b"SecretId=1", b"1"),
        (b"a=SecretId=1", None),
        (b"a&&SecretId=%41+", b"A "),
    ],
)
def test_first_looks_for_a_whole_key(text: bytes, value: bytes | None) -> None:
    assert first(text, b"SecretId") == value


# --- unflattening by the model -------------------------------------------------------------------------------------


def _every_type() -> Shape:
    scalars = ("int64", "uint64", "string", "bool", "float")
    members = [
        *(Member(type_, type_) for type_ in scalars),
        *(Member(f"{type_}s", "list", of=type_) for type_ in scalars),
        Member("child", "object", of="Every"),
        Member("children", "list", of="Every"),
    ]
    return Shape("Every", {member.name: member for member in members}, (), "assumed", "assumed")


EVERY = _every_type()
TINY = Api("", {}, {"Every": EVERY}, {}, {}, frozenset(), frozenset())


def unflattened(text: str) -> dict[str, Any]:
    return nested(TINY, EVERY, parse(text.encode()))


READ: dict[str, dict[str, Any]] = {
    "int64=-1": {"int64": -1},
    "int64=007": {"int64": 7},
    "uint64=18446744073709551615": {"uint64": 2**64 - 1},
    "float=1": {"float": 1.0},
    "float=-1.5e3": {"float": -1500.0},
    "string=1": {"string": "1"},
    "string=": {"string": ""},
    "bool=True&bools.0=true&bools.1=1&bools.2=FALSE&bools.3=0": {"bool": True, "bools": [True, True, False, False]},
    "strings.0=a&strings.1=b": {"strings": ["a", "b"]},
    "strings.1=b&strings.0=a": {"strings": ["a", "b"]},
    "&".join(f"int64s.{n}={n}" for n in range(12)): {"int64s": list(range(12))},
    "child.string=a&child.child.int64=1": {"child": {"string": "a", "child": {"int64": 1}}},
    "children.0.string=a&children.1.uint64s.0=1": {"children": [{"string": "a"}, {"uint64s": [1]}]},
    # What does not fit stays as it came, for `conform` to tell.
    "int64=1.0": {"int64": "1.0"},
    "int64=1e3": {"int64": "1e3"},
    "int64=+1": {"int64": " 1"},
    "int64=%2B1": {"int64": "+1"},
    "int64=": {"int64": ""},
    "int64=\uff11": {"int64": "\uff11"},
    "int64=" + "9" * 21: {"int64": "9" * 21},
    "float=1e999": {"float": "1e999"},
    "float=nan": {"float": "nan"},
    "float=1_0": {"float": "1_0"},
    "bool=yes": {"bool": "yes"},
    "bool=2": {"bool": "2"},
    "strings=a": {"strings": "a"},
    "strings[0]=a": {"strings[0]": "a"},
    "strings.a=b": {"strings": {"a": "b"}},
    "strings.00=a": {"strings": {"00": "a"}},
    "strings.-1=a": {"strings": {"-1": "a"}},
    "strings.0.0=a": {"strings": [{"0": "a"}]},
    "string.0=a": {"string": {"0": "a"}},
    "child=a": {"child": "a"},
    "children.0=a": {"children": ["a"]},
    "nobody.0.x=1": {"nobody": {"0": {"x": "1"}}},
    ".=1": {".": "1"},
    ".string=1": {".string": "1"},
    "string.=1": {"string": {"": "1"}},
    "children..string=1": {"children": {"": {"string": "1"}}},
}


@pytest.mark.parametrize("text", READ, ids=lambda text: text[:40])
def test_a_text_is_read_by_the_type_that_the_model_declares(text: str) -> None:
    assert unflattened(text) == READ[text]


UNREADABLE: dict[str, tuple[str, str]] = {
    "strings.1=a": ("index", "strings"),
    "strings.0=a&strings.2=b": ("index", "strings"),
    "children.0.string=a&children.2.string=b": ("index", "children"),
    "children.0.strings.1=a": ("index", "children.0.strings"),
    "strings.99999999999999999999=a": ("index", "strings"),
    "string=1&string.0=2": ("repeated", "string.0"),
    "string.0=1&string=2": ("repeated", "string"),
    "child.string.x=1&child.string=2": ("repeated", "child.string"),
    "string=%ff": ("encoding", "string"),
    "%ff=1": ("encoding", "\ufffd"),
}


@pytest.mark.parametrize("text", UNREADABLE)
def test_a_text_that_is_no_object_is_refused_by_the_rule_that_it_breaks(text: str) -> None:
    with pytest.raises(MalformedPairs) as caught:
        unflattened(text)
    assert (caught.value.rule, caught.value.name) == UNREADABLE[text]


@pytest.mark.parametrize("depth", [17, 100_000])
@pytest.mark.parametrize("name", ["child", "nobody"])
def test_a_depth_beyond_reason_is_refused(name: str, depth: int) -> None:
    with pytest.raises(MalformedPairs, match="too-deep"):
        unflattened(f"{name}." * depth + "string=a")


def test_a_depth_within_reason_is_read() -> None:
    assert unflattened("child." * 16 + "string=a")


def test_names_that_are_too_long_all_together_are_refused() -> None:
    with pytest.raises(MalformedPairs, match="too-deep"):
        unflattened("&".join(f"{'a.' * 16}{n}=1" for n in range(6251)))


texts = st.text(st.characters(codec="utf-8"), max_size=4)
integers = st.integers(-(2**63), 2**63 - 1)
fitting = st.recursive(
    st.fixed_dictionaries({}, optional={"int64": integers, "string": texts, "bool": st.booleans()}).filter(bool),
    lambda inner: st.fixed_dictionaries(
        {},
        optional={
            "child": inner,
            "children": st.lists(inner, min_size=1, max_size=3),
            "strings": st.lists(texts, min_size=1, max_size=12),
            "bools": st.lists(st.booleans(), min_size=1, max_size=2),
        },
    ).filter(bool),
    max_leaves=8,
)


def flattened(value: Any, path: str) -> dict[str, str]:
    """As the official clients do: names joined by dots, positions from zero."""
    if isinstance(value, dict):
        items = ((f"{path}.{key}" if path else key, item) for key, item in value.items())
    elif isinstance(value, list):
        items = ((f"{path}.{position}", item) for position, item in enumerate(value))
    else:
        return {path: str(value)}
    return {name: text for key, item in items for name, text in flattened(item, key).items()}


@given(fitting)
def test_what_was_flattened_is_unflattened(value: dict[str, Any]) -> None:
    pairs = {key.encode(): text.encode() for key, text in flattened(value, "").items()}
    assert nested(TINY, EVERY, pairs) == value
