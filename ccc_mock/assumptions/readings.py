"""How something is taken (fidelity.TAKEN): for each reading that is assumed, the requests in which it matters."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping

from ccc_contract.http import Headers
from ccc_contract.model import JSON
from ccc_contract.pairs import MalformedPairs, parse
from ccc_contract.signing import READINGS, utc_date, work

from ..limits import IP
from ..parameters import COMMON
from ..pipeline import Pipeline
from .case import Case
from .places import Matters

READ: dict[str, Matters] = {}
"""Reading → whether it matters."""

ACCEPTED = "no refusal here"
"""What the opposite reading tells, where it passes and nobody can say what comes then."""


def reading(name: str) -> Callable[[Matters], Matters]:
    """Let a function judge that reading."""

    def register(matters: Matters) -> Matters:
        READ[name] = matters
        return matters

    return register


@reading("repeated-header")
def the_last_of_two_lines(case: Case) -> str:
    request = case.exchange.request
    lines = dict.fromkeys((name.lower(), value) for name, value in request.headers.lines)
    if len({name for name, _ in lines}) == len(lines):
        return ""
    turned = request._replace(headers=Headers(reversed(request.headers.lines)))
    return case.otherwise(case.twins.with_("as it is", lambda pipeline: pipeline), request=turned)


@reading("empty-common")
def an_empty_one_is_there(case: Case) -> str:
    exchange, parameters = case.exchange, case.exchange.parameters
    if exchange.check != "presence" or exchange.refused is None:
        return ""
    empty = [name for name in COMMON if parameters.common(name) == b""]
    missed = exchange.refused.message
    return "another code" if any(f"`{parameters.wire_name(name)}`" in missed for name in empty) else ""


_LISTED = re.compile(rb"SignedHeaders=([^,\s]+)")


@reading("signed-header-order")
def in_the_order_in_which_they_are_listed(case: Case) -> str:
    exchange = case.exchange
    listed = _LISTED.search(exchange.request.headers.get(b"authorization") or b"")
    if exchange.parameters.older or listed is None:
        return ""
    names = tuple(listed[1].lower().split(b";"))
    if list(names) == sorted(names):
        return ""
    if exchange.check == "signature":
        return ACCEPTED if _is_signed(case, names, exchange.claim.date) else ""
    return "AuthFailure.SignatureFailure" if case.passed("signature") else ""


def _is_signed(case: Case, names: tuple[bytes, ...], date: str) -> bool:
    """Is it signed over these headers and for that day?"""
    exchange, claim = case.exchange, case.exchange.claim
    assert exchange.grant is not None  # the signature was judged
    key = exchange.grant.signing_key(date, claim.service)
    return any(
        work(exchange.request, names, exchange.stamp, key, each).signature == claim.signature for each in READINGS
    )


@reading("path")
def any_other_path_is_none(case: Case) -> str:
    return "no answer of the API" if case.exchange.request.path not in (b"", b"/") else ""


@reading("another-day")
def a_scope_of_another_day_is_good(case: Case) -> str:
    exchange = case.exchange
    if exchange.check != "signature" or exchange.parameters.older:
        return ""
    claim = exchange.claim
    if claim.date == utc_date(int(exchange.stamp)):
        return ""
    return ACCEPTED if _is_signed(case, claim.signed_headers, claim.date) else ""


@reading("null")
def null_is_a_value(case: Case) -> str:
    exchange = case.exchange
    if exchange.check == "missing" and exchange.refused is not None:
        missed = next(each for each in exchange.violations if each.rule == "missing")
        return "InvalidParameter" if _at(exchange.params, missed.path) == [None] else ""
    return "InvalidParameter" if case.passed("type") and None in _leaves(exchange.params) else ""


def _leaves(value: JSON) -> Iterator[JSON]:
    if isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _leaves(each)
    else:
        yield value


def _at(value: JSON, path: str) -> list[JSON]:
    """What stands at a path, in a list; an empty one where nothing does."""
    for part in path.split("."):
        if isinstance(value, dict) and part in value:
            value = value[part]
        elif isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            return []
    return [value]


@reading("charset")
def another_charset_will_do(case: Case) -> str:
    sent = case.exchange.request.headers.text(b"content-type").lower()
    named = case.exchange.check == "content-type" and re.match(r"application/json\s*;\s*charset\s*=", sent)
    return ACCEPTED if named else ""


@reading("skip")
def who_skips_is_told_otherwise(case: Case) -> str:
    header = case.exchange.request.headers.text(b"authorization")
    return "another code" if case.exchange.check == "authorization" and header == "SKIP" else ""


@reading("encoding")
def another_encoding_is_read(case: Case) -> str:
    exchange = case.exchange
    if exchange.check != "readable" or exchange.parameters.text is not None:
        return ""
    body = exchange.request.body
    told = _is_encoded_otherwise(body) and any(_is_object(body, each) for each in _ENCODINGS)
    return ACCEPTED if told else ""


# With a byte order mark, and as Chinese and western editors save.
_ENCODINGS = ("utf-8-sig", "utf-16", "utf-32", "gb18030", "latin-1")


def _is_encoded_otherwise(body: bytes) -> bool:
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return True
    return text.startswith("\ufeff") or "\0" in text


def _is_object(body: bytes, encoding: str) -> bool:
    try:
        return isinstance(json.loads(body.decode(encoding)), dict)
    except (ValueError, RecursionError):
        return False


@reading("empty-pairs")
def an_empty_piece_is_malformed(case: Case) -> str:
    text = case.exchange.parameters.text
    return "InvalidParameter" if text and b"" in text.split(b"&") and case.passed("pairs") else ""


@reading("text-encoding")
def other_bytes_are_read(case: Case) -> str:
    reason = case.exchange.unreadable
    told = case.exchange.check == "readable" and isinstance(reason, MalformedPairs) and reason.rule == "encoding"
    return ACCEPTED if told else ""


@reading("too-large")
def all_of_a_large_text_is_read(case: Case) -> str:
    text, settings = case.exchange.parameters.text, case.twins.pipeline.backend.settings
    if case.exchange.check != "text-size" or text is None:
        return ""
    try:
        parse(text, bare_keys=settings.key_without_equals == "ok")
    except MalformedPairs:
        return "InvalidParameter"
    return ""


@reading("expiry")
def the_last_second_counts(case: Case) -> str:
    exchange = case.exchange
    ends = exchange.grant.credential.expires_at if exchange.grant is not None else None
    return ACCEPTED if exchange.check == "token" and exchange.refused and ends == exchange.signing_at else ""


@reading("whole-numbers")
def a_whole_number_may_be_written_otherwise(case: Case) -> str:
    exchange = case.exchange
    if exchange.check != "type":
        return ""
    wrong = [each for each in exchange.violations if each.rule == "type"]
    whole = all(
        each.expected in ("int64", "uint64") and all(map(_is_whole, _at(exchange.params, each.path))) for each in wrong
    )
    return ACCEPTED if whole else ""


def _is_whole(value: JSON) -> bool:
    return isinstance(value, bool) or (isinstance(value, float) and value.is_integer())


@reading("repeated-key")
def the_first_of_two_keys(case: Case) -> str:
    exchange = case.exchange
    if exchange.parameters.text is not None or not case.passed("readable"):
        return ""
    differing: list[str] = []

    def look(pairs: list[tuple[str, JSON]]) -> Mapping[str, JSON]:
        found: dict[str, JSON] = {}
        differing.extend(name for name, value in pairs if found.setdefault(name, value) != value)
        return found

    json.loads(exchange.request.body, object_pairs_hook=look)
    return "what its first value leads to" if differing else ""


@reading("nested-unknown")
def only_the_outermost_is_judged(case: Case) -> str:
    if case.exchange.check != "unknown":
        return ""
    strangers = [each.path for each in case.exchange.violations if each.rule == "unknown"]
    return ACCEPTED if all("." in path for path in strangers) else ""


@reading("rate-order")
def another_limit_is_told_first(case: Case) -> str:
    if case.exchange.check != "rate":
        return ""

    def turned(pipeline: Pipeline) -> Pipeline:
        limits = pipeline.backend.limits
        return pipeline.but(limits={action: tuple(reversed(each)) for action, each in limits.items()})

    return case.otherwise(case.twins.with_("limits", turned))


@reading("rate-ip")
def addresses_are_counted_for_all(case: Case) -> str:
    told = case.exchange.check == "rate" and case.verdict == IP.code
    return "another count" if told else ""
