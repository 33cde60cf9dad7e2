"""Which form an input has, and which of its requests is meant."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from ccc_contract.http import Request

from .. import hosts
from . import curl, go, har, raw
from .reading import MAX_BYTES, Files, Note, Read, no_files
from .texts import note, unreadable

FORMS: Mapping[str, Callable[[bytes, Files], list[Read]]] = {
    "raw": raw.read,
    "curl": curl.read,
    "har": har.read,
    "go": go.read,
}
"""The word for a form → its reader."""

MAX_HEADER_BYTES = 256 * 1024
"""Of all headers.  Servers take a quarter of that at most."""

_RAW = re.compile(rb"\s*(?!curl[\s.])[A-Z]{1,20}[ \t]+(?:/|https?://)\S*", re.IGNORECASE)
_CURL = re.compile(rb"(?:^|[\s;|&/\\])curl(?:\.exe)?\s", re.IGNORECASE)
_VERBOSE = re.compile(rb"^> [A-Z]+ \S+ HTTP/", re.MULTILINE)


def request_of(
    given: bytes, *, form: str | None = None, entry: int | None = None, files: Files = no_files
) -> tuple[str, Read]:
    """The form, and the one request that is meant: number `entry`, from 1, or the only one to the service.

    Raises Unreadable.
    """
    if len(given) > MAX_BYTES:
        raise unreadable("too-large", 1, limit=MAX_BYTES)
    text, notes = _decoded(given)
    if not text.strip():
        raise unreadable("empty", 1)
    form = form or _detected(text)
    read = _chosen(FORMS[form](text, files), entry)
    if sum(len(name) + len(value) for name, value in read.request.headers.lines) > MAX_HEADER_BYTES:
        raise unreadable("large-headers", read.line, most=MAX_HEADER_BYTES)
    return form, read._replace(notes=(*notes, *read.notes))


def _decoded(given: bytes) -> tuple[bytes, list[Note]]:
    """Without a byte order mark; PowerShell's `>` writes UTF-16."""
    if given.startswith((b"\xff\xfe", b"\xfe\xff")):
        return given.decode("utf-16", "replace").encode(), [note("utf-16")]
    if given.startswith(b"\xef\xbb\xbf"):
        return given[3:], [note("bom")]
    return given, []


def _detected(text: bytes) -> str:
    if text.lstrip().startswith((b"{", b"[")):
        return "har"
    if text.lstrip().startswith(b"HTTP/"):
        raise unreadable("response", 1)
    if _RAW.match(text):
        return "raw"
    if go.is_one(text):
        return "go"
    if _VERBOSE.search(text):
        raise unreadable("verbose", 1)
    if _CURL.search(text):
        return "curl"
    raise unreadable("no-form", 1)


def _chosen(reads: list[Read], entry: int | None) -> Read:
    count = len(reads)
    if entry is not None:
        if not 1 <= entry <= count:
            raise unreadable("no-entry", 1, n=entry, count=count)
        return reads[entry - 1]
    if count == 1:
        return reads[0]
    ours = [(n, read) for n, read in enumerate(reads, 1) if _is_for_the_service(read.request)]
    if not ours:
        raise unreadable("none-for-service", 1, count=count)
    if len(ours) > 1:
        raise unreadable("several", 1, listed=", ".join(f"{n} {_action(read.request)}" for n, read in ours))
    ((n, read),) = ours
    return read._replace(notes=(note("picked", n=n, count=count), *read.notes))


def _is_for_the_service(request: Request) -> bool:
    headers = request.headers
    signed = (headers.get(b"authorization") or b"").startswith(b"TC3-")
    return signed or b"x-tc-action" in headers or hosts.is_ours(headers.text(b"host"))


def _action(request: Request) -> str:
    return request.headers.text(b"x-tc-action", request.method)
