r"""Backslash escapes, as bash reads them in `$'…'` and Go in `"…"`: `\n`, `\x41`, `\u4e2d`, `\'`.  Bytes to bytes."""

from __future__ import annotations

import re

# In Go \x has two digits and \u four; bash takes fewer, too, and \c for a control character.
_ESCAPE = re.compile(
    rb"\\(?:x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{1,4})|U([0-9A-Fa-f]{1,8})|([0-7]{1,3})|c(.)|(.))", re.DOTALL
)
_LETTERS = {
    b"a": b"\a", b"b": b"\b", b"e": b"\x1b", b"E": b"\x1b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t",
    b"v": b"\v", b"\\": b"\\", b"'": b"'", b'"': b'"', b"?": b"?",
}  # fmt: skip


def unescaped(text: bytes) -> bytes:
    """What the text means; an escape that there is not stays as it is."""
    return _ESCAPE.sub(_meaning, text) if b"\\" in text else text


def _meaning(match: re.Match[bytes]) -> bytes:
    two, four, eight, octal, control, letter = match.groups()
    if two:
        return bytes([int(two, 16)])
    if four or eight:
        return _utf_8(int(four or eight, 16)) or match[0]
    if octal:
        return bytes([int(octal, 8) & 0xFF])
    if control:
        return bytes([ord(control) & 0x1F])
    return _LETTERS.get(letter, match[0])


def _utf_8(point: int) -> bytes:
    return chr(point).encode("utf-8", "surrogatepass") if point <= 0x10FFFF else b""
