"""frame: is it a request of this API at all?"""

from __future__ import annotations

from ..exchange import Exchange
from .check import Backend, check, host_name, is_real


@check(
    "method", "UnsupportedProtocol",
    confidence="assumed", source="doc-common-errors",
    evidence="the code's definition names the method; nothing can be parsed before it is known",
)  # fmt: skip
def method_is_served(exchange: Exchange, backend: Backend) -> None:
    method = exchange.request.method
    if method not in ("POST", "GET"):
        raise exchange.refusal("UnsupportedProtocol", "method", method=method)


@check(
    "product", "NoSuchProduct",
    confidence="assumed", source="doc-common-errors",
    evidence="routing follows the Host header (sdk-vendor-tests); its place before all parameters is assumed",
)  # fmt: skip
def product_is_known(exchange: Exchange, backend: Backend) -> None:
    host = host_name(exchange.request.headers.get(b"host") or b"")
    if is_real(host) and host.partition(".")[0] != backend.service:
        raise exchange.refusal("NoSuchProduct", "product", host=host)


@check(
    "size", "RequestSizeLimitExceeded",
    confidence="assumed", source="doc-common-errors",
    evidence="the code's definition; that a packet is measured before it is read is assumed",
)  # fmt: skip
def size_is_allowed(exchange: Exchange, backend: Backend) -> None:
    limit = backend.settings.max_body_bytes
    if len(exchange.request.body) > limit:
        raise exchange.refusal("RequestSizeLimitExceeded", "size", limit=limit)


@check(
    "pairs", "InvalidParameter",
    confidence="observed", source="public-logs",
    evidence="a query of one bare word and nothing else is refused for its syntax, before any presence check; that a "
    "repeated and an empty key are found here too is assumed",
)  # fmt: skip
def pairs_are_well_formed(exchange: Exchange, backend: Backend) -> None:
    malformed = exchange.parameters.malformed
    if malformed is not None:
        limit = backend.settings.max_pairs
        raise exchange.refusal("InvalidParameter", malformed.rule, name=malformed.name, limit=limit)
