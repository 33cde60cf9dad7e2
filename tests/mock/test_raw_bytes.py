"""Whatever bytes come, there is an answer of the service, and a journal entry that can be shown and tells no secret.

The one exception is an action without behaviour whose parameters are right: HTTP 501, which no service answers.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from answers import CODES_OF, endpoint_for, newest
from ccc_contract import ApiError, Headers, Request, load_api
from ccc_contract.envelope import CONTENT_TYPE, decode
from ccc_mock import DEFAULT_CREDENTIAL
from drafts import EXAMPLE, TEMPORARY, Draft
from older import SHA256, OlderDraft, Pair, flattened, get_draft

API = load_api()
ENDPOINT = endpoint_for()


# --- the law -------------------------------------------------------------------------------------------------------


def check_lawful(request: Request) -> None:
    """An envelope under HTTP 200 with a code that the deciding check lists, or the 501; and an entry for readers."""
    exchange = ENDPOINT.exchange(request)
    reply, place = exchange.reply, (exchange.stage, exchange.check)
    if exchange.unsupported is not None:
        assert (reply.status, place) == (501, ("execute", "behaviour"))
    else:
        assert (reply.status, dict(reply.headers)[b"Content-Type"]) == (200, CONTENT_TYPE)
        assert exchange.verdict == code_of(reply.body)
        assert exchange.verdict in ("ok", *CODES_OF[place])
        assert exchange.verdict in ("ok", *API.errors)
    check_shown(request)


def code_of(body: bytes) -> str:
    try:
        result, request_id = decode(body)
    except ApiError as error:
        return error.code
    assert result.keys() == {"SessionId"}
    assert len(request_id) == 36
    return "ok"


SECRETS = (DEFAULT_CREDENTIAL.secret_key, TEMPORARY.secret_key, TEMPORARY.token or "")


def check_shown(request: Request) -> None:
    """The entry is JSON, and no secret stands in it, nor the signature that was sent as one."""
    entry = newest(ENDPOINT)
    shown = json.dumps(entry.as_json(ENDPOINT.redaction, "1"), allow_nan=False, ensure_ascii=False)
    for secret in SECRETS:
        assert secret not in shown
    for signature in signatures_in(request):
        assert signature not in shown


def signatures_in(request: Request) -> list[str]:
    """What is named `Signature`, where it is as long as one."""
    text = request.query if request.method == "GET" else request.body
    pieces = [*text.split(b"&"), *(request.headers.get(b"authorization") or b"").split(b" ")]
    values = [piece.removeprefix(b"Signature=") for piece in pieces if piece.startswith(b"Signature=")]
    encoded_or_not = {*values, *map(unquote_to_bytes, values)}
    return [value.decode() for value in encoded_or_not if value.isascii() and len(value) > 20]


# --- arbitrary bytes -----------------------------------------------------------------------------------------------

HEADER_NAMES = (
    b"host", b"content-type", b"authorization", b"x-tc-action", b"x-tc-version", b"x-tc-timestamp", b"x-tc-region",
    b"x-tc-language", b"x-tc-token", b"x-tc-content-sha256", b"X-TC-Action", b"Host",
)  # fmt: skip

# As HTTP parsers let them through, and some that they do not.
header_lines = st.lists(st.tuples(st.sampled_from(HEADER_NAMES) | st.binary(max_size=12), st.binary(max_size=60)))
methods = st.sampled_from(["GET", "POST", "PUT", "get", ""]) | st.text(max_size=5)


@given(methods, st.binary(), st.binary(), header_lines, st.binary())
@example("GET", b"", b"", [], b"")
@example("POST", b"/", b"", [(b"authorization", b"")], b"")
def test_any_bytes_at_all_are_answered(
    method: str, path: bytes, query: bytes, headers: list[tuple[bytes, bytes]], body: bytes
) -> None:
    check_lawful(Request(method, path, query, Headers(headers), body))


TEXT_FORM = [(b"content-type", b"application/x-www-form-urlencoded; charset=utf-8"), (b"host", b"127.0.0.1:8679")]
pieces = st.sampled_from(
    [b"&", b"=", b"%", b"+", b".", b"%2", b"%41", b"%00", b"%ff", b"Action=", b"SecretId=", b"Timestamp=", b"Nonce=",
     b"Signature=", b"Version=", b"Language=zh-CN", b"Callers.0", b"Callee", b"1", b"\xff"]
)  # fmt: skip


@given(st.lists(pieces | st.binary(max_size=4)).map(b"".join))
def test_any_text_is_answered_in_the_older_scheme(text: bytes) -> None:
    check_lawful(Request("GET", b"/", text, Headers(TEXT_FORM), b""))
    check_lawful(Request("POST", b"/", b"", Headers(TEXT_FORM), text))


authorizations = st.lists(
    st.sampled_from(
        [b"TC3-HMAC-SHA256", b" ", b", ", b"Credential=", b"SignedHeaders=", b"Signature=", b"/", b"2026-11-22", b"ccc",
         b"tc3_request", b"content-type;host", b";", DEFAULT_CREDENTIAL.secret_id.encode(), b"0" * 64]
    ) | st.binary(max_size=6)
).map(b"".join)  # fmt: skip


@given(authorizations, st.dictionaries(st.sampled_from(sorted(Draft().headers)), st.text(max_size=20)))
def test_any_authorization_and_common_headers_are_answered(authorization: bytes, headers: dict[str, str]) -> None:
    check_lawful(Draft(authorization=authorization).with_headers(headers).request())


# --- signed, so that they come to what is judged last --------------------------------------------------------------

actions = st.sampled_from(sorted(API.actions))
json_pieces = st.sampled_from(
    [b"{", b"}", b"[", b"]", b'"', b",", b":", b" ", b"\\", b"\\u", b"d800", b"-", b".", b"e", b"0", b"9" * 30,
     b"1e999", b"true", b"null", b"NaN", b"SdkAppId", b'"Callee":', b"\xef\xbb\xbf", b"\xff", b"\0", "平".encode()]
)  # fmt: skip
json_like = st.lists(json_pieces | st.binary(max_size=4)).map(b"".join)


@given(actions, json_like)
def test_any_signed_body_is_answered(action: str, body: bytes) -> None:
    check_lawful(Draft(body=body).with_headers({"x-tc-action": action}).request())


@given(actions, st.lists(pieces | st.binary(max_size=4)).map(b"".join))
def test_any_signed_query_is_answered(action: str, query: bytes) -> None:
    check_lawful(get_draft().but(query=query).with_headers({"x-tc-action": action}).request())


NAMES = sorted({name for shape in API.shapes.values() for name in shape.members} - {""})
parts = st.sampled_from([*EXAMPLE, "Variables", "Key", "0", "1", "00", "-1", ""]) | st.sampled_from(NAMES)
names = st.lists(parts, min_size=1, max_size=5).map(".".join)
written = st.sampled_from(["", "0", "1", "-1", "true", "1e3", "9" * 30, "{}"])
texts = written | st.text(max_size=10) | st.binary(max_size=6)


@given(actions, st.lists(st.tuples(names | st.binary(max_size=8), texts), max_size=8))
@example("CreateAIAgentCall", [("a" + ".a" * 1_000, "")])  # nested beyond what a recursive reader can take
@example("CreateAIAgentCall", [("Callers" + ".0" * 1_000, "")])
def test_any_signed_pairs_are_answered(action: str, pairs: list[Pair]) -> None:
    older = OlderDraft(pairs=pairs).with_common(Action=action)
    check_lawful(older.request())
    check_lawful(older.but(method="POST", signature_method=SHA256).request())


# --- valid requests, changed ---------------------------------------------------------------------------------------

VALID: dict[str, Callable[[], Request]] = {
    "JSON": lambda: Draft().request(),
    "query": lambda: get_draft().request(),
    "older query": lambda: OlderDraft().request(),
    "older form": lambda: OlderDraft("POST", SHA256).request(),
    "a token": lambda: Draft().by(TEMPORARY).with_headers({"x-tc-token": TEMPORARY.token or ""}).request(),
}


@st.composite
def changed(draw: st.DrawFn, raw: bytes) -> bytes:
    """Up to three times something left out, put in, or written twice."""
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(raw)))
        end = draw(st.integers(start, min(start + 8, len(raw))))
        between = draw(st.sampled_from([b"", raw[start:end] * 2]) | st.binary(max_size=4))
        raw = raw[:start] + between + raw[end:]
    return raw


@settings(max_examples=60)
@pytest.mark.parametrize("form", VALID)
@given(st.data())
def test_a_valid_request_that_was_changed_is_answered(form: str, data: st.DataObject) -> None:
    request = VALID[form]()
    part = data.draw(st.sampled_from(["query", "body", "header"]))
    if part == "header":
        lines = list(request.headers.lines)
        place = data.draw(st.integers(0, len(lines) - 1))
        line = list(lines[place])
        which = data.draw(st.integers(0, 1))
        line[which] = data.draw(changed(line[which]))
        lines[place] = (line[0], line[1])
        check_lawful(request._replace(headers=Headers(lines)))
    else:
        text: Any = data.draw(changed(getattr(request, part)))
        check_lawful(request._replace(**{part: text}))


BODY = json.dumps(EXAMPLE).encode()
QUERY = get_draft().query


@given(changed(BODY))
def test_a_changed_body_that_is_signed_is_answered(body: bytes) -> None:
    check_lawful(Draft(body=body).request())


@given(changed(QUERY))
def test_a_changed_query_that_is_signed_is_answered(query: bytes) -> None:
    check_lawful(get_draft().but(query=query).request())


@given(st.data())
def test_changed_pairs_that_are_signed_are_answered(data: st.DataObject) -> None:
    pairs: list[Any] = list(flattened(EXAMPLE))
    place = data.draw(st.integers(0, len(pairs) - 1))
    pairs[place] = tuple(data.draw(changed(text.encode())) for text in pairs[place])
    check_lawful(OlderDraft(pairs=pairs).request())


# --- any values ----------------------------------------------------------------------------------------------------

scalars = st.none() | st.booleans() | st.integers(-(2**65), 2**65) | st.floats() | st.text(max_size=6)
keys = st.sampled_from(NAMES) | st.text(max_size=3)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=6,
)


@st.composite
def action_and_params(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """An action, and any values for its own members and for some that are not."""
    action = draw(actions)
    members = API.actions[action].input.members
    return action, draw(st.dictionaries(st.sampled_from(list(members)) | st.text(max_size=3), values, max_size=5))


@given(action_and_params())
def test_any_values_are_answered_as_json_and_as_text(asked: tuple[str, dict[str, Any]]) -> None:
    action, params = asked
    headers = {"x-tc-action": action}
    check_lawful(Draft(params=params).with_headers(headers).request())
    check_lawful(get_draft(params).with_headers(headers).request())
    check_lawful(OlderDraft("POST").for_action(action, params).request())


def test_the_forms_that_are_changed_were_valid() -> None:
    for form, make in VALID.items():
        assert ENDPOINT.exchange(make()).verdict == "ok", form
