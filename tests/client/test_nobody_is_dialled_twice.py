"""Whatever happens to its answers, one call of the client's dials nobody twice unless that is asked for.

Sequences of steps are drawn, and the truth is the fake's ledger: who was dialled, whatever was answered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import anyio
import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

import ccc_mock
from calling import A_CALL, async_client_of, at_once, client_of
from ccc_contract import CallOutcomeUnknown, load_api
from ccc_contract.client import Client, PlacedCall, flow, transports
from ccc_contract.errors import ApiError, CccError, NotSent, RateLimited, ServiceFailed, TransportError
from ccc_mock.adapters.serving import Served
from ccc_mock.surface import AccountSurface
from client_faults import STEPS

# --- what happens to a call ----------------------------------------------------------------------------------------

DECLARED = load_api().actions["CreateAIAgentCall"].errors
REFUSALS = [*DECLARED, "RequestLimitExceeded", "AuthFailure.TokenFailure", "UnauthorizedOperation", "!Unheard.Of"]
# Nothing that is known of the service says that it does a thing and denies it, but for its own failures.
UNSURE = ["InternalError", "InternalError@after", "!InternalError.DBError"]
SPOILT = ["null(Error)", "missing(Error)"]

codes = st.one_of(st.sampled_from(["RequestLimitExceeded", *UNSURE]), st.sampled_from(REFUSALS))
WAITS = ("1h", "100ms", "retry-after")
faults = st.sampled_from([*SPOILT, *(step for step in STEPS if not any(map(step.__contains__, WAITS)))])
steps = st.builds(
    lambda outcome, spoilt: "+".join([outcome, *spoilt]),
    st.one_of(st.just("ok"), codes),
    st.lists(faults, max_size=2),
)
ATTEMPTS = 5
plans = st.lists(steps, min_size=1, max_size=ATTEMPTS).map(", ".join)

UNASKED = at_once(ATTEMPTS)
ASKED = at_once(ATTEMPTS, even_if_unknown=["CreateAIAgentCall"])


# --- the laws ------------------------------------------------------------------------------------------------------

Outcome = PlacedCall | CccError


def check_nobody_twice(account: AccountSurface, outcome: Outcome) -> None:
    """One call of the client's, not asked to repeat what it is unsure of."""
    assert len(account.ledger) <= 1
    check_told(account, outcome)


def check_told(account: AccountSurface, outcome: Outcome) -> None:
    """However often somebody was dialled, the caller is told the truth, or that nobody knows it."""
    placed = account.ledger.calls()
    if isinstance(outcome, PlacedCall):
        assert placed
        assert placed[-1].session_id == outcome.session_id
        assert outcome.request_id == placed[-1].request_id
    elif isinstance(outcome, CallOutcomeUnknown):
        assert outcome.dials
    else:
        assert isinstance(outcome, (ApiError, NotSent)), outcome
        assert placed == []


def tried(call: Callable[[], PlacedCall]) -> Outcome:
    try:
        return call()
    except CccError as error:
        return error


# --- in process ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def http() -> Iterator[Any]:
    """An HTTP client as the client makes its own, once: a trust store takes long to read."""
    made = transports.Connection().open()
    yield made
    made.close()


@pytest.fixture(scope="module")
def async_http() -> Any:
    """The same for tasks.  In process it has no connection, so it belongs to no loop and needs no end."""
    return transports.Connection().open_async()


def in_process(plan: str, http: Any, retries: Any) -> tuple[AccountSurface, Outcome]:
    with ccc_mock.fake(plan=plan) as ccc:
        client: Client = client_of(ccc, http=http, retries=retries)
        return ccc, tried(lambda: client.create_ai_agent_call(**A_CALL))


class TestInProcess:
    @settings(max_examples=250)
    @given(plan=plans)
    @example(plan="ok+reset@after")
    @example(plan="RequestLimitExceeded*4, ok+reset@after")
    @example(plan="RequestLimitExceeded*4, ok+page(429)@after")
    @example(plan="RequestLimitExceeded*5")
    @example(plan="InternalError@after, ok")
    def test_one_call_dials_at_most_once(self, http: Any, plan: str) -> None:
        check_nobody_twice(*in_process(plan, http, UNASKED))

    @settings(max_examples=250)
    @given(plan=plans)
    @example(plan="ok+reset@after*5")
    @example(plan="ok+reset@after, FailedOperation.CalleeIsBlackUser")
    @example(plan="InternalError@after, RequestLimitExceeded*4")
    @example(plan="ok+close(7), ok")
    def test_asked_to_it_may_dial_again_and_never_calls_that_a_refusal(self, http: Any, plan: str) -> None:
        check_told(*in_process(plan, http, ASKED))

    @settings(max_examples=30)
    @given(plan=plans, asked=st.booleans())
    def test_a_task_keeps_the_same_laws(self, async_http: Any, plan: str, asked: bool) -> None:
        async def call() -> tuple[AccountSurface, Outcome]:
            with ccc_mock.fake(plan=plan) as ccc:
                client = async_client_of(ccc, http=async_http, retries=ASKED if asked else UNASKED)
                try:
                    return ccc, await client.create_ai_agent_call(**A_CALL)
                except CccError as error:
                    return ccc, error

        account, outcome = anyio.run(call)
        (check_told if asked else check_nobody_twice)(account, outcome)

    def test_what_is_asked_for_happens(self, http: Any) -> None:
        account, outcome = in_process("ok+reset@after*2, ok", http, ASKED)
        assert isinstance(outcome, PlacedCall)
        assert len(account.ledger) == 3
        assert len(account.ledger.duplicates()) == 2

    def test_a_doubt_outlives_the_refusals_that_follow_it(self, http: Any) -> None:
        account, outcome = in_process("ok+reset@after, RequestLimitExceeded*4", http, ASKED)
        assert isinstance(outcome, CallOutcomeUnknown)
        assert (outcome.attempts, outcome.reason.attempts, len(account.ledger)) == (5, 1, 1)
        assert "attempt 5 then ended with RateLimited" in outcome.__notes__[0]


# --- over a socket -------------------------------------------------------------------------------------------------


@settings(max_examples=40)
@given(plan=plans, asked=st.booleans())
@example(plan="RequestLimitExceeded, ok+reset@after, ok", asked=False)
@example(plan="ok+close(7), ok+content-length(9999), ok", asked=True)
def test_over_a_socket_the_laws_are_the_same(http: Any, served: Served, plan: str, asked: bool) -> None:
    account = served.account()
    account.plan(plan)
    client = client_of(account, http=http, retries=ASKED if asked else UNASKED)
    outcome = tried(lambda: client.create_ai_agent_call(**A_CALL))
    (check_told if asked else check_nobody_twice)(account, outcome)
    account.remove()


@settings(max_examples=10)
@given(plan=st.lists(st.sampled_from(["ok+delay(1h)", "ok+stall(10 1h)", "RequestLimitExceeded", "ok"]), max_size=3))
def test_nobody_is_dialled_again_because_an_answer_is_late(http: Any, served: Served, plan: list[str]) -> None:
    account = served.account()
    account.plan(", ".join([*plan, "ok"]))
    client = client_of(account, http=http, retries=UNASKED, timeout_seconds=0.2)
    check_nobody_twice(account, tried(lambda: client.create_ai_agent_call(**A_CALL)))
    account.remove()


# --- the laws can fail ---------------------------------------------------------------------------------------------

WRONG = {
    "a lost answer is taken for one that can be repeated": (
        flow,
        "may_repeat",
        lambda error, action, retries: isinstance(error, (RateLimited, TransportError)),
    ),
    "what failed inside of the service is repeated": (
        flow,
        "may_repeat",
        lambda error, action, retries: isinstance(error, (RateLimited, ServiceFailed)),
    ),
    "a lost answer is told as such": (flow, "_doubt", lambda error, action, came: None),
    "a lost answer is taken for a request that was not sent": (
        transports,
        "_ERRORS",
        {**transports._ERRORS, "ReadError": (NotSent, "no"), "RemoteProtocolError": (NotSent, "no")},
    ),
    "whatever parses is a success": (flow, "judged", None),
}


def whatever_parses(api: Any, action: Any, response: Any, *, check: bool) -> Any:
    from ccc_contract.client.answers import Answer

    return Answer({"SessionId": "guessed"}, "guessed")


@pytest.mark.parametrize("mistake", WRONG)
def test_the_law_catches_a_client_that(mistake: str, http: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    module, name, wrong = WRONG[mistake]
    monkeypatch.setattr(module, name, wrong or whatever_parses)

    @settings(database=None, phases=[Phase.generate])
    @given(plan=plans)
    def law(plan: str) -> None:
        check_nobody_twice(*in_process(plan, http, UNASKED))

    with pytest.raises(AssertionError):
        law()


def test_the_law_catches_a_client_that_forgets_a_doubt(http: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flow, "_final", lambda error, doubt, attempts: error)

    @settings(database=None, phases=[Phase.generate])
    @given(plan=plans)
    def law(plan: str) -> None:
        check_told(*in_process(plan, http, ASKED))

    with pytest.raises(AssertionError):
        law()
