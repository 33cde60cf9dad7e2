"""Every setting changes the verdict that it names."""

from __future__ import annotations

import dataclasses
import uuid
from typing import Any

import pytest

from answers import (
    CODES_OF,
    EXPIRED,
    NOT_FOUND,
    SIGNATURE,
    TOKEN,
    VALUE,
    endpoint_for,
    refused,
    session_id,
)
from ccc_mock import Settings
from drafts import CAPITALS, ENDED, NOW, TEMPORARY, TOKENED, Draft
from older import OlderDraft, get_draft


def outcome(settings: Settings, draft: Draft | OlderDraft) -> str:
    """`ok`, the form of the SessionId, or the code."""
    return endpoint_for(settings).exchange(draft.request()).verdict


OLD = Draft().with_headers({"x-tc-timestamp": str(NOW - 301)})
SOON = Draft().with_headers({"x-tc-timestamp": "soon"})
LATE = Draft().by(ENDED).with_headers({"x-tc-token": ENDED.token or ""})
RUBY = OlderDraft(method="POST").with_common(Region="")  # its client sends a bare `Region`, signed as `Region=`
BARE = RUBY.but(text=RUBY.parameters.replace(b"&Region=&", b"&Region&"))

# setting → (another value, a request, its verdict by default, its verdict then)
TURNED: dict[str, tuple[Any, Draft | OlderDraft, str, str]] = {
    "skew_seconds": (301, OLD, EXPIRED, "ok"),
    "max_body_bytes": (100, Draft(), "ok", "RequestSizeLimitExceeded"),
    "max_query_bytes": (100, get_draft(), "ok", SIGNATURE),
    "max_form_bytes": (100, OlderDraft(method="POST"), "ok", SIGNATURE),
    "max_pairs": (7, OlderDraft(), "ok", "InvalidParameter"),
    "max_values": (7, Draft(), "ok", "InvalidParameter"),
    "key_without_equals": ("ok", BARE, "InvalidParameter", "ok"),
    "timestamp_not_a_number": (EXPIRED, SOON, "InvalidParameter", EXPIRED),
    "temporary_key_without_token": (NOT_FOUND, Draft().by(TEMPORARY), TOKEN, NOT_FOUND),
    "permanent_key_with_token": ("ok", TOKENED, TOKEN, "ok"),
    "expired_token": (NOT_FOUND, LATE, TOKEN, NOT_FOUND),
    "common_values_are_judged": (True, Draft().with_headers({"x-tc-language": "de-DE"}), "ok", VALUE),
    "values_are_judged": (False, Draft().with_params({"AcquireTimeoutSecond": 6}), VALUE, "ok"),
    "capitals_may_be_signed_as_sent": (False, CAPITALS, "ok", SIGNATURE),
}


@pytest.mark.parametrize("name", TURNED)
def test_a_setting_changes_the_verdict_that_it_names(name: str) -> None:
    value, draft, by_default, then = TURNED[name]
    assert outcome(Settings(), draft) == by_default
    assert outcome(Settings(**{name: value}), draft) == then


@pytest.mark.parametrize("name", TURNED)
def test_a_setting_turned_refuses_with_codes_that_its_check_lists(name: str) -> None:
    value, draft, _, then = TURNED[name]
    exchange = endpoint_for(Settings(**{name: value})).exchange(draft.request())
    assert then in ("ok", *CODES_OF[exchange.stage, exchange.check])


@pytest.mark.parametrize(("form", "length"), [("dashed", 36), ("dashless", 32)])
def test_a_session_id_is_a_version_4_uuid_in_the_form_that_is_set(form: str, length: int) -> None:
    text = session_id(endpoint_for(Settings(session_id=form)), Draft().request())
    assert len(text) == length
    assert text == (str(uuid.UUID(text)) if form == "dashed" else uuid.UUID(text).hex)
    assert uuid.UUID(text).version == 4


OF_A_WORLD = {
    "rule_order", "refused_attempts_count", "own_numbers_are_subject", "day_is", "blocked_calls", "hang_up_of_finished",
    "unknown_session", "acquire_seconds",
}  # fmt: skip
"""Turned in test_world_settings.py."""


def test_every_setting_is_turned() -> None:
    turned_elsewhere = {"session_id", "diagnosis_header", *OF_A_WORLD}  # the header: tests/forensics/test_shown.py
    assert {each.name for each in dataclasses.fields(Settings)} == {*TURNED, *turned_elsewhere}


def test_an_expired_message_carries_the_skew_that_is_set() -> None:
    assert "more than 10 seconds" in refused(endpoint_for(Settings(skew_seconds=10)), OLD.request()).message
