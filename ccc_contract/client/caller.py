"""What both clients are: their arguments, the typed calls' parameters, their end.  Performs nothing."""

from __future__ import annotations

import inspect
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Generic, NamedTuple, TypeVar

from ..errors import CredentialError, NotSent
from ..model import JSON, Api
from ..reading import load_api
from .answers import Answer
from .credentials import Credential, Fetch, FetchAsync, Keys
from .flow import Clocks, Flow, Hook, Send, Step, log
from .outgoing import Signer, Target
from .pacing import Pace
from .retries import Retries
from .transports import IDLE_SECONDS, AsyncHttpClient, Connection, HttpClient, parsed

USUAL = Retries()

_H = TypeVar("_H", bound="HttpClient[Any] | AsyncHttpClient[Any]")
_L = TypeVar("_L")


class PlacedCall(NamedTuple):
    """A call that the service has begun: its session, and the request that began it."""

    session_id: str
    request_id: str


class Caller(ABC, Generic[_H, _L]):
    """What both clients are: their arguments."""

    _awaits: ClassVar[bool]
    _new_lock: Callable[[], _L]
    """Makes what keeps a key from being renewed by two at once."""

    def __init__(
        self,
        credential: Credential | Fetch | FetchAsync | None = None,
        *,
        endpoint: str | None = None,
        region: str | None = None,
        language: str | None = None,
        retries: Retries = USUAL,
        pace: Pace | float | None = None,
        timeout_seconds: float = 60.0,
        connect_seconds: float = 10.0,
        on_attempt: Hook | None = None,
        check_parameters: bool = True,
        check_answers: bool = True,
        http: _H | None = None,
        proxy: str | None = None,
        ca_file: str | None = None,
        http2: bool = False,
        max_connections: int = 100,
        idle_seconds: float = IDLE_SECONDS,
        api: Api | None = None,
    ) -> None:
        """Each argument has a default:

        - `credential`: a Credential, or a callable that returns one and is asked again before that ends; by default
          TENCENTCLOUD_SECRET_ID, _SECRET_KEY and _TOKEN.
        - `endpoint`, `region`, `language`: by default TENCENTCLOUD_ENDPOINT, _REGION and _LANGUAGE, then the service,
          none and none.  `http://127.0.0.1:8679` is a fake on this machine.
        - `retries`: how often and how long; Retries(attempts=1) for never.
        - `pace`: the share of each action's limit that is sent at most (0.9), or a Pace that clients share; None for as
          fast as they come.
        - `timeout_seconds` is for each read and write of an attempt and for its whole body, `connect_seconds` for the
          connection.
        - `on_attempt` is called with an Attempt after each.
        - `check_parameters` holds parameters against the model before they are sent, `check_answers` the answers.
        - `http`: an httpx2 or httpx client of your own, with its proxies and transports; it is not closed.  Without
          one: `proxy`, `ca_file` (PEM, in place of the system's), `http2`, `max_connections`, `idle_seconds`.

        Raises CredentialError, ValueError, TypeError: an argument that cannot be right; ImportError: no HTTP library.
        """
        for name, seconds in (("timeout_seconds", timeout_seconds), ("connect_seconds", connect_seconds)):
            if not 0 < seconds < float("inf"):
                raise ValueError(f"{name}: expected a number of seconds above 0, got {seconds}")
        if http is not None:
            _check_kind(http, awaits=self._awaits)
        self._target = Target.of(endpoint, region, language)
        self._flow = Flow(
            api=_api(api, retries),
            signer=Signer(self._target, agent=agent()),
            keys=Keys(credential, awaits=self._awaits),
            retries=retries,
            clocks=Clocks(time.time, time.monotonic),
            pace=Pace(pace) if isinstance(pace, (int, float)) else pace,
            on_attempt=on_attempt,
            attempt_seconds=timeout_seconds,
            check_parameters=check_parameters,
            check_answers=check_answers,
        )
        self._connect_seconds = connect_seconds
        self._renewing = self._new_lock()
        self._is_own = http is None
        own = Connection(
            proxy=proxy, ca_file=ca_file, http2=http2, max_connections=max_connections, idle_seconds=idle_seconds
        )
        self._http = self._open(own) if http is None else http
        self._url = parsed(self._http, self._target.url)

    @abstractmethod
    def _open(self, own: Connection) -> _H:
        """An HTTP client of the library that is there."""

    def _request(self, step: Send) -> Any:
        """The request as the HTTP client has it: our lines over its own, nothing of ours left out.

        Raises NotSent: what cannot be made, or would go into a closed client, leaves no doubt behind.
        """
        if getattr(self._http, "is_closed", False):
            raise NotSent("the HTTP client is closed", phase="prepare")
        seconds = step.seconds
        try:
            return self._http.build_request(
                "POST",
                self._url,
                content=step.request.body,
                headers=step.request.headers.lines,
                timeout=(min(self._connect_seconds, seconds), seconds, seconds, seconds),
            )
        except Exception as error:
            problem = f"the request could not be made ({type(error).__name__}: {error})"
            raise NotSent(problem, phase="prepare") from error

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._target.url} {self._flow.keys.current or 'no key yet'}>"


def _check_kind(http: object, *, awaits: bool) -> None:
    """One of the wrong kind would send the call, and then nobody could read its answer."""
    send, build = getattr(http, "send", None), getattr(http, "build_request", None)
    if not callable(send) or not callable(build) or inspect.iscoroutinefunction(send) is not awaits:
        wanted = "AsyncClient" if awaits else "Client"
        raise TypeError(
            f"http: expected an httpx2.{wanted} or httpx.{wanted}, got {type(http).__module__}.{type(http).__name__}"
        )


def _api(given: Api | None, retries: Retries) -> Api:
    api = given or load_api()
    strangers = sorted(set(retries.even_if_unknown) - set(api.actions))
    if strangers:
        raise ValueError(f"even_if_unknown: no action {', '.join(strangers)}")
    return api


def agent() -> str:
    # Here, because it takes longer to import than all of the client.
    from importlib.metadata import PackageNotFoundError, version

    try:
        return f"CCC_CONTRACT_{version('ccc-mock')}"
    except PackageNotFoundError:  # run from a folder
        return "CCC_CONTRACT"


# --- the typed call ------------------------------------------------------------------------------------------------


def placing(
    sdk_app_id: int,
    ai_agent_id: int,
    callee: str,
    callers: Sequence[str] | None,
    variables: Mapping[str, str] | None,
    max_ring_timeout_second: int | None,
    acquire_timeout_second: int | None,
) -> dict[str, JSON]:
    """The parameters of CreateAIAgentCall by their names on the wire; what is None is left out."""
    given: dict[str, JSON] = {
        "SdkAppId": sdk_app_id,
        "AIAgentId": ai_agent_id,
        "Callee": callee,
        "Callers": callers,
        "Variables": None if variables is None else [{"Key": key, "Value": value} for key, value in variables.items()],
        "MaxRingTimeoutSecond": max_ring_timeout_second,
        "AcquireTimeoutSecond": acquire_timeout_second,
    }
    return {name: value for name, value in given.items() if value is not None}


def placed(answer: Answer) -> PlacedCall:
    return PlacedCall(answer["SessionId"], answer.request_id)


# --- what both do when something goes wrong ------------------------------------------------------------------------


def note(error: BaseException, step: Step) -> None:
    """For a call that is broken off while it is under way."""
    if step.interrupted:
        error.add_note(step.interrupted)
        log.warning("%s (%s)", step.interrupted, type(error).__name__)


def refused(keys: Keys, error: Exception, now: float) -> CredentialError | None:
    """The callable failed: the error to raise, or None where the key that there is still serves."""
    keys.refuse(now)
    if keys.is_usable(now):
        log.warning("a key could not be renewed, the one there is still serves: %s", type(error).__name__)
        return None
    if isinstance(error, CredentialError):
        return error
    told = CredentialError(f"no key could be had: the callable raised {type(error).__name__}")
    told.__cause__ = error
    return told
