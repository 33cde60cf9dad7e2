"""The pipeline: which checks a request passes, in which order, and how sure we are of that order.

Rules:
1. A check does no I/O, does not sleep, does not read the clock (`exchange.received_at` was read once) and draws
   randomness only from the account.
2. A check refuses with `exchange.refusal(code, …)`; the code exists in the contract's data.
3. The order is observable (which error wins when two apply), so it is part of the contract: STAGES is the order, and
   each check carries the evidence for its place.  tests/mock/test_order.py violates each adjacent pair at once.
4. A bug is not a refusal: any other exception leaves the pipeline untouched.
"""

from __future__ import annotations

from dataclasses import dataclass

from .checks.admit import action_is_not_denied, rate_is_within_its_limit
from .checks.authenticate import (
    digest_matches,
    secret_id_exists,
    signature_matches,
    text_is_not_too_large,
    token_matches,
)
from .checks.check import Backend, Check, Judges, Run
from .checks.execute import action_behaves, nothing_is_planned, values_are_allowed
from .checks.frame import method_is_served, pairs_are_well_formed, product_is_known, size_is_allowed
from .checks.identify import (
    authorization_is_well_formed,
    common_parameters_are_there,
    common_values_are_documented,
    scope_is_of_this_service,
    timestamp_and_nonce_are_numbers,
    timestamp_is_fresh,
)
from .checks.inject import plan_is_drawn
from .checks.route import action_exists, content_type_is_supported, version_exists
from .checks.validate import nothing_is_missing, nothing_is_unknown, parameters_are_readable, types_fit

__all__ = [
    "AUTHENTICATE",
    "FRAME",
    "IDENTIFY",
    "STAGES",
    "UNKNOWN",
    "UNSIGNED",
    "VERIFIED",
    "Backend",
    "Check",
    "Run",
    "Stage",
    "runs",
]


@dataclass(frozen=True, slots=True)
class Stage:
    """Checks that belong together; the journal names the stage and the check that decided."""

    name: str
    checks: tuple[Check, ...]


FRAME = Stage("frame", (method_is_served, product_is_known, size_is_allowed, pairs_are_well_formed))
IDENTIFY = Stage("identify", (
    common_parameters_are_there, authorization_is_well_formed, scope_is_of_this_service,
    timestamp_and_nonce_are_numbers, timestamp_is_fresh, common_values_are_documented,
))  # fmt: skip
AUTHENTICATE = Stage("authenticate", (
    secret_id_exists, text_is_not_too_large, signature_matches, digest_matches, token_matches,
))  # fmt: skip

STAGES: tuple[Stage, ...] = (
    FRAME,
    IDENTIFY,
    Stage("route", (version_exists, action_exists, content_type_is_supported)),
    AUTHENTICATE,
    Stage("inject", (plan_is_drawn,)),
    Stage("admit", (rate_is_within_its_limit, action_is_not_denied)),
    Stage("validate", (parameters_are_readable, nothing_is_missing, nothing_is_unknown, types_fit)),
    Stage("execute", (values_are_allowed, nothing_is_planned, action_behaves)),
)  # fmt: skip

VERIFIED: frozenset[Judges] = frozenset()
UNKNOWN: frozenset[Judges] = frozenset({"key"})
UNSIGNED: frozenset[Judges] = frozenset({"key", "signature"})
"""What is not judged of a request: nothing; what takes the key, where nobody has it; or anything of its signature."""


def runs(stages: tuple[Stage, ...], spared: frozenset[Judges]) -> dict[Run, tuple[str, str]]:
    """What a request runs through, in order, where `spared` is not judged: each with its stage and its check."""
    steps = {}
    for stage in stages:
        for check in stage.checks:
            if check.judges not in spared:
                run = check.unsigned if "signature" in spared and check.unsigned is not None else check.run
                steps[run] = (stage.name, check.name)
    return steps
