"""Sixteen threads on one account: nothing breaks, nothing is lost, and no limit is passed."""

from __future__ import annotations

import threading
from collections import Counter
from random import Random
from typing import Any

import pytest

from asking import Caller
from ccc_contract import load_api
from ccc_mock import Clock, Endpoint
from ccc_mock.control import Control
from ccc_mock.live import LiveSessions
from ccc_mock.world.description import described
from ccc_mock.world.sessions import FINISHED, Ended, NoSession
from drafts import NOW
from drawn_worlds import STRICT, asking, calling

THREADS, TURNS = 16, 60
APP, LINES, CONCURRENCY, CHANNELS = 1400000001, ("02155066897", "02155066898"), 5, 3
ACTIONS = load_api().actions
WORLD = {
    **STRICT,
    "rules": {**STRICT["rules"], "working_hours": "", "channels": CHANNELS, "concurrency": CONCURRENCY},
    "app": [{"SdkAppId": APP, "number": [{"Number": each} for each in LINES], "agent": [{"AIAgentId": 15}]}],
}
CALLS = [
    calling({"SdkAppId": APP, "AIAgentId": 15, "Callee": f"138{n:08}", "AcquireTimeoutSecond": n % 2 * 5}).request()
    for n in range(200)
]


class Thread(threading.Thread):
    """Places calls, ends them, reads, and moves time, as its own dice say; keeps what it was told."""

    def __init__(self, endpoint: Endpoint, n: int, failures: list[BaseException]) -> None:
        super().__init__(daemon=True)
        self.endpoint = endpoint
        self.random = Random(n)
        self.failures = failures
        self.told: Counter[str] = Counter()
        self.session_ids: list[str] = []

    def run(self) -> None:
        try:
            for _ in range(TURNS):
                self.turn()
        except BaseException as failure:
            self.failures.append(failure)

    def turn(self) -> None:
        account, random = self.endpoint.accounts.default, self.random
        exchange = self.endpoint.exchange(random.choice(CALLS))
        self.told[exchange.verdict] += 1
        if exchange.verdict == "ok":
            self.session_ids.append(exchange.result["SessionId"])
        if self.session_ids:
            self.touch(random.choice(self.session_ids))
        sessions = LiveSessions(account)
        sessions.next_due()
        sessions.events()
        with account.lock:
            account.clock.freeze_world(account.clock.world() + random.choice([0, 0, 0.5, 3]))
        if not random.randrange(20):
            assert Caller(Control(self.endpoint))("PUT", "/_ccc/world", WORLD)[0] == 200

    def touch(self, session_id: str) -> None:
        session = LiveSessions(self.endpoint.accounts.default)[session_id]
        what = self.random.choice(("hang up", "describe", "answer", "hang up by hand", "nothing", "nothing"))
        if what in ("hang up", "describe"):
            action = "HangUpCall" if what == "hang up" else "DescribeTelSession"
            draft = asking(action, SdkAppId=APP, SessionId=session_id)
            assert self.endpoint.exchange(draft.request()).verdict == "ok"
            return
        try:
            if what == "answer":
                session.answer(0.0)  # so that no end is put off, behind which another call already waits
            elif what == "hang up by hand":
                session.hang_up("busy")
        except Ended:
            pass


@pytest.fixture(scope="module")
def busy() -> tuple[Endpoint, list[Thread]]:
    """After the threads are through."""
    endpoint = Endpoint(clock=Clock(at=NOW), world=described(WORLD, ACTIONS))
    failures: list[BaseException] = []
    threads = [Thread(endpoint, n, failures) for n in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert not any(thread.is_alive() for thread in threads)
    assert failures == []
    return endpoint, threads


def test_every_success_is_one_session_and_no_two_have_an_id(busy: tuple[Endpoint, list[Thread]]) -> None:
    endpoint, threads = busy
    told = sum((thread.told for thread in threads), Counter[str]())
    ids = [session_id for thread in threads for session_id in thread.session_ids]
    sessions = endpoint.accounts.default.world.sessions
    assert sum(told.values()) == THREADS * TURNS
    assert told["ok"] > 20
    assert told["FailedOperation.AcquireQuota"] + told["FailedOperation.CallerOverFrequency"] > 20
    assert told["ok"] == len(set(ids)) == sessions.count == endpoint.accounts.default.ledger.count
    assert {session.session_id for session in sessions} == set(ids)


def test_no_moment_had_more_calls_than_there_are_agents_and_channels(busy: tuple[Endpoint, list[Thread]]) -> None:
    sessions = list(busy[0].accounts.default.world.sessions)
    spans = [
        (each.started_at, each.ends_at if each.ended_at is None else each.ended_at, each.caller) for each in sessions
    ]
    for moment, _, _ in spans:
        on = [caller for begin, end, caller in spans if begin <= moment < end]
        assert len(on) <= CONCURRENCY
        assert max(Counter(on).values(), default=0) <= CHANNELS


def test_the_events_tell_each_story_once(busy: tuple[Endpoint, list[Thread]]) -> None:
    sessions = busy[0].accounts.default.world.sessions
    events = sessions.events()
    assert [event.n for event in events] == list(range(1, len(events) + 1))
    assert [event.at for event in events] == sorted(event.at for event in events)
    told = Counter((event.session_id, event.status) for event in events)
    assert max(told.values()) == 1
    ended = {event.session_id for event in events if event.status == FINISHED}
    assert ended == {session.session_id for session in sessions if session.status == FINISHED}


def test_the_minutes_are_those_of_the_calls(busy: tuple[Endpoint, list[Thread]]) -> None:
    world = busy[0].accounts.default.world
    minutes = sum(-(-session.seconds // 60) for session in world.sessions)
    written: list[Any] = world.minutes.written()
    assert sum(used for _, _, used in written) == minutes > 0


def test_the_lists_by_app_and_number_are_those_of_the_live_ones(busy: tuple[Endpoint, list[Thread]]) -> None:
    sessions = busy[0].accounts.default.world.sessions
    live = [session for session in sessions if session.status != FINISHED]
    assert sessions.live_count == len(live)
    assert sessions.ends_of(APP) == sorted(session.ends_at for session in live)
    for number in LINES:
        assert sessions.busy(number) == sum(session.caller == number for session in live)


def test_a_session_that_never_was_is_none_for_every_thread(busy: tuple[Endpoint, list[Thread]]) -> None:
    with pytest.raises(NoSession):
        LiveSessions(busy[0].accounts.default)["nobody"]
