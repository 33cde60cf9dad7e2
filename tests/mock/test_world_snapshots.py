"""Snapshots: what comes back goes on as if it had never been away, and what is none is refused whole."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asking import Caller
from ccc_contract import load_api
from ccc_mock import Clock, Endpoint
from ccc_mock.control import Control
from ccc_mock.live import LiveSessions
from ccc_mock.world.description import described
from ccc_mock.world.world import SNAPSHOT_KEYS, World
from drafts import NOW
from drawn_worlds import CALLS, DESCRIPTIONS, OPEN, STRICT, asking, calling

ACTIONS = load_api().actions


def make_endpoint(description: dict[str, Any] = STRICT, seed: int = 1) -> Endpoint:
    return Endpoint(clock=Clock(at=NOW), seed=seed, world=described(description, ACTIONS))


# --- going on --------------------------------------------------------------------------------------------------------

STEPS = st.one_of(
    st.tuples(st.just("call"), CALLS),
    st.tuples(st.just("move"), st.sampled_from([-300, -1, 0.5, 2, 5, 40, 300, 86_400])),
    st.tuples(st.just("hang up"), st.integers(1, 3)),
    st.tuples(st.just("answer"), st.integers(1, 3)),
    st.tuples(st.just("describe"), st.sampled_from([OPEN, STRICT]) | DESCRIPTIONS),
)


def take(endpoint: Endpoint, step: tuple[str, Any]) -> object:
    """Do one step, and tell what came of it."""
    account, (what, how) = endpoint.accounts.default, step
    if what == "call":
        exchange = endpoint.exchange(calling(how).request())
        return exchange.verdict, exchange.result, exchange.reply.delivery
    if what == "move":
        account.clock.freeze_world(account.clock.world() + how)
        return None
    if what == "describe":
        account.world.describe(described(how, ACTIONS))
        return None
    sessions = list(LiveSessions(account))[-how:]
    if not sessions:
        return None
    if what == "hang up":
        session = sessions[0].now
        ask = asking("HangUpCall", SdkAppId=session.app, SessionId=session.session_id)
        return endpoint.exchange(ask.request()).verdict
    return sessions[0].answer() if sessions[0].status == "ringing" else None


@settings(max_examples=100)
@given(
    description=st.sampled_from([OPEN, STRICT]) | DESCRIPTIONS,
    before=st.lists(STEPS, max_size=12),
    after=st.lists(STEPS, max_size=12),
)
def test_a_restored_world_goes_on_as_the_one_that_was_written(
    description: dict[str, Any], before: list[Any], after: list[Any]
) -> None:
    first = make_endpoint(description)
    for step in before:
        take(first, step)
    text = json.dumps(first.accounts.default.world.snapshot())
    other = make_endpoint(OPEN, seed=2)
    take(other, ("call", {"SdkAppId": 1, "AIAgentId": 1, "Callee": "1"}))  # which has happened no more
    other.accounts.default.world.restore(json.loads(text))
    other.accounts.default.clock.freeze_world(first.accounts.default.clock.world())
    other.accounts.default.random.setstate(first.accounts.default.random.getstate())
    for step in after:
        assert take(other, step) == take(first, step)
    assert other.accounts.default.world.snapshot() == first.accounts.default.world.snapshot()


def test_a_snapshot_does_not_change_with_the_world() -> None:
    endpoint = make_endpoint()
    snapshot = endpoint.accounts.default.world.snapshot()
    before = copy.deepcopy(snapshot)
    take(endpoint, ("call", CALL))
    assert snapshot == before


def test_a_world_does_not_change_with_the_snapshot_that_it_came_from() -> None:
    snapshot = busy_snapshot()
    world = World()
    world.restore(snapshot)
    before = world.snapshot()
    snapshot["sessions"]["live"].clear()
    snapshot["interval"].clear()
    assert world.snapshot() == before


# --- what is none ----------------------------------------------------------------------------------------------------

CALL = {"SdkAppId": 1400000001, "AIAgentId": 15, "Callee": "13800000001"}


def busy_snapshot() -> dict[str, Any]:
    """With something of everything: sessions that wait, ring, talk and have ended, minutes and counts."""
    rules = {**STRICT["rules"], "channels": 0, "concurrency": 3}
    endpoint = make_endpoint({**STRICT, "rules": rules})
    for step in (
        ("call", CALL), ("move", 40), ("call", CALL), ("move", 6), ("call", {**CALL, "Callee": "13800000002"}),
        ("move", 1), ("call", {**CALL, "Callee": "13800000003"}), ("move", 25),
        ("call", {**CALL, "Callee": "13800000004"}),
    ):  # fmt: skip
        take(endpoint, step)
    snapshot: dict[str, Any] = json.loads(json.dumps(endpoint.accounts.default.world.snapshot()))
    return snapshot


def test_the_busy_snapshot_has_something_of_everything() -> None:
    snapshot = busy_snapshot()
    assert set(snapshot) == set(SNAPSHOT_KEYS)
    assert {row[11] for row in snapshot["sessions"]["live"]} == {"waiting", "inProgress"}
    assert len(snapshot["sessions"]["finished"]) == 1
    assert all(snapshot[name] for name in ("interval", "day", "minutes"))


Path = tuple[str | int, ...]


def places(value: Any, path: Path = ()) -> Iterator[Path]:
    """Every place in a JSON value."""
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, each in inner:
        yield from places(each, (*path, name))


def put(value: Any, path: Path, new: Any) -> Any:
    """The same with `new` at that place."""
    if not path:
        return new
    changed = copy.copy(value)
    changed[path[0]] = put(value[path[0]], path[1:], new)
    return changed


def at(value: Any, path: Path) -> Any:
    for part in path:
        value = value[part]
    return value


BUSY = busy_snapshot()
PLACES = list(places(BUSY))
JUNK: tuple[Any, ...] = (
    None, True, False, "", "x", "\ud800", 0, -1, 1.5, 2**63, 10**4000, -(10**4000), 1e308, float("nan"), float("inf"),
    [], {}, [[]], [None], {"x": 1}, {"": []}, "9" * 5000, [0] * 20,
)  # fmt: skip


def deep(levels: int) -> Any:
    value: Any = []
    for _ in range(levels):
        value = [value]
    return value


def check_refused_or_sound(snapshot: Any) -> None:
    """A sentence and nothing changed; else a world on which everything works."""
    world = World()
    world.restore(BUSY)
    try:
        world.restore(snapshot)
    except ValueError as reason:
        sentence = str(reason)
        assert 10 < len(sentence) < 1000
        assert world.snapshot() == BUSY
        return
    endpoint = make_endpoint()
    endpoint.accounts.default.world.restore(snapshot)
    check_works(endpoint)


def check_works(endpoint: Endpoint) -> None:
    """Whatever a world holds: time passes, calls are placed and ended, and it can be read and written."""
    hand = LiveSessions(endpoint.accounts.default)
    control = Caller(Control(endpoint))
    for step in (("call", CALL), ("move", 1), ("hang up", 1), ("answer", 2), ("move", 86_400), ("call", CALL)):
        take(endpoint, step)
    for each in hand:
        session = each.now
        endpoint.exchange(asking("DescribeTelSession", SdkAppId=session.app, SessionId=session.session_id).request())
    hand.next_due()
    for path in ("sessions", "events", "snapshot", "world"):
        assert control("GET", f"/_ccc/{path}")[0] == 200
    take(endpoint, ("move", 366 * 86_400))
    hand.advance()
    World().restore(json.loads(json.dumps(endpoint.accounts.default.world.snapshot())))


@pytest.mark.parametrize("junk", JUNK, ids=lambda junk: repr(junk)[:12] if not isinstance(junk, int) else "number")
def test_junk_at_any_place_is_refused_whole_or_does_no_harm(junk: Any) -> None:
    for path in PLACES:
        check_refused_or_sound(put(BUSY, path, junk))


DEEP_AT: tuple[Path, ...] = (
    (), ("form",), ("sessions",), ("sessions", "live"), ("sessions", "live", 0, 2), ("interval",), ("day", 0, 0),
    ("minutes", 0), ("description", "app"),
)  # fmt: skip


@pytest.mark.parametrize("path", DEEP_AT, ids=str)
def test_lists_in_lists_without_end_are_refused(path: Path) -> None:
    endpoint = make_endpoint()
    before = endpoint.accounts.default.world.snapshot()
    with pytest.raises(ValueError, match="expected"):
        endpoint.accounts.default.world.restore(put(BUSY, path, deep(100_000)))
    assert endpoint.accounts.default.world.snapshot() == before


@pytest.mark.parametrize("name", SNAPSHOT_KEYS)
def test_a_snapshot_without_a_key_is_told_which(name: str) -> None:
    with pytest.raises(ValueError, match=rf"{name}: expected what a snapshot gave, got nothing"):
        World().restore({key: value for key, value in BUSY.items() if key != name})


LIVE, DONE = ("sessions", "live"), ("sessions", "finished")
FORGED = {
    "another form": put(BUSY, ("form",), 2),
    "a form that is no number": put(BUSY, ("form",), True),
    "a live session that is finished": put(BUSY, LIVE, BUSY["sessions"]["finished"]),
    "a finished session that is live": put(BUSY, DONE, BUSY["sessions"]["live"][:1]),
    "a status that nobody knows": put(BUSY, (*LIVE, 0, 11), "asleep"),
    "a live session twice": put(BUSY, LIVE, [BUSY["sessions"]["live"][0]] * 2),
    "a finished session twice": put(BUSY, DONE, BUSY["sessions"]["finished"] * 2),
    "an id for two sessions": put(BUSY, (*LIVE, 0, 1), BUSY["sessions"]["live"][1][1]),
    "an id that is live and finished": put(BUSY, (*LIVE, 0, 1), BUSY["sessions"]["finished"][0][1]),
    "a running number for two sessions": put(BUSY, (*LIVE, 0, 0), BUSY["sessions"]["live"][1][0]),
    "a running number beyond their count": put(BUSY, ("sessions", "count"), 1),
    "events beyond their count": put(BUSY, ("sessions", "events_count"), 1),
    "events in another order": put(BUSY, ("sessions", "events"), BUSY["sessions"]["events"][::-1]),
    "a ringing session that was taken": put(BUSY, (*LIVE, 0, 11), "ringing"),
    "one in progress that nobody took": put(BUSY, (*LIVE, -1, 11), "inProgress"),
    "a live session with its end": put(BUSY, (*LIVE, 0, 13), NOW),
    "a finished session without its end": put(BUSY, (*DONE, 0, 13), None),
    "a count without a time": put(BUSY, ("interval", 0, 1), [None]),
    "a callee counted twice": put(BUSY, ("interval",), BUSY["interval"] * 2),
    "minutes below zero": put(BUSY, ("minutes", 0, 2), -1),
}


@pytest.mark.parametrize("what", FORGED)
def test_what_no_world_can_have_written_is_refused_and_changes_nothing(what: str) -> None:
    endpoint = make_endpoint()
    take(endpoint, ("call", CALL))
    before = endpoint.accounts.default.world.snapshot()
    with pytest.raises(ValueError, match="expected"):
        endpoint.accounts.default.world.restore(FORGED[what])
    assert endpoint.accounts.default.world.snapshot() == before


@settings(max_examples=200)
@given(
    changes=st.lists(
        st.tuples(
            st.sampled_from(PLACES), st.sampled_from(JUNK) | st.sampled_from(PLACES).map(lambda path: at(BUSY, path))
        ),
        min_size=1,
        max_size=4,
    )
)
def test_a_snapshot_whose_parts_were_exchanged_is_refused_whole_or_does_no_harm(changes: list[Any]) -> None:
    snapshot = BUSY
    for path, new in changes:
        try:
            snapshot = put(snapshot, path, new)
        except (IndexError, KeyError, TypeError):
            continue  # that place is gone
    check_refused_or_sound(snapshot)


# --- over control ----------------------------------------------------------------------------------------------------


@settings(max_examples=100)
@given(
    path=st.sampled_from(PLACES),
    junk=st.sampled_from([each for each in JUNK if not (isinstance(each, int) and abs(each) > 2**63)]),
)
def test_control_answers_any_snapshot_with_200_or_a_sentence(path: Path, junk: Any) -> None:
    endpoint = make_endpoint()
    control = Caller(Control(endpoint))
    before = control("GET", "/_ccc/snapshot")
    status, answer = control("PUT", "/_ccc/snapshot", put(BUSY, path, junk))
    assert status in (200, 400)
    if status == 400:
        assert answer["error"]
        assert control("GET", "/_ccc/snapshot") == before


@pytest.mark.parametrize(
    "raw", [b"[" * 100_000, b'{"form": 1e999}', b'{"form": 1, "at": ' + b"9" * 5000 + b"}", b"\xff"]
)
def test_control_answers_bytes_that_are_no_snapshot_with_a_sentence(raw: bytes) -> None:
    assert Caller(Control(make_endpoint()))("PUT", "/_ccc/snapshot", raw)[0] == 400


@pytest.mark.parametrize("levels", [200, 400, 600, 800, 900, 950, 980])
def test_control_answers_lists_in_lists_with_a_sentence(levels: int) -> None:
    snapshot = put(BUSY, ("sessions", "live"), "DEEP")
    text = json.dumps(snapshot).replace('"DEEP"', "[" * levels + "]" * levels)
    assert Caller(Control(make_endpoint()))("PUT", "/_ccc/snapshot", text.encode())[0] == 400


def test_the_credentials_of_a_restored_world_open_it() -> None:
    credential = {"secret_id": "AKID-ccc-mock-second", "secret_key": "ccc-mock-second-key"}
    described_one = {**OPEN, "sub_account": [{"name": "second", "credential": [credential]}]}
    one, other = make_endpoint(described_one), make_endpoint(OPEN)
    _, snapshot = Caller(Control(one))("GET", "/_ccc/snapshot")
    assert Caller(Control(other))("PUT", "/_ccc/snapshot", snapshot)[0] == 200
    draft = calling(CALL).but(secret_id=credential["secret_id"], secret_key=credential["secret_key"])
    assert other.exchange(draft.request()).verdict == "ok"


def test_a_restored_world_whose_secret_id_is_taken_is_refused_and_changes_nothing() -> None:
    endpoint = make_endpoint()
    control = Caller(Control(endpoint))
    before = control("GET", "/_ccc/snapshot")
    taken = {
        "secret_id": "AKID-ccc-mock-not-a-real-id",
        "secret_key": "k",
        "token": None,
        "ends": None,
        "disabled": False,
    }
    sub_accounts = [{"name": "", "deny": [], "credential": [taken]}]
    status, answer = control("PUT", "/_ccc/snapshot", put(BUSY, ("description", "sub_account"), sub_accounts))
    assert (status, "one that is taken" in answer["error"]) == (400, True)
    assert control("GET", "/_ccc/snapshot") == before


def test_a_full_world_can_be_put_back_over_control() -> None:
    """As many finished sessions and events as are kept, and the counts of a busy day."""
    endpoint = make_endpoint({**STRICT, "rules": {**STRICT["rules"], "working_hours": "", "channels": 0}})
    world = endpoint.accounts.default.world
    for n in range(world.sessions.MAX_FINISHED):
        world.sessions.place(f"{n:036}", 1, 1, "008612300009000", f"0086138{n:08}", NOW, NOW, NOW, 1, "user")
        world.interval.add(f"138{n:08}", NOW)
        world.day.add((1400000000, f"138{n:08}"), NOW)
    control = Caller(Control(endpoint))
    _, snapshot = control("GET", "/_ccc/snapshot")
    assert len(snapshot["sessions"]["finished"]) == world.sessions.MAX_FINISHED
    assert len(snapshot["sessions"]["events"]) == world.sessions.MAX_EVENTS
    assert control("PUT", "/_ccc/snapshot", snapshot)[0] == 200
    assert control("GET", "/_ccc/snapshot")[1] == snapshot
