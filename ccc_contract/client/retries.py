"""What is tried again, and when.  Pure.

A call is repeated by itself only where that cannot do a thing twice: what never left this machine, what the service
refused for its rate, and reads.  An action with effects whose outcome is unknown is repeated for those alone whom the
caller names.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC

from ..errors import CccError, NotSent, RateLimited, ServiceFailed, TransportError, TryLater
from ..http import Response
from ..model import Action

MAX_HINT_SECONDS = 3600.0
"""What a server asks for beyond that is no hint to a client."""


@dataclass(frozen=True, kw_only=True)
class Retries:
    """How often, for how long, and with which waits between: exponential, full jitter.

    The wait after attempt n is drawn from 0 to min(`cap_seconds`, `base_seconds` · 2^(n-1)); where the server gave a
    Retry-After, that is waited first.  `deadline_seconds` is for the whole call, waits and attempts together; a wait
    that would go past it is not begun.

    `even_if_unknown` names actions with effects that are repeated although it is not known whether they happened. An
    action that dials, named there, may call a person twice.
    """

    attempts: int = 4
    base_seconds: float = 0.5
    cap_seconds: float = 8.0
    deadline_seconds: float = 120.0
    even_if_unknown: Collection[str] = ()
    draw: Callable[[float, float], float] = random.uniform

    def __post_init__(self) -> None:
        if self.attempts < 1:
            raise ValueError(f"attempts: expected 1 or more, got {self.attempts}")
        for name in ("base_seconds", "cap_seconds"):
            if not getattr(self, name) >= 0:  # NaN is neither
                raise ValueError(f"{name}: expected 0 or more, got {getattr(self, name)}")
        if not self.deadline_seconds > 0:
            raise ValueError(f"deadline_seconds: expected more than 0, got {self.deadline_seconds}")
        if isinstance(self.even_if_unknown, str):
            raise TypeError(f'even_if_unknown: expected names, got one string; write ["{self.even_if_unknown}"]')

    def wait_after(self, attempt: int, answer: Response | None, now: float) -> float:
        """Seconds to wait after the attempt of that number, the first being 1; `now` is Unix seconds."""
        longest = min(self.cap_seconds, self.base_seconds * 2.0 ** min(attempt - 1, 64))
        return hinted_seconds(answer, now) + self.draw(0.0, longest)


def may_repeat(error: CccError, action: Action, retries: Retries) -> bool:
    """Is the call repeated after this?"""
    if isinstance(error, NotSent):
        return error.phase not in ("pace", "prepare")  # which go no better for being tried again
    if isinstance(error, RateLimited):
        return True
    if action.effect == "read":
        return isinstance(error, (TransportError, ServiceFailed, TryLater))
    return action.name in retries.even_if_unknown and isinstance(error, (TransportError, ServiceFailed))


def hinted_seconds(answer: Response | None, now: float) -> float:
    """What Retry-After asks for: seconds, or a date; 0 without one, or with one that is neither."""
    value = b"" if answer is None else answer.header.get(b"retry-after", b"").strip()
    text = value.decode("latin-1")
    if text.isascii() and text.isdigit():
        return min(float(text[:10]), MAX_HINT_SECONDS)
    seconds = seconds_until(text, now) if text else None
    return min(max(0.0, seconds or 0.0), MAX_HINT_SECONDS)


def seconds_until(date: str, now: float) -> float | None:
    """From `now`, Unix seconds, to the date of a header; None for a text that is no date."""
    from email.utils import parsedate_to_datetime  # here, because few answers need it and it is slow to import

    try:
        then = parsedate_to_datetime(date)
        return (then if then.tzinfo else then.replace(tzinfo=UTC)).timestamp() - now
    except (ValueError, IndexError, TypeError, OverflowError):  # whatever a stranger writes
        return None
