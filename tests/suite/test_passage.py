"""What another tool draws, on its way out: where it may go, as what, and how often."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from requests.adapters import HTTPAdapter
from urllib3 import Retry

from ccc_contract.suite.harmless import IMPOSSIBLE_APP, NOBODY, UNASSIGNABLE
from ccc_contract.suite.live import PER_SECOND, Pace
from ccc_contract.suite.passage import LIVE, Ending, NotSentAgain, Once, Passage
from process import serve
from strangers import SESSION, Stranger, answer, health, stranger

CALL = {"SdkAppId": 1400000001, "AIAgentId": 15, "Callee": "008613700000000"}
KEY = {
    "TENCENTCLOUD_SECRET_ID": "AKIDz8krbsJ5yKBZQpn74WFkmLPx3",
    "TENCENTCLOUD_SECRET_KEY": "Gu5t9xGARNpq86cd98joQYCN3",
}
TOKEN = "a-token-that-is-a-secret"
NO_ENVIRONMENT: dict[str, str] = {}


class Over(Exception):
    pass


@pytest.fixture(scope="module")
def fake() -> Iterator[str]:
    with serve("--quiet") as process:
        yield process.hello["url"]


class Tool:
    """Draws with requests, as Schemathesis does; `told` is what its user is shown."""

    def __init__(self, environ: dict[str, str] = NO_ENVIRONMENT, sleep: Callable[[float], None] | None = None) -> None:
        self.told: list[str] = []
        self.session = requests.Session()
        self.session.trust_env = False
        self.passage = Passage(
            requests.Session.send,
            stop=lambda ending: Over(ending.text),
            tell=self.told.append,
            environ=environ,
            pace=lambda: Pace(PER_SECOND, sleep or (lambda seconds: None), lambda: 0.0),
        )

    def prepared(self, url: str, action: str = "CreateAIAgentCall", **content: Any) -> requests.PreparedRequest:
        drawn = requests.Request("POST", f"{url}/{action}", auth=Once(action), **(content or {"json": CALL}))
        return self.session.prepare_request(drawn)

    def send(self, prepared: requests.PreparedRequest, **how: Any) -> requests.Response:
        return self.passage.send(self.session, prepared, {"timeout": 5, **how})

    def ask(self, url: str, action: str = "CreateAIAgentCall", **content: Any) -> requests.Response:
        return self.send(self.prepared(url, action, **content))

    @property
    def ended(self) -> Ending:
        assert self.passage.ended is not None
        return self.passage.ended


def posted(target: Stranger) -> list[str]:
    return [each for each in target.targets if each.startswith("POST")]


# --- to the fake ---------------------------------------------------------------------------------------------------


def test_the_fake_gets_what_was_drawn_signed_and_at_its_one_path(fake: str) -> None:
    came = Tool().ask(fake, json={**CALL, "Variables": [{"Key": "名", "Value": "值"}]})
    refused = Tool().ask(fake, data="{", headers={"content-type": "application/json"})
    assert "SessionId" in came.json()["Response"]
    assert came.request.url == f"{fake}/"
    assert came.request.headers["X-TC-Action"] == "CreateAIAgentCall"
    assert refused.json()["Response"]["Error"]["Code"] == "InvalidParameter"


def test_what_is_not_marked_is_answered_here() -> None:
    with stranger(health) as target:
        tool = Tool()
        came = tool.send(tool.session.prepare_request(requests.Request("GET", target.url)))
    assert (came.status_code, target.targets) == (400, [])


def test_nothing_is_sent_a_second_time() -> None:
    with serve("--quiet") as fake:
        tool = Tool()
        once = Once("CreateAIAgentCall")
        drawn = requests.Request("POST", f"{fake.hello['url']}/CreateAIAgentCall", json=CALL, auth=once)
        tool.send(tool.session.prepare_request(drawn))
        with pytest.raises(NotSentAgain, match="a call may ring twice"):
            tool.send(tool.session.prepare_request(drawn))


def test_a_body_that_is_still_to_be_read_is_not_sent(fake: str) -> None:
    with pytest.raises(requests.RequestException, match="there at once, got a BytesIO"):
        Tool().ask(fake, data=io.BytesIO(b"{}"))


# --- to who is not proven ------------------------------------------------------------------------------------------


def moved(nonce: str) -> bytes:
    return answer(b"", "Location: /", status="302 Found")


@pytest.mark.parametrize("asked", [lambda nonce: health("another"), moved, lambda nonce: answer(b"{}")])
def test_who_does_not_prove_itself_is_asked_nothing_else(asked: Callable[[str], bytes]) -> None:
    with stranger(asked) as target:
        tool = Tool(KEY)
        for _ in range(3):
            with pytest.raises(Over, match="did not prove to be the fake, so nothing else was sent"):
                tool.ask(target.url)
        assert target.targets == ["GET /_ccc/health"]
    assert tool.ended.code == 2


def test_another_way_there_is_to_prove_itself_too(fake: str) -> None:
    with stranger(lambda nonce: answer(b"{}")) as proxy:
        tool = Tool()
        tool.ask(fake)
        with pytest.raises(Over, match="did not prove to be the fake"):
            tool.send(tool.prepared(fake), proxies={"http": proxy.url})
        assert proxy.targets == [f"GET {fake}/_ccc/health"]


def test_many_at_once_ask_for_one_proof() -> None:
    with stranger(lambda nonce: answer(b"{}")) as target:
        tool, over = Tool(), []

        def ask() -> None:
            with pytest.raises(Over) as ended:
                tool.ask(target.url)
            over.append(ended)

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert (len(over), target.targets) == (8, ["GET /_ccc/health"])


def test_who_is_not_there_ends_it_live_or_not() -> None:
    with stranger(health) as gone:
        pass
    for environ in (NO_ENVIRONMENT, {LIVE: "1"}):
        tool = Tool(environ)
        with pytest.raises(Over, match="did not prove to be the fake"):
            tool.ask(gone.url)


def test_one_who_proves_itself_and_makes_no_account_is_not_tested() -> None:
    with stranger(health, lambda: answer(b"no", status="403 Forbidden")) as target:
        tool = Tool()
        with pytest.raises(Over, match="gave no account to test with: POST /_ccc/accounts: HTTP 403"):
            tool.ask(target.url)
        assert posted(target) == ["POST /_ccc/accounts"]


# --- to the live one -----------------------------------------------------------------------------------------------


def real(nonce: str) -> bytes:
    return answer(b"not found", status="404 Not Found")


def refused() -> bytes:
    return answer(b'{"Response":{"Error":{"Code":"AuthFailure.SecretIdNotFound","Message":""},"RequestId":"r"}}')


def test_the_first_session_ends_everything() -> None:
    with stranger(real) as target:
        tool = Tool({LIVE: "1", **KEY, "TENCENTCLOUD_TOKEN": TOKEN})
        for _ in range(3):
            with pytest.raises(Over, match=f"(?s)STOPPED.*{SESSION}.*Look in the console"):
                tool.ask(target.url)
        assert posted(target) == ["POST /"]
    assert tool.ended.code == 6
    for secret in (*KEY.values(), TOKEN, "Signature="):
        assert secret not in tool.ended.text
    sent = json.loads(target.bodies[0])
    assert (sent["SdkAppId"], sent["Callee"]) == (IMPOSSIBLE_APP, UNASSIGNABLE)


def test_without_a_credential_nobody_signs() -> None:
    with stranger(real, refused) as target:
        tool = Tool({LIVE: "1"})
        for action, params in (("CreateAIAgentCall", CALL), ("CreateStaff", {"SdkAppId": 1400000001, "Staffs": []})):
            tool.ask(target.url, action, json=params)
    assert len(posted(target)) == 2
    assert all(json.loads(body)["SdkAppId"] == IMPOSSIBLE_APP for body in target.bodies)
    assert all(f"Credential={NOBODY.secret_id}/" in headers["authorization"] for headers in target.headers[1:])
    assert "so that its signature cannot verify" in tool.told[0]


@pytest.mark.parametrize(
    ("action", "content", "why"),
    [
        ("CreateStaff", {"json": {"SdkAppId": 1400000001}}, "CreateStaff changes something"),
        ("CreateAIAgentCall", {"json": {**CALL, "Callers": ["008602155066897"]}}, "a number that could be called"),
        ("CreateAIAgentCall", {"json": {"x": {"SdkAppId": 1400000001}}}, "its SdkAppId could exist"),
        ("CreateAIAgentCall", {"data": b'{"Callee": "008613700000000'}, "not plain what it asks for"),
    ],
)
def test_with_a_credential_what_could_do_something_is_held_back(action: str, content: Any, why: str) -> None:
    with stranger(real, refused) as target:
        tool = Tool({LIVE: "1", **KEY})
        came = tool.ask(target.url, action, **content)
        assert (came.status_code, posted(target)) == (501, [])
    assert why in came.text
    assert tool.passage.held_back == 1


def test_what_a_live_target_is_asked_is_paced() -> None:
    waits: list[float] = []
    with stranger(real, refused) as target:
        tool = Tool({LIVE: "1"}, waits.append)
        for _ in range(3):
            tool.ask(target.url)
    assert waits == [0.5, 1.0]


def test_a_credential_that_cannot_be_right_is_told_before_anything_is_sent() -> None:
    with stranger(real) as target:
        with pytest.raises(Over, match="secret_key has whitespace after it"):
            Tool({LIVE: "1", **KEY, "TENCENTCLOUD_SECRET_KEY": "key\n"}).ask(target.url)
        assert posted(target) == []


def test_the_fake_is_not_held_back_where_live_is_allowed(fake: str) -> None:
    tool = Tool({LIVE: "1"})
    assert "SessionId" in tool.ask(fake).json()["Response"]
    assert tool.told == []


def test_an_adapter_that_sends_again_sends_nothing_to_the_live_one() -> None:
    with stranger(real, refused) as target:
        tool = Tool({LIVE: "1"})
        tool.session.mount("http://", HTTPAdapter(max_retries=Retry(total=2, allowed_methods=None)))
        with pytest.raises(Over, match="whose adapter has no retries"):
            tool.ask(target.url)
        assert posted(target) == []
    assert tool.ended.code == 2


def test_another_proxy_of_the_session_is_another_way(fake: str) -> None:
    with stranger(lambda nonce: answer(b"{}")) as proxy:
        tool = Tool()
        tool.ask(fake)
        tool.session.proxies = {"http": proxy.url}
        with pytest.raises(Over, match="did not prove to be the fake"):
            tool.ask(fake)
        assert posted(proxy) == []
