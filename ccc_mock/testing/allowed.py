"""What fails a test when it is over, unless it is allowed: the words of `ccc_allow` and of the marker's `allow`."""

from __future__ import annotations

from collections.abc import Iterable

from ccc_contract.spelling import did_you_mean

UNCONSUMED = "unconsumed"
DUPLICATES = "duplicates"
UNSUPPORTED = "unsupported"
STOPPED = "stopped"
WORDS = (UNCONSUMED, DUPLICATES, UNSUPPORTED, STOPPED)


def allowed(given: str | Iterable[str]) -> frozenset[str]:
    """The words of a text or of a list.  Raises ValueError for one that there is not."""
    listed = [given] if isinstance(given, str) else list(given)
    words = [word for each in listed for word in each.replace(",", " ").split()]
    for word in words:
        if word not in WORDS:
            raise ValueError(f"expected some of {', '.join(WORDS)}, got {word!r}; {did_you_mean(word, WORDS)}")
    return frozenset(words)
