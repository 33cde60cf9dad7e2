"""The tree of errors: drawn as it is, one class for each code, and nothing in a text that should not be read."""

from __future__ import annotations

import inspect
import pickle
import re
from pathlib import Path

import pytest

from ccc_contract import errors, load_api
from ccc_contract.conform import Violation
from ccc_contract.errors import (
    AnswerLost,
    ApiError,
    CallOutcomeUnknown,
    CccError,
    CredentialError,
    InvalidCall,
    NotAnAnswer,
    NotSent,
    OperationFailed,
    RateLimited,
    ServiceFailed,
    TransportError,
    TryLater,
    class_of,
    without_numbers,
)
from ccc_contract.http import Response

CODES = load_api().errors
_BRANCH = re.compile(r"^([│ ]*)[├└]── (\w+)", re.MULTILINE)


def drawn() -> list[tuple[int, str]]:
    """(depth, name) of each line of the tree in the module's docstring."""
    return [(len(found[1]) // 4, found[2]) for found in _BRANCH.finditer(errors.__doc__ or "")]


def test_the_docstring_draws_the_tree_as_it_is() -> None:
    above: list[type[BaseException]] = [Exception]
    for depth, name in drawn():
        cls = getattr(errors, name)
        assert issubclass(cls, above[depth]), name
        above[depth + 1 :] = [cls]


def test_every_class_is_drawn() -> None:
    classes = {name for name, value in vars(errors).items() if inspect.isclass(value) and issubclass(value, CccError)}
    assert {name for _, name in drawn()} == classes


@pytest.mark.parametrize("code", CODES)
def test_every_documented_code_has_a_class_of_its_own_kind(code: str) -> None:
    assert class_of(code) is not ApiError


@pytest.mark.parametrize("code", CODES)
def test_what_the_contract_says_may_be_repeated_later_is_of_the_class_that_says_so(code: str) -> None:
    assert issubclass(class_of(code), TryLater) == (CODES[code].retry == "later")
    assert issubclass(class_of(code), ServiceFailed) == (CODES[code].retry == "if-idempotent")


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("RequestLimitExceeded.NobodyHasSeenThis", RateLimited),
        ("FailedOperation.NobodyHasSeenThis", OperationFailed),
        ("InternalError.NobodyHasSeenThis", ServiceFailed),
        ("NobodyHasSeenThis", ApiError),
        ("", ApiError),
    ],
)
def test_a_code_that_is_not_documented_is_of_its_family(code: str, expected: type[ApiError]) -> None:
    assert class_of(code) is expected


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("callee 008613800000000 refused", "callee 00…00 refused"),
        ("+86 138 0000 0000", "+8…00"),
        ("0086-138-0000-0000.", "00…00."),
        ("call (138) 0013.8000 or 138/0013/8000", "call (1…00 or 13…00"),
        ("limit 20 of 100000", "limit 20 of 100000"),
        ("version 2020-02-10", "version 2020-02-10"),
    ],
)
def test_a_text_shortens_what_could_be_a_number(text: str, shown: str) -> None:
    assert without_numbers(text) == shown


def test_a_refusal_says_code_message_and_request_id_and_keeps_the_message_whole() -> None:
    error = ApiError("FailedOperation.CalleeIsBlackUser", "no 008613800000000", request_id="rid-1")
    assert str(error) == "FailedOperation.CalleeIsBlackUser: no 00…00 (RequestId rid-1)"
    assert error.message == "no 008613800000000"


def test_an_invalid_call_lists_every_violation() -> None:
    error = InvalidCall(
        "HangUpCall", [Violation("A", "missing", "string", "nothing"), Violation("B", "unknown", "", "x")]
    )
    assert str(error) == (
        "HangUpCall was not sent: A: missing, expected string, got nothing; B: unknown, expected nothing, got x"
    )


def test_an_unknown_outcome_says_whether_a_person_may_have_been_called() -> None:
    lost = AnswerLost("the connection broke")
    lost.action = "CreateAIAgentCall"
    assert "the person may have been called; AnswerLost: the connection broke" in str(
        CallOutcomeUnknown(lost, dials=True)
    )
    assert "it may have happened" in str(CallOutcomeUnknown(lost, dials=False))


@pytest.mark.parametrize(
    "error",
    [
        InvalidCall("X", [Violation("A", "missing", "string", "nothing")], problem="p"),
        CredentialError("none"),
        ApiError("Code", "message", request_id="rid"),
        NotSent("pool", phase="pool"),
        NotAnAnswer("none", answer=Response(502, ((b"a", b"b"),), b"c")),
        CallOutcomeUnknown(AnswerLost("lost"), dials=True, answer=Response(200, (), b"")),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_survives_the_way_to_another_process(error: CccError) -> None:
    error.action, error.attempts = "CreateAIAgentCall", 3
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert str(again) == str(error)
    kept = {name: value for name, value in vars(error).items() if name != "reason"}
    assert {name: value for name, value in vars(again).items() if name != "reason"} == kept


def test_every_phase_of_the_transport_is_one_of_those_documented() -> None:
    phases = errors.Phase.__args__  # type: ignore[attr-defined]
    kinds = [cls for cls in vars(errors).values() if inspect.isclass(cls) and issubclass(cls, TransportError)]
    assert all(cls.phase in phases for cls in kinds if cls is not TransportError)


def test_the_documentation_shows_the_same_tree() -> None:
    tree = (errors.__doc__ or "").partition("\n\n")[2].partition("\n\nOnly what")[0]
    assert tree.startswith("Exception\n")
    assert tree in (Path(__file__).parents[2] / "docs" / "client.md").read_text("utf-8")
