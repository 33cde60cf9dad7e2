"""The sessions of an account, to look at and to move by hand, from any thread."""

from __future__ import annotations

from collections.abc import Iterator

from ccc_contract.spelling import perhaps

from .accounts import Account
from .world.endings import HUNG_UP_BY_API, STATUSES, hung_up_by
from .world.keys import MAX_SECONDS, told
from .world.sessions import Event, Session


class LiveSession:
    """One session of an account.  Its properties tell how it stands now, by the world's clock."""

    __slots__ = ("_account", "session_id")

    def __init__(self, account: Account, session_id: str) -> None:
        self._account = account
        self.session_id = session_id

    @property
    def now(self) -> Session:
        """All of it, as a value.  Raises NoSession where it was dropped since it ended."""
        with self._account.lock:
            return self._account.world_now().sessions[self.session_id]

    @property
    def status(self) -> str:
        """`ringing`, `inProgress` or `finished`."""
        return self.now.status

    @property
    def callee(self) -> str:
        return self.now.callee

    @property
    def end_status(self) -> int | None:
        """The vendor's EndStatus; None while the session is live."""
        return self.now.end_status

    def answer(self, talks: float | None = None) -> Session:
        """Somebody takes the call, and talks so many seconds, or as long as its script says.

        Raises Ended where it rings no more, and ValueError for what is no time.
        """
        if talks is not None and not 0 <= talks <= MAX_SECONDS:
            raise ValueError(f"expected how many seconds they talk, got {told(talks)}")
        with self._account.lock:
            return self._account.world.answer(self.session_id, self._account.clock.world(), talks)

    def hang_up(self, status: int | str = HUNG_UP_BY_API) -> Session:
        """The call ends with that EndStatus, as a number or in the vendor's word (`busy`).

        Raises Ended where it has ended, and ValueError for a word that is none.
        """
        number, by = ending(status)
        with self._account.lock:
            return self._account.world.hang_up(self.session_id, self._account.clock.world(), number, by)

    def __repr__(self) -> str:
        return f"<LiveSession {self.session_id}>"


class LiveSessions:
    """`sessions[session_id]` is one; iterating gives all that are kept, in the order in which they were placed."""

    __slots__ = ("_account",)

    def __init__(self, account: Account) -> None:
        self._account = account

    def __getitem__(self, session_id: str) -> LiveSession:
        """Raises NoSession, which is a LookupError."""
        session = LiveSession(self._account, session_id)
        _ = session.now
        return session

    def __iter__(self) -> Iterator[LiveSession]:
        with self._account.lock:
            ids = [session.session_id for session in self._account.world_now().sessions]
        return iter([LiveSession(self._account, session_id) for session_id in ids])

    def __len__(self) -> int:
        with self._account.lock:
            return len(self._account.world_now().sessions)

    def events(self, after: int = 0) -> list[Event]:
        """Every change of a session so far, oldest first, whose number is above `after`."""
        with self._account.lock:
            return self._account.world_now().sessions.events(after)

    def advance(self) -> None:
        """Let everything happen that is due by the world's clock; each request does so, too."""
        with self._account.lock:
            self._account.world_now()

    def next_due(self) -> float | None:
        """When, by the world's clock, the next thing happens by itself; None where nothing is live."""
        with self._account.lock:
            return self._account.world.sessions.next_due()


def ending(status: int | str) -> tuple[int, str]:
    """An EndStatus, given as a number or in the vendor's word, and who hangs up then.  Raises ValueError."""
    number = STATUSES.get(status) if isinstance(status, str) else status
    if type(number) is int and 0 <= number < 100_000:
        return number, hung_up_by(number)
    problem = f"expected an EndStatus such as 206 or busy, got {told(status)}"
    raise ValueError("; ".join(filter(None, (problem, perhaps(status, STATUSES)))))
