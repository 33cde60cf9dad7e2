"""What the rules count: calls to a callee within a window of time, and minutes of packages."""

from __future__ import annotations

import math
from collections.abc import Hashable
from datetime import datetime

from ccc_contract.model import JSON

from ..clock import BEIJING
from . import keys
from .description import Package

DAY_SECONDS = 86_400


class Recent:
    """The newest `most` times for each key, as long as they are within `seconds`.

    That is all that "no more than `most` within `seconds`" needs, and it keeps no key without a time that counts.
    """

    def __init__(self, most: int, seconds: float) -> None:
        self.most = most
        self.seconds = seconds
        self._times: dict[Hashable, tuple[float, ...]] = {}

    def count(self, key: Hashable, since: float, now: float) -> int:
        """How many there are after `since` and up to `now`; `most` stands for that many or more."""
        times = self._times.get(key)
        return sum(since < at <= now for at in times) if times else 0

    def add(self, key: Hashable, now: float) -> None:
        """Count one at `now`, and forget the keys that are longest without one that counts."""
        if not self.most:
            return
        times = self._times.pop(key, ())
        self._times[key] = (*times, now)[-self.most :]  # behind all others: the first key is the longest unused
        for _ in range(2):
            oldest = next(iter(self._times))
            if self._times[oldest][-1] > now - self.seconds:
                return
            del self._times[oldest]

    def __len__(self) -> int:
        return len(self._times)

    def written(self) -> list[JSON]:
        return [[list(key) if isinstance(key, tuple) else key, list(times)] for key, times in self._times.items()]

    def restore(self, rows: list[JSON]) -> None:
        """From what `written` gave."""
        for key, times in rows:
            of = keys.row(key, (int,), (str,)) if isinstance(key, list) else keys.row([key], (str,))[0]
            self._times[of] = keys.row(times, *[(int, float)] * len(times))[-1000:]


def midnight(now: float) -> float:
    """When the day of `now` began in Beijing."""
    return datetime.fromtimestamp(now, BEIJING).replace(hour=0, minute=0, second=0, microsecond=0).timestamp()


def month_of(at: float) -> str:
    """`2026-11`, by Beijing's calendar."""
    return f"{datetime.fromtimestamp(at, BEIJING):%Y-%m}"


class Minutes:
    """What was used of each package: by its position, and by the month where it is new in each."""

    def __init__(self) -> None:
        self._used: dict[tuple[int, str], int] = {}

    def left(self, n: int, package: Package, now: float) -> int:
        """Minutes that package `n` still has, as far as it counts at `now`."""
        begun = package.begins is None or package.begins <= now
        if not begun or (package.ends is not None and now >= package.ends):
            return 0
        return max(0, package.minutes - package.used - self._used.get(self._key(n, package, now), 0))

    def any_left(self, packages: tuple[Package, ...], now: float) -> bool:
        return any(self.left(n, package, now) > 0 for n, package in enumerate(packages))

    def use(self, packages: tuple[Package, ...], seconds: float, now: float) -> None:
        """A call took so long: whole minutes, of the first package that has some left."""
        minutes = math.ceil(seconds / 60)
        for n, package in enumerate(packages):
            if self.left(n, package, now) > 0:
                key = self._key(n, package, now)
                self._used[key] = self._used.get(key, 0) + minutes
                return

    def _key(self, n: int, package: Package, now: float) -> tuple[int, str]:
        return n, month_of(now) if package.monthly else ""

    def written(self) -> list[JSON]:
        return [[n, month, minutes] for (n, month), minutes in self._used.items()]

    def restore(self, rows: list[JSON]) -> None:
        """From what `written` gave."""
        for each in rows:
            n, month, minutes = keys.row(each, (int,), (str,), (int,))
            self._used[n, month] = minutes
