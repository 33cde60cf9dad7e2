"""The key that signs: what cannot be one says why, and a temporary one is renewed once, before it ends."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import anyio
import httpx2
import pytest

from ccc_contract import AsyncClient, Client, Credential
from ccc_contract.client.credentials import AGAIN_AFTER_SECONDS, RENEW_AHEAD_SECONDS, Keys
from ccc_contract.errors import CredentialError
from flowing import START, Performed, answer, response

OK = answer(TotalCount=0, Numbers=[])
READ = ("DescribeNumbers", {"SdkAppId": 1400000000})


def temporary(seconds: float, name: str = "first") -> Credential:
    """A key that ends so many seconds after START."""
    return Credential(f"AKID-{name}", "key", f"token-{name}", START + seconds)


# --- what can be one -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"secret_id": ""}, "secret_id is empty"),
        (
            {"secret_key": "key\n"},
            r"secret_key has whitespace after it \(4 characters in all\): copied with a line end",
        ),
        ({"secret_key": " key"}, "secret_key has whitespace before it"),
        ({"secret_id": "AK ID"}, "secret_id has whitespace at position 2 of 5"),
        ({"secret_id": "AKID/x"}, r"secret_id has a character that no key has \(U\+002F\) at position 4 of 6"),
        ({"secret_id": "AKID​"}, r"U\+200B"),
        ({"token": "a\r\nX-Evil: 1"}, "token has whitespace at position 1"),
        ({"secret_key": None}, "secret_key: expected a string, got NoneType"),
        ({"secret_key": b"key"}, "secret_key: expected a string, got bytes"),
    ],
)
def test_a_key_that_cannot_be_one_says_why_and_never_what_it_is(wrong: dict[str, Any], says: str) -> None:
    with pytest.raises(CredentialError, match=says) as caught:
        Credential(**{"secret_id": "AKIDshowme", "secret_key": "showmekey", **wrong})
    assert "showme" not in str(caught.value)


def test_the_environment_is_asked_when_nothing_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("SECRET_ID", "AKIDenv"), ("SECRET_KEY", "key"), ("TOKEN", "token")):
        monkeypatch.setenv(f"TENCENTCLOUD_{name}", value)
    assert Keys(None).usable(START) == Credential("AKIDenv", "key", "token")


@pytest.mark.parametrize(
    ("environ", "says"),
    [
        ({}, "no credential: set TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY"),
        ({"TENCENTCLOUD_SECRET_ID": "AKID"}, "no credential: set TENCENTCLOUD_SECRET_KEY"),
        ({"TENCENTCLOUD_SECRET_ID": "AKID", "TENCENTCLOUD_SECRET_KEY": "k\n"}, r"secret_key has.*\(from TENCENTCLOUD_"),
    ],
)
def test_an_environment_without_a_key_says_what_to_set(environ: dict[str, str], says: str) -> None:
    with pytest.raises(CredentialError, match=says):
        Credential.from_environment(environ)


def test_a_key_shows_four_characters_of_its_id() -> None:
    assert repr(Credential("AKID0123456789", "secret", "token")) == "<Credential …6789 temporary>"
    assert repr(Credential("AKID", "secret")) == "<Credential …>"


def test_what_is_no_key_at_all_says_what_was_expected() -> None:
    with pytest.raises(TypeError, match="expected a Credential or a callable that returns one, got tuple"):
        Keys(("id", "key"))  # type: ignore[arg-type]


# --- renewing ------------------------------------------------------------------------------------------------------


def given(*keys: Credential | Exception) -> Callable[[], Credential]:
    """A callable that gives these, one after the other."""
    each = iter(keys)

    def fetch() -> Credential:
        key = next(each)
        if isinstance(key, Exception):
            raise key
        return key

    return fetch


def signed_with(performed: Performed) -> list[str]:
    """The tokens of what was sent."""
    return [send.request.headers.text(b"x-tc-token") for send in performed.sent]


def test_a_key_is_renewed_before_it_ends_and_not_sooner() -> None:
    performed = Performed()
    flow = performed.flow(credential=given(temporary(3600), temporary(7200, "second")))
    for at in (0.0, 3600 - RENEW_AHEAD_SECONDS - 1.0, 3600 - RENEW_AHEAD_SECONDS, 3600.0):
        performed.now = at
        performed.call(flow, *READ, [OK])
    assert signed_with(performed) == ["token-first", "token-first", "token-second", "token-second"]
    assert performed.renewed == 2


def test_a_key_without_an_end_is_asked_for_once() -> None:
    performed = Performed()
    flow = performed.flow(credential=given(Credential("AKID", "key")))
    for at in (0.0, 1e9):
        performed.now = at
        performed.call(flow, *READ, [OK])
    assert performed.renewed == 1


def test_a_key_that_is_shorter_than_the_time_ahead_is_not_asked_for_with_every_call() -> None:
    performed = Performed()
    flow = performed.flow(credential=given(temporary(60), temporary(90, "second")))
    for at in (0.0, 1.0, AGAIN_AFTER_SECONDS):
        performed.now = at
        performed.call(flow, *READ, [OK])
    assert signed_with(performed) == ["token-first", "token-first", "token-second"]


@pytest.mark.parametrize("wrong", [None, ("id", "key"), "AKID"])
def test_a_callable_that_gives_no_key_is_told_what_was_expected(wrong: Any) -> None:
    with pytest.raises(CredentialError, match="the callable: expected a Credential, got"):
        Performed().call(Performed().flow(credential=lambda: wrong), *READ)


def test_a_callable_that_gives_a_key_of_yesterday_is_told_so() -> None:
    with pytest.raises(CredentialError, match="gave a key that ended 86400 s ago"):
        Performed().call(Performed().flow(credential=given(temporary(-86400))), *READ)


def test_a_temporary_key_that_has_ended_says_so_before_anything_is_sent() -> None:
    performed = Performed()
    with pytest.raises(CredentialError, match="the temporary key has ended; pass a callable"):
        performed.call(performed.flow(credential=temporary(-1)), *READ)
    assert performed.sent == []


# --- in a client, by many at once ----------------------------------------------------------------------------------

GOOD = httpx2.Response(200, headers={"content-type": "application/json"}, content=OK.body)


class Renewing:
    """Gives a key, counts how often, and can be held up."""

    def __init__(self, *, seconds: float = 3600.0) -> None:
        self.asked = 0
        self.seconds = seconds
        self.let_go = threading.Event()
        self.let_go.set()
        self.entered = threading.Event()

    def __call__(self) -> Credential:
        self.asked += 1
        self.entered.set()
        assert self.let_go.wait(10)
        return Credential("AKIDtemporary", "key", f"token-{self.asked}", time.time() + self.seconds)


def mock() -> httpx2.MockTransport:
    return httpx2.MockTransport(lambda request: httpx2.Response(200, headers=GOOD.headers, content=GOOD.content))


def test_a_hundred_threads_at_the_start_ask_once() -> None:
    fetch = Renewing()
    with httpx2.Client(transport=mock()) as http, ThreadPoolExecutor(32) as pool:
        client = Client(fetch, http=http)
        assert len(list(pool.map(lambda _: client.call(*READ), range(100)))) == 100
    assert fetch.asked == 1


def test_while_one_thread_renews_the_others_go_on_with_the_key_there_is() -> None:
    fetch = Renewing(seconds=RENEW_AHEAD_SECONDS + AGAIN_AFTER_SECONDS)
    with httpx2.Client(transport=mock()) as http, ThreadPoolExecutor(1) as pool:
        client = Client(fetch, http=http)
        client.call(*READ)
        client._flow.keys._not_before = 0.0
        client._flow.keys.current = Credential("AKIDtemporary", "key", "old", client._flow.clocks.wall() + 60)
        fetch.entered.clear()
        fetch.let_go.clear()
        renewing = pool.submit(client.call, *READ)
        assert fetch.entered.wait(10)
        client.call(*READ)  # does not wait
        assert not renewing.done()
        fetch.let_go.set()
        renewing.result(10)
    assert fetch.asked == 2


def test_a_renewal_that_fails_keeps_the_key_that_still_serves(caplog: pytest.LogCaptureFixture) -> None:
    asked: list[int] = []

    def fails() -> Credential:
        asked.append(1)
        raise ConnectionError("secret-canary")

    with httpx2.Client(transport=mock()) as http:
        client = Client(fails, http=http)
        client._flow.keys.current = Credential("AKIDtemporary", "key", "old", client._flow.clocks.wall() + 60)
        client.call(*READ)
        client.call(*READ)
    assert len(asked) == 1  # the next one is asked for later
    assert "the one there is still serves: ConnectionError" in caplog.text
    assert "canary" not in caplog.text


def test_a_renewal_that_fails_without_a_key_is_told() -> None:
    def fails() -> Credential:
        raise ConnectionError("no network")

    with httpx2.Client(transport=mock()) as http, pytest.raises(CredentialError) as caught:
        Client(fails, http=http).call(*READ)
    assert str(caught.value) == "no key could be had: the callable raised ConnectionError"
    assert isinstance(caught.value.__cause__, ConnectionError)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
@pytest.mark.parametrize("kind", ["plain", "coroutine"])
def test_a_hundred_tasks_at_the_start_ask_once(backend: str, kind: str) -> None:
    plain = Renewing()

    async def coroutine() -> Credential:
        await anyio.sleep(0)
        return plain()

    async def main() -> None:
        async with httpx2.AsyncClient(transport=mock()) as http, anyio.create_task_group() as tasks:
            client = AsyncClient(plain if kind == "plain" else coroutine, http=http)
            for _ in range(100):
                tasks.start_soon(client.call, *READ)

    anyio.run(main, backend=backend)
    assert plain.asked == 1


def test_a_client_for_threads_says_that_it_cannot_await() -> None:
    async def coroutine() -> Credential:
        return Credential("AKID", "key")

    with httpx2.Client(transport=mock()) as http, pytest.raises(TypeError, match="awaited by AsyncClient"):
        Client(coroutine, http=http)


def test_an_answer_that_is_not_there_costs_no_key() -> None:
    performed = Performed()
    flow = performed.flow(credential=given(Credential("AKID", "key")))
    performed.call(flow, *READ, [response(b"", 502, "text/html"), OK])
    assert performed.renewed == 1
