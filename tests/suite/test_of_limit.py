"""The properties of the limit: a limiter that is wrong in one way breaks the one that is about it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable

import pytest

from ccc_contract.http import Request, Response
from ccc_contract.suite import of_limit
from ccc_contract.suite.judging import judge
from ccc_mock.limits import Arrival, Limit, Windows
from suite_targets import Send, target_of
from wrong_answers import JSON_TYPE, speechless

Beyond = tuple[Limit, int] | None
Count = Callable[[Windows, Arrival, Iterable[Limit], float], Beyond]
RIGHT: Count = Windows.count
PROPERTIES = {prop.name: prop for prop in of_limit.PROPERTIES}


# --- limiters that count in a wrong way ----------------------------------------------------------------------------


def more(number: int) -> Count:
    def count(windows: Windows, arrival: Arrival, limits: Iterable[Limit], now: float) -> Beyond:
        return RIGHT(windows, arrival, [Limit(unit, most + number) for unit, most in limits], now)

    return count


def endless(windows: Windows, arrival: Arrival, limits: Iterable[Limit], now: float) -> Beyond:
    return RIGHT(windows, arrival, limits, 0.0)


def keyed(key: Callable[[Arrival], Arrival]) -> Count:
    return lambda windows, arrival, limits, now: RIGHT(windows, key(arrival), limits, now)


def in_one_table(key: Callable[[Arrival], Arrival]) -> Count:
    table = Windows()
    return lambda windows, arrival, limits, now: RIGHT(table, key(arrival), limits, now)


def sliding() -> Count:
    passed: defaultdict[Arrival, list[float]] = defaultdict(list)

    def count(windows: Windows, arrival: Arrival, limits: Iterable[Limit], now: float) -> Beyond:
        (limit,) = limits
        recent = [each for each in passed[arrival] if now - 1 < each <= now]
        passed[arrival] = [*recent, now]
        return (limit, len(recent) + 1) if len(recent) >= limit.per_second else None

    return count


COUNTS: dict[str, Count] = {
    "as_many_as_documented_pass": more(-1),
    "one_more_is_refused": more(1),
    "the_next_second_is_a_new_one": endless,
    "seconds_are_those_of_the_clock": sliding(),
    "actions_are_counted_apart": keyed(lambda arrival: (arrival[0], "", *arrival[2:])),
    "accounts_are_counted_apart": in_one_table(lambda arrival: ("", *arrival[1:])),
    "sub_accounts_are_counted_apart": keyed(lambda arrival: ("", *arrival[1:])),
    "entries_are_counted_apart": keyed(lambda arrival: (*arrival[:2], "", arrival[3])),
}


@pytest.mark.parametrize("name", COUNTS)
def test_a_limiter_that_counts_so_breaks_it(name: str, answer: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Windows, "count", COUNTS[name])
    assert judge(PROPERTIES[name], target_of(answer), examples=5).outcome == "differs"


def test_a_limiter_that_counts_so_breaks_little_else(answer: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken_by(name: str) -> set[str]:
        monkeypatch.setattr(Windows, "count", COUNTS[name])
        target = target_of(answer)
        return {each for each in COUNTS if judge(PROPERTIES[each], target, examples=2).outcome != "held"}

    assert broken_by("actions_are_counted_apart") == {"actions_are_counted_apart"}
    assert broken_by("sub_accounts_are_counted_apart") == {"sub_accounts_are_counted_apart"}
    assert broken_by("seconds_are_those_of_the_clock") == {"seconds_are_those_of_the_clock"}
    assert broken_by("accounts_are_counted_apart") >= {"accounts_are_counted_apart"}


# --- and what counts -----------------------------------------------------------------------------------------------


def uncounted(answer: Send, mark: bytes) -> Send:
    """Requests with this in a header or in the body are answered without being counted."""

    def wrong(request: Request) -> Response:
        lines = b" ".join(value for _, value in request.headers.lines)
        is_api = not request.path.startswith(b"/_ccc")
        return Response(501, (), b"") if is_api and mark in lines + request.body else answer(request)

    return wrong


def after_the_forged(answer: Send) -> Send:
    """Whoever asks uses up what there is."""
    failures = []

    def wrong(request: Request) -> Response:
        response = answer(request)
        if b"SignatureFailure" in response.body:
            failures.append(request)
        elif failures and not request.path.startswith(b"/_ccc"):
            error = {"Response": {"Error": {"Code": "RequestLimitExceeded", "Message": ""}, "RequestId": "1"}}
            return Response(200, JSON_TYPE, json.dumps(error).encode())
        return response

    return wrong


WRONG: dict[str, Callable[[Send], Send]] = {
    "a_refusal_tells_how_many_came": speechless,
    "the_keys_of_a_sub_account_are_counted_together": lambda answer: uncounted(answer, b"-one-again"),
    "the_region_that_is_asked_for_is_not_what_counts": lambda answer: uncounted(answer, b"ap-beijing"),
    "who_is_not_let_in_uses_nothing_up": after_the_forged,
    "wrong_parameters_use_it_up": lambda answer: uncounted(answer, b"Unheard"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_target_that_counts_other_calls_breaks_it(name: str, answer: Send) -> None:
    assert judge(PROPERTIES[name], target_of(WRONG[name](answer)), examples=12).outcome == "differs"


def test_something_breaks_each_of_them() -> None:
    assert {*COUNTS, *WRONG} == {prop.name for prop in of_limit.PROPERTIES}


def test_no_more_examples_are_tried_than_are_enough(answer: Send) -> None:
    prop = of_limit.as_many_as_documented_pass
    assert judge(prop, target_of(answer), examples=100).examples == prop.at_most


def test_nothing_is_asked_that_could_ring() -> None:
    assert not any(prop.dials for prop in of_limit.PROPERTIES)
    assert not any(of_limit.API.actions[name].dials for name in of_limit.READS)
