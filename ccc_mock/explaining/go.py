r"""What Go prints of a request: `httputil.DumpRequestOut` and `DumpRequest`, the debug output of the Go SDK.

The SDK's logger writes `[DEBUG] http request: ` before what DumpRequest gives, which has no Content-Length, and a line
feed behind it (sdk-source: tencentcloud-sdk-go, common/client.go).  A dump that was printed with %q, or stands in a
quoted field of a log, has its line ends as `\r\n`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from . import escapes, raw
from .reading import Files, Read, line_of
from .texts import unreadable

_LOGGED = re.compile(rb"http request *[:=] *(?=\"?[A-Z]+ )")
_REQUEST = rb"[A-Z]+ [^\s\"\\]+ HTTP/\d\.\d"
_QUOTED = re.compile(rb"\"?(" + _REQUEST + rb"\\r\\n(?:[^\"\\]++|\\.)*+)", re.DOTALL)
_BARE = re.compile(rb"\s*" + _REQUEST)
# The logger's next line: Go's log writes date and time first; other loggers at least repeat the SDK's words.
_NEXT = re.compile(rb"\n(?=\d{4}[/-]\d\d[/-]\d\d[ T]\d\d:\d\d:\d\d|[^\n]{0,200}\[(?:DEBUG|ERROR|INFO|WARN)\] )")


def is_one(text: bytes) -> bool:
    return _LOGGED.search(text) is not None or _QUOTED.match(text.lstrip()) is not None


def read(text: bytes, files: Files) -> list[Read]:
    """All requests of the output, in their order."""
    if not (is_one(text) or _BARE.match(text)):
        raise unreadable("no-dump", 1)
    return list(_requests(text))


def _requests(text: bytes) -> Iterator[Read]:
    starts = [match.end() for match in _LOGGED.finditer(text)] or [len(text) - len(text.lstrip())]
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        yield _one(text[start:end], line_of(text, start), logged=starts[0] > 0)


def _one(text: bytes, line: int, *, logged: bool) -> Read:
    quoted = _QUOTED.match(text)
    if quoted:
        return raw.message(escapes.unescaped(quoted[1]), beginning=line)
    following = _NEXT.search(text)
    dump = text[: following.start() + 1] if following else text
    if logged and b"\r\n\r\n" in dump and not dump.endswith(b"\r\n\r\n"):
        dump = dump.removesuffix(b"\n")  # the logger's own
    return raw.message(dump, beginning=line)
