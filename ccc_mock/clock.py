"""The time of one account, a clock with two hands.  Seconds since the epoch, as floats.

The *world's* hand is what rules, limits, sessions and packages go by; it can be frozen, moved and sped up.  The
*signing* hand judges timestamps and the end of temporary credentials; it stays real, because a client signs with the
time of its own machine, which nobody moves.  A world at 22:10 must not make every signature stale.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import NamedTuple

TimeSource = Callable[[], float]


class Stopwatch(NamedTuple):
    """What bounds work, and tells nobody what time it is: seconds from no beginning in particular."""

    real: TimeSource
    busy: TimeSource
    """Only those in which this thread ran: on a machine that is busy with other things, work gets no less of them."""


STOPWATCH = Stopwatch(time.perf_counter, time.thread_time)


END_OF_TIME = 253_402_300_800.0  # the year 10000, where dates stop being four digits
MAX_SKEW = 10 * 366 * 86_400
MAX_SPEED = 1_000_000

BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")
"""The service's hours are Beijing's (outbound-rules); it has had no summer time since 1991."""


class Hand(NamedTuple):
    """A time that was `at` when it was `since` in reality, and runs `speed` times as fast; at 0 it is frozen."""

    at: float = 0.0
    since: float = 0.0
    speed: float = 1.0

    def read(self, real: float) -> float:
        return self.at + (real - self.since) * self.speed if self.speed else self.at

    @property
    def frozen(self) -> bool:
        return not self.speed


REAL = Hand()


class Clock:
    """Reads a time source until a hand is moved; `Clock(at=1795324613)` starts with both hands frozen there."""

    __slots__ = ("_signing", "_source", "_started_at", "_world", "skew", "sleeping_moves_it")

    def __init__(self, source: TimeSource = time.time, *, at: float | None = None) -> None:
        self._source = source
        self._started_at = None if at is None else _checked(at)
        self.restart()

    def restart(self) -> None:
        """Back to how it was made."""
        self.sleeping_moves_it = False
        """Has it gone on while the code slept virtually?  Then a world that stands still says that nobody slept."""
        self.run()
        if self._started_at is not None:
            self.freeze(self._started_at)

    def read(self) -> tuple[float, float]:
        """(the world's time, the signing time), of one and the same moment."""
        real = self._source()
        if self._world is REAL and self._signing is REAL:
            return real, real + self.skew
        return self._world.read(real), self._signing.read(real) + self.skew

    def world(self) -> float:
        return self._world.read(self._source())

    def signing(self) -> float:
        return self._signing.read(self._source()) + self.skew

    @property
    def speed(self) -> float:
        """How fast the world runs: 1 is real, 0 is frozen."""
        return self._world.speed

    @property
    def world_is_frozen(self) -> bool:
        return self._world.frozen

    @property
    def signing_is_frozen(self) -> bool:
        return self._signing.frozen

    def freeze(self, at: float | str) -> None:
        """Stand still at `at`, with both hands: for recorded requests, and for expiry on purpose.

        Unix seconds, an ISO time with its offset, or a time of the world's day in Beijing (`22:10`).  Raises ValueError
        for what is none of these, and for a time that has no four-digit year.
        """
        self._world = self._signing = Hand(self._time(at), speed=0.0)
        self.skew = 0.0

    def freeze_world(self, at: float | str) -> None:
        """Let the world stand still at `at`; signatures are judged as before.  Takes and raises what `freeze` does."""
        self._world = Hand(self._time(at), speed=0.0)

    def _time(self, at: float | str) -> float:
        return parse_world_time(at, self.world()) if isinstance(at, str) else _checked(at)

    def advance(self, seconds: float) -> None:
        """Move the world ahead, and the signing hand where that is frozen; what runs runs on.

        Raises ValueError for a step back, and for one out of the calendar.
        """
        if not seconds >= 0:
            raise ValueError(f"expected zero or more seconds to advance, got {seconds!r}")
        real = self._source()
        step = min(seconds, END_OF_TIME)
        world = Hand(_checked(self._world.read(real) + step), real, self._world.speed)
        if self._signing.frozen:
            self._signing = Hand(_checked(self._signing.at + step), speed=0.0)
        self._world = world

    def set_speed(self, speed: float) -> None:
        """Let the world run `speed` times as fast from here on, frozen or not.  Raises ValueError."""
        if not 0 < speed <= MAX_SPEED:
            raise ValueError(f"expected a speed above 0 and up to {MAX_SPEED}, got {speed!r}; to freeze, give a time")
        real = self._source()
        self._world = Hand(self._world.read(real), real, float(speed))

    def set_skew(self, seconds: float) -> None:
        """Judge signatures by a time that is so far ahead, or behind when negative.  Raises ValueError."""
        if not abs(seconds) <= MAX_SKEW:
            raise ValueError(f"expected a skew of up to {MAX_SKEW} seconds either way, got {seconds!r}")
        self.skew = float(seconds)

    def run(self) -> None:
        """Real time again, with both hands."""
        self._world = self._signing = REAL
        self.skew = 0.0

    def moved(self) -> str:
        """Where the hands stand against reality, as a sentence for people; "" where neither was moved."""
        parts = []
        if self._signing.frozen:
            parts.append(f"the signing hand is frozen at {written(self.signing())}")
        if self.skew:
            parts.append(f"the signing hand has a skew of {self.skew:g} s")
        if self._world is not REAL:
            how = "frozen at" if self._world.frozen else f"runs at speed {self.speed:g} from real time, and is at"
            parts.append(f"the world's hand is {how} {written(self.world())}".replace("is runs", "runs"))
        return "; ".join(parts)


def in_beijing(at: float) -> datetime:
    """The date and hour there; it has the year 10000, which no date can hold, 8 hours before this clock's end."""
    return datetime.fromtimestamp(min(at, END_OF_TIME - 8 * 3600 - 1), BEIJING)


def written(at: float) -> str:
    """A time as Beijing writes it, with its offset: `2026-11-22T13:16:53+08:00`."""
    return in_beijing(int(at)).isoformat()


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


_TIME_OF_DAY = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9]))?")


def parse_world_time(text: str, now: float) -> float:
    """As `parse_time`; also a time of day (`22:10`), of the Beijing day of `now`.  Raises ValueError."""
    of_day = _TIME_OF_DAY.fullmatch(text)
    if of_day is None:
        if re.fullmatch(r"[0-9]{1,4}", text) or ":" in text[:3]:  # `10` is no moment of 1970, but a slip of the pen
            raise ValueError(f"expected a time of day such as 22:10, a Unix second or an ISO time, got {text!r}")
        return parse_time(text)
    hour, minute, second = (int(part or 0) for part in of_day.groups())
    return in_beijing(now).replace(hour=hour, minute=minute, second=second, microsecond=0).timestamp()


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
