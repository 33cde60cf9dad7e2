"""How many calls and attempts each rule about waits needs, as docs/audit.md has it; and what is told of fewer."""

from __future__ import annotations

from typing import Any

import pytest

import ccc_mock
from ccc_mock.audit import Audit
from sequences import Sequence, callees


def fixed(calls: int, attempts: int) -> Audit:
    """Of a client that waits for two seconds each time, and gives up."""
    sequence = Sequence("RequestLimitExceeded*")
    for n, callee in enumerate(callees(calls)):
        sequence.to(callee, *(1000 * n + 2 * attempt for attempt in range(attempts)))
    return sequence.audit()


@pytest.mark.parametrize(
    ("calls", "attempts", "found", "unjudged"),
    [
        (1, 3, (), {"no-growth", "no-jitter", "storm"}),
        (3, 3, (), {"no-growth", "no-jitter", "storm"}),
        (4, 2, ("no-jitter",), {"no-growth", "storm"}),
        (4, 4, ("no-jitter",), {"no-growth", "storm"}),
        (1, 5, ("no-growth", "no-jitter"), {"storm"}),
    ],
)
def test_a_fixed_wait_is_found_by_as_many_calls_and_attempts_as_the_docs_say(
    calls: int, attempts: int, found: tuple[str, ...], unjudged: set[str]
) -> None:
    audit = fixed(calls, attempts)
    assert audit.rules == found
    assert {each.rule for each in audit.not_judged} == unjudged


def test_an_assertion_that_holds_gives_what_was_not_judged() -> None:
    assert fixed(1, 3).check().not_judged
    with ccc_mock.fake() as ccc:
        assert ccc.assert_sound_retries().calls == 0


@pytest.mark.parametrize("given", [["no-jitter"], [], "no-jitter", {"no-jitter"}, 5])
def test_what_is_ignored_without_reasons_is_told_in_a_sentence(given: Any) -> None:
    with ccc_mock.fake() as ccc, pytest.raises(TypeError, match="ignore: expected rules with a reason each, such as"):
        ccc.audit_retries(ignore=given)
