"""`ccc_mock.fake()`: how it is entered and left, and what a test has in its hands."""

from __future__ import annotations

import asyncio
import inspect
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import freezegun
import pytest
import requests
import time_machine
from requests.adapters import HTTPAdapter
from tencentcloud.common.exception import TencentCloudSDKException

import ccc_mock
from ccc_mock import Fake
from ccc_mock.adapters.patches import PatchedOver
from ccc_mock.ledger import Incomplete
from sdk import a_call, client_of
from signing_by_hand import BODY, signed_headers

SEND = HTTPAdapter.send
URL = "https://ccc.tencentcloudapi.com/"


def post(account: Fake) -> requests.Response:
    return requests.post(URL, data=BODY, headers=signed_headers(account))


def test_each_fake_is_an_account_of_its_own() -> None:
    with ccc_mock.fake() as first:
        post(first)
    with ccc_mock.fake() as second:
        assert second.calls == []
        assert second.secret_id != first.secret_id


def test_what_happened_can_be_read_after_the_block() -> None:
    with ccc_mock.fake() as ccc:
        post(ccc)
    assert [call.action for call in ccc.calls] == ["CreateAIAgentCall"]
    assert ccc.journal()[0]["verdict"] == "ok"


def test_a_block_that_raises_puts_everything_back() -> None:
    with pytest.raises(ZeroDivisionError), ccc_mock.fake():
        raise ZeroDivisionError
    assert HTTPAdapter.send is SEND


def test_of_two_fakes_the_inner_one_is_met_and_then_the_outer_one_again() -> None:
    with ccc_mock.fake() as outer:
        with ccc_mock.fake() as inner:
            requests.post(URL, data="{}")
        requests.post(URL, data="{}")
        requests.post(URL, data="{}")
    assert (len(inner.calls), len(outer.calls)) == (1, 2)
    assert HTTPAdapter.send is SEND


def test_a_client_of_the_outer_fake_keeps_its_account() -> None:
    with ccc_mock.fake() as outer, ccc_mock.fake() as inner:
        post(outer)
    assert (len(inner.calls), len(outer.calls)) == (0, 1)


def test_fakes_may_end_in_any_order() -> None:
    first, second = ccc_mock.fake(), ccc_mock.fake()
    first.__enter__()
    ccc = second.__enter__()
    first.__exit__(None, None, None)
    assert post(ccc).ok
    second.__exit__(None, None, None)
    assert HTTPAdapter.send is SEND


def test_one_that_is_active_is_not_entered_again() -> None:
    twice = ccc_mock.fake()
    with twice, pytest.raises(RuntimeError, match=r"call ccc_mock\.fake\(\) again"):
        twice.__enter__()


def test_one_that_has_ended_can_be_entered_again_and_is_fresh() -> None:
    again = ccc_mock.fake(plan="InternalError")
    for _ in range(2):
        with again as ccc:
            assert post(ccc).json()["Response"]["Error"]["Code"] == "InternalError"
            assert len(ccc.calls) == 1


def test_it_is_an_asynchronous_block_too() -> None:
    async def program() -> list[Any]:
        async with ccc_mock.fake() as ccc:
            await asyncio.to_thread(post, ccc)
            return ccc.calls

    assert len(asyncio.run(program())) == 1
    assert HTTPAdapter.send is SEND


def test_a_decorated_function_gets_the_fake_by_its_name() -> None:
    @ccc_mock.fake(plan="InternalError")
    def program(number: int, *, ccc: Any = None) -> tuple[int, str]:
        """Its own."""
        post(ccc)
        return number, ccc.calls[0].verdict

    assert program(3) == (3, "InternalError")
    assert program(4) == (4, "InternalError")
    assert program.__doc__ == "Its own."
    assert list(inspect.signature(program).parameters) == ["number"]


def test_a_decorated_function_need_not_ask_for_it() -> None:
    @ccc_mock.fake()
    def program() -> int:
        return requests.post(URL, data="{}").status_code

    assert program() == 200


def test_a_decorated_coroutine_function_stays_one() -> None:
    @ccc_mock.fake()
    async def program(ccc: Any) -> int:
        await asyncio.sleep(0)
        return (await asyncio.to_thread(post, ccc)).status_code

    assert inspect.iscoroutinefunction(program)
    assert asyncio.run(program()) == 200  # type: ignore[call-arg]


def test_what_has_no_single_end_is_not_decorated() -> None:
    def generator() -> Any:
        yield

    for wrong in (generator, Fake):
        with pytest.raises(TypeError, match="use `with` inside"):
            ccc_mock.fake()(wrong)


def test_a_typo_in_a_plan_is_told_before_anything_is_replaced() -> None:
    with pytest.raises(ccc_mock.PlanError, match="did you mean"), ccc_mock.fake(plan="ok+dely(1s)"):
        raise AssertionError("it was entered")
    assert HTTPAdapter.send is SEND


def test_a_seed_makes_the_ids_repeat() -> None:
    ids = []
    for _ in range(2):
        with ccc_mock.fake(seed=5) as ccc:
            post(ccc)
            ids.append(ccc.calls[0].request_id)
    assert ids[0] == ids[1]


@pytest.mark.parametrize("at", [1795324613, "2026-11-22T13:16:53+08:00"])
def test_the_world_stands_where_it_is_told_and_signatures_are_judged_by_real_time(at: Any) -> None:
    with ccc_mock.fake(at=at) as ccc:
        client_of(ccc).CreateAIAgentCall(a_call())
        ccc.clock.advance(3600)
        client_of(ccc).CreateAIAgentCall(a_call())
    assert [call.at for call in ccc.calls] == [1795324613, 1795324613 + 3600]


@pytest.mark.parametrize("freeze", [freezegun.freeze_time, time_machine.travel], ids=["freezegun", "time-machine"])
@pytest.mark.parametrize("inside", [True, False], ids=["inside of it", "around it"])
def test_who_moves_the_program_s_time_moves_the_judge_s(freeze: Any, inside: bool) -> None:
    year_2000 = "2000-01-01T00:00:00+00:00"
    if inside:
        with ccc_mock.fake() as ccc, freeze(year_2000):
            client_of(ccc).CreateAIAgentCall(a_call())
    else:
        with freeze(year_2000), ccc_mock.fake() as ccc:
            client_of(ccc).CreateAIAgentCall(a_call())
    (call,) = ccc.calls
    assert call.ok
    assert int(call.at) == 946684800


def test_limits_are_kept_where_they_are_asked_for() -> None:
    for limits, refused in ((None, 0), (False, 0), (True, 5), (ccc_mock.Limits(actions={"CreateAIAgentCall": 3}), 22)):
        with ccc_mock.fake(limits=limits, at=1795324613) as ccc:
            for _ in range(25):
                post(ccc)
        assert [call.code for call in ccc.calls].count("RequestLimitExceeded") == refused


def test_the_credential_is_what_sdks_read(monkeypatch: pytest.MonkeyPatch) -> None:
    from tencentcloud.common.credential import EnvironmentVariableCredential

    with ccc_mock.fake() as ccc:
        for name, value in ccc.environment().items():
            monkeypatch.setenv(name, value)
        found = EnvironmentVariableCredential().get_credential()
    assert (found.secret_id, found.secret_key) == (ccc.credentials.secret_id, ccc.credentials.secret_key)
    assert ccc.environment().keys() == {"TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY"}


def test_a_call_reads_as_what_it_was() -> None:
    before = time.time()
    with ccc_mock.fake(plan="FailedOperation.CalleeIsBlackUser, ok+close") as ccc:
        client = client_of(ccc)
        for _ in range(2):
            with pytest.raises(TencentCloudSDKException):
                client.CreateAIAgentCall(a_call("+86 138"))
        client.CreateAIAgentCall(a_call())
    refused, fault, fine = ccc.calls
    assert (refused.code, refused.ok, refused.plan) == (
        "FailedOperation.CalleeIsBlackUser", False, "plan-1: FailedOperation.CalleeIsBlackUser"
    )  # fmt: skip
    assert refused.result["Error"]["Code"] == refused.code  # type: ignore[call-overload, index]
    assert refused.why
    assert refused.params["Callee"] == "+86 138"
    assert (fault.verdict, fault.code, fault.result) == ("fault", None, {})
    assert (fine.verdict, fine.code, fine.ok, fine.n) == ("ok", None, True, 3)
    assert before <= fine.at <= time.time()
    assert repr(fine) == "<ApiCall 3 CreateAIAgentCall ok>"


def test_a_fake_s_name_tells_no_secret() -> None:
    with ccc_mock.fake() as ccc:
        assert ccc.secret_key not in repr(ccc)
        assert ccc.secret_id not in repr(ccc)


def test_calls_that_were_dropped_are_no_answer() -> None:
    with ccc_mock.fake() as ccc:
        ccc.account.journal._max_entries = 2
        for _ in range(3):
            post(ccc)
        with pytest.raises(Incomplete, match="1 of 3 calls"):
            _ = ccc.calls


def test_what_was_planned_and_did_not_happen_fails() -> None:
    with ccc_mock.fake(plan="InternalError") as ccc:
        pass
    with pytest.raises(AssertionError, match="InternalError"):
        ccc.assert_consumed()


def test_a_library_that_is_imported_later_is_met_too() -> None:
    program = """
import ccc_mock, sys
with ccc_mock.fake() as ccc:
    assert "requests" not in sys.modules
    import requests
    assert requests.post("https://ccc.tencentcloudapi.com/").status_code == 200
    assert len(ccc.calls) == 1
assert requests.adapters.HTTPAdapter.send.__module__ == "requests.adapters"
assert not any("ccc_mock" in type(finder).__module__ for finder in sys.meta_path)
"""
    subprocess.run([sys.executable, "-W", "error", "-c", program], check=True)


def test_a_library_that_another_thread_is_importing_is_waited_for(tmp_path: Path) -> None:
    (tmp_path / "uvloop.py").write_text(
        "import sys\nsys.started.set()\nsys.go_on.wait()\n"
        "class Loop:\n    def getaddrinfo(self, host): ...\n    def create_connection(self, *of): ...\n"
    )
    program = """
import ccc_mock, sys, threading
from concurrent.futures import ThreadPoolExecutor
sys.started, sys.go_on = threading.Event(), threading.Event()
ccc_mock.fake  # imported, so that the threads meet at uvloop only

def enter():
    with ccc_mock.fake():
        assert hasattr(sys.modules["uvloop"].Loop.getaddrinfo, "__wrapped__")

def load():
    import uvloop

with ThreadPoolExecutor(2) as pool:
    loading = pool.submit(load)
    sys.started.wait()
    entering = pool.submit(enter)
    sys.go_on.set()
    loading.result()
    entering.result()
"""
    subprocess.run([sys.executable, "-W", "error", "-c", program], check=True, cwd=tmp_path, timeout=60)


def test_who_patched_over_a_fake_and_stayed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.warns(PatchedOver, match=r"HTTPAdapter\.send was replaced while"), ccc_mock.fake():
        monkeypatch.setattr(HTTPAdapter, "send", lambda *_, **__: None)
    monkeypatch.undo()  # and so what a fake had put there is there again, and passes everything on
    with pytest.raises(requests.ConnectionError):
        requests.get("http://127.0.0.1:9/")
    with ccc_mock.fake() as ccc:
        assert post(ccc).ok
    assert HTTPAdapter.send is SEND


def test_who_patched_over_a_fake_and_left_is_not_in_the_way() -> None:
    with ccc_mock.fake() as ccc, pytest.MonkeyPatch.context() as patch:
        patch.setattr(HTTPAdapter, "send", HTTPAdapter.send)
        assert post(ccc).ok
    assert HTTPAdapter.send is SEND
