"""The client for tasks, on asyncio or trio: performs the steps of a Flow without blocking."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from types import TracebackType
from typing import Any, Self

import anyio
import anyio.to_thread

from ..errors import CredentialError, TransportError
from ..http import Response
from ..model import JSON
from .answers import Answer
from .caller import Caller, PlacedCall, note, placed, placing, refused
from .credentials import Keys
from .flow import Came, Renew, Send, Step, Wait
from .transports import AsyncHttpClient, AsyncHttpResponse, Collected, Connection, failure


class AsyncClient(Caller[AsyncHttpClient[Any], anyio.Lock]):
    """Calls the service, and never dials twice unless it is asked to.  Safe to share between tasks.

    A callable for the key may be a coroutine function; a plain one runs in a thread.  Use it with `async with`, or
    await `aclose`.
    """

    _awaits = True
    _new_lock = anyio.Lock

    def _open(self, own: Connection) -> AsyncHttpClient[Any]:
        return own.open_async()

    async def call(self, action: str, params: Mapping[str, JSON] | None = None) -> Answer:
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
                came = await self._perform(step)

    async def create_ai_agent_call(
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
        return placed(await self.call("CreateAIAgentCall", params))

    # --- the steps -------------------------------------------------------------------------------------------------

    async def _perform(self, step: Step) -> Came:
        try:
            match step:
                case Wait(seconds):
                    await anyio.sleep(seconds)
                    return None
                case Renew():
                    return await self._renew()
                case Send():
                    return await self._send(step)
        except BaseException as error:
            note(error, step)
            raise

    async def _send(self, step: Send) -> Response | TransportError:
        steady = self._flow.clocks.steady
        latest = steady() + step.seconds
        try:
            response = await self._http.send(self._request(step), stream=True, auth=None, follow_redirects=False)
            try:
                return await _collected(response, lambda: steady() <= latest)
            finally:
                with suppress(Exception):  # what was received is worth more than how its connection ended
                    await response.aclose()
        except TransportError as error:
            return error
        except Exception as error:
            return failure(error)

    async def _renew(self) -> CredentialError | None:
        """One task asks the callable; the others go on with the key there is, and wait only where it has ended."""
        keys, wall = self._flow.keys, self._flow.clocks.wall
        if self._renewing.locked() and keys.is_usable(wall()):
            return None
        async with self._renewing:
            try:
                if keys.is_due(wall()):
                    keys.take(await _fetched(keys), wall())
            except Exception as error:
                return refused(keys, error, wall())
        return None

    # --- its end ---------------------------------------------------------------------------------------------------

    async def aclose(self) -> None:
        """Close the connections; an HTTP client that was passed stays as it is."""
        if self._is_own:
            await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()


async def _collected(response: AsyncHttpResponse, is_in_time: Callable[[], bool]) -> Response:
    """The whole answer.  Raises AnswerTimeout, NotAnAnswer."""
    body, failed = Collected(response), None
    with anyio.CancelScope() as reading:
        async for part in response.aiter_bytes():
            try:
                body.add(part, in_time=is_in_time())
            except TransportError as error:
                # Raised in here it would leave the library's generators to the collector, and trio warns of each.
                failed = failed or error
                reading.cancel()
    if failed is not None:
        raise failed
    return body.response()


async def _fetched(keys: Keys) -> object:
    """What the callable gives; a plain one may block, so it is asked in a thread."""
    fetch = keys.fetch
    fetched = fetch() if inspect.iscoroutinefunction(fetch) else await anyio.to_thread.run_sync(fetch)
    return await fetched if inspect.isawaitable(fetched) else fetched
