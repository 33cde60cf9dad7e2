"""What a test has in its hands of one account, however its code comes to the fake."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple, ParamSpec, TypeVar, overload

from ccc_contract.model import JSON

from .accounts import Account, Credential
from .adapters.files import world_of
from .clock import Clock
from .journal import FAULT, NOT_SUPPORTED, OK, Entry
from .ledger import Incomplete, Ledger
from .live import LiveSessions
from .observing import Observing, observed
from .plans.plan import Plan
from .plans.words import PlanError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    from .audit import Audit
    from .endpoint import Endpoint


P = ParamSpec("P")
R = TypeVar("R")


class ApiCall(NamedTuple):
    """One call of the API and what it was answered, decoded.

    Nothing is shortened: parameters and answer are what the test itself sent and got.
    """

    n: int
    """The running number within the account, from 1."""
    at: float
    """The account's time when it came, Unix seconds."""
    action: str
    """Empty where the request named none."""
    params: dict[str, JSON]
    """Empty where they could not be read."""
    verdict: str
    """`ok`, the code of the refusal, `fault` where one of a plan answered, or `not-supported`."""
    request_id: str
    secret_id: str
    """What the request named, well-formed or not."""
    result: dict[str, JSON]
    """What stood in Response, as it was sent; empty where no such thing was sent."""
    plan: str
    """The plan and the step that the call drew, as `name: step`; empty for none."""
    why: str
    """The message of a refusal."""

    @property
    def ok(self) -> bool:
        return self.verdict == OK

    @property
    def code(self) -> str | None:
        """The code of the refusal; None for a call that was not refused."""
        return None if self.verdict in (OK, FAULT, NOT_SUPPORTED) else self.verdict

    def __repr__(self) -> str:
        return f"<ApiCall {self.n} {self.action or '-'} {self.verdict}>"


class RangTwice(AssertionError):
    """Somebody's phone rang twice for one call."""


class AccountSurface:
    """The account, its credential and what happened in it; whoever inherits says where these three are."""

    __slots__ = ()

    if TYPE_CHECKING:

        @property
        def endpoint(self) -> Endpoint: ...

        @property
        def account(self) -> Account: ...

        @property
        def credential(self) -> Credential: ...

    @property
    def credentials(self) -> Credential:
        """What opens the account: `secret_id`, `secret_key`, and the `token` of a temporary one."""
        return self.credential

    @property
    def secret_id(self) -> str:
        return self.credential.secret_id

    @property
    def secret_key(self) -> str:
        return self.credential.secret_key

    @property
    def token(self) -> str | None:
        return self.credential.token

    def environment(self) -> dict[str, str]:
        """The credential as variables that SDKs and tccli read: for `monkeypatch.setenv`, or a process of its own."""
        return self.credential.environment()

    @property
    def clock(self) -> Clock:
        """The account's time."""
        return self.account.clock

    def virtual_time(self) -> AbstractContextManager[None]:
        """While the block runs, sleeping moves time and waits for nothing.

        Time is the account's world and the program's own: `time.sleep`, `asyncio.sleep`, `anyio.sleep`, `trio.sleep`,
        `time.time` and `time.monotonic`, in every thread.
        """
        from .adapters.virtual_time import virtual_time

        return virtual_time(self.clock)

    def plan(self, text: str, *, name: str | None = None) -> list[Plan]:
        """Declare what is to happen to the next calls (docs/plans.md).  Raises PlanError."""
        __tracebackhide__ = True  # a typo in a plan is its writer's line, and none of ours
        try:
            return self.endpoint.plan(text, self.account, name=name)
        except PlanError as wrong:
            raise wrong.with_traceback(None) from None

    @property
    def ledger(self) -> Ledger:
        """Who was dialled, whatever was answered."""
        return self.account.ledger

    @property
    def sessions(self) -> LiveSessions:
        """The account's calls, to look at and to move by hand (docs/world.md)."""
        return LiveSessions(self.account)

    def describe(self, world: str | Path | Mapping[str, JSON]) -> None:
        """Let the account be `open` or `strict`, or what a TOML file or a mapping describes (docs/world.md).

        Raises ValueError, which names what is wrong and where.
        """
        __tracebackhide__ = True
        description = world_of(world, self.endpoint.api.actions)
        with self.account.lock:
            self.endpoint.accounts.describe(self.account, description)

    @overload
    def observe(self) -> Observing: ...

    @overload
    def observe(self, function: Callable[P, R]) -> Callable[P, R]: ...

    def observe(self, function: Callable[P, R] | None = None) -> Observing | Callable[P, R]:
        """Look at what the code under test makes of its calls, for the table of `--ccc-coverage` (docs/coverage.md).

        `with ccc.observe() as seen:` (also `async with`): what is raised in the block goes on, and stays in
        `seen.raised`; what it comes to is told by `seen.result = …`.  With a function, or a coroutine function, that
        function again: each call of it is looked at so.
        """
        return Observing(self.account) if function is None else observed(self.account, function)

    @property
    def calls(self) -> list[ApiCall]:
        """What was called, oldest first.  Raises Incomplete when some were dropped to stay within bounds."""
        with self.account.lock:
            page = self.account.journal.page(limit=self.account.journal.MAX_ENTRIES)
        if page.dropped:
            raise Incomplete(
                f"{page.dropped} of {page.last} calls were dropped to stay within {self.account.journal.MAX_ENTRIES} "
                "calls; `ledger` reaches further back"
            )
        return [_call(entry) for entry in page.entries]

    def assert_consumed(self) -> None:
        """Raises NotConsumed, an AssertionError, where something was planned and did not happen."""
        __tracebackhide__ = True
        self.account.plans.assert_consumed()

    def assert_no_duplicates(self) -> None:
        """Nobody was dialled twice.  Raises RangTwice, an AssertionError, that names the calls."""
        __tracebackhide__ = True
        with self.account.lock:
            pairs = self.ledger.duplicates()
        if pairs:
            told = "; ".join(f"call {twice.again.n} repeats call {twice.first.n}" for twice in pairs)
            raise RangTwice(
                f"{len(pairs)} time(s) a phone rang again, because an answer was lost and the call was repeated: {told}"
            )

    def audit_retries(self, *, ignore: Mapping[str, str] | None = None) -> Audit:
        """Did the code try again as it should (docs/audit.md)?  True where there are findings.

        `ignore` maps names of rules to the reason why what they find is none.  Raises ValueError for a rule that there
        is not, and for one without a reason; TypeError for what maps nothing.
        """
        from .audit import audit

        account = self.account
        with account.lock:
            page = account.journal.page(limit=account.journal.MAX_ENTRIES)
            lost = account.ledger.unheard
        clock = account.clock
        return audit(
            page.entries,
            self.endpoint.api,
            lost=lost,
            speed=clock.speed,
            sleeping_moves_time=clock.sleeping_moves_it,
            dropped=page.dropped,
            ignore=ignore,
        )

    def assert_sound_retries(self, *, ignore: Mapping[str, str] | None = None) -> Audit:
        """Raises UnsoundRetries, an AssertionError, with what `audit_retries` found.

        What it gives has no findings; `not_judged` has the rules that nothing is said by, and why.
        """
        __tracebackhide__ = True
        return self.audit_retries(ignore=ignore).check()

    def journal(self) -> list[dict[str, JSON]]:
        """What this account was asked and what it answered, oldest first (docs/journal.md)."""
        return self.endpoint.journal(self.account)


def _call(entry: Entry) -> ApiCall:
    return ApiCall(
        entry.n,
        entry.at,
        entry.action,
        entry.params or {},
        entry.verdict,
        entry.request_id,
        entry.secret_id,
        _result(entry.reply),
        entry.plan,
        entry.why,
    )


def _result(body: bytes) -> dict[str, JSON]:
    try:
        answer = json.loads(body)["Response"]
    except (ValueError, KeyError, TypeError):
        return {}
    return answer if isinstance(answer, dict) else {}
