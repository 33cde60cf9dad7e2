"""What may not be asked again, or not so: judged by what came of the attempts before, and never by the time between."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby, pairwise

from ..journal import FAULT, OK
from ..redaction import printable
from .attempts import ANSWERED, REFUSED, UNKNOWN, Attempt
from .chains import Chain
from .finding import Hit, Unknown, numbered

RESENT_SECONDS = 1.5
"""Apart: a timestamp has whole seconds, so two requests of one second may well have been signed each."""


def dialled_twice(chains: Sequence[Chain]) -> Iterator[Hit | Unknown]:
    """A phone rang, the answer was lost, and it rang again."""
    for chain in chains:
        rang = _rang_for_nothing(chain)
        if rang:
            first, *again = rang
            yield Hit(
                tuple(each.n for each in rang), chain.action,
                f"{_numbers(again)} dialled the same person again: {_lost(first)}, and the phone had rung.",
            )  # fmt: skip


def success_repeated(chains: Sequence[Chain]) -> Iterator[Hit | Unknown]:
    """A success came after a failure, and the loop went on."""
    for chain in chains:
        done = next((n for n, each in enumerate(chain.attempts[:-1]) if each.outcome == ANSWERED), None)
        if done is not None:
            first, again = chain.attempts[done], chain.attempts[done + 1 :]
            rang = " The phone rang again." if any(each.rang for each in again) else ""
            yield Hit(
                (first.n, *(each.n for each in again)), chain.action,
                f"#{first.n} succeeded after {_told(chain.attempts[done - 1])}, and {_numbers(again)} asked for the "
                f"same again, in the rhythm of the attempts before.{rang}",
            )  # fmt: skip
        if chain.doubtful is not None:
            first, later = chain.doubtful
            yield Unknown(
                f"#{later.n} repeats #{first.n}, which succeeded after a failure, while the fake's clock stood still: "
                "the same loop, or another call"
            )


def unknown_outcome(chains: Sequence[Chain]) -> Iterator[Hit | Unknown]:
    """What has effects was asked again although nobody could know whether it had been done."""
    for chain in chains:
        doubt = next((n for n, each in enumerate(chain.attempts) if each.outcome == UNKNOWN), None)
        if doubt is None or not chain.attempts[doubt].writes or _rang_for_nothing(chain):
            continue
        first, again = chain.attempts[doubt], chain.attempts[doubt + 1 :]
        if again:
            yield Hit(
                (first.n, *(each.n for each in again)), chain.action,
                f"{_numbers(again)} asked for the same again although {_lost(first)}: it could have been done.",
            )  # fmt: skip


def cannot_succeed(chains: Sequence[Chain]) -> Iterator[Hit | Unknown]:
    """Refused with a code that the same request draws again, and sent again as it was."""
    for chain in chains:
        repeats = [
            (each, later)
            for each, later in pairwise(chain.attempts)
            if each.outcome == REFUSED and _is_vain(each, later)
        ]
        for _, same in groupby(repeats, lambda pair: pair[0].verdict):
            told = list(same)
            again = tuple(later.n for _, later in told)
            yield Hit(
                (told[0][0].n, *again), chain.action,
                f"{numbered(again)} asked for the same again, unchanged, after {_told(told[0][0])}.",
            )  # fmt: skip


def old_signature(chains: Sequence[Chain]) -> Iterator[Hit | Unknown]:
    """A later attempt carries the signature of an earlier one."""
    for chain in chains:
        signed = sorted((each for each in chain.attempts if each.signature), key=lambda each: each.signature)
        for _, group in groupby(signed, lambda each: each.signature):
            same = sorted(group, key=lambda each: each.n)
            seconds = sum(_waits_between(chain, same[0], same[-1]))
            if len(same) > 1 and seconds >= RESENT_SECONDS:
                yield Hit(
                    tuple(each.n for each in same), chain.action,
                    f"{_numbers(same[1:])} carried the very signature of #{same[0].n}, {seconds:.1f} s later.",
                )  # fmt: skip


# --- words and conditions ------------------------------------------------------------------------------------------


def _is_vain(refused: Attempt, later: Attempt) -> bool:
    """Can the later one but fail in the same way?

    What the fake refused of its own accord and then let pass had been put right: another key, or another world.
    """
    if refused.retry == "never":
        unchanged = refused.around == later.around and refused.token == later.token
        return unchanged and (refused.planned or later.verdict == refused.verdict)
    corrected = _CORRECTED.get(refused.verdict)
    return refused.retry == "after-fix" and corrected is not None and not corrected(refused, later)


_CORRECTED: Mapping[str, Callable[[Attempt, Attempt], bool]] = {
    "AuthFailure.SignatureExpire": lambda refused, later: later.verdict != refused.verdict,
    "AuthFailure.TokenFailure": lambda refused, later: later.token != refused.token,
    "ResponseSizeLimitExceeded": lambda refused, later: False,  # by other parameters, which were another call
}
"""After which code what has been put right: the clock, which only what is told next can prove, or the token."""


_NO_CODE = (OK, FAULT)


def _rang_for_nothing(chain: Chain) -> list[Attempt]:
    """The attempts at which the phone rang, where the first of them was not told of, and there is another."""
    rang = [each for each in chain.attempts if each.rang]
    return rang if len(rang) > 1 and rang[0].outcome != ANSWERED else []


def _waits_between(chain: Chain, first: Attempt, last: Attempt) -> list[float]:
    begin, end = chain.attempts.index(first), chain.attempts.index(last)
    return [wait for wait in chain.waits[begin:end] if wait is not None]


def _numbers(attempts: Sequence[Attempt]) -> str:
    return numbered(tuple(each.n for each in attempts))


def _told(attempt: Attempt) -> str:
    return f"#{attempt.n} ({'its answer was lost' if attempt.verdict in _NO_CODE else attempt.verdict})"


def _lost(attempt: Attempt) -> str:
    """Why nobody could know what came of it."""
    drew = f" ({printable(attempt.plan, 120)})" if attempt.plan else ""
    if attempt.slow:
        return f"the answer to #{attempt.n} was not waited for{drew}"
    if attempt.verdict in _NO_CODE:
        return f"the answer to #{attempt.n} was lost{drew}"
    return f"#{attempt.n} was told {attempt.verdict}{drew}"
