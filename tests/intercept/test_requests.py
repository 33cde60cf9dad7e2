"""requests and the official SDK meet the fake, and cannot tell it from a served one."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from tencentcloud.common.exception import TencentCloudSDKException
from urllib3.util.retry import Retry

import ccc_mock
import outcomes
from ccc_mock import Fake
from ccc_mock.adapters import for_requests
from ccc_mock.adapters.serving import ServedAccount
from ccc_mock.plans.faults import FAULTS
from ccc_mock.surface import AccountSurface
from fault_steps import PATIENCE, STEPS
from sdk import a_call, client_of
from signing_by_hand import BODY, signed_headers

HOST = "ccc.tencentcloudapi.com"


def post(account: AccountSurface, host: str = HOST, session: requests.Session | None = None, **settings: Any) -> Any:
    """A signed call over http, with settings of requests."""
    send = session or requests
    settings = {"headers": signed_headers(account, host), "timeout": PATIENCE, **settings}
    return send.post(settings.pop("url", f"http://{host}/"), data=settings.pop("data", BODY), **settings)


def test_the_sdk_talks_to_the_fake(ccc: Fake) -> None:
    answer = client_of(ccc).CreateAIAgentCall(a_call())
    (call,) = ccc.calls
    assert (call.action, call.verdict, call.request_id) == ("CreateAIAgentCall", "ok", answer.RequestId)
    assert call.params["Callee"] == "008613800000000"
    assert call.result["SessionId"] == answer.SessionId


def test_every_kind_of_fault_is_among_the_steps() -> None:
    text = " ".join(STEPS)
    assert [kind for kind in FAULTS if f"+{kind}" not in text] == []


@pytest.mark.parametrize("stream", [False, True], ids=["read", "streamed"])
@pytest.mark.parametrize("step", STEPS)
def test_requests_makes_of_a_fault_what_it_makes_of_it_on_a_socket(
    ccc: Fake, on_a_socket: ServedAccount, step: str, stream: bool
) -> None:
    seen = []
    for account, host in ((ccc, HOST), (on_a_socket, on_a_socket.host)):
        account.plan(step)
        session = requests.Session()
        seen.append(
            outcomes.of(lambda: post(account, host, session, stream=stream), outcomes.of_requests, host)  # noqa: B023
        )
        session.close()
    if step == "ok+delay(1ms)":  # the served one goes through uvicorn, which writes names of headers in lower case
        del seen[0][1]["headers"], seen[0][1]["raw headers"], seen[1][1]["headers"], seen[1][1]["raw headers"]
    assert seen[0] == seen[1]
    assert [call.verdict for call in ccc.calls] == [call.verdict for call in on_a_socket.calls]


@pytest.mark.parametrize("step", STEPS)
def test_the_sdk_makes_of_a_fault_what_it_makes_of_it_on_a_socket(
    ccc: Fake, on_a_socket: ServedAccount, step: str
) -> None:
    seen = []
    for account, endpoint in ((ccc, HOST), (on_a_socket, on_a_socket.host)):
        account.plan(step)
        client = client_of(account, endpoint=endpoint, protocol="http", timeout=PATIENCE)
        seen.append(
            outcomes.of(lambda: client.CreateAIAgentCall(a_call()), lambda answer: answer.to_json_string(), endpoint)  # noqa: B023
        )
        client.request.conn._session.close()
    assert seen[0] == seen[1]


def test_the_short_way_and_the_long_one_bring_the_same(ccc: Fake, now: float, monkeypatch: pytest.MonkeyPatch) -> None:
    short = outcomes.of_requests(post(ccc, stream=True))
    ccc.account.reset()
    ccc.clock.freeze(now)
    monkeypatch.setattr(for_requests, "_as_asked", lambda request, settings: None)
    assert outcomes.of_requests(post(ccc, stream=True)) == short


SENT: dict[str, dict[str, Any]] = {
    "bytes": {},
    "text": {"data": BODY.decode()},
    "text that is not ASCII": {"data": '{"SdkAppId": "呼叫"}'},
    "a file": {"data": iter([BODY[:9], BODY[9:]])},
    "nothing": {"data": None},
    "no Host": {"headers": {"x-tc-action": "CreateAIAgentCall"}},
    "no Host, another port": {"url": f"http://{HOST}:8080/", "headers": {}},
    "a query": {"url": f"http://{HOST}/?Action=CreateAIAgentCall&Limit=1#fragment", "headers": {}},
    "another path": {"url": f"http://{HOST}/v2/%7Echeck", "headers": {}},
    "a header with blanks": {"headers": {"x-tc-action": "CreateAIAgentCall "}},
    "no Accept-Encoding": {"headers": {"accept-encoding": None}},
    "close": {"headers": {"connection": "close"}},
}


@pytest.mark.parametrize("how", SENT)
def test_the_request_is_what_it_is_on_the_wire(ccc: Fake, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    seen = []
    for way in ("short", "long"):
        if way == "long":
            monkeypatch.setattr(for_requests, "_as_asked", lambda request, settings: None)
        settings = {**SENT[how]}
        if how == "a file":
            settings["data"] = iter([BODY[:9], BODY[9:]])
        post(ccc, **settings)
        with ccc.account.lock:
            entry = ccc.account.journal.page().entries[-1]
        headers = sorted(line for line in entry.headers if line[0] not in (b"authorization", b"x-tc-timestamp"))
        seen.append((entry.method, entry.path, entry.query, headers, entry.body))
    assert seen[0] == seen[1]


def test_a_delay_costs_no_time_and_fires_a_shorter_timeout(ccc: Fake) -> None:
    ccc.plan("ok+delay(1h)*")
    assert post(ccc, timeout=None).ok
    assert post(ccc, timeout=(0.001, 7200)).ok
    with pytest.raises(requests.ReadTimeout):
        post(ccc, timeout=3599)


def test_a_lost_answer_is_told_by_the_ledger(ccc: Fake) -> None:
    ccc.plan("ok+reset@after, ok")
    with pytest.raises(requests.ConnectionError):
        post(ccc)
    ccc.assert_no_duplicates()
    post(ccc)
    with pytest.raises(AssertionError, match="call 2 repeats call 1"):
        ccc.assert_no_duplicates()


def test_an_answer_that_came_late_is_not_lost(ccc: Fake) -> None:
    ccc.plan("ok+delay(1s), ok+stall(10 1s), ok")
    for _ in range(3):
        post(ccc, timeout=2)
    assert not any(map(ccc.ledger.lost, ccc.ledger.calls()))


def test_retries_that_the_program_has_mounted_are_tried(ccc: Fake) -> None:
    session = requests.Session()
    session.mount("http://", HTTPAdapter(max_retries=Retry(3, status_forcelist=[502], allowed_methods=None)))
    ccc.plan("ok+reset, ok+page(502), ok")
    assert post(ccc, session=session).json()["Response"]["SessionId"]
    assert [call.verdict for call in ccc.calls] == ["fault", "fault", "ok"]


def test_an_adapter_of_the_program_s_own_answers_itself(ccc: Fake) -> None:
    class Own(BaseAdapter):
        def send(self, *args: Any, **kwargs: Any) -> Any:
            raise requests.ConnectionError("its own")

        def close(self) -> None: ...

    session = requests.Session()
    session.mount("http://", Own())
    with pytest.raises(requests.ConnectionError, match="its own"):
        post(ccc, session=session)
    assert ccc.calls == []


def test_hooks_history_and_elapsed_are_those_of_requests(ccc: Fake) -> None:
    seen = []
    response = post(ccc, hooks={"response": lambda answer, **_: seen.append(answer)})
    assert seen == [response]
    assert response.history == []
    assert datetime.timedelta(0) < response.elapsed < datetime.timedelta(seconds=5)
    assert response.url == f"http://{HOST}/"


@pytest.mark.parametrize(
    ("settings", "error"),
    [
        ({"timeout": 0}, ValueError),
        ({"timeout": (1, 2, 3)}, ValueError),
        ({"timeout": "soon"}, ValueError),
        ({"url": f"https://{HOST}/", "verify": "/no/such/bundle.pem"}, OSError),
        ({"url": f"https://{HOST}/", "cert": "/no/such/certificate.pem"}, OSError),
    ],
    ids=str,
)
def test_what_requests_refuses_is_refused_and_not_called(ccc: Fake, settings: dict[str, Any], error: Any) -> None:
    with pytest.raises(error):
        post(ccc, **settings)
    assert [call for call in ccc.calls if call.ok and "verify" not in settings and "cert" not in settings] == []


def test_without_verification_urllib3_warns(ccc: Fake) -> None:
    from urllib3.exceptions import InsecureRequestWarning

    with pytest.warns(InsecureRequestWarning, match=HOST):
        post(ccc, url=f"https://{HOST}/", verify=False)


@pytest.mark.parametrize(
    "host",
    [
        HOST, "CCC.TencentCloudAPI.com", "ccc.ap-guangzhou.tencentcloudapi.com", "ccc.intl.tencentcloudapi.com",
        "ccc.ap-singapore.intl.tencentcloudapi.com", "ccc.internal.tencentcloudapi.com",
        "ccc.ap-shanghai-fsi.internal.tencentcloudapi.com", f"{HOST}:8443",
    ],
)  # fmt: skip
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_every_name_of_the_service_leads_to_the_fake(ccc: Fake, host: str, scheme: str) -> None:
    assert post(ccc, host.lower(), url=f"{scheme}://{host}/").json()["Response"]["SessionId"]


@pytest.mark.parametrize("host", ["cvm.tencentcloudapi.com", "notccc.tencentcloudapi.com", f"{HOST}.example", "x.test"])
def test_other_hosts_pass_untouched(ccc: Fake, host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    passed: list[str] = []

    def urlopen(pool: Any, **_: Any) -> Any:
        passed.append(pool.host)
        raise OSError("not connected in this test")

    monkeypatch.setattr("urllib3.connectionpool.HTTPConnectionPool.urlopen", urlopen)
    with pytest.raises(requests.ConnectionError):
        requests.post(f"http://{host}/")
    assert passed == [host]
    assert ccc.calls == []


def test_what_the_fake_cannot_do_is_told_through_the_sdk(ccc: Fake) -> None:
    with pytest.raises(ccc_mock.NotSupportedByFake, match="DescribeCallInMetrics"):
        client_of(ccc).call_json("DescribeCallInMetrics", {"SdkAppId": 1400000000})


def test_a_refusal_reaches_the_sdk_s_exception(ccc: Fake) -> None:
    ccc.plan("ok, ok, FailedOperation.CalleeIsBlackUser")
    client = client_of(ccc)
    client.CreateAIAgentCall(a_call())
    client.CreateAIAgentCall(a_call())
    with pytest.raises(TencentCloudSDKException) as refused:
        client.CreateAIAgentCall(a_call())
    assert refused.value.code == ccc.calls[-1].code == "FailedOperation.CalleeIsBlackUser"
    assert refused.value.requestId == ccc.calls[-1].request_id


def test_the_sdk_that_connects_ahead_is_met(ccc: Fake) -> None:
    client = client_of(ccc, connected_ahead=3)
    assert client.CreateAIAgentCall(a_call()).SessionId


def test_a_response_s_text_can_be_read_in_pieces(ccc: Fake) -> None:
    response = post(ccc, stream=True)
    assert b"".join(response.iter_content(7)).startswith(b'{"Response":{')
    response.close()
