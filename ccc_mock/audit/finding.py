"""What a rule has to say: a finding, or why it could not judge."""

from __future__ import annotations

from textwrap import fill
from typing import NamedTuple

from ccc_contract.model import JSON

WIDTH = 110


class Hit(NamedTuple):
    """A rule is broken: by which entries of the journal, of which action, and how."""

    entries: tuple[int, ...]
    action: str
    what: str


class Unknown(NamedTuple):
    """A rule cannot say, and why."""

    why: str


class Finding(NamedTuple):
    """A rule that is broken, for whoever is to mend it."""

    rule: str
    """Its name, one of RULES."""
    action: str
    entries: tuple[int, ...]
    """The numbers of the journal's entries that show it."""
    what: str
    """What happened, in a sentence."""
    reason: str
    """Why that is bad."""
    to_do: str

    def __str__(self) -> str:
        told = wrapped(f"{self.rule}: ", self.what, 4)
        return "\n".join([*told, *wrapped("  why    ", self.reason), *wrapped("  to do  ", self.to_do)])

    def as_json(self) -> dict[str, JSON]:
        return {**self._asdict(), "entries": list(self.entries)}


class NotJudged(NamedTuple):
    """A rule that could not judge."""

    rule: str
    why: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.why}"

    def as_json(self) -> dict[str, JSON]:
        return dict(self._asdict())


class Ignored(NamedTuple):
    """A finding that somebody has a reason to live with."""

    finding: Finding
    because: str

    def __str__(self) -> str:
        return f"{self.finding.rule}: {self.finding.what} Ignored: {self.because}"

    def as_json(self) -> dict[str, JSON]:
        return {**self.finding.as_json(), "because": self.because}


def wrapped(head: str, text: str, hang: int | None = None) -> list[str]:
    """The lines of a text behind its head; from the second on `hang` columns in, or as far as the head is long."""
    inner = " " * (len(head) if hang is None else hang)
    return fill(text, WIDTH, initial_indent=head, subsequent_indent=inner, break_on_hyphens=False).splitlines()


def numbered(entries: tuple[int, ...], most: int = 8) -> str:
    """`#3`, `#3, #4`, or the first of many."""
    told = ", ".join(f"#{n}" for n in entries[:most])
    return told if len(entries) <= most else f"{told} and {len(entries) - most} more"
