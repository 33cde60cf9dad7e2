"""A plan and a world together: which of them speaks, what is placed, and which step is gone."""

from __future__ import annotations

from typing import Any

import pytest

from ccc_mock import Settings
from ccc_mock.plans.grammar import parse
from ccc_mock.plans.plan import NotConsumed
from drafts import NOW, Draft
from worlds import AGENT, APP, BROKEN, CALLEE, World, result

FAILED, BLACK, NOT_EXIST = (
    "FailedOperation.CallOutFailed",
    "FailedOperation.CalleeIsBlackUser",
    "InvalidParameterValue.InstanceNotExist",
)
INTERVAL = "FailedOperation.CalloutRuleMaxCallCountCalleeIntervalTime"
DENIED = "AuthFailure.UnauthorizedOperation"
BUSY = {"number": CALLEE, "ends": "busy"}


# --- who speaks -------------------------------------------------------------------------------------------------------


def test_a_planned_code_wins_over_the_worlds() -> None:
    world = World()
    world.endpoint.plan(BLACK)
    assert [world.says(SdkAppId=1), world.says(SdkAppId=1)] == [BLACK, NOT_EXIST]


def test_a_planned_code_wins_over_the_worlds_for_other_actions_too() -> None:
    world = World()
    world.endpoint.plan("action=DescribeTelSession: InternalError.DBError")
    said = [world.ask("DescribeTelSession", SessionId="1001").verdict for _ in range(2)]
    assert said == ["InternalError.DBError", NOT_EXIST]


def test_a_number_that_provokes_something_does_so_in_a_described_world() -> None:
    assert World().says("008612300000002") == BLACK
    assert World(callee=[{"number": "008612300000000", "blacklisted": True}]).says("008612300000000") == BLACK


def test_a_fault_in_place_of_the_answer_wins_over_the_worlds_code() -> None:
    world = World()
    world.endpoint.plan("ok+page(502)")
    exchange = world.call(SdkAppId=1)
    assert (exchange.reply.status, exchange.verdict) == (502, "fault")


def test_what_the_world_refuses_although_the_plan_says_ok_is_refused() -> None:
    world = World()
    (plan,) = world.endpoint.plan("ok, InternalError")
    assert [world.says(SdkAppId=1), world.says(SdkAppId=1), world.says(SdkAppId=1)] == [
        NOT_EXIST, "InternalError", NOT_EXIST,
    ]  # fmt: skip
    assert plan.consumed
    world.account.plans.assert_consumed()


def test_a_delay_that_is_planned_is_added_to_the_wait_for_an_agent() -> None:
    world = World(rules={"concurrency": 1})
    assert world.says() == "ok"
    world.at(32)
    world.endpoint.plan("ok+delay(2s)")
    assert world.call().reply.delivery.delay_seconds == 5


# --- what is placed ---------------------------------------------------------------------------------------------------


def test_a_call_whose_answer_is_lost_is_placed_rings_and_counts() -> None:
    world = World(callee=[BUSY])
    world.endpoint.plan("ok+reset@after*3")
    for _ in range(3):
        exchange = world.call()
        assert exchange.reply.delivery.silent
        assert exchange.spoiled
    assert [session.status for session in world.sessions] == ["ringing"] * 3
    assert world.account.ledger.count == 3
    assert [call.session_id for call in world.account.ledger.calls()] == [each.session_id for each in world.sessions]
    assert world.says() == INTERVAL


SPOILED = ["ok+reset@after", "ok+close(20)@after", "ok+empty", "ok+null(SessionId)", "ok+page(502)@after"]


@pytest.mark.parametrize("step", SPOILED)
def test_whatever_happens_to_the_answer_the_session_can_be_ended(step: str) -> None:
    world = World()
    world.endpoint.plan(step)
    world.call()
    (session,) = world.sessions
    assert world.ask("HangUpCall", SessionId=session.session_id).verdict == "ok"
    assert world.sessions[0].end_status == 231


def test_a_code_after_the_call_places_it() -> None:
    world = World()
    (plan,) = world.endpoint.plan("InternalError@after")
    assert world.says() == "InternalError"
    assert len(world.sessions) == 1
    assert plan.consumed


def test_a_code_after_a_call_that_the_world_refuses_is_told_as_not_having_come() -> None:
    world = World()
    world.endpoint.plan("InternalError@after")
    assert world.says(SdkAppId=1) == NOT_EXIST
    assert world.sessions == []
    with pytest.raises(NotConsumed, match=NOT_EXIST):
        world.account.plans.assert_consumed()


@pytest.mark.parametrize("step", [BLACK, "RequestLimitExceeded", "ok+reset", "ok+page(502)", "ok+redirect", "ok+close"])
def test_what_is_planned_in_place_of_the_call_changes_nothing_of_the_world(step: str) -> None:
    world = World(callee=[BUSY])
    assert world.says() == "ok"
    before = world.kept
    world.endpoint.plan(f"{step}*10")
    for _ in range(10):
        world.call()
    assert world.kept == before
    assert [world.says(), world.says(), world.says()] == ["ok", "ok", INTERVAL]


def test_a_planned_refusal_is_no_attempt_that_a_rule_refused() -> None:
    world = World(Settings(refused_attempts_count=True))
    world.endpoint.plan(f"{FAILED}*10")
    assert [world.says() for _ in range(10)] == [FAILED] * 10
    assert world.says() == "ok"


@pytest.mark.parametrize(
    "params",
    [
        {"SdkAppId": 1}, {"Callers": ["1"]}, {"Callers": [BROKEN]}, {"AIAgentId": 404}, {"Callee": "nobody"},
        {"Callee": "0086099112345678"}, {"Callee": "008613800000001"}, {"Variables": [{"Key": "", "Value": ""}]},
        {"AcquireTimeoutSecond": 6},
    ],
    ids=str,
)  # fmt: skip
def test_a_refusal_of_the_world_changes_nothing_of_it(params: dict[str, Any]) -> None:
    world = World(callee=[{"number": "008613800000001", "blacklisted": True}])
    assert world.says() == "ok"
    before = world.kept
    for _ in range(4):
        assert world.call(**params).verdict != "ok"
    assert world.kept == before


# --- which step is gone -----------------------------------------------------------------------------------------------


def test_a_wrong_parameter_is_told_and_its_step_is_gone() -> None:
    world = World()
    world.endpoint.plan(f"{BLACK}, ok")
    assert world.says(AcquireTimeoutSecond=6) == "InvalidParameterValue"
    assert world.says(SdkAppId=1) == NOT_EXIST  # `ok` leaves it to the world
    with pytest.raises(NotConsumed, match=f"{BLACK}.*InvalidParameterValue"):
        world.account.plans.assert_consumed()


def _sub_account(**more: Any) -> dict[str, Any]:
    return {"sub_account": [{"credential": [{"secret_id": "AKID-looks", "secret_key": "key"}], **more}]}


LOOKS = Draft().but(secret_id="AKID-looks", secret_key="key")


def test_a_call_that_access_management_denies_has_drawn_its_step() -> None:
    world = World(**_sub_account(deny=["CreateAIAgentCall"]))
    (plan,) = world.endpoint.plan(f"{BLACK}, {FAILED}")
    assert world.call(draft=LOOKS).verdict == DENIED
    assert [use.instead for use in plan.used_by] == [DENIED]
    assert world.says() == FAILED


def test_a_planned_code_of_the_gateway_is_told_before_access_management_denies() -> None:
    world = World(**_sub_account(deny=["*"]))
    world.endpoint.plan("AuthFailure.MFAFailure")
    assert [world.call(draft=LOOKS).verdict for _ in range(2)] == ["AuthFailure.MFAFailure", DENIED]


def test_a_disabled_credential_takes_no_step() -> None:
    world = World(
        sub_account=[{"credential": [{"secret_id": "AKID-looks", "secret_key": "key", "disabled": True}]}]
    )  # fmt: skip
    (plan,) = world.endpoint.plan(BLACK)
    assert world.call(draft=LOOKS).verdict == "AuthFailure.SecretIdNotFound"
    assert plan.count == 0
    assert world.says() == BLACK


def test_a_plan_is_for_a_described_credential() -> None:
    world = World(**_sub_account())
    world.endpoint.plan(f"credential=AKID-looks: {BLACK}*")
    assert [world.says(), world.call(draft=LOOKS).verdict, world.says()] == ["ok", BLACK, "ok"]


def test_the_journal_names_the_rule_of_the_world_and_the_step_of_the_plan() -> None:
    world = World()
    world.endpoint.plan("ok")
    world.call(SdkAppId=1)
    (entry,) = world.endpoint.journal()
    assert entry["plan"] == "plan-1: ok"
    assert entry["hint"].startswith("the rule instance of the account's world: SdkAppId names no app of the account")


def test_a_plan_ends_by_the_worlds_clock() -> None:
    world = World()
    world.account.plans.add(parse(f"{BLACK}*", world.endpoint.api).drafts, expires_at=NOW + 10)
    assert world.says() == BLACK
    world.at(10)
    assert world.says() == "ok"


def test_the_answer_of_a_placed_call_is_its_session() -> None:
    world = World()
    world.endpoint.plan("ok+delay(1s)")
    session_id = result(world.call())["SessionId"]
    (session,) = world.sessions
    assert (session.session_id, session.app, session.agent) == (session_id, APP, AGENT)
