"""validate: are the parameters what the action takes?"""

from __future__ import annotations

from ccc_contract.conform import violations
from ccc_contract.pairs import MalformedPairs

from ..exchange import Exchange
from .check import Backend, check, refuse_first


@check(
    "readable", "InvalidParameter",
    confidence="observed", source="public-logs",
    evidence="an empty body with a valid signature is told to be no JSON; that positions in a query or a form are "
    "looked at here too is assumed",
)  # fmt: skip
def parameters_are_readable(exchange: Exchange, backend: Backend) -> None:
    reason = exchange.unreadable
    if isinstance(reason, MalformedPairs):
        raise exchange.refusal("InvalidParameter", reason.rule, name=reason.name)
    if reason is not None:  # bytes that are no UTF-8, a BOM, bad JSON, a number or a depth beyond reason
        raise exchange.refusal("InvalidParameter", "json")


@check(
    "missing", "MissingParameter",
    confidence="assumed", source="assumed",
    evidence="after the body is read; that what is missing is told before what is unknown is assumed",
)  # fmt: skip
def nothing_is_missing(exchange: Exchange, backend: Backend) -> None:
    exchange.violations = violations(backend.api, exchange.action.input, exchange.params)
    refuse_first(exchange, "missing", "MissingParameter")


@check(
    "unknown", "UnknownParameter",
    confidence="assumed", source="assumed",
    evidence="that what is unknown is told before a wrong type is assumed",
)  # fmt: skip
def nothing_is_unknown(exchange: Exchange, backend: Backend) -> None:
    refuse_first(exchange, "unknown", "UnknownParameter")


@check(
    "type", "InvalidParameter",
    confidence="assumed", source="assumed",
    evidence="the gateway's last look at the parameters: assumed",
)  # fmt: skip
def types_fit(exchange: Exchange, backend: Backend) -> None:
    refuse_first(exchange, "type", "InvalidParameter")
