"""Mistakes with the payload: the body was written anew after it had been hashed, or something else was hashed."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator

from ccc_contract.signing import UNSIGNED_PAYLOAD

from .mistake import CanonicalVariants, Evidence, How
from .recipe import Canonical
from .words import names_words
from .writing import MAX_BYTES, Style

EMPTY = hashlib.sha256(b"").hexdigest().encode()
_HASH = re.compile(rb"[0-9a-f]{64}")
UNSIGNED = hashlib.sha256(UNSIGNED_PAYLOAD).hexdigest().encode()


def _hash(body: bytes) -> bytes:
    return hashlib.sha256(body).hexdigest().encode()


def _is_told_unsigned(seen: Evidence) -> bool:
    return seen.header(b"x-tc-content-sha256") == UNSIGNED_PAYLOAD


def _hashes_the_body(canonical: Canonical, seen: Evidence) -> bool:
    return seen.request.method != "GET" and canonical.payload not in (EMPTY, UNSIGNED) and not _is_told_unsigned(seen)


def rewritten(*parts: str) -> CanonicalVariants:
    """The body as it would be written in another style, which differs in exactly these parts."""

    def variants(canonical: Canonical, seen: Evidence) -> Iterator[tuple[How, Canonical]]:
        if canonical.style is not None:
            for style in seen.writings.others(canonical.style, *parts):
                yield _in_style(canonical, style, seen)

    return variants


def reserialised(canonical: Canonical, seen: Evidence) -> Iterator[tuple[How, Canonical]]:
    """Blanks, order and escapes at once; any style where the one that came is by no table."""
    if canonical.style is not None:
        yield from rewritten("order", "blanks", "escapes")(canonical, seen)
    elif _hashes_the_body(canonical, seen) and seen.writings.value is not None and seen.writings.sent is None:
        for style in seen.writings.every():
            yield _in_style(canonical, style, seen)


def _in_style(canonical: Canonical, style: Style, seen: Evidence) -> tuple[How, Canonical]:
    order = style.order
    if order.isdigit():
        order = names_words([name.encode("utf-8", "replace") for name in seen.writings.names(style)], ", ")
    how = {"order": order, "blanks": style.blanks, "escapes": style.escapes}
    return how, canonical._replace(payload=seen.writings.hashed(style), style=style)


def _bodies(change: Callable[[bytes], Iterable[tuple[str, bytes]]]) -> CanonicalVariants:
    """Another body was hashed, made of the one that came."""

    def variants(canonical: Canonical, seen: Evidence) -> Iterator[tuple[How, Canonical]]:
        body = seen.request.body
        if body and len(body) <= MAX_BYTES and _hashes_the_body(canonical, seen):
            if canonical.style is not None:
                body = seen.writings.text(canonical.style)
            for what, other in change(body):
                if other != body:
                    yield {"what": what}, canonical._replace(payload=_hash(other), style=None)

    return variants


def _line_ends(body: bytes) -> Iterator[tuple[str, bytes]]:
    yield "- LF", body.rstrip(b"\r\n")
    yield "+ LF", body + b"\n"
    yield "+ CRLF", body + b"\r\n"
    yield "- blanks", body.strip()


def _crlf(body: bytes) -> Iterator[tuple[str, bytes]]:
    yield "CRLF", body.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    yield "LF", body.replace(b"\r\n", b"\n")


_ENCODINGS = ("gb18030", "big5", "latin-1", "utf-16-le", "utf-16")


def _encodings(body: bytes) -> Iterator[tuple[str, bytes]]:
    yield "BOM", b"\xef\xbb\xbf" + body
    yield "- BOM", body.removeprefix(b"\xef\xbb\xbf")
    for name in _ENCODINGS:
        try:
            yield name, body.decode().encode(name)
        except UnicodeError:
            continue


line_ends, crlf, encodings = map(_bodies, (_line_ends, _crlf, _encodings))


def of_the_other_method(canonical: Canonical, seen: Evidence) -> Iterator[tuple[How, Canonical]]:
    """Nothing for a POST; for a GET its query, or the body that it need not have."""
    if seen.request.method != "GET":
        if canonical.payload != EMPTY:
            yield {"what": "-"}, canonical._replace(payload=EMPTY, style=None)
        return
    for what, payload in (("QUERY", seen.request.query), ("BODY", seen.request.body)):
        if payload and len(payload) <= 4 * MAX_BYTES:
            yield {"what": what}, canonical._replace(payload=_hash(payload), style=None)


def placeholder(canonical: Canonical, seen: Evidence) -> Iterator[tuple[How, Canonical]]:
    for text in (b"{}", b"null", b'""', b"[]", b"undefined", b"None"):
        yield {"what": text.decode()}, canonical._replace(payload=_hash(text), style=None)


def unsigned_unhashed(canonical: Canonical, seen: Evidence) -> Iterator[tuple[How, Canonical]]:
    yield {}, canonical._replace(payload=UNSIGNED_PAYLOAD, style=None)


def unsigned_untold(canonical: Canonical, seen: Evidence) -> Iterator[tuple[How, Canonical]]:
    if not _is_told_unsigned(seen):
        yield {}, canonical._replace(payload=UNSIGNED, style=None)


def unsigned_but_hashed(canonical: Canonical, seen: Evidence) -> Iterator[tuple[How, Canonical]]:
    if _is_told_unsigned(seen) and len(seen.request.body) <= 64 * MAX_BYTES:
        body = b"" if seen.request.method == "GET" else seen.request.body
        yield {}, canonical._replace(payload=_hash(body))


def unhashed(canonical: Canonical, seen: Evidence) -> Iterator[tuple[How, Canonical]]:
    """The body itself stands where its hash should."""
    if _hashes_the_body(canonical, seen) and len(seen.request.body) <= MAX_BYTES:
        yield {"what": "RequestPayload"}, canonical._replace(payload=seen.request.body, style=None)


def hashed_twice(canonical: Canonical, seen: Evidence) -> Iterator[tuple[How, Canonical]]:
    yield {"what": "HashedRequestPayload"}, canonical._replace(payload=_hash(canonical.payload), style=None)


def in_upper_case(canonical: Canonical, seen: Evidence) -> Iterator[tuple[How, Canonical]]:
    yield {"what": "HashedRequestPayload"}, canonical._replace(payload=canonical.payload.upper())


def in_base64(canonical: Canonical, seen: Evidence) -> Iterator[tuple[How, Canonical]]:
    if _HASH.fullmatch(canonical.payload):  # and no body of that length, which another mistake may have put there
        text = base64.b64encode(bytes.fromhex(canonical.payload.decode()))
        yield {"what": "HashedRequestPayload"}, canonical._replace(payload=text)
