"""What somebody may have meant by a word that nobody knows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

MAX_WORD = 200
"""Characters of a word that are compared: strangers choose how long it is."""

MAX_LISTED = 60
"""Known words that are listed where none is near."""


def nearest(word: str, known: Iterable[str], *, count: int = 3, cutoff: float = 0.6) -> list[str]:
    """The known words most like `word`, whatever their case, best first; else those that it is a part of."""
    from difflib import get_close_matches  # only where something is wrong

    folded = {each.casefold(): each for each in known}
    asked = word[:MAX_WORD].casefold()
    near = [folded[match] for match in get_close_matches(asked, folded, n=count, cutoff=cutoff)]
    return near or [each for lower, each in folded.items() if asked and asked in lower][:count]


def perhaps(word: object, known: Iterable[str], *, count: int = 1) -> str:
    """`did you mean …?`, or nothing where nothing is near, or where it is no word."""
    near = nearest(word, known, count=count) if isinstance(word, str) else []
    return f"did you mean {' or '.join(near)}?" if near else ""


def did_you_mean(word: str, known: Sequence[str], *, count: int = 3, cutoff: float = 0.6) -> str:
    """`did you mean …?`, or all there are where nothing is near."""
    near = nearest(word, known, count=count, cutoff=cutoff)
    if near:
        return f"did you mean {' or '.join(near)}?"
    more = f" and {len(known) - MAX_LISTED} more" if len(known) > MAX_LISTED else ""
    return f"known: {', '.join(known[:MAX_LISTED]) or 'none'}{more}"
