"""How sure the fake is of what it does: every setting, the place of every check, and what was assumed besides."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from .settings import knobs
from .stages import STAGES
from .world.rules import RULES


class Point(NamedTuple):
    """One thing that the fake does, and why it does it so."""

    kind: str
    """`setting` (can be changed), `order` (the place of a check), `rule` (what a world refuses for) or `reading` (how
    something is taken)."""
    name: str
    says: str
    default: str
    confidence: str
    source: str


TAKEN: tuple[Point, ...] = tuple(
    Point("reading", name, says, "", confidence, source)
    for name, says, confidence, source in (
        ("repeated-header", "of a header that is sent twice, the first line counts", "assumed", "assumed"),
        ("empty-common", "an empty Action, Timestamp, Version, Nonce, SecretId or Signature is a missing one", "assumed", "assumed"),
        ("signed-header-order", "signed headers are put into ASCII order, however they were listed", "assumed", "assumed"),
        ("authorization-order", "Credential, SignedHeaders, Signature come in this order", "inferred", "sdk-captures-2026-11"),
        ("path", "every path outside of /_ccc is taken for /", "assumed", "assumed"),
        ("scope-service-locally", "on host names that are not the service's, any service label is accepted", "assumed", "sdk-captures-2026-11"),
        ("another-day", "a scope whose date is not the timestamp's UTC date is SignatureFailure", "assumed", "assumed"),
        ("language", "every X-TC-Language but zh-CN is answered in English", "inferred", "sdk-captures-2026-11"),
        ("region", "X-TC-Region is ignored, as the parameter page of the actions says", "documented", "doc-common-params"),
        ("null", "a parameter that is null is a missing one", "assumed", "assumed"),
        ("charset", "of application/json, only utf-8 is taken", "assumed", "assumed"),
        ("skew-bound", "exactly the skew is still fresh", "inferred", "doc-signature-v3"),
        ("skip", "Authorization: SKIP is no well-formed header", "assumed", "assumed"),
        ("encoding", "a body with a BOM or in another encoding than UTF-8 is no JSON", "assumed", "assumed"),
        ("empty-pairs", "an empty piece between two & of a query or a form does not count", "assumed", "assumed"),
        ("text-types", "in text, true, false, 1 and 0 of any case are booleans, and numbers have only their digits", "inferred", "sdk-captures-2026-11"),
        ("text-encoding", "a parameter in text that is not UTF-8 is InvalidParameter, after the signature", "assumed", "assumed"),
        ("text-object", "an object given as one text is InvalidParameter, even when it is JSON", "inferred", "teco"),
        ("too-large", "of a query or a form that is too large only the common parameters are read", "assumed", "assumed"),
        ("nonce", "a Nonce that is no whole number is InvalidParameter; the same one may come again", "inferred", "sdk-captures-2026-11"),
        ("underscore", "in the older signatures `_` in a key may be signed as `.`, as Python and Java do", "inferred", "sdk-source"),
        ("older-content-type", "in the older scheme the Content-Type of a GET is not judged", "inferred", "sdk-captures-2026-11"),
        ("entry-region", "host names that are none of a region of the service enter through one region, `nearest`", "assumed", "doc-rate-limit"),
        ("rate-codes", "UinLimitExceeded is for an action's calls of all sub-accounts through one region, GlobalRegionUinLimitExceeded for those through all", "inferred", "doc-common-errors"),
        ("rate-ip", "IPLimitExceeded is for the calls of all actions from the address of the connection; the fake counts them per account", "assumed", "assumed"),
        ("rate-ceilings", "the ceilings of account and address are off: their numbers are not published", "assumed", "doc-rate-limit"),
        ("rate-order", "beyond several limits, a call is told of the sub-account's, else the account's in the region, else in all, else the address's", "assumed", "assumed"),
        ("rate-counts", "a call counts by every limit, whichever refuses it, and by none where it fails authentication, not even its address's", "assumed", "assumed"),
        ("expiry", "a temporary credential has expired from the very second on", "assumed", "assumed"),
        ("whole-numbers", "1.0, 1e3 and true are no integers", "assumed", "assumed"),
        ("repeated-key", "of a JSON key that is sent twice, the last one counts", "assumed", "assumed"),
        ("nested-unknown", "unknown members are refused at every depth", "assumed", "assumed"),
        ("sessions", "who is not described takes a call after 5 seconds and talks for 30", "assumed", "assumed"),
        ("ring-timeout", "a call that rings longer than MaxRingTimeoutSecond ends with 202 notAnswer", "assumed", "doc-end-status"),
        ("answered-endings", "which EndStatus comes after an answer is told by its meaning: 1 and 225 to 233 do", "inferred", "doc-end-status"),
        ("minutes", "a call uses whole minutes, rounded up, of the first package that has some left", "assumed", "doc-ai-packages"),
        ("interval-scope", "calls within the interval are counted for all apps of the account together, those of a day for each app", "inferred", "go-sdk-1.3.166"),
        ("counting-begins", "calls are counted from when their rule is on", "assumed", "assumed"),
        ("next-caller", "of Callers, the first that is usable, free and not broken calls", "inferred", "doc-create-ai-agent-call"),
        ("acquire", "whether an agent becomes free in time is decided at arrival, by when the live calls are due to end", "assumed", "assumed"),
        ("work-day", "hours are those of every day, their first second in and their last one out", "inferred", "doc-outbound-rules"),
        ("disabled", "a disabled credential is told SecretIdNotFound", "documented", "doc-common-errors"),
        ("internal-error", "InternalError comes by a plan alone: no world gives it", "assumed", "assumed"),
        ("sts-checks", "STS judges in the order of this service's gateway", "inferred", "doc-common-errors"),
        ("sts-web-identity", "of AssumeRoleWithWebIdentity neither a signature nor the age is judged, nor the token read", "inferred", "doc-sts"),
        ("sts-roles", "every role exists and everybody may assume it; policies, tags and MFA are not looked at", "assumed", "assumed"),
        ("sts-values", "a duration that is too long is InvalidParameter.OverTimeError, other bad values ParamError", "inferred", "sdk-source"),
        ("sts-sub-account", "a minted credential is a sub-account of its own, in the account that asked", "assumed", "assumed"),
        ("metadata", "a machine's role has the same credential for 7200 seconds, until 600 are left", "assumed", "assumed"),
        ("raw-utf8", "answers carry non-ASCII raw, in UTF-8", "assumed", "assumed"),
    )
)  # fmt: skip


def points() -> Iterator[Point]:
    """Everything, settings first."""
    for name, default, known in knobs():
        yield Point("setting", name, known["decides"], str(default), known["confidence"], known["source"])
    for stage in STAGES:
        for check in stage.checks:
            yield Point("order", f"{stage.name}/{check.name}", check.evidence, "", check.confidence, check.source)
    for rule in RULES:
        yield Point("rule", rule.name, f"{rule.code}: {rule.arises}", "", rule.confidence, rule.source)
    yield from TAKEN
