"""The client against an account of a fake, in each of its ways: blocking or with tasks, over httpx2 or over httpx."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any, NamedTuple

import httpx
import httpx2
import pytest

from ccc_contract.client import AsyncClient, Client, Credential, Retries, transports

APP, AGENT, CALLEE = 1400000000, 15, "008613800000000"
A_CALL: dict[str, Any] = {"sdk_app_id": APP, "ai_agent_id": AGENT, "callee": CALLEE}

LIBRARIES = {"httpx2": httpx2, "httpx": httpx}
LOOPS = ("asyncio", "trio")


class Way(NamedTuple):
    """`sync`, or the loop that its tasks run on, and the HTTP library."""

    shell: str
    library: str

    @property
    def name(self) -> str:
        return f"{self.shell} {self.library}"


WAYS = [
    Way(*words.split()) for words in ("sync httpx2", "asyncio httpx2", "trio httpx2", "sync httpx", "asyncio httpx")
]

library = pytest.mark.parametrize("library", LIBRARIES)
loop = pytest.mark.parametrize("loop", LOOPS)


@contextlib.contextmanager
def only(library: str) -> Iterator[None]:
    """Clients are made of that library, as where the other one is not installed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transports, "_library", lambda: LIBRARIES[library])
        yield


def at_once(attempts: int, **more: Any) -> Retries:
    """So many attempts, with no wait between."""
    return Retries(attempts=attempts, base_seconds=0, **more)


def client_of(account: Any, kind: Any = Client, **settings: Any) -> Any:
    """A client with the account's credential: of its server where it has one, else of the real address."""
    credential = Credential(account.secret_id, account.secret_key, account.token or "")
    return kind(credential, **{"endpoint": getattr(account, "url", None), **settings})


def async_client_of(account: Any, **settings: Any) -> AsyncClient:
    made: AsyncClient = client_of(account, AsyncClient, **settings)
    return made
