"""Who gets which step of a plan, and what is left."""

from __future__ import annotations

import threading
from collections import Counter
from random import Random

import pytest

from answers import endpoint_for, newest, refused, session_id
from ccc_contract import load_api
from ccc_mock import Endpoint
from ccc_mock.plans.grammar import parse
from ccc_mock.plans.plan import NotConsumed, PlanExists, Plans
from drafts import Draft

API = load_api()
FAILED = "FailedOperation.CallOutFailed"
BLACK = "FailedOperation.CalleeIsBlackUser"


def verdicts(endpoint: Endpoint, count: int, draft: Draft | None = None) -> list[str]:
    request = (draft or Draft()).request()
    return [endpoint.exchange(request).verdict for _ in range(count)]


def to(callee: str) -> Draft:
    return Draft().with_params({"Callee": callee})


def test_steps_come_in_their_order_and_then_everything_is_well() -> None:
    endpoint = endpoint_for()
    (plan,) = endpoint.plan(f"{FAILED}*2, ok, InternalError")
    assert verdicts(endpoint, 6) == [FAILED, FAILED, "ok", "InternalError", "ok", "ok"]
    assert plan.consumed
    assert plan.count == 4


def test_a_step_for_ever_never_ends_and_counts_as_consumed_once_it_happened() -> None:
    endpoint = endpoint_for()
    (plan,) = endpoint.plan(f"ok, {FAILED}*")
    assert verdicts(endpoint, 1) == ["ok"]
    assert not plan.consumed
    assert verdicts(endpoint, 50) == [FAILED] * 50
    assert plan.consumed


def test_a_percentage_is_drawn_for_each_call_from_the_plans_own_seed() -> None:
    runs = []
    for _ in range(2):
        endpoint = Endpoint(clock=endpoint_for().accounts.default.clock, seed=7)
        endpoint.plan(f"20%: {FAILED}")
        runs.append(verdicts(endpoint, 200))
    assert runs[0] == runs[1]
    assert 20 <= runs[0].count(FAILED) <= 60


def test_a_percentage_with_a_number_ends_after_so_many() -> None:
    endpoint = endpoint_for()
    (plan,) = endpoint.plan(f"50%: {FAILED}*3")
    assert Counter(verdicts(endpoint, 100))[FAILED] == 3
    assert plan.consumed


def test_the_first_declared_plan_that_matches_gives_the_step_and_others_keep_theirs() -> None:
    endpoint = endpoint_for()
    black, other = endpoint.plan(f"callee=0086138*: {BLACK}*2; {FAILED}")
    assert verdicts(endpoint, 1, to("0086138000")) == [BLACK]
    assert verdicts(endpoint, 1, to("0086139000")) == [FAILED]
    assert verdicts(endpoint, 2, to("+86 138-000")) == [BLACK, "ok"]
    assert (black.count, other.count) == (2, 1)


@pytest.mark.parametrize("callee", ["0086138", "+86138", "138", "+86 138", "0086-138", "(138)"])
def test_a_callee_matches_in_every_spelling(callee: str) -> None:
    endpoint = endpoint_for()
    endpoint.plan(f"callee=138: {BLACK}")
    assert verdicts(endpoint, 1, to(callee)) == [BLACK]


@pytest.mark.parametrize(("glob", "hit"), [("1?8", True), ("1[34]8", True), ("13", False), ("1*9", False), ("*", True)])
def test_a_narrowing_is_a_glob_for_the_whole(glob: str, hit: bool) -> None:
    endpoint = endpoint_for()
    endpoint.plan(f"callee={glob}: {BLACK}")
    assert verdicts(endpoint, 1, to("138")) == [BLACK if hit else "ok"]


def test_a_plan_is_narrowed_to_an_action_and_to_a_credential() -> None:
    endpoint = endpoint_for()
    endpoint.plan(
        f"action=DescribeCallInMetrics: InternalError; credential=AKID-nobody*: {FAILED}; credential=*real-id: {BLACK}"
    )
    numbers = Draft(params={"SdkAppId": 1}).with_headers({"x-tc-action": "DescribeCallInMetrics"})
    assert verdicts(endpoint, 1, numbers) == ["InternalError"]
    assert verdicts(endpoint, 1) == [BLACK]


def test_a_call_that_is_not_authenticated_draws_nothing() -> None:
    endpoint = endpoint_for()
    (plan,) = endpoint.plan(FAILED)
    assert verdicts(endpoint, 1, Draft(secret_key="wrong")) == ["AuthFailure.SignatureFailure"]
    assert plan.count == 0
    assert newest(endpoint).plan == ""


def test_a_code_of_the_action_comes_behind_the_checks_of_its_parameters() -> None:
    endpoint = endpoint_for()
    (plan,) = endpoint.plan(f"{FAILED}, RequestLimitExceeded")
    wrong = Draft().without_param("Callee")
    assert verdicts(endpoint, 2, wrong) == ["MissingParameter", "RequestLimitExceeded"]
    assert plan.consumed
    assert (newest(endpoint).stage, newest(endpoint).check) == ("inject", "plan")


def test_the_journal_names_plan_and_step() -> None:
    endpoint = endpoint_for()
    endpoint.plan(f"{FAILED}, ok", name="busy")
    verdicts(endpoint, 3)
    entries = endpoint.accounts.default.journal.page().entries
    assert [entry.plan for entry in entries] == [f"busy: {FAILED}", "busy: ok", ""]
    assert [entry.as_json(endpoint.redaction, "1")["plan"] for entry in entries][2] is None
    assert (entries[0].stage, entries[0].check) == ("execute", "planned")


def test_a_plan_tells_which_request_used_which_step() -> None:
    endpoint = endpoint_for()
    (plan,) = endpoint.plan(f"{FAILED}, ok")
    verdicts(endpoint, 2)
    entries = endpoint.accounts.default.journal.page().entries
    assert [(use.request_id, use.step) for use in plan.used_by] == [
        (entries[0].request_id, FAILED), (entries[1].request_id, "ok"),
    ]  # fmt: skip


def test_what_is_left_of_a_repetition_is_told() -> None:
    endpoint = endpoint_for()
    (plan,) = endpoint.plan(f"{FAILED}*3, ok*2, InternalError*")
    left = []
    for _ in range(6):
        left.append(plan.left())
        verdicts(endpoint, 1)
    assert left == [
        [f"{FAILED}*3", "ok*2", "InternalError*"],
        [f"{FAILED}*2", "ok*2", "InternalError*"],
        [FAILED, "ok*2", "InternalError*"],
        ["ok*2", "InternalError*"],
        ["ok", "InternalError*"],
        ["InternalError*"],
    ]
    assert plan.left() == []


def test_a_code_that_did_not_come_because_the_service_said_another_is_named() -> None:
    endpoint = endpoint_for()
    endpoint.plan(f"{FAILED}, InternalError+reset", name="a")
    verdicts(endpoint, 1, Draft(params={}))
    verdicts(endpoint, 1)
    with pytest.raises(NotConsumed) as caught:
        endpoint.accounts.default.plans.assert_consumed()
    (request_id, _) = (entry.request_id for entry in endpoint.accounts.default.journal.page().entries)
    assert str(caught.value) == (
        f"planned and not happened:\n  a: {FAILED}, because request {request_id} was told MissingParameter"
    )


def test_a_percentage_in_a_header_is_drawn() -> None:
    endpoint = Endpoint(clock=endpoint_for().accounts.default.clock, seed=7)
    header = Draft().with_headers({"x-ccc-mock-plan": f"20%: {FAILED}"})
    assert 20 <= verdicts(endpoint, 200, header).count(FAILED) <= 60


def test_what_did_not_happen_is_named() -> None:
    endpoint = endpoint_for()
    endpoint.plan(f"{FAILED}, InternalError*2", name="a")
    endpoint.plan("callee=1: ok", name="b")
    verdicts(endpoint, 2)
    with pytest.raises(NotConsumed) as caught:
        endpoint.accounts.default.plans.assert_consumed()
    assert str(caught.value) == (
        "planned and not happened:\n  a: InternalError\n  b: ok (it is for some calls only: `callee=1: ok`)"
    )
    verdicts(endpoint, 1)
    verdicts(endpoint, 1, to("1"))
    endpoint.accounts.default.plans.assert_consumed()


@pytest.mark.parametrize("code", [FAILED, BLACK, "InternalError", "LimitExceeded.BasePackageExpired"])
@pytest.mark.parametrize("language", ["en-US", "zh-CN"])
def test_a_planned_code_is_told_in_its_meaning(code: str, language: str) -> None:
    endpoint = endpoint_for()
    endpoint.plan(code)
    error = refused(endpoint, Draft().with_headers({"x-tc-language": language}).request())
    assert (error.code, error.message) == (code, API.errors[code].meaning(language))


def test_a_header_holds_one_step_for_this_call_only() -> None:
    endpoint = endpoint_for()
    draft = Draft().with_headers({"x-ccc-mock-plan": FAILED})
    assert verdicts(endpoint, 2, draft) == [FAILED, FAILED]
    assert verdicts(endpoint, 1) == ["ok"]
    assert newest(endpoint).plan == ""


def test_a_header_names_a_plan() -> None:
    endpoint = endpoint_for()
    endpoint.plan("InternalError")
    endpoint.plan(f"{FAILED}, ok", name="mine")
    assert verdicts(endpoint, 3, Draft().with_headers({"x-ccc-mock-plan": "mine"})) == [FAILED, "ok", "ok"]
    assert verdicts(endpoint, 1) == ["InternalError"]


@pytest.mark.parametrize("text", ["", "nonsense", "ok, ok", "callee=1: ok", "ok;ok", "x" * 2000])
def test_a_header_that_is_neither_is_no_answer_of_the_service(text: str) -> None:
    endpoint = endpoint_for()
    exchange = endpoint.exchange(Draft().with_headers({"x-ccc-mock-plan": text}).request())
    assert exchange.verdict == "not-supported"
    assert b"x-ccc-mock-plan" in exchange.reply.body
    assert b"position" in exchange.reply.body


def test_a_refused_plan_changes_nothing() -> None:
    endpoint = endpoint_for()
    endpoint.plan(FAILED, name="a")
    for wrong in ("InternalError; nonsense", ""):
        with pytest.raises(ValueError, match="position"):
            endpoint.plan(wrong)
    with pytest.raises(PlanExists):
        endpoint.plan("ok; ok", name="a")
    assert [plan.name for plan in endpoint.accounts.default.plans] == ["a"]


def test_a_plan_ends_by_its_accounts_clock() -> None:
    endpoint = endpoint_for()
    account = endpoint.accounts.default
    account.plans.add(parse(f"{FAILED}*", API).drafts, expires_at=account.clock.world() + 60)
    assert verdicts(endpoint, 1) == [FAILED]
    account.clock.advance(60)
    assert verdicts(endpoint, 1) == ["ok"]


def test_a_reset_forgets_plans() -> None:
    endpoint = endpoint_for()
    endpoint.plan(FAILED)
    endpoint.accounts.default.reset()
    assert verdicts(endpoint, 1) == ["ok"]


def test_of_a_thousand_plans_each_gives_its_steps() -> None:
    endpoint = endpoint_for()
    endpoint.plan(";".join(f"callee={n}: {FAILED}" for n in range(1000)))
    assert verdicts(endpoint, 2, to("999")) == [FAILED, "ok"]
    assert verdicts(endpoint, 2, to("0")) == [FAILED, "ok"]


def test_64_threads_on_one_plan_neither_lose_nor_repeat_a_step() -> None:
    endpoint = endpoint_for()
    codes = [f"Made.Up{n}" for n in range(640)]
    (plan,) = endpoint.plan(", ".join(f"!{code}" for code in codes))
    seen: list[str] = []
    request = Draft().request()

    def call() -> None:
        seen.extend(endpoint.exchange(request).verdict for _ in range(10))

    threads = [threading.Thread(target=call) for _ in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seen) == sorted(codes)
    assert plan.consumed


def test_a_plan_remembers_a_thousand_uses_and_counts_them_all() -> None:
    plans = Plans(seed=1)
    (plan,) = plans.add(parse("ok*5000", API).drafts)
    for n in range(5000):
        plan.draw(str(n))
    assert (plan.count, len(plan.used_by)) == (5000, 1000)


def test_success_is_untouched_by_plans_for_others() -> None:
    endpoint = endpoint_for()
    endpoint.plan(f"callee=1*: {FAILED}*")
    assert session_id(endpoint, to("2").request())
    assert Random(0).random() != endpoint.accounts.default.plans.get("plan-1").chance.random()


def test_without_magic_no_number_is_magic_beside_a_plan() -> None:
    endpoint = Endpoint(clock=endpoint_for().accounts.default.clock, magic_prefix="")
    endpoint.plan(f"callee=9: {FAILED}")
    assert verdicts(endpoint, 1, to("0001")) == ["ok"]


def test_a_plan_without_a_name_gets_one_that_is_free() -> None:
    endpoint = endpoint_for()
    endpoint.plan("ok", name="plan-1")
    assert [plan.name for plan in endpoint.plan("ok; ok")] == ["plan-2", "plan-3"]


def test_of_a_plan_of_100_000_steps_each_comes_once_and_in_order() -> None:
    (plan,) = Plans().add(parse(",".join(f"!C.{n}" for n in range(100_000)), API).drafts)
    drawn = [plan.draw(str(n)) for n in range(100_001)]
    assert drawn.pop() is None
    assert [each.step.code for each in drawn if each is not None] == [f"C.{n}" for n in range(100_000)]
