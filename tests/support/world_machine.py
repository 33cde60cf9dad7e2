"""A machine that does whatever one can do to an account, and asks a naive world what should come of it."""

from __future__ import annotations

import copy
import json
from collections import Counter
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, precondition, rule

from asking import Caller
from ccc_mock import DEFAULT_CREDENTIAL, Clock, Credential, Endpoint, Limits, Settings
from ccc_mock.clock import parse_world_time
from ccc_mock.control import Control
from ccc_mock.live import LiveSessions
from ccc_mock.world.sessions import Ended, NoSession, Session
from drafts import NOW, Draft
from drawn_worlds import APPS, CALLS, DESCRIPTIONS, OPEN, STRICT, asking, calling, mostly
from naive_world import ENDS, NO_APP, SPELLINGS, Call, NaiveWorld

RULES = (
    "permission", "package", "licence", "number", "blacklist", "working-hours", "blind-area", "interval", "day",
    "channel", "concurrency", "values", "trunk",
)  # fmt: skip

SETTINGS = st.fixed_dictionaries({
    "refused_attempts_count": st.booleans(),
    "own_numbers_are_subject": mostly(True, False),
    "day_is": st.sampled_from(["rolling", "calendar"]),
    "blocked_calls": st.sampled_from(["refuse", "accept"]),
    "acquire_seconds": st.sampled_from([0, 3, 5]),
    "rule_order": (st.just(RULES) | st.permutations(RULES)).map(lambda names: ",".join(("instance", *names))),
})  # fmt: skip

SECOND = Credential("AKID-ccc-mock-second", "ccc-mock-second-key")
HOSTS = ("ccc.tencentcloudapi.com", "ccc.ap-shanghai.tencentcloudapi.com")
OF_SUB_ACCOUNT, OF_ACCOUNT = "RequestLimitExceeded", "RequestLimitExceeded.UinLimitExceeded"


BY = {231: "system", **{status: by for status, _, _, by in ENDS.values()}}
"""EndStatus → who hangs up, where it ends by hand."""


CALLERS = mostly(DEFAULT_CREDENTIAL, SECOND)
WHICH = st.integers(1, 5)
WORLDS = st.integers(0, 4).flatmap(lambda n: DESCRIPTIONS if n > 1 else st.just((OPEN, STRICT)[n]))


class NaiveLimits:
    """So many calls of an action in a second: each arrival of this second, in a list."""

    def __init__(self, per_action: dict[str, int], of_account: int) -> None:
        self.per_action = per_action
        self.of_account = of_account
        self.arrivals: list[tuple[int, Credential, str, str]] = []

    def refuses(self, now: float, by: Credential, action: str, host: str) -> str:
        self.arrivals = [each for each in self.arrivals if each[0] == int(now)]
        self.arrivals.append((int(now), by, action, host))
        ours = [each for each in self.arrivals if each[1:] == (by, action, host)]
        everybodys = [each for each in self.arrivals if each[2:] == (action, host)]
        if len(ours) > self.per_action[action]:
            return OF_SUB_ACCOUNT
        return OF_ACCOUNT if len(everybodys) > self.of_account else ""


PER_ACTION = {"CreateAIAgentCall": 6, "HangUpCall": 3, "DescribeTelSession": 3}


class Worlds(RuleBasedStateMachine):
    """An endpoint whose signing hand stands at NOW, and the naive world that is told the same."""

    kept = Bundle("kept")

    @initialize(
        settings=SETTINGS, description=WORLDS, limited=st.booleans(),
        base=mostly("", "open", "strict"),
    )  # fmt: skip
    def begin(self, settings: dict[str, Any], description: dict[str, Any], limited: bool, base: str) -> None:
        limits = Limits(actions=PER_ACTION, account=8) if limited else None
        self.limits = NaiveLimits(PER_ACTION, 8) if limited else None
        self.endpoint = Endpoint(
            credentials=(DEFAULT_CREDENTIAL, SECOND), clock=Clock(at=NOW), settings=Settings(**settings), limits=limits
        )
        self.account = self.endpoint.accounts.default
        self.hand = LiveSessions(self.account)
        self.control = Caller(Control(self.endpoint))
        self.time: float = NOW
        self.params: dict[str, Any] = {"SdkAppId": APPS[0], "Callee": "008613800000001"}
        self.naive = NaiveWorld({}, settings)
        if base:
            self.naive.description = {"open": OPEN, "strict": STRICT}[base]
            assert self.control("PUT", "/_ccc/world", {"base": base})[0] == 200
        else:
            self.describe(description)

    # --- what is asked ----------------------------------------------------------------------------------------------

    def ask(self, draft: Draft, by: Credential = DEFAULT_CREDENTIAL, host: str = HOSTS[0]) -> Any:
        """The exchange; None where it was refused by a limit, as it should."""
        action = draft.headers["x-tc-action"]
        exchange = self.endpoint.exchange(draft.by(by).but(host=host).request())
        code = self.limits.refuses(self.time, by, action, host) if self.limits else ""
        if code:
            assert exchange.verdict == code
            return None
        assert not exchange.verdict.startswith("RequestLimitExceeded")
        return exchange

    @rule(params=CALLS, by=CALLERS, host=mostly(*HOSTS), times=mostly(1, 2, 4))
    def call(self, params: dict[str, Any], by: Credential, host: str, times: int) -> None:
        self.params = params
        for _ in range(times):
            self.place(params, by, host)

    @rule(times=st.integers(1, 6), patience=st.sampled_from([None, 0, 5]), by=CALLERS)
    def call_again(self, times: int, patience: int | None, by: Credential) -> None:
        """The same person, by an agent that exists."""
        params = {key: value for key, value in self.params.items() if key != "AcquireTimeoutSecond"}
        if patience is not None:
            params["AcquireTimeoutSecond"] = patience
        for _ in range(times):
            self.place({**params, "AIAgentId": 15}, by, HOSTS[0])

    def place(self, params: dict[str, Any], by: Credential, host: str) -> None:
        exchange = self.ask(calling(params), by, host)
        if exchange is None:
            return
        told = self.naive.judge(params, self.time)
        assert exchange.reply.delivery.delay_seconds == told.late
        assert exchange.verdict == ("ok" if told.is_let_through else told.code)
        if told.is_let_through:
            call = self.naive.place(exchange.result["SessionId"], params, told)
            if not told.code:
                self.check_room_for(call, params)

    def check_room_for(self, new: Call, params: dict[str, Any]) -> None:
        """No more calls at once than there may be, at any moment of the new one."""
        naive = self.naive
        app = naive.app(new.app)
        most = naive.rules["concurrency"] if app is None or app["concurrency"] is None else app["concurrency"]
        beside = [each for each in naive.live if each.app == new.app and each is not new]
        for at in (new.starts, *[each.starts for each in beside if new.starts <= each.starts < new.ends]):
            on = [each for each in beside if each.starts <= at < each.ends]
            assert not most or len(on) < most
        line = next((each for each in naive.usable(params) if each["Number"] == new.caller), None)
        assert line is not None
        channels = naive.rules["channels"] if line["channels"] is None else line["channels"]
        assert not channels or naive.busy(new.caller) <= channels

    @rule(which=WHICH, app=mostly(None, *APPS, NO_APP))
    def hang_up_by_api(self, which: int, app: int | None) -> None:
        call = self.called(which)
        session_id = call.session_id if call else "nobody"
        app_id = (call.app if call else APPS[0]) if app is None else app
        exchange = self.ask(asking("HangUpCall", SdkAppId=app_id, SessionId=session_id))
        if exchange is None:
            return
        self.naive.observe(self.time)
        if self.naive.app(app_id) is None:
            assert exchange.verdict == "InternalError.DBError"
            return
        assert exchange.verdict == "ok"
        if call is not None and call.app == app_id and call.state != "finished":
            self.naive.end(call, self.time, 231, "system")

    @rule(which=WHICH, app=mostly(None, *APPS, NO_APP))
    def look_by_api(self, which: int, app: int | None) -> None:
        call = self.called(which)
        session_id = call.session_id if call else "nobody"
        app_id = (call.app if call else APPS[0]) if app is None else app
        exchange = self.ask(asking("DescribeTelSession", SdkAppId=app_id, SessionId=session_id))
        if exchange is None:
            return
        self.naive.observe(self.time)
        if self.naive.app(app_id) is None or call is None or call.app != app_id:
            assert exchange.verdict == "InvalidParameterValue.InstanceNotExist"
            return
        told = exchange.result["Session"]
        assert told["SessionStatus"] == ("ringing" if call.state == "waiting" else call.state)
        assert (told["Caller"], told["Callee"]) == (call.caller, call.callee)
        assert told["StartTimestamp"] == int(call.starts)
        assert told["RingTimestamp"] == (0 if call.state == "waiting" else int(call.starts))
        assert told["AcceptTimestamp"] == int(call.accepted or 0)

    # --- by hand ----------------------------------------------------------------------------------------------------

    @rule(which=WHICH, talks=st.sampled_from([None, 0.0, 7.5, 100.0]))
    def answer(self, which: int, talks: float | None) -> None:
        call = self.called(which)
        if call is None:
            return
        self.naive.observe(self.time)
        try:
            session = self.hand[call.session_id].answer(talks)
        except Ended:
            assert call.state != "ringing"
            return
        assert call.state == "ringing"
        script = self.naive.someone(number_of(call)) or self.naive.description["callees"]
        call.ends = self.time + (script["talks"] if talks is None else talks)
        call.status, call.by = 1, "user"
        self.naive.take(call, self.time)
        check_same(session, call)

    @rule(which=WHICH, status=st.sampled_from([231, 206, *ENDS]))
    def hang_up(self, which: int, status: int | str) -> None:
        call = self.called(which)
        if call is None:
            return
        self.naive.observe(self.time)
        try:
            session = self.hand[call.session_id].hang_up(status)
        except Ended:
            assert call.state == "finished"
            return
        assert call.state != "finished"
        number = ENDS[status][0] if isinstance(status, str) else status
        self.naive.end(call, self.time, number, BY[number])
        check_same(session, call)

    # --- time -------------------------------------------------------------------------------------------------------

    @rule(seconds=st.sampled_from([0.5, 1, 2, 3, 4, 5, 30, 59, 60, 61, 299, 300, 3600, 86_399, 86_400]))
    def move_on(self, seconds: float) -> None:
        self.move(self.time + seconds)

    @rule(less=mostly(0, 1, 3, 5))
    def move_to_what_is_due(self, less: float) -> None:
        due = self.hand.next_due()
        assert due == self.naive.next_due()
        if due is not None and due - less > self.time:
            self.move(due - less)

    @rule(seconds=st.sampled_from([0.5, 2, 60, 200, 3600, 86_400]))
    def move_back(self, seconds: float) -> None:
        self.move(self.time - seconds)

    @rule(hour=st.sampled_from(["00:00", "07:59:59", "08:00", "12:00", "20:59:59", "21:00", "22:10", "23:59:58"]))
    def move_to_hour(self, hour: str) -> None:
        self.move(parse_world_time(hour, self.time))

    @rule(which=st.integers(0, 30), offset=mostly(0, -1, -0.5, 0.5, 1), calls=st.integers(0, 3))
    def move_to_where_a_rule_changes_its_mind(self, which: int, offset: float, calls: int) -> None:
        borders = self.naive.borders(self.time)
        self.move(borders[which % len(borders)] + offset)
        for _ in range(calls):
            self.place({**self.params, "AIAgentId": 15}, DEFAULT_CREDENTIAL, HOSTS[0])

    @rule()
    def move_to_the_end_of_the_month(self) -> None:
        self.move(parse_world_time("2026-11-30T23:59:00+08:00", self.time))

    def move(self, at: float) -> None:
        self.time = at
        with self.account.lock:
            self.account.clock.freeze_world(at)

    # --- the description, and snapshots -----------------------------------------------------------------------------

    @rule(description=WORLDS)
    def describe(self, description: dict[str, Any]) -> None:
        status, answer = self.control("PUT", "/_ccc/world", description)
        assert status == 200, answer
        assert answer["world"] == description
        self.naive.description = description

    @rule(change=st.sampled_from([
        ("channels", 0), ("channels", 1), ("concurrency", 0), ("concurrency", 1), ("interval_calls", 0),
        ("interval_calls", 2), ("interval_seconds", 60), ("interval_seconds", 300), ("day_calls", 0), ("day_calls", 3),
        ("working_hours", ""),
    ]))  # fmt: skip
    def change_a_rule(self, change: tuple[str, Any]) -> None:
        self.describe({**self.naive.description, "rules": {**self.naive.rules, change[0]: change[1]}})

    @rule(target=kept)
    def snapshot(self) -> Any:
        self.naive.observe(self.time)
        status, snapshot = self.control("GET", "/_ccc/snapshot")
        assert status == 200
        return json.dumps(snapshot), copy.deepcopy(self.naive)

    @rule(snapshot=kept)
    def restore(self, snapshot: tuple[str, NaiveWorld]) -> None:
        text, naive = snapshot
        assert self.control("PUT", "/_ccc/snapshot", text.encode())[0] == 200
        self.naive = copy.deepcopy(naive)

    # --- what holds -------------------------------------------------------------------------------------------------

    @rule()
    def look(self) -> None:
        """They have the same sessions, the same events, and the same thing happens next."""
        self.naive.observe(self.time)
        sessions = {each.session_id: each for each in self.kept_sessions()}
        assert list(sessions) == [call.session_id for call in self.naive.calls]
        for call in self.naive.calls:
            check_same(sessions[call.session_id], call)
        events = self.hand.events()
        assert [tuple(event[1:]) for event in events] == self.naive.events
        assert [event.n for event in events] == list(range(1, len(events) + 1))
        assert self.hand.next_due() == self.naive.next_due()
        self.check_stories(events)

    def kept_sessions(self) -> list[Session]:
        with self.account.lock:
            return list(self.account.world_now().sessions)

    def check_stories(self, events: list[Any]) -> None:
        """Each call is told from its beginning, in the order of things, and once to the end."""
        told: dict[str, list[str]] = {}
        for event in events:
            told.setdefault(event.session_id, []).append(event.status)
        for call in self.naive.calls:
            story = told.get(call.session_id, [])
            assert story == sorted(story, key=["ringing", "inProgress", "finished"].index)
            assert max(Counter(story).values(), default=1) == 1
            assert story[-1:] == ([] if call.state == "waiting" else [call.state])

    def teardown(self) -> None:
        if hasattr(self, "endpoint"):
            self.look()

    @precondition(lambda self: not self.naive.calls)
    @rule()
    def nobody_is_there(self) -> None:
        assert self.hand.next_due() is None
        try:
            self.hand["nobody"]
        except NoSession:
            return
        raise AssertionError("there is a session that nobody placed")

    def called(self, which: int) -> Call | None:
        """One of the newest calls; None beyond them."""
        return self.naive.calls[-which] if which <= len(self.naive.calls) else None


def number_of(call: Call) -> str:
    return SPELLINGS[call.callee]


def check_same(session: Session, call: Call) -> None:
    assert (session.n, session.session_id, session.app, session.agent) == (
        call.n, call.session_id, call.app, call.agent,
    )  # fmt: skip
    assert (session.caller, session.callee, session.status) == (call.caller, call.callee, call.state)
    assert (session.started_at, session.answers_at, session.ends_at) == (call.starts, call.taken, call.ends)
    assert (session.accepted_at, session.ended_at) == (call.accepted, call.ended)
    assert (session.end_status, session.hung_up_by) == (call.end_status, call.hung_up_by)
