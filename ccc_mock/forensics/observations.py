"""What a request itself shows to be odd: seen without any key, and proven by nothing."""

from __future__ import annotations

from collections.abc import Mapping

from ccc_contract.http import Request

from .diagnosis import Observation


def observed(request: Request, pairs: Mapping[bytes, bytes] | None) -> tuple[Observation, ...]:
    return ()
