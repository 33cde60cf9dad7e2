r"""The words of a command line: as a POSIX shell or bash reads it, or as cmd.exe and a C program on Windows do.

shlex knows neither bash's `$'…'`, in which browsers copy what has quotes or line feeds in it, nor where in the text
something stands, nor bytes that are no UTF-8.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from . import escapes
from .reading import Unreadable, line_of
from .texts import unreadable


class Command(NamedTuple):
    """One command, up to a line's end, a pipe or the like."""

    words: tuple[bytes, ...]
    line: int


def commands(text: bytes) -> list[Command]:
    """The commands in a text, whichever shell it is quoted for."""
    found = _Commands(text)
    pieces = _cmd_pieces(text) if is_cmd(text) else _posix_pieces(text)
    for piece in pieces:
        found.add(*piece)
    found.end_command()
    if is_cmd(text):
        return [Command(tuple(_arguments(b"".join(words))), line) for words, line in found.commands]
    return found.commands


class _Commands:
    """Pieces of words, as they come, put together."""

    def __init__(self, text: bytes) -> None:
        self.commands: list[Command] = []
        self._text = text
        self._words: list[bytes] = []
        self._word: list[bytes] | None = None
        self._start = 0
        self._redirected = False

    def add(self, kind: str, value: bytes, position: int) -> None:
        if kind == "piece":
            if self._word is None:
                self._start = self._start if self._words else position
                self._word = []
            self._word.append(value)
        elif kind == "blank":
            self._end_word()
        elif kind == "redirect":  # its file is the next word, and is none of the command's
            self._end_word()
            self._redirected = True
        else:
            self.end_command()

    def _end_word(self) -> None:
        if self._word is None:
            return
        if not self._redirected:
            self._words.append(b"".join(self._word))
        self._word, self._redirected = None, False

    def end_command(self) -> None:
        self._end_word()
        if self._words:
            self.commands.append(Command(tuple(self._words), line_of(self._text, self._start)))
        self._words, self._redirected = [], False


Pieces = Iterator[tuple[str, bytes, int]]
"""`piece`, `blank`, `redirect` or `end`; what it adds to its word; where it stands."""

# The possessive `*+` keeps no way back: there is none to take, and it would need memory for each character.
_POSIX = re.compile(
    rb"""
      (?P<blank>    (?:[ \t\r]|\\\r?\n)++ | (?<![^\s;|&])\#[^\n]*+ | \d?>&\d )
    | (?P<end>      \n | && | [;|&] )
    | (?P<redirect> \d?[<>]+ )
    | \$'(?P<ansi>  (?:[^'\\]++|\\.)*+ )'
    | '(?P<single>  [^']*+ )'
    | \$?"(?P<double> (?:[^"\\]++|\\.)*+ )"
    | (?P<open>     \$?['"] )
    | (?P<expanded> \$(?:\w++|[{(@*?\#!]) | ` )
    | \\(?P<escaped> . )
    | (?P<plain>    [^\s'"\\$;|&<>`]++ | [$\\] )
    """,
    re.VERBOSE | re.DOTALL,
)
_IN_DOUBLE = re.compile(rb"\\(?:([$`\"\\])|\r?\n)")
_EXPANDED = re.compile(rb"\\.|(\$(?:\w+|[{(@*?#!])|`)", re.DOTALL)


def _posix_pieces(text: bytes) -> Pieces:
    """As a shell reads it.  What it would put in the place of a variable is not known here, and is refused."""
    for match in _POSIX.finditer(text):
        kind = match.lastgroup or ""
        if kind == "open":
            raise unreadable("quote", line_of(text, match.start()), quote=match[0].decode())
        if kind in ("blank", "end", "redirect"):
            yield kind, b"", match.start()
        else:
            yield "piece", _meaning(kind, match[kind], text, match.start(kind)), match.start()


def _meaning(kind: str, value: bytes, text: bytes, position: int) -> bytes:
    if kind == "ansi":
        return escapes.unescaped(value)
    if kind == "expanded":
        raise _not_known(value, text, position)
    if kind == "double":
        expanded = next((each for each in _EXPANDED.finditer(value) if each[1]), None)
        if expanded:
            raise _not_known(expanded[0], text, position + expanded.start())
        return _IN_DOUBLE.sub(lambda escape: escape[1] or b"", value)
    return value


def _not_known(expanded: bytes, text: bytes, position: int) -> Unreadable:
    return unreadable("variable", line_of(text, position), name=expanded.decode("utf-8", "replace"))


# Behind a caret a line's end joins two lines, and what follows it stands for itself.
_CMD = re.compile(
    rb"""
      \^\r?\n(?P<joined> \r?\n)?
    | \^(?P<escaped> . )
    | (?P<quoted>    "[^"\n]*+"? )
    | (?P<end>       \r?\n | [|&<>] )
    | (?P<plain>     [^^"\r\n|&<>]++ | . )
    """,
    re.VERBOSE | re.DOTALL,
)
_CARETS = re.compile(rb"(?:curl(?:\.exe)?|\s-[A-Za-z]|\s--[a-z-]+)[ \t]+\^\"|[ \t]\^\r?\n[ \t]*-", re.IGNORECASE)
_ARGUMENT = re.compile(rb'(\\*+)"|([ \t]++)|([^ \t"\\]++|\\++)')


def is_cmd(text: bytes) -> bool:
    """Is it quoted for cmd.exe, where `^` escapes?"""
    return _CARETS.search(text) is not None


def _cmd_pieces(text: bytes) -> Pieces:
    """A command of cmd.exe as one piece, with its own escapes taken out: it does not take words apart."""
    for match in _CMD.finditer(text):
        if match["end"] is not None:
            yield "end", b"", match.start()
            continue
        joined = b"\n" if match["joined"] else b""
        yield "piece", match["escaped"] or match["quoted"] or match["plain"] or joined, match.start()


def _arguments(line: bytes) -> Iterator[bytes]:
    """The words of a Windows command line: of backslashes before a quotation mark each two are one."""
    word: list[bytes] | None = None
    quoted, closed_at = False, -1
    for match in _ARGUMENT.finditer(line):
        slashes, blanks, plain = match.groups()
        if blanks and not quoted:
            if word is not None:
                yield b"".join(word)
            word = None
            continue
        word = [] if word is None else word
        if slashes is None:
            word.append(plain or blanks)
            continue
        word.append(slashes[: len(slashes) // 2])
        if len(slashes) % 2:
            word.append(b'"')
        elif not slashes and closed_at == match.start():  # "" inside of quotes is one
            word.append(b'"')
            quoted = True
            closed_at = -1
        else:
            quoted = not quoted
            closed_at = -1 if quoted else match.end()
    if word is not None:
        yield b"".join(word)
