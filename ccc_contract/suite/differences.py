"""Where two targets answer the same question otherwise, field by field; and what of it is accepted, and why.  Pure."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase

from ..model import JSON
from .transcript import Answer, Exchange

ABSENT = "(absent)"
KEYS = {"action", "path", "reason"}


@dataclass(frozen=True)
class Difference:
    """At `path` of the answer to `exchange`'s question, one target has `ours` and the other `theirs`."""

    action: str
    question: str
    path: str
    ours: JSON
    theirs: JSON


@dataclass(frozen=True)
class Accepted:
    """Differences that are known and may stay: patterns as in file names, and why."""

    action: str
    path: str
    reason: str

    def covers(self, difference: Difference) -> bool:
        return fnmatchcase(difference.action, self.action) and fnmatchcase(difference.path, self.path)


def differences(ours: Sequence[Exchange], theirs: Sequence[Exchange]) -> Iterator[Difference]:
    """Of answers to the same questions, in order; a question that one of them was not asked, or has no behaviour for,
    tells nothing."""
    for mine, other in zip(ours, theirs, strict=True):
        if mine.answer is None or other.answer is None:
            continue
        if mine.answer.has_no_behaviour or other.answer.has_no_behaviour:
            continue
        for path, a, b in _between(_fields(mine.answer), _fields(other.answer), ""):
            yield Difference(mine.draft.action, repr(mine.draft), path, a, b)


def compared(ours: Sequence[Exchange], theirs: Sequence[Exchange]) -> int:
    """How many questions both of them answered."""
    return sum(
        a.answer is not None and b.answer is not None
        and not a.answer.has_no_behaviour and not b.answer.has_no_behaviour
        for a, b in zip(ours, theirs, strict=True)
    )  # fmt: skip


def _fields(answer: Answer) -> dict[str, JSON]:
    return asdict(answer)


def _between(ours: JSON, theirs: JSON, path: str) -> Iterator[tuple[str, JSON, JSON]]:
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for name in dict.fromkeys([*ours, *theirs]):
            yield from _between(ours.get(name, ABSENT), theirs.get(name, ABSENT), f"{path}.{name}".lstrip("."))
    elif isinstance(ours, list) and isinstance(theirs, list):
        for n in range(max(len(ours), len(theirs))):
            yield from _between(_at(ours, n), _at(theirs, n), f"{path}.{n}")
    elif type(ours) is not type(theirs) or ours != theirs:
        yield path, ours, theirs


def _at(items: list[JSON], n: int) -> JSON:
    return items[n] if n < len(items) else ABSENT


def read_baseline(text: str) -> list[Accepted]:
    """`[[accepted]]` tables of TOML with action, path and reason.  Raises ValueError, which names the entry."""
    try:
        value = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"no TOML: {error}") from None
    rows = value.get("accepted")
    if set(value) != {"accepted"} or not isinstance(rows, list):
        raise ValueError("expected [[accepted]] tables and nothing else")
    accepted = []
    for n, row in enumerate(rows, 1):
        if not isinstance(row, dict) or set(row) != KEYS or not all(isinstance(v, str) and v for v in row.values()):
            raise ValueError(
                f"[[accepted]] number {n}: expected action, path and reason, each a text that says something"
            )
        accepted.append(Accepted(**row))
    return accepted
