"""Who signed, and when; and which of two mistakes is told."""

from __future__ import annotations

from hypothesis import strategies as st

from .draft import TC3, Draft
from .drawing import READS, drafts
from .of_signature import EXPIRED, FAILURE, KEY, MALFORMED, NOT_FOUND, TOKEN, lets_in, signature
from .service import Service
from .spoiling import Claiming, Digit

_TC3 = drafts(schemes=(TC3,))
_LONG = 10**6
"""Seconds: eleven days."""


# --- time ------------------------------------------------------------------------------------------------------------


@signature.holds("doc-signature-v3", refusal="doc-signature-v3", draft=drafts(), seconds=st.integers(-_LONG, -400))
def a_stale_timestamp_expires(service: Service, draft: Draft, seconds: int) -> None:
    """A timestamp more than five minutes behind the service's time is refused with SignatureExpire."""
    service.refuses(draft.but(seconds=seconds), EXPIRED)


@signature.holds(
    "doc-common-params", "inferred", refusal="doc-common-params", draft=drafts(), seconds=st.integers(400, _LONG)
)
def a_timestamp_ahead_expires(service: Service, draft: Draft, seconds: int) -> None:
    """A timestamp more than five minutes ahead of the service's time is refused with SignatureExpire, too."""
    service.refuses(draft.but(seconds=seconds), EXPIRED)


@signature.holds(
    "doc-common-params", "inferred", needs=("moved clock",), draft=drafts(READS), ahead=st.sampled_from([-1, 1])
)
def a_timestamp_expires_after_300_seconds(service: Service, draft: Draft, ahead: int) -> None:
    """300 seconds away is fresh, 301 are not, either way."""
    lets_in(service, draft.but(seconds=300 * ahead))
    service.refuses(draft.but(seconds=301 * ahead), EXPIRED)


@signature.holds(
    "assumed", "assumed", needs=KEY,
    draft=drafts(), stamp=st.sampled_from(["now", "-1", "1e9", "1795324797.5", "0x6b"]),
)  # fmt: skip
def a_timestamp_is_a_whole_number(service: Service, draft: Draft, stamp: str) -> None:
    """A Timestamp that is no whole number is an InvalidParameter."""
    service.refuses(draft.with_common(Timestamp=stamp), "InvalidParameter")


# --- who -------------------------------------------------------------------------------------------------------------


@signature.holds("public-logs", "observed", refusal="public-logs", draft=drafts())
def an_unknown_secret_id_is_not_found(service: Service, draft: Draft) -> None:
    """A SecretId that nobody has is SecretIdNotFound, though the signature is right for the key that is claimed."""
    service.refuses(draft.but(signer="nobody"), NOT_FOUND)


@signature.holds(
    "sdk-vendor-tests", "observed", needs=("fresh credential",), refusal="sdk-vendor-tests", draft=drafts()
)
def a_wrong_token_fails(service: Service, draft: Draft) -> None:
    """A temporary key with a token that is changed at its end is TokenFailure."""
    service.temporary.refuses(draft.with_common(Token=service.temporary.credential.token + "err"), TOKEN)


@signature.holds("assumed", "assumed", needs=("fresh credential",), draft=drafts())
def a_missing_token_fails(service: Service, draft: Draft) -> None:
    """A temporary key without its token is TokenFailure."""
    service.temporary.refuses(draft.with_common(Token=None), TOKEN)


# --- which of two mistakes is told -----------------------------------------------------------------------------------


@signature.holds(
    "public-logs", "observed", refusal="public-logs", draft=_TC3, spoil=st.sampled_from(tuple(MALFORMED.values()))
)
def a_missing_action_is_told_before_a_malformed_authorization(service: Service, draft: Draft, spoil: Claiming) -> None:
    """Without X-TC-Action, an Authorization of another kind is not even read: MissingParameter."""
    service.refuses(draft.with_common(Action=None).but(spoil=spoil), "MissingParameter")


@signature.holds("doc-signature-v3", refusal="doc-signature-v3", draft=drafts(), seconds=st.integers(-_LONG, -400))
def a_stale_timestamp_is_told_before_an_unknown_secret_id(service: Service, draft: Draft, seconds: int) -> None:
    """The documentation's own example, an old timestamp of a fictional key, is told that it has expired."""
    service.refuses(draft.but(seconds=seconds, signer="nobody"), EXPIRED)


@signature.holds("public-logs", "observed", refusal="public-logs", draft=drafts(), place=st.integers(0, 25))
def an_unknown_secret_id_is_told_before_a_wrong_signature(service: Service, draft: Draft, place: int) -> None:
    """Where nobody has the SecretId, the signature is not looked at."""
    service.refuses(draft.but(signer="nobody", spoil=Digit(place)), NOT_FOUND)


@signature.holds(
    "sdk-vendor-tests", "observed", needs=("fresh credential",), refusal="sdk-vendor-tests", draft=drafts()
)
def a_wrong_token_is_told_before_a_wrong_parameter(service: Service, draft: Draft) -> None:
    """A wrong token beside parameters that are wrong, too, is TokenFailure."""
    wrong = draft.with_params(NothingOfThis="1").with_common(Token=service.temporary.credential.token + "err")
    service.temporary.refuses(wrong, TOKEN)


@signature.holds(
    "public-logs",
    "inferred",
    needs=KEY,
    refusal="public-logs",
    draft=drafts(schemes=(TC3,), methods=("POST",)),
    body=st.sampled_from([b"", b'""', b"{"]),
)
def a_wrong_signature_is_told_before_a_wrong_body(service: Service, draft: Draft, body: bytes) -> None:
    """A body is read behind the signature: where both are wrong, SignatureFailure."""
    service.refuses(draft.but(body=body, spoil=Digit(0)), FAILURE)


PROPERTIES = (
    a_stale_timestamp_expires,
    a_timestamp_ahead_expires,
    a_timestamp_expires_after_300_seconds,
    a_timestamp_is_a_whole_number,
    an_unknown_secret_id_is_not_found,
    a_wrong_token_fails,
    a_missing_token_fails,
    a_missing_action_is_told_before_a_malformed_authorization,
    a_stale_timestamp_is_told_before_an_unknown_secret_id,
    an_unknown_secret_id_is_told_before_a_wrong_signature,
    a_wrong_token_is_told_before_a_wrong_parameter,
    a_wrong_signature_is_told_before_a_wrong_body,
)
