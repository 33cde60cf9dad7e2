"""What the rules count: calls to a callee within a window of time, and minutes of packages."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Hashable
from copy import copy

from ccc_contract.model import JSON

from ..clock import in_beijing
from . import keys
from .description import Package

DAY_SECONDS = 86_400


class Recent:
    """When calls were counted for each key, as far as that is within `seconds`.

    What was out of the window once counts no more, whether the world moved on or back: so the times of a key rise, and
    the keys are in the order of their newest times.
    """

    MOST = 1000
    """Times for a key; no rule can be given a larger number to look for."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._times: OrderedDict[Hashable, tuple[float, ...]] = OrderedDict()  # a dict looks long for its oldest key

    def count(self, key: Hashable, since: float) -> int:
        """How many there are after `since`."""
        return sum(at > since for at in self._times.get(key, ()))

    def add(self, key: Hashable, now: float) -> None:
        """Count one at `now`, and forget the keys that are longest without one that counts."""
        since = now - self.seconds
        times = (*self._times.pop(key, ()), now)[-self.MOST :]
        if times[0] <= since:
            times = tuple(at for at in times if at > since)
        self._times[key] = times  # behind all others
        for _ in range(2):  # one more than can have come: what time made needless goes
            oldest = next(iter(self._times))
            if self._times[oldest][-1] > since:
                return
            del self._times[oldest]

    def keep(self, since: float, upto: float) -> None:
        """Forget what was not after `since` and up to `upto`."""
        kept = {key: tuple(at for at in times if since < at <= upto) for key, times in self._times.items()}
        left = sorted(((key, times) for key, times in kept.items() if times), key=lambda each: each[1][-1])
        self._times = OrderedDict(left)

    def __len__(self) -> int:
        """How many keys there are."""
        return len(self._times)

    def copied(self) -> Recent:
        """Another one that has counted the same."""
        other = copy(self)
        other._times = self._times.copy()
        return other

    def written(self, now: float) -> list[JSON]:
        """What counts at `now`, for `restore`."""
        since = now - self.seconds
        counted = ((key, [at for at in times if since < at <= now]) for key, times in self._times.items())
        return [[list(key) if isinstance(key, tuple) else key, times] for key, times in counted if times]

    def restore(self, rows: list[JSON], now: float) -> None:
        """From what `written` gave at `now`.  Raises ValueError and TypeError."""
        for each in keys.rows(rows):
            key, times = keys.row(each, (str, list), (list,))
            of = keys.row(key, (int,), (str,)) if isinstance(key, list) else key
            if of in self._times:
                raise ValueError(f"a key once, got {keys.told(key)} again")
            self._times[of] = tuple(sorted(keys.row(times, *[(int, float)] * len(times))))[-self.MOST :]
        self.keep(now - self.seconds, now)


def second_of_day(now: float) -> float:
    """How many seconds old the day of `now` is in Beijing, which is 8 hours ahead all year."""
    return (now + 8 * 3600) % DAY_SECONDS


def midnight(now: float) -> float:
    """When the day of `now` began in Beijing."""
    return now - second_of_day(now)


def month_of(at: float) -> str:
    """`2026-11`, by Beijing's calendar."""
    return f"{in_beijing(at):%Y-%m}"


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

    def copied(self) -> Minutes:
        """Another one with the same uses."""
        other = Minutes()
        other._used = self._used.copy()
        return other

    def _key(self, n: int, package: Package, now: float) -> tuple[int, str]:
        return n, month_of(now) if package.monthly else ""

    def written(self) -> list[JSON]:
        return [[n, month, minutes] for (n, month), minutes in self._used.items()]

    def restore(self, rows: list[JSON]) -> None:
        """From what `written` gave."""
        for each in rows:
            n, month, minutes = keys.row(each, (int,), (str,), (int,))
            if n < 0 or minutes < 0:
                raise ValueError(f"a package and its minutes from 0 on, got {keys.told(each)}")
            self._used[n, month] = minutes
