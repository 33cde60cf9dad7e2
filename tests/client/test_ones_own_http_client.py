"""An httpx2 or httpx client that is passed is used as it is, but for what would change a signed request."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest

from between import Proxy
from calling import A_CALL, LIBRARIES, async_client_of, at_once, client_of, library
from ccc_contract import CallOutcomeUnknown
from ccc_contract.errors import AnswerLost
from ccc_mock.adapters.serving import Served, ServedAccount
from ccc_mock.journal import Entry

ALL = list(LIBRARIES)


@pytest.fixture(params=ALL)
def lib(request: pytest.FixtureRequest) -> Any:
    return LIBRARIES[request.param]


def places(account: ServedAccount, http: Any, **settings: Any) -> bool:
    """One call through `http`, and whether it is the account's only one."""
    with client_of(account, http=http, **settings) as client:
        placed = client.create_ai_agent_call(**A_CALL)
    return [call.session_id for call in account.ledger.calls()] == [placed.session_id]


def entries(account: ServedAccount) -> list[Entry]:
    return list(account.account.journal.page().entries)


def head_of(account: ServedAccount) -> str:
    """The head of the only request, as it came."""
    (entry,) = entries(account)
    return bytes(entry.head).decode("latin-1").lower()


# --- it passes through ---------------------------------------------------------------------------------------------


def test_its_headers_go_along_and_ours_win(account: ServedAccount, lib: Any) -> None:
    added = {"X-Team": "blue", "User-Agent": "theirs/1"}
    in_vain = {
        "Content-Type": "text/plain",
        "X-TC-Action": "HangUpCall",
        "Authorization": "Bearer x",
        "Host": "elsewhere",
    }
    with lib.Client(headers={**added, **in_vain}) as http:
        assert places(account, http)
    lines = head_of(account).splitlines()
    assert {"x-team:blue", "user-agent:theirs/1", f"host:{account.host}", "content-type:application/json"} <= set(lines)
    for name in in_vain:
        assert len([line for line in lines if line.startswith(f"{name.lower()}:")]) == 1


def test_its_hooks_see_request_and_response_and_may_read_it(account: ServedAccount, lib: Any) -> None:
    seen: list[Any] = []

    def read(response: Any) -> None:
        seen.append(response.read())

    with lib.Client(event_hooks={"request": [seen.append], "response": [read]}) as http:
        assert places(account, http)
    request, body = seen
    assert request.headers["x-tc-action"] == "CreateAIAgentCall"
    assert b"SessionId" in body


def test_its_hooks_of_tasks_do_so_too(account: ServedAccount, lib: Any) -> None:
    seen: list[Any] = []

    async def read(response: Any) -> None:
        seen.append(await response.aread())

    async def scene() -> Any:
        async with lib.AsyncClient(event_hooks={"response": [read]}) as http:
            async with async_client_of(account, http=http) as client:
                placed = await client.create_ai_agent_call(**A_CALL)
            assert not http.is_closed
            return placed

    placed = anyio.run(scene)
    assert [call.session_id for call in account.ledger.calls()] == [placed.session_id]
    assert b"SessionId" in seen[0]


def test_a_hook_that_raises_leaves_the_doubt_that_there_is(account: ServedAccount, lib: Any) -> None:
    account.plan("ok+status(500)")
    with (
        lib.Client(event_hooks={"response": [lambda response: response.raise_for_status()]}) as http,
        pytest.raises(CallOutcomeUnknown, match="HTTPStatusError") as doubt,
    ):
        places(account, http, retries=at_once(3))
    assert isinstance(doubt.value.reason, AnswerLost)
    assert (doubt.value.attempts, len(account.ledger)) == (1, 1)


def test_its_transport_carries_the_request(account: ServedAccount, lib: Any) -> None:
    carried: list[str] = []

    class Noting(lib.HTTPTransport):  # type: ignore[misc, name-defined]
        def handle_request(self, request: Any) -> Any:
            carried.append(str(request.url))
            return super().handle_request(request)

    with lib.Client(transport=Noting()) as http:
        assert places(account, http)
    assert carried == [f"{account.url}/"]


def test_its_proxy_is_the_way(account: ServedAccount, proxy: Proxy, lib: Any) -> None:
    with lib.Client(proxy=proxy.url) as http:
        assert places(account, http)
    assert len(proxy.seen) == 1


def test_its_base_url_and_timeouts_are_not_ours(account: ServedAccount, lib: Any) -> None:
    """The endpoint is the client's, and so is the time: a client that gives up at once would give up in doubt."""
    with lib.Client(base_url="http://127.0.0.1:9/elsewhere", timeout=1e-9) as http:
        assert places(account, http)


# --- it stays as it was --------------------------------------------------------------------------------------------


def test_it_is_not_closed(account: ServedAccount, lib: Any) -> None:
    with lib.Client() as http:
        for _ in range(2):
            with client_of(account, http=http) as client:
                client.create_ai_agent_call(**A_CALL)
        assert not http.is_closed
    assert len(account.ledger) == 2


def test_many_accounts_share_one(served: Served, lib: Any) -> None:
    with lib.Client() as http:
        for _ in range(3):
            account = served.account()
            assert places(account, http)
            account.remove()


# --- what is never used --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", ["ok+redirect", "ok+redirect@after"])
def test_it_follows_no_redirect_although_it_would(account: ServedAccount, lib: Any, step: str) -> None:
    account.plan(step)
    with lib.Client(follow_redirects=True) as http, pytest.raises(CallOutcomeUnknown) as doubt:
        places(account, http, retries=at_once(3))
    assert doubt.value.answer is not None
    assert doubt.value.answer.status in range(300, 400)
    assert len(entries(account)) == 1


@pytest.mark.parametrize("auth", [("me", "secret"), None], ids=["basic", "digest"])
def test_its_auth_is_not_ours(account: ServedAccount, lib: Any, auth: Any) -> None:
    with lib.Client(auth=auth or lib.DigestAuth("me", "secret")) as http:
        assert places(account, http)
    assert head_of(account).count("authorization:tc3-hmac-sha256") == head_of(account).count("authorization:") == 1


@pytest.fixture
def netrc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A file that has a password for this machine."""
    file = tmp_path / ".netrc"
    file.write_text("machine 127.0.0.1 login me password secret\ndefault login me password secret\n", "ascii")
    file.chmod(0o600)
    monkeypatch.setenv("NETRC", str(file))
    monkeypatch.setenv("HOME", str(tmp_path))
    return file


@library
def test_netrc_is_not_read(account: ServedAccount, netrc: Path, library: str) -> None:
    lib = LIBRARIES[library]
    with lib.Client(trust_env=True, auth=lib.NetRCAuth(str(netrc))) as http:
        assert places(account, http)
    assert head_of(account).count("authorization:") == 1
    with client_of(account) as own:
        own.create_ai_agent_call(**A_CALL)
    assert len(account.ledger) == 2
