"""What every action is asked with: action, version, time, region, language, content type, method, host."""

from __future__ import annotations

from datetime import date

from hypothesis import assume
from hypothesis import strategies as st

from ..model import VERSION
from .draft import SCHEMES, TC3, Draft, Scheme
from .drawing import READS, drafts
from .property import Family
from .service import Service
from .spoiling import Sending, without_signature
from .target import Need

common = Family("common", "the common parameters, and what a request is besides")

MISSING = "MissingParameter"
_KEY: tuple[Need, ...] = ("credential",)
_OLDER: tuple[Scheme, ...] = tuple(scheme for scheme in SCHEMES if scheme != TC3)
_READS = drafts(READS)
_TC3 = drafts(schemes=(TC3,))
_POSTS = drafts(schemes=(TC3,), methods=("POST",))
_PLAIN = drafts(READS, writings=("python",))
_OTHER_TYPES = (
    "multipart/form-data; boundary=abc", "text/plain", "application/xml", "application/x-www-form-urlencoded",
)  # fmt: skip

# --- what must be there ----------------------------------------------------------------------------------------------


@common.holds("public-logs", "observed", refusal="public-logs", draft=drafts())
def an_action_must_be_named(service: Service, draft: Draft) -> None:
    """A request that names no action is MissingParameter."""
    service.refuses(draft.with_common(Action=None), MISSING)


@common.holds("public-logs", "observed", refusal="public-logs", draft=drafts())
def a_timestamp_must_be_there(service: Service, draft: Draft) -> None:
    """A request without a Timestamp is MissingParameter."""
    service.refuses(draft.with_common(Timestamp=None), MISSING)


@common.holds("public-logs", "observed", needs=_KEY, refusal="public-logs", draft=drafts())
def a_version_must_be_there(service: Service, draft: Draft) -> None:
    """A request without a Version is MissingParameter, though the product has only one."""
    service.refuses(draft.with_common(Version=None), MISSING)


@common.holds(
    "public-logs", "observed", needs=_KEY, refusal="public-logs",
    draft=drafts(schemes=_OLDER), name=st.sampled_from(["Nonce", "SecretId", "Signature"]),
)  # fmt: skip
def an_older_request_has_nonce_id_and_signature(service: Service, draft: Draft, name: str) -> None:
    """HmacSHA1 and HmacSHA256 without Nonce, SecretId or Signature are MissingParameter."""
    without = draft.but(spoil=without_signature) if name == "Signature" else draft.with_common(**{name: None})
    service.refuses(without, MISSING)


@common.holds("public-logs", "observed", refusal="public-logs", header=st.sampled_from(["Accept", "User-Agent"]))
def of_a_bare_request_the_timestamp_is_missed(service: Service, header: str) -> None:
    """A GET with nothing in it is taken for the older scheme, and of all it lacks Timestamp is told."""
    bare = Draft(scheme="HmacSHA1", method="GET", query=b"", headers={header: "*/*"})
    reply = service.refuses(bare, MISSING)
    if "`Timestamp`" not in reply.message:
        service.fail("a message on `Timestamp`", reply.message, reply)


@common.holds(
    "public-logs", "inferred", refusal="public-logs",
    draft=drafts(schemes=(TC3,), methods=("GET",), writings=("python",)),
)  # fmt: skip
def a_query_does_not_name_the_action(service: Service, draft: Draft) -> None:
    """In TC3-HMAC-SHA256 the action stands in X-TC-Action: Action in the query does not take its place."""
    service.refuses(draft.with_params(Action=draft.action).with_common(Action=None), MISSING)


# --- what is not served ----------------------------------------------------------------------------------------------


@common.holds(
    "doc-common-errors", needs=_KEY, refusal="doc-common-errors",
    draft=drafts(),
    version=st.dates(date(2017, 1, 1), date(2030, 1, 1)).map(str) | st.sampled_from(["3.0", "v3", "latest"]),
)  # fmt: skip
def another_version_is_not_served(service: Service, draft: Draft, version: str) -> None:
    """A Version that the product does not have is NoSuchVersion."""
    assume(version != VERSION)
    service.refuses(draft.with_common(Version=version), "NoSuchVersion")


@common.holds(
    "doc-common-errors", needs=_KEY, refusal="doc-common-errors",
    draft=drafts(), name=st.text("ABCDEFabcdef0189_", min_size=1, max_size=20),
)  # fmt: skip
def an_unknown_action_is_invalid(service: Service, draft: Draft, name: str) -> None:
    """An action that the version does not have is InvalidAction."""
    service.refuses(draft.but(action=f"DescribeNo{name}"), "InvalidAction")


@common.holds("assumed", "assumed", needs=_KEY, draft=_READS, change=st.sampled_from(["lower", "upper", "swapcase"]))
def an_actions_name_minds_its_case(service: Service, draft: Draft, change: str) -> None:
    """An action in other letters, small for capital, is InvalidAction."""
    service.refuses(draft.but(action=getattr(draft.action, change)()), "InvalidAction")


@common.holds(
    "sdk-vendor-tests", "inferred", needs=_KEY, draft=drafts(READS, schemes=(TC3,), methods=("POST",)),
    content_type=st.sampled_from(_OTHER_TYPES),
)  # fmt: skip
def another_content_type_is_not_supported(service: Service, draft: Draft, content_type: str) -> None:
    """A POST in TC3-HMAC-SHA256 that is not application/json is UnsupportedProtocol."""
    service.refuses(draft.with_headers({"Content-Type": content_type}), "UnsupportedProtocol")


@common.holds(
    "doc-common-errors",
    needs=_KEY,
    refusal="doc-common-errors",
    draft=_POSTS,
    method=st.sampled_from(["PUT", "DELETE", "PATCH"]),
)
def another_method_is_not_supported(service: Service, draft: Draft, method: str) -> None:
    """Another method than GET and POST, rightly signed, is UnsupportedProtocol."""
    service.refuses(draft.but(method=method), "UnsupportedProtocol")


@common.holds("doc-common-errors", "inferred", draft=_TC3, label=st.sampled_from(["nosuchproduct", "cccc", "ccc2"]))
def a_product_that_is_not_there_is_told(service: Service, draft: Draft, label: str) -> None:
    """Under the host name of a product that the service does not have: NoSuchProduct."""
    service.refuses(draft.with_headers({"Host": f"{label}.tencentcloudapi.com"}).but(service=label), "NoSuchProduct")


# --- what makes no difference ----------------------------------------------------------------------------------------


@common.holds("doc-common-params", needs=_KEY, draft=_READS, region=st.sampled_from([None, ""]))
def no_region_is_needed(service: Service, draft: Draft, region: str | None) -> None:
    """Without a Region, or with an empty one, the answer is the same as with one."""
    service.makes_no_difference(draft.with_common(Region="ap-guangzhou"), draft.with_common(Region=region))


@common.holds(
    "doc-common-params", needs=_KEY, draft=_READS, region=st.text("abz-019", min_size=1, max_size=20).map(str.strip)
)
def any_region_will_do(service: Service, draft: Draft, region: str) -> None:
    """The actions of the product take any Region, and none matters."""
    service.makes_no_difference(draft.with_common(Region="ap-guangzhou"), draft.with_common(Region=region))


@common.holds(
    "doc-common-params", "inferred", needs=_KEY,
    draft=_READS, language=st.sampled_from(["", "fr-FR", "zh", "en", "ZH-CN"]),
)  # fmt: skip
def any_language_is_let_in(service: Service, draft: Draft, language: str) -> None:
    """A Language that is not documented is no mistake."""
    service.makes_no_difference(draft, draft.with_common(Language=language))


@common.holds(
    "sdk-source", "inferred", needs=_KEY, draft=_PLAIN, name=st.text("abcSDK_019.-; ", max_size=40).map(str.strip)
)
def any_client_may_ask(service: Service, draft: Draft, name: str) -> None:
    """Whatever RequestClient says of the client, the answer is the same."""
    service.makes_no_difference(draft, draft.with_common(RequestClient=name))


@common.holds(
    "sdk-captures-2026-11",
    "observed",
    needs=_KEY,
    draft=drafts(READS, schemes=_OLDER),
    nonce=st.sampled_from([0, 1, 2**31, 2**63]) | st.integers(0, 2**63),
)
def any_whole_nonce_will_do(service: Service, draft: Draft, nonce: int) -> None:
    """A Nonce is any whole number from 0: clients draw them from different ranges."""
    service.makes_no_difference(draft, draft.with_common(Nonce=str(nonce)))


@common.holds(
    "doc-signature-v3", needs=_KEY, draft=drafts(READS, schemes=(TC3,), methods=("POST",), writings=("python",))
)
def a_charset_makes_no_difference(service: Service, draft: Draft) -> None:
    """`application/json; charset=utf-8` is as good as the bare type."""
    charset = draft.with_headers({"Content-Type": "application/json; charset=utf-8"})
    service.makes_no_difference(draft, charset)


@common.holds(
    "doc-request-structure", needs=_KEY, draft=drafts(READS, schemes=(TC3,), methods=("GET",), writings=("python",))
)
def a_get_may_be_signed_with_tc3(service: Service, draft: Draft) -> None:
    """TC3-HMAC-SHA256 signs GET, too, with the parameters in the query."""
    service.gets_past(draft, "UnsupportedProtocol", "InvalidAction", MISSING)


@common.holds(
    "sdk-vendor-tests", "observed", needs=_KEY, draft=_READS,
    name=st.sampled_from(["X-TC-TraceId", "X-TC-Nothing", "X-Idempotency-Key", "Cookie", "Forwarded"]),
    value=st.text("abc019-=;", max_size=20),
)  # fmt: skip
def other_headers_make_no_difference(service: Service, draft: Draft, name: str, value: str) -> None:
    """Headers that the service does not know, X-TC- or not, change nothing."""
    service.makes_no_difference(draft, draft.but(spoil=Sending(name, value.encode())))


PROPERTIES = (
    an_action_must_be_named,
    a_timestamp_must_be_there,
    a_version_must_be_there,
    an_older_request_has_nonce_id_and_signature,
    of_a_bare_request_the_timestamp_is_missed,
    a_query_does_not_name_the_action,
    another_version_is_not_served,
    an_unknown_action_is_invalid,
    an_actions_name_minds_its_case,
    another_content_type_is_not_supported,
    another_method_is_not_supported,
    a_product_that_is_not_there_is_told,
    no_region_is_needed,
    any_region_will_do,
    any_language_is_let_in,
    any_client_may_ask,
    any_whole_nonce_will_do,
    a_charset_makes_no_difference,
    a_get_may_be_signed_with_tc3,
    other_headers_make_no_difference,
)
