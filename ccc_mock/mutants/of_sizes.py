"""Fakes that are wrong about how large a request may be."""

from __future__ import annotations

from ..exchange import Exchange
from ..reply import Reply
from ..settings import Settings
from .mutant import Mutant, answering, setting
from .replies import plain, told_as

_MIB = 1024 * 1024
_TRUE = Settings()


def _http_413(exchange: Exchange, reply: Reply) -> Reply:
    if exchange.verdict != "RequestSizeLimitExceeded":
        return reply
    return plain(reply, 413, "<html><h1>413 Request Entity Too Large</h1></html>", b"text/html")


SIZES = (
    Mutant("small-body-limit", "sizes", "A body may have 1 MiB, in place of 10.",
           "five_megabytes_of_json_are_judged", setting(max_body_bytes=_MIB)),
    Mutant("large-body-limit", "sizes", "A body may have 16 MiB, in place of 10.",
           "one_byte_more_is_too_large", setting(max_body_bytes=16 * _MIB)),
    Mutant("body-limit-refused", "sizes", "A body that has just as many bytes as it may have is refused.",
           "ten_mebibytes_of_json_are_judged", setting(max_body_bytes=_TRUE.max_body_bytes - 1)),
    Mutant("large-body-with-http-413", "sizes", "A body that is too large gets HTTP 413 and a page.",
           "twice_as_much_is_too_large", answering(_http_413)),
    Mutant("small-query-limit", "sizes", "A query may have 8 KiB, in place of 32.",
           "a_query_below_32_kib_is_judged", setting(max_query_bytes=8192)),
    Mutant("no-query-limit", "sizes", "A query may be as long as a body.",
           "a_longer_query_fails_as_a_signature", setting(max_query_bytes=_TRUE.max_body_bytes)),
    Mutant("small-form-limit", "sizes", "A form may have 512 KiB, in place of 1024.",
           "a_form_below_a_mebibyte_is_judged", setting(max_form_bytes=_MIB // 2)),
    Mutant("no-form-limit", "sizes", "A form may be as long as a body.",
           "a_larger_form_fails_as_a_signature", setting(max_form_bytes=_TRUE.max_body_bytes)),
    Mutant("large-text-told-as-size", "sizes",
           "A query or a form that is too large is told as its size, and not as a signature that fails.",
           "a_longer_query_fails_as_a_signature", told_as("RequestSizeLimitExceeded", at="text-size")),
)  # fmt: skip
