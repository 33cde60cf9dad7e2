"""The client for threads: performs the steps of a Flow with blocking calls."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from types import TracebackType
from typing import Any, Self

from ..errors import CredentialError, TransportError
from ..http import Response
from ..model import JSON
from .answers import Answer
from .caller import Caller, PlacedCall, note, placed, placing, refused
from .flow import Came, Renew, Send, Step, Wait
from .transports import Collected, Connection, HttpClient, failure


class Client(Caller[HttpClient[Any], threading.Lock]):
    """Calls the service, and never dials twice unless it is asked to.  Safe to share between threads.

    Use it with `with`, or close it.
    """

    _awaits = False
    _new_lock = threading.Lock

    def _open(self, own: Connection) -> HttpClient[Any]:
        return own.open()

    def call(self, action: str, params: Mapping[str, JSON] | None = None) -> Answer:
        """Call any action of the API, with the vendor's names.

        Raises InvalidCall and CredentialError before anything is sent; ApiError, of the class for its code;
        TransportError; CallOutcomeUnknown.  `ccc_contract.errors` draws them all.
        """
        came: Came = None
        with closing(self._flow.steps(action, params or {})) as steps:
            while True:
                try:
                    step = steps.send(came)
                except StopIteration as ended:
                    answer: Answer = ended.value
                    return answer
                came = self._perform(step)

    def create_ai_agent_call(
        self,
        *,
        sdk_app_id: int,
        ai_agent_id: int,
        callee: str,
        callers: Sequence[str] | None = None,
        variables: Mapping[str, str] | None = None,
        max_ring_timeout_second: int | None = None,
        acquire_timeout_second: int | None = None,
    ) -> PlacedCall:
        """Let an AI agent call `callee`, a number with its country code (`0086…`); `variables` fill its prompt.

        Raises what `call` does.  After CallOutcomeUnknown the person may have been called: do not call again blindly.
        """
        params = placing(
            sdk_app_id, ai_agent_id, callee, callers, variables, max_ring_timeout_second, acquire_timeout_second
        )
        return placed(self.call("CreateAIAgentCall", params))

    # --- the steps -------------------------------------------------------------------------------------------------

    def _perform(self, step: Step) -> Came:
        try:
            match step:
                case Wait(seconds):
                    time.sleep(seconds)
                    return None
                case Renew():
                    return self._renew()
                case Send():
                    return self._send(step)
        except BaseException as error:
            note(error, step)
            raise

    def _send(self, step: Send) -> Response | TransportError:
        steady = self._flow.clocks.steady
        latest = steady() + step.seconds
        try:
            response = self._http.send(self._request(step), stream=True, auth=None, follow_redirects=False)
            try:
                body = Collected(response)
                for part in response.iter_bytes():
                    body.add(part, in_time=steady() <= latest)
                return body.response()
            finally:
                with suppress(Exception):  # what was received is worth more than how its connection ended
                    response.close()
        except TransportError as error:
            return error
        except Exception as error:
            return failure(error)

    def _renew(self) -> CredentialError | None:
        """One thread asks the callable; the others go on with the key there is, and wait only where it has ended."""
        keys, wall = self._flow.keys, self._flow.clocks.wall
        if not self._renewing.acquire(blocking=not keys.is_usable(wall())):
            return None
        try:
            if keys.is_due(wall()):
                keys.take(keys.fetch(), wall())
        except Exception as error:
            return refused(keys, error, wall())
        finally:
            self._renewing.release()
        return None

    # --- its end ---------------------------------------------------------------------------------------------------

    def close(self) -> None:
        """Close the connections; an HTTP client that was passed stays as it is."""
        if self._is_own:
            self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
