"""A file with SecretIds and their SecretKeys: lines of `ID:KEY`, or what SDKs and tccli keep theirs in."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from ..forensics.diagnosis import Secret
from .texts import unreadable

MAX_BYTES = 64 * 1024

# `secret_id = …` in ~/.tencentcloud/credentials, `export TENCENTCLOUD_SECRET_ID="…"` in an environment file.
_NAMED = re.compile(r"(?:export +)?(?:\w*_)?secret_?(id|key) *[=:] *(.*)", re.IGNORECASE)
_OTHER_NAME = re.compile(r"(?:export +)?[A-Za-z_]\w* *=")


def read(text: bytes) -> list[Secret]:
    """The keys of a file, in their order.  Raises Unreadable, which repeats nothing of it."""
    if len(text) > MAX_BYTES:
        raise unreadable("too-large", 1, limit=MAX_BYTES)
    try:
        shown = text.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise unreadable("key-encoding", 1) from None
    pairs = list(_of_json(shown) if shown.lstrip().startswith("{") else _of_lines(shown))
    if not pairs:
        raise unreadable("no-key", 1)
    return [Secret(secret_id, secret_key) for secret_id, secret_key in pairs]


def _of_json(text: str) -> Iterator[tuple[str, str]]:
    """`{"secretId": …, "secretKey": …}`, as tccli keeps it."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise unreadable("key-json", 1) from None
    found = {name.lower().replace("_", ""): each for name, each in value.items() if isinstance(each, str)}
    if found.get("secretid") and found.get("secretkey"):
        yield found["secretid"].strip(), found["secretkey"].strip()


def _of_lines(text: str) -> Iterator[tuple[str, str]]:
    named: dict[str, str] = {}
    for number, line in enumerate(map(str.strip, text.splitlines()), 1):
        if line.startswith("["):
            named = {}
        elif line and line[0] not in "#;":
            match = _NAMED.fullmatch(line)
            if match:
                named[match[1].lower()] = _bare(match[2])
                if len(named) == 2:
                    yield named.pop("id"), named.pop("key")
            elif not _OTHER_NAME.match(line):
                yield _pair(line, number)


def _pair(line: str, number: int) -> tuple[str, str]:
    """`ID:KEY`, or `ID:KEY:TOKEN`: a token takes no part in a signature."""
    secret_id, *rest = line.split(":", 2)
    if not secret_id or not rest or not rest[0]:
        raise unreadable("key-line", number)
    return secret_id, rest[0]


def _bare(value: str) -> str:
    """Without quotation marks around it."""
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
    return value[1:-1] if quoted else value
