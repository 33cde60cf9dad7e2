"""The time of an account: real, moved, or frozen."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccc_mock import Clock
from ccc_mock.clock import END_OF_TIME, parse_time, parse_world_time
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


def test_both_hands_read_the_source(clock: Clock, source: Source) -> None:
    source.at = 1234.5
    assert clock.read() == (1234.5, 1234.5)
    assert (clock.speed, clock.skew, clock.signing_is_frozen, clock.moved()) == (1, 0, False, "")


def test_a_clock_reads_real_time_by_default() -> None:
    before = time.time()
    assert before <= min(Clock().read()) <= max(Clock().read()) <= time.time()


def test_a_clock_may_start_with_both_hands_frozen(source: Source) -> None:
    clock = Clock(source, at=NOW)
    source.at += 1
    assert (clock.read(), clock.world_is_frozen, clock.signing_is_frozen) == ((NOW, NOW), True, True)


def test_both_hands_may_be_frozen_together(clock: Clock, source: Source) -> None:
    clock.set_skew(5)
    clock.freeze(NOW)
    source.at += 1
    assert clock.read() == (NOW, NOW)
    assert Clock(at=0).read() == (0, 0)


def test_the_world_may_stand_still_while_signatures_are_judged_by_real_time(clock: Clock, source: Source) -> None:
    clock.freeze_world(NOW)
    source.at += 1
    assert clock.read() == (NOW, 1001)
    assert (clock.speed, clock.world_is_frozen, clock.signing_is_frozen) == (0, True, False)


def test_a_hand_that_stands_goes_on_standing_where_it_is_moved_to(clock: Clock, source: Source) -> None:
    clock.freeze(NOW)
    clock.advance(30.5)
    source.at += 1
    assert clock.read() == (NOW + 30.5, NOW + 30.5)


def test_only_the_world_is_moved_where_signing_runs(clock: Clock, source: Source) -> None:
    clock.advance(10)
    clock.advance(20)
    source.at += 1
    assert clock.read() == (1031, 1001)
    clock.freeze_world(5)
    clock.advance(3)
    assert clock.read() == (8, 1001)


def test_the_world_may_run_faster_from_where_it_is(clock: Clock, source: Source) -> None:
    clock.set_speed(60)
    source.at += 2
    assert clock.read() == (1120, 1002)
    clock.set_speed(0.5)
    source.at += 2
    assert clock.read() == (1121, 1004)
    clock.freeze_world(NOW)
    clock.set_speed(2)
    source.at += 1
    assert clock.world() == NOW + 2
    clock.advance(100)
    source.at += 1
    assert clock.world() == NOW + 104


def test_a_skew_is_of_the_signing_hand_alone(clock: Clock, source: Source) -> None:
    clock.set_skew(-301)
    assert clock.read() == (1000, 699)
    clock.advance(10)
    assert clock.read() == (1010, 699)
    clock.set_skew(0)
    assert clock.signing() == 1000


@pytest.mark.parametrize("speed", [0, -1, float("inf"), float("nan"), 1_000_001], ids=str)
def test_a_speed_is_above_zero_and_not_beyond_measure(clock: Clock, speed: float) -> None:
    with pytest.raises(ValueError, match="expected a speed above 0"):
        clock.set_speed(speed)
    assert clock.speed == 1


@pytest.mark.parametrize("seconds", [float("inf"), float("nan"), -1e30, 10**400], ids=["inf", "nan", "far", "huge"])
def test_a_skew_is_a_number_of_seconds_within_reason(clock: Clock, seconds: float) -> None:
    with pytest.raises(ValueError, match="expected a skew of up to"):
        clock.set_skew(seconds)
    assert clock.skew == 0


def test_a_clock_runs_again_in_real_time(clock: Clock, source: Source) -> None:
    clock.advance(10)
    clock.freeze(NOW)
    clock.set_speed(7)
    clock.set_skew(7)
    clock.run()
    assert (clock.read(), clock.moved()) == ((source.at, source.at), "")


def test_a_restarted_clock_is_as_it_was_made(source: Source) -> None:
    running, frozen = Clock(source), Clock(source, at=NOW)
    for clock in (running, frozen):
        clock.advance(10)
        clock.freeze(5)
        clock.set_speed(2)
        clock.set_skew(2)
        clock.restart()
    assert running.read() == (1000, 1000)
    assert frozen.read() == (NOW, NOW)


@pytest.mark.parametrize(
    ("move", "told"),
    [
        (lambda clock: clock.freeze(0), "the signing hand is frozen at 1970-01-01T08:00:00+08:00; the world's hand is"),
        (lambda clock: clock.freeze_world(0), "the world's hand is frozen at 1970-01-01T08:00:00+08:00"),
        (lambda clock: clock.advance(9), "the world's hand runs at speed 1 from real time, and is at 1970-01-01T08:16"),
        (lambda clock: clock.set_speed(60), "the world's hand runs at speed 60"),
        (lambda clock: clock.set_skew(-7), "the signing hand has a skew of -7 s"),
    ],
    ids=["both", "world", "advanced", "faster", "skew"],
)
def test_a_clock_tells_where_its_hands_were_moved(clock: Clock, move: Callable[[Clock], None], told: str) -> None:
    move(clock)
    assert clock.moved().startswith(told)


@pytest.mark.parametrize(
    "at",
    [-1, -0.001, END_OF_TIME, float("inf"), float("-inf"), float("nan"), 10**400],
    ids=["before 1970", "just before 1970", "year 10000", "infinite", "minus infinite", "no number", "huge"],
)
def test_a_time_without_a_four_digit_year_is_refused(clock: Clock, at: float) -> None:
    with pytest.raises(ValueError, match="between 1970 and 9999"):
        clock.freeze(at)
    with pytest.raises(ValueError, match="between 1970 and 9999"):
        clock.freeze_world(at)
    with pytest.raises(ValueError, match="between 1970 and 9999"):
        Clock(at=at)
    assert clock.moved() == ""


@pytest.mark.parametrize("seconds", [-1, -1e-9, float("nan")], ids=str)
def test_a_clock_does_not_go_back(clock: Clock, seconds: float) -> None:
    with pytest.raises(ValueError, match="expected zero or more seconds to advance"):
        clock.advance(seconds)
    assert clock.read() == (1000, 1000)


@pytest.mark.parametrize("seconds", [END_OF_TIME, float("inf"), 10**400], ids=["year 10000", "infinite", "huge"])
def test_a_clock_does_not_leave_the_calendar(clock: Clock, seconds: float) -> None:
    with pytest.raises(ValueError, match="between 1970 and 9999"):
        clock.advance(seconds)
    assert clock.read() == (1000, 1000)


def test_no_advance_changes_nothing(clock: Clock) -> None:
    clock.advance(0)
    assert clock.read() == (1000, 1000)


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


TIMES_OF_DAY = {
    "22:10": "2026-11-22T22:10:00+08:00",
    "8:05": "2026-11-22T08:05:00+08:00",
    "00:00:01": "2026-11-22T00:00:01+08:00",
    "23:59:59": "2026-11-22T23:59:59+08:00",
    "1795324613": "2026-11-22T13:16:53+08:00",
}


@pytest.mark.parametrize("text", TIMES_OF_DAY)
def test_a_time_of_day_is_of_the_worlds_day_in_beijing(text: str) -> None:
    # 00:30 in Beijing, where it is the day before in Greenwich.
    half_past_midnight = parse_time("2026-11-22T00:30:00+08:00")
    assert parse_world_time(text, half_past_midnight) == parse_time(TIMES_OF_DAY[text])


def test_a_hand_may_be_set_by_a_text(clock: Clock, source: Source) -> None:
    source.at = parse_time("2026-11-22T10:00:00+08:00")
    clock.freeze_world("22:10")
    assert clock.world() == parse_time("2026-11-22T22:10:00+08:00")
    clock.freeze("2026-11-23T10:00:00+08:00")
    clock.freeze("08:00")
    assert clock.read() == (parse_time("2026-11-23T08:00:00+08:00"),) * 2


@pytest.mark.parametrize("text", ["24:00", "22:60", "22:10:60", ":", "-1:00", "22:1", "22:10 ", "10", "2210"])
def test_what_is_no_time_of_day_is_no_time(text: str) -> None:
    with pytest.raises(ValueError, match="a Unix second or an ISO time"):
        parse_world_time(text, NOW)


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
