"""Connections are shared, bounded, and dropped before the service drops them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import anyio
import anyio.to_thread
import pytest

from between import Relay, running
from calling import A_CALL, APP, LIBRARIES, async_client_of, at_once, client_of, library, loop, only
from ccc_contract import Client, Credential
from ccc_contract.client.transports import IDLE_SECONDS, Connection
from ccc_contract.errors import NotSent
from ccc_mock.adapters.serving import ServedAccount
from process import Process, serve

SERVICE_IDLE_SECONDS = 60
"""After which the service closes an idle connection (public-logs)."""

# --- how many ------------------------------------------------------------------------------------------------------


@library
@loop
def test_a_call_for_which_no_connection_came_free_was_not_sent(account: ServedAccount, library: str, loop: str) -> None:
    account.plan("action=DescribeNumbers: ok+delay(1h)")

    async def scene() -> NotSent:
        http = Connection(max_connections=1).open_async()
        patient = async_client_of(account, http=http)
        hasty = async_client_of(account, http=http, timeout_seconds=0.1, retries=at_once(2))
        try:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(patient.call, "DescribeNumbers", {"SdkAppId": APP})
                # That one has its connection by now: the pool serves who came first.
                await anyio.wait_all_tasks_blocked()
                with pytest.raises(NotSent) as full:
                    await hasty.create_ai_agent_call(**A_CALL)
                tasks.cancel_scope.cancel()
            placed = await patient.create_ai_agent_call(**A_CALL)
        finally:
            await http.aclose()
        assert [call.session_id for call in account.ledger.calls()] == [placed.session_id]
        return full.value

    with only(library):
        full = anyio.run(scene, backend=loop)
    assert (full.phase, full.attempts) == ("pool", 2)


@loop
def test_a_call_whose_turn_comes_too_late_was_not_sent(account: ServedAccount, loop: str) -> None:
    async def scene() -> NotSent:
        # The share makes it one call in fifty seconds, and the first goes at once.
        async with async_client_of(account, pace=0.001, retries=at_once(1, deadline_seconds=10)) as client:
            await client.create_ai_agent_call(**A_CALL)
            with pytest.raises(NotSent) as late:
                await client.create_ai_agent_call(**A_CALL)
        return late.value

    assert anyio.run(scene, backend=loop).phase == "pace"
    assert len(account.ledger) == len(account.journal()) == 1


# --- how old -------------------------------------------------------------------------------------------------------


class Ports:
    """A hook that notes from which port of this machine each request went: which connection it took."""

    def __init__(self) -> None:
        self.seen: list[int] = []

    def __call__(self, response: Any) -> None:
        self.seen.append(response.extensions["network_stream"].get_extra_info("client_addr")[1])


@pytest.fixture(scope="module")
def fake() -> Iterator[Process]:
    """In a process of its own, whose time goes on as it is."""
    with serve("--quiet", "--no-rate-limit") as process:
        yield process


@library
@pytest.mark.parametrize(("pause", "connections"), [(IDLE_SECONDS - 1, 1), (IDLE_SECONDS + 1, 2)])
def test_a_connection_is_used_again_until_it_has_idled_for_45_seconds(
    fake: Process, monkeypatch: pytest.MonkeyPatch, library: str, pause: float, connections: int
) -> None:
    ports, steady, later = Ports(), time.monotonic, 0.0
    credential = Credential(fake.hello["secret_id"], fake.hello["secret_key"])
    with only(library), Client(credential, endpoint=fake.hello["url"]) as client:
        client._http.event_hooks = {"response": [ports]}
        client.call("DescribeNumbers", {"SdkAppId": APP})
        later = pause
        monkeypatch.setattr(time, "monotonic", lambda: steady() + later)
        client.call("DescribeNumbers", {"SdkAppId": APP})
    assert len(ports.seen) == 2
    assert len(set(ports.seen)) == connections


def test_a_connection_is_dropped_well_before_the_service_does_it() -> None:
    assert SERVICE_IDLE_SECONDS - 20 <= IDLE_SECONDS <= SERVICE_IDLE_SECONDS - 10


@library
def test_no_connection_is_used_again_that_a_server_may_just_be_closing(account: ServedAccount, library: str) -> None:
    with (
        running(Relay(account.host, idle_seconds=0.2)) as relay,
        only(library),
        client_of(account, endpoint=relay.url, idle_seconds=0.05) as client,
    ):
        placed = []
        for _ in range(4):
            placed.append(client.create_ai_agent_call(**A_CALL).session_id)
            time.sleep(0.1)  # longer than the client keeps it, and shorter than the server
        assert relay.connections == 4
    assert [call.session_id for call in account.ledger.calls()] == placed


@library
def test_a_connection_that_the_server_closed_is_not_used_again(account: ServedAccount, library: str) -> None:
    """Seen in time, it costs nothing; only one that closes at that moment leaves a doubt, hence the 45 seconds."""
    with running(Relay(account.host, idle_seconds=0.05)) as relay, only(library):
        http = Connection().open()
        with client_of(account, endpoint=relay.url, http=http) as client:
            placed = []
            for _ in range(3):
                placed.append(client.create_ai_agent_call(**A_CALL).session_id)
                relay.closed.acquire(timeout=5)
            assert relay.connections == 3
        http.close()
    assert [call.session_id for call in account.ledger.calls()] == placed


def test_both_libraries_are_given_the_same_limits() -> None:
    for name in LIBRARIES:
        with only(name):
            assert Connection(max_connections=7, idle_seconds=3)._options()["limits"] == LIBRARIES[name].Limits(
                max_connections=7, max_keepalive_connections=7, keepalive_expiry=3
            )
