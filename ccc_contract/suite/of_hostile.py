"""What no client of good will sends: each gets an answer of the service, and none a success.

What a real gateway says to most of it was never seen; where that is so, the confidence says it.
"""

from __future__ import annotations

import json

from hypothesis import strategies as st

from .draft import METHODS, SCHEMES, TC3, Draft
from .drawing import API, READS, drafts
from .harmless import NOBODY
from .mistakes import refused
from .property import Family
from .service import Service
from .spoiling import Digit, Sending
from .target import Need

hostile = Family("hostile", "malformed and malicious requests")

INVALID = "InvalidParameter"
_KEY: tuple[Need, ...] = ("credential",)
_PERMISSION: tuple[Need, ...] = ("permission",)
_POSTS = drafts(schemes=(TC3,), methods=("POST",))
_GETS = drafts(READS, schemes=(TC3,), methods=("GET",))
# They lack what must be there, so whatever else is taken for good, they cannot succeed.
_DEMANDING = tuple(name for name in READS if API.actions[name].input.required)
_INCOMPLETE = st.builds(Draft, action=st.sampled_from(_DEMANDING), params=st.just({}))
_IN_ANY_WAY = st.builds(
    Draft, action=st.sampled_from(_DEMANDING), params=st.just({}), scheme=st.sampled_from(SCHEMES),
    method=st.sampled_from(METHODS),
)  # fmt: skip
_WITH_APP = tuple(name for name in READS if "SdkAppId" in API.actions[name].input.required)


def _is_refused(service: Service, draft: Draft) -> None:
    """With any code that is documented."""
    reply = service.ask(draft)
    if reply.code not in service.api.errors:
        service.fail("a refusal with a documented code", reply, reply)


def _is_no_json(service: Service, draft: Draft, body: bytes) -> None:
    service.refuses(draft.but(body=body), INVALID)


# --- what a body must be ---------------------------------------------------------------------------------------------

_NO_JSON = (
    b"{", b"[1,", b'"', b"no", b"{'A':1}", b'{"A":1,}', b'{"A" 1}', b'{"A":01}', b'{"A":"\x00"}', b"A=1&B=2", b"<A/>",
)  # fmt: skip
_NO_OBJECTS = (b"[]", b"1", b'""', b"null", b"true", b"[{}]")


@hostile.holds(
    "public-logs", "observed", needs=_PERMISSION, refusal="public-logs", draft=_POSTS, body=st.sampled_from(_NO_JSON)
)
def what_is_no_json_is_told_so(service: Service, draft: Draft, body: bytes) -> None:
    """A body that is no JSON is InvalidParameter."""
    _is_no_json(service, draft, body)


@hostile.holds(
    "public-logs", "observed", needs=_PERMISSION, refusal="public-logs",
    draft=_POSTS, body=st.sampled_from([b"", b" ", b"\n\t"]),
)  # fmt: skip
def an_empty_body_is_no_json(service: Service, draft: Draft, body: bytes) -> None:
    """A body without anything is InvalidParameter: an action without parameters is sent {}."""
    _is_no_json(service, draft, body)


@hostile.holds("public-logs", "inferred", needs=_PERMISSION, draft=_POSTS, body=st.sampled_from(_NO_OBJECTS))
def json_must_be_an_object(service: Service, draft: Draft, body: bytes) -> None:
    """JSON that is a list, a text, a number, true or null is InvalidParameter."""
    _is_no_json(service, draft, body)


@hostile.holds("assumed", "assumed", needs=_PERMISSION, draft=_INCOMPLETE)
def json_has_no_byte_order_mark(service: Service, draft: Draft) -> None:
    """A body that begins with a byte order mark is InvalidParameter."""
    _is_no_json(service, draft, b"\xef\xbb\xbf{}")


@hostile.holds(
    "public-logs", "inferred", needs=_PERMISSION,
    draft=_INCOMPLETE, more=st.sampled_from([b"x", b"{}", b"]", b",", b"\x00", b"//"]),
)  # fmt: skip
def nothing_stands_behind_the_json(service: Service, draft: Draft, more: bytes) -> None:
    """A body that goes on behind its JSON is InvalidParameter."""
    _is_no_json(service, draft, b"{}" + more)


@hostile.holds(
    "doc-request-structure", "inferred", needs=_PERMISSION,
    draft=_INCOMPLETE, raw=st.sampled_from([b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xd5\xc5", b"\xf4\x90\x80\x80"]),
)  # fmt: skip
def json_must_be_in_utf_8(service: Service, draft: Draft, raw: bytes) -> None:
    """A body that is not UTF-8 is InvalidParameter: overlong, half of a pair, GBK, beyond Unicode."""
    _is_no_json(service, draft, b'{"NothingOfThis":"' + raw + b'"}')


@hostile.holds("assumed", "assumed", needs=_PERMISSION, draft=drafts(_WITH_APP, schemes=(TC3,), methods=("POST",)))
def of_equal_names_the_last_counts(service: Service, draft: Draft) -> None:
    """Of two equal names in an object, the first value is as though it were not there."""
    text = json.dumps(dict(draft.params))
    doubled = text.replace("{", '{"SdkAppId": [], ', 1)
    service.makes_no_difference(draft.but(body=text.encode()), draft.but(body=doubled.encode()))


# --- values ----------------------------------------------------------------------------------------------------------

_NUMBERS = ("NaN", "Infinity", "-Infinity", "1e999", "-1", "1.5", str(2**64), "9" * 400, "0." + "9" * 400)


@hostile.holds("assumed", "assumed", needs=_PERMISSION, draft=_INCOMPLETE, number=st.sampled_from(_NUMBERS))
def a_number_beyond_its_type_is_refused(service: Service, draft: Draft, number: str) -> None:
    """Numbers that are none, that no type holds, or that have hundreds of digits are refused, and nothing breaks."""
    _is_refused(service, draft.but(body=f'{{"NothingOfThis":{number}}}'.encode()))


@hostile.holds(
    "assumed", "assumed", needs=_PERMISSION, draft=_INCOMPLETE,
    depth=st.sampled_from([10, 500, 5_000, 100_000]), opening=st.sampled_from(["[", '{"A":']), closed=st.booleans(),
)  # fmt: skip
def depth_is_refused(service: Service, draft: Draft, depth: int, opening: str, closed: bool) -> None:
    """JSON of any depth, closed or not, is refused, and nothing breaks."""
    inside = opening * depth + "1" + ("]" if opening == "[" else "}") * (depth if closed else 0)
    _is_refused(service, draft.but(body=f'{{"NothingOfThis":{inside}}}'.encode()))


@hostile.holds(
    "assumed", "assumed", needs=_PERMISSION,
    draft=_INCOMPLETE, half=st.sampled_from(["\\ud800", "\\udfff", "\\udc00\\ud800", "a\\ud83d"]), named=st.booleans(),
)  # fmt: skip
def half_a_character_is_refused(service: Service, draft: Draft, half: str, named: bool) -> None:
    """Half of a pair of escapes, in a name or a value, is refused, and nothing breaks."""
    body = f'{{"{half}":1}}' if named else f'{{"NothingOfThis":"{half}"}}'
    _is_refused(service, draft.but(body=body.encode()))


_ODD = (
    "\x00", "\x1b[2J", "\u202e", "\uffff", "../../etc/passwd", "%00", "' OR 1=1 --", "${jndi:ldap://x}", "<script>",
    "a.0.b", "..", "__proto__", "`",
)  # fmt: skip


@hostile.holds("assumed", "assumed", needs=_PERMISSION, draft=_IN_ANY_WAY, odd=st.sampled_from(_ODD))
def an_odd_name_is_refused(service: Service, draft: Draft, odd: str) -> None:
    """A parameter is refused whose name is a control character, a path or somebody's code."""
    _is_refused(service, draft.with_params(**{odd: odd}))


@hostile.holds("assumed", "assumed", needs=_PERMISSION, draft=_IN_ANY_WAY, count=st.sampled_from([100, 1_000, 3_000]))
def thousands_of_parameters_are_refused(service: Service, draft: Draft, count: int) -> None:
    """Parameters that nobody declared are refused, however many there are."""
    _is_refused(service, draft.with_params(**{f"N{n}": 1 for n in range(count)}))


# --- queries and forms -----------------------------------------------------------------------------------------------


@hostile.holds("public-logs", "observed", refusal="public-logs", word=st.text("abcXYZ019", min_size=1, max_size=20))
def a_query_of_a_bare_word_is_malformed(service: Service, word: str) -> None:
    """A query without `=` is InvalidParameter, before it is told what is missing."""
    service.refuses(Draft(scheme="HmacSHA1", method="GET", query=word.encode()), INVALID)


@hostile.holds("teco", "inferred", needs=_PERMISSION, draft=_GETS, same=st.booleans())
def no_pair_may_come_twice(service: Service, draft: Draft, same: bool) -> None:
    """A name that is given twice in a query is InvalidParameter, also with the same value."""
    query = draft.request(NOBODY, 0, "").query
    again = query + (b"&Again=1&Again=1" if same else b"&Again=1&Again=2")
    service.refuses(draft.but(query=again), INVALID)


@hostile.holds("teco", "inferred", needs=_PERMISSION, draft=_GETS)
def no_name_in_a_query_may_be_empty(service: Service, draft: Draft) -> None:
    """A pair without a name is InvalidParameter."""
    service.refuses(draft.but(query=draft.request(NOBODY, 0, "").query + b"&=1"), INVALID)


_GARBAGE = (
    b"%=1", b"%zz=1", b"A=%", b"A=%4", b"A=%ff", b"%00=%00", b"A=%u4e2d", b"A=%25%", b"&&&", b"A=+%2B+&", b"A==",
    b"%ed%a0%80=1", b";=;",
)  # fmt: skip


@hostile.holds(
    "assumed", "assumed", needs=_PERMISSION,
    draft=_INCOMPLETE, query=st.lists(st.sampled_from(_GARBAGE), min_size=1, max_size=3, unique=True),
)  # fmt: skip
def garbage_in_a_query_is_refused(service: Service, draft: Draft, query: list[bytes]) -> None:
    """Percent signs with nothing or nonsense behind them are refused, and nothing breaks."""
    _is_refused(service, draft.but(method="GET", query=b"&".join(query)))


# --- headers ---------------------------------------------------------------------------------------------------------


@hostile.holds(
    "assumed", "assumed", needs=_KEY,
    draft=drafts(READS, writings=("python",)), count=st.integers(1, 64), length=st.integers(0, 200),
)  # fmt: skip
def many_headers_make_no_difference(service: Service, draft: Draft, count: int, length: int) -> None:
    """Dozens of headers that nobody knows change nothing."""
    service.makes_no_difference(draft, draft.with_headers({f"X-Nothing-{n}": "a" * length for n in range(count)}))


_EXPECTED = ("X-TC-Action", "X-TC-Version", "X-TC-Timestamp", "Authorization")
_BYTES = st.binary(max_size=12).map(lambda raw: b"\x80" + bytes(byte | 0x80 for byte in raw))


@hostile.holds("assumed", "assumed", draft=drafts(schemes=(TC3,)), name=st.sampled_from(_EXPECTED), value=_BYTES)
def bytes_in_a_header_are_refused(service: Service, draft: Draft, name: str, value: bytes) -> None:
    """Bytes that are no text, where a common parameter is expected, are refused, and nothing breaks."""
    _is_refused(service, draft.but(spoil=Sending(name, value)))


# --- what is not told ------------------------------------------------------------------------------------------------


@hostile.holds("public-logs", "inferred", needs=_KEY, refusal="public-logs", draft=drafts(), place=st.integers(0, 25))
def no_answer_tells_the_key(service: Service, draft: Draft, place: int) -> None:
    """A signature that does not match is answered without the SecretKey it should have been made with."""
    reply = service.ask(draft.but(spoil=Digit(place)))
    if service.credential.secret_key.encode() in reply.response.body:
        service.fail("an answer without the SecretKey", "one with it", reply)


@hostile.holds("public-logs", "inferred", refusal="doc-common-errors", draft=refused())
def no_answer_repeats_the_signature(service: Service, draft: Draft) -> None:
    """What was sent as Authorization is not in the answer."""
    reply = service.ask(draft)
    signature = (reply.request.headers.get(b"authorization") or b"").rpartition(b"Signature=")[2]
    if signature and signature in reply.response.body:
        service.fail("an answer without the Authorization that was sent", "one with its signature", reply)


PROPERTIES = (
    what_is_no_json_is_told_so,
    an_empty_body_is_no_json,
    json_must_be_an_object,
    json_has_no_byte_order_mark,
    nothing_stands_behind_the_json,
    json_must_be_in_utf_8,
    of_equal_names_the_last_counts,
    a_number_beyond_its_type_is_refused,
    depth_is_refused,
    half_a_character_is_refused,
    an_odd_name_is_refused,
    thousands_of_parameters_are_refused,
    a_query_of_a_bare_word_is_malformed,
    no_pair_may_come_twice,
    no_name_in_a_query_may_be_empty,
    garbage_in_a_query_is_refused,
    many_headers_make_no_difference,
    bytes_in_a_header_are_refused,
    no_answer_tells_the_key,
    no_answer_repeats_the_signature,
)
