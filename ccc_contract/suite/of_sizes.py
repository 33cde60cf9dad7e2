"""How large a request may be, and how one that is larger is told.

The documented numbers are of KB and MB: that these are of 1024 each is read into them.
"""

from __future__ import annotations

from hypothesis import strategies as st

from .draft import SCHEMES, TC3, Draft, Scheme
from .drawing import READS
from .harmless import NOBODY
from .of_signature import FAILURE
from .property import Family
from .service import Service
from .target import Need

sizes = Family("sizes", "how large a request may be")

TOO_LARGE = "RequestSizeLimitExceeded"
MIB = 1024 * 1024
BODY_BYTES = 10 * MIB
_KEY: tuple[Need, ...] = ("credential",)
_OLDER: tuple[Scheme, ...] = tuple(scheme for scheme in SCHEMES if scheme != TC3)

# Few, because each is megabytes; nothing but their length matters, so they lack whatever the action must have.
_ACTIONS = st.sampled_from(READS[::12])
_BODIES = st.builds(Draft, action=_ACTIONS, params=st.just({}))
_FORMS = st.builds(Draft, action=_ACTIONS, params=st.just({}), scheme=st.sampled_from(_OLDER))
_QUERIES = st.builds(
    Draft,
    action=st.sampled_from(READS[::12]),
    params=st.just({}),
    scheme=st.sampled_from(SCHEMES),
    method=st.just("GET"),
)


def _of(draft: Draft, length: int) -> Draft:
    """With a body of so many bytes."""
    return draft.but(padding=length - len(draft.request(NOBODY, 0, "").body))


@sizes.holds("sdk-vendor-tests", "observed", needs=_KEY, draft=_BODIES)
def five_megabytes_of_json_are_judged(service: Service, draft: Draft) -> None:
    """A body of 5 MB, in TC3-HMAC-SHA256, is not too large."""
    service.gets_past(_of(draft, 5_000_000), TOO_LARGE, FAILURE)


@sizes.holds("doc-signature-v3", "inferred", needs=_KEY, draft=_BODIES)
def ten_mebibytes_of_json_are_judged(service: Service, draft: Draft) -> None:
    """A body of as many bytes as it may have, 10 MiB, is not too large."""
    service.gets_past(_of(draft, BODY_BYTES), TOO_LARGE, FAILURE)


@sizes.holds("doc-signature-v3", "inferred", needs=_KEY, draft=_BODIES)
def one_byte_more_is_too_large(service: Service, draft: Draft) -> None:
    """A body of a byte more than 10 MiB is RequestSizeLimitExceeded."""
    service.refuses(_of(draft, BODY_BYTES + 1), TOO_LARGE)


@sizes.holds("doc-common-errors", needs=_KEY, draft=_BODIES)
def twice_as_much_is_too_large(service: Service, draft: Draft) -> None:
    """A body of twice as much as it may have is RequestSizeLimitExceeded: an answer like any other."""
    service.refuses(_of(draft, 2 * BODY_BYTES), TOO_LARGE)


@sizes.holds("doc-request-structure", needs=_KEY, draft=_QUERIES, padding=st.integers(9_000, 32_000))
def a_query_below_32_kib_is_judged(service: Service, draft: Draft, padding: int) -> None:
    """A GET of less than 32 KiB is not too large."""
    service.gets_past(draft.but(padding=padding), TOO_LARGE, FAILURE)


@sizes.holds(
    "public-logs", "observed", needs=_KEY, refusal="public-logs", draft=_QUERIES, padding=st.integers(33_000, 60_000)
)
def a_longer_query_fails_as_a_signature(service: Service, draft: Draft, padding: int) -> None:
    """A GET of more than 32 KiB is SignatureFailure, and not RequestSizeLimitExceeded."""
    service.refuses(draft.but(padding=padding), FAILURE)


@sizes.holds("doc-request-structure", needs=_KEY, draft=_FORMS)
def a_form_below_a_mebibyte_is_judged(service: Service, draft: Draft) -> None:
    """A form under HmacSHA1 or HmacSHA256 of less than 1 MiB is not too large."""
    service.gets_past(draft.but(padding=1_000_000), TOO_LARGE, FAILURE)


@sizes.holds("public-logs", "observed", needs=_KEY, refusal="public-logs", draft=_FORMS)
def a_larger_form_fails_as_a_signature(service: Service, draft: Draft) -> None:
    """A form of more than 1 MiB is SignatureFailure, and not RequestSizeLimitExceeded."""
    service.refuses(draft.but(padding=MIB), FAILURE)


@sizes.holds("public-logs", "observed", needs=_KEY, refusal="public-logs", draft=_QUERIES)
def who_is_too_large_is_told_the_remedy(service: Service, draft: Draft) -> None:
    """A query that is too large is refused with a message on TC3-HMAC-SHA256, which may send more."""
    reply = service.ask(draft.but(padding=40_000))
    if reply.code and TC3 not in reply.message:
        service.fail(f"a message on {TC3}", reply.message, reply)


PROPERTIES = (
    five_megabytes_of_json_are_judged,
    ten_mebibytes_of_json_are_judged,
    one_byte_more_is_too_large,
    twice_as_much_is_too_large,
    a_query_below_32_kib_is_judged,
    a_longer_query_fails_as_a_signature,
    a_form_below_a_mebibyte_is_judged,
    a_larger_form_fails_as_a_signature,
    who_is_too_large_is_told_the_remedy,
)
