"""The search: each mistake, then pairs of them, until one makes the client's signature."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from ccc_contract.http import Request
from ccc_contract.signing import READINGS, Reading

from .cases import Newer, OlderCase, Seen
from .diagnosis import Diagnosis, Made, Observation, Over, Secret
from .mistakes import MISTAKES
from .observations import observed
from .recipe import working

MAX_TRIED = 20_000
"""How many recomputations one search makes at most, whatever time it has."""


def _never() -> bool:
    return False


def diagnose(
    request: Request,
    keys: Sequence[Secret] = (),
    *,
    over: Over = _never,
    actions: Sequence[str] = (),
    readings: Sequence[Reading] = READINGS,
    payload_hash: str = "",
) -> Diagnosis:
    """What is wrong with the signature of `request`, as far as it can be proven with these keys.

    The secret whose SecretId the request claims is the one by the rule; the others are further keys that the client
    may have taken, of which the first MAX_OTHERS are.  Without one there are observations only.  `over` ends the
    search: it is asked every few recomputations.  `actions` are names that a signed X-TC-Action may have had,
    `readings` what is accepted beside the rule, and `payload_hash` saves hashing the body.  Raises nothing.
    """
    if b"authorization" in request.headers:
        case: Newer | OlderCase = Newer(request, keys, actions, readings, payload_hash)
    else:
        case = OlderCase(request, keys)
    observations = observed(request, case.pairs)
    if case.secret is None or not case.claimed:
        why = "claim" if not case.claimed else "key"
        return Diagnosis(observations=observations, ours=case.ours(), not_searched=why)
    return _searched(case, observations, over)


def _searched(case: Newer | OlderCase, observations: tuple[Observation, ...], over: Over) -> Diagnosis:
    known = sum(map(case.concerns, MISTAKES))
    ours = case.ours()
    for signature, _, recipe in case.accepted():
        if signature == case.claimed:
            made = _told(case.beside(recipe))
            return Diagnosis(made, 1, known, False, observations, ours, working(recipe), fits=not made)
    tried, stopped = 0, False
    for tried, (signature, seen, recipe) in enumerate(islice(case.candidates(), MAX_TRIED), 1):
        if signature == case.claimed:  # what is compared is told anyway: there is nothing to hide by constant time
            made = (*_told(seen), *_told(case.beside(recipe)))[:2]
            return Diagnosis(made, tried, known, False, observations, ours, working(recipe))
        if over():
            stopped = True
            break
    return Diagnosis((), tried, known, stopped or tried == MAX_TRIED or not case.is_whole, observations, ours)


def _told(seen: tuple[Seen, ...]) -> tuple[Made, ...]:
    """What is found, as it is told; one mistake that was made in both halves is one."""
    made = tuple(mistake.made(how) for mistake, how in seen)
    if len(made) == 2 and made[0].name == made[1].name:
        first, second = made
        how = {name: ", ".join(dict.fromkeys((value, second.how[name]))) for name, value in first.how.items()}
        return (Made(first.name, first.sentence, how),)
    return made
