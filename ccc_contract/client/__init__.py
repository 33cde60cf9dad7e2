"""A client that is honest about the one thing that matters here: a repeated call rings a person's phone again."""

from typing import TYPE_CHECKING

from .answers import Answer
from .caller import PlacedCall
from .client import Client
from .credentials import Credential
from .flow import Attempt
from .pacing import Pace
from .retries import Retries

if TYPE_CHECKING:
    from .async_client import AsyncClient

__all__ = ["Answer", "AsyncClient", "Attempt", "Client", "Credential", "Pace", "PlacedCall", "Retries"]


def __getattr__(name: str) -> object:
    if name == "AsyncClient":  # it brings anyio, which a program with threads does without
        from .async_client import AsyncClient

        return AsyncClient
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
