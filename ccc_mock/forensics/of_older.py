"""Mistakes of the older scheme alone: which parameters are signed, in which order, how they are written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import chain
from urllib.parse import quote, quote_plus

from ccc_contract.signing_v1 import METHODS

from .mistake import Evidence, How
from .recipe import Older
from .words import method_word, pair_words, path_word


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def other_method(older: Older, seen: Evidence) -> Iterator[tuple[How, Older]]:
    for method in (b"GET", b"POST", b""):
        yield {"method": _text(method)}, older._replace(method=method)


def method_in_lower_case(older: Older, seen: Evidence) -> Iterator[tuple[How, Older]]:
    yield {"method": method_word(older.method.lower())}, older._replace(method=older.method.lower())


def other_path(older: Older, seen: Evidence) -> Iterator[tuple[How, Older]]:
    for path in (b"/", b"?", b"", b"\n/\n", b"/v2/index.php?", b"//?"):
        yield {"path": _text(path)}, older._replace(path=path)
    yield {"path": path_word(seen.request.path) + "?"}, older._replace(path=seen.request.path + b"?")


def values_encoded(older: Older, seen: Evidence) -> Iterator[tuple[How, Older]]:
    for name, escape in _ESCAPES:
        pairs = tuple([(key, escape(value)) for key, value in older.pairs])
        yield {"how": name}, older._replace(pairs=pairs)


_ESCAPES: tuple[tuple[str, Callable[[bytes], bytes]], ...] = (
    ("%20", lambda value: quote(value, safe="").encode()),
    ("+", lambda value: quote_plus(value).encode()),
    ("%20 /", lambda value: quote(value).encode()),
    ("%20 *", lambda value: quote(value, safe="!'()*").encode()),
)


def unsorted(older: Older, seen: Evidence) -> Iterator[tuple[How, Older]]:
    came = [pair for pair in seen.pairs.items() if pair[0] != b"Signature"]
    for order in (
        came,
        sorted(older.pairs, key=lambda pair: pair[0].lower()),
        sorted(older.pairs, key=lambda pair: _natural(pair[0])),
        list(reversed(older.pairs)),
    ):
        yield {"order": pair_words(order[:4])}, older._replace(pairs=tuple(order))


def _natural(key: bytes) -> list[tuple[int, bytes]]:
    """`Callers.2` before `Callers.10`."""
    return [(int(part), b"") if part.isdigit() else (-1, part) for part in re.split(rb"(\d{1,9})", key)]


_BRACKET = re.compile(rb"^([^\[\]]+)\[")


def arrays_the_php_way(older: Older, seen: Evidence) -> Iterator[tuple[How, Older]]:
    """Signed is the word `Array`, once for each list; sent are brackets (PHP's client: sdk-captures-2026-11)."""
    if any(b"[" in key for key, _ in older.pairs):
        words = {_name(key): b"Array" if b"[" in key else value for key, value in older.pairs}
        yield {}, older._replace(pairs=tuple(sorted(words.items())))
        # A boolean that is false is sent as 0, and signed as nothing.
        for false, true in ((b"", b"1"), (b"", b"true")):
            told = {key: {b"0": false, b"1": true}.get(value, value) for key, value in words.items()}
            yield {}, older._replace(pairs=tuple(sorted(told.items())))


def _name(key: bytes) -> bytes:
    match = _BRACKET.match(key)
    return match[1] if match else key


def brackets_for_dots(older: Older, seen: Evidence) -> Iterator[tuple[How, Older]]:
    """Sent as `Callers.0` and signed as `Callers[0]`, or the other way round."""
    for name, change in (("[0]", _in_brackets), (".0", _in_dots)):
        pairs = tuple(sorted([(change(key), value) for key, value in older.pairs]))
        yield {"how": name}, older._replace(pairs=pairs)


def _in_brackets(key: bytes) -> bytes:
    first, *rest = key.split(b".")
    return first + b"".join(b"[" + part + b"]" for part in rest)


def _in_dots(key: bytes) -> bytes:
    return key.replace(b"[", b".").replace(b"]", b"")


MAX_LEFT_OUT = 40
"""Parameters that are tried to be left out."""


def one_left_out(older: Older, seen: Evidence) -> Iterator[tuple[How, Older]]:
    rarer = sorted(older.pairs[:MAX_LEFT_OUT], key=lambda pair: pair[0] not in _COMMON)
    for left, value in rarer:
        pairs = tuple([pair for pair in older.pairs if pair[0] != left])
        yield {"name": pair_words([(left, value)])}, older._replace(pairs=pairs)


_COMMON = (b"SignatureMethod", b"Token", b"Region", b"RequestClient", b"Language")


def empty_ones_left_out(older: Older, seen: Evidence) -> Iterator[tuple[How, Older]]:
    yield {}, older._replace(pairs=tuple([pair for pair in older.pairs if pair[1]]))


def plus_for_blank(older: Older, seen: Evidence) -> Iterator[tuple[How, Older]]:
    """A `+` that was not encoded is read as a blank: signed was the `+`."""
    pairs = tuple([(key, value.replace(b" ", b"+")) for key, value in older.pairs])
    yield {}, older._replace(pairs=pairs)


def other_digest(older: Older, seen: Evidence) -> Iterator[tuple[How, Older]]:
    for name, digest in METHODS.items():
        yield {"signed": name}, older._replace(digest=digest)


def in_hex(older: Older, seen: Evidence) -> Iterator[tuple[How, Older]]:
    for output in ("hex", "HEX", "base64url", "base64 of hex"):
        yield {"form": output}, older._replace(output=output)


def badly_escaped(older: Older, seen: Evidence) -> Iterator[tuple[How, Older]]:
    for output in ("base64, + as blank", "base64, encoded twice"):
        yield {"form": output}, older._replace(output=output)


def one_line_too_many(older: Older, seen: Evidence) -> Iterator[tuple[How, Older]]:
    yield {"where": "StringToSign"}, older._replace(end=b"\n")


def other_time(older: Older, seen: Evidence) -> Iterator[tuple[How, Older]]:
    """The Timestamp that was signed is another than the one that came."""
    stamp = dict(older.pairs).get(b"Timestamp", b"")
    if stamp.isdigit() and len(stamp) < 20:
        for step in (-1, 1, -2, 2, -3, 3, -28800, 28800):
            text = b"%d" % (int(stamp) + step)
            pairs = tuple([(key, text if key == b"Timestamp" else value) for key, value in older.pairs])
            yield {"signed": _text(text), "step": f"{step:+d}"}, older._replace(pairs=pairs)


def milliseconds(older: Older, seen: Evidence) -> Iterator[tuple[How, Older]]:
    stamp = dict(older.pairs).get(b"Timestamp", b"")
    if stamp.isdigit() and len(stamp) < 20:
        for text in chain((stamp[:-3],), (b"%b%03d" % (stamp, rest) for rest in range(1000))):
            pairs = tuple([(key, text if key == b"Timestamp" else value) for key, value in older.pairs])
            yield {"signed": _text(text), "sent": _text(stamp)}, older._replace(pairs=pairs)
