"""A target that did not prove to be a fake: nothing reaches it that could ring anybody, and one SessionId ends it."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from ccc_contract import load_api
from ccc_contract.client.credentials import Credential
from ccc_contract.http import Request, Response
from ccc_contract.suite.calls import Allowed, NotAllowed, OwnCalls, SpentAll
from ccc_contract.suite.connecting import Leave, Live, reach
from ccc_contract.suite.draft import CALL, Draft
from ccc_contract.suite.harmless import IMPOSSIBLE_APP, NOBODY, UNASSIGNABLE, why_it_could_harm
from ccc_contract.suite.judging import Verdict, judge
from ccc_contract.suite.live import Gate, Pace, Rang, UsedUp
from ccc_contract.suite.of_calls import a_call_to_ones_own_number_can_be_watched_and_ended
from ccc_contract.suite.properties import PROPERTIES
from ccc_contract.suite.reply import HeldBack
from ccc_contract.suite.target import Own
from ccc_mock import DEFAULT_CREDENTIAL, Endpoint
from ccc_mock.answering import answering
from ccc_mock.world.description import described
from suite_targets import HOST, Send, masked, no_time

API = load_api()
CREDENTIAL = Credential(DEFAULT_CREDENTIAL.secret_id, DEFAULT_CREDENTIAL.secret_key)
OWN = Own(1400000001, 15, ("008613700000000", "008613700000001"))
AT_ONCE = 1e9
URL = f"http://{HOST}/"
SESSION = b'{"Response":{"SessionId":"a-session","RequestId":"00000000-0000-4000-8000-000000000000"}}'


class Noted:
    """A target that notes what reaches it."""

    def __init__(self, send: Send) -> None:
        self.send = send
        self.requests: list[Request] = []

    def __call__(self, request: Request) -> Response:
        if request.path == b"/":
            self.requests.append(request)
        return self.send(request)


def service(*, granted: bool = True) -> Noted:
    """The fake without control, which is what a live target looks like: one app, and a sub-account beside."""
    looks_only = {"secret_id": CREDENTIAL.secret_id, "secret_key": CREDENTIAL.secret_key}
    world = {
        "base": "open",
        "exists": "named",
        "app": [{"SdkAppId": OWN.app, "number": [{"Number": "008602155066897"}], "agent": [{"AIAgentId": OWN.agent}]}],
        "sub_account": [{"deny": [] if granted else ["*"], "credential": [looks_only]}],
    }
    return Noted(masked(answering(Endpoint(credentials=(), world=described(world, API.actions), stopwatch=no_time()))))


def accept_everything(request: Request) -> Response:
    """Whatever is asked, somebody is called."""
    if request.path != b"/":
        return Response(404, (), b"")
    return Response(200, ((b"Content-Type", b"application/json"),), SESSION)


def leave(**more: object) -> Leave:
    return Leave(per_second=AT_ONCE, **more)  # type: ignore[arg-type]


def verdicts(target: Noted, how: Leave, examples: int = 3) -> Iterator[Verdict]:
    at = reach(target, URL, leave=how)
    for prop in PROPERTIES:
        yield judge(prop, at, examples=examples)


def call(**params: object) -> Request:
    return Draft(params={**CALL, **params}).request(CREDENTIAL, 1795324797, HOST)


# --- what it takes to be asked --------------------------------------------------------------------------------------


def test_without_leave_nothing_but_the_proof_is_sent() -> None:
    target = service()
    with pytest.raises(Live, match="did not prove to be a fake"):
        reach(target, URL)
    assert target.requests == []


def test_a_name_or_an_address_of_this_machine_proves_nothing() -> None:
    with pytest.raises(Live):
        reach(service(), "http://127.0.0.1:9/")


def test_who_echoes_an_old_nonce_is_live() -> None:
    answered = json.dumps({"name": "ccc-mock", "version": "1", "ready": True, "nonce": "0" * 32}).encode()

    def replayed(request: Request) -> Response:
        return Response(200, ((b"Content-Type", b"application/json"),), answered)

    with pytest.raises(Live, match="nonce"):
        reach(replayed, URL)


# --- what reaches it ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tier", ["no credential", "nothing granted", "granted"])
def test_in_each_tier_nobody_can_be_rung_and_nothing_differs(tier: str) -> None:
    target = service(granted=tier == "granted")
    how = leave(credential=None if tier == "no credential" else CREDENTIAL, granted=tier == "granted", most=10_000)
    assert how.tier == tier
    found = {(each.property.name, each.outcome, each.why) for each in verdicts(target, how)}
    assert {each for each in found if each[1] in ("differs", "could not tell")} == set()
    assert {outcome for _, outcome, _ in found} == {"held", "not run"}
    assert [why for request in target.requests if (why := why_it_could_harm(request, API))] == []


def test_a_target_that_calls_whoever_is_named_gets_one_request_and_that_rings_nobody() -> None:
    target = Noted(accept_everything)
    with pytest.raises(Rang):
        list(verdicts(target, leave(credential=CREDENTIAL, granted=True)))
    assert len(target.requests) == 1
    assert why_it_could_harm(target.requests[0], API) == ""


def test_after_a_session_id_the_gate_lets_nothing_pass() -> None:
    target = Noted(accept_everything)
    gate = Gate(target, API, Pace())
    harmless = call(SdkAppId=IMPOSSIBLE_APP, Callee=UNASSIGNABLE)
    with pytest.raises(Rang) as rang:
        gate(harmless)
    assert not isinstance(rang.value, Exception)
    with pytest.raises(UsedUp):
        gate(harmless)
    assert len(target.requests) == 1


def test_the_gate_holds_back_a_call_and_sends_what_nobody_signed() -> None:
    target = service()
    gate = Gate(target, API, Pace())
    with pytest.raises(HeldBack):
        gate(call())
    assert target.requests == []
    gate(Draft().request(NOBODY, 1795324797, HOST))
    assert len(target.requests) == 1


def test_not_one_request_more_than_was_allowed_is_sent() -> None:
    target = service()
    found = list(verdicts(target, leave(most=2)))
    assert len(target.requests) == 2
    assert "2 requests were allowed" in {each.outcome: each.why for each in found}["could not tell"]


def test_requests_are_paced_evenly() -> None:
    slept: list[float] = []
    now = [100.0]

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    pace = Pace(2.0, sleep, lambda: now[0])
    for _ in range(4):
        pace.wait()
    assert slept == [0.5, 0.5, 0.5]


def test_a_rehearsal_sends_nothing_and_tells_what_would_go_out() -> None:
    target, told = service(), []
    found = list(verdicts(target, leave(rehearsal=told.append)))
    assert target.requests == []
    assert told
    assert [each for each in found if each.outcome not in ("not run", "could not tell")] == []
    assert all(why_it_could_harm(request, API) == "" for request in told)


# --- calls that are really placed -----------------------------------------------------------------------------------


def own_calls(book: Path, budget: int = 2) -> OwnCalls:
    return OwnCalls(Allowed(OWN, budget), book)


def test_ones_own_numbers_are_called_within_the_budget_and_counted_over_runs(tmp_path: Path) -> None:
    prop = a_call_to_ones_own_number_can_be_watched_and_ended
    how = leave(credential=CREDENTIAL, granted=True, allowed=Allowed(OWN, 3), book=tmp_path / "calls.sqlite")
    target = service()
    first = judge(prop, reach(target, URL, leave=how), examples=5)
    assert (first.outcome, first.why) == ("held", "")
    second = judge(prop, reach(target, URL, leave=how), examples=5)
    assert second.outcome == "could not tell"
    assert "3 calls are allowed in all" in second.why
    placed = [r for r in target.requests if r.headers.text(b"x-tc-action") == "CreateAIAgentCall"]
    assert len(placed) == 3


def test_a_call_is_counted_before_it_is_sent(tmp_path: Path) -> None:
    book = tmp_path / "deep" / "calls.sqlite"

    def ended_in_between(request: Request) -> Response:
        with sqlite3.connect(book) as counted:
            assert counted.execute("SELECT count(*), min(callee) FROM calls").fetchone() == (1, "…00")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Gate(ended_in_between, API, Pace(), calls=own_calls(book))(_own_call())


def test_many_at_once_do_not_spend_more_than_there_is(tmp_path: Path) -> None:
    calls, refused = own_calls(tmp_path / "calls.sqlite", budget=5), []

    def spend() -> None:
        try:
            calls.count(_own_call())
        except SpentAll:
            refused.append(1)

    threads = [threading.Thread(target=spend) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 7


def _own_call(**params: object) -> Request:
    own = {"SdkAppId": OWN.app, "AIAgentId": OWN.agent, "Callee": OWN.callees[0]}
    return Draft(params={**own, **params}).request(CREDENTIAL, 1795324797, HOST)


@pytest.mark.parametrize(
    "request_",
    [
        _own_call(Callee="008613700000009"),
        _own_call(AIAgentId=16),
        _own_call(SdkAppId=1400000002),
        _own_call(Callers=["008602155066897"]),
        Draft(action="CreateAICall", params={"SdkAppId": OWN.app}).request(CREDENTIAL, 0, HOST),
        Draft(action="HangUpCall", params={"SdkAppId": OWN.app, "SessionId": "of-others"}).request(CREDENTIAL, 0, HOST),
        Draft(scheme="HmacSHA1").request(CREDENTIAL, 0, HOST),
    ],
    ids=[
        "another callee",
        "another agent",
        "another app",
        "more than asked",
        "another action",
        "another call",
        "older",
    ],
)
def test_what_is_not_the_very_call_that_was_allowed_is_held_back(request_: Request, tmp_path: Path) -> None:
    target = Noted(accept_everything)
    with pytest.raises(HeldBack):
        Gate(target, API, Pace(), calls=own_calls(tmp_path / "calls.sqlite"))(request_)
    assert target.requests == []


GOOD = 'sdk_app_id = 1400000001\nai_agent_id = 15\ncallees = ["008613700000000"]\nbudget = 3\n'


def test_what_may_be_called_is_read_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "calls.toml"
    file.write_text(GOOD)
    assert Allowed.read(file) == Allowed(Own(1400000001, 15, ("008613700000000",)), 3)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("budget = 3", ""), "missing or unknown: budget"),
        (("budget = 3", "budget = 0"), "1 to 100 calls"),
        (("budget = 3", "budget = true"), "expected int, got bool"),
        (("budget = 3", "budget = 3\nmore = 1"), "missing or unknown: more"),
        (('["008613700000000"]', "[]"), "callees"),
        (('["008613700000000"]', "[8613700000000]"), "as text"),
        (("=", ":"), "no TOML"),
    ],
)
def test_a_file_that_is_wrong_allows_nothing(change: tuple[str, str], told: str, tmp_path: Path) -> None:
    file = tmp_path / "calls.toml"
    file.write_text(GOOD.replace(*change))
    with pytest.raises(NotAllowed, match=told):
        Allowed.read(file)
