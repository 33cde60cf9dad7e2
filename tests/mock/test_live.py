"""The sessions of an account by hand, in Python."""

from __future__ import annotations

from threading import Barrier, Thread
from typing import Any

import pytest

from ccc_mock.live import LiveSession, LiveSessions
from ccc_mock.world.endings import STATUSES
from ccc_mock.world.sessions import Ended, NoSession
from drafts import NOW
from worlds import CALLEE, World, result

RULES = {"concurrency": 0, "interval_calls": 0, "day_calls": 0}


@pytest.fixture
def world() -> World:
    return World(rules=RULES)


@pytest.fixture
def sessions(world: World) -> LiveSessions:
    return LiveSessions(world.account)


def placed(world: World, sessions: LiveSessions) -> LiveSession:
    return sessions[result(world.call())["SessionId"]]


def test_a_session_stands_as_the_worlds_clock_says(world: World, sessions: LiveSessions) -> None:
    session = placed(world, sessions)
    told = []
    for seconds in (0, 5, 35):
        world.at(seconds)
        told.append((session.status, session.end_status))
    assert told == [("ringing", None), ("inProgress", None), ("finished", 1)]
    assert session.callee == CALLEE
    assert session.now.hung_up_by == "user"


def test_somebody_takes_a_call(world: World, sessions: LiveSessions) -> None:
    session = placed(world, sessions)
    world.at(2)
    assert session.answer(talks=1.5).status == "inProgress"
    world.at(3.5)
    assert (session.status, session.end_status) == ("finished", 1)
    with pytest.raises(Ended, match="does not ring: it is finished"):
        session.answer()


@pytest.mark.parametrize("talks", [-1, -0.001, 366 * 86_400 + 1, float("nan"), float("inf")])
def test_nobody_talks_for_a_time_that_is_none(world: World, sessions: LiveSessions, talks: float) -> None:
    session = placed(world, sessions)
    with pytest.raises(ValueError, match="expected how many seconds they talk"):
        session.answer(talks)
    assert session.status == "ringing"


@pytest.mark.parametrize("word", STATUSES)
def test_a_call_is_hung_up_with_any_ending(world: World, sessions: LiveSessions, word: str) -> None:
    by_word, by_number = placed(world, sessions), placed(world, sessions)
    assert by_word.hang_up(word).end_status == by_number.hang_up(STATUSES[word]).end_status == STATUSES[word]
    assert by_word.now.hung_up_by == by_number.now.hung_up_by
    with pytest.raises(Ended, match="has finished"):
        by_word.hang_up()


def test_a_call_is_hung_up_by_the_api_unless_it_is_said_otherwise(world: World, sessions: LiveSessions) -> None:
    assert placed(world, sessions).hang_up().end_status == 231


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("bsy", r"got 'bsy'; did you mean busy\?"),
        ("", "got ''$"),
        (True, "got true$"),
        (None, "got null$"),
        (1.0, "got 1.0$"),
        (-1, "got -1$"),
        (100_000, "got 100000$"),
        ("x" * 100_000, "got 'x{59}…$"),
    ],
    ids=lambda value: str(value)[:10],
)
def test_what_is_no_ending_is_refused(world: World, sessions: LiveSessions, status: Any, said: str) -> None:
    session = placed(world, sessions)
    with pytest.raises(ValueError, match=f"expected an EndStatus such as 206 or busy, {said}"):
        session.hang_up(status)
    assert session.status == "ringing"


def test_a_session_that_never_was_is_a_lookup_error(sessions: LiveSessions) -> None:
    with pytest.raises(LookupError):
        sessions["1001"]
    with pytest.raises(NoSession):
        sessions["1001"]


def test_sessions_are_counted_listed_and_told_in_the_order_in_which_they_were_placed(
    world: World, sessions: LiveSessions
) -> None:
    ids = [placed(world, sessions).session_id for _ in range(3)]
    sessions[ids[1]].hang_up("busy")
    assert [session.session_id for session in sessions] == ids
    assert len(sessions) == 3
    assert [(event.n, event.status, event.end_status) for event in sessions.events(after=3)] == [(4, "finished", 206)]


def test_the_next_thing_is_known_and_happens_when_time_is_told_to_pass(world: World, sessions: LiveSessions) -> None:
    assert sessions.next_due() is None
    session = placed(world, sessions)
    due = []
    while (at := sessions.next_due()) is not None:
        due.append((at - NOW, session.status))
        world.at(at - NOW)
        sessions.advance()
    assert due == [(5, "ringing"), (35, "inProgress")]
    assert session.status == "finished"


def test_of_two_hands_at_once_one_takes_the_call(world: World, sessions: LiveSessions) -> None:
    for _ in range(20):
        session, together, said = placed(world, sessions), Barrier(2), list[str]()

        def take(session: LiveSession = session, together: Barrier = together, said: list[str] = said) -> None:
            together.wait()
            try:
                said.append(session.answer().status)
            except Ended:
                said.append("too late")

        hands = [Thread(target=take) for _ in range(2)]
        for hand in hands:
            hand.start()
        for hand in hands:
            hand.join()
        assert sorted(said) == ["inProgress", "too late"]


def test_a_world_that_is_reset_has_no_sessions(world: World, sessions: LiveSessions) -> None:
    session = placed(world, sessions)
    world.account.reset()
    assert len(sessions) == 0
    with pytest.raises(NoSession):
        _ = session.status
