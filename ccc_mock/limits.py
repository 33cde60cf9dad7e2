"""How many calls came in this second: fixed windows, as the service counts (doc-rate-limit)."""

from __future__ import annotations

from collections.abc import Hashable, Mapping


class Windows:
    """Counts per key in one-second windows by arrival; those that are refused count, too.

    Only the window of the newest arrival is kept.  Not locked: its account's lock guards it.
    """

    def __init__(self) -> None:
        self._second: int | None = None
        self._counts: dict[Hashable, int] = {}

    def hit(self, key: Hashable, now: float) -> int:
        """Count one arrival at `now` (Unix seconds); how many of that key there are in its second."""
        second = int(now // 1)
        if second != self._second:
            self._second = second
            self._counts.clear()
        count = self._counts[key] = self._counts.get(key, 0) + 1
        return count

    def clear(self) -> None:
        self._second = None
        self._counts.clear()


Limits = Mapping[str, int | None]
"""Action → calls per second in place of the documented number; None for no limit."""


def parse_limit(text: str) -> tuple[str, int | None]:
    """From `ACTION=N` or `ACTION=none`.  Raises ValueError."""
    action, equals, number = text.partition("=")
    if not equals or not (number == "none" or (number.isascii() and number.isdigit() and len(number) <= 9)):
        raise ValueError(f"expected ACTION=N or ACTION=none, got {text[:80]!r}")
    return action, None if number == "none" else int(number)
