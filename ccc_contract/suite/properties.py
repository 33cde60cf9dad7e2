"""Every property there is, family by family: the one list that drivers, reports and docs read."""

from __future__ import annotations

from . import (
    of_calls,
    of_codes,
    of_common,
    of_envelope,
    of_hostile,
    of_identity,
    of_languages,
    of_limit,
    of_parameters,
    of_reads,
    of_rules,
    of_sessions,
    of_signature,
    of_sizes,
)
from .property import Family, Property

FAMILIES: tuple[tuple[Family, tuple[Property, ...]], ...] = (
    (of_envelope.envelope, of_envelope.PROPERTIES),
    (of_signature.signature, (*of_signature.PROPERTIES, *of_identity.PROPERTIES)),
    (of_common.common, of_common.PROPERTIES),
    (of_parameters.parameters, of_parameters.PROPERTIES),
    (of_codes.codes, of_codes.PROPERTIES),
    (of_limit.limit, of_limit.PROPERTIES),
    (of_rules.rules, of_rules.PROPERTIES),
    (of_sessions.sessions, of_sessions.PROPERTIES),
    (of_reads.reads, of_reads.PROPERTIES),
    (of_languages.languages, of_languages.PROPERTIES),
    (of_sizes.sizes, of_sizes.PROPERTIES),
    (of_hostile.hostile, of_hostile.PROPERTIES),
    (of_calls.calls, of_calls.PROPERTIES),
)
PROPERTIES: tuple[Property, ...] = tuple(prop for _, properties in FAMILIES for prop in properties)
