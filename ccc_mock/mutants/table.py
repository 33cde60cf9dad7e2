"""All mutants, and one of them by its name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ccc_contract.spelling import did_you_mean

from ..endpoint import Endpoint
from .mutant import Mutant
from .of_codes import CODES
from .of_common import COMMON
from .of_envelopes import ENVELOPE
from .of_hostile import HOSTILE
from .of_languages import LANGUAGES
from .of_limits import LIMIT
from .of_parameters import PARAMETERS
from .of_reads import READS
from .of_rules import RULES
from .of_sessions import SESSIONS
from .of_signatures import SIGNATURE
from .of_sizes import SIZES

MUTANTS: Mapping[str, Mutant] = {
    each.name: each
    for each in (
        *ENVELOPE, *SIGNATURE, *COMMON, *PARAMETERS, *CODES, *LIMIT, *RULES, *SESSIONS, *READS, *LANGUAGES, *SIZES,
        *HOSTILE,
    )
}  # fmt: skip
"""Name → mutant, family by family."""


class NoMutant(ValueError):
    """No mutant has this name."""


def mutant(name: str) -> Mutant:
    """Raises NoMutant, which names the nearest."""
    known = MUTANTS.get(name)
    if known is None:
        raise NoMutant(f"no mutant {name[:60]!r}; {did_you_mean(name, tuple(MUTANTS))}")
    return known


def made(name: str, **arguments: Any) -> Endpoint:
    """An endpoint that is wrong as that mutant is; the arguments are those of `Endpoint`.  Raises NoMutant."""
    return mutant(name).endpoint(**arguments)
