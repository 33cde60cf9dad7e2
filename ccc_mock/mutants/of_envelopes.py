"""Fakes that are wrong about the envelope around an answer, or about its headers."""

from __future__ import annotations

from dataclasses import replace

from ..exchange import Exchange
from ..reply import Reply
from .mutant import Mutant, Parts, answering
from .replies import Fields, fields, fields_of, with_fields, with_type


def _without_request_id(exchange: Exchange, fields: Fields) -> Fields:
    return {name: value for name, value in fields.items() if name != "RequestId"}


def _the_first_request_id(parts: Parts) -> Parts:
    first: list[str] = []

    def twist(exchange: Exchange, reply: Reply) -> Reply:
        first.append(exchange.request_id)
        del first[1:]
        return with_fields(reply, {**fields_of(reply), "RequestId": first[0]})

    return replace(parts, answered=twist)


def _without_dashes(exchange: Exchange, fields: Fields) -> Fields:
    return {**fields, "RequestId": exchange.request_id.replace("-", "")}


def _http_400(exchange: Exchange, reply: Reply) -> Reply:
    return reply if exchange.refused is None else reply._replace(status=400)


def _with_a_result(exchange: Exchange, fields: Fields) -> Fields:
    return {"SessionId": "", **fields} if "Error" in fields else fields


def _with_no_error(exchange: Exchange, fields: Fields) -> Fields:
    return fields if "Error" in fields else {**fields, "Error": None}


def _in_lower_case(exchange: Exchange, fields: Fields) -> Fields:
    if "Error" in fields:
        fields["Error"] = {name.lower(): value for name, value in fields["Error"].items()}
    return fields


def _bare(exchange: Exchange, reply: Reply) -> Reply:
    return reply._replace(body=reply.body.removeprefix(b'{"Response":').removesuffix(b"}"))


def _with_charset(exchange: Exchange, reply: Reply) -> Reply:
    return with_type(reply, b"application/json; charset=utf-8")


def _speechless(exchange: Exchange, fields: Fields) -> Fields:
    if "Error" in fields:
        fields["Error"]["Message"] = ""
    return fields


def _with_a_code_of_success(exchange: Exchange, fields: Fields) -> Fields:
    return fields if "Error" in fields else {"Code": 0, **fields}


ENVELOPE = (
    Mutant("request-id-lost", "envelope", "No answer has a RequestId.",
           "a_request_id_is_a_text", fields(_without_request_id)),
    Mutant("request-id-no-uuid", "envelope", "A RequestId is 32 digits without dashes.",
           "every_answer_has_a_request_id", fields(_without_dashes)),
    Mutant("request-id-repeats", "envelope", "Every answer has the RequestId of the first.",
           "no_two_answers_share_a_request_id", _the_first_request_id),
    Mutant("refusal-with-http-400", "envelope", "A refusal comes with HTTP 400.",
           "every_answer_comes_with_http_200", answering(_http_400)),
    Mutant("result-beside-error", "envelope", "A refusal carries a SessionId, too.",
           "beside_an_error_there_is_only_a_request_id", fields(_with_a_result)),
    Mutant("null-error-in-success", "envelope", "A success carries Error: null.",
           "a_success_has_no_error", fields(_with_no_error)),
    Mutant("error-in-lower-case", "envelope", "Error has code and message in lower case.",
           "an_error_is_a_code_and_a_message", fields(_in_lower_case)),
    Mutant("response-left-out", "envelope", "An answer is not wrapped in Response.",
           "every_answer_is_an_envelope", answering(_bare)),
    Mutant("charset-added", "envelope", "Content-Type has a charset.",
           "every_content_type_is_bare", answering(_with_charset)),
    Mutant("message-empty", "envelope", "A refusal has a code and no sentence.",
           "an_error_is_a_code_and_a_message", fields(_speechless)),
    Mutant("undeclared-field-in-success", "envelope", "A success carries Code: 0, which no action declares.",
           "a_success_has_only_declared_members", fields(_with_a_code_of_success)),
)  # fmt: skip
