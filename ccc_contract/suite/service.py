"""What a property talks to: the target through one credential, and what it is expected to answer.

A property says what it expects and nothing of how it is sent.  The service adds time, credential and host, keeps below
the limit, and remembers what was said in the current example.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from functools import cached_property
from typing import NoReturn

from hypothesis import reject

from ..client.credentials import Credential
from ..model import JSON, Api
from ..reading import load_api
from .draft import Draft
from .harmless import NOBODY
from .reply import HeldBack, Reply, Unreachable, Violation
from .target import Target

NOW = 1795324797
"""2026-11-22T05:19:57Z: where the clocks of made accounts stand."""

TOKEN_SECONDS = 7200
"""How long a temporary credential lasts: the service's default for a role (doc-sts)."""


class Service:
    """`account` is a made account's name, whose clock is ours; "" is whatever the target's own credential opens."""

    def __init__(self, target: Target, credential: Credential, *, account: str = "") -> None:
        self.target = target
        self.api: Api = load_api()
        self.credential = credential
        self.account = account
        self.heard: list[Reply] = []
        """Of the current example, oldest first."""
        self.judged: Counter[str] = Counter()
        """Action → its answers that came from the service's own part, and not from a fake that plays no such action."""
        self.passed_over: Counter[str] = Counter()
        """Action → answers that say that it is not played: signature and limit were passed, and no more is told."""
        self.ways: Counter[tuple[str, str, str]] = Counter()
        """(scheme, method, writing) → requests."""
        self.held_back: Counter[str] = Counter()
        """Why requests were not sent → how many."""
        self.failures: list[Unreachable] = []
        """Why nobody is there any more: then nobody is asked again."""
        self.kept = False
        """Whether its account is to stay, for who looks at what differed."""
        self._moment = float(NOW)
        self._this_second = 0
        """Requests since the clock was moved into another one, all actions together."""
        self._resets = 0
        self._others: list[Service] = []

    # --- time and place ---------------------------------------------------------------------------------------------

    @property
    def now(self) -> float:
        """What time it is there, as far as we know, in Unix seconds."""
        return self._moment if self.account else self.target.now()

    def later(self, seconds: float) -> None:
        """Let time pass there."""
        self._command("PUT", "/_ccc/clock", {"advance": seconds})
        self._moment += seconds
        if seconds >= 1:
            self._this_second = 0

    def at(self, moment: float) -> None:
        """Let it be that moment there, Unix seconds."""
        self._command("PUT", "/_ccc/clock", {"at": moment})
        self._moment = moment
        self._this_second = 0

    def describe(self, world: JSON) -> None:
        """Let the account be what is described (docs/world.md)."""
        self._command("PUT", "/_ccc/world", world)

    def reset(self) -> None:
        """Put the account back to how it was made: sessions and counts are gone.

        Its clock stands near NOW then, and each time in another second: whether the limit is counted anew is not what
        this is about.
        """
        self._command("POST", "/_ccc/reset")
        self._resets += 1
        self.at(NOW + self._resets)

    def fresh(self, *, seconds: int | None = None) -> Service:
        """The same target through another account, which is removed with this one; `seconds` as of new_account."""
        assert self.target.control is not None
        account, credential = self.target.control.new_account(NOW, seconds=seconds)
        other = Service(self.target, credential, account=account)
        other.heard, other.judged, other.passed_over = self.heard, self.judged, self.passed_over
        other.ways, other.failures = self.ways, self.failures
        self._others.append(other)
        return other

    def by(self, credential: Credential) -> Service:
        """The same account through another credential, as of now."""
        other = copy(self)
        other.credential = credential
        return other

    @cached_property
    def temporary(self) -> Service:
        """The same target through a credential that needs its token: one account for all examples."""
        return self.fresh(seconds=TOKEN_SECONDS)

    @cached_property
    def another(self) -> Service:
        """The same target through another account: one for all examples."""
        return self.fresh()

    def _command(self, method: str, path: str, body: JSON = None) -> JSON:
        assert self.target.control is not None, "a property that needs this has to say so"
        return self.target.control.command(method, path, body, account=self.account)

    def close(self) -> None:
        for other in self._others:
            other.close()
        if self.account and not self.kept:
            self._command("DELETE", "/_ccc/accounts")

    @property
    def asked(self) -> int:
        """Requests of all examples, through other accounts, too."""
        return self.ways.total()

    @property
    def was_answered(self) -> bool:
        """Was there an answer that tells something?  That an action is not played does, where the target said so."""
        plays = self.target.plays
        return bool(self.judged) or (plays is not None and not self.passed_over.keys() & plays)

    # --- asking -----------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """An example begins.  Raises Unreachable where nobody was there in an earlier one."""
        if self.failures:
            raise self.failures[0]
        self.heard.clear()

    def ask(self, draft: Draft) -> Reply:
        """Send it, below the limit; whatever comes."""
        self._keep_below_the_limit(draft.action)
        return self.ask_at_once(draft)

    def ask_at_once(self, draft: Draft) -> Reply:
        """Send it without a look at the limit."""
        request = draft.request(self.credential, self._time_of(draft), self.target.host)
        try:
            reply = Reply(draft, request, self.target.send(request))
        except HeldBack as held:
            self.held_back[str(held)] += 1
            reject()
        except Unreachable as error:
            self.failures.append(error)
            raise
        self.heard.append(reply)
        self.ways[draft.way] += 1
        (self.passed_over if reply.has_no_behaviour else self.judged)[draft.action] += 1
        return reply

    def _time_of(self, draft: Draft) -> float:
        """Whom nobody knows has no account, and no clock that was moved."""
        return self.target.now() if draft.signer == "nobody" else self.now

    def _keep_below_the_limit(self, action: str) -> None:
        if not self.account:
            return  # at a real target the gate's pace has to do
        known = self.api.actions.get(action)
        if known is not None and self._this_second >= known.limit_per_second:
            self.later(1)
        self._this_second += 1

    # --- what is expected -------------------------------------------------------------------------------------------

    def refuses(self, draft: Draft, *codes: str) -> Reply:
        """Raises Violation unless it is refused with one of the codes."""
        reply = self.ask(draft)
        if reply.code not in codes:
            raise Violation(f"a refusal with {' or '.join(codes)}", str(reply), reply)
        return reply

    def answers(self, draft: Draft) -> Reply:
        """Raises Violation unless it succeeds.  Where the target plays no such action, the example does not count."""
        reply = self.ask(draft)
        if reply.has_no_behaviour:
            reject()
        if reply.code or not reply.is_envelope:
            raise Violation("a success", str(reply), reply)
        return reply

    def gets_past(self, draft: Draft, *prefixes: str) -> Reply:
        """Raises Violation where it is refused with a code that begins with one of these, or gets no answer of the
        service's form: `AuthFailure`."""
        reply = self.ask(draft)
        if not reply.has_no_behaviour and not reply.is_envelope:
            raise Violation("an answer of the service", str(reply), reply)
        if reply.code.startswith(prefixes):
            raise Violation(f"no {' or '.join(prefixes)}", str(reply), reply)
        return reply

    def makes_no_difference(self, draft: Draft, other: Draft) -> None:
        """Raises Violation unless both get the same code, or both a success, or both something else."""
        first, second = self.ask(draft), self.ask(other)
        if first.kind != second.kind:
            raise Violation(f"the same as without the difference, {first}", str(second), second)

    def fail(self, expected: str, got: object, reply: Reply | None = None) -> NoReturn:
        raise Violation(expected, str(got), reply)


@contextmanager
def opened(target: Target) -> Iterator[Service]:
    """A service for one property: on a fresh account where the target makes them."""
    account, credential = "", target.credential or NOBODY
    if target.control is not None:
        account, credential = target.control.new_account(NOW)
    service = Service(target, credential, account=account)
    try:
        yield service
    finally:
        service.close()
