"""Requests that are signed by the rule: what a signer has to reproduce.  Pure.

Each row cites where the rule is known from that it is about.  `observed` are those of whose kind official clients sent
requests that were captured, `documented` what the vendor's pages or clients say, `inferred` what follows from them
without being said.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, NamedTuple

from ..http import Headers
from .case import Case, Question, Signer, signed, steps_of
from .requests import (
    CALL,
    EVENING,
    FLAT_CALL,
    NOW,
    ODD,
    TEMPORARY,
    call_with,
    compact,
    encoded,
    flat_call_with,
    get,
    older,
    older_of,
    post,
    with_header,
)

V3, V1, SEEN, CODE, TECO = "doc-signature-v3", "doc-signature-v1", "sdk-captures-2026-11", "sdk-source", "teco"
DOCUMENTED, OBSERVED, INFERRED = "documented", "observed", "inferred"


class Row(NamedTuple):
    """`code` is the service's answer where it refuses the request for something else than its signature."""

    about: str
    question: Question
    source: str
    confidence: str
    code: str | None = None
    age: int = 0
    """Seconds that pass between signing and judging."""


# Published beside the pages and tests that are cited: nobody's.
_PAGE = Signer("AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE", "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE")
_PAGE_BODY = '{"Limit": 1, "Filters": [{"Values": ["\\u672a\\u547d\\u540d"], "Name": "instance-name"}]}'
_page = partial(
    post, _PAGE_BODY, signer=_PAGE, host="cvm.tencentcloudapi.com", timestamp=1551113065, service="cvm",
    content_type="application/json; charset=utf-8", action="DescribeInstances", version="2017-03-12",
)  # fmt: skip
_page_older = partial(
    older, params=(("InstanceIds.0", "ins-09dx96dg"), ("Limit", "20"), ("Offset", "0"), ("Region", "ap-guangzhou")),
    signer=_PAGE, host="cvm.tencentcloudapi.com", timestamp=1465185768, action="DescribeInstances",
    version="2017-03-12",
)  # fmt: skip

_SEVEN = (
    "content-type", "host", "x-tc-action", "x-tc-content-sha256", "x-tc-requestclient", "x-tc-timestamp",
    "x-tc-version",
)  # fmt: skip


def _teco_headers(payload: str) -> dict[str, Any]:
    more = {"X-TC-Content-SHA256": hashlib.sha256(payload.encode()).hexdigest(), "X-TC-RequestClient": "teco"}
    return {
        "signer": Signer("MY_TC_SECRET_ID", "MY_TC_SECRET_KEY"),
        "host": "region.tencentcloudapi.com",
        "timestamp": 1000000000,
        "service": "region",
        "action": "DescribeRegions",
        "version": "2022-06-27",
        "more": more,
        "signed_headers": _SEVEN,
    }


_MANY = ("content-type", "host", "x-tc-action", "x-tc-timestamp", "x-tc-version")
_RESERVED = "a+b & c=d/e?f~g*h'i(j)!k,l:m;n@o$p#q%41r"
_UNICODE = "张三 Ünïcode 😀 e\u0301"  # the last is an e and its accent, two characters: nothing may be normalised
_CALLERS = tuple((f"Callers.{place}", f"008601012345{place:03d}") for place in range(12))
_QUERY = encoded(FLAT_CALL)


def unsigned(question: Question) -> Question:
    return with_header(question, "X-TC-Content-SHA256", "UNSIGNED-PAYLOAD")


def _reordered(question: Question) -> Question:
    """With its header lines in another order, names in lower case and in capitals."""
    lines = sorted(question.request.headers.lines, reverse=True)
    mixed = [(name.lower() if place % 2 else name.upper(), value) for place, (name, value) in enumerate(lines)]
    return dataclasses.replace(question, request=question.request._replace(headers=Headers(mixed)))


TC3: Mapping[str, Row] = {
    # --- published elsewhere, with the same steps and the same signatures
    "published-two-headers": Row(
        "The worked example of the vendor's page: two signed headers.", _page(), V3, DOCUMENTED),
    "published-three-headers": Row(
        "The same with x-tc-action signed too, whose value is put into lower case.",
        _page(signed_headers=("content-type", "host", "x-tc-action")), "signature-process-demo", DOCUMENTED),
    "published-seven-headers": Row(
        "Seven signed headers, the digest of the body among them.",
        post('{"Product":"cvm"}', **_teco_headers('{"Product":"cvm"}')), TECO, OBSERVED),
    "published-seven-headers-get": Row(
        "The same as a GET: the payload is empty, and so is what X-TC-Content-SHA256 is a digest of.",
        get("Product=cvm", **_teco_headers("")), TECO, OBSERVED),
    # --- bodies
    "post": Row("A call, JSON without blanks.", post(), SEEN, OBSERVED),
    "post-blanks-in-json": Row(
        "Blanks behind commas and colons: the body is hashed as it is sent.", post(json.dumps(CALL)), SEEN, OBSERVED),
    "post-indented-json": Row(
        "Line feeds in the body, and one at its end.", post(json.dumps(CALL, indent=2) + "\n"), V3, INFERRED),
    "post-crlf-in-body": Row(
        "Carriage returns in the body stay.", post(json.dumps(CALL, indent=1).replace("\n", "\r\n")), V3, INFERRED),
    "post-unicode": Row(
        "Characters beyond ASCII, in UTF-8.", post(compact(call_with(_UNICODE))), SEEN, OBSERVED),
    "post-unicode-escaped": Row(
        "The same characters as \\u escapes: other bytes, another hash.", post(json.dumps(call_with(_UNICODE))),
        SEEN, OBSERVED),
    "post-escaped-slashes": Row(
        "`\\/` and \\u003c, as PHP and Go write `/` and `<`.",
        post(compact(call_with("a/b<c")).replace("/", "\\/").replace("<", "\\u003c")), SEEN, OBSERVED),
    "post-empty-object": Row(
        "The body `{}`: signed well, refused for what it lacks.", post("{}"), TECO, OBSERVED, "MissingParameter"),
    "post-empty-body": Row(
        "No body at all: the hash of nothing, and a code that is not about the signature.", post(""), "public-logs",
        OBSERVED, "InvalidParameter"),
    "post-long-body": Row(
        "A body of more than 64 KiB: more than a pipe takes at once.",
        post(compact(call_with("0123456789abcdef" * 4100))), V3, INFERRED),
    "post-with-query": Row(
        "A query behind a POST is not signed: its canonical query is empty.", post(query="trace=1&Callee=x"),
        V3, DOCUMENTED),
    # --- headers
    "content-type-charset": Row(
        "A charset behind the type is signed, too.", post(content_type="application/json; charset=utf-8"),
        SEEN, OBSERVED),
    "content-type-capitals": Row(
        "Values are signed in lower case: UTF-8 becomes utf-8.", post(content_type="application/json; charset=UTF-8"),
        V3, DOCUMENTED),
    "content-type-blanks": Row(
        "Blanks around a value are cut off; those inside stay, two as two.",
        post(content_type=" \tapplication/json;  charset=utf-8 \t"), V3, INFERRED),
    "host-capitals": Row(
        "A Host in capitals is signed in lower case.", post(host="CCC.TencentCloudAPI.com"), V3, DOCUMENTED),
    "host-port": Row(
        "A Host with a port is signed with it.", post(host="127.0.0.1:8679"), SEEN, OBSERVED),
    "host-region": Row("A regional host.", post(host="ccc.ap-shanghai.tencentcloudapi.com"),
        "doc-request-structure", DOCUMENTED),
    "headers-five-signed": Row(
        "Five signed headers, in ASCII order of their names.", post(signed_headers=_MANY), V3, DOCUMENTED),
    "headers-reordered": Row(
        "The same five, sent in another order and with names in capitals.",
        _reordered(post(signed_headers=_MANY)), V3, DOCUMENTED),
    "headers-own": Row(
        "Headers of one's own, signed: ASCII order puts x-a before x-tc-action, and x-b-1 before x-b.a.",
        post(more={"X-B.a": "Two", "X-B-1": "One", "X-A": "  MiXed  Case "},
            signed_headers=("content-type", "host", "x-a", "x-b-1", "x-b.a")), V3, INFERRED),
    "headers-empty-value": Row(
        "A signed header with an empty value keeps its line.",
        post(more={"X-TC-Region": ""}, signed_headers=("content-type", "host", "x-tc-region")), V3, INFERRED),
    "headers-not-signed": Row(
        "What is sent and not signed changes nothing: region, language, client.",
        post(more={"X-TC-Region": "ap-shanghai", "X-TC-Language": "zh-CN", "X-TC-RequestClient": "my-client_1.0"}),
        SEEN, OBSERVED),
    # --- queries
    "get": Row("A call as a GET: the query is signed as it is sent.", get(_QUERY), SEEN, OBSERVED),
    "get-no-query": Row(
        "A GET without parameters has an empty line for its query, and the hash of nothing.", get(""), V3, DOCUMENTED,
        "MissingParameter"),
    "get-unsorted": Row(
        "The query is not sorted.", get(encoded(reversed(FLAT_CALL))), SEEN, OBSERVED),
    "get-array": Row(
        "Twelve elements of an array, 10 and 11 behind 9, as they are sent.", get(encoded((*FLAT_CALL, *_CALLERS))),
        SEEN, OBSERVED),
    "get-empty-value": Row(
        "A parameter with nothing behind its `=`.", get(encoded(flat_call_with(""))), V3, INFERRED),
    "get-blank-as-percent": Row(
        "A blank as %20, as Node.js writes it.", get(encoded(flat_call_with("a b"))), CODE, DOCUMENTED),
    "get-blank-as-plus": Row(
        "A blank as `+`, as the other clients write it.",
        get(encoded(flat_call_with("a b"), blank="+")), CODE, DOCUMENTED),
    "get-reserved": Row(
        "Reserved characters, encoded by RFC 3986.", get(encoded(flat_call_with(_RESERVED))), CODE, DOCUMENTED),
    "get-reserved-raw": Row(
        "Some reserved characters left as they are: they are signed as they are sent.",
        get(encoded(flat_call_with(_RESERVED), safe="-_.~*'()!,:;@$/?")), CODE, INFERRED),
    "get-unicode": Row("Characters beyond ASCII, encoded.", get(encoded(flat_call_with(_UNICODE))), CODE, DOCUMENTED),
    "get-lower-case-escapes": Row(
        "Escapes in lower-case digits are signed so.",
        get(_QUERY + "&Variables.0.Key=name&Variables.0.Value=%e5%bc%a0"), V3, INFERRED),
    # --- payload
    "unsigned-payload": Row(
        "X-TC-Content-SHA256: UNSIGNED-PAYLOAD; the digest of that word stands for the body's.", unsigned(post()),
        SEEN, OBSERVED),
    "unsigned-payload-get": Row("The same as a GET.", unsigned(get(_QUERY)), SEEN, OBSERVED),
    "digest-of-payload": Row(
        "X-TC-Content-SHA256 with the real digest, and signed.",
        post(more={"X-TC-Content-SHA256": hashlib.sha256(compact(CALL).encode()).hexdigest()},
            signed_headers=("content-type", "host", "x-tc-content-sha256")), TECO, OBSERVED),
    # --- dates
    "date-last-second": Row(
        "23:59:59 UTC: still that day, the next one in Beijing.", post(timestamp=1795391999), V3, DOCUMENTED),
    "date-first-second": Row("00:00:00 UTC: the next day.", post(timestamp=1795392000), V3, DOCUMENTED),
    "date-evening": Row(
        "16:29:59 UTC: past midnight in Beijing, where the local date is a day ahead.", post(timestamp=EVENING),
        "public-logs", OBSERVED),
    "date-five-minutes-ago": Row(
        "Judged 300 seconds after it was signed: not yet expired.", post(), V3, DOCUMENTED, age=300),
    "date-leap-day": Row("29 February.", post(timestamp=1835438400), V3, INFERRED),
    "date-new-year": Row(
        "1 January: month and day with a zero in front.", post(timestamp=1798761600), V3, DOCUMENTED),
    # --- credentials
    "key-long-and-odd": Row(
        "A key longer than one block of SHA-256, with + / = & ? % in it.", post(signer=ODD), V3, INFERRED),
    "token": Row(
        "A temporary credential: its token is sent and not signed.", post(signer=TEMPORARY), SEEN, OBSERVED),
    "token-get": Row("The same as a GET.", get(_QUERY, signer=TEMPORARY), SEEN, OBSERVED),
    "token-signed": Row(
        "The token can be signed as any header can; it goes in in lower case.",
        post(signer=TEMPORARY, signed_headers=("content-type", "host", "x-tc-token")), V3, INFERRED),
}  # fmt: skip

OLDER: Mapping[str, Row] = {
    "older-published": Row(
        "The worked example of the vendor's page: GET, HmacSHA1, SignatureMethod left out.",
        _page_older("GET", "HmacSHA1", method_is_named=False), V1, DOCUMENTED),
    "older-get-sha1": Row("GET, HmacSHA1.", older("GET", "HmacSHA1"), SEEN, OBSERVED),
    "older-get-sha256": Row("GET, HmacSHA256.", older("GET", "HmacSHA256"), SEEN, OBSERVED),
    "older-post-sha1": Row("POST, HmacSHA1: the method is signed.", older("POST", "HmacSHA1"), SEEN, OBSERVED),
    "older-post-sha256": Row("POST, HmacSHA256.", older("POST", "HmacSHA256"), SEEN, OBSERVED),
    "older-array": Row(
        "Sorted by bytes: Callers.10 comes before Callers.2.", older("GET", "HmacSHA1", (*FLAT_CALL, *_CALLERS)),
        V1, DOCUMENTED),
    "older-reserved": Row(
        "Values are signed decoded, & and = in them too.", older("GET", "HmacSHA256", flat_call_with(_RESERVED)),
        V1, DOCUMENTED),
    "older-blank-as-plus": Row(
        "A blank that is sent as `+` is signed as a blank.",
        older("POST", "HmacSHA1", flat_call_with("a b"), blank="+"),
        TECO, OBSERVED),
    "older-unicode": Row(
        "Characters beyond ASCII are signed in UTF-8, decoded.", older("POST", "HmacSHA256", flat_call_with(_UNICODE)),
        TECO, OBSERVED),
    "older-empty-value": Row(
        "An empty value keeps its place: `Region=`.", older("GET", "HmacSHA1", (*FLAT_CALL, ("Region", ""))),
        TECO, OBSERVED),
    "older-capitals-first": Row(
        "Capitals sort before lower-case letters; the key is compared, not the pair.",
        older_of("GET", "HmacSHA256", (
            ("a", "1"), ("Z", "2"), ("A1", "3"), ("A", "4"), ("Action", "DescribeTelSession"),
            ("Version", "2020-02-10"), ("Timestamp", str(NOW)), ("Nonce", "0"),
            ("SecretId", "AKID-ccc-vectors-not-a-real-id"), ("SdkAppId", "1400000000"),
            ("SessionId", "s"), ("SignatureMethod", "HmacSHA256"))),
        V1, INFERRED, "UnknownParameter"),
    "older-host-port": Row(
        "The host is signed with its port.", older("GET", "HmacSHA256", host="127.0.0.1:8679"), SEEN, OBSERVED),
    "older-token": Row(
        "The token is a parameter as any other, so it is signed.", older("POST", "HmacSHA256", signer=TEMPORARY),
        SEEN, OBSERVED),
    "older-key-long-and-odd": Row(
        "A key longer than a block, with + / = & ? % in it.", older("GET", "HmacSHA1", signer=ODD), V1, INFERRED),
}  # fmt: skip


def positive() -> Iterable[Case]:
    for name, row in {**TC3, **OLDER}.items():
        steps = steps_of(row.question)
        yield Case(
            name, row.about, "positive", row.question, steps, signed(row.question, steps),
            now=row.question.timestamp + row.age, code=row.code, source=row.source, confidence=row.confidence,
        )  # fmt: skip
