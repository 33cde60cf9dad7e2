"""What the audit says of real clients, each as its documentation has it used, while what they sleep moves the world."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import stamina
import tenacity
from tencentcloud.ccc.v20200210 import ccc_client
from tencentcloud.common.credential import Credential as OfficialCredential
from tencentcloud.common.exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.retry import StandardRetryer

import ccc_mock
from ccc_contract import AsyncClient, Client, Credential, Retries
from ccc_contract.errors import CccError
from ccc_mock.audit import UnsoundRetries
from ccc_mock.audit.spacing import NO_WAIT_SECONDS
from ccc_mock.faking import Fake
from ccc_mock.strategies import words_for
from drafts import NOW
from sdk import a_call, client_of
from sequences import CALLEE, Sequence, callees, in_turn


@pytest.fixture
def ccc() -> Iterator[Fake]:
    with ccc_mock.fake(at=NOW) as active, active.virtual_time():
        yield active


def official(ccc: Fake, attempts: int = 3) -> Any:
    profile = ClientProfile(retryer=StandardRetryer(max_attempts=attempts))
    return ccc_client.CccClient(OfficialCredential(ccc.secret_id, ccc.secret_key), "", profile)


def dial(client: Any, callee: str = CALLEE) -> None:
    with contextlib.suppress(TencentCloudSDKException):
        client.CreateAIAgentCall(a_call(callee))


def broken(ccc: Fake) -> tuple[str, ...]:
    return ccc.audit_retries().rules


# --- the official Python SDK ---------------------------------------------------------------------------------------


def test_the_retryer_of_the_sdk_dials_again_behind_a_success(ccc: Fake) -> None:
    ccc.plan("RequestLimitExceeded, ok")
    dial(official(ccc))
    found = ccc.audit_retries()
    assert found.rules == ("success-repeated",)
    assert found.findings[0].entries == (2, 3)
    assert len(ccc.ledger.calls_to(CALLEE)) == 2
    assert not ccc.ledger.duplicates()  # each was answered: only the rhythm tells


@pytest.mark.parametrize("step", ["ok+reset@after", "ok+delay(61s)", "ok+status(500)"])
def test_it_dials_again_where_an_answer_was_lost(ccc: Fake, step: str) -> None:
    ccc.plan(step)
    dial(official(ccc, attempts=2))
    assert broken(ccc) == ("dialled-twice",)


def test_its_waits_double_and_are_never_drawn(ccc: Fake) -> None:
    ccc.plan("RequestLimitExceeded*")
    dial(official(ccc, attempts=5))
    assert broken(ccc) == ("no-jitter",)
    (finding,) = ccc.audit_retries()
    assert finding.what == "the waits follow one rule exactly: 1.00 s, 2.00 s, 4.00 s, 8.00 s."


def test_eight_workers_of_it_are_a_storm() -> None:
    """At the times that it sleeps, and not in threads: those would come back as the machine has time for them."""
    began = [(0.005 * n, callee) for n, callee in enumerate(callees(8))]
    waits = [0, *itertools.accumulate(StandardRetryer.backoff(n) for n in range(2))]
    when = [(at + wait, callee) for at, callee in began for wait in waits]
    assert in_turn(Sequence("RequestLimitExceeded*"), when).audit().rules == ("no-jitter", "storm")


def test_without_a_retryer_it_repeats_nothing(ccc: Fake) -> None:
    ccc.plan("ok+reset@after")
    dial(client_of(ccc))
    found = ccc.audit_retries()
    assert (found.calls, found.retried, bool(found)) == (1, 0, False)


# --- libraries for retries -----------------------------------------------------------------------------------------

REPEATS = stamina.retry(on=TencentCloudSDKException)
"""As its README has it: ten attempts within 45 seconds, on an exception."""


def only_for_the_rate(error: Exception) -> bool:
    return isinstance(error, TencentCloudSDKException) and error.code == "RequestLimitExceeded"


LIBRARIES: dict[str, tuple[Callable[[Any], Any], tuple[str, ...]]] = {
    "tenacity, as it is": (tenacity.retry(stop=tenacity.stop_after_attempt(5)), ("no-wait",)),
    "tenacity, wait_fixed": (
        tenacity.retry(stop=tenacity.stop_after_attempt(5), wait=tenacity.wait_fixed(2)), ("no-growth", "no-jitter"),
    ),
    "tenacity, wait_exponential": (
        tenacity.retry(stop=tenacity.stop_after_attempt(5), wait=tenacity.wait_exponential()), ("no-jitter",),
    ),
    "tenacity, wait_random_exponential": (
        tenacity.retry(stop=tenacity.stop_after_attempt(5), wait=tenacity.wait_random_exponential(max=60)), (),
    ),
    "tenacity, twelve times": (
        tenacity.retry(stop=tenacity.stop_after_attempt(12), wait=tenacity.wait_random_exponential(max=20)),
        ("no-deadline",),
    ),
    "stamina": (REPEATS, ()),
    "stamina without jitter": (stamina.retry(on=TencentCloudSDKException, wait_jitter=0, attempts=5), ("no-jitter",)),
}  # fmt: skip


@pytest.mark.parametrize(("retry", "rules"), LIBRARIES.values(), ids=LIBRARIES)
def test_how_a_library_waits_for_the_rate(ccc: Fake, retry: Any, rules: tuple[str, ...]) -> None:
    random.seed(3)
    ccc.plan("RequestLimitExceeded*")
    client = client_of(ccc)
    with contextlib.suppress(TencentCloudSDKException, tenacity.RetryError):
        retry(lambda: client.CreateAIAgentCall(a_call()))()
    assert broken(ccc) == rules


@pytest.mark.parametrize(
    ("plan", "rule"),
    [("FailedOperation.CalleeIsBlackUser*2, ok", "cannot-succeed"), ("ok+reset@after, ok", "dialled-twice"),
     ("InternalError, ok", "unknown-outcome")],
)  # fmt: skip
@pytest.mark.parametrize("library", ["tenacity, wait_random_exponential", "stamina"])
def test_who_goes_by_the_exception_alone_repeats_what_it_should_not(
    ccc: Fake, library: str, plan: str, rule: str
) -> None:
    random.seed(3)
    ccc.plan(plan)
    client = client_of(ccc)
    LIBRARIES[library][0](lambda: client.CreateAIAgentCall(a_call()))()
    assert broken(ccc) == (rule,)


@pytest.mark.parametrize("step", words_for())
def test_stamina_by_the_code_is_sound_whatever_happens(ccc: Fake, step: str) -> None:
    random.seed(3)
    ccc.plan(f"{step}, RequestLimitExceeded, ok")
    client = client_of(ccc)
    with contextlib.suppress(Exception):
        stamina.retry(on=only_for_the_rate)(client.CreateAIAgentCall)(a_call())
    ccc.assert_sound_retries()


# --- our own -------------------------------------------------------------------------------------------------------


def ours(ccc: Fake, seed: int = 3) -> Client:
    return Client(Credential(ccc.secret_id, ccc.secret_key), retries=Retries(draw=random.Random(seed).uniform))


def place(client: Client, callee: str = CALLEE) -> None:
    with contextlib.suppress(CccError):
        client.create_ai_agent_call(sdk_app_id=1400000000, ai_agent_id=15, callee=callee)


@pytest.mark.parametrize("step", words_for())
def test_our_client_is_sound_whatever_happens(ccc: Fake, step: str) -> None:
    ccc.plan(f"{step}, RequestLimitExceeded, {step}, ok")
    with ours(ccc) as client:
        place(client)
    ccc.assert_sound_retries()


def test_and_when_it_gives_up(ccc: Fake) -> None:
    ccc.plan("RequestLimitExceeded*")
    with ours(ccc) as client:
        for callee in callees(5):
            place(client, callee)
    found = ccc.audit_retries()
    assert (found.calls, found.retried, found.findings) == (20, 5, ())
    assert {each.rule for each in found.not_judged} == {"no-growth", "storm"}


def test_and_eight_at_once_of_the_asynchronous_one(ccc: Fake) -> None:
    ccc.plan("RequestLimitExceeded*8, ok*8")
    retries = Retries(draw=random.Random(3).uniform)

    async def all_of_them() -> None:
        async with AsyncClient(Credential(ccc.secret_id, ccc.secret_key), retries=retries) as client:
            calls = (
                client.create_ai_agent_call(sdk_app_id=1400000000, ai_agent_id=15, callee=each) for each in callees(8)
            )
            await asyncio.gather(*calls, return_exceptions=True)

    asyncio.run(all_of_them())
    assert len(ccc.ledger.calls()) == 8
    ccc.assert_sound_retries()


def of_ours(draw: Callable[[float, float], float], n: int) -> float:
    return Retries(draw=draw).wait_after(n, None, 0)


def of_stamina(draw: Callable[[float, float], float], n: int) -> float:
    """By its documentation, with its defaults."""
    return min(5.0, 0.1 * 2 ** (n - 1) + draw(0, 1))


def of_tenacity(draw: Callable[[float, float], float], n: int) -> float:
    """`wait_exponential_jitter`, by its documentation, with its defaults."""
    return min(60.0, 2 ** (n - 1) + draw(0, 1))


@pytest.mark.parametrize(("wait", "attempts"), [(of_ours, 4), (of_stamina, 10), (of_tenacity, 6)])
def test_waits_that_are_drawn_are_not_accused_by_chance(wait: Callable[..., float], attempts: int) -> None:
    """A hundred clients each, four of them at once."""
    for seed in range(0, 100, 4):
        when = []
        for n, callee in enumerate(callees(4)):
            draw = random.Random(seed + n).uniform
            times = itertools.accumulate((wait(draw, number) for number in range(1, attempts)), initial=0.1 * n)
            when += [(second, callee) for second in times]
        found = in_turn(Sequence("RequestLimitExceeded*"), when).audit()
        assert not found, (seed, str(found))


# --- the member of what a test has in its hands --------------------------------------------------------------------


def test_findings_are_what_an_assertion_is_made_of(ccc: Fake) -> None:
    ccc.plan("ok+reset@after")
    dial(official(ccc, attempts=2))
    with pytest.raises(AssertionError, match="dialled-twice"):
        assert not ccc.audit_retries()
    with pytest.raises(UnsoundRetries, match="dialled-twice"):
        ccc.assert_sound_retries()
    ccc.assert_sound_retries(ignore={"dialled-twice": "this test shows it"})


def test_where_nobody_slept_virtually_a_frozen_world_says_nothing_of_waits() -> None:
    with ccc_mock.fake(plan="RequestLimitExceeded*3, ok", at=NOW) as ccc:
        client = client_of(ccc)
        for _ in range(4):
            dial(client)
        found = ccc.audit_retries()
    assert not found
    assert all("clock does not run" in each.why for each in found.not_judged if each.rule.startswith("no-w"))


def test_in_real_time_who_waits_for_nothing_is_found() -> None:
    with ccc_mock.fake(plan="RequestLimitExceeded*6") as ccc:
        client = client_of(ccc)
        for _ in range(6):
            dial(client)
        longest = max(later.at - each.at for each, later in itertools.pairwise(ccc.calls))
        assert ("no-wait" in broken(ccc)) == (longest < NO_WAIT_SECONDS)  # a machine may be too busy to show it


def test_a_clock_knows_whether_sleeping_moves_it_until_it_is_as_it_was_made() -> None:
    with ccc_mock.fake(at=NOW) as ccc:
        known = [ccc.clock.sleeping_moves_it]
        with ccc.virtual_time():
            known.append(ccc.clock.sleeping_moves_it)
        ccc.account.reset()
        known.append(ccc.clock.sleeping_moves_it)
    assert known == [False, True, False]
