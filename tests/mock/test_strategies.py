"""Plans that Hypothesis draws: each can be played, and they shrink to what breaks the caller's code."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from contextlib import suppress

import pytest
import tenacity
from hypothesis import find, given, settings
from tencentcloud.common.exception import TencentCloudSDKException

import ccc_mock
from ccc_contract import AsyncClient, Client, Credential, Retries, load_api
from ccc_contract.errors import CccError
from ccc_mock.faking import Fake
from ccc_mock.plans.grammar import parse
from ccc_mock.strategies import WITHOUT_WAITING, FaultPlan, every_fault_plan, fault_plans, words_for
from sdk import a_call
from sdk import client_of as official

API = load_api()


def client_of(ccc: Fake) -> Client:
    return Client(Credential(ccc.secret_id, ccc.secret_key), retries=Retries(base_seconds=0))


def place(client: Client) -> None:
    client.create_ai_agent_call(sdk_app_id=1400000000, ai_agent_id=15, callee="008613800000000")


@given(fault_plans(max_faults=4, max_gap=2))
def test_whatever_is_drawn_is_a_plan(plan: FaultPlan) -> None:
    (draft,) = parse(plan, API, "CreateAIAgentCall").drafts
    assert sum(step.text != "ok" for step in draft.steps) <= 4


@pytest.mark.parametrize("action", API.actions)
def test_every_word_can_happen_to_the_action(action: str) -> None:
    for word in words_for(action):
        parse(word, API, action)


def test_a_plan_shows_itself_as_the_marker_to_paste() -> None:
    assert repr(FaultPlan("ok, ok+reset@after")) == '@pytest.mark.ccc(plan="ok, ok+reset@after")'


@settings(max_examples=60, deadline=None)
@given(plan=fault_plans())
def test_the_reference_client_bears_them_all(plan: FaultPlan) -> None:
    with ccc_mock.fake(plan=plan) as ccc, client_of(ccc) as client:
        with suppress(CccError):
            place(client)
        assert len(ccc.ledger.calls_to("008613800000000")) <= 1


@tenacity.retry(stop=tenacity.stop_after_attempt(3), retry=tenacity.retry_if_exception_type(TencentCloudSDKException))
def naive(ccc: Fake) -> None:
    """Tries again whatever happened."""
    official(ccc).CreateAIAgentCall(a_call())


def dials_twice(plan: FaultPlan) -> bool:
    with ccc_mock.fake(plan=plan) as ccc:
        with suppress(tenacity.RetryError):
            naive(ccc)
        return len(ccc.ledger.calls_to("008613800000000")) > 1


def test_the_plan_that_dials_twice_shrinks_to_one_lost_answer() -> None:
    assert find(fault_plans(max_faults=3), dials_twice, settings=settings(derandomize=True)) == "ok+reset@after"


PRINTED = """
from hypothesis import given, settings
from ccc_mock.strategies import fault_plans

@settings(database=None)
@given(plan=fault_plans())
def nobody_loses_an_answer(plan):
    assert "reset@after" not in plan

nobody_loses_an_answer()
"""


def test_what_fails_is_printed_as_the_marker_to_paste() -> None:
    # In a process of its own: the plugin of Schemathesis 4 leaves texts out of what Hypothesis prints.
    ended = subprocess.run([sys.executable, "-c", PRINTED], capture_output=True, text=True)
    assert 'plan=@pytest.mark.ccc(plan="ok+reset@after")' in ended.stderr


def test_every_plan_of_so_many_faults_is_there_once_the_shortest_first() -> None:
    words = ("RequestLimitExceeded", "ok+reset@after")
    assert [str(plan) for plan in every_fault_plan(max_faults=1, max_gap=1, words=words)] == [
        "ok", "RequestLimitExceeded", "ok+reset@after", "ok, RequestLimitExceeded", "ok, ok+reset@after",
    ]  # fmt: skip
    assert len(set(every_fault_plan(max_faults=2))) == 1 + len(words_for()) + len(words_for()) ** 2


@pytest.mark.parametrize("plan", every_fault_plan(max_faults=1, words=WITHOUT_WAITING), ids=str)
def test_tasks_bear_each_single_fault(plan: FaultPlan) -> None:
    async def main() -> int:
        async with ccc_mock.fake(plan=plan) as ccc, AsyncClient(Credential(ccc.secret_id, ccc.secret_key)) as client:
            with suppress(CccError):
                await client.create_ai_agent_call(sdk_app_id=1400000000, ai_agent_id=15, callee="008613800000000")
            return len(ccc.ledger.calls_to("008613800000000"))

    assert asyncio.run(main()) <= 1


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"max_faults": -1}, "max_faults: expected 0 or more, got -1"),
        ({"max_gap": -1}, "max_gap: expected 0 or more, got -1"),
        ({"action": "CreateAIAgentCal"}, "no action 'CreateAIAgentCal'; did you mean CreateAIAgentCall"),
        ({"words": ["ok+latancy"]}, "no fault 'latancy'"),
        ({"words": ["ok, ok"]}, "expected one step of a plan for one call, got 'ok, ok'"),
        ({"words": "ok"}, "words: expected steps of a plan, got 'ok'"),
        ({"words": []}, r"words: expected steps of a plan, got \[\]"),
        ({"words": ["InternalError*"]}, "expected one step of a plan for one call"),
        ({"words": ["action=HangUpCall: ok"]}, "expected one step of a plan for one call"),
    ],
)
def test_what_cannot_be_drawn_says_why(wrong: dict[str, object], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        fault_plans(**wrong)  # type: ignore[arg-type]
