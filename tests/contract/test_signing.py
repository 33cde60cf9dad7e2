"""TC3-HMAC-SHA256 against the published vectors, the official clients, and a second implementation of the rule."""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tencentcloud.common import credential
from tencentcloud.common.common_client import CommonClient
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.common.sign import Sign

import oracle
from captures import TC3, Captured, captured, documented
from ccc_contract import signing
from ccc_contract.http import Headers, Request
from ccc_contract.signing import Authorization, MalformedAuthorization, SigningKey, Working, parse_authorization
from drafts import NOW, Draft, as_request

VECTORS = {vector["name"]: vector for vector in documented()}
POSTS = captured(TC3, http_method="POST")
GETS = captured(TC3, http_method="GET")


def name_of(capture: Captured) -> str:
    return capture.name


every_capture = pytest.mark.parametrize("capture", POSTS + GETS, ids=name_of)


def check_steps(found: oracle.Steps, expected: oracle.Steps) -> None:
    """Step by step, so that a failure names the first one that differs."""
    for step, one, other in zip(oracle.Steps._fields, found, expected, strict=True):
        assert one == other, f"the first step that differs is {step}"


def steps_of(working: Working) -> oracle.Steps:
    return oracle.Steps(
        working.canonical_request, working.hashed_canonical_request, working.string_to_sign, working.signature
    )


def verified(request: Request, secret_key: str, **changes: Any) -> tuple[bool, Working]:
    """`verify` as the fake calls it."""
    claim = parse_authorization(request.headers.get(b"authorization") or b"")
    stamp = request.headers.get(b"x-tc-timestamp") or b""
    return signing.verify(request, claim, timestamp=stamp, key_of=partial(SigningKey.derive, secret_key), **changes)


# --- published vectors ---------------------------------------------------------------------------------------------


def vector_pieces(vector: dict[str, Any], change: Callable[[str], str] = str) -> oracle.Pieces:
    headers = [(name.encode(), change(value).encode()) for name, value in vector["signed_header_values"].items()]
    if vector["name"] == "ccc-unsigned":  # the header that says so is not signed itself
        headers.append((b"X-TC-Content-SHA256", oracle.UNSIGNED))
    target = f"/?{vector['query']}" if vector["query"] else "/"
    return oracle.Pieces(vector["method"], target.encode(), tuple(headers), vector["body"].encode())


def vector_steps(vector: dict[str, Any]) -> oracle.Steps:
    return oracle.Steps(
        vector["canonical_request"].encode(),
        vector["hashed_canonical_request"],
        vector["string_to_sign"].encode(),
        vector["signature"],
    )


def worked(vector: dict[str, Any], pieces: oracle.Pieces) -> oracle.Steps:
    names = tuple(name.encode() for name in vector["signed_headers"].split(";"))
    key = SigningKey.derive(vector["secret_key"], vector["date"], vector["service"])
    return steps_of(signing.work(as_request(pieces), names, str(vector["timestamp"]).encode(), key))


def test_ten_vectors_are_published() -> None:
    assert len(VECTORS) == 10


@pytest.mark.parametrize("name", VECTORS)
def test_every_step_of_a_published_vector_is_computed(name: str) -> None:
    check_steps(worked(VECTORS[name], vector_pieces(VECTORS[name])), vector_steps(VECTORS[name]))


@pytest.mark.parametrize("name", VECTORS)
def test_header_values_are_signed_in_lower_case_and_trimmed(name: str) -> None:
    shouted = vector_pieces(VECTORS[name], lambda value: f" \t{value.upper()} ")
    check_steps(worked(VECTORS[name], shouted), vector_steps(VECTORS[name]))


@pytest.mark.parametrize("name", VECTORS)
def test_the_oracle_computes_every_step_of_a_published_vector(name: str) -> None:
    vector = VECTORS[name]
    known = {"date": vector["date"], "service": vector["service"], "signed": vector["signed_headers"].split(";")}
    found = oracle.steps(vector_pieces(vector), vector["secret_key"], stamp=str(vector["timestamp"]), **known)
    check_steps(found, vector_steps(vector))


@pytest.mark.parametrize("name", VECTORS)
def test_the_date_of_a_published_vector_is_its_timestamps(name: str) -> None:
    assert signing.utc_date(VECTORS[name]["timestamp"]) == VECTORS[name]["date"]


@pytest.mark.parametrize("name", VECTORS)
def test_a_published_authorization_header_is_read_whole(name: str) -> None:
    vector = VECTORS[name]
    claim = parse_authorization(vector["authorization"].encode())
    assert claim == (
        vector["secret_id"],
        vector["date"],
        vector["service"],
        "tc3_request",
        tuple(name.encode() for name in vector["signed_headers"].split(";")),
        vector["signature"],
    )


@pytest.mark.parametrize(
    "name", [name for name, vector in VECTORS.items() if vector["signed_headers"] == "content-type;host"]
)
def test_signing_the_request_of_a_published_vector_makes_its_header(name: str) -> None:
    vector = VECTORS[name]
    identity = {"timestamp": vector["timestamp"], "service": vector["service"]}
    request = signing.sign(as_request(vector_pieces(vector)), vector["secret_id"], vector["secret_key"], **identity)
    assert request.headers.text(b"authorization") == vector["authorization"]


# --- official clients ----------------------------------------------------------------------------------------------


def test_official_clients_sent_110_posts_and_58_gets() -> None:
    assert (len(POSTS), len(GETS)) == (110, 58)
    assert {capture.known["expected"] for capture in POSTS + GETS} == {"valid"}


@every_capture
def test_a_captured_signature_is_verified_by_the_recorded_steps(capture: Captured) -> None:
    matches, working = verified(as_request(capture.pieces), capture.known["secret_key"])
    assert matches
    check_steps(steps_of(working), capture.recorded)


@every_capture
def test_the_oracle_computes_the_recorded_steps(capture: Captured) -> None:
    claim = oracle.claim(capture.pieces)
    found = oracle.steps(
        capture.pieces,
        capture.known["secret_key"],
        stamp=(capture.pieces.header("x-tc-timestamp") or b"").decode(),
        date=claim.date,
        service=claim.service,
        signed=claim.signed,
        host=capture.signed_host,
    )
    check_steps(found, capture.recorded)


@every_capture
def test_a_captured_signature_fails_under_another_key(capture: Captured) -> None:
    assert not verified(as_request(capture.pieces), capture.known["secret_key"] + "x")[0]


@every_capture
def test_signing_a_captured_request_again_makes_the_same_signature(capture: Captured) -> None:
    pieces, known = capture.pieces, capture.known
    bare = tuple(line for line in pieces.headers if line[0].lower() not in (b"authorization", b"x-tc-timestamp"))
    if capture.signed_host:
        bare = ((b"host", capture.signed_host.encode()), *(line for line in bare if line[0].lower() != b"host"))
    identity = {"timestamp": known["timestamp"], "service": known["scope_service"]}
    signed = signing.sign(
        as_request(pieces._replace(headers=bare)), known["secret_id"], known["secret_key"], **identity
    )
    assert parse_authorization(signed.headers.get(b"authorization") or b"").signature == known["signature"]


def sdk_request(params: dict[str, Any], **choices: Any) -> oracle.Pieces:
    """What the official Python SDK is about to send."""
    sent: list[Any] = []

    def send(request: Any) -> Any:
        sent.append(request)
        headers = {"Content-Type": "application/json"}
        return SimpleNamespace(status_code=200, headers=headers, content=b'{"Response":{"RequestId":""}}')

    profile = ClientProfile(
        httpProfile=HttpProfile(endpoint=choices["endpoint"], reqMethod=choices["method"]), language=choices["language"]
    )
    profile.unsignedPayload = choices["unsigned"]
    identity = credential.Credential("the-id", choices["secret_key"])
    client = CommonClient("ccc", "2020-02-10", identity, "ap-guangzhou", profile)
    client.request.send_request = send
    client.call_json("CreateAIAgentCall", params)
    (request,) = sent
    data = request.data if isinstance(request.data, bytes) else request.data.encode()
    headers = tuple((name.encode(), value.encode()) for name, value in request.header.items())
    get = request.method == "GET"
    return oracle.Pieces(request.method, b"/?" + data if get else b"/", headers, b"" if get else data)


flat_params = st.dictionaries(st.text(min_size=1, max_size=8), st.text(max_size=20) | st.integers(), max_size=4)


@settings(max_examples=60)
@given(
    params=flat_params,
    endpoint=st.sampled_from(["ccc.tencentcloudapi.com", "127.0.0.1:8679", "CCC.Tencentcloudapi.com", "localhost"]),
    method=st.sampled_from(["POST", "GET"]),
    language=st.sampled_from(["zh-CN", "en-US"]),
    unsigned=st.booleans(),
    secret_key=st.text(min_size=1, max_size=40).filter(lambda text: text == text.strip()),
)
def test_whatever_the_official_sdk_signs_is_verified(params: dict[str, Any], **choices: Any) -> None:
    pieces = sdk_request(params, **choices)
    assert verified(as_request(pieces), choices["secret_key"])[0]
    assert not verified(as_request(pieces), choices["secret_key"] + "x")[0]


@given(
    st.text(max_size=60),
    st.integers(0, 253402300799),
    st.text(st.characters(codec="ascii"), max_size=20),
    st.binary(max_size=50),
)
def test_the_key_is_the_one_that_the_official_sdk_derives(key: str, at: int, service: str, text: bytes) -> None:
    date, to_sign = oracle.utc_date(at), text.hex()
    mine = SigningKey.derive(key, date, service)
    assert hmac.digest(mine.key, to_sign.encode(), "sha256").hex() == Sign.sign_tc3(key, date, service, to_sign)
    assert mine.scope == f"{date}/{service}/tc3_request".encode()


# --- against the second implementation -----------------------------------------------------------------------------

# What HTTP lets stand in a field value.
FIELD = bytes([9, *range(32, 127), *range(128, 256)])
field_values = st.lists(st.sampled_from(FIELD), max_size=30).map(bytes)
EXTRA = ("x-tc-action", "x-tc-version", "x-mine")


@st.composite
def signable(draw: st.DrawFn) -> oracle.Pieces:
    named = ("Content-Type", "HOST", *EXTRA)
    lines = [(name.encode(), draw(field_values)) for name in draw(st.permutations(named))]
    again = draw(st.lists(st.tuples(st.sampled_from([b"host", b"x-mine", b"X-Other"]), field_values), max_size=2))
    claimed = draw(st.sampled_from([[], [(b"X-TC-Content-SHA256", oracle.UNSIGNED)], [(b"X-TC-Content-SHA256", b"0")]]))
    query = draw(st.binary(max_size=30).filter(lambda raw: not set(raw) & set(b" \r\n")))
    target = b"/?" + query if query else b"/"
    method = draw(st.sampled_from(["GET", "POST"]))
    return oracle.Pieces(method, target, (*lines, *again, *claimed), draw(st.binary(max_size=60)))


@given(
    pieces=signable(),
    key=st.text(st.characters(codec="utf-8"), max_size=40),
    timestamp=st.integers(0, 253402300799),
    service=st.text(st.characters(codec="utf-8", exclude_characters="/,", exclude_categories=["Z", "C"]), min_size=1),
    also=st.lists(st.sampled_from(EXTRA), unique=True),
)
@example(oracle.Pieces("POST", b"/", (), b""), "", 0, "ccc", [])
def test_signing_agrees_with_the_oracle(
    pieces: oracle.Pieces, key: str, timestamp: int, service: str, also: list[str]
) -> None:
    signed_names = sorted([*oracle.OBLIGATORY, *also])
    expected = oracle.steps(
        pieces, key, stamp=str(timestamp), date=oracle.utc_date(timestamp), service=service, signed=signed_names
    )
    extra = [name.encode() for name in also]
    request = signing.sign(as_request(pieces), "the-id", key, timestamp=timestamp, service=service, also=extra)
    matches, working = verified(request, key)
    check_steps(steps_of(working), expected)
    assert matches
    assert request.headers.text(b"authorization") == (
        f"TC3-HMAC-SHA256 Credential=the-id/{oracle.utc_date(timestamp)}/{service}/tc3_request, "
        f"SignedHeaders={';'.join(signed_names)}, Signature={expected.signature}"
    )


def test_signing_replaces_the_two_lines_it_writes_and_keeps_all_others() -> None:
    lines = ((b"Host", b"h"), (b"AUTHORIZATION", b"old"), (b"X-TC-Timestamp", b"1"), (b"X-Mine", b"kept"))
    request = signing.sign(Request("POST", b"/p", b"q=1", Headers(lines), b"b", "peer"), "id", "key", timestamp=NOW)
    assert request.headers.lines[:3] == (lines[0], lines[3], (b"x-tc-timestamp", str(NOW).encode()))
    assert [name for name, _ in request.headers.lines[3:]] == [b"authorization"]
    assert (request.method, request.path, request.query, request.body, request.client) == (
        "POST",
        b"/p",
        b"q=1",
        b"b",
        "peer",
    )


# --- the Authorization header --------------------------------------------------------------------------------------

CREDENTIAL = b"Credential=the-id/2026-11-22/ccc/tc3_request"
NAMES = b"SignedHeaders=content-type;host"

LAYOUTS = {
    "as documented": b"TC3-HMAC-SHA256 %b, %b, Signature=abc",
    "two blanks, as .NET writes it": b"TC3-HMAC-SHA256  %b, %b, Signature=abc",
    "no blank after the commas": b"TC3-HMAC-SHA256 %b,%b,Signature=abc",
    "many blanks after the commas": b"TC3-HMAC-SHA256 %b,   %b,  Signature=abc",
    "tabs": b"TC3-HMAC-SHA256\t%b,\t%b,\t \tSignature=abc",
    "blanks around": b" \tTC3-HMAC-SHA256 %b, %b, Signature=abc \t",
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_an_authorization_header_is_read_in_any_layout(layout: str) -> None:
    claim = parse_authorization(LAYOUTS[layout] % (CREDENTIAL, NAMES))
    assert claim == ("the-id", "2026-11-22", "ccc", "tc3_request", (b"content-type", b"host"), "abc")


def test_signed_headers_are_taken_in_lower_case_and_ascii_order() -> None:
    claim = parse_authorization(
        b"TC3-HMAC-SHA256 " + CREDENTIAL + b", SignedHeaders=X-Mine;HOST;content-type, Signature=0"
    )
    assert claim.signed_headers == (b"content-type", b"host", b"x-mine")


MALFORMED: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "Algorithm"),
    "blank": (b"  ", "Algorithm"),
    "skip": (b"SKIP", "Algorithm"),
    "another scheme": (b"Bearer abc", "Algorithm"),
    "AWS": (b"AWS4-HMAC-SHA256 %b, %b, Signature=a" % (CREDENTIAL, NAMES), "Algorithm"),
    "lower case": (b"tc3-hmac-sha256 %b, %b, Signature=a" % (CREDENTIAL, NAMES), "Algorithm"),
    "longer word": (b"TC3-HMAC-SHA2567 %b, %b, Signature=a" % (CREDENTIAL, NAMES), "Algorithm"),
    "only the algorithm": (b"TC3-HMAC-SHA256", "Credential"),
    "no credential": (b"TC3-HMAC-SHA256 %b, Signature=a" % NAMES, "Credential"),
    "credential without scope": (b"TC3-HMAC-SHA256 Credential=the-id, %b, Signature=a" % NAMES, "Credential"),
    "credential without id": (
        b"TC3-HMAC-SHA256 Credential=/2026-11-22/ccc/tc3_request, %b, Signature=a" % NAMES, "Credential"),
    "credential of three parts": (
        b"TC3-HMAC-SHA256 Credential=the-id/2026-11-22/ccc, %b, Signature=a" % NAMES, "Credential"),
    "credential of five parts": (b"TC3-HMAC-SHA256 %b/more, %b, Signature=a" % (CREDENTIAL, NAMES), "Credential"),
    "date without dashes": (
        b"TC3-HMAC-SHA256 Credential=the-id/20261122/ccc/tc3_request, %b, Signature=a" % NAMES, "Credential"),
    "no signed headers": (b"TC3-HMAC-SHA256 %b, Signature=a" % CREDENTIAL, "SignedHeaders"),
    "a signed header twice": (
        b"TC3-HMAC-SHA256 %b, SignedHeaders=content-type;host;HOST, Signature=a" % CREDENTIAL, "SignedHeaders"),
    "empty signed headers": (b"TC3-HMAC-SHA256 %b, SignedHeaders=, Signature=a" % CREDENTIAL, "SignedHeaders"),
    "blank in signed headers": (
        b"TC3-HMAC-SHA256 %b, SignedHeaders=content-type; host, Signature=a" % CREDENTIAL, "SignedHeaders"),
    "no signature": (b"TC3-HMAC-SHA256 %b, %b" % (CREDENTIAL, NAMES), "Signature"),
    "empty signature": (b"TC3-HMAC-SHA256 %b, %b, Signature=" % (CREDENTIAL, NAMES), "Signature"),
    "words after the signature": (b"TC3-HMAC-SHA256 %b, %b, Signature=a b" % (CREDENTIAL, NAMES), "Signature"),
    "comma after the signature": (b"TC3-HMAC-SHA256 %b, %b, Signature=a," % (CREDENTIAL, NAMES), "Signature"),
    "another order": (b"TC3-HMAC-SHA256 %b, %b, Signature=a" % (NAMES, CREDENTIAL), "order"),
    "credential twice": (b"TC3-HMAC-SHA256 %b, %b, %b, Signature=a" % (CREDENTIAL, CREDENTIAL, NAMES), "order"),
    "something between": (b"TC3-HMAC-SHA256 %b, More=1, %b, Signature=a" % (CREDENTIAL, NAMES), "order"),
}  # fmt: skip


@pytest.mark.parametrize("case", MALFORMED)
def test_a_malformed_header_is_told_by_the_part_that_is_wrong(case: str) -> None:
    value, part = MALFORMED[case]
    assert wrong_part(value) == part


MANY = 256 * 1024

HOSTILE: dict[str, bytes] = {
    "commas": b"TC3-HMAC-SHA256 " + b"," * MANY,
    "blanks": b"TC3-HMAC-SHA256" + b" " * MANY + b"x",
    "blanks between": b"TC3-HMAC-SHA256 %b,%b%b, Signature=" % (CREDENTIAL, b" " * MANY, NAMES),
    "blanks after": b"TC3-HMAC-SHA256 %b, %b, Signature=a%bx" % (CREDENTIAL, NAMES, b" \t" * MANY),
    "slashes": b"TC3-HMAC-SHA256 Credential=" + b"/" * MANY,
    "NULs": b"\0" * MANY,
    "no UTF-8": b"\xff\xfe" * MANY,
    "newlines": b"TC3-HMAC-SHA256\n%b,\n%b,\nSignature=a" % (CREDENTIAL, NAMES),
    "many credentials": b"TC3-HMAC-SHA256 " + b"Credential=" * (MANY // 11),
    "many credentials and a slash": b"TC3-HMAC-SHA256 Credential=a/" + b"Credential=" * (MANY // 11) + b"/",
    "many lists of names": b"TC3-HMAC-SHA256 %b, %b Signature=a" % (CREDENTIAL, b"SignedHeaders=" * (MANY // 14)),
    "many signatures": b"TC3-HMAC-SHA256 %b, %b, %b," % (CREDENTIAL, NAMES, b"Signature=" * (MANY // 10)),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_long_hostile_header_is_refused(case: str) -> None:  # in quadratic time this would not end
    with pytest.raises(MalformedAuthorization):
        parse_authorization(HOSTILE[case])


@pytest.mark.parametrize(
    ("value", "secret_id"),
    [
        ((b"\0\xff", b"\0", b"\xff"), "\0\ufffd"),
        ((b"a" * MANY, b";".join(b"%d" % n for n in range(MANY // 8)), b"f" * MANY), "a" * MANY),
    ],
    ids=["bytes that are no text", "huge parts"],
)
def test_a_strange_header_of_the_right_form_is_read(value: tuple[bytes, bytes, bytes], secret_id: str) -> None:
    form = b"TC3-HMAC-SHA256 Credential=%b/2026-11-22/ccc/tc3_request, SignedHeaders=%b, Signature=%b"
    assert parse_authorization(form % value).secret_id == secret_id


WORDS = [
    b"TC3-HMAC-SHA256",
    b" ",
    b",",
    b"/",
    b";",
    b"Credential=",
    b"SignedHeaders=",
    b"Signature=",
    CREDENTIAL,
    NAMES,
]


@given(st.binary(max_size=200) | st.lists(st.sampled_from(WORDS)).map(b"".join))
def test_any_value_is_read_or_refused(value: bytes) -> None:
    assert wrong_part(value) in (None, "Algorithm", "Credential", "SignedHeaders", "Signature", "order")


def wrong_part(value: bytes) -> str | None:
    """What a refusal names; None for a value that is read."""
    try:
        parse_authorization(value)
    except MalformedAuthorization as malformed:
        return malformed.part
    return None


@pytest.mark.parametrize(
    ("lines", "secret_id"),
    [
        ({}, ""),
        ({"authorization": "SKIP"}, ""),
        ({"authorization": "TC3-HMAC-SHA256 Credential=the-id"}, "the-id"),
        ({"authorization": "TC3-HMAC-SHA256 Credential=the-id/x/y"}, "the-id"),
    ],
    ids=["no header", "no credential", "no scope", "with scope"],
)
def test_the_secret_id_is_found_in_headers_of_any_form(lines: dict[str, str], secret_id: str) -> None:
    assert signing.claimed_secret_id(Headers.of(lines)) == secret_id


# --- verifying -----------------------------------------------------------------------------------------------------


def with_host(request: Request, host: bytes) -> Request:
    lines = tuple((name, host if name == b"host" else value) for name, value in request.headers.lines)
    return Request(request.method, request.path, request.query, Headers(lines), request.body)


def test_a_host_with_its_port_may_be_signed_without_it() -> None:
    request = with_host(Draft(host="127.0.0.1").request(), b"127.0.0.1:8679")
    matches, working = verified(request, Draft().secret_key)
    assert matches
    assert b"host:127.0.0.1\n" in working.canonical_request


def test_a_host_without_a_port_is_not_signed_with_one() -> None:
    request = with_host(Draft(host="127.0.0.1:8679").request(), b"127.0.0.1")
    assert not verified(request, Draft().secret_key)[0]


def test_capitals_may_be_signed_as_they_are_sent() -> None:
    draft = Draft(host="CCC.Tencentcloudapi.com")
    assert verified(draft.request(), draft.secret_key)[0]
    assert verified(draft.but(lower=False).request(), draft.secret_key)[0]


def test_capitals_signed_as_sent_fail_where_only_the_rule_counts() -> None:
    draft = Draft(host="CCC.Tencentcloudapi.com", lower=False)
    matches, working = verified(draft.request(), draft.secret_key, readings=(signing.by_the_rule,))
    assert not matches
    check_steps(steps_of(working), draft.but(lower=True).steps)


def test_what_does_not_match_is_told_by_the_rule() -> None:
    draft = Draft(host="CCC.Tencentcloudapi.com:80", lower=False)
    matches, working = verified(draft.request(), "another-key")
    assert not matches
    check_steps(steps_of(working), draft.but(lower=True, secret_key="another-key").steps)


@pytest.mark.parametrize("date", ["2026-11-21", "2026-11-23", "1970-01-01"])
def test_a_signature_of_another_day_does_not_match(date: str) -> None:
    draft = Draft(date=date)
    assert not verified(draft.request(), draft.secret_key)[0]


def test_a_scope_that_only_names_another_day_does_not_match() -> None:
    draft = Draft()
    value = (draft.request().headers.get(b"authorization") or b"").replace(b"/2026-11-22/", b"/2026-11-21/")
    assert not verified(draft.but(authorization=value).request(), draft.secret_key)[0]


@pytest.mark.parametrize(
    ("timestamp", "date"),
    [
        (0, "1970-01-01"),
        (86399, "1970-01-01"),
        (86400, "1970-01-02"),
        (1582934399, "2020-02-28"),
        (1582934400, "2020-02-29"),
    ],
)
def test_the_day_turns_at_midnight_utc(timestamp: int, date: str) -> None:
    assert signing.utc_date(timestamp) == date


MUTATIONS: dict[str, Callable[[Request], Request]] = {
    "another body": lambda r: Request(r.method, r.path, r.query, r.headers, r.body + b" "),
    "another method": lambda r: Request("GET", r.path, r.query, r.headers, r.body),
    "another host": lambda r: with_host(r, b"ccc.ap-guangzhou.tencentcloudapi.com"),
    "another timestamp": lambda r: _with_line(r, b"x-tc-timestamp", str(NOW + 1).encode()),
    "another content type": lambda r: _with_line(r, b"content-type", b"application/json; charset=utf-8"),
}


def _with_line(request: Request, name: bytes, value: bytes) -> Request:
    lines = tuple((key, value if key == name else kept) for key, kept in request.headers.lines)
    return Request(request.method, request.path, request.query, Headers(lines), request.body)


@pytest.mark.parametrize("case", MUTATIONS)
def test_a_request_changed_after_signing_does_not_match(case: str) -> None:
    draft = Draft()
    assert not verified(MUTATIONS[case](draft.request()), draft.secret_key)[0]


def test_the_query_of_a_post_and_the_body_of_a_get_are_not_signed() -> None:
    post, get = Draft().request(), Draft(method="GET", query=b"A=1").request()
    assert verified(Request("POST", b"/other", b"B=2", post.headers, post.body), Draft().secret_key)[0]
    assert verified(Request("GET", b"/", b"A=1", get.headers, b"anything"), Draft().secret_key)[0]


def test_the_query_of_a_get_is_signed_as_it_was_sent() -> None:
    get = Draft(method="GET", query=b"B=2&A=%7e+*").request()
    assert verified(get, Draft().secret_key)[0]
    assert not verified(Request("GET", b"/", b"A=%7e+*&B=2", get.headers, b""), Draft().secret_key)[0]


def test_an_unsigned_payload_may_change() -> None:
    request = Draft().with_headers({"x-tc-content-sha256": "UNSIGNED-PAYLOAD"}).request()
    assert verified(Request("POST", b"/", b"", request.headers, b"something else"), Draft().secret_key)[0]


def test_signatures_are_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[tuple[bytes, bytes]] = []
    real = hmac.compare_digest

    def compare(one: bytes, other: bytes) -> bool:
        compared.append((one, other))
        return real(one, other)

    monkeypatch.setattr(hmac, "compare_digest", compare)
    draft = Draft()
    assert verified(draft.request(), draft.secret_key)[0]
    assert compared == [(draft.steps.signature.encode(), draft.steps.signature.encode())]
    compared.clear()
    assert not verified(draft.request(), "another-key")[0]
    assert len(compared) == len(signing.READINGS)


@pytest.mark.parametrize("signature", ["", "é", "\ufffd" * 64, "f" * 10_000])
def test_a_claimed_signature_of_any_text_is_compared(signature: str) -> None:
    request = Draft().request()
    claim = parse_authorization(request.headers.get(b"authorization") or b"")._replace(signature=signature)
    key_of = partial(SigningKey.derive, "key")
    assert not signing.verify(request, claim, timestamp=str(NOW).encode(), key_of=key_of)[0]


def test_no_repr_shows_a_secret() -> None:
    draft = Draft(secret_id="AKID-canary-id", secret_key="canary-key")
    request = draft.request()
    claim = parse_authorization(request.headers.get(b"authorization") or b"")
    key = SigningKey.derive("canary-key", claim.date, claim.service)
    working = signing.work(request, claim.signed_headers, str(NOW).encode(), key)
    for shown in map(repr, (claim, key, working, request, request.headers)):
        for secret in ("canary", claim.signature, str(key.key), key.key.hex()):
            assert secret not in shown
    assert repr(claim) == "<Authorization 2026-11-22/ccc>"
    assert isinstance(claim, Authorization)


def test_a_body_of_any_json_is_signed_as_its_bytes() -> None:
    draft = Draft(body=json.dumps({"Name": "未命名"}, ensure_ascii=False).encode())
    assert verified(draft.request(), draft.secret_key)[0]
