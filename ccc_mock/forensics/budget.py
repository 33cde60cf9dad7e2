"""How much time searches may take: a bounded time for each, and a bounded share of real time for all together.

Anybody can send signatures that do not match, and a search takes tens of milliseconds.  Knows no clock but those it is
given.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from .diagnosis import Over

EACH_SECONDS = 0.045
"""What one search may take."""

SHARE = 0.25
"""Seconds of searching in a second of real time."""

Seconds = Callable[[], float]


class Budget:
    """Seconds that may be searched, which come back with time.  For any thread.

    `real` gives real seconds and `busy` those that the thread has run, both from any beginning.  One search sets `each`
    aside and gives back what it did not use.
    """

    def __init__(self, real: Seconds, busy: Seconds, *, each: float = EACH_SECONDS, share: float = SHARE) -> None:
        self._real, self._busy, self._each, self._share = real, busy, each, share
        self._lock = threading.Lock()
        self._left, self._at = share, real()

    @contextmanager
    def search(self) -> Iterator[Over | None]:
        """`over` for one search, to be asked in the same thread; None where no time is left for it in this second."""
        if not self._set_aside():
            yield None
            return
        started = self._busy()
        ends = started + self._each
        try:
            yield lambda: self._busy() >= ends
        finally:
            self._give_back(self._each - (self._busy() - started))

    def _set_aside(self) -> bool:
        with self._lock:
            now = self._real()
            self._left = min(self._share, self._left + max(0.0, now - self._at) * self._share)
            self._at = now
            if self._left < self._each:
                return False
            self._left -= self._each
            return True

    def _give_back(self, unused: float) -> None:
        with self._lock:
            self._left = min(self._share, self._left + unused)
