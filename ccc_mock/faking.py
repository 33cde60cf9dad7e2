"""`with ccc_mock.fake() as ccc:` — production code, pointed at production's host name, talks to a fake."""

from __future__ import annotations

import contextlib
import functools
import inspect
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar, cast

from ccc_contract.http import Request
from ccc_contract.reading import load_api

from .accounts import Account, Credential, fresh_credential
from .adapters import intercept
from .adapters.claims import hands_over
from .adapters.files import world_of
from .adapters.line import Answer
from .auth import IN_PROCESS, Auth
from .clock import STOPWATCH, Clock, Stopwatch
from .control import Control, is_control
from .endpoint import Endpoint
from .journal import Journal
from .limits import Limits
from .observing import note
from .parameters import read
from .reply import AT_ONCE, Reply
from .surface import AccountSurface

R = TypeVar("R")


class Fake(AccountSurface):
    """A fresh account of an endpoint in this process, which calls to the service's host names meet."""

    def __init__(self, endpoint: Endpoint, credential: Credential) -> None:
        self._endpoint = endpoint
        self._credential = credential
        self.refused: list[str] = []
        """Calls that would have reached the real service and were stopped, of whatever thread; a sentence for each."""
        self.broken: deque[tuple[str, str]] = deque(maxlen=Journal.MAX_ENTRIES)
        """What HTTP libraries were given in place of an answer, the newest: a request id, and an exception's name."""

    @property
    def endpoint(self) -> Endpoint:
        return self._endpoint

    @property
    def account(self) -> Account:
        return self._endpoint.accounts.default

    @property
    def credential(self) -> Credential:
        return self._credential

    def knows(self, request: Request) -> bool:
        """Is the request signed with a credential of this fake?"""
        return self._endpoint.accounts.grant(read(request, self._endpoint.settings).secret_id) is not None

    def knew(self) -> Iterable[str]:
        """The SecretIds that no other fake ever has: its own, and those of the temporary keys that it gave out.

        What was given to it may be given to others, and proves nothing once it has ended.
        """
        minted = (grant for account in self._endpoint.accounts for grant in account.minted)
        return [self._credential.secret_id, *(grant.credential.secret_id for grant in minted)]

    def answer(self, request: Request) -> Answer:
        """Play one request.  Raises NotSupportedByFake where the fake has no answer."""
        if is_control(request.path):
            told = Control(self._endpoint).handle(request)
            return Answer(Reply(told.status, told.headers, told.body), _nothing)
        exchange = self._endpoint.exchange(request)
        note(exchange.request_id)
        if exchange.unsupported is not None:
            raise exchange.unsupported
        delivered = functools.partial(self._endpoint.delivered, exchange)
        if exchange.reply.delivery is AT_ONCE:
            return Answer(exchange.reply, delivered)
        return Answer(exchange.reply, delivered, functools.partial(self._broke, exchange.request_id))

    def _broke(self, request_id: str, what: str) -> None:
        self.broken.append((request_id, what))

    @hands_over
    def respx(self, request: Any) -> Any:
        """The side effect of a route of respx that hands its calls to this fake.

        `respx_mock.route(host="ccc.tencentcloudapi.com").mock(side_effect=ccc.respx)`.  Calls of httpx2 take a router
        that sees them: the fixture `httpx2_mock` of pytest-httpx2, or `respx.mock(using="httpcore2")` beside it.
        """
        from .adapters.for_respx import bring

        return bring(request, self.answer)

    def __repr__(self) -> str:
        return f"<Fake {self._credential!r}>"


at_the_end: list[Callable[[Fake], None]] = []
"""Who looks at each fake of this process once more when it ends."""


def _nothing() -> None:
    """Where nobody waits for it that an answer was delivered."""


class fake:
    """While the block (or the decorated function) runs, calls to the service's host names meet a fresh fake.

    `plan` is declared at once (docs/plans.md).  `at` is where the fake's world stands still: Unix seconds, an ISO time
    with its offset, or a Beijing time of today (`"22:10"`); signatures are judged by the program's own `time.time()`.
    `seed` makes ids and draws repeat.  With `limits` the rate is limited: True for what is documented, or Limits.
    `world` is what the account has: `open`, `strict`, a TOML file or a mapping (docs/world.md).  `credentials` are
    let in beside the fresh one; `auth` is how much of who asks is judged (`known`, `any`, `off`), and `cure` what the
    journal advises for an unknown SecretId.  `mutant` is the name of a way to be wrong on purpose (docs/mutants.md).

    Raises PlanError for a plan that is not one, and ValueError for a time, a world, an `auth`, two equal SecretIds or a
    mutant that does not exist.

    A decorated function that has a parameter `ccc` gets the fake by that name; each call of it has a fake of its own.
    """

    def __init__(
        self,
        *,
        plan: str | None = None,
        at: float | str | None = None,
        seed: int | None = None,
        limits: Limits | bool | None = None,
        world: str | Path | Mapping[str, Any] = "open",
        credentials: Iterable[Credential] = (),
        auth: Auth = "known",
        cure: str = IN_PROCESS,
        mutant: str | None = None,
    ) -> None:
        self._settings: dict[str, Any] = {
            "plan": plan, "at": at, "seed": seed, "limits": limits, "world": world,
            "credentials": tuple(credentials), "auth": auth, "cure": cure, "mutant": mutant,
        }  # fmt: skip
        self._entered: Fake | None = None

    def __enter__(self) -> Fake:
        if self._entered is not None:
            raise RuntimeError("this fake is active already: call ccc_mock.fake() again for another one")
        made = _make(**self._settings)
        intercept.begin(made)
        self._entered = made
        return made

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        entered, self._entered = self._entered, None
        if entered is not None:
            intercept.end(entered)
            for look in at_the_end:
                look(entered)

    async def __aenter__(self) -> Fake:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.__exit__(kind, error, traceback)

    def __call__(self, function: Callable[..., R]) -> Callable[..., R]:
        if inspect.isclass(function) or inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
            raise TypeError("ccc_mock.fake() decorates functions and coroutine functions; use `with` inside of others")
        signature = inspect.signature(function)
        wanted = "ccc" in signature.parameters

        def given(kwargs: dict[str, Any], made: Fake) -> dict[str, Any]:
            return {**kwargs, "ccc": made} if wanted else kwargs

        @functools.wraps(function)
        async def awaited(*args: Any, **kwargs: Any) -> Any:
            with fake(**self._settings) as made:
                return await cast(Any, function)(*args, **given(kwargs, made))

        @functools.wraps(function)
        def called(*args: Any, **kwargs: Any) -> Any:
            with fake(**self._settings) as made:
                return cast(Any, function)(*args, **given(kwargs, made))

        decorated: Any = awaited if inspect.iscoroutinefunction(function) else called
        if wanted:  # pytest would take it for a fixture
            left = [parameter for name, parameter in signature.parameters.items() if name != "ccc"]
            decorated.__signature__ = signature.replace(parameters=left)
        return cast(Callable[..., R], decorated)


@contextlib.contextmanager
def guard() -> Iterator[intercept.Watcher]:
    """While the block runs nothing reaches the real service: a call to its names meets a fake, or raises NoFake.

    `refused` of what it gives has a sentence for each call that was stopped, of whatever thread.
    """
    watcher = intercept.Watcher()
    intercept.begin_guard(watcher)
    try:
        yield watcher
    finally:
        intercept.end_guard(watcher)


def _make(**settings: Any) -> Fake:
    credential = fresh_credential()
    return Fake(endpoint_of(credential, **settings), credential)


def endpoint_of(
    credential: Credential,
    *,
    plan: str | None,
    at: float | str | None,
    seed: int | None,
    limits: Limits | bool | None,
    world: str | Path | Mapping[str, Any],
    credentials: Iterable[Credential],
    auth: Auth,
    cure: str,
    mutant: str | None = None,
    stopwatch: Stopwatch = STOPWATCH,
) -> Endpoint:
    """An endpoint that `credential` opens, and that is as `fake` describes.  Raises as `fake`."""
    clock = Clock(time_of_the_program)
    if at is not None:
        clock.freeze_world(at)
    endpoint = maker_of(mutant)(
        credentials=[credential, *credentials],
        clock=clock,
        seed=seed,
        limits=Limits() if limits is True else limits or None,
        world=world_of(world, load_api().actions),
        auth=auth,
        cure=cure,
        stopwatch=stopwatch,
    )
    if plan is not None:
        endpoint.plan(plan)
    return endpoint


def maker_of(mutant: str | None) -> Callable[..., Endpoint]:
    """What makes the endpoint: the true fake, unless one that is wrong on purpose was asked for by its name."""
    if mutant is None:
        return Endpoint
    from .mutants import made  # nobody else needs them

    return functools.partial(made, mutant)


def time_of_the_program() -> float:
    """What the program itself takes for now: looked up at each call, because freezegun replaces the function."""
    return time.time()
