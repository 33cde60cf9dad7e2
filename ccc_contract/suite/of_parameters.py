"""What an action takes, and which code each way to be wrong has.

A request that is wrong is a right one with one place changed, so exactly one code fits.  What stands in public logs may
go anywhere: it surely does nothing.  What is inferred may not.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from hypothesis import strategies as st

from ..model import JSON
from .draft import Draft
from .misfits import AS_JSON, AS_TEXT, Misfit, fitting, in_another_case, instead, misfits, missing, undeclared
from .places import Path, Place, at_bounds, beyond, changed, params_with
from .property import Family
from .reply import Reply
from .service import Service

parameters = Family("parameters", "what an action takes, and which code each mistake has")

MISSING, UNKNOWN, INVALID, VALUE = "MissingParameter", "UnknownParameter", "InvalidParameter", "InvalidParameterValue"
SEEN, CODES, CLIENTS = "public-logs", "doc-common-errors", "sdk-captures-2026-11"
_holds = partial(parameters.holds, needs=("credential", "permission"))
ANY_WAY = (*AS_JSON, *AS_TEXT)
INTEGERS = ("int64", "uint64")


def _is_not_about(service: Service, draft: Draft, *codes: str) -> Reply:
    """Raises Violation where it is refused with one of these very codes; what the action itself says is its own."""
    reply = service.ask(draft)
    if reply.code in codes:
        service.fail(f"no {' or '.join(codes)}", reply, reply)
    if not reply.has_no_behaviour and not reply.is_envelope:
        service.fail("an answer of the service", reply, reply)
    return reply


def _names(service: Service, misfit: Misfit, *codes: str) -> None:
    """Raises Violation unless it is refused so, and the message has the place in backticks."""
    reply = service.refuses(misfit.draft, *codes)
    if f"`{misfit.name}`" not in reply.message:
        service.fail(f"`{misfit.name}` in the message", reply, reply)


def _of_type(*types: str) -> Callable[[Place], bool]:
    return lambda place: place.type in types and not place.is_inside


# --- right ones ----------------------------------------------------------------------------------------------------


@_holds("tccli-3.1.189.1", dials=True, draft=fitting())
def what_fits_is_taken(service: Service, draft: Draft) -> None:
    """Parameters that an action declares, of the types that it declares, are never said to be missing, unknown or
    invalid."""
    _is_not_about(service, draft, MISSING, UNKNOWN, INVALID)


@_holds("tccli-3.1.189.1", dials=True, misfit=instead(at_bounds, ways=ANY_WAY))
def what_is_just_allowed_is_taken(service: Service, misfit: Misfit) -> None:
    """A value at the end of its range, each word of an enumeration, the longest text and the longest list are taken."""
    reply = _is_not_about(service, misfit.draft, MISSING, UNKNOWN, INVALID)
    if reply.code == VALUE and f"`{misfit.name}`" in reply.message:
        service.fail(f"no complaint about {misfit.name}", reply, reply)


@_holds(
    CLIENTS, "observed", dials=True, word=st.sampled_from(["true", "false", "True", "False", "1", "0"]),
    misfit=instead(lambda place: [True], lambda place: place.type == "bool", ways=AS_TEXT),
)  # fmt: skip
def each_clients_word_for_a_truth_is_read(service: Service, misfit: Misfit, word: str) -> None:
    """In a query or a form a boolean is `true` or `false` in any case, or 1 or 0: so clients write them."""
    written = misfit.draft.but(params=changed(misfit.draft.params, misfit.place.path, word))
    _is_not_about(service, written, MISSING, UNKNOWN, INVALID)


# --- names ---------------------------------------------------------------------------------------------------------


@_holds(SEEN, "observed", refusal=SEEN, misfit=missing(ANY_WAY))
def what_is_missing_is_told(service: Service, misfit: Misfit) -> None:
    """Where something required is not there, at any depth, the code is MissingParameter."""
    service.refuses(misfit.draft, MISSING)


@_holds(
    CODES, "inferred", dials=True,
    misfit=instead(lambda place: [""], lambda place: place.type == "string" and place.is_required, ways=ANY_WAY),
)  # fmt: skip
def an_empty_text_is_not_missing(service: Service, misfit: Misfit) -> None:
    """An empty text where a text is required is there; whether it makes sense is for the action to say."""
    _is_not_about(service, misfit.draft, MISSING, UNKNOWN, INVALID)


@_holds(SEEN, "observed", refusal=SEEN, misfit=undeclared(inside=False))
def an_undeclared_parameter_is_told(service: Service, misfit: Misfit) -> None:
    """A parameter that the action does not declare is UnknownParameter, whatever else is right."""
    service.refuses(misfit.draft, UNKNOWN)


@_holds(SEEN, "inferred", dials=True, misfit=undeclared(inside=True))
def an_undeclared_member_is_told(service: Service, misfit: Misfit) -> None:
    """A member that is not declared inside of a parameter is UnknownParameter, too."""
    service.refuses(misfit.draft, UNKNOWN)


@_holds(CODES, "inferred", dials=True, misfit=in_another_case())
def names_are_told_apart_by_case(service: Service, misfit: Misfit) -> None:
    """A parameter whose name is written in another case is an unknown one."""
    service.refuses(misfit.draft, UNKNOWN)


def _with_a_stranger(misfit: Misfit) -> Draft:
    return misfit.draft.with_params(Unheard="x")


@_holds("assumed", "assumed", refusal=SEEN, misfit=missing(ANY_WAY))
def what_is_missing_is_told_before_what_is_unknown(service: Service, misfit: Misfit) -> None:
    """Where one parameter is missing and another one unknown the code is MissingParameter."""
    service.refuses(_with_a_stranger(misfit), MISSING)


@_holds("assumed", "assumed", refusal=SEEN, misfit=instead(lambda place: ["x"], lambda place: place.type in INTEGERS))
def what_is_unknown_is_told_before_a_wrong_type(service: Service, misfit: Misfit) -> None:
    """Where one parameter is unknown and another one of a wrong type the code is UnknownParameter."""
    service.refuses(_with_a_stranger(misfit), UNKNOWN)


@_holds(SEEN, "observed", refusal=SEEN, misfit=missing(ANY_WAY) | undeclared(inside=False))
def a_complaint_about_a_name_names_it(service: Service, misfit: Misfit) -> None:
    """The message of MissingParameter and UnknownParameter has the name in backticks, as a dotted path."""
    _names(service, misfit, MISSING, UNKNOWN)


# --- types, of JSON ------------------------------------------------------------------------------------------------


@_holds(SEEN, "observed", refusal=SEEN, misfit=instead(lambda place: ["x", "1"], _of_type(*INTEGERS)))
def a_text_is_no_number(service: Service, misfit: Misfit) -> None:
    """A text where a whole number is declared is InvalidParameter, also one of digits."""
    service.refuses(misfit.draft, INVALID)


@_holds(SEEN, "observed", refusal=SEEN, misfit=instead(lambda place: [1, 0, {}], _of_type("string")))
def a_number_is_no_text(service: Service, misfit: Misfit) -> None:
    """A number or an object where a text is declared is InvalidParameter."""
    service.refuses(misfit.draft, INVALID)


@_holds(SEEN, "observed", refusal=SEEN, misfit=instead(lambda place: ["x", 1], _of_type("list")))
def one_thing_is_no_list(service: Service, misfit: Misfit) -> None:
    """A text or a number where a list is declared is InvalidParameter: it is not taken for a list of one."""
    service.refuses(misfit.draft, INVALID)


_SEEN: dict[str, list[JSON]] = {"string": [1, {}], "int64": ["x"], "uint64": ["x", -1], "list": ["x"]}
"""Type → what of another one stands in public logs, refused."""


@_holds(
    SEEN, "observed", refusal=SEEN,
    misfit=instead(lambda place: _SEEN.get(place.type, ()), lambda place: place.is_inside),
)  # fmt: skip
def elements_and_members_are_looked_at(service: Service, misfit: Misfit) -> None:
    """A value of another type inside of a list or an object is InvalidParameter."""
    service.refuses(misfit.draft, INVALID)


@_holds(
    SEEN, "observed", refusal=SEEN,
    misfit=instead(lambda place: _SEEN[place.type], lambda place: place.type in ("string", *INTEGERS)),
)  # fmt: skip
def a_complaint_about_a_type_names_its_place(service: Service, misfit: Misfit) -> None:
    """The message of a wrong type has the dotted path in backticks, positions counted from zero."""
    _names(service, misfit, INVALID)


def _outside(place: Place) -> list[JSON]:
    """Beyond the 64 bits of a type: just so, by a bit, and so that the lowest 64 bits are small."""
    ends = {"int64": [2**63, -(2**63) - 1], "uint64": [2**64, -1]}[place.type]
    return [*ends, *(end * 2 for end in ends), 2**64 + 1]


@_holds(CODES, "inferred", dials=True, misfit=instead(_outside, lambda place: place.type in INTEGERS, ways=ANY_WAY))
def a_number_keeps_to_its_width(service: Service, misfit: Misfit) -> None:
    """A whole number beyond the 64 bits of its type, signed or not, is InvalidParameter."""
    service.refuses(misfit.draft, INVALID)


@_holds(CODES, "inferred", dials=True, misfit=instead(lambda place: [True, False, 1.5, 0.5], _of_type(*INTEGERS)))
def a_truth_or_a_fraction_is_no_whole_number(service: Service, misfit: Misfit) -> None:
    """A boolean, or a number with a fraction, where a whole number is declared is InvalidParameter."""
    service.refuses(misfit.draft, INVALID)


@_holds("assumed", "assumed", dials=True, misfit=instead(lambda place: [1.0, 15.0], _of_type(*INTEGERS)))
def a_number_with_a_point_is_no_whole_number(service: Service, misfit: Misfit) -> None:
    """15.0 where a whole number is declared is InvalidParameter, too."""
    service.refuses(misfit.draft, INVALID)


@_holds(
    CODES, "inferred", dials=True,
    misfit=instead(lambda place: ["true", 1, 0, "{}", []], _of_type("bool", "object")),
)  # fmt: skip
def nothing_else_is_a_boolean_or_an_object(service: Service, misfit: Misfit) -> None:
    """A text, a number or a list where a boolean or an object is declared is InvalidParameter, in JSON."""
    service.refuses(misfit.draft, INVALID)


# --- null ----------------------------------------------------------------------------------------------------------


@_holds("assumed", "assumed", misfit=instead(lambda place: [None], lambda place: place.is_required))
def null_is_nothing(service: Service, misfit: Misfit) -> None:
    """null where something is required is MissingParameter."""
    service.refuses(misfit.draft, MISSING)


@_holds(
    "assumed", "assumed", dials=True,
    misfit=instead(lambda place: [None], lambda place: not place.is_element and not place.is_required),
)  # fmt: skip
def null_is_taken_for_what_is_optional(service: Service, misfit: Misfit) -> None:
    """null where something is optional is as if it were not there."""
    _is_not_about(service, misfit.draft, MISSING, UNKNOWN, INVALID, VALUE)


# --- text: a query or a form ---------------------------------------------------------------------------------------


@_holds(
    CODES, "inferred", dials=True,
    misfit=instead(lambda place: ["x", "", "1.5", "0x1", " 1", "１", "١", "1_0"],
                   lambda place: place.type in INTEGERS, ways=AS_TEXT),
)  # fmt: skip
def a_text_that_is_no_number_is_refused(service: Service, misfit: Misfit) -> None:
    """In a query or a form, what does not read as a whole number where one is declared is InvalidParameter: the digits
    are those of ASCII."""
    service.refuses(misfit.draft, INVALID)


def _with_a_gap(place: Place) -> list[tuple[Path, JSON]]:
    one = params_with(place)[str(place.path[0])][0]
    return [(place.path, {"0": one, "2": one}), (place.path, {"1": one})]


@_holds(
    "teco", "documented", refusal="teco",
    misfit=misfits(_with_a_gap, lambda place: place.type == "list" and not place.is_inside, ways=AS_TEXT),
)  # fmt: skip
def a_gap_in_the_positions_is_refused(service: Service, misfit: Misfit) -> None:
    """In a query or a form, positions that do not count from 0 without a gap are InvalidParameter."""
    service.refuses(misfit.draft, INVALID)


# --- bounds --------------------------------------------------------------------------------------------------------


@_holds(CODES, "inferred", dials=True, misfit=instead(beyond, ways=ANY_WAY))
def what_is_beyond_a_bound_is_told(service: Service, misfit: Misfit) -> None:
    """A value of the right type outside of its documented range, enumeration or length is InvalidParameterValue."""
    service.refuses(misfit.draft, VALUE)


PROPERTIES = (
    what_fits_is_taken, what_is_just_allowed_is_taken, each_clients_word_for_a_truth_is_read,
    what_is_missing_is_told, an_empty_text_is_not_missing, an_undeclared_parameter_is_told,
    an_undeclared_member_is_told, names_are_told_apart_by_case,
    what_is_missing_is_told_before_what_is_unknown, what_is_unknown_is_told_before_a_wrong_type,
    a_complaint_about_a_name_names_it,
    a_text_is_no_number, a_number_is_no_text, one_thing_is_no_list,
    elements_and_members_are_looked_at, a_complaint_about_a_type_names_its_place,
    a_number_keeps_to_its_width, a_truth_or_a_fraction_is_no_whole_number, a_number_with_a_point_is_no_whole_number,
    nothing_else_is_a_boolean_or_an_object, null_is_nothing, null_is_taken_for_what_is_optional,
    a_text_that_is_no_number_is_refused, a_gap_in_the_positions_is_refused, what_is_beyond_a_bound_is_told,
)  # fmt: skip
