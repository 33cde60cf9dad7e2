"""validate: are the parameters what the action takes?"""

from __future__ import annotations

from ccc_contract import strict
from ccc_contract.conform import Rule, violations

from ..exchange import Exchange, NotSupportedByFake
from .check import Backend, check


@check(
    "body", "InvalidParameter",
    confidence="observed", source="public-logs",
    evidence="an empty body with a valid signature is told to be no JSON",
)  # fmt: skip
def body_is_an_object(exchange: Exchange, backend: Backend) -> None:
    if exchange.request.method == "GET":
        raise NotSupportedByFake(
            "ccc-mock does not read parameters from the query of a GET; send them as JSON with POST"
        )
    try:
        params = strict.decode(exchange.request.body.decode())
    except (ValueError, RecursionError):  # bytes that are no UTF-8, a BOM, bad JSON, a number or a depth beyond reason
        params = None
    if type(params) is not dict:
        raise exchange.refusal("InvalidParameter", "json")
    exchange.params = params


@check(
    "missing", "MissingParameter",
    confidence="assumed", source="assumed",
    evidence="after the body is read; that what is missing is told before what is unknown is assumed",
)  # fmt: skip
def nothing_is_missing(exchange: Exchange, backend: Backend) -> None:
    exchange.violations = violations(backend.api, exchange.action.input, exchange.params)
    _refuse(exchange, "missing", "MissingParameter")


@check(
    "unknown", "UnknownParameter",
    confidence="assumed", source="assumed",
    evidence="that what is unknown is told before a wrong type is assumed",
)  # fmt: skip
def nothing_is_unknown(exchange: Exchange, backend: Backend) -> None:
    _refuse(exchange, "unknown", "UnknownParameter")


@check(
    "type", "InvalidParameter",
    confidence="assumed", source="assumed",
    evidence="the gateway's last look at the parameters: assumed",
)  # fmt: skip
def types_fit(exchange: Exchange, backend: Backend) -> None:
    _refuse(exchange, "type", "InvalidParameter")


def _refuse(exchange: Exchange, rule: Rule, code: str) -> None:
    for violation in exchange.violations:
        if violation.rule == rule:
            raise exchange.refusal(code, rule, name=violation.path, expected=violation.expected)
