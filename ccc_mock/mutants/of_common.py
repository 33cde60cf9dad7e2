"""Fakes that are wrong about what every action has: action, version, method, content type, region, language."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qsl

from ccc_contract.http import Headers, Request

from ..checks.check import Backend, Run
from ..exchange import Exchange
from ..regions import REGIONS
from .mutant import Mutant, around, asking, setting, without
from .replies import told_as

Before = Callable[[Exchange, Backend], None]


def _before(act: Before) -> Callable[[Run], Run]:
    """A check with something done first, which may refuse."""

    def wrap(true: Run) -> Run:
        def run(exchange: Exchange, backend: Backend) -> None:
            act(exchange, backend)
            true(exchange, backend)

        return run

    return wrap


def _action_in_any_case(exchange: Exchange, backend: Backend) -> None:
    folded = {name.lower(): name for name in backend.api.actions}
    exchange.action_name = folded.get(exchange.action_name.lower(), exchange.action_name)


def _region_is_known(exchange: Exchange, backend: Backend) -> None:
    region = (exchange.parameters.common(b"Region") or b"").decode("utf-8", "replace")
    if region and region not in REGIONS:
        raise exchange.refusal("UnsupportedRegion", "common-value", name=exchange.parameters.wire_name(b"Region"))


def _region_is_there(exchange: Exchange, backend: Backend) -> None:
    if not exchange.parameters.common(b"Region"):
        raise exchange.refusal("MissingParameter", "missing", name=exchange.parameters.wire_name(b"Region"))


def _type_has_no_charset(exchange: Exchange, backend: Backend) -> None:
    content_type = exchange.request.headers.text(b"content-type")
    if "charset" in content_type.lower():
        raise exchange.refusal("UnsupportedProtocol", "content-type", content_type=content_type)


def _newer_is_a_post(exchange: Exchange, backend: Backend) -> None:
    if exchange.request.method == "GET" and not exchange.parameters.older:
        raise exchange.refusal("UnsupportedProtocol", "method", method="GET")


def _client_is_an_sdk(exchange: Exchange, backend: Backend) -> None:
    client = exchange.parameters.common(b"RequestClient") or b""
    if client and not client.startswith(b"SDK_"):
        raise exchange.refusal("InvalidRequest", "common-value", name=exchange.parameters.wire_name(b"RequestClient"))


def _nonce_is_small(exchange: Exchange, backend: Backend) -> None:
    nonce = exchange.parameters.pairs.get(b"Nonce", b"0") if exchange.parameters.older else b"0"
    if len(nonce) > 9 and nonce.isdigit():
        raise exchange.refusal("InvalidParameter", "number", name="Nonce")


def with_header(request: Request, name: bytes, value: bytes) -> Request:
    """The request with that header in place of any of its name."""
    kept = (line for line in request.headers.lines if line[0].lower() != name)
    return request._replace(headers=Headers((*kept, (name, value))))


def _version_is_implied(request: Request) -> Request:
    if b"authorization" not in request.headers or b"x-tc-version" in request.headers:
        return request
    return with_header(request, b"x-tc-version", b"2020-02-10")


def _action_in_the_query(request: Request) -> Request:
    named = dict(parse_qsl(request.query[:1000].decode("latin-1"))).get("Action")
    if named is None or b"authorization" not in request.headers or b"x-tc-action" in request.headers:
        return request
    return with_header(request, b"x-tc-action", named.encode("latin-1"))


COMMON = (
    Mutant("action-in-any-case", "common", "An action may be written in lower case.",
           "an_actions_name_minds_its_case", around("action", _before(_action_in_any_case))),
    Mutant("version-ignored", "common", "Any version will do.",
           "another_version_is_not_served", without("version")),
    Mutant("version-implied", "common", "A missing X-TC-Version is taken for the only one.",
           "a_version_must_be_there", asking(_version_is_implied)),
    Mutant("action-in-the-query", "common", "Where X-TC-Action is missing, the query may name the action.",
           "a_query_does_not_name_the_action", asking(_action_in_the_query)),
    Mutant("missing-common-told-as-invalid", "common", "A missing common parameter is told as an invalid one.",
           "an_action_must_be_named", told_as("InvalidParameter", at="presence")),
    Mutant("unknown-action-told-as-version", "common",
           "An action that does not exist is told as a version that does not.",
           "an_unknown_action_is_invalid", told_as("NoSuchVersion", at="action")),
    Mutant("region-required", "common", "A request must name a region.",
           "no_region_is_needed", around("common-values", _before(_region_is_there))),
    Mutant("unknown-region-refused", "common", "A region that is not listed is refused.",
           "any_region_will_do", around("common-values", _before(_region_is_known))),
    Mutant("unknown-language-refused", "common", "A language that is not documented is refused.",
           "any_language_is_let_in", setting(common_values_are_judged=True)),
    Mutant("client-must-be-an-sdk", "common", "A RequestClient that is no SDK's is refused.",
           "any_client_may_ask", around("common-values", _before(_client_is_an_sdk))),
    Mutant("large-nonce-refused", "common", "A Nonce of more than nine digits is refused.",
           "any_whole_nonce_will_do", around("common-values", _before(_nonce_is_small))),
    Mutant("content-type-ignored", "common", "Any Content-Type will do.",
           "another_content_type_is_not_supported", without("content-type")),
    Mutant("charset-of-a-request-refused", "common", "A Content-Type with a charset, as Java sends it, is refused.",
           "a_charset_makes_no_difference", around("content-type", _before(_type_has_no_charset))),
    Mutant("get-refused", "common", "A GET that is signed with TC3 is refused.",
           "a_get_may_be_signed_with_tc3", around("method", _before(_newer_is_a_post))),
    Mutant("method-told-as-request", "common", "A PUT is told as an invalid request.",
           "another_method_is_not_supported", told_as("InvalidRequest", at="method")),
    Mutant("every-product-served", "common", "Host names of other products are answered.",
           "a_product_that_is_not_there_is_told", without("product")),
)  # fmt: skip
