"""Every byte of what a signature protects, changed one at a time.  Imports nothing of ours.

A field is what the report counts by: of TC3 the target, the body and four headers; of the older scheme, whose
parameters stand in the query or in the form, each pair, what is between them, and what is around them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

import oracle

WAYS: dict[str, Callable[[int], bytes]] = {
    "its lowest bit flipped": lambda byte: bytes([byte ^ 0x01]),
    "its case changed": lambda byte: bytes([byte ^ 0x20]),
    "left out": lambda byte: b"",
    "doubled": lambda byte: bytes([byte, byte]),
}
"""What happens to a byte.  Where it is no letter, the bit that tells the case makes a control character of it."""

HEADERS = {
    "host": "Host",
    "content-type": "Content-Type",
    "x-tc-timestamp": "timestamp",
    "authorization": "Authorization",
}
"""Header → field."""

COMMON = (
    *("Action", "Version", "Region", "Timestamp", "Nonce", "SecretId", "Signature", "SignatureMethod", "Token"),
    *("Language", "RequestClient"),
)
"""The older scheme's common parameters; every other pair is a parameter of the action."""
OF_THE_ACTION = "pair of the action"
BETWEEN_PAIRS = "& between pairs"


class Place(NamedTuple):
    """Some bytes of a request: where they are, and the field that they belong to."""

    field: str
    part: str
    """`target`, `body`, or a header in lower case."""
    start: int
    end: int


class Mutant(NamedTuple):
    """A request with one byte changed."""

    field: str
    position: int
    """From the beginning of the target, the body, or the header's value."""
    way: str
    part: str
    pieces: oracle.Pieces


def places(pieces: oracle.Pieces) -> list[Place]:
    """All bytes that are to be changed, in order."""
    older = pieces.header("authorization") is None
    found = _older_places(pieces) if older else [_whole("target", "target", pieces), _whole("body", "body", pieces)]
    sent = {name.decode().lower() for name, _ in pieces.headers}
    return found + [_whole(field, name, pieces) for name, field in HEADERS.items() if name in sent]


def _whole(field: str, part: str, pieces: oracle.Pieces) -> Place:
    return Place(field, part, 0, len(value_of(pieces, part)))


def _older_places(pieces: oracle.Pieces) -> list[Place]:
    part = "target" if pieces.method == "GET" else "body"
    before = len(pieces.path) + 1 if part == "target" else 0  # path and question mark
    text = value_of(pieces, part)
    target = Place("target", "target", 0, before or len(pieces.target))
    pairs = re.compile(rb"&|[^&]+").finditer(text, before)
    return [target, *(Place(_field_of(pair[0]), part, pair.start(), pair.end()) for pair in pairs)]


def _field_of(pair: bytes) -> str:
    if pair == b"&":
        return BETWEEN_PAIRS
    name = pair.split(b"=")[0].decode()
    return f"pair {name}" if name in COMMON else OF_THE_ACTION


def value_of(pieces: oracle.Pieces, part: str) -> bytes:
    """The bytes of the target, the body, or a header."""
    if part in ("target", "body"):
        return pieces.target if part == "target" else pieces.body
    return pieces.header(part) or b""


def mutants(pieces: oracle.Pieces, *, every: int = 1, first: int = 0) -> Iterator[Mutant]:
    """Each position of each field, changed in each way; or only `every` so many, from the position `first` on."""
    count = 0
    for place in places(pieces):
        value = value_of(pieces, place.part)
        for position in range(place.start, place.end):
            if count % every == first % every:
                for way, change in WAYS.items():
                    changed = value[:position] + change(value[position]) + value[position + 1 :]
                    yield Mutant(place.field, position, way, place.part, _with(pieces, place.part, changed))
            count += 1


def _with(pieces: oracle.Pieces, part: str, value: bytes) -> oracle.Pieces:
    if part == "target":
        return oracle.Pieces(pieces.method, value, pieces.headers, pieces.body)
    if part == "body":
        return oracle.Pieces(pieces.method, pieces.target, pieces.headers, value)
    wanted = part.encode()
    lines = tuple([(name, value if name.lower() == wanted else old) for name, old in pieces.headers])
    return oracle.Pieces(pieces.method, pieces.target, lines, pieces.body)
