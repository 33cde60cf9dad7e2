"""TLS under a private CA, and a forward proxy: what is set is what happens, and what fails there was not sent."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import anyio
import pytest

from between import Proxy
from calling import A_CALL, APP, async_client_of, at_once, client_of, library, loop, only
from ccc_contract import CallOutcomeUnknown, Client, Credential
from ccc_contract.errors import AnswerLost, NotSent, SendFailed
from ccc_mock.adapters.serving import ServedAccount
from ccc_mock.adapters.tls import Certified

SERVICE = "ccc.tencentcloudapi.com:443"


def places(account: ServedAccount, **settings: Any) -> bool:
    """One call, and whether it is the account's only one."""
    with client_of(account, **settings) as client:
        placed = client.create_ai_agent_call(**A_CALL)
    return [call.session_id for call in account.ledger.calls()] == [placed.session_id]


# --- TLS -----------------------------------------------------------------------------------------------------------


@library
def test_a_private_ca_is_trusted_where_it_is_named(secure: ServedAccount, authority: Certified, library: str) -> None:
    with only(library):
        assert places(secure, ca_file=str(authority.ca_file))


@loop
def test_and_so_by_a_task(secure: ServedAccount, authority: Certified, loop: str) -> None:
    async def call() -> Any:
        async with async_client_of(secure, ca_file=str(authority.ca_file)) as client:
            return await client.create_ai_agent_call(**A_CALL)

    placed = anyio.run(call, backend=loop)
    assert [call.session_id for call in secure.ledger.calls()] == [placed.session_id]


@library
def test_a_certificate_that_nobody_trusts_gets_no_request(secure: ServedAccount, library: str) -> None:
    with only(library), client_of(secure, retries=at_once(2)) as client, pytest.raises(NotSent) as refused:
        client.create_ai_agent_call(**A_CALL)
    assert (refused.value.phase, refused.value.attempts) == ("connect", 2)
    assert "certificate" in str(refused.value).lower()
    assert secure.journal() == []


def test_an_endpoint_that_speaks_no_tls_gets_no_request(account: ServedAccount) -> None:
    url = account.url.replace("http:", "https:")
    with client_of(account, endpoint=url, retries=at_once(1)) as client, pytest.raises(NotSent) as refused:
        client.create_ai_agent_call(**A_CALL)
    assert refused.value.phase == "connect"
    assert account.journal() == []


# --- nobody there, nobody who answers ------------------------------------------------------------------------------


@pytest.fixture
def silent() -> Iterator[socket.socket]:
    """It lets connect, and then neither reads nor writes."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


def url_of(listener: socket.socket, scheme: str) -> str:
    return f"{scheme}://127.0.0.1:{listener.getsockname()[1]}"


NOBODY = Credential("AKID-of-nobody", "a-key-of-nobody")


@library
def test_where_nobody_listens_nothing_was_sent(silent: socket.socket, library: str) -> None:
    url = url_of(silent, "http")
    silent.close()
    with only(library), Client(NOBODY, endpoint=url, retries=at_once(3)) as client, pytest.raises(NotSent) as error:
        client.create_ai_agent_call(**A_CALL)
    assert (error.value.phase, error.value.attempts) == ("connect", 3)


@library
def test_a_handshake_that_does_not_end_is_a_connection_that_was_not_made(silent: socket.socket, library: str) -> None:
    settings: dict[str, Any] = {"retries": at_once(1), "connect_seconds": 0.1}
    with (
        only(library),
        Client(NOBODY, endpoint=url_of(silent, "https"), **settings) as client,
        pytest.raises(NotSent, match="no connection in time") as error,
    ):
        client.create_ai_agent_call(**A_CALL)
    assert error.value.phase == "connect"


@library
def test_a_request_that_is_only_half_taken_may_have_been_understood(silent: socket.socket, library: str) -> None:
    settings: dict[str, Any] = {"retries": at_once(3), "timeout_seconds": 0.3}
    with (
        only(library),
        Client(NOBODY, endpoint=url_of(silent, "http"), **settings) as client,
        pytest.raises(CallOutcomeUnknown) as error,
    ):
        client.create_ai_agent_call(**A_CALL, variables={"story": "x" * 9_000_000})
    assert isinstance(error.value.reason, SendFailed)
    assert (error.value.reason.phase, error.value.attempts) == ("send", 1)


# --- a proxy -------------------------------------------------------------------------------------------------------


@library
def test_a_proxy_passes_plain_http_on(account: ServedAccount, proxy: Proxy, library: str) -> None:
    with only(library):
        assert places(account, proxy=proxy.url)
    assert proxy.lines == [f"POST {account.url}/ HTTP/1.1"]


@library
def test_through_a_proxys_tunnel_the_service_is_met_under_its_own_name(
    secure: ServedAccount, authority: Certified, proxy: Proxy, library: str
) -> None:
    proxy.leads_to[SERVICE] = secure.host
    with only(library):
        assert places(secure, endpoint=None, proxy=proxy.url, ca_file=str(authority.ca_file))
    assert proxy.lines == [f"CONNECT {SERVICE} HTTP/1.1"]
    ((_, headers),) = proxy.seen
    assert "Authorization" not in headers
    assert not any(name.lower().startswith("x-tc") for name in headers)


def test_a_task_goes_through_the_tunnel_too(secure: ServedAccount, authority: Certified, proxy: Proxy) -> None:
    proxy.leads_to[SERVICE] = secure.host

    async def call() -> Any:
        settings: dict[str, Any] = {"proxy": proxy.url, "ca_file": str(authority.ca_file)}
        async with async_client_of(secure, endpoint=None, **settings) as client:
            return await client.create_ai_agent_call(**A_CALL)

    placed = anyio.run(call)
    assert [call.session_id for call in secure.ledger.calls()] == [placed.session_id]
    assert proxy.lines == [f"CONNECT {SERVICE} HTTP/1.1"]


def test_a_proxy_of_the_environment_is_used(
    account: ServedAccount, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", proxy.url)
    assert places(account)
    assert len(proxy.seen) == 1


def test_a_proxy_is_told_its_own_password_and_nobody_elses(account: ServedAccount, proxy: Proxy) -> None:
    assert places(account, proxy=proxy.url.replace("//", "//me:secret@"))
    ((_, headers),) = proxy.seen
    assert headers["Proxy-Authorization"] == "Basic bWU6c2VjcmV0"


@library
@pytest.mark.parametrize("status", [403, 407, 502])
def test_a_proxy_that_opens_no_tunnel_let_nothing_through(
    secure: ServedAccount, authority: Certified, proxy: Proxy, library: str, status: int
) -> None:
    proxy.refuses = status
    settings: dict[str, Any] = {"proxy": proxy.url, "ca_file": str(authority.ca_file), "retries": at_once(2)}
    with only(library), client_of(secure, **settings) as client, pytest.raises(NotSent, match=str(status)) as refused:
        client.create_ai_agent_call(**A_CALL)
    assert (refused.value.phase, refused.value.attempts) == ("connect", 2)
    assert secure.journal() == []


def test_what_a_proxy_says_of_plain_http_is_no_answer_of_the_service(account: ServedAccount, proxy: Proxy) -> None:
    proxy.refuses = 502
    with client_of(account, proxy=proxy.url, retries=at_once(2)) as client, pytest.raises(CallOutcomeUnknown) as error:
        client.create_ai_agent_call(**A_CALL)
    assert error.value.answer is not None
    assert (error.value.answer.status, error.value.attempts) == (502, 1)


@library
def test_a_tunnel_that_breaks_while_it_is_dug_is_taken_for_the_gravest(
    secure: ServedAccount, authority: Certified, proxy: Proxy, library: str
) -> None:
    """The libraries do not say that it was CONNECT which was not answered: a doubt too many, none too few."""
    proxy.hangs_up = True
    settings: dict[str, Any] = {"proxy": proxy.url, "ca_file": str(authority.ca_file), "retries": at_once(2)}
    with only(library), client_of(secure, **settings) as client, pytest.raises(CallOutcomeUnknown) as error:
        client.create_ai_agent_call(**A_CALL)
    assert isinstance(error.value.reason, AnswerLost)
    assert (len(proxy.seen), secure.journal()) == (1, [])


def test_a_read_is_tried_again_behind_a_tunnel_that_broke(
    secure: ServedAccount, authority: Certified, proxy: Proxy
) -> None:
    proxy.hangs_up = True

    def heal(_: object) -> None:
        proxy.hangs_up = False

    settings: dict[str, Any] = {"proxy": proxy.url, "ca_file": str(authority.ca_file), "on_attempt": heal}
    with client_of(secure, retries=at_once(2), **settings) as client:
        assert client.call("DescribeNumbers", {"SdkAppId": APP}).attempts == 2
