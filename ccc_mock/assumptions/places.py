"""The order of checks: an assumed place decides where a request is refused for two things at once.

Whichever of two checks comes first tells its code, so all that would refuse are asked.  Where something is known of the
order of two (ORDERED), the place of neither decides, assumed as it may be against others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from .case import EXECUTE, PLAN, Case

Matters = Callable[[Case], str]
"""What the opposite reading would have told; "" where it is the same."""

# (these, come before those, because): what the evidence of checks says, and what needs what.
ORDERED: tuple[tuple[tuple[str, ...], tuple[str, ...], str], ...] = (
    (("pairs",), ("presence",), "a query of one bare word is refused for its syntax (public-logs)"),
    (("presence",), ("authorization",), "any Authorization without X-TC-Action misses the header (public-logs)"),
    (("authorization",), ("secret-id",), "the header names the SecretId"),
    (("numbers",), ("age",), "what is no number has no age"),
    (("age",), ("secret-id",), "the documented example has expired, though nobody has its key (doc-signature-v3)"),
    (("secret-id",), ("signature", "text-size"), "an unknown SecretId is told first (public-logs)"),
    (("signature",), ("token",), "a wrong token is told beside a good signature (sdk-vendor-tests)"),
    (("signature", "text-size"), ("readable",), "no JSON is told behind a good signature (public-logs)"),
    (("token",), ("readable",), "a wrong token is told before a bad value (sdk-vendor-tests)"),
    (("action",), ("content-type",), "the refusal of a content type names the action (public-logs)"),
    (("permission",), ("readable",), "a denial comes before any complaint about parameters (public-logs)"),
    (("readable",), ("missing", "unknown", "type"), "what cannot be read lacks nothing"),
)


def _closed() -> frozenset[tuple[str, str]]:
    """Each pair whose order is known, also by way of others."""
    known = {(one, other) for these, those, _ in ORDERED for one in these for other in those}
    while True:
        further = {(one, last) for one, other in known for another, last in known if other == another} - known
        if not further:
            return frozenset(known)
        known |= further


_KNOWN = _closed()


def place_of(name: str) -> Matters:
    """Would the check `name`, at another place, have changed the answer?"""

    def matters(case: Case) -> str:
        return next(_told_instead(case, name), "")

    return matters


def _told_instead(case: Case, name: str) -> Iterator[str]:
    decided = case.exchange.check
    if case.exchange.refused is None or case.exchange.stage == EXECUTE:
        return  # a gateway's check that did refuse would have decided, so none would have
    deciding = _of_the_service(case)
    for other, code in case.refusing.items():
        known = other in deciding or any(is_known(each, other) for each in deciding)
        if name in (decided, other) and code != case.verdict and not known:
            yield code


def _of_the_service(case: Case) -> list[str]:
    """The check that decided; in place of a plan those that have its code."""
    if case.exchange.check != PLAN:
        return [case.exchange.check]
    checks = (check for stage in case.twins.pipeline.stages for check in stage.checks)
    return [check.name for check in checks if case.verdict in check.codes]


def is_known(one: str, other: str) -> bool:
    """Is anything known of which of the two comes first?"""
    return (one, other) in _KNOWN or (other, one) in _KNOWN
