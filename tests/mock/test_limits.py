"""Rate limits: which calls of a second are refused, and what they count by."""

from __future__ import annotations

import itertools
import threading
from collections import Counter
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from answers import refused
from ccc_contract import Request, load_api
from ccc_mock import DEFAULT_CREDENTIAL, Clock, Credential, Endpoint, Limits
from ccc_mock.adapters import terminal
from ccc_mock.exchange import Exchange
from ccc_mock.limits import CEILINGS, SUB_ACCOUNT, Limit, Windows, parse_limit
from ccc_mock.regions import NEAREST, REGIONS, entry_region
from drafts import HOST, NOW, Draft

OVER = "RequestLimitExceeded"
OF_ACCOUNT = "RequestLimitExceeded.UinLimitExceeded"
OF_ALL_REGIONS = "RequestLimitExceeded.GlobalRegionUinLimitExceeded"
OF_ADDRESS = "RequestLimitExceeded.IPLimitExceeded"
SECOND = Credential("AKID-ccc-mock-second", "ccc-mock-second-key")
GUANGZHOU = "ccc.ap-guangzhou.tencentcloudapi.com"
CALL = "CreateAIAgentCall"


def limited(*, at: float = NOW, **limits: Any) -> Endpoint:
    return Endpoint(credentials=(DEFAULT_CREDENTIAL, SECOND), clock=Clock(at=at), limits=Limits(**limits))


def verdicts(endpoint: Endpoint, count: int, draft: Draft | None = None) -> list[str]:
    request = (draft or Draft()).request()
    return [endpoint.exchange(request).verdict for _ in range(count)]


def test_of_the_calls_of_a_second_twenty_pass() -> None:
    assert verdicts(limited(), 23) == ["ok"] * 20 + [OVER] * 3


def test_every_action_is_limited_to_what_is_documented_of_it() -> None:
    api = load_api()
    limits = Limits().by_action(api)
    assert limits == {name: (Limit(SUB_ACCOUNT, action.limit_per_second),) for name, action in api.actions.items()}
    assert {limit.per_second for (limit,) in limits.values()} == {20}


def test_a_refusal_carries_the_count_so_far_and_the_limit() -> None:
    endpoint = limited()
    verdicts(endpoint, 22)
    message = refused(endpoint, Draft().request()).message
    assert "`23`" in message
    assert message.index("`23`") < message.index("`20`")


def test_the_next_second_is_another_window() -> None:
    endpoint = limited(at=NOW + 0.999)
    assert verdicts(endpoint, 21)[-1] == OVER
    endpoint.accounts.default.clock.freeze(NOW + 1)
    assert verdicts(endpoint, 21) == ["ok"] * 20 + [OVER]


def test_a_window_begins_with_the_second_and_not_with_the_first_call() -> None:
    endpoint = limited(at=NOW + 0.9)
    assert verdicts(endpoint, 20) == ["ok"] * 20
    endpoint.accounts.default.clock.freeze(NOW + 1.1)
    assert verdicts(endpoint, 20) == ["ok"] * 20


OTHERS = {
    "another action": Draft(params={"SdkAppId": 1}).with_headers({"x-tc-action": "DescribeNumbers"}),
    "another entry region": Draft(host=GUANGZHOU),
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


def test_what_is_refused_later_counts() -> None:
    endpoint = limited()
    verdicts(endpoint, 20, Draft(params={}))
    assert verdicts(endpoint, 1) == [OVER]


def test_an_action_can_have_another_limit_and_none() -> None:
    assert verdicts(limited(actions={CALL: 2}), 3) == ["ok", "ok", OVER]
    assert verdicts(limited(actions={CALL: 0}), 1) == [OVER]
    assert set(verdicts(limited(actions={CALL: None}), 100)) == {"ok"}


def test_without_limits_nothing_is_limited() -> None:
    assert set(verdicts(Endpoint(clock=Clock(at=NOW)), 100)) == {"ok"}


def test_an_unknown_action_has_no_limit_to_change() -> None:
    with pytest.raises(ValueError, match="no action 'CreateAIAgentCal'; did you mean CreateAIAgentCall"):
        limited(actions={"CreateAIAgentCal": 1})


@pytest.mark.parametrize("limits", [{"account": -1}, {"ip": 1.5}, {"account_global": True}, {"actions": {CALL: "20"}}])
def test_what_is_no_number_of_calls_is_no_limit(limits: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="expected a whole number from 0 on or None"):
        Limits(**limits)


def test_a_reset_begins_anew() -> None:
    endpoint = limited()
    verdicts(endpoint, 20)
    endpoint.accounts.default.reset()
    assert verdicts(endpoint, 1) == ["ok"]


# --- the ceilings of the account and of an address -------------------------------------------------------------------


def test_the_ceiling_of_an_account_is_for_all_its_sub_accounts_in_a_region() -> None:
    endpoint = limited(account=3)
    assert verdicts(endpoint, 2) == ["ok"] * 2
    assert verdicts(endpoint, 2, Draft().by(SECOND)) == ["ok", OF_ACCOUNT]
    assert verdicts(endpoint, 1, Draft(host=GUANGZHOU)) == ["ok"]
    assert verdicts(endpoint, 1, OTHERS["another action"]) == ["ok"]


def test_the_global_ceiling_of_an_account_is_for_all_regions() -> None:
    endpoint = limited(account_global=3)
    assert verdicts(endpoint, 2) == ["ok"] * 2
    assert verdicts(endpoint, 2, Draft(host=GUANGZHOU).by(SECOND)) == ["ok", OF_ALL_REGIONS]
    assert verdicts(endpoint, 1, OTHERS["another action"]) == ["ok"]


def by_address(endpoint: Endpoint, address: str, draft: Draft | None = None) -> str:
    request = (draft or Draft()).request()._replace(client=address)
    return endpoint.exchange(request).verdict


def test_the_ceiling_of_an_address_is_for_all_that_comes_from_it() -> None:
    endpoint = limited(ip=2)
    assert by_address(endpoint, "192.0.2.1") == "ok"
    assert by_address(endpoint, "192.0.2.1", OTHERS["another action"]) == "ok"
    assert by_address(endpoint, "192.0.2.1", Draft(host=GUANGZHOU).by(SECOND)) == OF_ADDRESS
    assert by_address(endpoint, "192.0.2.2") == "ok"


def test_an_address_that_is_called_like_an_action_shares_no_count_with_it() -> None:
    endpoint = limited(account_global=1, ip=1)
    assert by_address(endpoint, CALL) == "ok"


def test_beyond_several_limits_the_narrowest_is_told_of() -> None:
    ceilings: dict[str, int | None] = {"account": 0, "account_global": 0, "ip": 0}
    assert verdicts(limited(actions={CALL: 0}, **ceilings), 1) == [OVER]
    for name, code in zip(list(ceilings), (OF_ACCOUNT, OF_ALL_REGIONS, OF_ADDRESS), strict=True):
        assert verdicts(limited(**ceilings), 1) == [code]
        ceilings[name] = None


def test_what_one_limit_refuses_counts_by_the_others() -> None:
    endpoint = limited(actions={CALL: 1}, account=3)
    assert verdicts(endpoint, 3) == ["ok", OVER, OVER]
    assert verdicts(endpoint, 1, Draft().by(SECOND)) == [OF_ACCOUNT]


def test_what_is_not_authenticated_counts_nowhere() -> None:
    endpoint = limited(account=20, account_global=20, ip=20)
    verdicts(endpoint, 50, Draft(secret_key="wrong"))
    assert verdicts(endpoint, 20) == ["ok"] * 20


def test_accounts_share_no_count() -> None:
    endpoint = limited(account=1, account_global=1, ip=1)
    grant = endpoint.accounts.make(clock=Clock(at=NOW))
    assert verdicts(endpoint, 2) == ["ok", OF_ACCOUNT]
    assert verdicts(endpoint, 2, Draft().by(grant.credential)) == ["ok", OF_ACCOUNT]


@pytest.mark.parametrize("language", ["en-US", "zh-CN"])
@pytest.mark.parametrize("ceiling", ["actions", "account", "account_global", "ip"])
def test_every_limit_tells_count_and_limit_in_the_language_that_is_asked_for(ceiling: str, language: str) -> None:
    endpoint = limited(**{ceiling: {CALL: 1} if ceiling == "actions" else 1})
    request = Draft().with_headers({"x-tc-language": language}).request()
    endpoint.handle(request)
    message = refused(endpoint, request).message
    assert message.index("`2`") < message.index("`1`")
    assert message.isascii() == (language == "en-US")


# --- for the fake's user ---------------------------------------------------------------------------------------------


def second_call(endpoint: Endpoint) -> Exchange:
    endpoint.handle(Draft().request())
    return endpoint.exchange(Draft().request())


def test_a_second_that_never_ends_is_told_of_and_how_to_end_it() -> None:
    endpoint = limited(actions={CALL: 1})
    exchange = second_call(endpoint)
    assert "the world stands still" in exchange.hint
    for end in ("`--no-rate-limit` of serve", "`limits=False`", "`ccc_limits = false`"):
        assert end in exchange.hint
    assert exchange.hint in terminal.as_line(exchange)
    assert terminal.facts(exchange)["hint"] == exchange.hint
    first, last = endpoint.journal()
    assert (first["hint"], last["hint"]) == (None, exchange.hint)


def test_a_world_that_is_frozen_alone_is_told_of_too_and_one_that_is_moved_on_passes() -> None:
    reality = itertools.count(NOW, 0.001)
    endpoint = Endpoint(clock=Clock(lambda: next(reality)), limits=Limits(actions={CALL: 1}))
    clock = endpoint.accounts.default.clock
    clock.freeze_world(NOW + 40_000)
    assert second_call(endpoint).hint
    clock.advance(1)
    assert verdicts(endpoint, 2) == ["ok", OVER]


def test_a_world_that_runs_faster_has_shorter_seconds() -> None:
    reality = itertools.count(NOW, 0.125)  # each call is an eighth of a second later than the one before
    clock = Clock(lambda: next(reality))
    clock.set_speed(8)
    endpoint = Endpoint(clock=clock, limits=Limits(actions={CALL: 1}))
    assert verdicts(endpoint, 5) == ["ok"] * 5


def test_the_client_is_not_told() -> None:
    exchange = second_call(limited(actions={CALL: 1}))
    assert b"no-rate-limit" not in exchange.reply.body
    assert b"stands still" not in exchange.reply.body


def test_what_would_not_help_is_not_advised() -> None:
    assert verdicts(limited(actions={CALL: 0}), 1) == [OVER]
    assert second_call(limited(actions={CALL: 0})).hint == ""
    ticking = Endpoint(clock=Clock(lambda: NOW), limits=Limits(actions={CALL: 1}))
    assert second_call(ticking).refused is not None
    assert second_call(ticking).hint == ""


# --- exactly ---------------------------------------------------------------------------------------------------------

# Around the edges of three seconds, as a clock may read them.
MOMENTS = [NOW + second + part for second in (0, 1, 2) for part in (0.0, 1e-6, 0.5, 0.999, 0.999999)]
REQUESTS = {
    (sub_account, host, address): Draft(host=host).by(credential).request()._replace(client=address)
    for (sub_account, credential), host, address in itertools.product(
        enumerate((DEFAULT_CREDENTIAL, SECOND)), (HOST, GUANGZHOU), ("192.0.2.1", "192.0.2.2")
    )
}
NUMBER = st.none() | st.integers(0, 4)


@given(
    st.lists(st.tuples(st.sampled_from(MOMENTS), st.sampled_from(list(REQUESTS))), max_size=40),
    st.tuples(NUMBER, NUMBER, NUMBER, NUMBER),
)
@example([(at, next(iter(REQUESTS))) for at in (NOW + 0.999999, NOW + 1, NOW + 0.999999)], (1, None, None, None))
def test_exactly_as_many_pass_as_a_naive_count_lets_pass(
    calls: list[tuple[float, tuple[int, str, str]]], numbers: tuple[int | None, ...]
) -> None:
    of_action, account, account_global, ip = numbers
    endpoint = limited(actions={CALL: of_action}, account=account, account_global=account_global, ip=ip)
    since_the_second_began: list[tuple[int, str, str]] = []
    before = None
    for at, (sub_account, host, address) in calls:
        if before is not None and int(at) != int(before):
            since_the_second_began = []
        before = at
        since_the_second_began.append((sub_account, host, address))
        here = [each for each in since_the_second_began if each[1] == host]
        counted = (
            (OVER, [each for each in here if each[0] == sub_account]),
            (OF_ACCOUNT, here),
            (OF_ALL_REGIONS, since_the_second_began),
            (OF_ADDRESS, [each for each in since_the_second_began if each[2] == address]),
        )
        beyond = [
            code
            for (code, alike), number in zip(counted, numbers, strict=True)
            if number is not None and len(alike) > number
        ]
        endpoint.accounts.default.clock.freeze(at)
        assert endpoint.exchange(REQUESTS[sub_account, host, address]).verdict == (beyond or ["ok"])[0]


def passed_and_came(endpoint: Endpoint) -> dict[int, tuple[int, int]]:
    """For each second of the journal: how many calls passed, and how many came."""
    entries = endpoint.journal()
    came, passed = (
        Counter(int(str(entry["at"]).partition(".")[0]) for entry in entries if entry["verdict"] in verdicts)
        for verdicts in (("ok", OVER), ("ok",))
    )
    return {second: (passed[second], came[second]) for second in came}


def all_at_once(threads: list[threading.Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def handle_often(endpoint: Endpoint, request: Request, count: int) -> None:
    for _ in range(count):
        endpoint.handle(request)


def test_of_64_threads_exactly_twenty_calls_pass() -> None:
    endpoint, request = limited(), Draft().request()
    all_at_once([threading.Thread(target=handle_often, args=(endpoint, request, 5)) for _ in range(64)])
    assert passed_and_came(endpoint) == {NOW: (20, 320)}


def test_of_64_threads_exactly_twenty_calls_of_each_second_pass_while_time_goes_on() -> None:
    ticks = itertools.count()  # each call is the 40th part of a second later than the one before
    endpoint, request = Endpoint(clock=Clock(lambda: NOW + next(ticks) / 40), limits=Limits()), Draft().request()
    all_at_once([threading.Thread(target=handle_often, args=(endpoint, request, 10)) for _ in range(64)])
    assert passed_and_came(endpoint) == {NOW + second: (20, 40) for second in range(16)}


# --- bounded, and what is read ---------------------------------------------------------------------------------------


def test_only_the_keys_of_the_current_second_are_kept() -> None:
    endpoint = limited(account=20, account_global=20, ip=20)
    windows = endpoint.accounts.default.windows
    for host in (HOST, GUANGZHOU):
        verdicts(endpoint, 3, Draft(host=host))
    assert len(windows) == 2 + 2 + 1 + 1
    endpoint.accounts.default.clock.advance(1)
    verdicts(endpoint, 3)
    assert len(windows) == 4


def test_regions_that_nobody_knows_share_one_count() -> None:
    names = (f"ccc.xx-{'abcdefghij'[n // 10]}{'abcdefghij'[n % 10]}.tencentcloudapi.com" for n in range(25))
    endpoint = limited()
    assert [endpoint.exchange(Draft(host=name).request()).verdict for name in names] == ["ok"] * 20 + [OVER] * 5
    assert {entry_region(f"ccc.zz-{n}.tencentcloudapi.com") for n in range(100_000)} == {NEAREST}


def test_addresses_without_end_take_no_memory_without_end() -> None:
    windows, limit = Windows(), Limits(actions={CALL: None}, ip=1).by_action(load_api())[CALL]
    known = ("1", CALL, NEAREST, "0")
    for n in range(100_000):
        assert windows.count(("1", CALL, NEAREST, str(n)), limit, NOW) is None
    assert len(windows) == Windows.MAX_KEYS
    counted = [beyond and beyond[1] for beyond in (windows.count(known, limit, NOW) for _ in range(2))]
    assert counted == [2, 3]


HOSTS = {
    "ccc.tencentcloudapi.com": NEAREST,
    "ccc.intl.tencentcloudapi.com": NEAREST,
    "127.0.0.1": NEAREST,
    "ccc.localhost": NEAREST,
    "": NEAREST,
    **{f"ccc.{region}.tencentcloudapi.com": region for region in REGIONS},
}


@pytest.mark.parametrize("host", HOSTS)
def test_the_entry_region_is_the_host_names(host: str) -> None:
    assert entry_region(host) == HOSTS[host]


def test_a_limit_is_read() -> None:
    texts = ("HangUpCall=5", "CreateStaff=none", "account=40", "account-global=80", "ip=9", "ip=10")
    assert Limits.of(parse_limit(text, load_api()) for text in texts) == Limits(
        actions={"HangUpCall": 5, "CreateStaff": None}, account=40, account_global=80, ip=10
    )


def test_the_ceilings_are_called_by_no_actions_name() -> None:
    assert not set(CEILINGS) & set(load_api().actions)


@pytest.mark.parametrize("text", ["", "HangUpCall", "HangUpCall=", "HangUpCall=-1", "HangUpCall=1.5", "HangUpCall=１"])
def test_what_is_no_limit_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected NAME=N or NAME=none"):
        parse_limit(text, load_api())


@pytest.mark.parametrize(("text", "meant"), [("HangUpCal=1", "HangUpCall"), ("acount=1", "account"), ("Ip=1", "ip")])
def test_a_name_that_has_no_limit_is_told_with_the_nearest_that_has(text: str, meant: str) -> None:
    with pytest.raises(ValueError, match=f"expected an action, account, account-global, ip, got .*{meant}"):
        parse_limit(text, load_api())
