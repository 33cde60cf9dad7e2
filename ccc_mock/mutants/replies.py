"""What mutants do to answers: other fields, other codes, or what is no answer of the API at all."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from ccc_contract.envelope import failure
from ccc_contract.errors import ApiError
from ccc_contract.model import JSON

from ..exchange import Exchange
from ..reply import Reply
from .mutant import Make, answering

Fields = dict[str, JSON]


def fields_of(reply: Reply) -> Fields:
    """What stands in Response."""
    fields: Fields = json.loads(reply.body)["Response"]
    return fields


def with_fields(reply: Reply, fields: Mapping[str, JSON]) -> Reply:
    """The reply with other ones, written as the fake writes them."""
    text = json.dumps({"Response": fields}, ensure_ascii=False, separators=(",", ":"))
    return reply._replace(body=text.encode("utf-8", "replace"))


def fields(change: Callable[[Exchange, Fields], Fields]) -> Make:
    """Other fields in Response."""
    return answering(lambda exchange, reply: with_fields(reply, change(exchange, fields_of(reply))))


def with_type(reply: Reply, content_type: bytes) -> Reply:
    headers = tuple((name, content_type if name == b"Content-Type" else value) for name, value in reply.headers)
    return reply._replace(headers=headers)


def plain(reply: Reply, status: int, text: str, content_type: bytes = b"text/plain") -> Reply:
    """What no answer of the API looks like."""
    return with_type(reply, content_type)._replace(status=status, body=text.encode())


def crashed(reply: Reply) -> Reply:
    """What a server says whose program raised."""
    return plain(reply, 500, "Internal Server Error")


def refused_with(exchange: Exchange, reply: Reply, code: str) -> Reply:
    """A refusal with another code and the same sentence."""
    message = exchange.refused.message if exchange.refused else ""
    exchange.refused = ApiError(code, message)
    return reply._replace(body=failure(exchange.refused, exchange.request_id))


def recoded(change: Callable[[Exchange, str], str]) -> Make:
    """Another code where one is told."""

    def twist(exchange: Exchange, reply: Reply) -> Reply:
        code = exchange.verdict if exchange.refused is not None else ""
        other = change(exchange, code) if code else ""
        return reply if other == code else refused_with(exchange, reply, other)

    return answering(twist)


def told_as(code: str, *, at: str = "", action: str = "", of: str = "") -> Make:
    """`code` where a check, an action, or another code says no: all of those that are named."""

    def change(exchange: Exchange, told: str) -> str:
        meant = (not at or exchange.check == at) and (not action or exchange.action_name == action)
        return code if meant and (not of or told == of) else told

    return recoded(change)
