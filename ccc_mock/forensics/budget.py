"""How much time searches may take: a bounded time for each, and a bounded share of real time for all together.

Anybody can send signatures that do not match, and a search takes tens of milliseconds.  Knows no clock but the one it
is given.
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


class Budget:
    """Seconds that may be searched, which come back with time.  For any thread.

    `now` gives real seconds from any beginning.  One search sets `each` aside and gives back what it did not use.
    """

    def __init__(self, now: Callable[[], float], *, each: float = EACH_SECONDS, share: float = SHARE) -> None:
        self._now, self._each, self._share = now, each, share
        self._lock = threading.Lock()
        self._left, self._at = share, now()

    @contextmanager
    def search(self) -> Iterator[Over | None]:
        """`over` for one search; None where there is no time left for it in this second."""
        started = self._set_aside()
        if started is None:
            yield None
            return
        ends = started + self._each
        try:
            yield lambda: self._now() >= ends
        finally:
            self._give_back(started)

    def _set_aside(self) -> float | None:
        with self._lock:
            now = self._now()
            self._left = min(self._share, self._left + max(0.0, now - self._at) * self._share)
            self._at = now
            if self._left < self._each:
                return None
            self._left -= self._each
            return now

    def _give_back(self, started: float) -> None:
        with self._lock:
            self._left = min(self._share, self._left + self._each - max(0.0, self._now() - started))
