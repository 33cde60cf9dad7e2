"""requests-mock, whose adapter stands in for every other: what it has no answer to can be the fake's."""

from __future__ import annotations

from typing import Any

import requests_mock
from requests.adapters import HTTPAdapter

from ..hosts import is_intercepted_url
from .for_requests import bring, settings_of
from .intercept import is_watching
from .patches import Patch


def patches(package: str) -> list[Patch]:
    """What is replaced: the adapter that every mocker of it uses."""
    return [Patch(requests_mock.Adapter, "send", _sending)]


def _sending(original: Any) -> Any:
    def send(self: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return original(self, request, *args, **kwargs)
        except requests_mock.NoMockAddress:
            if not is_watching() or not is_intercepted_url(request.url or ""):
                raise
            return bring(HTTPAdapter(), request, settings_of(args, kwargs))

    return send
