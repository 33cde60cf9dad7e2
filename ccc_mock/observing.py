"""`with ccc.observe() as seen:` — what the code under test made of its calls: what it returned, or what it raised.

A call belongs to the innermost block of its own context.  Where no context reaches (executors, sockets), it belongs to
the block that was the only one open when it came.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from contextvars import ContextVar
from types import TracebackType
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, cast

if TYPE_CHECKING:
    from .accounts import Account

P = ParamSpec("P")
R = TypeVar("R")

MAX_OBSERVED = 1000
"""Blocks that an account remembers, the newest; of the others nothing was seen."""

_current: ContextVar[tuple[Seen, ...]] = ContextVar("ccc_mock observations", default=())


class Seen:
    """What one block did.  `result` is for the block to set: a `with` cannot see what is returned inside of it."""

    __slots__ = ("_first", "_last", "raised", "request_ids", "result")

    def __init__(self, first: int) -> None:
        self._first = first
        self._last: int | None = None
        self.result: object = ...
        self.raised: BaseException | None = None
        self.request_ids: set[str] = set()
        """Those of the calls that are known to be its own."""

    def was_open(self, n: int) -> bool:
        """When call `n` of its account came."""
        return n > self._first and (self._last is None or n <= self._last)

    def end(self, last: int, raised: BaseException | None) -> None:
        self._last, self.raised = last, raised

    @property
    def ended(self) -> str:
        """How it ended, without any value, which may be secret: `returned str`, `raised ValueError`.

        Empty while it runs; `returned` alone where nobody said what.
        """
        if self.raised is not None:
            return f"raised {type(self.raised).__name__}"
        if self._last is None:
            return ""
        return "returned" if self.result is ... else f"returned {_kind(self.result)}"

    def __repr__(self) -> str:
        return f"<Seen {self.ended or 'not ended'}>"


def _kind(value: object) -> str:
    return repr(value) if value is None or isinstance(value, bool) else type(value).__name__


class Observing:
    """The block: `with` and `async with`."""

    __slots__ = ("_account", "_outer", "_seen")

    def __init__(self, account: Account) -> None:
        self._account = account

    def __enter__(self) -> Seen:
        with self._account.lock:
            self._seen = Seen(self._account.journal.last)
            self._account.observed.append(self._seen)
        self._outer = _current.get()
        _current.set((*self._outer, self._seen))
        return self._seen

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        _current.set(self._outer)  # no token: a fixture may end in another context than it began in
        with self._account.lock:
            self._seen.end(self._account.journal.last, error)

    async def __aenter__(self) -> Seen:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.__exit__(kind, error, traceback)


def observed(account: Account, function: Callable[P, R]) -> Callable[P, R]:
    """The function, each call of which is a block of its own whose result is what it returns.  Raises TypeError."""
    if inspect.isclass(function) or inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        raise TypeError("ccc.observe() takes functions and coroutine functions; use `with ccc.observe():` for others")

    @functools.wraps(function)
    async def awaited(*args: Any, **kwargs: Any) -> Any:
        with Observing(account) as seen:
            seen.result = result = await cast(Any, function)(*args, **kwargs)
            return result

    @functools.wraps(function)
    def called(*args: Any, **kwargs: Any) -> Any:
        with Observing(account) as seen:
            seen.result = result = cast(Any, function)(*args, **kwargs)
            return result

    return cast(Callable[P, R], awaited if inspect.iscoroutinefunction(function) else called)


def note(request_id: str) -> None:
    """A call is made in this context: it belongs to the innermost block that is open in it."""
    here = _current.get()
    if here:
        here[-1].request_ids.add(request_id)
