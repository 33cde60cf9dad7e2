"""A curl command line: the request that curl would send.

What was found by running curl 7.88 against a socket is in the tests: `tests/explain/test_curl_lines.py` compares each
command with what the real one sends.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import quote_from_bytes

from ccc_contract.http import Headers, Request

from . import urls
from .curl_options import IGNORED, IGNORED_WITH_ARGUMENT, LETTERS, REFUSED
from .reading import Files, NoFile, Note, Read
from .shell import Command, commands
from .texts import note, unreadable

FORM = b"application/x-www-form-urlencoded"


@dataclass
class _Given:
    """What a command line asks for."""

    files: Files
    line: int
    urls: list[bytes] = field(default_factory=list)
    method: bytes = b""
    headers: list[bytes] = field(default_factory=list)
    pieces: list[bytes] | None = None
    query: list[bytes] = field(default_factory=list)
    as_query: bool = False
    head: bool = False
    json: bool = False
    globs: bool = True
    target: bytes = b""
    user: bytes | None = None
    bearer: bytes = b""
    agent: bytes = b""
    referer: bytes = b""
    cookies: list[bytes] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def add(self, piece: bytes, between: bytes = b"&") -> None:
        """One more piece of data; curl joins them."""
        if self.pieces is None:
            self.pieces = [piece]
        else:
            self.pieces += [between, piece]

    @property
    def data(self) -> bytes | None:
        return None if self.pieces is None else b"".join(self.pieces)

    def of_file(self, name: bytes) -> bytes:
        """The content of a file that is named with `@`."""
        shown = name.decode("utf-8", "replace")
        if name == b"-":
            raise unreadable("curl-stdin", self.line)
        try:
            return self.files(name)
        except NoFile as refused:
            raise unreadable(refused.key, self.line, name=shown) from None
        except OSError as reason:
            raise unreadable("curl-no-file", self.line, name=shown, why=reason.strerror or reason) from None


def _data(given: _Given, value: bytes) -> None:
    if not value.startswith(b"@"):
        return given.add(value)
    content = given.of_file(value[1:])
    bare = content.translate(None, b"\r\n\0")
    if bare != content:
        given.notes.append(note("data-lines"))
    return given.add(bare)


def _binary(given: _Given, value: bytes, between: bytes = b"&") -> None:
    given.add(given.of_file(value[1:]) if value.startswith(b"@") else value, between)


def _json(given: _Given, value: bytes) -> None:
    given.json = True
    _binary(given, value, b"")


def _encoded(given: _Given, value: bytes) -> bytes:
    """`content`, `=content`, `name=content`, `@file` or `name@file`, percent-encoded; a blank is `+`."""
    match = re.match(rb"([^=@]*)([=@])(.*)", value, re.DOTALL)
    name, sign, content = match.groups() if match else (b"", b"=", value)
    content = given.of_file(content) if sign == b"@" else content
    encoded = quote_from_bytes(content, safe="").replace("%20", "+").encode()
    return name + b"=" + encoded if name else encoded


def _url_query(given: _Given, value: bytes) -> None:
    given.query.append(value[1:] if value.startswith(b"+") else _encoded(given, value))


def _header(given: _Given, value: bytes) -> None:
    if value.startswith(b"@"):
        given.headers += given.of_file(value[1:]).replace(b"\r", b"").split(b"\n")
    else:
        given.headers.append(value)


def _cookie(given: _Given, value: bytes) -> None:
    if b"=" in value:  # anything else is a file of cookies
        given.cookies.append(value)


def _set(name: str) -> Callable[[_Given, bytes], None]:
    return lambda given, value: setattr(given, name, value)


def _flag(name: str, value: bool = True) -> Callable[[_Given], None]:
    return lambda given: setattr(given, name, value)


_WITH_ARGUMENT: dict[str, Callable[[_Given, bytes], None]] = {
    "cookie": _cookie,
    "data": _data,
    "data-ascii": _data,
    "data-binary": _binary,
    "data-raw": lambda given, value: given.add(value),
    "data-urlencode": lambda given, value: given.add(_encoded(given, value)),
    "header": _header,
    "json": _json,
    "oauth2-bearer": _set("bearer"),
    "referer": _set("referer"),
    "request": _set("method"),
    "request-target": _set("target"),
    "url": lambda given, value: given.urls.append(value),
    "url-query": _url_query,
    "user": _set("user"),
    "user-agent": _set("agent"),
}
_WITHOUT: dict[str, Callable[[_Given], None]] = {
    "get": _flag("as_query"),
    "globoff": _flag("globs", False),
    "head": _flag("head"),
}


def read(text: bytes, files: Files) -> list[Read]:
    """Each curl command of the text, in their order."""
    found = [
        (command, arguments)
        for command in commands(text)
        if (arguments := _arguments_of(command)) is not None
    ]  # fmt: skip
    if not found:
        raise unreadable("no-curl", 1)
    return [_read(arguments, command.line, files) for command, arguments in found]


_IS_CURL = re.compile(rb"(?:.*[/\\])?curl(?:\.exe)?", re.IGNORECASE | re.DOTALL)
_BEFORE = re.compile(rb"[$%#>]|\++|sudo|time|exec|env|\w+=.*", re.DOTALL)


def _arguments_of(command: Command) -> tuple[bytes, ...] | None:
    """What follows `curl`, with a prompt or variables before it; None where another program is run."""
    for n, word in enumerate(command.words):
        if _IS_CURL.fullmatch(word):
            return command.words[n + 1 :]
        if not _BEFORE.fullmatch(word):
            return None
    return None


def _read(arguments: tuple[bytes, ...], line: int, files: Files) -> Read:
    given = _Given(files, line)
    words = iter(arguments)
    for word in words:
        if word == b"--" or not word.startswith(b"-") or word == b"-":
            given.urls += [] if word == b"--" else [word]
        elif word.startswith(b"--"):
            _option(given, word[2:].decode("utf-8", "replace"), words, None)
        else:
            _letters(given, word[1:], words)
    request = _request(given)
    return Read(request, line, tuple(given.notes), _with_lower_escapes(request) if given.as_query else ())


def _with_lower_escapes(request: Request) -> tuple[tuple[Request, Note], ...]:
    """curl 7.88 writes `%2f` where -G puts `%2F` into the URL; other versions leave it."""
    query = re.sub(rb"%[0-9A-F]{2}", lambda escape: escape[0].lower(), request.query)
    return ((request._replace(query=query), note("lower-escapes")),) if query != request.query else ()


def _letters(given: _Given, letters: bytes, words: Iterator[bytes]) -> None:
    """`-sXPOST`: flags, and at last one whose argument follows at once or in the next word."""
    while letters:
        letter, letters = letters[:1].decode("latin-1"), letters[1:]
        name = LETTERS.get(letter)
        if name is None:
            raise unreadable("curl-option", given.line, option=f"-{letter}")
        if _option(given, name, words, letters or None):
            return


def _option(given: _Given, name: str, words: Iterator[bytes], attached: bytes | None) -> bool:
    """Take one option in; did it take an argument?"""
    bare = name.removeprefix("no-")
    if bare in _WITHOUT or bare in IGNORED:
        if name in _WITHOUT:
            _WITHOUT[name](given)
        return False
    if name in REFUSED or name not in _WITH_ARGUMENT | dict.fromkeys(IGNORED_WITH_ARGUMENT):
        raise unreadable("curl-refused" if name in REFUSED else "curl-option", given.line, option=f"--{name}")
    value = next(words, None) if attached is None else attached
    if value is None:
        raise unreadable("curl-argument", given.line, option=f"--{name}")
    if name in _WITH_ARGUMENT:
        _WITH_ARGUMENT[name](given, value)
    return True


def _request(given: _Given) -> Request:
    if len(given.urls) != 1:
        raise unreadable("curl-url", given.line, got=len(given.urls))
    target = urls.split(_without_globs(given))
    data = None if given.as_query else given.data
    queries = [*given.query, *([given.data] if given.as_query and given.data else [])]
    query = b"&".join(filter(None, (target.query, *queries)))
    method = given.method or (b"HEAD" if given.head else b"GET" if data is None else b"POST")
    path = target.path
    if given.target:
        path, _, query = given.target.partition(b"?")
    return Request(method.decode("latin-1"), path, query, Headers(_lines(given, target, data)), data or b"")


_GLOB = re.compile(rb"\\([\[\]{}])|([\[\]{}])")


def _without_globs(given: _Given) -> bytes:
    """The URL; curl would take `{a,b}` and `[1-3]` in it for several URLs."""
    (url,) = given.urls
    if not given.globs:
        return url
    start = len(url) - len(re.sub(rb"^([a-z]+://)?\[[0-9a-fA-F:.]+\]", b"", url))  # an IPv6 address is none
    if any(match[2] for match in _GLOB.finditer(url, start)):
        raise unreadable("curl-glob", given.line)
    return url[:start] + _GLOB.sub(lambda match: match[1], url[start:])


def _lines(given: _Given, target: urls.Target, data: bytes | None) -> Iterator[tuple[bytes, bytes]]:
    """Header lines as curl writes them, without its own User-Agent, which names its version."""
    own = dict(_own_headers(given))
    user = given.user if given.user is not None else target.user or None
    basic = b"" if user is None else b"Basic " + base64.b64encode(user)
    length = b"" if data is None else str(len(data)).encode()
    form = FORM if data is not None else b""
    usual = [
        (b"Host", target.host),
        (b"Authorization", b"Bearer " + given.bearer if given.bearer else basic),
        (b"User-Agent", given.agent),
        (b"Accept", b"application/json" if given.json else b"*/*"),
        (b"Referer", given.referer),
        (b"Cookie", b"; ".join(given.cookies)),
        (b"Content-Length", length),
        (b"Content-Type", b"application/json" if given.json else form),
    ]
    if data is not None and not given.json and b"content-type" not in own:
        given.notes.append(note("as-curl-sends"))
    yield from ((name, value) for name, value in usual if value and name.lower() not in own)
    yield from ((name, value) for name, value in _own_lines(given) if value is not None)


def _own_headers(given: _Given) -> Iterator[tuple[bytes, bytes | None]]:
    return ((name.lower(), value) for name, value in _own_lines(given))


def _own_lines(given: _Given) -> Iterator[tuple[bytes, bytes | None]]:
    """The headers that were given; `Name:` takes curl's own away (None), and `Name;` sends an empty one."""
    for header in given.headers:
        name, colon, value = header.partition(b":")
        if colon:
            yield name.strip(), value.strip(b" \t\r\n") or None
        elif header.rstrip().endswith(b";"):
            yield header.rstrip()[:-1], b""
