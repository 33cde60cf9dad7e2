"""Who is let in, and with which code anybody else is refused."""

from __future__ import annotations

from hypothesis import strategies as st

from .draft import TC3, Draft
from .drawing import drafts
from .property import Family
from .service import Service

signature = Family("signature", "what a signature protects, and how each mistake is refused")

NOT_LET_IN = tuple(f"AuthFailure.{word}" for word in ("Signature", "SecretId", "InvalidAuthorization", "Token"))
"""How the codes begin with which somebody is not let in; AuthFailure.UnauthorizedOperation comes after."""
EXPIRED = "AuthFailure.SignatureExpire"


@signature.holds("doc-signature-v3", needs=("credential",), refusal="doc-create-ai-agent-call", draft=drafts())
def every_clients_writing_is_let_in(service: Service, draft: Draft) -> None:
    """A rightly signed request is let in, whichever client wrote it, in whichever scheme and method."""
    service.gets_past(draft, *NOT_LET_IN)


@signature.holds(
    "doc-signature-v3",
    needs=("moved clock",),
    draft=drafts(schemes=(TC3,)),
    seconds=st.integers(301, 10**6) | st.integers(-(10**6), -301),
)
def a_stale_timestamp_expires(service: Service, draft: Draft, seconds: int) -> None:
    """A timestamp more than 300 seconds away from the service's time is refused with SignatureExpire."""
    service.refuses(draft.but(seconds=seconds), EXPIRED)


PROPERTIES = (every_clients_writing_is_let_in, a_stale_timestamp_expires)
