"""A HAR file, as browsers and proxies export it, one of its entries, or the `request` of one.

Source: the HAR 1.2 description, and what tools write beyond it: `encoding: base64` beside the text of a body.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from ccc_contract.model import JSON

from .raw import Lines, assembled
from .reading import Files, Note, Read
from .texts import note, unreadable


def read(text: bytes, files: Files) -> list[Read]:
    """All entries, in their order."""
    try:
        value = json.loads(text.decode("utf-8", "surrogateescape"))
    except json.JSONDecodeError as broken:
        raise unreadable("json", broken.lineno, column=broken.colno) from None
    except (RecursionError, ValueError):
        raise unreadable("json-bounds", 1) from None
    entries = _entries(value)
    return [_entry(entry, path, line) for (path, entry), line in zip(entries, _lines(text), strict=False)]


def _entries(value: JSON) -> list[tuple[str, dict[str, Any]]]:
    """The `request` of each entry, with its path in the file."""
    log = value.get("log") if isinstance(value, dict) else None
    if isinstance(log, dict) and isinstance(log.get("entries"), list):
        found = [(f"log.entries.{n}", entry) for n, entry in enumerate(log["entries"])]
    elif isinstance(value, list):
        found = [(str(n), entry) for n, entry in enumerate(value)]
    else:
        found = [("", value)]
    if not found:
        raise unreadable("no-entries", 1)
    return [_request_of(path, entry) for path, entry in found]


def _request_of(path: str, entry: JSON) -> tuple[str, dict[str, Any]]:
    if isinstance(entry, dict) and isinstance(entry.get("request"), dict):
        return f"{path}.request".lstrip("."), entry["request"]
    if isinstance(entry, dict) and "url" in entry and "method" in entry:
        return path, entry
    raise unreadable("no-har", 1, path=path or "the whole")


def _entry(request: dict[str, Any], path: str, line: int) -> Read:
    method, url = (_text(request.get(name), f"{path}.{name}", line) for name in ("method", "url"))
    lines = _headers(request.get("headers", []), path, line)
    if not re.fullmatch(rb"[A-Za-z]{1,40}", method):
        raise unreadable("har-type", line, path=f"{path}.method", expected="POST, GET, …")
    body, notes = _body(request.get("postData"), path, line)
    made, told = assembled(method, url, lines, body)
    length = made.headers.get(b"content-length") or b"0"
    if not body and re.fullmatch(rb"[0-9]{1,12}", length) and int(length) > 0:
        notes.append(note("no-body", length=int(length)))
    elsewhere = [each for each in told if each.name != "host-of-target"]  # a URL is how a HAR says whom it asks
    return Read(made, line, (*elsewhere, *notes))


def _headers(value: JSON, path: str, line: int) -> Lines:
    if not isinstance(value, list):
        raise unreadable("har-type", line, path=f"{path}.headers", expected="a list of {name, value}")
    lines = []
    for n, header in enumerate(value):
        where = f"{path}.headers.{n}"
        if not isinstance(header, dict):
            raise unreadable("har-type", line, path=where, expected="{name, value}")
        name, content = (_text(header.get(key), f"{where}.{key}", line) for key in ("name", "value"))
        lines.append((name, content.strip(b" \t")))
    return lines


def _body(data: JSON, path: str, line: int) -> tuple[bytes, list[Note]]:
    if not isinstance(data, dict):
        return b"", []
    text = data.get("text")
    if text is None:
        return _of_params(data.get("params"))
    raw = _text(text, f"{path}.postData.text", line)
    if data.get("encoding") != "base64":
        return raw, []
    try:
        return base64.b64decode(raw, validate=True), []
    except binascii.Error:
        raise unreadable("har-type", line, path=f"{path}.postData.text", expected="base64") from None


def _of_params(params: JSON) -> tuple[bytes, list[Note]]:
    if not isinstance(params, list) or not params:
        return b"", []
    pairs = [(str(each.get("name", "")), str(each.get("value", ""))) for each in params if isinstance(each, dict)]
    return urlencode(pairs).encode(), [note("from-params")]


def _text(value: JSON, path: str, line: int) -> bytes:
    """The bytes of a text as a program would send them; half of a surrogate pair is what JavaScript makes of it."""
    if not isinstance(value, str):
        raise unreadable("har-type", line, path=path, expected="a text")
    try:
        return value.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()


def _lines(text: bytes) -> Iterator[int]:
    """About where each entry stands: the lines of the keys `request`, and the first where there are none."""
    line, before = 1, 0
    for key in re.finditer(rb'"request"\s*:\s*\{', text):
        line += text.count(b"\n", before, key.start())
        before = key.start()
        yield line
    while True:
        yield 1
