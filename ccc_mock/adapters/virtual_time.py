"""Time that passes when the code waits: what sleeps moves the clock, and waits for nothing.

`time.sleep`, `asyncio.sleep`, `anyio.sleep` and `trio.sleep` are replaced, also where a module has imported them by
name, and `time.time` and `time.monotonic` run ahead by what was slept.  Sleepers wake in the order of their times, as
if they had waited: the one that is due first moves time on, once nobody has done anything for a moment.

The standard library, pytest and what serves keep the real functions: their timers are no part of the code under test.
"""

from __future__ import annotations

import contextlib
import itertools
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, Set
from typing import Any

from ..clock import Clock

MOMENT_SECONDS = 0.001
"""Real time in which others may begin to wait, before time moves on to whoever is due first."""

_WAIT_FOR_REAL = {
    "_pytest", "ccc_mock", "execnet", "multiprocessing", "pluggy", "pytest_timeout", "selectors", "subprocess",
    "uvicorn", "xdist",
}  # fmt: skip
"""Packages that wait for something real."""

_GO_BY_REAL_TIME = (
    _WAIT_FOR_REAL
    | (sys.stdlib_module_names - {"time"})
    | {"anyio", "httpcore", "httpcore2", "pytest", "trio", "urllib3"}
)
"""Packages whose timers are for something real; what they have imported by name is left to them."""

_JUDGE = "ccc_mock.faking"
"""Where a fake asks for the program's own time."""

_WITH_A_SLEEP = ("anyio", "asyncio", "trio")

Sleeper = tuple[float, int]
"""Until when, in seconds of virtual time, and who."""


class _Timeline:
    """How far time has run ahead, and who sleeps until when."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._numbers = itertools.count()
        self._sleepers: list[Sleeper] = []
        self._replaced: list[tuple[Any, str, Any]] = []
        self._clocks: list[Clock] = []
        self._blocks = 0
        self.events = 0
        """How often somebody began to sleep, or woke."""
        self.ahead = 0.0
        """Seconds by which the program's time is ahead of the real one."""

    @property
    def is_on(self) -> bool:
        return self._blocks > 0

    def begin(self, clock: Clock) -> None:
        with self._lock:
            if not self.is_on:
                self.ahead = 0.0
                self._replaced = list(_replace())
            self._blocks += 1
            clock.sleeping_moves_it = True
            if clock not in self._clocks:
                self._clocks.append(clock)

    def end(self) -> None:
        with self._lock:
            worlds = [clock.world() for clock in self._clocks]
            self._blocks -= 1
            if self.is_on:
                return
            while self._replaced:
                setattr(*self._replaced.pop())
            for clock, world in zip(self._clocks, worlds, strict=True):
                # A world that went by the program's time does not fall back with it.
                clock.advance(max(0.0, world - clock.world()))
            self._clocks.clear()

    def lie_down(self, seconds: float) -> Sleeper:
        """Begin to sleep."""
        with self._lock:
            self.events += 1
            sleeper = (self.ahead + seconds, next(self._numbers))
            self._sleepers.append(sleeper)
            return sleeper

    def may_wake(self, sleeper: Sleeper, seen: int) -> bool:
        """Is it time?  Moves time on where this sleeper is due first, and nothing happened since `seen`."""
        with self._lock:
            if self.events != seen or min(self._sleepers) != sleeper:
                return False
            self._move_to(sleeper[0])
            return True

    def get_up(self, sleeper: Sleeper) -> None:
        """Sleep no more, for whatever reason."""
        with self._lock:
            self.events += 1
            self._sleepers.remove(sleeper)

    def _move_to(self, ahead: float) -> None:
        step = ahead - self.ahead
        if step <= 0:
            return
        worlds = [clock.world() for clock in self._clocks]
        self.ahead = ahead
        for clock, world in zip(self._clocks, worlds, strict=True):
            # Where it stands still, or goes by another time than the program's.
            meant = step if clock.world_is_frozen else step * clock.speed
            missing = meant - (clock.world() - world)
            if missing > meant / 2:
                clock.advance(missing)


_timeline = _Timeline()


@contextlib.contextmanager
def virtual_time(clock: Clock) -> Iterator[None]:
    """While the block runs, what the code sleeps moves this clock's world, and the program's own time."""
    _timeline.begin(clock)
    try:
        yield
    finally:
        _timeline.end()


def _replace() -> Iterator[tuple[Any, str, Any]]:
    """Put the replacements in place of the functions, wherever code has them; gives what was where."""
    there = {id(original): (original, make(original)) for original, make in _functions()}
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in _GO_BY_REAL_TIME and name not in _WITH_A_SLEEP:
            continue
        for attribute, value in list(getattr(module, "__dict__", {}).items()):
            if id(value) in there:
                setattr(module, attribute, there[id(value)][1])
                yield module, attribute, value


def _functions() -> Iterator[tuple[Any, Callable[[Any], Any]]]:
    """The functions as they are now, and what makes the replacement of each."""
    yield time.sleep, _sleep
    for function in (time.time, time.monotonic):
        yield function, lambda original: _ahead(original, 1)
    for in_ns in (time.time_ns, time.monotonic_ns):
        yield in_ns, lambda original: _ahead(original, 1_000_000_000)
    for name in _WITH_A_SLEEP:
        if name in sys.modules:
            yield sys.modules[name].sleep, _sleep_of_anyio if name == "anyio" else _sleep_of_a_backend


def _is_called_from(packages: Set[str]) -> bool:
    """Does the caller of the replaced function belong to one of these?"""
    caller: str = sys._getframe(2).f_globals.get("__name__", "")
    return caller.partition(".")[0] in packages and caller != _JUDGE


def _sleep(original: Callable[[float], None]) -> Callable[[float], None]:
    def sleep(seconds: float, /) -> None:
        if not _timeline.is_on or not seconds > 0 or _is_called_from(_WAIT_FOR_REAL):
            original(seconds)
            return
        sleeper = _timeline.lie_down(seconds)
        try:
            seen = -1
            while not _timeline.may_wake(sleeper, seen):
                seen = _timeline.events
                original(MOMENT_SECONDS)
        finally:
            _timeline.get_up(sleeper)

    return sleep


def _sleep_of_anyio(original: Any) -> Any:
    return _asynchronous_sleep(original, _WAIT_FOR_REAL)


def _sleep_of_a_backend(original: Any) -> Any:
    return _asynchronous_sleep(original, _WAIT_FOR_REAL | {"anyio"})  # which is how anyio itself sleeps


def _asynchronous_sleep(original: Callable[..., Awaitable[Any]], real: set[str]) -> Callable[..., Awaitable[Any]]:
    def sleep(delay: float, *result: Any, **named: Any) -> Awaitable[Any]:
        # Asked of who makes the coroutine: whoever awaits it may be the event loop itself.
        if not _timeline.is_on or not delay > 0 or _is_called_from(real):
            return original(delay, *result, **named)
        return sleeping(delay, *result, **named)

    async def sleeping(delay: float, *result: Any, **named: Any) -> Any:
        sleeper = _timeline.lie_down(delay)
        try:
            seen = -1
            while not _timeline.may_wake(sleeper, seen):
                seen = _timeline.events
                await original(MOMENT_SECONDS)
        finally:
            _timeline.get_up(sleeper)
        return await original(0, *result, **named)

    return sleep


def _ahead(original: Callable[[], Any], per_second: int) -> Callable[[], Any]:
    def now() -> Any:
        if not _timeline.is_on or _is_called_from(_GO_BY_REAL_TIME):
            return original()
        return original() + (_timeline.ahead if per_second == 1 else int(_timeline.ahead * per_second))

    return now
