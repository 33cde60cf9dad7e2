"""One call from its first attempt to its end, without I/O: it yields what is to be done and is sent what came of it.

    Renew   ask the callable for the next key            ← nothing, or a CredentialError
    Wait    let so many seconds pass                     ← nothing
    Send    send the request within so many seconds      ← a Response, or a TransportError

The shells (Client, AsyncClient) perform these and know nothing of signing, retries or what an answer means.

Invariant: an action with effects is sent again only after NotSent or RateLimited, unless the caller named it; and where
one attempt may have done it, nothing but a success of a later one ends in anything else than CallOutcomeUnknown.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from ..errors import (
    ApiError,
    CallOutcomeUnknown,
    CccError,
    CredentialError,
    NotSent,
    ServiceFailed,
    TransportError,
    perhaps,
)
from ..http import Request, Response
from ..model import JSON, Action, Api
from .answers import Answer, judged
from .credentials import Keys
from .outgoing import Signer, action_of, body_of
from .pacing import Pace
from .retries import Retries, may_repeat, seconds_until

log = logging.getLogger("ccc_contract.client")
log.addHandler(logging.NullHandler())  # or Python prints warnings for a program that has set up no logging


class Renew(NamedTuple):
    """Ask for the next key.  `interrupted` is what to say of a call that is broken off here; "" for nothing."""

    interrupted: str = ""


class Wait(NamedTuple):
    """Let time pass; `interrupted` as in Renew."""

    seconds: float
    interrupted: str = ""


class Send(NamedTuple):
    """`seconds` is what each read and write may take, and the whole body; `interrupted` as in Renew."""

    request: Request
    seconds: float
    interrupted: str


Step: TypeAlias = Renew | Wait | Send
Came: TypeAlias = Response | TransportError | CredentialError | None
Steps: TypeAlias = Generator[Step, Came, Answer]


@dataclass(frozen=True)
class Attempt:
    """One attempt, for the hook `on_attempt`: what it was, what came, and whether there will be another."""

    action: str
    number: int
    """From 1."""
    seconds: float
    """From its turn being asked for until it was judged."""
    request_id: str
    """Of the answer or of the refusal; "" where none came."""
    error: CccError | None
    """None for a success."""
    next_in_seconds: float | None
    """The wait before the next attempt; None where this was the last."""


Hook: TypeAlias = Callable[[Attempt], object]


class Clocks(NamedTuple):
    """Seconds: `wall` since the epoch, which signs and ends keys; `steady`, which measures."""

    wall: Callable[[], float]
    steady: Callable[[], float]


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class Flow:
    """How every call of one client goes."""

    api: Api
    signer: Signer
    keys: Keys
    retries: Retries
    clocks: Clocks
    pace: Pace | None
    on_attempt: Hook | None
    attempt_seconds: float
    check_parameters: bool
    check_answers: bool

    def steps(self, name: str, params: Mapping[str, JSON]) -> Steps:
        """The steps of one call.  Raises what `errors` draws; returns the answer."""
        action = action_of(self.api, name, check=self.check_parameters)
        body = body_of(self.api, action, params, check=self.check_parameters)
        return self._attempts(action, body)

    def _attempts(self, action: Action, body: bytes) -> Steps:
        ends = self.clocks.steady() + self.retries.deadline_seconds
        doubt: CallOutcomeUnknown | None = None
        number = 0
        while True:
            number += 1
            began = self.clocks.steady()
            response, error = None, None
            try:
                response = yield from self._attempt(action, body, ends, doubt)
                answer = judged(self.api, action, response, check=self.check_answers)
            except (ApiError, TransportError, CredentialError) as caught:
                error = caught
            else:
                self._tell(action, number, began, answer.request_id, None, None)
                return Answer(answer.result, answer.request_id, number)
            error.action, error.attempts = action.name, number
            came = response or getattr(error, "answer", None)
            _explain(error, came, self.clocks.wall())
            doubt = doubt or _doubt(error, action, came)
            wait = self._wait(error, action, number, came, ends)
            request_id = error.request_id if isinstance(error, ApiError) else ""
            self._tell(action, number, began, request_id, error, wait)
            if wait is None:
                final = _final(error, doubt, number)
                raise final from (error.__cause__ if final is error else error)
            yield Wait(wait, _interrupted(action, doubt))

    def _attempt(
        self, action: Action, body: bytes, ends: float, doubt: CallOutcomeUnknown | None
    ) -> Generator[Step, Came, Response]:
        # The key first: many who wait for it would else have taken their turns, and go out at once when it comes.
        yield from self._key(action, doubt)
        yield from self._turn(action, ends, doubt)
        yield from self._key(action, doubt)
        now = self.clocks.wall()
        request = self.signer.request(action, body, self.keys.usable(now), int(now))
        seconds = min(self.attempt_seconds, ends - self.clocks.steady())
        if seconds <= 0:
            raise NotSent("the deadline passed before it could be sent", phase="pace")
        came = yield Send(request, seconds, _under_way(action) if action.effect != "read" else "")
        response = _response_or_nothing(came)
        assert response is not None
        return response

    def _key(self, action: Action, doubt: CallOutcomeUnknown | None) -> Generator[Step, Came, None]:
        if self.keys.is_due(self.clocks.wall()):
            _response_or_nothing((yield Renew(_interrupted(action, doubt))))

    def _turn(self, action: Action, ends: float, doubt: CallOutcomeUnknown | None) -> Generator[Step, Came, None]:
        if self.pace is None:
            return
        wait = self.pace.reserve(action, self.clocks.steady(), ends)
        if wait is None:
            raise NotSent(f"its turn would come after the deadline ({self.pace})", phase="pace")
        if wait:
            yield Wait(wait, _interrupted(action, doubt))

    def _wait(self, error: CccError, action: Action, number: int, came: Response | None, ends: float) -> float | None:
        """Seconds until the next attempt, None for no other."""
        if number >= self.retries.attempts or not may_repeat(error, action, self.retries):
            return None
        wait = self.retries.wait_after(number, came, self.clocks.wall())
        if self.clocks.steady() + wait >= ends:
            error.add_note(f"not tried again: waiting {wait:.1f} s would go past the deadline")
            return None
        return wait

    def _tell(
        self, action: Action, number: int, began: float, request_id: str, error: CccError | None, wait: float | None
    ) -> None:
        seconds = self.clocks.steady() - began
        outcome = "ok" if error is None else getattr(error, "code", type(error).__name__)
        level = logging.DEBUG if error is None else logging.WARNING
        if log.isEnabledFor(level):
            again = "" if wait is None else f", again in {wait:.2f} s"
            log.log(
                level, "%s attempt %d: %s, RequestId %s, %.0f ms%s",
                action.name, number, outcome, request_id or "-", seconds * 1e3, again,
            )  # fmt: skip
        if self.on_attempt is not None:
            try:
                self.on_attempt(Attempt(action.name, number, seconds, request_id, error, wait))
            except Exception:  # a call that was answered must not end in what its observer raised
                log.exception("on_attempt raised; the call goes on")


def _response_or_nothing(came: Came) -> Response | None:
    if isinstance(came, CccError):
        raise came
    return came


def _explain(error: CccError, came: Response | None, now: float) -> None:
    """A clock that is wrong is seldom thought of: the service says what time it is."""
    if came is None or getattr(error, "code", "") != "AuthFailure.SignatureExpire":
        return
    seconds = seconds_until(came.header.get(b"date", b"").decode("latin-1"), now)
    if seconds is not None:
        side = "behind" if seconds > 0 else "ahead of"
        error.add_note(f"this machine's clock is about {abs(seconds):.0f} s {side} the service's")


def _interrupted(action: Action, doubt: CallOutcomeUnknown | None) -> str:
    """What is to be said of a call that is broken off between two attempts."""
    return "" if doubt is None else _under_way(action)


def _under_way(action: Action) -> str:
    return f"{action.name} was broken off while it was under way: {perhaps(dials=action.dials)}"


def _doubt(error: CccError, action: Action, came: Response | None) -> CallOutcomeUnknown | None:
    """What an attempt that may have done something leaves behind."""
    if action.effect == "read" or isinstance(error, NotSent):
        return None
    if isinstance(error, (TransportError, ServiceFailed)):
        return CallOutcomeUnknown(error, dials=action.dials, answer=came)
    return None


def _final(error: CccError, doubt: CallOutcomeUnknown | None, attempts: int) -> CccError:
    """What the caller gets: the doubt of any attempt is that of the call, whatever a later one was answered."""
    if doubt is None:
        return error
    doubt.attempts = attempts
    if error is not doubt.reason:
        doubt.add_note(f"attempt {attempts} then ended with {type(error).__name__}: {error}")
    return doubt
