"""inject: is something else to happen to this call?"""

from __future__ import annotations

from functools import lru_cache

from ccc_contract.errors import ApiError
from ccc_contract.model import Api
from ccc_contract.pairs import MalformedPairs

from ..exchange import Exchange, NotSupportedByFake, StoodIn
from ..magic import step_of
from ..numbers import normalised
from ..parameters import decode
from ..plans.plan import Drawn, Step
from ..plans.words import DEFAULT_ACTION, PlanError
from .check import Backend, check

PLAN_HEADER = b"x-ccc-mock-plan"
"""Names a plan of the account, or holds one step."""

# The codes of the gateway, which are told before the action is reached: by their beginning (tc3 order of checks).
_GATEWAY = (
    "ActionOffline", "AuthFailure", "InvalidAction", "InvalidRequest", "IpInBlacklist", "IpNotInWhitelist",
    "NoSuchProduct", "NoSuchVersion", "RequestLimitExceeded", "RequestSizeLimitExceeded", "UnauthorizedOperation",
    "UnsupportedProtocol", "UnsupportedRegion",
)  # fmt: skip


@check(
    "plan",
    confidence="assumed", source="assumed",
    evidence="ours: a call draws its step once it is known who calls",
)  # fmt: skip
def plan_is_drawn(exchange: Exchange, backend: Backend) -> None:
    read_parameters(exchange, backend)
    drawn = _draw(exchange, backend)
    if drawn is None:
        return
    exchange.planned = drawn
    step = drawn.step
    if step.stands_in:
        raise StoodIn
    if step.refused_with is not None and step.refused_with.startswith(_GATEWAY):
        raise planned_refusal(exchange, backend)


def read_parameters(exchange: Exchange, backend: Backend) -> None:
    """Read the parameters: plans can be for a callee.  What cannot be read is told later, in its place."""
    try:
        exchange.params = decode(exchange.parameters, backend.api, exchange.action, backend.settings)
    except (MalformedPairs, ValueError, RecursionError) as reason:
        # As a refusal's: its traceback would hold the exchange, and megabytes of what could not be read.
        exchange.unreadable = reason.with_traceback(None)


def _draw(exchange: Exchange, backend: Backend) -> Drawn | None:
    """A step from the header, else from the plans, else from the number that is called."""
    given = exchange.request.headers.get(PLAN_HEADER)
    if given is not None:
        return _from_header(exchange, backend, given.decode("utf-8", "replace").strip())
    plans = exchange.account.plans
    if not plans and not backend.magic:
        return None
    callee = "" if exchange.unreadable else exchange.params.get("Callee")
    number = normalised(callee) if type(callee) is str else ""
    if plans:
        drawn = plans.draw(exchange.request_id, exchange.received_at, exchange.action_name, number, exchange.secret_id)
        if drawn is not None:
            return drawn
    magic = step_of(number, backend.magic)
    if magic is None:
        return None
    return Drawn("magic", _one_step(magic, DEFAULT_ACTION, backend.api), exchange.account.random)


def _from_header(exchange: Exchange, backend: Backend, text: str) -> Drawn | None:
    named = exchange.account.plans.get(text)
    if named is not None:
        return named.draw(exchange.request_id)
    try:
        step = _one_step(text, exchange.action_name, backend.api)
        chance = exchange.account.random
        return Drawn("header", step, chance) if step.happens(chance) else None
    except PlanError as wrong:
        name = PLAN_HEADER.decode()
        raise NotSupportedByFake(f"ccc-mock: the header {name} names no plan and holds no step: {wrong}") from None


@lru_cache(maxsize=256)
def _one_step(text: str, action: str, api: Api) -> Step:
    if len(text) > 1000:
        raise PlanError(1000, "expected a step of at most 1000 characters")
    from ..plans.grammar import parse  # where nothing is planned it is not needed

    (draft, *more) = parse(text, api, action).drafts
    if more or len(draft.steps) > 1 or draft.narrowed:
        raise PlanError(0, "expected one step, without commas and narrowing")
    return draft.steps[0]


def planned_refusal(exchange: Exchange, backend: Backend) -> ApiError:
    """The error that the drawn step is."""
    assert exchange.planned is not None
    code = exchange.planned.step.code or ""
    known = backend.api.errors.get(code)
    return ApiError(code, code if known is None else known.meaning(exchange.language))
