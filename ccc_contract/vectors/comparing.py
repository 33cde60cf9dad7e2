"""What a signer answered, held against the steps of a case: the first intermediate that differs.  Pure.

An answer is a JSON object with any of STEPS, or one bare line: the Authorization header (of the older schemes, the
signature).  What is there is compared in the order in which it is computed, so that the first difference is the cause
and the others are its consequences.

Of texts the line that differs is shown.  Of keys, signatures and SecretIds nothing that was answered is repeated: a
signer that ignores the credential it is given would otherwise have its own printed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from ..model import JSON
from ..signing import Authorization, MalformedAuthorization, parse_authorization
from .case import SECRET_STEPS, STEPS, TC3, Case


class Unreadable(ValueError):
    """The answer is none; the message says what was expected and what came."""


EXPECTED = f"a JSON object with any of {', '.join(STEPS)}; or the Authorization header as the only line"
MAX_SHOWN = 160
"""Characters of a line that are shown."""

_BARE = {True: re.compile(rb"TC3-HMAC-SHA256\b[^\r\n]*"), False: re.compile(rb"[A-Za-z0-9+/=]{20,100}")}


def read_answer(output: bytes, case: Case) -> dict[str, bytes]:
    """Step → what was answered.  Raises Unreadable."""
    text = output.strip()
    bare = _BARE[case.question.scheme == TC3].fullmatch(text)
    if bare:
        return {"authorization" if case.question.scheme == TC3 else "signature": text}
    answer = _decoded(text)
    if not isinstance(answer, dict):
        raise Unreadable(f"expected {EXPECTED}; got {_shape_of(answer)}")
    given = {name: answer[name] for name in STEPS if answer.get(name) is not None}
    wrong = [name for name, value in given.items() if not isinstance(value, str)]
    if wrong:
        raise Unreadable(f"expected a text as {wrong[0]}, got {_shape_of(given[wrong[0]])}")
    if "signature" not in given and "authorization" not in given:
        known = f"only {', '.join(given)}" if given else "none of them"
        raise Unreadable(f"expected at least authorization or signature beside the other steps; got {known}")
    return {name: value.encode("utf-8", "surrogatepass") for name, value in given.items()}


def _decoded(text: bytes) -> JSON:
    if not text:
        raise Unreadable(f"expected {EXPECTED}; got nothing")
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        lines = len(text.splitlines())
        raise Unreadable(f"expected {EXPECTED}; got {len(text)} bytes in {lines} lines that are neither") from None


def _shape_of(value: JSON) -> str:
    shapes = {dict: "an object", list: "a list", str: "a text", bool: "a boolean", type(None): "null"}
    return shapes.get(type(value), "a number")


@dataclass(frozen=True)
class Difference:
    """Where an answer first leaves the rule.  `byte` and `line` count from 1, within the whole and in lines."""

    step: str
    byte: int
    line: int
    column: int
    expected: str = ""
    got: str = ""
    """Both empty where nothing may be shown."""
    remark: str = ""

    @property
    def is_shown(self) -> bool:
        return bool(self.expected or self.got)


def first_difference(case: Case, answer: Mapping[str, bytes]) -> Difference | None:
    """The first step that differs, or None where everything that was answered is right."""
    known = case.steps.texts()
    for name in STEPS:
        if name in answer and name in known and answer[name] != known[name]:
            found = _COMPARED.get(name, _text)(name, known[name], answer[name])
            if found is not None:
                return found
    return None


_SHOWN_BY = {
    "canonical_request": ("hashed_canonical_request", "string_to_sign"),
    "hashed_canonical_request": ("canonical_request", "string_to_sign"),
    "secret_date": ("secret_service", "secret_signing"),
    "secret_service": ("secret_signing",),
}
"""A step is as good as answered where one of these is and is right."""


def unknown_before(case: Case, difference: Difference, answer: Mapping[str, bytes]) -> tuple[str, ...]:
    """The steps before a difference that were not answered, and so may be where it comes from."""
    earlier = [name for name in STEPS[: STEPS.index(difference.step)] if name in case.steps.texts()]
    right = {name for name in earlier if name in answer}
    return tuple(name for name in earlier if name not in right and right.isdisjoint(_SHOWN_BY.get(name, ())))


def _text(name: str, right: bytes, given: bytes) -> Difference:
    """Two texts, by their bytes."""
    given = _hushed(given, right)
    at = _first_byte(right, given)
    return Difference(
        name,
        at + 1,
        *_place(right, at),
        expected=_shown(right, at),
        got=_shown(given, at),
        remark=_remark(right, given),
    )


_PRIVATE = re.compile(rb"\b(SecretId=|Token=|x-tc-token:)([^&\n]+)")


def _hushed(given: bytes, right: bytes) -> bytes:
    """Without a SecretId and a token that are not the case's."""
    return _PRIVATE.sub(lambda match: match[0] if match[0] in right else match[1] + b"(another)", given)


def _first_byte(right: bytes, given: bytes) -> int:
    pairs = enumerate(zip(right, given, strict=False))
    return next((place for place, (one, other) in pairs if one != other), min(len(right), len(given)))


def _place(text: bytes, at: int) -> tuple[int, int]:
    """(line, column) of a byte, from 1."""
    before = text[:at]
    return before.count(b"\n") + 1, at - (before.rfind(b"\n") + 1) + 1


def _shown(text: bytes, at: int) -> str:
    """The line that a byte is in, with its end, escaped; of a long line what is around the byte."""
    start = text.rfind(b"\n", 0, at) + 1
    end = text.find(b"\n", at) + 1 or len(text)
    first = max(start, at - MAX_SHOWN // 2)
    last = min(end, first + MAX_SHOWN)
    cut = json.dumps(text[first:last].decode("utf-8", "backslashreplace"), ensure_ascii=False)
    printable = "".join(letter if letter.isprintable() else f"\\u{ord(letter):04x}" for letter in cut)
    return ("…" if first > start else "") + printable + ("…" if last < end else "")


def _remark(right: bytes, given: bytes) -> str:
    """What else can be said, by how the texts relate."""
    return next((words for words, holds in _REMARKS if holds(right, given)), "")


_REMARKS: tuple[tuple[str, Callable[[bytes, bytes], bool]], ...] = (
    ("ends of lines are CR LF, expected LF", lambda right, given: given.replace(b"\r\n", b"\n") == right),
    ("only white space at the end differs", lambda right, given: given.rstrip() == right.rstrip()),
    ("only the case of letters differs", lambda right, given: given.lower() == right.lower()),
    ("lines are missing at the end", lambda right, given: right.startswith(given)),
    ("there is more behind what was expected", lambda right, given: given.startswith(right)),
)


def _hidden(name: str, right: bytes, given: bytes) -> Difference:
    """A key or a signature: its form can be told, and not what it is."""
    expected, got = _form_of(right), _form_of(given)
    remark = f"expected {expected}, got {got}" if expected != got else f"{got}, of another value"
    at = _first_byte(right, given)
    return Difference(name, at + 1, *_place(right, at), remark=remark)


_FORMS = (
    ("{count} lower-case hexadecimal digits", re.compile(rb"[0-9a-f]+")),
    ("{count} hexadecimal digits in capitals", re.compile(rb"[0-9A-F]+")),
    ("{count} hexadecimal digits", re.compile(rb"[0-9A-Fa-f]+")),
    ("{count} characters of base64", re.compile(rb"[A-Za-z0-9+/]+={0,2}")),
    ("such with white space around", re.compile(rb"\s*[A-Za-z0-9+/]+={0,2}\s*")),
    ("nothing", re.compile(b"")),
)


def _form_of(value: bytes) -> str:
    words = next((words for words, form in _FORMS if form.fullmatch(value)), "{count} bytes of no known form")
    return words.format(count=len(value))


def _authorization(name: str, right: bytes, given: bytes) -> Difference | None:
    """The header, part by part.  Blanks are free where clients differ in them."""
    try:
        claimed = parse_authorization(given)
    except MalformedAuthorization as malformed:
        return Difference(name, 1, 1, 1, remark=f"its {malformed.part} is not of the documented form")
    for part, expected, got in _parts(parse_authorization(right), claimed, _listed(right), _listed(given)):
        if expected != got:
            return _part_difference(part, expected, got, given)
    return None


def _listed(value: bytes) -> str:
    """SignedHeaders as they are written: the reading sorts them."""
    return value.partition(b"SignedHeaders=")[2].partition(b",")[0].decode("utf-8", "replace")


def _parts(right: Authorization, given: Authorization, names: str, given_names: str) -> Iterator[tuple[str, str, str]]:
    yield "SecretId", right.secret_id, given.secret_id
    yield "date", right.date, given.date
    yield "service", right.service, given.service
    yield "terminator", right.terminator, given.terminator
    yield "SignedHeaders", names, given_names
    yield "Signature", right.signature, given.signature


def _part_difference(part: str, expected: str, got: str, given: bytes) -> Difference:
    at = max(given.find(got.encode()), 0) + _first_byte(expected.encode(), got.encode())
    if part in ("SecretId", "Signature"):
        hidden = _hidden(part, expected.encode(), got.encode()).remark if part == "Signature" else "not the case's own"
        step = "signature" if part == "Signature" else "authorization"
        return Difference(step, at + 1, 1, at + 1, remark=f"{part}: {hidden}")
    return Difference(
        "authorization", at + 1, 1, at + 1, json.dumps(expected), json.dumps(got[:MAX_SHOWN]), remark=f"its {part}"
    )


_COMPARED = {"authorization": _authorization, **dict.fromkeys((*SECRET_STEPS, "signature"), _hidden)}
