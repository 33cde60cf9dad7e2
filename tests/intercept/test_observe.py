"""`ccc.observe()`: what a block of the code under test made of its calls, and which calls were its own."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

import ccc_mock
from ccc_contract import AsyncClient, CccError, Client, Credential, Retries
from ccc_mock.coverage.sightings import Sighting, Stretch, sightings
from ccc_mock.observing import MAX_OBSERVED, Seen

NEVER = Retries(attempts=1)


def key(ccc: ccc_mock.Fake) -> Credential:
    return Credential(ccc.secret_id, ccc.secret_key)


def place(client: Client, callee: str = "008613800000000") -> str:
    return client.create_ai_agent_call(sdk_app_id=1400000000, ai_agent_id=15, callee=callee).session_id


async def place_soon(client: AsyncClient, callee: str) -> str:
    placed = await client.create_ai_agent_call(sdk_app_id=1400000000, ai_agent_id=15, callee=callee)
    return placed.session_id


def seen_of(ccc: ccc_mock.Fake) -> list[Sighting]:
    journal = ccc.account.journal
    stretch = Stretch(journal.page(limit=1000).entries, dict(ccc.broken), tuple(ccc.account.observed))
    return list(sightings(stretch))


@pytest.fixture
def client(ccc: ccc_mock.Fake) -> Iterator[Client]:
    with Client(key(ccc), retries=NEVER) as made:
        yield made


def test_a_block_tells_what_was_raised_in_it_and_lets_it_go_on(ccc: ccc_mock.Fake, client: Client) -> None:
    ccc.plan("InternalError")
    with pytest.raises(CccError) as raised, ccc.observe() as seen:
        place(client)
    assert seen.raised is raised.value
    assert seen.ended == f"raised {type(raised.value).__name__}"


def test_a_block_that_ends_says_what_it_was_told(ccc: ccc_mock.Fake, client: Client) -> None:
    with ccc.observe() as seen:
        assert seen.ended == ""
        seen.result = place(client)
    assert (seen.ended, seen.raised) == ("returned str", None)
    with ccc.observe() as silent:
        place(client)
    assert silent.ended == "returned"


@pytest.mark.parametrize(
    ("value", "told"), [(None, "returned None"), (False, "returned False"), ("key", "returned str")]
)
def test_a_function_is_observed_at_each_call(ccc: ccc_mock.Fake, value: Any, told: str) -> None:
    @ccc.observe
    def production(given: Any) -> Any:
        """Its own."""
        return given

    assert [production(value), production(given=value)] == [value, value]
    assert [seen.ended for seen in ccc.account.observed] == [told, told]
    assert production.__doc__ == "Its own."


def test_a_coroutine_function_stays_one(ccc: ccc_mock.Fake) -> None:
    @ccc.observe
    async def production() -> None:
        raise TimeoutError

    assert inspect.iscoroutinefunction(production)
    with pytest.raises(TimeoutError):
        asyncio.run(production())
    assert [seen.ended for seen in ccc.account.observed] == ["raised TimeoutError"]


def test_tasks_side_by_side_have_calls_of_their_own(ccc: ccc_mock.Fake) -> None:
    ccc.plan("callee=*1: InternalError; callee=*2: ResourceInUse; callee=*3: ok+extra")

    async def one(client: AsyncClient, callee: str) -> None:
        async with ccc.observe() as seen:
            seen.result = await place_soon(client, callee)

    async def all_of_them() -> list[Any]:
        async with AsyncClient(key(ccc), retries=NEVER) as client:
            calls = [one(client, f"00861380000000{n}") for n in (1, 2, 3)]
            return await asyncio.gather(*calls, return_exceptions=True)

    raised = asyncio.run(all_of_them())
    told = {each.cell: each.ended for each in seen_of(ccc)}
    names = [f"raised {type(each).__name__}" for each in raised[:2]]
    assert told == {"InternalError": names[0], "ResourceInUse": names[1], "extra": "returned str"}


def test_calls_of_an_executor_belong_to_the_only_block_that_is_open(ccc: ccc_mock.Fake, client: Client) -> None:
    ccc.plan("InternalError, ResourceInUse")
    with ThreadPoolExecutor(1) as executor:
        with ccc.observe(), pytest.raises(CccError):
            executor.submit(place, client).result()
        with ccc.observe(), ccc.observe(), pytest.raises(CccError):
            executor.submit(place, client).result()
    assert [(each.cell, each.ended) for each in seen_of(ccc)] == [
        ("InternalError", "returned"),
        ("ResourceInUse", ""),  # whose of the two, nobody can tell
    ]


def test_a_call_belongs_to_the_innermost_block(ccc: ccc_mock.Fake, client: Client) -> None:
    ccc.plan("InternalError")
    with ccc.observe() as outer:
        outer.result = 1
        with pytest.raises(CccError), ccc.observe():
            place(client)
    (seen,) = seen_of(ccc)
    assert seen.ended.startswith("raised ")


def test_what_came_again_is_counted_within_the_block(ccc: ccc_mock.Fake, client: Client) -> None:
    ccc.plan("InternalError, RequestLimitExceeded, ok, ok")
    for again in (False, True):
        with ccc.observe():
            for _ in range(1 + again):
                try:
                    place(client)
                except CccError:
                    continue
    assert [(each.cell, each.again) for each in seen_of(ccc)] == [("InternalError", 0), ("RequestLimitExceeded", 1)]


@pytest.mark.parametrize(
    ("fault", "got"),
    [
        ("reset", {"ConnectionResetError", "the end, too early"}),  # by the version of Python
        ("close", {"the end, too early"}),
        ("delay(100s)", {"TimeoutError"}),
        ("content-length(9999)", {"the end, too early"}),
        ("page(502)", {"an answer"}),
        ("garbage", {"an answer"}),
        ("delay(1s)", {"an answer"}),
    ],
)
def test_what_a_library_was_given_is_seen(ccc: ccc_mock.Fake, client: Client, fault: str, got: set[str]) -> None:
    ccc.plan(f"ok+{fault}")
    with contextlib.suppress(CccError):
        place(client)
    (seen,) = seen_of(ccc)
    assert seen.given in got


def test_only_the_newest_blocks_are_kept(ccc: ccc_mock.Fake) -> None:
    for _ in range(MAX_OBSERVED + 1):
        with ccc.observe():
            pass
    assert len(ccc.account.observed) == MAX_OBSERVED


def test_no_value_is_shown(ccc: ccc_mock.Fake) -> None:
    with ccc.observe() as seen:
        seen.result = "a secret"
    with pytest.raises(ValueError, match="a secret"), ccc.observe() as failed:
        raise ValueError("a secret")
    assert isinstance(seen, Seen)
    assert "secret" not in repr(seen) + seen.ended + repr(failed) + failed.ended


@pytest.mark.parametrize("odd", [type("Class", (), {}), (lambda: (yield))], ids=["class", "generator"])
def test_what_is_no_function_is_refused(ccc: ccc_mock.Fake, odd: Any) -> None:
    with pytest.raises(TypeError, match="takes functions and coroutine functions"):
        ccc.observe(odd)
