"""What a reader gives, and what it says where it cannot."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ccc_contract.http import Request

from ..forensics.diagnosis import Sentence, Told

MAX_BYTES = 32 * 1024 * 1024
"""Of one input.  The service takes 10 MiB at most; the rest is for a HAR file, which holds answers, too."""


class Note(Told):
    """Something that a reader did or left out, and that can matter."""

    __slots__ = ()


class Read(NamedTuple):
    """One request as it was read."""

    request: Request
    line: int
    """Where it begins, from 1."""
    notes: tuple[Note, ...] = ()
    otherwise: tuple[tuple[Request, Note], ...] = ()
    """How else the same text may be meant, for where the signature does not fit `request`."""


class Unreadable(ValueError):
    """The input is not of the form.  Repeats nothing of it that may be a secret."""

    def __init__(self, line: int, sentence: Sentence, **how: object) -> None:
        super().__init__(f"line {line}")
        self.line = line
        self.sentence = sentence
        self.how = {name: str(value) for name, value in how.items()}

    def told(self, language: str) -> str:
        return self.sentence.told(language, self.how)


Files = Callable[[bytes], bytes]
"""The content of a file that an input names.  Raises NoFile, or OSError where it cannot be read."""


class NoFile(Exception):
    """A file that an input names is not to be read; `key` says why."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def no_files(name: bytes) -> bytes:
    """For where nobody said that files may be read: an input may come from somebody else."""
    raise NoFile("curl-file")


def line_of(text: bytes, position: int) -> int:
    """The number, from 1, of the line that holds a position."""
    return text.count(b"\n", 0, position) + 1
