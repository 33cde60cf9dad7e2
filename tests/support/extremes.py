"""The largest and the worst that a request can be made of, and the code that each is answered with.

One table for the tests of what they cost (tests/mock/test_bounds.py) and for the benchmark that times them
(tests/benchmarks/worst.py).  All stand at the limits of the default settings, or beyond them where the size is the
point; all are signed as far as they can be, so that they come as deep into the pipeline as they may.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import NamedTuple

import oracle
from ccc_contract import Request
from ccc_mock import DEFAULT_CREDENTIAL, Settings
from drafts import Draft
from older import OlderDraft, Pair, get_draft, percent

BODY, FORM, QUERY = Settings().max_body_bytes, Settings().max_form_bytes, Settings().max_query_bytes
VALUES, PAIRS = Settings().max_values, Settings().max_pairs
LONG_HEADER = 256 * 1024

OK = "ok"
NO_PARAMETER, UNKNOWN, INVALID = "MissingParameter", "UnknownParameter", "InvalidParameter"
SIGNATURE, NO_ID, HEADER = (
    "AuthFailure.SignatureFailure",
    "AuthFailure.SecretIdNotFound",
    "AuthFailure.InvalidAuthorization",
)


class Extreme(NamedTuple):
    """A request that is made when it is needed, for some have ten megabytes."""

    verdict: str
    """The code, or `ok`."""
    make: Callable[[], Request]


# --- bodies of the newer scheme ------------------------------------------------------------------------------------

FILLED = b'"SdkAppId":1,"AIAgentId":1,"Callee":""'
"""What a call must have."""


def filled(unit: bytes, head: bytes = b"", tail: bytes = b"", size: int = BODY) -> bytes:
    """Head and tail with the unit between them, as often as it fits."""
    return head + unit * ((size - len(head) - len(tail)) // len(unit)) + tail


def call_with(more: bytes) -> bytes:
    """A call with further members."""
    return b"{%b,%b}" % (FILLED, more)


def elements(name: bytes, each: Iterable[bytes]) -> bytes:
    """A call with such a list."""
    return call_with(b'"%b":[%b]' % (name, b",".join(each)))


def text_of(unit: bytes) -> bytes:
    """A call whose Callee is the unit again and again."""
    return filled(unit, b'{"SdkAppId":1,"AIAgentId":1,"Callee":"', b'"}')


def levels(opening: bytes, closing: bytes, count: int) -> bytes:
    """A call with a member that is nested so deeply."""
    return call_with(b'"A":' + opening * count + b"1" + closing * count)


def halfway() -> bytes:
    """907 digits exactly between two floats, the longest way for a reader of decimals."""
    between = (Fraction(1.2345e-300) + Fraction(1.2345000000000002e-300)) / 2
    return b"%de-1200" % int(between * 10**1200)


BODIES: dict[str, tuple[str, Callable[[], bytes]]] = {
    "10 MB of [": (INVALID, lambda: b"[" * BODY),
    "10 MB of {": (INVALID, lambda: b"{" * BODY),
    '10 MB of {"a":': (INVALID, lambda: filled(b'{"a":')),
    '10 MB of "': (INVALID, lambda: b'"' * BODY),
    "10 MB of ,": (INVALID, lambda: b"," * BODY),
    "10 MB of blanks": (INVALID, lambda: b" " * BODY),
    "10 MB of blanks in an object": (NO_PARAMETER, lambda: filled(b" ", b"{", b"}")),
    "10 MB of line feeds before an object": (NO_PARAMETER, lambda: filled(b"\n", b"", b"{}")),
    "10 MB of NUL": (INVALID, lambda: bytes(BODY)),
    "10 MB that end in no UTF-8": (INVALID, lambda: filled(b"x", b'{"Callee":"', b'\xff"}')),
    "100,000 levels of lists": (INVALID, lambda: levels(b"[", b"]", 99_990)),
    "100,000 levels of objects": (INVALID, lambda: levels(b'{"a":', b"}", 99_990)),
    "900 levels, 50 times": (UNKNOWN, lambda: call_with(b'"A":[%b]' % b",".join([b"[" * 900 + b"]" * 900] * 50))),
    "a million keys": (INVALID, lambda: call_with(b",".join(b'"%d":0' % n for n in range(1_000_000)))[:BODY]),
    "as many keys as there may be": (
        UNKNOWN, lambda: call_with(b",".join(b'"%094d":0' % n for n in range(VALUES - 9)))),
    "one key as often as it may be": (UNKNOWN, lambda: call_with(b",".join([b'"a":0'] * (VALUES - 9)))),
    "a key of 10 MB": (UNKNOWN, lambda: filled(b"k", b'{%b,"' % FILLED, b'":0}')),
    "a million objects": (INVALID, lambda: elements(b"Variables", [b"{}"] * 1_000_000)),
    "as many objects as there may be": (
        OK, lambda: elements(b"Variables", [b'{"Key":"","Value":""}'] * (VALUES // 3 - 9))),
    "as many wrong objects as there may be": (
        NO_PARAMETER, lambda: elements(b"Variables", [b"{}"] * (VALUES // 2 - 9))),
    "five million integers": (INVALID, lambda: elements(b"Callers", [b"1"] * 5_000_000)),
    "as many integers as there may be": (INVALID, lambda: elements(b"Callers", [b"1"] * (VALUES - 9))),
    "as many texts as there may be": (OK, lambda: elements(b"Callers", (b'"%098d"' % n for n in range(VALUES - 9)))),
    "an integer of 10 MB": (INVALID, lambda: filled(b"9", b'{"AIAgentId":1,"Callee":"","SdkAppId":', b"}")),
    "a fraction of 10 MB": (INVALID, lambda: filled(b"9", b'{"AIAgentId":1,"Callee":"","SdkAppId":0.', b"}")),
    "a float of 10 MB": (INVALID, lambda: filled(b"9", b'{"AIAgentId":1,"Callee":"","SdkAppId":', b".0}")),
    "an exponent of 10 MB": (INVALID, lambda: filled(b"9", b'{"AIAgentId":1,"Callee":"","SdkAppId":1e', b"}")),
    "10 MB of integers of 4,300 digits": (INVALID, lambda: elements(b"Callers", [b"9" * 4300] * 2430)),
    "10 MB of integers of 100 digits": (INVALID, lambda: elements(b"Callers", [b"9" * 100] * (VALUES - 9))),
    "10 MB of floats of 100 digits": (INVALID, lambda: elements(b"Callers", [b"0." + b"9" * 98] * (VALUES - 9))),
    "10 MB of floats halfway between two": (INVALID, lambda: elements(b"Callers", [halfway()] * 11_500)),
    "a text of 10 MB": (OK, lambda: text_of(b"x")),
    r"a text of 10 MB of \u4e2d": (OK, lambda: text_of(rb"\u4e2d")),
    r"a text of 10 MB of \n": (OK, lambda: text_of(rb"\n")),
    r"a text of 10 MB of \ud800": (OK, lambda: text_of(rb"\ud800")),
    "a text of 10 MB of four bytes each": (OK, lambda: text_of("😀".encode())),
    "a text of 10 MB of control characters": (INVALID, lambda: text_of(b"\x01")),
}  # fmt: skip


# --- texts of both schemes -----------------------------------------------------------------------------------------

COMMON = OlderDraft(params={}).parameters
"""The common parameters, with a signature that fits nothing else."""


def every_byte(text: bytes) -> str:
    """Everything is encoded, even letters; the names of common parameters are short and stay as they are."""
    return "".join(f"%{byte:02X}" for byte in text) if len(text) > 100 else percent(text)


def form(text: bytes) -> Request:
    """A form of the older scheme as it is, which no signature fits."""
    return OlderDraft("POST", text=text).request()


def signed_form(pairs: Iterable[Pair], quote: Callable[[bytes], str] = percent) -> Request:
    """With the common parameters; signed."""
    return OlderDraft("POST", pairs=list(pairs), quote=quote).request()


def call_pairs(more: Iterable[Pair]) -> list[Pair]:
    """What a call must have, and these."""
    return [("SdkAppId", "1"), ("AIAgentId", "1"), ("Callee", ""), *more]


def dotted(*parts: str, count: int) -> str:
    """A name of so many parts."""
    return ".".join(parts * (count // len(parts)))


FEW = PAIRS - 20
"""As many as there may be beside the common ones."""

FORMS: dict[str, tuple[str, Callable[[], Request]]] = {
    "form: 1 MB of a=&": (INVALID, lambda: form(filled(b"a=&", size=FORM))),
    "form: 1 MB of &": (INVALID, lambda: form(b"&" * FORM)),
    "form: 1 MB of =": (INVALID, lambda: form(b"=" * FORM)),
    "form: 1 MB of = behind a key": (NO_PARAMETER, lambda: form(filled(b"=", b"a", size=FORM))),
    "form: 1 MB of %41": (INVALID, lambda: form(filled(b"%41", size=FORM))),
    "form: a value of 1 MB of %41": (
        OK, lambda: signed_form([("SdkAppId", "1"), ("AIAgentId", "1"), ("Callee", "A" * 340_000)], every_byte)),
    "form: a key of 1 MB of %41": (UNKNOWN, lambda: signed_form(call_pairs([("A" * 340_000, "")]), every_byte)),
    "form: a value of 1 MB of %": (SIGNATURE, lambda: form(filled(b"%", COMMON + b"&a=", size=FORM))),
    "form: a value of 1 MB of +": (SIGNATURE, lambda: form(filled(b"+", COMMON + b"&a=", size=FORM))),
    "form: a value of 1 MB": (
        OK, lambda: signed_form([("SdkAppId", "1"), ("AIAgentId", "1"), ("Callee", "x" * 1_000_000)])),
    "form: a key of 1 MB": (UNKNOWN, lambda: signed_form(call_pairs([("k" * 1_000_000, "")]))),
    "form: as many keys as there may be": (
        UNKNOWN, lambda: signed_form(call_pairs((f"k{n:044}", "") for n in range(FEW)))),
    "form: as many texts as there may be": (
        OK, lambda: signed_form(call_pairs((f"Callers.{n}", "") for n in range(FEW)))),
    "form: as many objects as there may be": (
        OK, lambda: signed_form(
            call_pairs((f"Variables.{n}.{name}", "") for n in range(FEW // 2) for name in ("Key", "Value")))),
    "form: a name of 1,000 parts": (INVALID, lambda: signed_form(call_pairs([(dotted("a", count=1_000), "")]))),
    "form: a name of 500,000 parts": (INVALID, lambda: signed_form(call_pairs([(dotted("a", count=500_000), "")]))),
    "form: 500,000 positions of a list": (
        INVALID, lambda: signed_form(call_pairs([("Callers." + dotted("0", count=500_000), "")]))),
    "form: 500,000 names and positions": (
        INVALID, lambda: signed_form(call_pairs([(dotted("A", "0", count=500_000), "")]))),
    "form: 1 MB of dots": (INVALID, lambda: signed_form(call_pairs([("." * 1_000_000, "")]))),
    "form: 500,000 parts in many names": (
        INVALID, lambda: signed_form(call_pairs((f"Variables.{n}" + ".a" * 18, "") for n in range(FEW)))),
    "form: a far position": (
        INVALID, lambda: signed_form(call_pairs([("Callers.999999999999999999999", "")]))),
    "form: a position of 1 MB": (INVALID, lambda: signed_form(call_pairs([("Callers." + "9" * 1_000_000, "")]))),
    "form: 10 MB": (SIGNATURE, lambda: form(filled(b"a=1&", COMMON + b"&", size=BODY))),
    "form: 10 MB, its common parameters last": (SIGNATURE, lambda: form(filled(b"a=1&", b"", COMMON, size=BODY))),
    "form: 10 MB of almost a common parameter": (NO_PARAMETER, lambda: form(filled(b"&Timestam", size=BODY))),
    "form: 10 MB of &": (NO_PARAMETER, lambda: form(b"&" * BODY)),
    "form: 10 MB of %41 as its SecretId": (
        NO_ID, lambda: form(filled(b"%41", b"SecretId=", b"&" + COMMON.replace(b"SecretId", b"Ignored"), size=BODY))),
    "form: 10 MB of % as its Language": (SIGNATURE, lambda: form(filled(b"%", COMMON + b"&Language=", size=BODY))),
}  # fmt: skip

QUERIES: dict[str, tuple[str, Callable[[], Request]]] = {
    "query: 32 KB of &": (INVALID, lambda: get_draft().but(query=b"&" * QUERY).request()),
    "query: 32 KB of keys": (
        UNKNOWN, lambda: get_draft(pairs=call_pairs((f"{n}", "") for n in range(4_500))).request()),
    "query: 32 KB of %41": (
        OK, lambda: get_draft().but(query=filled(b"%41", b"SdkAppId=1&AIAgentId=1&Callee=", size=QUERY)).request()),
    "query: 32 KB of %": (
        OK, lambda: get_draft().but(query=filled(b"%", b"SdkAppId=1&AIAgentId=1&Callee=", size=QUERY)).request()),
    "query: a name of 15,000 parts": (
        INVALID, lambda: get_draft(pairs=call_pairs([(dotted("a", count=15_000), "")])).request()),
    "query: a name of 15,000 parts, older": (
        INVALID, lambda: OlderDraft(pairs=call_pairs([(dotted("a", count=15_000), "")])).request()),
    "query: 10 MB": (SIGNATURE, lambda: get_draft().but(query=filled(b"a=1&")).request()),
    "query: 10 MB, older": (SIGNATURE, lambda: OlderDraft(text=filled(b"a=1&", COMMON + b"&")).request()),
    "query: 10 MB beside a POST": (OK, lambda: Draft(query=filled(b"a&")).request()),
}  # fmt: skip


# --- headers -------------------------------------------------------------------------------------------------------


def authorized(value: bytes) -> Request:
    """With this Authorization header."""
    return Draft(authorization=value).request()


def with_header(name: str, value: str) -> Request:
    return Draft(date="2026-11-22").with_headers({name: value}).request()


def signing(names: Iterable[str], headers: Mapping[str, str]) -> Request:
    """With a SecretId that exists, these headers, a signature over these names beside the two, and another's key."""
    value = oracle.authorization(
        DEFAULT_CREDENTIAL.secret_id, "0" * 64, date="2026-11-22", service="ccc", signed=(*oracle.OBLIGATORY, *names),
        terminator="tc3_request",
    )  # fmt: skip
    return Draft(authorization=value).with_headers(headers).request()


MANY = [f"x-{n}" for n in range(10_000)]
SCOPED = b"TC3-HMAC-SHA256 Credential=A/2026-11-22/ccc/tc3_request,"

HEADERS: dict[str, tuple[str, Callable[[], Request]]] = {
    "Authorization: 256 KB": (HEADER, lambda: authorized(b"x" * LONG_HEADER)),
    "Authorization: 256 KB of blanks": (
        HEADER, lambda: authorized(filled(b" ", b"TC3-HMAC-SHA256", b"x", LONG_HEADER))),
    "Authorization: 256 KB of a SecretId": (
        HEADER, lambda: authorized(filled(b"A", b"TC3-HMAC-SHA256 Credential=", size=LONG_HEADER))),
    "Authorization: 256 KB of slashes": (
        HEADER, lambda: authorized(filled(b"/", b"TC3-HMAC-SHA256 Credential=", size=LONG_HEADER))),
    "Authorization: 256 KB of Credential=": (
        HEADER, lambda: authorized(filled(b"Credential=", b"TC3-HMAC-SHA256 ", size=LONG_HEADER))),
    "Authorization: 256 KB of Signature=": (
        HEADER, lambda: authorized(filled(b"Signature=", b"TC3-HMAC-SHA256 ", size=LONG_HEADER))),
    "Authorization: blanks before SignedHeaders": (
        NO_ID, lambda: authorized(filled(b" ", SCOPED, b"SignedHeaders=content-type;host, Signature=0", LONG_HEADER))),
    "Authorization: 100,000 signed headers that are not there": (HEADER, lambda: signing(["a"] * 100_000, {})),
    "Authorization: one of 20 KB signed 10,000 times": (
        HEADER, lambda: signing(["x-mine"] * 10_000, {"x-mine": "v" * 20_000})),
    "10,000 headers": (OK, lambda: Draft().with_headers(dict.fromkeys(MANY, "1")).request()),
    "10,000 headers, all signed": (SIGNATURE, lambda: signing(MANY, dict.fromkeys(MANY, "1"))),
    "X-TC-Action: 256 KB": ("InvalidAction", lambda: with_header("x-tc-action", "A" * LONG_HEADER)),
    "X-TC-Version: 256 KB": ("NoSuchVersion", lambda: with_header("x-tc-version", "1" * LONG_HEADER)),
    "X-TC-Timestamp: 256 KB": (INVALID, lambda: with_header("x-tc-timestamp", "1" * LONG_HEADER)),
    "X-TC-Token: 256 KB": ("AuthFailure.TokenFailure", lambda: with_header("x-tc-token", "1" * LONG_HEADER)),
    "X-TC-Language: 256 KB": (OK, lambda: with_header("x-tc-language", "1" * LONG_HEADER)),
    "Content-Type: 256 KB": ("UnsupportedProtocol", lambda: with_header("content-type", "a" * LONG_HEADER)),
    "Content-Type: blanks and no charset": (
        "UnsupportedProtocol", lambda: with_header("content-type", "application/json" + " " * LONG_HEADER + "x")),
    "Host: 256 KB": (OK, lambda: Draft(host="h" * LONG_HEADER).request()),
    "Host: 256 KB of ports": (OK, lambda: Draft(host=":1" * (LONG_HEADER // 2)).request()),
    "Host: 256 KB under the real domain": (
        OK, lambda: Draft(host="a" * LONG_HEADER + ".tencentcloudapi.com").request()),
    "a method of 256 KB": ("UnsupportedProtocol", lambda: Draft(method="X" * LONG_HEADER).request()),
    "a path of 256 KB": (OK, lambda: Draft(path=b"/" * LONG_HEADER).request()),
}  # fmt: skip


def _of_body(make: Callable[[], bytes]) -> Callable[[], Request]:
    return lambda: Draft(body=make()).request()


EXTREMES: Mapping[str, Extreme] = {
    **{name: Extreme(verdict, _of_body(make)) for name, (verdict, make) in BODIES.items()},
    **{name: Extreme(verdict, make) for name, (verdict, make) in (FORMS | QUERIES | HEADERS).items()},
}
