"""Who was dialled, whatever was answered; and whose phone rang twice."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answers import endpoint_for
from ccc_mock import Endpoint
from ccc_mock.ledger import Incomplete, Ledger
from drafts import EXAMPLE, Draft
from older import OlderDraft, get_draft

FAILED = "FailedOperation.CallOutFailed"


def ledger_after(plan: str, *drafts: Draft | OlderDraft) -> Ledger:
    endpoint = endpoint_for()
    if plan:
        endpoint.plan(plan)
    for draft in drafts:
        endpoint.handle(draft.request())
    return endpoint.accounts.default.ledger


def to(callee: str) -> Draft:
    return Draft().with_params({"Callee": callee})


def test_a_call_that_was_placed_is_written_down() -> None:
    endpoint = endpoint_for()
    exchange = endpoint.exchange(Draft().request())
    (call,) = endpoint.accounts.default.ledger.calls()
    assert (call.n, call.at, call.request_id) == (1, exchange.received_at, exchange.request_id)
    assert (call.action, call.callee, call.params) == ("CreateAIAgentCall", EXAMPLE["Callee"], EXAMPLE)
    assert call.session_id == exchange.result["SessionId"]
    assert call.credential == exchange.secret_id


NOT_PLACED = {
    "refused": ("", Draft(params={})),
    "a planned code": (FAILED, Draft()),
    "a gateway's page": ("ok+page(502)", Draft()),
    "a reset before": ("ok+reset", Draft()),
    "a close before": ("ok+close", Draft()),
    "a spoiled answer of a code": (f"{FAILED}+empty", Draft()),
}


@pytest.mark.parametrize("case", NOT_PLACED)
def test_what_was_not_placed_is_not_written_down(case: str) -> None:
    plan, draft = NOT_PLACED[case]
    assert ledger_after(plan, draft).calls() == []


PLACED_AND_LOST = [
    "ok+reset@after", "ok+close@after", "ok+page(502)@after", "InternalError@after", "ok+empty", "ok+truncate(5)",
    "ok+garbage", "ok+null(SessionId)", "ok+missing(SessionId)", "ok+status(500)", "ok+content-length(10)",
    "ok+reset(10)@after", "ok+braces", "ok+bare", "ok+missing(RequestId)", "ok+gzip+truncate(30)",
]  # fmt: skip
PLACED_AND_TOLD = [
    "ok", "ok+delay(1ms)", "ok+extra", "ok+chunked", "ok+lower-case", "ok+drop", "ok+date(-1h)", "ok+gzip",
    "ok+status(200)",
    "ok+content-type(text/html)", "ok+truncate(9999)", "ok+null(Nobody)", "ok+stall(1 1ms)", "ok+close(9999)@after",
]  # fmt: skip


@pytest.mark.parametrize("step", PLACED_AND_LOST)
def test_a_call_whose_answer_was_lost_or_spoiled_and_its_repetition_are_a_duplicate(step: str) -> None:
    ledger = ledger_after(step, Draft(), Draft())
    (duplicate,) = ledger.duplicates()
    assert (duplicate.first.n, duplicate.again.n) == (1, 2)
    assert ledger.lost(duplicate.first)
    assert not ledger.lost(duplicate.again)


@pytest.mark.parametrize("step", PLACED_AND_TOLD)
def test_two_answered_calls_are_two_calls(step: str) -> None:
    ledger = ledger_after(step, Draft(), Draft())
    assert len(ledger.calls()) == 2
    assert ledger.duplicates() == []


def test_an_answered_call_before_the_lost_one_is_no_duplicate() -> None:
    ledger = ledger_after("ok, ok+reset@after", Draft(), Draft())
    assert ledger.duplicates() == []


def test_each_repetition_of_a_lost_call_is_a_duplicate() -> None:
    ledger = ledger_after("ok+reset@after*3", Draft(), Draft(), Draft())
    assert [(each.first.n, each.again.n) for each in ledger.duplicates()] == [(1, 2), (1, 3)]


DIFFERENT = {
    "another number": to("0086138"),
    "a parameter more": Draft().with_params({"MaxRingTimeoutSecond": 30}),
    "another agent": Draft().with_params({"AIAgentId": 16}),
}


@pytest.mark.parametrize("case", DIFFERENT)
def test_other_parameters_are_another_call(case: str) -> None:
    assert ledger_after("ok+reset@after", Draft(), DIFFERENT[case]).duplicates() == []


SAME = {
    "keys in another order": Draft(params=dict(reversed(EXAMPLE.items()))),
    "a GET": get_draft(),
    "the older scheme": OlderDraft(method="POST"),
    "another spelling of the number": to("+86 12300000000"),
}


@pytest.mark.parametrize("case", SAME)
def test_equal_parameters_are_the_same_call_however_they_are_written(case: str) -> None:
    assert len(ledger_after("ok+reset@after", Draft(), SAME[case]).duplicates()) == 1


def test_calls_to_a_number_are_found_in_every_spelling() -> None:
    ledger = ledger_after("", to("0086138"), to("+86138"), to("138"), to("139"))
    assert [call.n for call in ledger.calls_to("+86 138")] == [1, 2, 3]
    assert ledger.calls_to("137") == []


SLOW = ["ok+delay(1ms)", "ok+stall(1 1ms)", "ok+drip", "ok+chunked"]


@pytest.mark.parametrize("step", SLOW)
def test_an_answer_counts_as_lost_until_it_is_delivered(step: str) -> None:
    endpoint = endpoint_for()
    endpoint.plan(step)
    ledger = endpoint.accounts.default.ledger
    exchange = endpoint.exchange(Draft().request())
    (call,) = ledger.calls()
    assert ledger.lost(call)
    endpoint.delivered(exchange)
    assert not ledger.lost(call)


def test_what_is_spoiled_is_lost_however_it_is_delivered() -> None:
    endpoint = endpoint_for()
    endpoint.plan("ok+empty+delay(1ms)")
    endpoint.delivered(endpoint.exchange(Draft().request()))
    ledger = endpoint.accounts.default.ledger
    assert ledger.lost(ledger.calls()[0])


def test_a_refused_call_is_nothing_to_deliver() -> None:
    endpoint = endpoint_for()
    endpoint.delivered(endpoint.exchange(Draft(params={}).request()))
    assert endpoint.accounts.default.ledger.calls() == []


def test_a_reset_empties_the_ledger() -> None:
    endpoint: Endpoint = endpoint_for()
    endpoint.exchange(Draft().request())
    endpoint.accounts.default.reset()
    ledger = endpoint.accounts.default.ledger
    assert (ledger.count, ledger.dropped, ledger.calls()) == (0, 0, [])


# --- bounds --------------------------------------------------------------------------------------------------------


def record(ledger: Ledger, **values: Any) -> None:
    given = {
        "at": 0.0,
        "request_id": "r",
        "action": "A",
        "callee": "1",
        "raw": b"{}",
        "session_id": "",
        "credential": "",
    }
    ledger.record(**{**given, **values})


def test_what_is_dropped_is_counted_and_no_question_is_answered_wrongly() -> None:
    ledger = Ledger(max_calls=2)
    for n in range(3):
        record(ledger, request_id=str(n))
    assert (len(ledger), ledger.count, ledger.dropped) == (2, 3, 1)
    for question in (ledger.calls, ledger.duplicates, lambda: ledger.calls_to("1")):
        with pytest.raises(Incomplete, match="1 of 3 calls"):
            question()
    assert [call.n for call in ledger.kept()] == [2, 3]


@given(st.lists(st.integers(0, 300), max_size=30), st.integers(1, 9), st.integers(1, 999))
def test_a_ledger_stays_within_both_bounds(sizes: list[int], max_calls: int, max_bytes: int) -> None:
    ledger = Ledger(max_calls, max_bytes)
    for n, length in enumerate(sizes):
        record(ledger, request_id=str(n), raw=b"x" * length)
    assert len(ledger) <= max_calls
    assert sum(len(call.raw) for call in ledger.kept()) <= max_bytes or len(ledger) == 1
    assert ledger.count == len(sizes) == len(ledger) + ledger.dropped


def test_how_many_calls_are_remembered_is_told_to_the_endpoint_and_holds_for_every_account() -> None:
    endpoint = Endpoint(ledger_calls=2)
    made = endpoint.accounts.make().account
    for account in (endpoint.accounts.default, made):
        for n in range(3):
            record(account.ledger, request_id=str(n))
        assert (len(account.ledger), account.ledger.dropped) == (2, 1)
