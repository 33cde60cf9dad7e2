"""HTTP as values: what both packages pass around instead of any web library's objects.

Everything is raw: names and values of headers, target and body are the bytes that were on the wire, because a
TC3 signature is over exactly those bytes and nothing that was decoded can be re-encoded faithfully.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import NamedTuple


class Headers:
    """The header lines of one message, in order, with names compared without regard to case.

    Where a name occurs twice the first line counts everywhere: a value that is judged is then always the value
    that is used. (assumed: no source says which one the gateway takes.)
    """

    __slots__ = ("_first", "get", "lines")

    lines: tuple[tuple[bytes, bytes], ...]
    """(name, value) as received."""
    get: Callable[[bytes], bytes | None]
    """name in lower case → its value as received, or None."""

    def __init__(self, lines: Iterable[tuple[bytes, bytes]] = ()) -> None:
        self.lines = tuple(lines)
        self._index([(name.lower(), value) for name, value in self.lines])

    @classmethod
    def lowered(cls, lines: Iterable[tuple[bytes, bytes]]) -> Headers:
        """From lines whose names are in lower case already, as servers hand them over: half the work."""
        headers = cls.__new__(cls)
        headers.lines = tuple(lines)
        headers._index(headers.lines)
        return headers

    def _index(self, lines: Sequence[tuple[bytes, bytes]]) -> None:
        # Reversed, so that the first line wins; the dict's own method, because a request is asked for a dozen headers.
        self._first = dict(reversed(lines))
        self.get = self._first.get

    @classmethod
    def of(cls, headers: Mapping[str, str]) -> Headers:
        """From text, as people write them; values are sent as UTF-8."""
        return cls((name.encode("ascii"), value.encode()) for name, value in headers.items())

    def text(self, name: bytes, default: str = "") -> str:
        """The value of the header `name` (lower case), as text without blanks around it."""
        value = self._first.get(name)
        return default if value is None else value.decode("utf-8", "replace").strip()

    def __contains__(self, name: object) -> bool:
        return name in self._first

    def __len__(self) -> int:
        return len(self.lines)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Headers) and self.lines == other.lines

    def __hash__(self) -> int:
        return hash(self.lines)

    def __repr__(self) -> str:
        # Values can be secrets; names cannot.
        return f"<Headers {', '.join(name.decode('latin-1') for name, _ in self.lines)}>"


class Request(NamedTuple):
    """One HTTP request as it was received.

    `path` and `query` are the raw bytes of the target, before and after the first `?`; `client` is the address of
    the peer where one is known.
    """

    method: str
    path: bytes
    query: bytes
    headers: Headers
    body: bytes
    client: str = ""

    @classmethod
    def post(cls, host: str, headers: Mapping[str, str], body: bytes | str = b"") -> Request:
        """A `POST /` to `host`, from text, as tests and examples write it."""
        lines = Headers.of({"host": host, **headers})
        return cls("POST", b"/", b"", lines, body.encode() if isinstance(body, str) else body)

    @property
    def target(self) -> bytes:
        """Path and query as they stood on the request line."""
        return self.path + b"?" + self.query if self.query else self.path

    def __repr__(self) -> str:
        return f"<Request {self.method} {self.path[:80]!r} {len(self.body)} bytes>"


@dataclass(frozen=True)
class Response:
    """One HTTP response: status, header lines in order, body."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes

    @cached_property
    def header(self) -> Mapping[bytes, bytes]:
        """Headers by lower-case name; of equal names the first line counts."""
        return MappingProxyType({name.lower(): value for name, value in reversed(self.headers)})

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")
