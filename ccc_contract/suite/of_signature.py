"""Who is let in, and with which code anybody else is refused."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import strategies as st

from ..signing import utc_date
from .draft import SCHEMES, TC3, Draft, Scheme
from .drawing import READS, drafts
from .property import Family
from .service import Service
from .spoiling import Appending, Claiming, Digit, Sending, in_capitals
from .target import Need

signature = Family("signature", "what a signature protects, and how each mistake is refused")

FAILURE, EXPIRED = "AuthFailure.SignatureFailure", "AuthFailure.SignatureExpire"
NOT_FOUND, INVALID = "AuthFailure.SecretIdNotFound", "AuthFailure.InvalidAuthorization"
TOKEN = "AuthFailure.TokenFailure"
KEPT_OUT = (FAILURE, EXPIRED, NOT_FOUND, INVALID, TOKEN)
"""Who is let in may still lack the permission, which is an AuthFailure, too."""

SERVICE_HOST = "ccc.tencentcloudapi.com"
"""The scope's service is the first label of the host: it can be told to be wrong on the service's own name only."""

_OLDER: tuple[Scheme, ...] = tuple(scheme for scheme in SCHEMES if scheme != TC3)
_TC3 = drafts(schemes=(TC3,))
_POSTS = drafts(schemes=(TC3,), methods=("POST",))
_PLAIN = drafts(READS, schemes=(TC3,), writings=("python",))
KEY: tuple[Need, ...] = ("credential",)


def lets_in(service: Service, draft: Draft) -> None:
    """Raises Violation where the signature is not accepted."""
    service.gets_past(draft, *KEPT_OUT)


# --- who is let in -------------------------------------------------------------------------------------------------


@signature.holds("doc-signature-v3", needs=KEY, refusal="doc-create-ai-agent-call", draft=drafts())
def every_clients_writing_is_let_in(service: Service, draft: Draft) -> None:
    """A rightly signed request is let in, whichever client wrote it, in whichever scheme and method."""
    lets_in(service, draft)


@signature.holds("doc-common-params", needs=KEY, draft=drafts(READS, writings=("python",)))
def each_scheme_is_let_in(service: Service, draft: Draft) -> None:
    """TC3-HMAC-SHA256, HmacSHA1 and HmacSHA256 all sign, a GET and a POST."""
    lets_in(service, draft)


@signature.holds("sdk-source", "inferred", needs=KEY, draft=drafts(READS, schemes=(TC3,), writings=("dotnet",)))
def two_blanks_behind_the_algorithm_are_one(service: Service, draft: Draft) -> None:
    """The client for .NET writes two blanks behind TC3-HMAC-SHA256, and is let in."""
    lets_in(service, draft)


@signature.holds("sdk-vendor-tests", "observed", needs=KEY, draft=drafts(READS, writings=("python",)))
def a_signature_may_come_again(service: Service, draft: Draft) -> None:
    """The same bytes are let in again: clients repeat a request as it is."""
    lets_in(service, draft)
    lets_in(service, draft)


@signature.holds("sdk-vendor-tests", "observed", needs=KEY, draft=_PLAIN)
def a_payload_may_be_left_unsigned(service: Service, draft: Draft) -> None:
    """With X-TC-Content-SHA256: UNSIGNED-PAYLOAD, that word is signed in place of the body."""
    lets_in(service, draft.with_common(**{"Content-SHA256": "UNSIGNED-PAYLOAD"}))


@signature.holds(
    "sdk-vendor-tests", "observed", needs=KEY,
    draft=_PLAIN, name=st.sampled_from(["X-TC-TraceId", "X-TC-Nothing", "X-Idempotency-Key", "Accept-Language"]),
    value=st.text("abcXYZ019 -_;,=", max_size=20).map(str.strip),
)  # fmt: skip
def what_is_not_signed_may_change(service: Service, draft: Draft, name: str, value: str) -> None:
    """Only the headers that SignedHeaders names are protected: others may be added and changed on the way."""
    lets_in(service, draft.but(spoil=Sending(name, value.encode())))


@signature.holds("doc-signature-v3", needs=KEY, draft=_PLAIN, value=st.text("abcXYZ019 -_", max_size=20))
def more_headers_may_be_signed(service: Service, draft: Draft, value: str) -> None:
    """SignedHeaders may name more than content-type and host; their values are trimmed and in lower case."""
    lets_in(service, _signing_more(draft, value))


@signature.holds("sdk-vendor-tests", "observed", needs=KEY, draft=drafts(READS, writings=("python",)))
def an_empty_token_is_none(service: Service, draft: Draft) -> None:
    """An empty Token beside a permanent key is let in, as the client for Ruby sends it."""
    lets_in(service, draft.with_common(Token=""))


@signature.holds("doc-sts", needs=("fresh credential",), draft=drafts(READS, writings=("python",)))
def a_temporary_key_is_let_in_with_its_token(service: Service, draft: Draft) -> None:
    """A temporary key signs as any other, and its token comes with it."""
    lets_in(service.temporary, draft)


# --- what a signature protects -------------------------------------------------------------------------------------


@signature.holds("doc-common-errors", needs=KEY, refusal="doc-common-errors", draft=_TC3, place=st.integers(0, 61))
def every_digit_of_a_signature_counts(service: Service, draft: Draft, place: int) -> None:
    """A signature of which one digit differs does not match."""
    service.refuses(draft.but(spoil=Digit(place)), FAILURE)


@signature.holds(
    "doc-signature-v1", needs=KEY, refusal="doc-signature-v1",
    draft=drafts(schemes=_OLDER), place=st.integers(0, 25),
)  # fmt: skip
def every_digit_of_an_older_signature_counts(service: Service, draft: Draft, place: int) -> None:
    """An HmacSHA1 or HmacSHA256 signature of which one digit differs does not match."""
    service.refuses(draft.but(spoil=Digit(place)), FAILURE)


@signature.holds("doc-signature-v3", "inferred", needs=KEY, draft=_TC3)
def a_signature_is_in_small_letters(service: Service, draft: Draft) -> None:
    """The digits of a signature in capital letters do not match: the rule asks for lower-case hexadecimal."""
    service.refuses(draft.but(spoil=in_capitals), FAILURE)


@signature.holds(
    "doc-signature-v3", needs=KEY, refusal="doc-signature-v3", draft=_POSTS, more=st.text(" \n", min_size=1)
)
def a_body_is_protected(service: Service, draft: Draft, more: str) -> None:
    """A body that is changed after it was signed, if only by a blank, does not match."""
    service.refuses(draft.but(spoil=Appending(more.encode())), FAILURE)


@signature.holds(
    "doc-signature-v3", needs=KEY, refusal="doc-signature-v3",
    draft=drafts(schemes=(TC3,), methods=("GET",)), more=st.sampled_from([b"&ZzMore=1", b"&", b"&ZzMore=%31"]),
)  # fmt: skip
def a_query_is_protected(service: Service, draft: Draft, more: bytes) -> None:
    """A query that is changed after it was signed does not match."""
    service.refuses(draft.but(spoil=Appending(more)), FAILURE)


@signature.holds(
    "doc-signature-v1", needs=KEY, refusal="doc-signature-v1", draft=drafts(schemes=_OLDER, writings=("python",))
)
def every_older_parameter_is_protected(service: Service, draft: Draft) -> None:
    """A parameter that is added after it was signed does not match: the older schemes sign all there are."""
    service.refuses(draft.but(spoil=Appending(b"&ZzAdded=1")), FAILURE)


@signature.holds("doc-signature-v3", needs=KEY, draft=drafts(READS, schemes=(TC3,), methods=("POST",)))
def a_signature_is_for_one_request(service: Service, draft: Draft) -> None:
    """A signature that was right for one body is wrong for the next one."""
    service.ask(draft)
    service.refuses(draft.but(spoil=Appending(b"\n")), FAILURE)


@signature.holds(
    "doc-signature-v3", needs=KEY, refusal="doc-signature-v3", draft=_TC3, value=st.text("abc019", max_size=9)
)
def a_signed_header_is_protected(service: Service, draft: Draft, value: str) -> None:
    """A header that SignedHeaders names, and that is changed after it was signed, does not match."""
    service.refuses(_signing_more(draft, value).but(spoil=Sending("X-Ccc-More", f"{value}-".encode())), FAILURE)


@signature.holds("public-logs", "observed", needs=KEY, refusal="public-logs", draft=drafts())
def another_key_signs_otherwise(service: Service, draft: Draft) -> None:
    """A signature by another SecretKey does not match, in any scheme."""
    service.refuses(draft.but(signer="another key"), FAILURE)


@signature.holds("public-logs", "inferred", needs=KEY, refusal="public-logs", draft=_TC3, days=st.sampled_from([-1, 1]))
def the_day_of_a_scope_is_the_timestamps(service: Service, draft: Draft, days: int) -> None:
    """A scope of another day than the timestamp's in UTC does not match: a local date fails in the small hours."""
    date = utc_date(int(service.now) + days * 86400)
    service.refuses(draft.but(date=date), FAILURE)


@signature.holds(
    "teco", "inferred", needs=KEY, draft=drafts(READS, schemes=(TC3,)), digest=st.sampled_from(["0" * 64, "x", "e3b0"])
)
def a_stated_digest_is_that_of_the_body(service: Service, draft: Draft, digest: str) -> None:
    """X-TC-Content-SHA256 with another digest than the body's is an invalid value."""
    service.refuses(draft.with_common(**{"Content-SHA256": digest}), "InvalidParameterValue")


# --- what an Authorization header must be ----------------------------------------------------------------------------

MALFORMED: Mapping[str, Claiming] = {
    "another algorithm": Claiming("^TC3-HMAC-SHA256", "AWS4-HMAC-SHA256"),
    "no algorithm": Claiming("^TC3-HMAC-SHA256 +", ""),
    "no Credential": Claiming("Credential=[^,]+, ", ""),
    "no scope": Claiming("(Credential=[^/]+)[^,]+", r"\1"),
    "a scope without its service": Claiming("/ccc/", "/"),
    "a date without hyphens": Claiming(r"/(\d{4})-(\d\d)-(\d\d)/", r"/\1\2\3/"),
    "no SignedHeaders": Claiming("SignedHeaders=[^,]+, ", ""),
    "no Signature": Claiming(", Signature=.*", ""),
    "an empty Signature": Claiming("Signature=.*", "Signature="),
    "of HTTP itself": Claiming(".*", "Bearer abcdef"),
}


@signature.holds(
    "doc-common-errors", "inferred", needs=KEY, refusal="doc-common-errors",
    draft=_TC3, spoil=st.sampled_from(tuple(MALFORMED.values())),
)  # fmt: skip
def a_malformed_authorization_is_invalid(service: Service, draft: Draft, spoil: Claiming) -> None:
    """An Authorization header that lacks a part, or in which a part has another form, is InvalidAuthorization."""
    service.refuses(draft.but(spoil=spoil), INVALID)


@signature.holds(
    "doc-signature-v3", "inferred", needs=KEY,
    draft=_TC3, signed=st.sampled_from([("content-type",), ("host",), ("x-tc-action",)]),
)  # fmt: skip
def content_type_and_host_must_be_signed(service: Service, draft: Draft, signed: tuple[str, ...]) -> None:
    """SignedHeaders without content-type or without host is InvalidAuthorization."""
    service.refuses(draft.but(signed=signed), INVALID)


@signature.holds("doc-signature-v3", "inferred", needs=KEY, draft=_TC3)
def a_signed_header_must_be_sent(service: Service, draft: Draft) -> None:
    """A header that SignedHeaders names and that is not there is InvalidAuthorization."""
    service.refuses(draft.but(signed=("content-type", "host", "x-ccc-more")), INVALID)


@signature.holds(
    "public-logs", "observed", needs=KEY, refusal="public-logs",
    draft=_TC3, other=st.sampled_from(["cvm", "127", "sts"]),
)  # fmt: skip
def the_service_of_a_scope_is_the_hosts(service: Service, draft: Draft, other: str) -> None:
    """Under the service's own host name, a scope of another service is InvalidAuthorization."""
    service.refuses(draft.with_headers({"Host": SERVICE_HOST}).but(service=other), INVALID)


@signature.holds(
    "assumed", "assumed", needs=KEY, draft=_TC3, other=st.sampled_from(["aws4_request", "tc3", "TC3_REQUEST"])
)
def a_scope_ends_with_tc3_request(service: Service, draft: Draft, other: str) -> None:
    """A scope with another end is InvalidAuthorization."""
    service.refuses(draft.but(spoil=Claiming("/tc3_request,", f"/{other},")), INVALID)


def _signing_more(draft: Draft, value: str) -> Draft:
    return draft.with_headers({"X-Ccc-More": value}).but(signed=("content-type", "host", "x-ccc-more"))


PROPERTIES = (
    every_clients_writing_is_let_in,
    each_scheme_is_let_in,
    two_blanks_behind_the_algorithm_are_one,
    a_signature_may_come_again,
    a_payload_may_be_left_unsigned,
    what_is_not_signed_may_change,
    more_headers_may_be_signed,
    an_empty_token_is_none,
    a_temporary_key_is_let_in_with_its_token,
    every_digit_of_a_signature_counts,
    every_digit_of_an_older_signature_counts,
    a_signature_is_in_small_letters,
    a_body_is_protected,
    a_query_is_protected,
    every_older_parameter_is_protected,
    a_signature_is_for_one_request,
    a_signed_header_is_protected,
    another_key_signs_otherwise,
    the_day_of_a_scope_is_the_timestamps,
    a_stated_digest_is_that_of_the_body,
    a_malformed_authorization_is_invalid,
    content_type_and_host_must_be_signed,
    a_signed_header_must_be_sent,
    the_service_of_a_scope_is_the_hosts,
    a_scope_ends_with_tc3_request,
)
