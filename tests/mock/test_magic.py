"""Numbers that provoke something: pinned for ever, because tests of other people rest on them."""

from __future__ import annotations

import json

import pytest

from answers import endpoint_for
from captures import FIXTURES
from ccc_contract import load_api
from ccc_mock import Clock, Endpoint
from ccc_mock.magic import DEFAULT_PREFIX, NUMBERS
from drafts import EXAMPLE, NOW, Draft

API = load_api()
PINNED: dict[str, str] = json.loads((FIXTURES / "magic.json").read_bytes())["numbers"]
FAILED = "FailedOperation.CallOutFailed"


def verdict(endpoint: Endpoint, callee: str) -> str:
    return endpoint.exchange(Draft().with_params({"Callee": callee}).request()).verdict


def magic(digits: str) -> str:
    return DEFAULT_PREFIX + digits


def test_a_number_never_changes_its_meaning() -> None:
    assert {digits: NUMBERS.get(digits) for digits in PINNED} == PINNED
    assert NUMBERS.keys() == PINNED.keys(), "a new number: add it to fixtures/magic.json, where it stays"


def test_every_code_of_the_action_and_every_common_one_has_a_number() -> None:
    action = API.actions["CreateAIAgentCall"]
    common = {code for code, error in API.errors.items() if error.kind == "common"}
    assert {*action.errors, *common} <= set(NUMBERS.values())


def test_no_two_numbers_mean_the_same() -> None:
    assert len(set(NUMBERS.values())) == len(NUMBERS)


@pytest.mark.parametrize("digits", [digits for digits, step in NUMBERS.items() if step in API.errors])
def test_a_number_raises_its_code(digits: str) -> None:
    assert verdict(endpoint_for(), magic(digits)) == NUMBERS[digits]


@pytest.mark.parametrize("digits", [digits for digits, step in NUMBERS.items() if "+" in step])
def test_a_number_does_what_it_says_to_the_answer(digits: str) -> None:
    endpoint = endpoint_for()
    exchange = endpoint.exchange(Draft().with_params({"Callee": magic(digits)}).request())
    assert exchange.planned is not None
    assert exchange.planned.text == f"magic: {NUMBERS[digits]}"


def test_the_example_of_the_documentation_succeeds() -> None:
    assert EXAMPLE["Callee"] == magic("0000")
    assert verdict(endpoint_for(), magic("0000")) == "ok"


@pytest.mark.parametrize("callee", ["008612300000001", "+8612300000001", "12300000001", "+86 123-0000-0001"])
def test_a_number_is_magic_in_every_spelling(callee: str) -> None:
    assert verdict(endpoint_for(), callee) == FAILED


@pytest.mark.parametrize("callee", ["008612300009999", "00861230000", "0086123000000010", "008613000000001", ""])
def test_any_other_number_is_not(callee: str) -> None:
    assert verdict(endpoint_for(), callee) == "ok"


def test_a_number_is_magic_again_and_again() -> None:
    endpoint = endpoint_for()
    assert [verdict(endpoint, magic("0001")) for _ in range(3)] == [FAILED] * 3


def test_a_plan_goes_before_magic() -> None:
    endpoint = endpoint_for()
    endpoint.plan("InternalError, ok")
    assert [verdict(endpoint, magic("0001")) for _ in range(3)] == ["InternalError", "ok", FAILED]


def test_magic_can_be_turned_off_and_given_another_range() -> None:
    off = Endpoint(clock=Clock(at=NOW), magic_prefix="")
    assert verdict(off, magic("0001")) == "ok"
    moved = Endpoint(clock=Clock(at=NOW), magic_prefix="+86 1391234")
    assert verdict(moved, magic("0001")) == "ok"
    assert verdict(moved, "13912340001") == FAILED
