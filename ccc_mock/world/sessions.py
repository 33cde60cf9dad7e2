"""The calls that are on, and those that were: ringing → inProgress → finished, as time goes by.

What will happen to a call is settled when it is placed (its script), and changed by hand.  Nothing happens by itself:
`advance(now)` makes every change that is due, at the moment at which it was due, and `next_due()` says when the next
one is.  So a session is a function of what was done and of the clock.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterator
from copy import copy
from heapq import heapify, heappop, heappush
from typing import Any, NamedTuple

from ccc_contract.model import JSON

from ..numbers import normalised
from . import keys
from .endings import HUNG_UP_BY_API, word_of

WAITING, RINGING, IN_PROGRESS, FINISHED = "waiting", "ringing", "inProgress", "finished"
"""The vendor knows no WAITING: a call that waits for a free agent, and rings when one is (AcquireTimeoutSecond)."""


class Session(NamedTuple):
    """One call, as it stands."""

    n: int
    """The running number within the account, from 1."""
    session_id: str
    app: int
    agent: int
    caller: str
    callee: str
    """As it was sent."""
    started_at: float
    answers_at: float | None
    """When it will be taken, by its script; None for never."""
    ends_at: float
    """When it will end, by its script."""
    ends_with: int
    """The EndStatus that it will have, by its script."""
    ends_by: str
    """Who will hang up: user or system."""
    status: str = RINGING
    accepted_at: float | None = None
    ended_at: float | None = None
    end_status: int | None = None
    hung_up_by: str | None = None

    @property
    def due(self) -> float:
        """When its next change is."""
        if self.status == WAITING:
            return self.started_at
        return self.answers_at if self.status == RINGING and self.answers_at is not None else self.ends_at

    @property
    def is_coherent(self) -> bool:
        """Does it say what its status says, no more and no less?"""
        took, end = self.accepted_at is not None, (self.ended_at, self.end_status, self.hung_up_by)
        if self.status == FINISHED:
            return None not in end
        return took == (self.status == IN_PROGRESS) and end == (None, None, None)

    @property
    def seconds(self) -> float:
        """How long it was talked; 0 while it is on, and where nobody took it."""
        if self.accepted_at is None or self.ended_at is None:
            return 0.0
        return max(0.0, self.ended_at - self.accepted_at)

    def as_json(self) -> dict[str, JSON]:
        """The form of control; `end` is the vendor's word for the EndStatus."""
        return {**self._asdict(), "end": None if self.end_status is None else word_of(self.end_status)}


class Event(NamedTuple):
    """A change of a session."""

    n: int
    """The running number within the account, from 1."""
    at: float
    session_id: str
    status: str
    """What it became."""
    end_status: int | None = None


_WHOLE, _TEXT, _TIME = (int,), (str,), (int, float)
_MAYBE_TIME, _MAYBE_WHOLE, _MAYBE_TEXT = (*_TIME, keys.NONE), (*_WHOLE, keys.NONE), (*_TEXT, keys.NONE)
_SESSION_TYPES = (
    _WHOLE, _TEXT, _WHOLE, _WHOLE, _TEXT, _TEXT, _TIME, _MAYBE_TIME, _TIME, _WHOLE, _TEXT, _TEXT,
    _MAYBE_TIME, _MAYBE_TIME, _MAYBE_WHOLE, _MAYBE_TEXT,
)  # fmt: skip
_EVENT_TYPES = (_WHOLE, _TIME, _TEXT, _TEXT, _MAYBE_WHOLE)


class NoSession(LookupError):
    """No session has this id, or it was dropped since it ended."""

    def __str__(self) -> str:
        return f"no session {str(self.args[0])[:60]!r} in this account, or it was dropped since it ended"


class Ended(ValueError):
    """The session has finished: there is nothing left to change."""


_ENDS = Session._fields.index("ends_at")


class Sessions:
    """The sessions of an account.  Not locked: its account's lock guards it.

    Live ones are kept however many there are; of the finished ones the newest MAX_FINISHED.  A session is kept as a
    flat tuple of atoms, which the garbage collector does not trace.
    """

    MAX_FINISHED = 10_000
    MAX_EVENTS = 30_000

    def __init__(self) -> None:
        self.count = 0
        """How many were placed."""
        self.events_count = 0
        self._live: dict[str, tuple[Any, ...]] = {}
        self._finished: OrderedDict[str, tuple[Any, ...]] = OrderedDict()  # a dict looks long for its oldest key
        self._due: list[tuple[float, int, str]] = []
        self._events: deque[tuple[Any, ...]] = deque(maxlen=self.MAX_EVENTS)
        self._is_indexed = False
        """Are the two below kept up?  From the first question on: the open world asks none."""
        self._of_app: dict[int, set[str]] = {}
        self._of_number: dict[str, set[str]] = {}

    # --- what there is ----------------------------------------------------------------------------------------------

    def get(self, session_id: str) -> Session:
        """Raises NoSession."""
        flat = self._live.get(session_id) or self._finished.get(session_id)
        if flat is None:
            raise NoSession(session_id)
        return Session._make(flat)

    __getitem__ = get

    def __iter__(self) -> Iterator[Session]:
        """Those that are kept, in the order in which they were placed."""
        kept = [*self._finished.values(), *self._live.values()]
        return iter([Session._make(flat) for flat in sorted(kept)])

    def __len__(self) -> int:
        return len(self._live) + len(self._finished)

    @property
    def live_count(self) -> int:
        return len(self._live)

    def busy(self, number: str) -> int:
        """How many live calls go out from a number, which is normalised."""
        self._index()
        return len(self._of_number.get(number, ()))

    def ends_of(self, app: int) -> list[float]:
        """When the live calls of an app are due to end, soonest first."""
        self._index()
        return sorted(self._live[session_id][_ENDS] for session_id in self._of_app.get(app, ()))

    def events(self, after: int = 0) -> list[Event]:
        """The changes whose number is above `after`, oldest first; the newest MAX_EVENTS are kept."""
        return [Event._make(flat) for flat in self._events if flat[0] > after]

    def next_due(self) -> float | None:
        """When the next change is; None where nothing is live."""
        while self._due:
            due, _, session_id = self._due[0]
            if self._is_due(session_id, due):
                return due
            heappop(self._due)
        return None

    # --- what happens -----------------------------------------------------------------------------------------------

    def place(
        self, session_id: str, app: int, agent: int, caller: str, callee: str, started_at: float,
        answers_at: float | None, ends_at: float, ends_with: int, ends_by: str, status: str = RINGING,
    ) -> None:  # fmt: skip
        """A call begins to ring, or to wait until it does: the fields of Session after `n`."""
        self.count += 1
        flat = (
            self.count, session_id, app, agent, caller, callee, started_at, answers_at, ends_at, ends_with, ends_by,
            status, None, None, None, None,
        )  # fmt: skip
        if status == RINGING:
            self._keep(flat, ends_at if answers_at is None else answers_at)
            self._tell(started_at, session_id, RINGING)
        else:
            self._keep(flat, started_at)

    def advance(self, now: float) -> list[Session]:
        """Make every change that is due by `now`, in order; gives the sessions that ended."""
        ended: list[Session] = []
        while self._due and self._due[0][0] <= now:
            due, _, session_id = heappop(self._due)
            if not self._is_due(session_id, due):
                continue
            session = Session._make(self._live[session_id])
            if session.status == WAITING:
                self._ring(session, due)
            elif session.status == RINGING and session.answers_at is not None:
                self._answer(session, due)
            else:
                ended.append(self._end(session, due, session.ends_with, session.ends_by))
        return ended

    def answer(self, session_id: str, now: float, talks: float) -> Session:
        """Somebody takes the call, and talks so many seconds.  Raises NoSession, and Ended where it rings no more."""
        session = self.get(session_id)
        if session.status != RINGING:
            raise Ended(f"session {session_id} does not ring: it is {session.status}")
        return self._answer(session._replace(ends_at=now + talks, ends_with=1, ends_by="user"), now)

    def hang_up(self, session_id: str, now: float, status: int = HUNG_UP_BY_API, by: str = "system") -> Session:
        """The call ends, with that EndStatus.  Raises NoSession and Ended."""
        session = self.get(session_id)
        if session.status == FINISHED:
            raise Ended(f"session {session_id} has finished")
        return self._end(session, now, status, by)

    def _ring(self, session: Session, at: float) -> None:
        session = session._replace(status=RINGING)
        self._live[session.session_id] = tuple(session)
        self._await(session.due, session.n, session.session_id)
        self._tell(at, session.session_id, RINGING)

    def _answer(self, session: Session, at: float) -> Session:
        session = session._replace(status=IN_PROGRESS, accepted_at=at)
        self._live[session.session_id] = tuple(session)
        self._await(session.ends_at, session.n, session.session_id)
        self._tell(at, session.session_id, IN_PROGRESS)
        return session

    def _end(self, session: Session, at: float, status: int, by: str) -> Session:
        session = session._replace(status=FINISHED, ended_at=at, end_status=status, hung_up_by=by)
        del self._live[session.session_id]
        if self._is_indexed:
            _discard(self._of_app, session.app, session.session_id)
            _discard(self._of_number, normalised(session.caller), session.session_id)
        self._finished[session.session_id] = tuple(session)
        if len(self._finished) > self.MAX_FINISHED:
            self._finished.popitem(last=False)
        self._tell(at, session.session_id, FINISHED, status)
        return session

    def _keep(self, flat: tuple[Any, ...], due: float) -> None:
        """Hold a live session, by all that it is looked up by."""
        self._live[flat[1]] = flat
        if self._is_indexed:
            self._add(flat)
        self._await(due, flat[0], flat[1])

    def _index(self) -> None:
        if not self._is_indexed:
            self._is_indexed = True
            for flat in self._live.values():
                self._add(flat)

    def _add(self, flat: tuple[Any, ...]) -> None:
        _, session_id, app, _, caller = flat[:5]
        self._of_app.setdefault(app, set()).add(session_id)
        self._of_number.setdefault(normalised(caller), set()).add(session_id)

    def _await(self, due: float, n: int, session_id: str) -> None:
        """Something happens then.  What was changed by hand leaves its old times behind: not more than there are live
        sessions, where time stands still."""
        if len(self._due) > 2 * len(self._live) + 100:
            self._due = [(each.due, each.n, each.session_id) for each in map(Session._make, self._live.values())]
            heapify(self._due)
        else:
            heappush(self._due, (due, n, session_id))

    def _is_due(self, session_id: str, due: float) -> bool:
        """Is that still so?"""
        flat = self._live.get(session_id)
        return flat is not None and Session._make(flat).due == due

    def _tell(self, at: float, session_id: str, status: str, end_status: int | None = None) -> None:
        self.events_count += 1
        self._events.append((self.events_count, at, session_id, status, end_status))

    # --- snapshots --------------------------------------------------------------------------------------------------

    def copied(self) -> Sessions:
        """Another one with the same calls."""
        other = copy(self)
        other._live, other._finished = self._live.copy(), self._finished.copy()
        other._due, other._events = self._due.copy(), self._events.copy()
        other._is_indexed, other._of_app, other._of_number = False, {}, {}
        return other

    def written(self) -> dict[str, JSON]:
        return {
            "count": self.count,
            "events_count": self.events_count,
            "live": [list(flat) for flat in self._live.values()],
            "finished": [list(flat) for flat in self._finished.values()],
            "events": [list(flat) for flat in self._events],
        }

    def restore(self, rows: dict[str, JSON]) -> None:
        """From what `written` gave, where there were none.  Raises ValueError, KeyError and TypeError."""
        self.count, self.events_count = keys.row([rows["count"], rows["events_count"]], (int,), (int,))
        live = [_read(each, WAITING, RINGING, IN_PROGRESS) for each in keys.rows(rows["live"])]
        finished = [_read(each, FINISHED) for each in keys.rows(rows["finished"])]
        numbers = [session.n for session in (*live, *finished)]
        _check_numbers("sessions", sorted(numbers), self.count)
        if len({session.session_id for session in (*live, *finished)}) < len(numbers):
            raise ValueError("each session once, got one of them again")
        for session in live:
            self._keep(tuple(session), session.due)
        self._finished.update((session.session_id, tuple(session)) for session in finished[-self.MAX_FINISHED :])
        events = [Event._make(keys.row(each, *_EVENT_TYPES)) for each in keys.rows(rows["events"])]
        _check_numbers("events", [event.n for event in events], self.events_count)
        self._events.extend(map(tuple, events))


def _read(given: JSON, *statuses: str) -> Session:
    session = Session._make(keys.row(given, *_SESSION_TYPES))
    if session.status not in statuses or not session.is_coherent:
        raise ValueError(f"a session that is {' or '.join(statuses)}, and what belongs to that, got {keys.told(given)}")
    return session


def _check_numbers(of: str, numbers: list[int], last: int) -> None:
    if any(n >= after for n, after in zip([0, *numbers], [*numbers, last + 1], strict=True)):
        raise ValueError(f"running numbers of {of} from 1 to {last}, each above the one before")


def _discard(index: dict[Any, set[str]], key: Any, session_id: str) -> None:
    of_key = index[key]
    of_key.discard(session_id)
    if not of_key:
        del index[key]
