"""The rules as a table: what each is called, why it is one, where that is known from, and what to do.

The worst comes first.  Those of time need a clock that runs; those of repetition do not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from . import repeats, spacing, storms
from .chains import Chain
from .finding import Hit, Unknown


@dataclass(frozen=True, slots=True)
class Rule:
    """What is to be kept to."""

    name: str
    reason: str
    """Why, in a sentence of ours."""
    source: str
    """A key of the contract's sources."""
    confidence: str
    """How sure it is that this follows from there: one of the contract's CONFIDENCES."""
    to_do: str
    find: Callable[[Sequence[Chain]], Iterator[Hit | Unknown]]
    """Of the chains that were asked again."""


_RULES = (
    Rule(
        "dialled-twice",
        "The worst that a retry can do: no action of this product takes a token by which the service could know a "
        "repetition, so each request that arrives is a call, is paid for and rings.",
        "doc-create-ai-agent-call",
        "inferred",
        "Do not repeat a call that dials once its request has left: find out first whether it was placed, or let "
        "a person decide. ccc_contract.Client raises CallOutcomeUnknown there.",
        repeats.dialled_twice,
    ),
    Rule(
        "success-repeated",
        "A retry ends with the first success. The official Python SDK's StandardRetryer (3.1.195) goes by the "
        "error of an earlier attempt even when the newest succeeded, so it asks again for what was done.",
        "sdk-source",
        "observed",
        "Leave the loop at the first answer, and forget an attempt's error before the next begins; with the "
        "Python SDK use a loop of your own in place of StandardRetryer. If it was another call on purpose, ignore "
        "this rule.",
        repeats.success_repeated,
    ),
    Rule(
        "unknown-outcome",
        "A lost answer, a timeout, a gateway's page or InternalError does not say whether it was done; done twice "
        "it has its effects twice.",
        "doc-create-ai-agent-call",
        "inferred",
        "Repeat only what was surely refused before it was done (RequestLimitExceeded), and reads; for the rest "
        "ask the service what there is before you ask it again.",
        repeats.unknown_outcome,
    ),
    Rule(
        "cannot-succeed",
        "The code says that the request itself is refused: the same request draws it again, and counts against "
        "the rate.",
        "doc-common-errors",
        "inferred",
        "Raise it to the caller. Repeat by a list of codes for which waiting helps, and never by `except`.",
        repeats.cannot_succeed,
    ),
    Rule(
        "old-signature",
        "A signature holds for 5 minutes from its timestamp, so a loop that signs once and waits longer and "
        "longer ends in AuthFailure.SignatureExpire, which looks like a wrong clock.",
        "doc-signature-v3",
        "documented",
        "Sign inside of the loop, for each attempt anew.",
        repeats.old_signature,
    ),
    Rule(
        "no-wait",
        "The rate is counted by the second and refused calls count, too: who comes back at once is refused at "
        "once, and keeps others out.",
        "doc-rate-limit",
        "inferred",
        "Wait before every attempt but the first, about a second and more.",
        spacing.no_wait,
    ),
    Rule(
        "no-growth",
        "What was not over after one wait is seldom over after the same again; waits that grow leave a crowded "
        "service room to recover.",
        "doc-rate-limit",
        "inferred",
        "Double the wait with each attempt, up to a cap.",
        spacing.no_growth,
    ),
    Rule(
        "no-jitter",
        "Callers that were refused in the same second come back in the same second, and are refused together "
        "again: 20 pass in a second, whoever sends them.",
        "doc-rate-limit",
        "inferred",
        "Draw each wait between 0 and its length, or add a drawn part to it.",
        spacing.no_jitter,
    ),
    Rule(
        "no-deadline",
        "Somebody waits for the answer; and a call that comes minutes late rings when nobody expects it any more.",
        "doc-signature-v3",
        "assumed",
        "Bound the attempts and the time of the whole call, and tell the caller that it failed.",
        spacing.no_deadline,
    ),
    Rule(
        "storm",
        "Workers that come back together are beyond the limit together, each of them well-behaved: 20 calls of an "
        "action pass in a second, counted for the sub-account and not for the worker.",
        "doc-rate-limit",
        "inferred",
        "Draw the waits, and pace all workers by one limit in common: one Pace that all clients of "
        "ccc_contract.client are given, or a queue.",
        storms.storm,
    ),
)

RULES = {rule.name: rule for rule in _RULES}
"""By name."""
