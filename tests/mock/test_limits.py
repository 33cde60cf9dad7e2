"""Rate limits: which calls of a second are refused, and what they count by."""

from __future__ import annotations

import threading
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answers import refused
from ccc_mock import DEFAULT_CREDENTIAL, Clock, Credential, Endpoint
from ccc_mock.checks.admit import NEAREST, entry_region
from ccc_mock.limits import Windows, parse_limit
from drafts import NOW, Draft

OVER = "RequestLimitExceeded"
SECOND = Credential("AKID-ccc-mock-second", "ccc-mock-second-key")


def limited(**limits: int | None) -> Endpoint:
    return Endpoint(credentials=(DEFAULT_CREDENTIAL, SECOND), clock=Clock(at=NOW), limits=limits)


def verdicts(endpoint: Endpoint, count: int, draft: Draft | None = None) -> list[str]:
    request = (draft or Draft()).request()
    return [endpoint.exchange(request).verdict for _ in range(count)]


def test_of_the_calls_of_a_second_twenty_pass() -> None:
    assert verdicts(limited(), 23) == ["ok"] * 20 + [OVER] * 3


def test_a_refusal_carries_the_count_so_far_and_the_limit() -> None:
    endpoint = limited()
    verdicts(endpoint, 22)
    message = refused(endpoint, Draft().request()).message
    assert "`23`" in message
    assert message.index("`23`") < message.index("`20`")


def test_the_next_second_is_another_window() -> None:
    endpoint = limited()
    endpoint.accounts.default.clock.freeze(NOW + 0.999)
    assert verdicts(endpoint, 21)[-1] == OVER
    endpoint.accounts.default.clock.freeze(NOW + 1)
    assert verdicts(endpoint, 21) == ["ok"] * 20 + [OVER]


def test_a_window_begins_with_the_second_and_not_with_the_first_call() -> None:
    endpoint = limited()
    endpoint.accounts.default.clock.freeze(NOW + 0.9)
    assert verdicts(endpoint, 20) == ["ok"] * 20
    endpoint.accounts.default.clock.freeze(NOW + 1.1)
    assert verdicts(endpoint, 20) == ["ok"] * 20


OTHERS = {
    "another action": Draft(params={"SdkAppId": 1}).with_headers({"x-tc-action": "DescribeNumbers"}),
    "another entry region": Draft(host="ccc.ap-guangzhou.tencentcloudapi.com"),
    "another sub-account": Draft().by(SECOND),
}


@pytest.mark.parametrize("case", OTHERS)
def test_limits_count_by_action_entry_region_and_sub_account(case: str) -> None:
    endpoint = limited()
    verdicts(endpoint, 20)
    assert verdicts(endpoint, 1, OTHERS[case]) != [OVER]
    assert verdicts(endpoint, 1) == [OVER]


def test_the_region_that_a_header_names_does_not_count() -> None:
    endpoint = limited()
    verdicts(endpoint, 20)
    assert verdicts(endpoint, 1, Draft().with_headers({"x-tc-region": "ap-shanghai"})) == [OVER]


def test_what_is_not_authenticated_does_not_count() -> None:
    endpoint = limited()
    verdicts(endpoint, 50, Draft(secret_key="wrong"))
    assert verdicts(endpoint, 20) == ["ok"] * 20


def test_what_is_refused_later_counts() -> None:
    endpoint = limited()
    verdicts(endpoint, 20, Draft(params={}))
    assert verdicts(endpoint, 1) == [OVER]


def test_an_action_can_have_another_limit_and_none() -> None:
    assert verdicts(limited(CreateAIAgentCall=2), 3) == ["ok", "ok", OVER]
    assert verdicts(limited(CreateAIAgentCall=0), 1) == [OVER]
    assert set(verdicts(limited(CreateAIAgentCall=None), 100)) == {"ok"}


def test_without_limits_nothing_is_limited() -> None:
    assert set(verdicts(Endpoint(clock=Clock(at=NOW)), 100)) == {"ok"}


def test_an_unknown_action_has_no_limit_to_change() -> None:
    with pytest.raises(ValueError, match="no action 'CreateAIAgentCal'; did you mean CreateAIAgentCall"):
        limited(CreateAIAgentCal=1)


def test_a_reset_begins_anew() -> None:
    endpoint = limited()
    verdicts(endpoint, 20)
    endpoint.accounts.default.reset()
    assert verdicts(endpoint, 1) == ["ok"]


def test_of_64_threads_exactly_twenty_calls_pass() -> None:
    endpoint = limited()
    seen: list[str] = []
    threads = [threading.Thread(target=lambda: seen.extend(verdicts(endpoint, 5))) for _ in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(seen) == {"ok": 20, OVER: 300}


# --- windows, and what is read -------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 40)), max_size=60))
def test_a_count_is_the_number_of_arrivals_of_that_key_since_the_second_began(arrivals: list[tuple[str, int]]) -> None:
    windows, seen = Windows(), []
    for key, tenths in sorted(arrivals, key=lambda arrival: arrival[1]):
        seen.append((key, tenths // 10))
        assert windows.hit(key, tenths / 10) == seen.count((key, tenths // 10))


REGIONS = {
    "ccc.tencentcloudapi.com": NEAREST,
    "ccc.ap-guangzhou.tencentcloudapi.com": "ap-guangzhou",
    "ccc.ap-shanghai-fsi.tencentcloudapi.com": "ap-shanghai-fsi",
    "ccc.intl.tencentcloudapi.com": NEAREST,
    "127.0.0.1": NEAREST,
    "ccc.localhost": NEAREST,
    "": NEAREST,
}


@pytest.mark.parametrize("host", REGIONS)
def test_the_entry_region_is_the_host_names(host: str) -> None:
    assert entry_region(host) == REGIONS[host]


def test_a_limit_is_read() -> None:
    assert parse_limit("HangUpCall=5") == ("HangUpCall", 5)
    assert parse_limit("HangUpCall=none") == ("HangUpCall", None)


@pytest.mark.parametrize("text", ["", "HangUpCall", "HangUpCall=", "HangUpCall=-1", "HangUpCall=1.5", "HangUpCall=１"])
def test_what_is_no_limit_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected ACTION=N or ACTION=none"):
        parse_limit(text)
