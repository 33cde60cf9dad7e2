"""What a world keeps: every live session, every count that a rule needs, and of the rest only so much."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import run_state_machine_as_test

from ccc_mock.world.counts import Recent
from ccc_mock.world.sessions import FINISHED, RINGING, Sessions
from drafts import NOW
from naive_world import Call
from world_machine import Worlds

# --- counts ----------------------------------------------------------------------------------------------------------

MOVES = st.sampled_from([0.0, 0.0, 1.0, 5.0, 9.5, 10.0, 10.5, 40.0, -1.0, -5.0, -10.0, -40.0])
CALLEES = st.sampled_from("abcd")


class NaiveRecent:
    """A list, looked through from its beginning."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.counted: list[tuple[str, float]] = []

    def is_at(self, now: float) -> None:
        self.counted = [each for each in self.counted if now - self.seconds < each[1] <= now]

    def count(self, key: str, since: float) -> int:
        return len([at for of, at in self.counted if of == key and at > since])


@settings(max_examples=300)
@given(steps=st.lists(st.tuples(MOVES, CALLEES, st.sampled_from([0.0, 2.0, 10.0])), max_size=40))
def test_recent_counts_as_a_list_does_whichever_way_the_time_goes(steps: list[tuple[float, str, float]]) -> None:
    recent, naive, now = Recent(10.0), NaiveRecent(10.0), 1000.0
    for move, key, window in steps:
        if move < 0:
            recent.keep(now - recent.seconds, now + move)
        now += move
        naive.is_at(now)
        for each in "abcd":
            assert recent.count(each, now - window) == naive.count(each, now - window)
        recent.add(key, now)
        naive.counted.append((key, now))


@settings(max_examples=100)
@given(steps=st.lists(st.tuples(MOVES, CALLEES), max_size=40))
def test_recent_comes_back_from_what_it_wrote_and_counts_on(steps: list[tuple[float, str]]) -> None:
    recent, now = Recent(10.0), 1000.0
    for move, key in steps:
        if move < 0:
            recent.keep(now - recent.seconds, now + move)
        now += move
        recent.add(key, now)
    other = Recent(10.0)
    other.restore(recent.written(now), now)
    for move, key in steps:
        now += abs(move)
        recent.add(key, now)
        other.add(key, now)
        for each in "abcd":
            assert other.count(each, now - 10.0) == recent.count(each, now - 10.0)


@pytest.mark.parametrize("back", [0.0, 3.0e9], ids=["time goes on", "after the clock came back from far ahead"])
def test_recent_keeps_no_more_keys_than_a_window_has(back: float) -> None:
    recent = Recent(10.0)
    for n in range(100):
        recent.add(f"ahead {n}", NOW + back + n)
    recent.keep(NOW + back + 90, NOW)
    for n in range(10_000):
        recent.add(n, NOW + n)
        assert len(recent) <= 21  # those of the window, and what one call in a second leaves to the next ones


def test_recent_keeps_only_so_many_times_of_a_key() -> None:
    recent = Recent(10.0)
    for n in range(3 * Recent.MOST):
        recent.add("a", NOW + n / 1e6)
    assert recent.count("a", NOW - 10) == Recent.MOST


# --- sessions --------------------------------------------------------------------------------------------------------


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Of finished sessions and of events."""
    with monkeypatch.context() as patched:
        patched.setattr(Sessions, "MAX_FINISHED", 3)
        patched.setattr(Sessions, "MAX_EVENTS", 4)
        yield


class FewAreKept(Worlds):
    """The same machine, where only the newest three finished sessions and four events are kept."""

    def check_kept(self) -> None:
        naive = self.naive
        ended = [event[1] for event in naive.events if event[2] == FINISHED]
        kept = {call.session_id for call in naive.live} | set(ended[-3:])
        assert {session.session_id for session in self.kept_sessions()} == kept
        assert [tuple(event[1:]) for event in self.hand.events()] == naive.events[-4:]

    def look(self) -> None:
        self.naive.observe(self.time)
        self.check_kept()
        assert self.hand.next_due() == self.naive.next_due()

    def called(self, which: int) -> Call | None:
        """One that is kept: the world knows the others no more."""
        self.naive.observe(self.time)
        kept = {session.session_id for session in self.kept_sessions()}
        call = super().called(which)
        return call if call is not None and call.session_id in kept else None


@pytest.mark.usefixtures("few")
def test_only_finished_sessions_are_dropped_and_no_rule_misses_them() -> None:
    run_state_machine_as_test(FewAreKept, settings=settings(max_examples=60, stateful_step_count=40))


def test_what_is_placed_and_ended_while_time_stands_still_leaves_nothing_due_behind() -> None:
    sessions = Sessions()
    for n in range(5000):
        sessions.place(str(n), 1, 1, "1", "2", NOW, NOW + 5, NOW + 35, 1, "user")
        sessions.answer(str(n), NOW, 30.0) if n % 2 else None
        sessions.hang_up(str(n), NOW)
        assert len(sessions._due) <= 110
    assert (sessions.live_count, len(sessions)) == (0, 5000)


def test_what_is_due_is_found_after_much_was_ended_by_hand() -> None:
    sessions = Sessions()
    for n in range(1000):
        sessions.place(str(n), 1, 1, "1", "2", NOW, None, NOW + n, 202, "user")
        if n % 50:
            sessions.hang_up(str(n), NOW)
    assert sessions.next_due() == NOW
    assert [session.session_id for session in sessions.advance(NOW + 999)] == [str(n) for n in range(0, 1000, 50)]


def test_a_live_session_is_kept_however_many_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Sessions, "MAX_FINISHED", 10)
    sessions = Sessions()
    sessions.place("stays", 1, 1, "1", "2", NOW, None, NOW + 86_400, 202, "user")
    for n in range(1000):
        sessions.place(str(n), 1, 1, "1", "2", NOW, None, NOW, 202, "user")
        sessions.advance(NOW)
    assert sessions["stays"].status == RINGING
    assert len(sessions) == 11
    assert [session.session_id for session in sessions] == ["stays", *map(str, range(990, 1000))]
