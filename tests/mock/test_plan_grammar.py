"""The language of plans: what is read, and what is told of a text that cannot be read."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ccc_contract import load_api
from ccc_mock.plans import faults
from ccc_mock.plans.faults import AFTER, BEFORE, FAULTS
from ccc_mock.plans.grammar import MAX_LENGTH, parse
from ccc_mock.plans.plan import Draft, Step
from ccc_mock.plans.words import PlanError, Spread

API = load_api()
FAILED = "FailedOperation.CallOutFailed"
BLACK = "FailedOperation.CalleeIsBlackUser"


def drafts(text: str) -> list[Draft]:
    return parse(text, API).drafts


def steps(text: str) -> list[Step]:
    (draft,) = drafts(text)
    return list(draft.steps)


def told(text: str) -> tuple[str | None, str, list[tuple[str, str]], int | None, float | None]:
    """What there is to say of one step."""
    (step,) = steps(text)
    strikes = [(strike.fault.kind, strike.moment) for strike in step.strikes]
    return step.code, step.moment, strikes, step.times, step.percent


READ = {
    "ok": (None, BEFORE, [], 1, None),
    FAILED: (FAILED, BEFORE, [], 1, None),
    f"  {FAILED}  ": (FAILED, BEFORE, [], 1, None),
    f"{FAILED}@after": (FAILED, AFTER, [], 1, None),
    "InternalError@before": ("InternalError", BEFORE, [], 1, None),
    f"{FAILED}*3": (FAILED, BEFORE, [], 3, None),
    f"{FAILED} * 3": (FAILED, BEFORE, [], 3, None),
    f"{FAILED}*": (FAILED, BEFORE, [], None, None),
    f"20%: {FAILED}": (FAILED, BEFORE, [], None, 20.0),
    f"0.5%:{FAILED}*2": (FAILED, BEFORE, [], 2, 0.5),
    "!ResourceNotFound": ("ResourceNotFound", BEFORE, [], 1, None),
    "!Made.Up": ("Made.Up", BEFORE, [], 1, None),
    "ok+reset": (None, BEFORE, [("reset", BEFORE)], 1, None),
    "ok+reset@after": (None, BEFORE, [("reset", AFTER)], 1, None),
    "ok+reset(10)": (None, BEFORE, [("reset", AFTER)], 1, None),
    "ok+close(0)": (None, BEFORE, [("close", AFTER)], 1, None),
    "ok + reset(10) @after": (None, BEFORE, [("reset", AFTER)], 1, None),
    "ok+page(502)": (None, BEFORE, [("page", BEFORE)], 1, None),
    "ok+page(503 retry-after=0)@after*": (None, BEFORE, [("page", AFTER)], None, None),
    "ok+null(SessionId)": (None, BEFORE, [("null", AFTER)], 1, None),
    "InternalError+status(500)": ("InternalError", BEFORE, [("status", AFTER)], 1, None),
    f"{FAILED}+content-type(application/json; charset=utf-8)": (FAILED, BEFORE, [("content-type", AFTER)], 1, None),
    "ok+content-type": (None, BEFORE, [("content-type", AFTER)], 1, None),
    "ok+content-type(a/b; c=(d))": (None, BEFORE, [("content-type", AFTER)], 1, None),
    "ok+delay(1s)+gzip+truncate(5)*2": (
        None, BEFORE, [("delay", AFTER), ("gzip", AFTER), ("truncate", AFTER)], 2, None,
    ),
}  # fmt: skip


@pytest.mark.parametrize("text", READ)
def test_a_step_is_read(text: str) -> None:
    assert told(text) == READ[text]


SPREADS = {
    "delay(5s)": Spread("constant", 5.0, 5.0),
    "delay(120ms)": Spread("constant", 0.12, 0.12),
    "delay(uniform 1s 3s)": Spread("uniform", 1.0, 3.0),
    "delay(lognormal p50=120ms p99=900ms)": Spread("lognormal", 0.12, 0.9),
    "delay(lognormal p99=900ms p50=120ms)": Spread("lognormal", 0.12, 0.9),
}


@pytest.mark.parametrize("text", SPREADS)
def test_a_delay_is_constant_uniform_or_log_normal(text: str) -> None:
    (step,) = steps(f"ok+{text}")
    assert step.strikes[0].fault == faults.Delay(SPREADS[text])


SETTINGS = {
    "stall(10 5s)": faults.Stall(10, 5.0),
    "stall(time=5s bytes=10)": faults.Stall(10, 5.0),
    "drip": faults.Drip(1, 0.1),
    "drip(8 20ms)": faults.Drip(8, 0.02),
    "reset": faults.Reset(None),
    "close(0)": faults.Close(0),
    "date(-10m)": faults.Date(-600.0),
    "page(429)": faults.Page(429, None),
    "page(503 retry-after=1)": faults.Page(503, 1),
    "content-type(text/html; charset=utf-8)": faults.ContentType("text/html; charset=utf-8"),
    "content-length(3)": faults.Length(3),
    "gzip(asked)": faults.Gzip("asked"),
    "extra": faults.Extra("Unexpected"),
    "extra(Surprise)": faults.Extra("Surprise"),
}


@pytest.mark.parametrize("text", SETTINGS)
def test_the_settings_of_a_fault_are_read(text: str) -> None:
    (step,) = steps(f"ok+{text}")
    assert step.strikes[0].fault == SETTINGS[text]


def test_steps_are_separated_by_commas_outside_of_parentheses() -> None:
    (draft,) = drafts(f"{FAILED}*2, ok , ok+content-type(a/b, c/d), InternalError*")
    assert [step.text for step in draft.steps] == [f"{FAILED}*2", "ok", "ok+content-type(a/b, c/d)", "InternalError*"]


def test_plans_are_separated_by_semicolons_outside_of_parentheses() -> None:
    found = drafts(f"callee=0086138*: {BLACK}*; action=CreateAICall: ok+content-type(a/b; c=d); ok;")
    assert [draft.narrowed for draft in found] == [True, True, False]
    assert found[0].narrowing.callee == "138*"
    assert found[1].narrowing.action == "CreateAICall"


@pytest.mark.parametrize("glob", ["0086138*", "+86138*", "138*", "+86 138-*"])
def test_the_glob_of_a_callee_is_normalised_as_numbers_are(glob: str) -> None:
    if " " in glob:
        with pytest.raises(PlanError):
            drafts(f"callee={glob}: ok")
    else:
        assert drafts(f"callee={glob}: ok")[0].narrowing.callee == "138*"


def test_narrowings_are_put_side_by_side() -> None:
    (draft,) = drafts("action=Create* callee=1?? credential=AKID-*: 50%: InternalError")
    narrowing = draft.narrowing
    assert (narrowing.action, narrowing.callee, narrowing.credential) == ("Create*", "1??", "AKID-*")
    assert draft.steps[0].percent == 50


# text → (position, what the sentence has)
REFUSED: dict[str, tuple[int, tuple[str, ...]]] = {
    "": (0, ("expected a plan", "got nothing")),
    " ; ": (0, ("expected a plan",)),
    "ok,": (3, ("expected ok or a code",)),
    "ok, ,ok": (4, ("expected ok or a code",)),
    "reset": (0, ("did you mean ok+reset?",)),
    "page(502)": (0, ("did you mean ok+page(502)?",)),
    "OK": (0, ("did you mean ok?",)),
    "ok+delay(1s)@before": (3, ("changes an answer", "leave @before out")),
    "ok+reset(20)@before": (3, ("changes an answer",)),
    "ok+page(503 retry=1)": (8, ("no setting 'retry'", "retry-after")),
    "action=CreateAIAgentCal: ok": (7, ("no action 'CreateAIAgentCal'", "did you mean CreateAIAgentCall")),
    "action=Nothing*: ok": (7, ("no action 'Nothing*'",)),
    "callee=138*, action=CreateAICall: ok": (11, ("a blank between narrowings",)),
    "callee=[138*: ok": (0, ("a ] for each [",)),
    "okay": (0, ("no code 'okay'",)),
    "FailedOperation.CallOutFail": (0, ("CreateAIAgentCall", f"did you mean {FAILED}", "!FailedOperation.CallOutFail")),
    "ok, FailedOperation.SeatStatusBusy": (4, ("CreateAIAgentCall", "!FailedOperation.SeatStatusBusy")),
    "action=HangUpCall: FailedOperation.CallOutFailed": (19, ("HangUpCall declares no code",)),
    "action=*: Made.Up": (10, ("there is no code 'Made.Up'",)),
    "ok+rest": (3, ("no fault 'rest'", "did you mean reset")),
    "ok+": (3, ("expected a fault",)),
    "ok+delay": (3, ("delay: expected time, got nothing",)),
    "ok+delay()": (3, ("delay: expected time",)),
    "ok+delay(5)": (9, ("delay: expected a duration", "'5'")),
    "ok+delay(uniform 3s 1s)": (9, ("the smaller one",)),
    "ok+delay(lognormal p50=0s p99=1s)": (9, ("above zero",)),
    "ok+delay(25h)": (9, ("at most 24h",)),
    "ok+page": (3, ("page: expected status, retry-after, got nothing for status",)),
    "ok+page(99)": (8, ("HTTP status from 200 to 599",)),
    "ok+page(502 1 2)": (8, ("beside it",)),
    "ok+page(502 status=503)": (8, ("status is given twice",)),
    "ok+null": (3, ("null: expected field",)),
    "ok+null(a b)": (8, ("beside it",)),
    "ok+null(1)": (8, ("name of a field",)),
    "ok+empty(1)": (9, ("no arguments",)),
    "ok+gzip(now)": (8, ("asked or forced",)),
    "ok+reset@later": (8, ("@before or @after", "'@later'")),
    "ok@after": (2, ("one on ok",)),
    "ok*0": (2, ("repetition from 1",)),
    "ok*, ok": (4, ("nothing behind 'ok*'",)),
    f"20%: {FAILED}, ok": (len(f"20%: {FAILED},"), ("nothing behind",)),
    "0%: ok": (0, ("percentage",)),
    "101%: ok": (0, ("percentage",)),
    "ok+delay(5s": (11, (") for each (",)),
    "ok)": (2, ("( before",)),
    "calee=1: ok": (0, ("no narrowing 'calee'", "did you mean callee")),
    "callee=: ok": (0, ("glob behind callee=",)),
    "callee=1 callee=2: ok": (9, ("callee is given twice",)),
    'ok+content-type("a")': (16, ("without quotes",)),
    "ok\n": (2, ("printable ASCII",)),
    "\u597d": (0, ("printable ASCII",)),
}


@pytest.mark.parametrize("text", REFUSED)
def test_a_text_that_does_not_parse_is_told_where_and_what_was_expected(text: str) -> None:
    with pytest.raises(PlanError) as caught:
        parse(text, API)
    position, carried = REFUSED[text]
    for part in carried:
        assert part in caught.value.sentence
    assert caught.value.position == position
    assert str(caught.value) == f"position {position}: {caught.value.sentence}"


def test_of_an_action_with_an_inherited_list_a_code_is_warned_of() -> None:
    inherited = next(action for action in API.actions.values() if action.errors_inherited_from)
    code = next(code for code in inherited.errors if API.errors[code].kind == "product")
    (warning,) = parse(f"action={inherited.name}: {code}, {code}", API).warnings
    assert inherited.name in warning
    assert str(inherited.errors_inherited_from) in warning


@pytest.mark.parametrize(("fault", "near"), [("null(SessionID)", "SessionId"), ("missing(Requestid)", "RequestId")])
def test_of_a_field_that_the_answer_does_not_have_its_writer_is_warned(fault: str, near: str) -> None:
    (warning,) = parse(f"ok+{fault}", API).warnings
    assert near in warning


def test_of_an_action_with_a_list_of_its_own_there_is_no_warning() -> None:
    assert parse(f"{FAILED}, InternalError, ok", API).warnings == []


def test_every_code_can_be_written() -> None:
    for code in API.errors:
        assert steps(f"!{code}")[0].code == code


def test_every_fault_can_be_written() -> None:
    examples = {
        "delay": "(1s)", "stall": "(1 1s)", "status": "(500)", "content-length": "(1)", "date": "(1s)", "null": "(A)",
        "missing": "(A)", "page": "(502)",
    }  # fmt: skip
    for kind in FAULTS:
        assert steps(f"ok+{kind}{examples.get(kind, '')}")[0].strikes[0].fault.kind == kind


def test_a_plan_of_100_000_steps_is_read() -> None:
    text = ", ".join([FAILED, "ok+delay(5s)"] * 50_000)
    (draft,) = drafts(text)
    assert len(draft.steps) == 100_000


def test_a_text_beyond_all_measure_is_refused() -> None:
    with pytest.raises(PlanError, match="at most 8000000 characters"):
        parse("o" * (MAX_LENGTH + 1), API)


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40))
@example("((((((((((")
@example("%:")
@example("a=:%:*+@after")
def test_any_text_is_read_or_refused_at_a_position_in_it(text: str) -> None:
    try:
        parse(text, API)
    except PlanError as wrong:
        position = wrong.position
    else:
        position = 0
    assert 0 <= position <= len(text)


words = st.sampled_from(["ok", FAILED, "InternalError", "!A.B"])
struck = st.sampled_from(
    ["", "+reset", "+reset(3)@after", "+delay(1s)", "+null(SessionId)", "+page(502 retry-after=1)"]
)
repeated = st.sampled_from(["", "*2", "*17"])


@given(st.lists(st.tuples(words, struck, repeated), min_size=1, max_size=6))
def test_what_is_written_is_read_in_order(parts: list[tuple[str, str, str]]) -> None:
    texts = ["".join(part) for part in parts]
    assert [step.text for step in steps(", ".join(texts))] == texts


# In quadratic time these would not end.
@pytest.mark.parametrize(
    "text", ["=" * 1_000_000, "a=" * 500_000, "ok" + " " * 1_000_000 + "x", "*" * 1_000_000, "(" * 1_000_000]
)
def test_a_long_hostile_text_is_refused(text: str) -> None:
    with pytest.raises(PlanError):
        parse(text, API)
