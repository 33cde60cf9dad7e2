"""A raw HTTP request: what was on the wire, or was copied from where it was shown.

Line ends may be CR LF or LF, and the HTTP version may be missing, as in the `.http` files of editors.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import count

from ccc_contract.http import Headers, Request

from . import urls
from .reading import Files, Note, Read, line_of
from .texts import note, unreadable

_TOKEN = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_REQUEST_LINE = re.compile(rb"(" + _TOKEN + rb")[ \t]+([^\s]+)(?:[ \t]+HTTP/\d(?:\.\d)?)?[ \t]*")
_HEADER = re.compile(rb"(:?" + _TOKEN + rb"):[ \t]*(.*?)[ \t]*", re.DOTALL)
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,8})[^\r\n]*\r?\n")

Lines = list[tuple[bytes, bytes]]

MAX_HEADERS = 1000
"""Lines.  Servers take about a hundred."""


def read(text: bytes, files: Files) -> list[Read]:
    return [message(text)]


def message(text: bytes, *, beginning: int = 1) -> Read:
    """Read one request; `beginning` is the number of the first line within the user's input."""
    start = len(text) - len(text.lstrip(b"\r\n\t "))
    first, position = _line(text, start)
    match = _REQUEST_LINE.fullmatch(first)
    if match is None:
        raise unreadable("request-line", beginning + line_of(text, start) - 1)
    lines, position, notes = _head(text, position, beginning)
    request, told = assembled(match[1], match[2], lines, b"")
    body, about_body = _framed(text[position:], request.headers)
    read = Read(request._replace(body=body), beginning + line_of(text, start) - 1, (*notes, *told, *about_body))
    return read._replace(otherwise=_without_line_feed(read))


def assembled(
    method: bytes, target: bytes, lines: Iterable[tuple[bytes, bytes]], body: bytes
) -> tuple[Request, list[Note]]:
    """A request of its parts: an absolute target or HTTP/2's `:authority` gives the host where no header does."""
    notes: list[Note] = []
    sent = [(name, value) for name, value in lines if not name.startswith(b":")]
    host = next((value for name, value in lines if name == b":authority"), b"")
    path, _, query = target.partition(b"?")
    if b"://" in path:
        _, _, of_target, path, query = urls.split(target)
        host = host or of_target
    if host and not any(name.lower() == b"host" for name, _ in sent):
        sent.insert(0, (b"Host", host))
        notes.append(note("host-of-target"))
    return Request(method.decode("ascii", "replace"), path, query, Headers(sent), body), notes


def _line(text: bytes, position: int) -> tuple[bytes, int]:
    """The line that begins there, without its end, and where the next one begins."""
    end = text.find(b"\n", position)
    if end < 0:
        return text[position:], len(text)
    return text[position:end].removesuffix(b"\r"), end + 1


def _head(text: bytes, position: int, beginning: int) -> tuple[Lines, int, list[Note]]:
    """Header lines up to the empty one."""
    lines: Lines = []
    notes: list[Note] = []
    for number in count():
        if position >= len(text):
            break
        if number == MAX_HEADERS:
            raise unreadable("headers", beginning + line_of(text, position) - 1, most=MAX_HEADERS)
        start = position
        line, position = _line(text, start)
        if not line:
            break
        if line[:1] in b" \t" and lines:
            name, value = lines[-1]
            lines[-1] = name, value + b" " + line.strip(b" \t")
            notes = [note("unfolded")]
            continue
        match = _HEADER.fullmatch(line)
        if match is None:
            raise unreadable("header", beginning + line_of(text, start) - 1, got=len(line))
        lines.append((match[1], match[2]))
    return lines, position, notes


def _framed(rest: bytes, headers: Headers) -> tuple[bytes, list[Note]]:
    """The body in what follows the empty line, by Content-Length or chunks where they tell."""
    if b"chunked" in (headers.get(b"transfer-encoding") or b"").lower():
        joined = _joined(rest)
        return (rest, [note("not-chunked")]) if joined is None else (joined, [note("chunked")])
    length = headers.get(b"content-length") or b""
    if not re.fullmatch(rb"[0-9]{1,12}", length):
        return (rest, [note("last-line-feed")]) if rest.strip(b"\r\n") and rest.endswith(b"\n") else (_text(rest), [])
    return _of_length(rest, int(length))


def _text(rest: bytes) -> bytes:
    return rest if rest.strip(b"\r\n") else b""


def _of_length(rest: bytes, length: int) -> tuple[bytes, list[Note]]:
    more = rest[length:]
    if len(rest) >= length:
        return rest[:length], [note("beyond-length", length=length, more=len(more))] if more.strip(b"\r\n") else []
    with_ends = re.sub(rb"\r?\n", b"\r\n", rest)
    if len(with_ends) == length:  # whoever copied it wrote LF for each CR LF
        return with_ends, [note("crlf-body")]
    return rest, [note("short-body", length=length, got=len(rest))]


def _joined(rest: bytes) -> bytes | None:
    """What the chunks hold; None where these are none."""
    pieces: list[bytes] = []
    position = 0
    while match := _CHUNK.match(rest, position):
        size = int(match[1], 16)
        piece = rest[match.end() : match.end() + size]
        if size == 0 or len(piece) < size:
            return b"".join(pieces) if size == 0 else None
        pieces.append(piece)
        position = match.end() + size
        position += 2 if rest.startswith(b"\r\n", position) else 1
    return None


def _without_line_feed(read: Read) -> tuple[tuple[Request, Note], ...]:
    if not any(each.name == "last-line-feed" for each in read.notes):
        return ()
    bare = read.request._replace(body=read.request.body.rstrip(b"\r\n"))
    return ((bare, note("without-line-feed")),)
