"""Attempts that follow each other: the same call, asked again because of what came of the one before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from .attempts import ANSWERED, Attempt

MAX_PAUSE_SECONDS = 600.0
"""What comes later than that is another call, even if it asks for the same: someone's next try, and no loop's."""

RHYTHM = 4.0
"""A loop that has kept an old error goes on in its rhythm: its next wait is at most so many times its longest."""


@dataclass(slots=True)
class Chain:
    """A call and what was asked again for it."""

    attempts: list[Attempt]
    waits: list[float | None] = field(default_factory=list)
    """From each attempt to the next, in seconds of the program; None where nobody can tell.

    What an attempt itself took is in it: a journal knows when requests came, and not when their answers were read.
    """
    doubtful: tuple[Attempt, Attempt] | None = None
    """A success and the same call after it, at one frozen instant: a loop's next attempt, or another call."""

    @property
    def action(self) -> str:
        return self.attempts[0].action

    @property
    def known_waits(self) -> list[float]:
        return [wait for wait in self.waits if wait is not None]

    @property
    def is_retried(self) -> bool:
        return len(self.attempts) > 1


def chains(attempts: Iterable[Attempt], *, sleeping_moves_time: bool = False) -> list[Chain]:
    """The chains, in the order in which they began.

    Where sleeping moved the account's time (`virtual_time`), a time that stood still says that nobody slept.
    """
    found: list[Chain] = []
    newest: dict[str, Chain] = {}
    for attempt in attempts:
        chain = newest.get(attempt.same)
        wait = None if chain is None else _between(chain.attempts[-1], attempt, sleeping_moves_time)
        if chain is not None and _goes_on(chain, attempt, wait):
            chain.waits.append(wait)
            chain.attempts.append(attempt)
            continue
        newest[attempt.same] = begun = Chain([attempt])
        found.append(begun)
    return found


def _between(earlier: Attempt, later: Attempt, sleeping_moves_time: bool) -> float | None:
    """Seconds that passed; None where the account's time cannot tell.

    It was set back, or stood still: a time that runs never shows two calls at the very same instant.
    """
    seconds = later.at - earlier.at
    return seconds if seconds > 0 or (seconds == 0 and sleeping_moves_time) else None


def _goes_on(chain: Chain, attempt: Attempt, wait: float | None) -> bool:
    """Is it asked again for the same call, or another call that happens to be equal?"""
    last = chain.attempts[-1]
    if last.outcome != ANSWERED:
        return wait is None or wait <= MAX_PAUSE_SECONDS
    if not (attempt.writes and chain.is_retried):
        return False
    if wait is None:
        chain.doubtful = (last, attempt)
        return False
    return wait <= RHYTHM * max(0.25, *chain.known_waits, 0.0)
