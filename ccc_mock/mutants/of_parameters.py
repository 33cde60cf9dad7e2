"""Fakes that are wrong about the parameters of actions: what they take, and which mistake they tell."""

from __future__ import annotations

import re
from collections.abc import Callable

from ccc_contract.conform import Violation, violations
from ccc_contract.model import JSON, Member
from ccc_contract.pairs import MalformedPairs

from ..checks.check import Backend, Run, refuse_first
from ..exchange import Exchange
from ..parameters import decode
from ..reply import Reply
from .mutant import Make, Mutant, answering, around, setting
from .replies import fields_of, told_as, with_fields

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


def _overlooked(blind: Callable[[Violation, Exchange], bool]) -> Make:
    """Some violations are not seen."""

    def wrap(true: Run) -> Run:
        def run(exchange: Exchange, backend: Backend) -> None:
            exchange.violations = [each for each in exchange.violations if not blind(each, exchange)]
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


def _elements_as_text(true: Run) -> Run:
    """Whatever is inside of a list is taken for the text that it would be: handlers expect one."""

    def run(exchange: Exchange, backend: Backend) -> None:
        exchange.violations = [each for each in exchange.violations if not _is_of_a_scalar_inside(each)]
        for name, value in exchange.params.items():
            if isinstance(value, list):
                exchange.params[name] = [_as_text(element) for element in value]
        true(exchange, backend)

    return run


def _is_of_a_scalar_inside(violation: Violation) -> bool:
    return violation.rule == "type" and _inside(violation) and violation.expected not in ("object", "list")


def _as_text(element: JSON) -> JSON:
    if isinstance(element, dict):
        return {name: value if isinstance(value, str) else str(value) for name, value in element.items()}
    return element if isinstance(element, str) else str(element)


def _is_like_no_other(violation: Violation, exchange: Exchange) -> bool:
    """Undeclared, and no declared name in other letters."""
    declared = {name.lower() for name in exchange.action.input.members}
    return violation.rule == "unknown" and not _inside(violation) and violation.path.lower() not in declared


def _empty_is_missing(true: Run) -> Run:
    def run(exchange: Exchange, backend: Backend) -> None:
        true(exchange, backend)
        for name in exchange.action.input.required:
            if exchange.params[name] == "":
                raise exchange.refusal("MissingParameter", "missing", name=name)

    return run


def _bounds_are_out(true: Run) -> Run:
    def run(exchange: Exchange, backend: Backend) -> None:
        true(exchange, backend)
        for name, value in exchange.params.items():
            member = exchange.action.input.members[name]
            if type(value) is int and value in (member.minimum, member.maximum):
                raise exchange.refusal("InvalidParameterValue", "not-allowed", name=name)

    return run


def _capital_truth(true: Run) -> Run:
    def run(exchange: Exchange, backend: Backend) -> None:
        members = exchange.action.input.members
        for key, value in exchange.parameters.pairs.items():
            member = members.get(key.decode("utf-8", "replace"))
            if value in (b"True", b"False") and member is not None and member.type == "bool":
                raise exchange.refusal("InvalidParameter", "type", name=member.name, expected="bool")
        true(exchange, backend)

    return run


def _gaps_left_out(true: Run) -> Run:
    def run(exchange: Exchange, backend: Backend) -> None:
        reason, parameters = exchange.unreadable, exchange.parameters
        if isinstance(reason, MalformedPairs) and reason.rule == "index":
            gone = f"{reason.name}.".encode()
            pairs = {name: value for name, value in parameters.pairs.items() if not name.startswith(gone)}
            left = parameters._replace(pairs=pairs)
            exchange.params = decode(left, backend.api, exchange.action, backend.settings)
            exchange.unreadable = None
        true(exchange, backend)

    return run


def _place_cut_off(exchange: Exchange, reply: Reply) -> Reply:
    """`Variables.0.Key` → `Key`."""
    if exchange.stage != "validate" or exchange.refused is None:
        return reply
    told = fields_of(reply)
    told["Error"]["Message"] = re.sub(r"`(?:\w+\.)+(\w+)`", r"`\1`", told["Error"]["Message"])
    return with_fields(reply, told)


PARAMETERS = (
    Mutant("undeclared-parameter-ignored", "parameters", "A parameter that the action does not declare is ignored.",
           "an_undeclared_parameter_is_told", _overlooked(_is_like_no_other)),
    Mutant("undeclared-member-ignored", "parameters", "What is undeclared inside of a parameter is ignored.",
           "an_undeclared_member_is_told", _overlooked(lambda each, _: each.rule == "unknown" and _inside(each))),
    Mutant("elements-not-looked-at", "parameters", "The types of what is inside of a list are not looked at.",
           "elements_and_members_are_looked_at", around("unknown", _elements_as_text)),
    Mutant("missing-told-as-invalid", "parameters", "A missing parameter is told as an invalid one.",
           "what_is_missing_is_told", told_as("InvalidParameter", at="missing")),
    Mutant("unknown-told-as-invalid", "parameters", "An unknown parameter is told as an invalid one.",
           "an_undeclared_parameter_is_told", told_as("InvalidParameter", at="unknown")),
    Mutant("type-told-as-value", "parameters", "A value of a wrong type is told as a wrong value.",
           "nothing_else_is_a_boolean_or_an_object", told_as("InvalidParameterValue", at="type")),
    Mutant("unknown-before-missing", "parameters", "What is unknown is told before what is missing.",
           "what_is_missing_is_told_before_what_is_unknown", around("missing", _unknown_first)),
    Mutant("type-before-unknown", "parameters", "A wrong type is told before what is unknown.",
           "what_is_unknown_is_told_before_a_wrong_type", around("unknown", _types_first)),
    Mutant("text-taken-for-number", "parameters", "\"15\" is taken for 15.",
           "a_text_is_no_number", _values(_text_for_number)),
    Mutant("number-taken-for-text", "parameters", "15 is taken for \"15\".",
           "a_number_is_no_text", _values(_number_for_text)),
    Mutant("true-taken-for-number", "parameters", "true is taken for 1.",
           "a_truth_or_a_fraction_is_no_whole_number", _values(_truth_for_number)),
    Mutant("fraction-taken-for-number", "parameters", "15.0 is taken for 15.",
           "a_number_with_a_point_is_no_whole_number", _values(_fraction_for_number)),
    Mutant("overflow-wraps-around", "parameters", "Numbers beyond 64 bits wrap around.",
           "a_number_keeps_to_its_width", _values(_wrapped_around)),
    Mutant("foreign-digits-read", "parameters", "Digits of other scripts make a number in a query.",
           "a_text_that_is_no_number_is_refused", _values(_foreign_digits)),
    Mutant("one-taken-for-list", "parameters", "A text is taken for a list of one.",
           "one_thing_is_no_list", _values(_one_for_many)),
    Mutant("null-taken-for-zero", "parameters", "null does for a required parameter.",
           "null_is_nothing", _values(_null_for_zero)),
    Mutant("null-refused", "parameters", "null for an optional parameter is refused.",
           "null_is_taken_for_what_is_optional", around("type", _no_null)),
    Mutant("names-in-any-case", "parameters", "Names of parameters may be written in any case.",
           "names_are_told_apart_by_case", _params(_in_any_case)),
    Mutant("empty-text-is-missing", "parameters", "An empty text does not do for a required parameter.",
           "an_empty_text_is_not_missing", around("type", _empty_is_missing)),
    Mutant("gap-in-a-list-accepted", "parameters", "A list in a query whose positions have a gap is left out.",
           "a_gap_in_the_positions_is_refused", around("readable", _gaps_left_out)),
    Mutant("capital-truth-refused", "parameters", "True and False in a query, as Python writes them, are refused.",
           "each_clients_word_for_a_truth_is_read", around("type", _capital_truth)),
    Mutant("place-not-told", "parameters", "A complaint names the member, and not where it stands.",
           "a_complaint_about_a_type_names_its_place", answering(_place_cut_off)),
    Mutant("bounds-excluded", "parameters", "The ends of a documented range are refused.",
           "what_is_just_allowed_is_taken", around("value", _bounds_are_out)),
    Mutant("bounds-not-judged", "parameters", "Documented ranges and enumerations do not count.",
           "what_is_beyond_a_bound_is_told", setting(values_are_judged=False)),
)  # fmt: skip
