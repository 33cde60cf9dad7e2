"""One socket, and behind it one endpoint after the other: each test has its own, and the socket is opened once."""

from __future__ import annotations

from collections import deque

from ccc_contract.http import Request, Response

from ..control import Control
from ..endpoint import Endpoint
from ..exchange import Exchange
from ..parameters import read


class Turns(Endpoint):
    """What is asked is answered by the endpoint whose turn it is.

    Itself an endpoint that nobody has a credential of: it answers where it is nobody's turn, and what comes late for
    a turn that is over, so that a thread which outlives its test meets no other test's account.
    """

    MAX_ENDED = 4096
    """SecretIds that are remembered after their turn."""

    def __init__(self) -> None:
        super().__init__(credentials=[])
        self._on: Endpoint | None = None
        self._ended: deque[str] = deque(maxlen=self.MAX_ENDED)

    def begin(self, endpoint: Endpoint) -> None:
        """From now on it is the turn of this endpoint."""
        self._on = endpoint

    def end(self) -> None:
        """From now on it is nobody's turn."""
        ended, self._on = self._on, None
        if ended is not None:
            self._ended += [grant.credential.secret_id for account in ended.accounts for grant in account.grants]

    def exchange(self, request: Request) -> Exchange:
        on = self._on
        return super().exchange(request) if on is None or self._is_late(request, on) else on.exchange(request)

    def _is_late(self, request: Request, on: Endpoint) -> bool:
        secret_id = read(request, on.settings, unsigned=on.auth == "off").secret_id
        return on.accounts.grant(secret_id) is None and secret_id in self._ended

    @property
    def on(self) -> Endpoint:
        """The endpoint whose turn it is; itself where it is nobody's."""
        return self if self._on is None else self._on


class TurnsControl(Control):
    """Control of the endpoint whose turn it is."""

    def __init__(self, turns: Turns) -> None:
        super().__init__(turns)
        self._turns = turns

    def handle(self, request: Request) -> Response:
        on = self._turns.on
        return super().handle(request) if on is self._turns else Control(on).handle(request)
