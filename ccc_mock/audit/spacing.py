"""How attempts are spread over time.  Each rule says what it cannot tell: waits that nobody saw, or too few of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

from .attempts import ANSWERED
from .chains import Chain
from .finding import Hit, Unknown

NO_WAIT_SECONDS = 0.02
"""Less is the way to the fake and back.  Who draws the waits from 0 on has one such in dozens, and hardly two."""
ALIKE_SECONDS = 0.01
ALIKE_SHARE = 0.005
"""Waits are alike that differ by less than either of these."""
MIN_SAMPLES = 4
"""Waits in one chain, or chains: with fewer, waits that are drawn look now and then as if they were not.

Measured with 7,000 chains each whose waits were drawn as `Retries`, stamina and tenacity (in two ways) draw them: three
were alike in about 1 of 2,000, and four grew by one factor in about 1 of 50 where any factor would do.
"""
MAX_ATTEMPTS = 10
MAX_SECONDS = 300.0
"""After 5 minutes even the signature of the first attempt has ended (doc-signature-v3)."""

STOOD_STILL = (
    "the fake's clock does not run, so no wait between attempts was seen: leave `at` out, or let the code sleep "
    "inside of `ccc.virtual_time()`"
)


def no_wait(chains: Sequence[Chain]) -> Iterator[Hit | Unknown]:
    """It came back at once."""
    known = [chain for chain in chains if chain.known_waits]
    if not known:
        yield Unknown(STOOD_STILL)
        return
    long = [chain for chain in known if len(chain.known_waits) > 1]
    for chain in long:
        if max(chain.known_waits) < NO_WAIT_SECONDS:
            yield _at_once([chain])
    short = [chain for chain in known if len(chain.known_waits) == 1]
    if short and max(chain.known_waits[0] for chain in short) < NO_WAIT_SECONDS:
        if len(short) > 1:
            yield _at_once(short)
        elif not long:
            yield Unknown("one wait of next to nothing is too few to tell: one that is drawn from 0 on can be so short")


def no_growth(chains: Sequence[Chain]) -> Iterator[Hit | Unknown]:
    """The waits of one call do not become longer."""
    long = [chain for chain in chains if len(chain.known_waits) >= MIN_SAMPLES]
    if not long:
        yield _too_few(chains, f"no call had {MIN_SAMPLES} waits in a row, which are {MIN_SAMPLES + 1} attempts")
    for chain in long:
        waits = chain.known_waits
        if max(waits) >= NO_WAIT_SECONDS and (_alike(waits) or (waits[-1] < waits[0] and _is_row(waits))):
            yield Hit(_numbers(chain), chain.action, f"{len(waits)} waits in a row and none longer: {_seconds(waits)}.")


def no_jitter(chains: Sequence[Chain]) -> Iterator[Hit | Unknown]:
    """The waits are not drawn: everybody who failed at once comes back at once."""
    firsts: dict[str, list[Chain]] = defaultdict(list)
    for chain in chains:
        if chain.waits and chain.waits[0] is not None and chain.waits[0] >= NO_WAIT_SECONDS:
            firsts[chain.action].append(chain)
    enough = [same for same in firsts.values() if len(same) >= MIN_SAMPLES]
    rows = [chain for chain in chains if len(chain.known_waits) >= MIN_SAMPLES]
    for same in enough:
        waits = [chain.known_waits[0] for chain in same]
        if _alike(waits):
            entries = tuple(chain.attempts[1].n for chain in same)
            yield Hit(entries, same[0].action, f"{len(same)} calls each came back after {waits[0]:.2f} s.")
    for chain in rows:
        if _is_row(chain.known_waits) and not any(chain in same for same in enough):
            yield Hit(
                _numbers(chain), chain.action, f"the waits follow one rule exactly: {_seconds(chain.known_waits)}."
            )
    if not enough and not rows:
        yield _too_few(chains, f"neither {MIN_SAMPLES} calls that came back nor {MIN_SAMPLES} waits of one call")


def no_deadline(chains: Sequence[Chain]) -> Iterator[Hit | Unknown]:
    """There is no end to it."""
    endless = False
    for chain in chains:
        seconds = sum(chain.known_waits)
        if len(chain.attempts) > MAX_ATTEMPTS or seconds > MAX_SECONDS:
            endless = True
            over = f" over {seconds:.0f} s" if chain.known_waits else ""
            yield Hit(
                _numbers(chain), chain.action,
                f"{len(chain.attempts)} attempts{over} (the rule: up to {MAX_ATTEMPTS}, within {MAX_SECONDS:.0f} s).",
            )  # fmt: skip
    if not endless and all(chain.attempts[-1].outcome == ANSWERED for chain in chains):
        yield Unknown(
            "every call succeeded in the end, so none showed where it would have given up: let a plan fail for ever "
            "(`RequestLimitExceeded*`)"
        )


# --- conditions and words ------------------------------------------------------------------------------------------


def _alike(waits: Sequence[float]) -> bool:
    return max(waits) - min(waits) <= max(ALIKE_SECONDS, ALIKE_SHARE * max(waits))


def _is_row(waits: Sequence[float]) -> bool:
    """Is each the one before times one factor, and at last perhaps the same again and again (a cap)?

    A factor of halves: others are seldom chosen, and would be found by chance too often.
    """
    if min(waits) < NO_WAIT_SECONDS:
        return False
    grows = len(waits) - _capped(waits)
    factor = round(2 * waits[1] / waits[0]) / 2
    return grows > 1 and all(_alike([before * factor, after]) for before, after in pairwise(waits[:grows]))


def _capped(waits: Sequence[float]) -> int:
    """How many at the end are the same; 0 for no two, and where all of them are."""
    same = next((n for n, wait in enumerate(reversed(waits)) if not _alike([wait, waits[-1]])), 0)
    return same if same > 1 else 0


def _at_once(chains: Sequence[Chain]) -> Hit:
    entries = tuple(attempt.n for chain in chains for attempt in chain.attempts[1:])
    longest = max(wait for chain in chains for wait in chain.known_waits)
    count = f"{len(entries)} attempts"
    return Hit(
        entries, chains[0].action, f"{count} came at once after one that had failed, {longest * 1e3:.0f} ms at most."
    )


def _too_few(chains: Sequence[Chain], what: str) -> Unknown:
    if not any(chain.known_waits for chain in chains):
        return Unknown(STOOD_STILL)
    return Unknown(f"too few waits to tell: {what}")


def _numbers(chain: Chain) -> tuple[int, ...]:
    return tuple(attempt.n for attempt in chain.attempts)


def _seconds(waits: Sequence[float], most: int = 8) -> str:
    more = ", ..." if len(waits) > most else ""
    return ", ".join(f"{wait:.2f} s" for wait in waits[:most]) + more
