"""The time of one account: real, moved, or frozen.  Seconds since the epoch, as a float."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

TimeSource = Callable[[], float]

END_OF_TIME = 253_402_300_800.0  # the year 10000, where dates stop being four digits


class Clock:
    """Reads a time source until told otherwise; `Clock(at=1795324613)` starts frozen."""

    __slots__ = ("_at", "_frozen", "_offset", "_source", "_started_at")

    def __init__(self, source: TimeSource = time.time, *, at: float | None = None) -> None:
        self._source = source
        self._started_at = None if at is None else _checked(at)
        self.restart()

    def restart(self) -> None:
        """Back to how it was made."""
        self._offset = 0.0
        self._frozen = self._started_at is not None
        self._at = self._started_at or 0.0

    def now(self) -> float:
        return self._at if self._frozen else self._source() + self._offset

    @property
    def frozen(self) -> bool:
        return self._frozen

    def freeze(self, at: float) -> None:
        """Stand still at `at`.  Raises ValueError for a time that has no four-digit year."""
        self._at, self._frozen = _checked(at), True

    def advance(self, seconds: float) -> None:
        """Move ahead: a frozen clock stands still again, a running one runs on from there."""
        if not seconds >= 0:
            raise ValueError(f"expected zero or more seconds to advance, got {seconds!r}")
        _checked(self.now() + min(seconds, END_OF_TIME))
        if self._frozen:
            self._at += seconds
        else:
            self._offset += seconds

    def run(self) -> None:
        """Real time again."""
        self._offset, self._frozen = 0.0, False


def parse_time(text: str) -> float:
    """A Unix second (`1795324613`) or an ISO 8601 time with its offset (`2026-11-22T10:00:00+08:00`).

    Raises ValueError with a sentence; a time without an offset is refused, because it would mean another moment
    on another machine.
    """
    try:
        seconds = float(text)
    except ValueError:
        return _checked(_moment(text))
    return _checked(seconds)


def _moment(text: str) -> float:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(
            f"expected a Unix second or an ISO time such as 2026-11-22T10:00:00+08:00, got {text!r}"
        ) from None
    if moment.tzinfo is None:
        raise ValueError(f"expected an offset such as +08:00 or Z at the end of the ISO time, got {text!r}")
    return moment.timestamp()


def _checked(at: float) -> float:
    # Compared, not converted: a whole number can be larger than every float.
    if not 0 <= at < END_OF_TIME:
        raise ValueError(
            f"expected a time between 1970 and 9999, got {at if abs(at) < 1e30 else 'a number far beyond'}"
        )
    return at
