"""The contract of Tencent Cloud Contact Center's API: as data, as the rules of its wire, and a client that keeps it."""

from typing import TYPE_CHECKING

from .errors import ApiError, CallOutcomeUnknown, CccError
from .http import Headers, Request, Response
from .signing import sign

if TYPE_CHECKING:
    from .client import AsyncClient, Client, Credential, Retries
    from .model import Api
    from .reading import load_api

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


_LATER = {
    "Api": "model",
    "AsyncClient": "client",
    "Client": "client",
    "Credential": "client",
    "Retries": "client",
    "load_api": "reading",
}
"""Name → its module, which is brought when it is asked for: who only signs pays for neither client nor data."""


def __getattr__(name: str) -> object:
    if name in _LATER:
        from importlib import import_module

        return getattr(import_module(f".{_LATER[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
