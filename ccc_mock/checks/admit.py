"""admit: may it, now?"""

from __future__ import annotations

import re

from ..exchange import Exchange
from .check import Backend, check, host_name

NEAREST = "nearest"
"""The entry region where a host name says none: the service takes the nearest, and for us it is one."""

_REGIONAL = re.compile(r"ccc\.([a-z]{2,16}(?:-[a-z]{1,24}){1,3})\.tencentcloudapi\.com")


@check(
    "rate", "RequestLimitExceeded",
    confidence="documented", source="doc-rate-limit",
    evidence="limits are per sub-account, which must be known first; that the parameters are not looked at before is "
    "assumed",
)  # fmt: skip
def rate_is_within_its_limit(exchange: Exchange, backend: Backend) -> None:
    if backend.limits is None:
        return
    action = exchange.action
    limit = backend.limits.get(action.name, action.limit_per_second)
    host = exchange.request.headers.get(b"host") or b""
    key = exchange.sub_account, action.name, entry_region(host_name(host))
    count = exchange.account.windows.hit(key, exchange.received_at)
    if limit is not None and count > limit:
        raise exchange.refusal("RequestLimitExceeded", "rate", count=count, limit=limit)


@check(
    "permission", "AuthFailure.UnauthorizedOperation",
    confidence="inferred", source="public-logs",
    evidence="a denial of access management is seen as the first answer, before any complaint about parameters; behind "
    "the rate is assumed",
)  # fmt: skip
def action_is_not_denied(exchange: Exchange, backend: Backend) -> None:
    grant = exchange.grant
    if grant is not None and grant.denied and not grant.denied.isdisjoint(("*", exchange.action.name)):
        raise exchange.refusal(
            "AuthFailure.UnauthorizedOperation",
            "denied",
            action=exchange.action.name,
            account=exchange.account.uin,
            request_id=exchange.request_id,
        )


def entry_region(host: str) -> str:
    """The gateway's region, which is the host name's: X-TC-Region does not count (doc-rate-limit)."""
    match = _REGIONAL.fullmatch(host)
    return match[1] if match else NEAREST
