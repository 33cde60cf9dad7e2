"""The first byte in which two texts differ, and how it may be shown."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

from ..redaction import Redaction

_AROUND = 24
"""Bytes that are shown before and behind it."""


class Difference(NamedTuple):
    """Where two texts begin to differ; each side with that byte in brackets, escaped, or `[end]`."""

    offset: int
    """In bytes, from 0."""
    line: int
    """From 1; column, too, in bytes."""
    column: int
    ours: str
    theirs: str


def first_difference(
    ours: bytes, theirs: bytes, redaction: Redaction, hidden: Sequence[bytes] = ()
) -> Difference | None:
    """None where they are the same.  Values that may be secret are shown as `*`, and so is what is `hidden`."""
    if ours == theirs:
        return None
    offset = _common(ours, theirs)
    start = ours.rfind(b"\n", 0, offset) + 1
    shown = (_around(masked(text, redaction, hidden), offset) for text in (ours, theirs))
    return Difference(offset, ours.count(b"\n", 0, offset) + 1, offset - start + 1, *shown)


def _common(one: bytes, other: bytes) -> int:
    """How many bytes they have in common at the beginning; by halves, as Python compares slices fast."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if one[low:middle] == other[low:middle] else (low, middle - 1)
    return low


def _around(text: bytes, offset: int) -> str:
    before, after = text[max(0, offset - _AROUND) : offset], text[offset + 1 : offset + 1 + _AROUND]
    byte = escaped(text[offset : offset + 1]) or "end"
    more = "…" if len(text) > offset + 1 + _AROUND else ""
    return f"{'…' if offset > _AROUND else ''}{escaped(before)}[{byte}]{escaped(after)}{more}"


_ESCAPES = {0x0A: r"\n", 0x0D: r"\r", 0x09: r"\t", 0x5C: r"\\"}


def escaped(raw: bytes) -> str:
    """Bytes as printable ASCII; one character of `中` is three escapes."""
    return "".join(_ESCAPES.get(byte) or (chr(byte) if 0x20 <= byte < 0x7F else f"\\x{byte:02x}") for byte in raw)


def masked(text: bytes, redaction: Redaction, hidden: Sequence[bytes] = ()) -> bytes:
    """A canonical request, or a string to sign of either scheme, of the same length, with `*` for each secret byte.

    A line that is neither a query nor a header is method, digest, scope and the like, and stays.  `hidden` is what must
    not be shown wherever it stands: a file may be another than its name says.
    """
    for each in hidden:
        text = text.replace(each, b"*" * len(each)) if each else text
    secret = lru_cache(maxsize=4096)(lambda name: _is_secret(name, redaction))
    return b"\n".join(_masked_line(line, redaction, secret) for line in text.split(b"\n"))


MAX_MASKED = 1024 * 1024
"""Bytes of a line that are looked at: a form may have as many (doc-signature-v1).  What is beyond is all hidden."""

IsSecret = Callable[[bytes], bool]


_HEADER = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+): ?(.+)", re.DOTALL)
_OLDER = re.compile(rb"[A-Z]+[^\s?]*/\?")


def _masked_line(line: bytes, redaction: Redaction, is_secret: IsSecret) -> bytes:
    if len(line) > MAX_MASKED:
        return _masked_line(line[:MAX_MASKED], redaction, is_secret) + b"*" * (len(line) - MAX_MASKED)
    older = _OLDER.match(line)  # the string to sign of the older scheme is one line of all parameters
    header = None if older else _HEADER.fullmatch(line)
    if header:
        harmless = redaction.header(header[1].lower(), b"x") == "x"
        return line if harmless else line[: header.start(2)] + b"*" * len(header[2])
    if line[:1] in (b"{", b"["):  # a body in place of its hash
        return line[:1] + b"*" * (len(line) - 1)
    start = older.end() if older else 0
    return line[:start] + b"&".join(_masked_pair(pair, is_secret) for pair in line[start:].split(b"&"))


def _masked_pair(pair: bytes, is_secret: IsSecret) -> bytes:
    name, equals, value = pair.partition(b"=")
    return name + equals + b"*" * len(value) if equals and is_secret(name) else pair


def _is_secret(name: bytes, redaction: Redaction) -> bool:
    """Does the journal hide the value of a parameter of this name?"""
    return redaction.query(name + b"=x") != name.decode("utf-8", "replace") + "=x"
