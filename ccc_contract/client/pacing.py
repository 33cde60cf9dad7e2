"""Calls one after the other, below each action's limit: what the service refuses for its rate is better not sent.

Evenly spaced, without bursts: in no second are there more than the share of the limit, whatever windows the service
counts by.  One Pace may be shared by clients, threads and tasks.
"""

from __future__ import annotations

import threading

from ..model import Action


class Pace:
    """At most `share` of each action's documented limit a second (0 < share <= 1).

    20 a second is the documented default, and counts for the whole account (doc-rate-limit): leave room for others.
    """

    def __init__(self, share: float = 0.9) -> None:
        if not 0 < share <= 1:
            raise ValueError(f"pace: expected a share of the limit above 0 and at most 1, got {share}")
        self.share = share
        self._next: dict[str, float] = {}
        self._lock = threading.Lock()

    def reserve(self, action: Action, now: float, latest: float) -> float | None:
        """Take the next turn and return the seconds until it; None, and no turn, where it is later than `latest`.

        `now` and `latest` are of the monotonic clock.
        """
        with self._lock:
            turn = max(now, self._next.get(action.name, 0.0))
            if turn > latest:
                return None
            self._next[action.name] = turn + 1.0 / (action.limit_per_second * self.share)
            return turn - now

    def __repr__(self) -> str:
        return f"<Pace {self.share}>"
