"""The contract of Tencent Cloud Contact Center's API: as data, as the rules of its wire, and a client that keeps it."""

from typing import TYPE_CHECKING

from .errors import ApiError, CallOutcomeUnknown, CccError
from .http import Headers, Request, Response
from .model import Api
from .reading import load_api
from .signing import sign

if TYPE_CHECKING:
    from .client import AsyncClient, Client, Credential, Retries

__all__ = [
    "Api",
    "ApiError",
    "AsyncClient",
    "CallOutcomeUnknown",
    "CccError",
    "Client",
    "Credential",
    "Headers",
    "Request",
    "Response",
    "Retries",
    "load_api",
    "sign",
]


def __getattr__(name: str) -> object:
    # The client is brought when it is asked for: who only signs or reads the contract does not pay for it.
    if name in ("AsyncClient", "Client", "Credential", "Retries"):
        from . import client

        return getattr(client, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
