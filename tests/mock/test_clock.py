"""The time of an account: real, moved, or frozen."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccc_mock import Clock
from ccc_mock.clock import END_OF_TIME, parse_time
from ccc_mock.reply import http_date
from drafts import NOW


class Source:
    """A time source that a test moves."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture
def clock(source: Source) -> Clock:
    return Clock(source)


def test_a_clock_reads_its_source(clock: Clock, source: Source) -> None:
    source.at = 1234.5
    assert (clock.now(), clock.frozen) == (1234.5, False)


def test_a_clock_reads_real_time_by_default() -> None:
    before = time.time()
    assert before <= Clock().now() <= time.time()


def test_a_clock_may_start_frozen(source: Source) -> None:
    clock = Clock(source, at=NOW)
    source.at += 1
    assert (clock.now(), clock.frozen) == (NOW, True)


def test_a_frozen_clock_stands_still(clock: Clock, source: Source) -> None:
    clock.freeze(NOW)
    source.at += 1
    assert (clock.now(), clock.frozen) == (NOW, True)


def test_a_clock_may_be_frozen_at_the_epoch() -> None:
    assert (Clock(at=0).now(), Clock(at=0).frozen) == (0, True)


def test_a_frozen_clock_that_advances_stands_still_again(clock: Clock, source: Source) -> None:
    clock.freeze(NOW)
    clock.advance(30.5)
    source.at += 1
    assert clock.now() == NOW + 30.5


def test_a_running_clock_that_advances_runs_on_from_there(clock: Clock, source: Source) -> None:
    clock.advance(10)
    clock.advance(20)
    source.at += 1
    assert (clock.now(), clock.frozen) == (1031, False)


def test_a_clock_runs_again_in_real_time(clock: Clock, source: Source) -> None:
    clock.advance(10)
    clock.freeze(NOW)
    clock.run()
    assert (clock.now(), clock.frozen) == (source.at, False)


def test_a_restarted_clock_is_as_it_was_made(source: Source) -> None:
    running, frozen = Clock(source), Clock(source, at=NOW)
    for clock in (running, frozen):
        clock.advance(10)
        clock.freeze(5)
        clock.restart()
    assert (running.now(), running.frozen) == (1000, False)
    assert (frozen.now(), frozen.frozen) == (NOW, True)


@pytest.mark.parametrize(
    "at",
    [-1, -0.001, END_OF_TIME, float("inf"), float("-inf"), float("nan"), 10**400],
    ids=["before 1970", "just before 1970", "year 10000", "infinite", "minus infinite", "no number", "huge"],
)
def test_a_time_without_a_four_digit_year_is_refused(clock: Clock, at: float) -> None:
    with pytest.raises(ValueError, match="between 1970 and 9999"):
        clock.freeze(at)
    with pytest.raises(ValueError, match="between 1970 and 9999"):
        Clock(at=at)
    assert not clock.frozen


@pytest.mark.parametrize("seconds", [-1, -1e-9, float("nan")], ids=str)
def test_a_clock_does_not_go_back(clock: Clock, seconds: float) -> None:
    with pytest.raises(ValueError, match="expected zero or more seconds to advance"):
        clock.advance(seconds)
    assert clock.now() == 1000


@pytest.mark.parametrize("seconds", [END_OF_TIME, float("inf"), 10**400], ids=["year 10000", "infinite", "huge"])
def test_a_clock_does_not_leave_the_calendar(clock: Clock, seconds: float) -> None:
    with pytest.raises(ValueError, match="between 1970 and 9999"):
        clock.advance(seconds)
    assert clock.now() == 1000


def test_no_advance_changes_nothing(clock: Clock) -> None:
    clock.advance(0)
    assert clock.now() == 1000


TIMES = {
    "0": 0,
    "1795324613": NOW,
    "1795324613.25": NOW + 0.25,
    "2026-11-22T05:16:53Z": NOW,
    "2026-11-22T13:16:53+08:00": NOW,
    "2026-11-22 05:16:53+00:00": NOW,
    "9999-12-31T23:59:59Z": END_OF_TIME - 1,
}


@pytest.mark.parametrize("text", TIMES)
def test_a_time_is_read_from_text(text: str) -> None:
    assert parse_time(text) == TIMES[text]


NO_TIMES = {
    "": "expected a Unix second or an ISO time",
    "noon": "expected a Unix second or an ISO time",
    "nan": "between 1970 and 9999",
    "-1": "between 1970 and 9999",
    "2026-11-22": "expected an offset",
    "2026-11-22T10:00:00": "expected an offset",
    "1969-12-31T23:59:59Z": "between 1970 and 9999",
    "0001-01-01T00:00:00+14:00": "between 1970 and 9999",
}


@pytest.mark.parametrize("text", NO_TIMES, ids=lambda text: text or "empty")
def test_what_is_no_time_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=NO_TIMES[text]):
        parse_time(text)


@given(st.text(max_size=30))
def test_any_text_is_a_time_or_a_value_error(text: str) -> None:
    assert 0 <= time_or_sentence(text) < END_OF_TIME


def time_or_sentence(text: str) -> float:
    """The time that a text means; 0 for a text that is refused with a sentence."""
    try:
        return parse_time(text)
    except ValueError as reason:
        return 0 if str(reason).startswith("expected ") else -1


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (0, b"Thu, 01 Jan 1970 00:00:00 GMT"),
        (951782400, b"Tue, 29 Feb 2000 00:00:00 GMT"),
        (NOW, b"Sun, 22 Nov 2026 05:16:53 GMT"),
        (253402300799, b"Fri, 31 Dec 9999 23:59:59 GMT"),
    ],
)
def test_a_date_header_is_written_as_http_writes_it(at: int, text: bytes) -> None:
    assert http_date(at) == text
