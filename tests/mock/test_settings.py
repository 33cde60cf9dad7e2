"""Settings: what the vendor leaves open, each with its unit, its confidence and its source."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ccc_contract import load_api
from ccc_contract.model import CONFIDENCES
from ccc_mock import Settings
from ccc_mock.fidelity import points
from ccc_mock.settings import knobs

KNOBS = {name: (default, known) for name, default, known in knobs()}


@pytest.mark.parametrize("name", KNOBS)
def test_a_setting_says_what_it_decides_and_how_sure_that_is(name: str) -> None:
    _, known = KNOBS[name]
    assert known["decides"]
    assert known["unit"]
    assert known["confidence"] in CONFIDENCES
    assert known["source"] in load_api().sources


@pytest.mark.parametrize("name", KNOBS)
def test_a_default_is_one_of_the_choices(name: str) -> None:
    default, known = KNOBS[name]
    assert (default in known["choices"]) == (type(default) is str and name != "rule_order")


def test_codes_that_a_setting_chooses_exist() -> None:
    chosen = {choice for _, known in KNOBS.values() if "code" in known["unit"] for choice in known["choices"]}
    assert chosen - {"ok"} <= load_api().errors.keys()


def test_settings_do_not_change_once_made() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Settings().skew_seconds = 1  # type: ignore[misc]


PARSED: dict[str, tuple[dict[str, str], Settings]] = {
    "nothing": ({}, Settings()),
    "a number": ({"skew_seconds": "900"}, Settings(skew_seconds=900)),
    "zero": ({"max_body_bytes": "0"}, Settings(max_body_bytes=0)),
    "a choice": ({"session_id": "dashless"}, Settings(session_id="dashless")),
    "no": ({"capitals_may_be_signed_as_sent": "No"}, Settings(capitals_may_be_signed_as_sent=False)),
    "0": ({"capitals_may_be_signed_as_sent": "0"}, Settings(capitals_may_be_signed_as_sent=False)),
    "true": ({"capitals_may_be_signed_as_sent": "TRUE"}, Settings()),
    "two": ({"skew_seconds": "1", "session_id": "dashless"}, Settings(skew_seconds=1, session_id="dashless")),
}


@pytest.mark.parametrize("case", PARSED)
def test_settings_are_read_from_texts(case: str) -> None:
    texts, expected = PARSED[case]
    assert Settings.of(texts) == expected


WRONG: dict[str, tuple[dict[str, str], str]] = {
    "unknown": ({"skew": "1"}, "no setting 'skew'; known: acquire_seconds, blocked_calls, "),
    "by its case": ({"Skew_seconds": "1"}, "no setting 'Skew_seconds'"),
    "a text for a number": ({"skew_seconds": "five"}, "skew_seconds: expected a whole number of seconds, got 'five'"),
    "a negative number": ({"skew_seconds": "-1"}, "skew_seconds: expected a whole number of seconds, got '-1'"),
    "a fraction": ({"max_body_bytes": "1.5"}, "max_body_bytes: expected a whole number of bytes, got '1.5'"),
    "no number": ({"max_body_bytes": ""}, "max_body_bytes: expected a whole number of bytes, got ''"),
    "other digits": ({"skew_seconds": "٣"}, "skew_seconds: expected a whole number of seconds"),
    "another choice": ({"session_id": "none"}, "session_id: expected dashed or dashless, got 'none'"),
    "a choice by its case": ({"session_id": "Dashed"}, "session_id: expected dashed or dashless"),
    "neither yes nor no": (
        {"capitals_may_be_signed_as_sent": "maybe"}, "capitals_may_be_signed_as_sent: expected yes or no, got 'maybe'"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_what_is_no_setting_is_refused_with_a_sentence(case: str) -> None:
    texts, sentence = WRONG[case]
    with pytest.raises(ValueError, match=r"^[^\n]+$") as caught:
        Settings.of(texts)
    assert sentence in str(caught.value)


UNFIT: dict[str, Any] = {
    "session_id": "dashles",
    "timestamp_not_a_number": "InvalidParam",
    "permanent_key_with_token": "OK",
}


@pytest.mark.parametrize("name", UNFIT)
def test_a_choice_that_there_is_not_is_refused_in_code_too(name: str) -> None:
    with pytest.raises(ValueError, match=f"^{name}: expected "):
        Settings(**{name: UNFIT[name]})


# --- the table that people are shown -------------------------------------------------------------------------------


def test_every_point_of_fidelity_has_a_confidence_and_a_source() -> None:
    api = load_api()
    for point in points():
        assert point.confidence in CONFIDENCES, point
        assert point.source in api.sources, point
        assert point.says, point


def test_every_setting_is_a_point_of_fidelity() -> None:
    assert {point.name for point in points() if point.kind == "setting"} == set(KNOBS)


def test_no_two_points_of_a_kind_have_the_same_name() -> None:
    names = [(point.kind, point.name) for point in points()]
    assert len(set(names)) == len(names)
