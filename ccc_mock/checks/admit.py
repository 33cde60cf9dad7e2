"""admit: may it, now?"""

from __future__ import annotations

from ..exchange import Exchange
from ..limits import UNITS
from ..regions import entry_region
from .check import Backend, check, host_name

_NEVER_ENDS = (
    "the world stands still, and so this second never ends: move it on (PUT /_ccc/clock with "
    '{"advance": 1}, in Python clock.advance(1)), or end the limit where the fake begins: `--no-rate-limit` of serve, '
    "`limits=False` of ccc_mock.fake() and of @pytest.mark.ccc, `ccc_limits = false` in the ini"
)


@check(
    "rate", *(unit.code for unit in UNITS),
    confidence="documented", source="doc-rate-limit",
    evidence="limits are per sub-account, which must be known first; that the parameters are not looked at before is "
    "assumed",
)  # fmt: skip
def rate_is_within_its_limit(exchange: Exchange, backend: Backend) -> None:
    limits = backend.limits.get(exchange.action_name)
    if not limits:
        return
    request, account = exchange.request, exchange.account
    region = entry_region(host_name(request.headers.get(b"host") or b""))
    arrival = exchange.sub_account, exchange.action_name, region, request.client
    beyond = account.windows.count(arrival, limits, exchange.received_at)
    if beyond is None:
        return
    (unit, per_second), count = beyond
    if account.clock.world_is_frozen and per_second > 0:
        exchange.hint = _NEVER_ENDS
    raise exchange.refusal(unit.code, unit.sentence, count=count, limit=per_second)


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
