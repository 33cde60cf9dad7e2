"""Fakes that break, or give way, where a request is malformed or hostile."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from urllib.parse import parse_qsl

from ccc_contract.model import JSON

from ..checks.check import Backend, Run
from ..exchange import Exchange
from ..reply import Reply
from .mutant import Make, Mutant, answering, around, setting
from .replies import Fields, crashed, fields, fields_of, plain, with_fields

Decode = Callable[[bytes], JSON]
"""The body of a POST → what it is taken for.  Raises ValueError."""


def _reading(decode: Decode) -> Make:
    """JSON is read in another way, where it is one of an object then."""

    def wrap(true: Run) -> Run:
        def run(exchange: Exchange, backend: Backend) -> None:
            params = _decoded(decode, exchange)
            if params is not None:
                exchange.params, exchange.unreadable = params, None
            true(exchange, backend)

        return run

    return around("readable", wrap)


def _decoded(decode: Decode, exchange: Exchange) -> dict[str, JSON] | None:
    if exchange.parameters.text is not None:
        return None
    try:
        value = decode(exchange.request.body)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _first_wins(body: bytes) -> JSON:
    return json.loads(body.decode(), object_pairs_hook=lambda pairs: dict(reversed(pairs)))


def _with_a_mark(body: bytes) -> JSON:
    return json.loads(body.decode("utf-8-sig"))


def _up_to_its_end(body: bytes) -> JSON:
    return json.JSONDecoder().raw_decode(body.decode().lstrip())[0]


def _replaced(body: bytes) -> JSON:
    return json.loads(body.decode("utf-8", "replace"))


def _empty_is_an_object(body: bytes) -> JSON:
    return {} if not body.strip() else json.loads(body.decode())


def _anything_is_an_object(body: bytes) -> JSON:
    value = json.loads(body.decode())
    return value if isinstance(value, dict) else {}


def _crash_on_depth(exchange: Exchange, reply: Reply) -> Reply:
    brackets = exchange.request.body.count(b"[") + exchange.request.body.count(b"{")
    return crashed(reply) if exchange.unreadable is not None and brackets > 500 else reply


def _crash_on_surrogates(exchange: Exchange, reply: Reply) -> Reply:
    try:
        json.dumps(getattr(exchange, "params", None), ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return crashed(reply)
    return reply


def _page_for_no_json(exchange: Exchange, reply: Reply) -> Reply:
    if exchange.check != "readable":
        return reply
    return plain(reply, 400, "<html><h1>400 Bad Request</h1></html>", b"text/html")


def _repeats_the_key(exchange: Exchange, reply: Reply) -> Reply:
    if exchange.verdict != "AuthFailure.SignatureFailure" or exchange.grant is None:
        return reply
    told = fields_of(reply)
    told["Error"]["Message"] += f" The key is {exchange.grant.credential.secret_key}."
    return with_fields(reply, told)


def _repeats_what_came(exchange: Exchange, fields: Fields) -> Fields:
    if "Error" in fields:
        fields["Error"]["Message"] += f" Authorization: {exchange.request.headers.text(b'authorization')}"
    return fields


def _crash_on_odd_names(exchange: Exchange, reply: Reply) -> Reply:
    names = "".join(getattr(exchange, "params", {}))
    return reply if re.fullmatch(r"\w*", names, re.ASCII) else crashed(reply)


def _crash_on_many_names(exchange: Exchange, reply: Reply) -> Reply:
    return crashed(reply) if len(getattr(exchange, "params", {})) > 2000 else reply


def _crash_on_foreign_headers(exchange: Exchange, reply: Reply) -> Reply:
    values = b"".join(value for name, value in exchange.request.headers.lines if name.lower() in _READ)
    return reply if values.isascii() else crashed(reply)


_READ = {b"authorization", b"x-tc-action", b"x-tc-version", b"x-tc-timestamp"}


def _page_for_many_headers(exchange: Exchange, reply: Reply) -> Reply:
    if len(exchange.request.headers) <= 40:
        return reply
    return plain(reply, 431, "<html><h1>431 Request Header Fields Too Large</h1></html>", b"text/html")


def _mended(rule: str) -> Make:
    """A query that is malformed so is read as most programs read one: the last of equal names counts."""

    def wrap(true: Run) -> Run:
        def run(exchange: Exchange, backend: Backend) -> None:
            parameters = exchange.parameters
            if parameters.malformed is not None and parameters.malformed.rule == rule:
                text = (parameters.text or b"").decode("latin-1")
                named = parse_qsl(text, keep_blank_values=True, encoding="latin-1")
                pairs = {name.encode("latin-1"): value.encode("latin-1") for name, value in named if name}
                exchange.parameters = parameters._replace(pairs=pairs, malformed=None)
            true(exchange, backend)

        return run

    return around("pairs", wrap)


HOSTILE = (
    Mutant("deep-json-crashes", "hostile", "JSON of a depth beyond reason gets HTTP 500.",
           "depth_is_refused", answering(_crash_on_depth)),
    Mutant("lone-surrogate-crashes", "hostile", "Half of a character gets HTTP 500.",
           "half_a_character_is_refused", answering(_crash_on_surrogates)),
    Mutant("malformed-json-gets-a-page", "hostile", "A body that is no JSON gets HTTP 400 and a page.",
           "what_is_no_json_is_told_so", answering(_page_for_no_json)),
    Mutant("first-of-equal-names-counts", "hostile", "Of two equal names in JSON the first counts.",
           "of_equal_names_the_last_counts", _reading(_first_wins)),
    Mutant("byte-order-mark-accepted", "hostile", "JSON may begin with a byte order mark.",
           "json_has_no_byte_order_mark", _reading(_with_a_mark)),
    Mutant("bytes-behind-json-accepted", "hostile", "Anything may follow behind JSON.",
           "nothing_stands_behind_the_json", _reading(_up_to_its_end)),
    Mutant("broken-utf-8-accepted", "hostile", "Bytes that are no UTF-8 are replaced.",
           "json_must_be_in_utf_8", _reading(_replaced)),
    Mutant("empty-body-is-an-object", "hostile", "An empty body is taken for an empty object.",
           "an_empty_body_is_no_json", _reading(_empty_is_an_object)),
    Mutant("any-json-is-an-object", "hostile", "JSON that is no object is taken for an empty one.",
           "json_must_be_an_object", _reading(_anything_is_an_object)),
    Mutant("repeated-pair-accepted", "hostile", "Of two equal names in a query the last counts.",
           "no_pair_may_come_twice", _mended("repeated")),
    Mutant("nameless-pair-accepted", "hostile", "A pair in a query without a name is ignored.",
           "no_name_in_a_query_may_be_empty", _mended("empty-key")),
    Mutant("bare-word-accepted", "hostile", "A word in a query without = is a name without a value.",
           "a_query_of_a_bare_word_is_malformed", setting(key_without_equals="ok")),
    Mutant("odd-names-crash", "hostile", "Names with more than letters, digits and _ get HTTP 500.",
           "an_odd_name_is_refused", answering(_crash_on_odd_names)),
    Mutant("many-names-crash", "hostile", "More than 2000 parameters get HTTP 500.",
           "thousands_of_parameters_are_refused", answering(_crash_on_many_names)),
    Mutant("foreign-bytes-in-headers-crash", "hostile", "Bytes beyond ASCII in a common header get HTTP 500.",
           "bytes_in_a_header_are_refused", answering(_crash_on_foreign_headers)),
    Mutant("many-headers-get-a-page", "hostile", "More than 40 headers get HTTP 431 and a page.",
           "many_headers_make_no_difference", answering(_page_for_many_headers)),
    Mutant("key-in-a-message", "hostile", "A signature that does not match is answered with the SecretKey.",
           "no_answer_tells_the_key", answering(_repeats_the_key)),
    Mutant("authorization-in-a-message", "hostile", "Every refusal repeats the Authorization header.",
           "no_answer_repeats_the_signature", fields(_repeats_what_came)),
)  # fmt: skip
