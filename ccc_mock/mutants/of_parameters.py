"""Fakes that are wrong about the parameters of actions: what they take, and which mistake they tell."""

from __future__ import annotations

from collections.abc import Callable

from ccc_contract.conform import Violation, violations
from ccc_contract.model import JSON, Member

from ..checks.check import Backend, Run, refuse_first
from ..exchange import Exchange
from .mutant import Make, Mutant, around, setting, without
from .replies import told_as

Read = Callable[[JSON, Member], JSON]
"""A value of a parameter and what the model says of it → the value that it is taken for."""

Params = dict[str, JSON]


def _params(change: Callable[[Params, Exchange], Params]) -> Make:
    """Other parameters than those that came, once they are readable."""

    def wrap(true: Run) -> Run:
        def run(exchange: Exchange, backend: Backend) -> None:
            exchange.params = change(exchange.params, exchange)
            true(exchange, backend)

        return run

    return around("missing", wrap)


def _values(read: Read) -> Make:
    """Other values of the parameters that the action has."""

    def change(params: Params, exchange: Exchange) -> Params:
        members = exchange.action.input.members
        return {name: read(value, members[name]) if name in members else value for name, value in params.items()}

    return _params(change)


def _is_whole(member: Member) -> bool:
    return member.type in ("int64", "uint64")


def _text_for_number(value: JSON, member: Member) -> JSON:
    is_digits = isinstance(value, str) and value.isascii() and value.isdigit()
    return int(value[:20]) if is_digits and _is_whole(member) else value


def _foreign_digits(value: JSON, member: Member) -> JSON:
    is_digits = isinstance(value, str) and value.isdecimal() and not value.isascii()
    return int(value[:20]) if is_digits and _is_whole(member) else value


def _truth_for_number(value: JSON, member: Member) -> JSON:
    return int(value) if isinstance(value, bool) and _is_whole(member) else value


def _fraction_for_number(value: JSON, member: Member) -> JSON:
    return int(value) if isinstance(value, float) and value.is_integer() and _is_whole(member) else value


def _number_for_text(value: JSON, member: Member) -> JSON:
    return str(value) if type(value) is int and member.type == "string" else value


def _wrapped_around(value: JSON, member: Member) -> JSON:
    return value % 2**63 if type(value) is int and _is_whole(member) else value


def _one_for_many(value: JSON, member: Member) -> JSON:
    return [value] if isinstance(value, str) and member.type == "list" else value


_ZERO = {"int64": 0, "uint64": 0, "string": "", "bool": False, "float": 0.0}


def _null_for_zero(value: JSON, member: Member) -> JSON:
    return _ZERO.get(member.type) if value is None and member.required else value


def _in_any_case(params: Params, exchange: Exchange) -> Params:
    folded = {name.lower(): name for name in exchange.action.input.members}
    return {folded.get(name.lower(), name): value for name, value in params.items()}


def _overlooked(blind: Callable[[Violation], bool]) -> Make:
    """Some violations are not seen."""

    def wrap(true: Run) -> Run:
        def run(exchange: Exchange, backend: Backend) -> None:
            exchange.violations = [each for each in exchange.violations if not blind(each)]
            true(exchange, backend)

        return run

    return around("unknown", wrap)


def _unknown_first(true: Run) -> Run:
    def run(exchange: Exchange, backend: Backend) -> None:
        exchange.violations = violations(backend.api, exchange.action.input, exchange.params)
        refuse_first(exchange, "unknown", "UnknownParameter")
        true(exchange, backend)

    return run


def _types_first(true: Run) -> Run:
    def run(exchange: Exchange, backend: Backend) -> None:
        refuse_first(exchange, "type", "InvalidParameter")
        true(exchange, backend)

    return run


def _no_null(true: Run) -> Run:
    def run(exchange: Exchange, backend: Backend) -> None:
        for name, value in exchange.params.items():
            if value is None:
                raise exchange.refusal("InvalidParameter", "value", name=name, expected="a value")
        true(exchange, backend)

    return run


def _inside(violation: Violation) -> bool:
    return "." in violation.path


PARAMETERS = (
    Mutant("undeclared-parameter-ignored", "parameters", "A parameter that no action declares is ignored.", "",
           without("unknown")),
    Mutant("undeclared-member-ignored", "parameters", "What is undeclared inside of a parameter is ignored.", "",
           _overlooked(lambda each: each.rule == "unknown" and _inside(each))),
    Mutant("elements-not-looked-at", "parameters", "The types inside of lists and objects are not looked at.", "",
           _overlooked(lambda each: each.rule == "type" and _inside(each))),
    Mutant("missing-told-as-invalid", "parameters", "A missing parameter is told as an invalid one.", "",
           told_as("InvalidParameter", at="missing")),
    Mutant("unknown-told-as-invalid", "parameters", "An unknown parameter is told as an invalid one.", "",
           told_as("InvalidParameter", at="unknown")),
    Mutant("type-told-as-value", "parameters", "A value of a wrong type is told as a wrong value.", "",
           told_as("InvalidParameterValue", at="type")),
    Mutant("unknown-before-missing", "parameters", "What is unknown is told before what is missing.", "",
           around("missing", _unknown_first)),
    Mutant("type-before-unknown", "parameters", "A wrong type is told before what is unknown.", "",
           around("unknown", _types_first)),
    Mutant("text-taken-for-number", "parameters", "\"15\" is taken for 15.", "", _values(_text_for_number)),
    Mutant("number-taken-for-text", "parameters", "15 is taken for \"15\".", "", _values(_number_for_text)),
    Mutant("true-taken-for-number", "parameters", "true is taken for 1.", "", _values(_truth_for_number)),
    Mutant("fraction-taken-for-number", "parameters", "15.0 is taken for 15.", "", _values(_fraction_for_number)),
    Mutant("overflow-wraps-around", "parameters", "Numbers beyond 64 bits wrap around.", "", _values(_wrapped_around)),
    Mutant("foreign-digits-read", "parameters", "Digits of other scripts make a number in a query.", "",
           _values(_foreign_digits)),
    Mutant("one-taken-for-list", "parameters", "A text is taken for a list of one.", "", _values(_one_for_many)),
    Mutant("null-taken-for-zero", "parameters", "null does for a required parameter.", "", _values(_null_for_zero)),
    Mutant("null-refused", "parameters", "null for an optional parameter is refused.", "", around("type", _no_null)),
    Mutant("names-in-any-case", "parameters", "Names of parameters may be written in any case.", "",
           _params(_in_any_case)),
    Mutant("bounds-not-judged", "parameters", "Documented ranges and enumerations do not count.", "",
           setting(values_are_judged=False)),
)  # fmt: skip
