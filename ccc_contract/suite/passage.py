"""What another tool draws, on its way out: the target is proven, the request rewritten, signed, and sent once.

An adapter over requests, whose sessions' `send` sees the last bytes.  Invariants: nothing goes to a target that has not
proved to be the fake, but where that is allowed and through the gate of live.py; nothing goes out twice for one
`Once`; after an `Ending` nothing goes out at all.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import RLock
from typing import NamedTuple, NoReturn
from urllib.parse import urlsplit

import requests
from requests.auth import AuthBase

from ..client.credentials import Credential
from ..errors import CredentialError, NotSent
from ..http import Headers, Request, Response
from ..proof import why_real
from ..reading import load_api
from .control import Control, ControlRefused
from .harmless import NOBODY
from .live import MOST_REQUESTS, PER_SECOND, SAYS, Gate, Pace, Rang, UsedUp
from .prepared import How, PlainSend, Through, answered_here, as_request, as_response, write
from .reply import HeldBack
from .showing import clipped, curl

NOT_PROVEN, RANG = 2, 6
"""Exit codes, those of `ccc-contract test`."""
LIVE = "CCC_CONTRACT_LIVE"
"""The variable that allows, as 1, to ask a target that did not prove to be the fake what can ring nobody."""

NO_ANSWER = 501
"""As a fake answers what it does not play: nothing can be told of it."""


@dataclass(frozen=True)
class Ending:
    """Why nothing more is sent, and the exit code that tells it."""

    text: str
    code: int


class NotSentAgain(requests.RequestException):
    """It has been on its way once."""


class Once(AuthBase):
    """An auth object that marks a prepared request as one of an action's, for one attempt."""

    def __init__(self, action: str) -> None:
        self.action = action
        self.proven = False
        """Whether it went to a target that has proved to be the fake."""
        self.held_back = False
        """Whether it went nowhere, and what came is no answer."""
        self._left = False

    def leave(self) -> None:
        """Raises NotSentAgain.  That it is prepared again is nothing: so it is shown in a report."""
        if self._left:
            raise NotSentAgain("not sent again: nobody knows what came of the first time, and a call may ring twice")
        self._left = True

    def __call__(self, prepared: requests.PreparedRequest) -> requests.PreparedRequest:
        prepared.ccc_once = self  # type: ignore[attr-defined]  # what it is told by, in Passage.send
        return prepared


def once_of(prepared: requests.PreparedRequest) -> Once | None:
    return getattr(prepared, "ccc_once", None)


class _Way(NamedTuple):
    """How a target is asked; without a gate where it has proved to be the fake."""

    credential: Credential
    gate: Gate | None


class Passage:
    """`plain` is the send that everything ends in; `stop` makes of an ending what is raised where it is met.

    `tell` shows a line to who runs it; `environ` has the credential for a live target, and LIVE.
    """

    def __init__(
        self,
        plain: PlainSend,
        *,
        stop: Callable[[Ending], BaseException],
        tell: Callable[[str], None],
        environ: Mapping[str, str],
        now: Callable[[], float] = time.time,
        pace: Callable[[], Pace] = lambda: Pace(PER_SECOND),
    ) -> None:
        self.ended: Ending | None = None
        self.held_back = 0
        self._plain, self._stop, self._tell = plain, stop, tell
        self._environ, self._now, self._pace = environ, now, pace
        self._ways: dict[tuple[object, ...], _Way] = {}
        self._live: _Way | None = None
        """One for all that is live: what is allowed is allowed once."""
        self._lock = RLock()

    def send(self, session: requests.Session, prepared: requests.PreparedRequest, how: How) -> requests.Response:
        """Send what an `Once` has marked; anything else is answered here, and goes nowhere."""
        self._expect_open()
        once = once_of(prepared)
        if once is None:
            return answered_here(prepared, 400, "")
        url = _base(str(prepared.url))
        way = self._way(session, url, how)
        if way.gate is not None and _sends_again(session, url):
            self._end(
                f"{url} is live: expected a session whose adapter has no retries, for a call may ring twice", NOT_PROVEN
            )
        once.leave()
        once.proven = way.gate is None
        write(prepared, once.action, way.credential, self._now(), harmless=way.gate is not None)
        if way.gate is None:
            return self._out(session, prepared, how)
        return self._through(way.gate, session, prepared, how, once)

    def expect_leave(self, session: requests.Session, url: str, how: How) -> None:
        """Ends everything unless requests may go to `url`."""
        self._way(session, _base(url), how)

    def _out(self, session: requests.Session, prepared: requests.PreparedRequest, how: How) -> requests.Response:
        return self._plain(session, prepared, **{**how, "allow_redirects": False})

    # --- the fake --------------------------------------------------------------------------------------------------

    def _way(self, session: requests.Session, url: str, how: How) -> _Way:
        with self._lock:
            self._expect_open()
            route = _route(session, url, how)
            if route not in self._ways:
                problem = why_real(Through(self._plain, session, how), url)
                if problem is None:
                    self._ways[route] = _Way(self._fresh_credential(session, url, how), None)
                elif self._environ.get(LIVE) == "1" and not isinstance(problem, NotSent):
                    self._ways[route] = self._live = self._live or self._live_way(url)
                else:
                    self._end(_not_proven(url, problem.problem), NOT_PROVEN)
            return self._ways[route]

    def _fresh_credential(self, session: requests.Session, url: str, how: How) -> Credential:
        """Of an account of its own, so that whoever else uses the fake is not disturbed."""

        def bring(request: Request) -> Response:
            headers = {name.decode(): value.decode() for name, value in request.headers.lines}
            address = url.rstrip("/") + request.target.decode()
            asked = requests.Request(request.method, address, headers, data=request.body).prepare()
            return as_response(self._out(session, asked, how))

        try:
            made = Control(bring, urlsplit(url).netloc).command("POST", "/_ccc/accounts", {})
        except (ControlRefused, requests.RequestException) as error:
            self._end(f"{url} proved to be the fake, and gave no account to test with: {error}", NOT_PROVEN)
        return Credential(made["secret_id"], made["secret_key"], made["token"] or "")

    # --- live ------------------------------------------------------------------------------------------------------

    def _live_way(self, url: str) -> _Way:
        try:
            credential = Credential.from_environment(self._environ)
            tier = SAYS["nothing granted"]
        except CredentialError as error:
            if not str(error).startswith("no credential"):
                self._end(str(error), NOT_PROVEN)
            credential, tier = NOBODY, SAYS["no credential"]
        pace = self._pace()
        self._tell(f"{url} is live. Tier: {tier}.")
        self._tell(f"At most {MOST_REQUESTS} requests, {pace.per_second:g} a second. Nothing is sent a second time.")
        return _Way(credential, Gate(_closed, load_api(), pace))

    def _through(
        self, gate: Gate, session: requests.Session, prepared: requests.PreparedRequest, how: How, once: Once
    ) -> requests.Response:
        came: list[requests.Response] = []

        def bring(request: Request) -> Response:
            came.append(self._out(session, prepared, how))
            return as_response(came[0])

        with self._lock:
            self._expect_open()
            gate.send = bring
            try:
                gate(as_request(prepared))
            except (HeldBack, UsedUp) as why:
                self.held_back += 1
                once.held_back = True
                return answered_here(prepared, NO_ANSWER, f"not sent: {why}")
            except Rang as rang:
                self._end(_alarm(rang, str(prepared.url)), RANG)
        return came[0]

    # --- the end ---------------------------------------------------------------------------------------------------

    def _end(self, text: str, code: int) -> NoReturn:
        self.ended = self.ended or Ending(text, code)
        raise self._stop(self.ended)

    def _expect_open(self) -> None:
        if self.ended is not None:
            raise self._stop(self.ended)


def _route(session: requests.Session, url: str, how: How) -> tuple[object, ...]:
    """By which way a target is reached: through another proxy there may be another one."""
    proxies = sorted({**session.proxies, **(how.get("proxies") or {})}.items())
    adapter = session.get_adapter(url)
    return (url, type(adapter), *map(repr, (proxies, how.get("verify"), how.get("cert"), session.trust_env)))


def _sends_again(session: requests.Session, url: str) -> bool:
    """Would an adapter repeat what broke off, below everything that counts?"""
    retries = getattr(session.get_adapter(url), "max_retries", 0)
    total = getattr(retries, "total", retries)
    return total is None or total > 0


def _base(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/"


def _not_proven(url: str, problem: str) -> str:
    return (
        f"{url} did not prove to be the fake, so nothing else was sent: {problem}; "
        f"to ask a live target what can ring nobody set {LIVE}=1"
    )


def _closed(request: Request) -> Response:
    raise AssertionError("the gate is given what sends with each request")


_SECRET = (b"authorization", b"x-tc-token")


def _alarm(rang: Rang, url: str) -> str:
    lines = (line for line in rang.request.headers.lines if line[0].lower() not in _SECRET)
    shown = curl(rang.request._replace(headers=Headers(lines)), url)
    return (
        f"STOPPED. {rang}.\n  What was sent to {url}, but for what signs it: {shown}\n"
        f"  What it answered: {clipped(rang.response.text)}\n"
        "  Look in the console of the contact center whether somebody is called, and end that call there."
    )
